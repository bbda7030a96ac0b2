"""A report as HTML pages that need nothing from outside their folder: figures and data are inside,
styles and scripts stand beside them once. The page of `kvratio view` stands alone."""

import json
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from kvratio.reports.document import (
    MEANING,
    Block,
    Claims,
    Document,
    Figure,
    Section,
    Table,
    Viewer,
)
from kvratio.reports.output import GENERATOR
from kvratio.reports.render import looks, mathml
from kvratio.reports.render.closed_forms import closed_form
from kvratio.reports.render.links import (
    INDEX,
    PAPER,
    file_of,
    page_of,
    prose,
    published,
    target,
)
from kvratio.reports.render.looks import themable
from kvratio.reports.viewer import help_text, summary, viewer
from kvratio.simulate.records import Run
from kvratio.theory.area import lower_bound

VIEWER = ["paint.js", "export.js", "viewer.js"]  # scripts, each for those after it
SCRIPTS = ("plot.js", *VIEWER, "claims.js")
KINDS = {str: "prose", Table: "table", Figure: "figure", Viewer: "viewer", Claims: "claims"}


STYLES = "style.css"
NOTHING: frozenset[str] = frozenset()


def pages(document: Document, linked: AbstractSet[str] = NOTHING) -> dict[str, str]:
    """The pages of a report by file name, with their styles and scripts.

    Tables and figures link to files in the same folder, or to the published ones if those are
    `linked`.
    """
    made = {INDEX: _page(document, None, linked)}
    made |= {page_of(one.id): _page(document, one, linked) for one in document.pages()}
    return made | {STYLES: style_sheet()} | {name: read(name) for name in SCRIPTS}


def _page(document: Document, section: Section | None, linked: AbstractSet[str]) -> str:
    """The page of a section; without one the first page, an overview of all."""
    first = (document.own, document.front)
    shown = [one for one in first if one] if section is None else [section]
    blocks = [block for one in shown for block in one.blocks]
    return str(
        _template("report.html.j2").render(
            document=document,
            published=published,
            href=lambda place: target(document, place),
            file=lambda path: file_of(path, linked),
            section=section,
            meaning=MEANING,
            paper=PAPER,
            styles=STYLES,
            scripts=_scripts(blocks),
        )
    )


def _scripts(blocks: Sequence[Block]) -> list[str]:
    """The scripts that these blocks need, in the order in which they build on each other."""
    found = [block for block in blocks if isinstance(block, Figure | Claims | Viewer)]
    names = ["plot.js"] if any(isinstance(block, Figure) for block in found) else []
    claims = [block for block in found if isinstance(block, Claims)]
    if any(isinstance(block, Viewer) for block in found) or any(
        finding.example for block in claims for finding in block.findings
    ):
        names += VIEWER
    return names + (["claims.js"] if claims else [])


def view_page(description: str, runs: Sequence[Run]) -> str:
    """A page with nothing but a viewer of these runs, which are of the same requests."""
    instance = runs[0].instance
    shown = viewer("runs", f"{instance.n:,} requests", runs, lower_bound(instance))
    return str(
        _template("view.html.j2").render(
            description=description,
            viewer=shown,
            table=summary(runs),
            help=help_text(runs),
            generator=GENERATOR,
            css=Markup(style_sheet()),
            script=Markup("".join(map(read, VIEWER))),
        )
    )


def read(name: str) -> str:
    """A file of `reports/page/`."""
    return (files("kvratio.reports") / "page" / name).read_text(encoding="utf-8")


def _template(name: str) -> Any:
    return _environment().get_template(name)


@cache  # with the templates that it has compiled
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(read),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "prose": prose,
        "kind": kind,
        "themable": _inline,
        "data": script_data,
        "typeset": mathml.typeset,
        "formula": closed_form,
        "page": page_of,
        "look": looks.look_class,
    }
    return environment


def style_sheet() -> str:
    """The styles, with the colours of `kvratio.reports.render.looks`, light and dark."""
    themes = {
        "light": (looks.INK, looks.PAPER, looks.GRID, looks.MUTED, looks.GREY),
        "dark": (
            looks.DARK_INK,
            looks.DARK_PAPER,
            looks.DARK_GRID,
            looks.DARK_MUTED,
            looks.DARK_GREY,
        ),
    }
    text = read("style.css")
    for theme, values in themes.items():
        names = zip(("ink", "paper", "line", "muted", "grey"), values, strict=True)
        declarations = "; ".join(f"--{name}: {value}" for name, value in names)
        colours = looks.css_variables(dark=theme == "dark")
        text = text.replace(f"/* {theme} colours */", f"{declarations}; {colours};")
    return text.replace("/* looks */", looks.css_looks())


def kind(block: Block) -> str:
    """Which part of the template shows a block.

    >>> kind("a paragraph")
    'prose'
    """
    return KINDS.get(type(block), "headlines")


def _inline(svg: str) -> Markup:
    return Markup(themable(svg))


def script_data(data: Any) -> Markup:
    """JSON for a script element; no text in it can end the element.

    >>> script_data("</script>")
    Markup('"\\\\u003c/script>"')
    """
    return Markup(json.dumps(data, separators=(",", ":")).replace("<", "\\u003c"))
