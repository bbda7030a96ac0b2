"""The report: a page, its Markdown version, tables, figures, and a manifest with hashes."""

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kvratio import reports
from kvratio.reports.compare.steps import Comparison
from kvratio.reports.document import Document, Section
from kvratio.reports.folder import MANIFEST
from kvratio.reports.material import Material
from kvratio.reports.output import differences, encoded
from kvratio.reports.render.html import pages
from kvratio.reports.render.links import INDEX
from kvratio.reports.render.text import csv_text, latex, markdown
from kvratio.reports.sections import (
    ABOUT,
    SECTIONS,
    STUDIES,
    Maker,
    bounds,
    bounds_met,
    convergence,
    gaps,
    ledger,
    overview,
    own,
)
from kvratio.simulate.streams import repeatable
from kvratio.theory.checks import printable

TITLE = "kvratio report"
PAGE = INDEX
# those that shape the bytes of a report
DEPENDENCIES = ("jinja2", "matplotlib", "mpmath", "numpy", "scipy", "sympy")
PUBLISHED = reports.PUBLISHED / "report"

Files = Mapping[str, bytes]
NOTHING: Files = MappingProxyType({})


class Interrupted(KeyboardInterrupt):
    """The making of a document was interrupted; `document` has the sections that were done."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document


def make_document(
    material: Material,
    command: str,
    read: Sequence[Path] = (),
    sections: Sequence[Maker] | None = None,
    *,
    chosen: bool = False,
    studies: bool = False,
) -> Document:
    """Make the given sections; an interrupt raises `Interrupted` with those done.

    Without `sections`: all, but for the studies unless `studies`. `chosen`: the requests are a
    reader's own, and the first page begins with them.
    """
    if sections is None:
        sections = [make for name, make in SECTIONS.items() if studies or name not in STUDIES]
    front = overview.section(material if _computed(sections) else _as_published(material))
    mine = own.section(material) if chosen else None
    done: list[Section] = []
    stopped = False
    for make in sections:
        try:
            done.append(make(material))
        except KeyboardInterrupt:
            stopped = True
            break
    description = material.comparison.description
    if stopped:
        description += f". Interrupted: {len(sections) - len(done)} sections are missing"
    sources = provenance(material, read)
    made = {section.id for section in done}
    left_out = tuple((name, about) for name, about in ABOUT.items() if name not in made)
    document = Document(
        TITLE, description, front, tuple(done), command, sources, mine, () if stopped else left_out
    )
    if stopped:
        raise Interrupted(document)
    return document


def _computed(sections: Sequence[Maker]) -> bool:
    """Do the sections include all those whose findings stand on the first page?"""
    needed = {bounds.section, bounds_met.section, convergence.section}
    return needed | {gaps.section, ledger.section} <= set(sections)


def _as_published(material: Material) -> Material:
    """The same, with the published studies: where nothing is computed anew it is as it was."""
    return material if material.redo is None else replace(material, redo=None, made={})


def provenance(material: Material, read: Sequence[Path]) -> tuple[str, ...]:
    """Versions, seed, and the files that were read, with their hashes."""
    lines = [f"kvratio {version('kvratio')}, seed {material.seed}"]
    lines.append(f"Python {platform.python_version()}")
    lines += [f"{name} {version(name)}" for name in DEPENDENCIES]
    for path in read:  # a pipe cannot be read again
        digest = f", SHA-256 {_sha(path.read_bytes())}" if repeatable(path) else ""
        lines.append(f"read `{path}`{digest}")
    lines += [
        f"read `reports/published/{name}`, SHA-256 {digest}"
        for name, digest in material.read.items()
    ]
    return tuple(map(printable, lines))


def report_files(
    document: Document,
    comparison: Comparison,
    *,
    images: bool = False,
    also: Files = NOTHING,
    whole: bool = True,
) -> dict[str, bytes]:
    """All files of the report by name; the manifest comes last: it stands for a complete report.

    `images`: figures as PNG as well. `also`: further files, by name. `whole`: also the tables and
    figures that are published as they are; otherwise the pages link to those.
    """
    files = {}
    for table in document.tables():
        files[f"tables/{table.name}.csv"] = csv_text(table)
        files[f"tables/{table.name}.tex"] = latex(table)
    for figure in document.figures():
        files[f"figures/{figure.name}.svg"] = figure.svg
    linked = set() if whole else {name for name, text in files.items() if _published(name, text)}
    texts = pages(document, linked) | {
        "report.md": markdown(document, linked),
        "policies.json": json.dumps(comparison.rows(), indent=2) + "\n",
    }
    texts |= {name: text for name, text in files.items() if name not in linked}
    made = {name: encoded(text) for name, text in texts.items()} | dict(also)
    if images:
        made |= {f"figures/{figure.name}.png": figure.png for figure in document.figures()}
    made[MANIFEST] = _manifest(made, document).encode()
    return made


def _published(name: str, text: str) -> bool:
    """Is this file, to the byte, in the published report?"""
    return not differences({name: text}, PUBLISHED)


def _manifest(made: Files, document: Document) -> str:
    content = {
        "command": document.command,
        "provenance": document.provenance,
        "sha256": {name: _sha(data) for name, data in made.items()},
    }
    return json.dumps(content, indent=2) + "\n"


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


PAGES = (".html", ".css", ".js")  # pages with their style and scripts, which stand in `page/`


def published_part(made: Files) -> dict[str, bytes]:
    """What `reports/published/report` holds: Markdown, tables, vector figures and the manifest."""
    return {
        name: data
        for name, data in made.items()
        if not name.endswith((*PAGES, ".png")) and name != "policies.json"
    }


def compare_published(made: Files) -> list[str]:
    """A line for each published file that is missing or differs.

    Figures are compared only where the same matplotlib drew them, the manifest never: it names the
    versions of one machine.
    """
    manifest = PUBLISHED / MANIFEST
    old: Any = json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else {}
    drawn_alike = f"matplotlib {version('matplotlib')}" in old.get("provenance", [])
    texts = {
        name: data.decode()
        for name, data in published_part(made).items()
        if name != MANIFEST and (drawn_alike or not name.endswith(".svg"))
    }
    return differences(texts, PUBLISHED)
