"""A report as one HTML page that needs nothing from outside: styles, figures and script inside."""

import json
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from kvratio.reports.document import MEANING, Block, Document, Figure, Table, Viewer
from kvratio.reports.render import looks
from kvratio.reports.render.looks import themable
from kvratio.reports.viewer import HELP, summary, viewer
from kvratio.simulate.records import Run

LONG = 48  # characters of a formula that is shown without unfolding


def page(document: Document) -> str:
    """The page of a report; tables and figures link to their files in the same folder."""
    return str(_template("report.html.j2").render(document=document, meaning=MEANING))


def view_page(description: str, runs: Sequence[Run]) -> str:
    """A page with nothing but a viewer of these runs, which are of the same requests."""
    shown = viewer("runs", f"{len(runs[0].instance.output):,} requests", runs)
    return str(
        _template("view.html.j2").render(
            description=description, viewer=shown, table=summary(runs), help=HELP
        )
    )


def read(name: str) -> str:
    """A file of `reports/page/`."""
    return (files("kvratio.reports") / "page" / name).read_text(encoding="utf-8")


def _template(name: str) -> Any:
    environment = Environment(
        loader=FunctionLoader(read),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"prose": prose, "kind": kind, "themable": _inline, "data": script_data}
    environment.globals |= {
        "css": Markup(style_sheet()),
        "script": Markup(read("paint.js") + read("viewer.js")),
        "long": LONG,
    }
    return environment.get_template(name)


def style_sheet() -> str:
    """The styles, with the colours of `kvratio.reports.render.looks`, light and dark."""
    themes = {
        "light": (looks.INK, looks.PAPER, looks.GRID, looks.MUTED),
        "dark": (looks.DARK_INK, looks.DARK_PAPER, looks.DARK_GRID, looks.DARK_MUTED),
    }
    text = read("style.css")
    for theme, values in themes.items():
        names = zip(("ink", "paper", "line", "muted"), values, strict=True)
        declarations = "; ".join(f"--{name}: {value}" for name, value in names)
        colours = looks.css_variables(dark=theme == "dark")
        text = text.replace(f"/* {theme} colours */", f"{declarations}; {colours};")
    return text


def kind(block: Block) -> str:
    """Which part of the template shows a block.

    >>> kind("a paragraph")
    'prose'
    """
    for name, cls in (("prose", str), ("table", Table), ("figure", Figure), ("viewer", Viewer)):
        if isinstance(block, cls):
            return name
    return "findings"


def prose(text: str) -> Markup:
    """A paragraph with its code marked.

    >>> prose("run `a < b`")
    Markup('run <code>a &lt; b</code>')
    """
    return Markup(re.sub(r"`([^`]*)`", r"<code>\1</code>", str(escape(text))))


def _inline(svg: str) -> Markup:
    return Markup(themable(svg))


def script_data(data: Any) -> Markup:
    """JSON for a script element; no text in it can end the element.

    >>> script_data("</script>")
    Markup('"\\\\u003c/script>"')
    """
    return Markup(json.dumps(data, separators=(",", ":")).replace("<", "\\u003c"))
