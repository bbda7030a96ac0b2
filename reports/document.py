"""What a report consists of, as plain data: sections of paragraphs, tables, figures and findings.

The sections of `kvratio.reports.sections` make it; `kvratio.reports.render.html` and
`kvratio.reports.render.text` write it as a page, Markdown, CSV and LaTeX. Nothing here knows how it
will look.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kvratio.theory.checks import InputError

NAME = re.compile(r"[a-z][a-z0-9-]*")


class Obtained(StrEnum):
    """How a number came about; it is shown beside the number."""

    DERIVED = "derived"  # every step passed an exact symbolic check
    CERTIFIED = "certified"  # an exact certificate or interval enclosure was checked
    NUMERIC = "numeric"  # rests on a floating-point search
    SIMULATED = "simulated"  # comes out of runs
    CITED = "cited"  # taken from a publication


MEANING = {
    Obtained.DERIVED: "every step passed an exact symbolic or integer check",
    Obtained.CERTIFIED: "an exact certificate or a rigorous interval enclosure was checked",
    Obtained.NUMERIC: "rests on a floating-point search",
    Obtained.SIMULATED: "measured in runs of the simulator",
    Obtained.CITED: "taken from a publication, not checked here",
}


class Kind(StrEnum):
    """What the cells of a column are."""

    NUMBER = "number"
    TEXT = "text"
    OBTAINED = "obtained"  # one of `Obtained`, for the numbers of the same row
    FORMULA = "formula"  # may be long


@dataclass(frozen=True, slots=True)
class Column:
    """Head of a column; `obtained` says how all its numbers came about."""

    name: str
    kind: Kind = Kind.NUMBER
    obtained: Obtained | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under columns. `name` is the stem of its files, unique in a report.

    Raises `InputError` for a row that does not fit, and for a number that nothing labels.

    >>> Table("t", "A caption", (Column("x"),), (("1",),))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: table t: column x = None: required ...
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def __post_init__(self) -> None:
        _check_name(self.name)
        by_row = any(column.kind is Kind.OBTAINED for column in self.columns)
        for column in self.columns:
            if column.kind is Kind.NUMBER and column.obtained is None and not by_row:
                required = "how its numbers were obtained"
                raise InputError(f"table {self.name}: column {column.name}", None, required)
        for row in self.rows:
            if len(row) != len(self.columns):
                raise InputError(f"table {self.name}: row", row, f"{len(self.columns)} cells")


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing as SVG text and PNG bytes. `text` says in words what it shows."""

    name: str
    caption: str
    text: str
    svg: str
    png: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One checked fact: how, what it means for the claim, and what it says."""

    obtained: Obtained
    outcome: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim with its verdict in one line, and the evidence behind it."""

    id: str
    number: str  # the paper's ("Theorem 4"), empty for a statement without one
    verdict: str
    claim: str
    reading: str
    counterexample: str  # the smallest found, empty if there is none
    said_by: str
    source: str
    checked: str
    planned: str  # what was predicted before a simulation was run; empty for the other claims
    coq: str  # the theorem that Coq checks, or why there is none; empty for simulated claims
    evidence: tuple[Evidence, ...]
    provenance: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """Schedules to look at: `data` is what the viewer's script reads (`kvratio.reports.viewer`)."""

    name: str
    caption: str
    data: dict[str, Any]

    def __post_init__(self) -> None:
        _check_name(self.name)


Block = str | Table | Figure | tuple[Finding, ...] | Viewer


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report, and parts of it. A block that is a string is a paragraph; `...` in it
    is code."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    parts: tuple["Section", ...] = ()

    def __post_init__(self) -> None:
        _check_name(self.id)

    def all_blocks(self) -> Iterator[Block]:
        """The blocks of the section and of its parts, in order.

        >>> list(Section("a", "A", ("x",), (Section("b", "B", ("y",)),)).all_blocks())
        ['x', 'y']
        """
        yield from self.blocks
        for part in self.parts:
            yield from part.all_blocks()


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report: title, what it is about, its sections, and what made it."""

    title: str
    description: str
    sections: tuple[Section, ...]
    command: str
    provenance: tuple[str, ...]

    def tables(self) -> Iterator[Table]:
        """All tables in order."""
        return (block for block in self._blocks() if isinstance(block, Table))

    def figures(self) -> Iterator[Figure]:
        """All figures in order."""
        return (block for block in self._blocks() if isinstance(block, Figure))

    def _blocks(self) -> Iterator[Block]:
        for section in self.sections:
            yield from section.all_blocks()


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise InputError("name", name, "small letters, digits and hyphens")
