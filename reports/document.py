"""What a report consists of, as plain data: sections of paragraphs, tables, figures and findings.

The sections of `kvratio.reports.sections` make it; `kvratio.reports.render.html` and
`kvratio.reports.render.text` write it as a page, Markdown, CSV and LaTeX. Nothing here knows how it
will look.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
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
    kvratio.theory.checks.InputError: table t: column x: expected ..., got nothing
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
    """A drawing as SVG text, and as PNG when asked for. `text` says in words what it shows.

    `pixels` makes the PNG. `points`: what a page says where a reader points
    (`kvratio.reports.render.points`).
    """

    name: str
    caption: str
    text: str
    svg: str
    pixels: Callable[[], bytes] = field(compare=False, repr=False)
    points: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_name(self.name)

    @property
    def png(self) -> bytes:
        """The drawing in pixels, made anew each time: most reports have no use for it."""
        return self.pixels()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One checked fact: how, what it means for the claim, and what it says."""

    obtained: Obtained
    outcome: str
    text: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """Schedules to look at: `data` is what the viewer's script reads (`kvratio.reports.viewer`)."""

    name: str
    caption: str
    data: dict[str, Any]

    def __post_init__(self) -> None:
        _check_name(self.name)


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim with its verdict, and the evidence behind it.

    `policy`: whom it speaks of. `example`: schedules of the smallest counterexample, where that is
    an instance. `values`: what contradicts it, as where, quantity, found and claimed.
    """

    id: str
    number: str  # the paper's ("Theorem 4"), empty for a statement without one
    verdict: str
    claim: str
    policy: str
    reading: str
    counterexample: str  # the smallest found, empty if there is none
    said_by: str
    source: str
    checked: str
    planned: str  # what was predicted before a simulation was run; empty for the other claims
    coq: str  # the theorem that Coq checks, or why there is none; empty for simulated claims
    evidence: tuple[Evidence, ...]
    provenance: str
    example: Viewer | None = None
    values: tuple[tuple[str, str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims with their verdicts: on a page a table to filter and sort, and a panel for each."""

    name: str
    caption: str
    findings: tuple[Finding, ...]

    def table(self) -> Table:
        """The claims as a plain table."""
        heads = (
            *("number", "verdict", "condition", "statement", "smallest counterexample found"),
            *("policy", "said by", "source", "checked by Coq", "claim"),
        )
        return Table(
            self.name,
            self.caption,
            tuple(Column(name, Kind.TEXT) for name in heads),
            tuple(
                (
                    *(f.number, f.verdict, f.reading, f.claim, f.counterexample),
                    *(f.policy, f.said_by, f.source, f.coq, f.id),
                )
                for f in self.findings
            ),
        )


@dataclass(frozen=True, slots=True)
class Headline:
    """A result in one sentence, with its condition, and where it is shown: a section's id, with an
    anchor after `#` if it is not the whole section."""

    text: str
    condition: str
    target: str = ""


Headlines = tuple[Headline, ...]
Block = str | Table | Figure | Claims | Viewer | Headlines


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the report, and parts of it, which are pages too. A block that is a string is a
    paragraph; `...` in it is code. `summary` says in a sentence what it holds."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    parts: tuple["Section", ...] = ()
    summary: str = ""

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
    """A whole report: title, what it is about, what a reader sees first, its sections, and what
    made it. `own`: the reader's own requests in short, if the report is about such. `elsewhere`:
    names of sections that it leaves out, and what they are about."""

    title: str
    description: str
    front: Section
    sections: tuple[Section, ...]
    command: str
    provenance: tuple[str, ...]
    own: Section | None = None
    elsewhere: tuple[tuple[str, str], ...] = ()

    def tables(self) -> Iterator[Table]:
        """All tables in order, each once."""
        found: dict[str, Table] = {}
        for block in self._blocks():
            table = block.table() if isinstance(block, Claims) else block
            if isinstance(table, Table):
                found.setdefault(table.name, table)
        return iter(found.values())

    def figures(self) -> Iterator[Figure]:
        """All figures in order, each once."""
        found: dict[str, Figure] = {}
        for block in self._blocks():
            if isinstance(block, Figure):
                found.setdefault(block.name, block)
        return iter(found.values())

    def pages(self) -> Iterator[Section]:
        """The sections and their parts, in order: all pages but the first."""
        for section in self.sections:
            yield section
            yield from section.parts

    def _blocks(self) -> Iterator[Block]:
        for section in (self.own, self.front, *self.sections):
            if section is not None:
                yield from section.all_blocks()


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise InputError("name", name, "small letters, digits and hyphens")
