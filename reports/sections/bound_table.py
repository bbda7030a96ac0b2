"""The one table of bounds, first of the sections on bounds, and when to use A_l and when A_min."""

import json
from typing import Any

from kvratio.reports.bounds.summary import Cell, cells, published_figures
from kvratio.reports.bounds.summary_texts import HEADS, TITLE, lines, notes, shown
from kvratio.reports.bounds.switches import alpha_figure, q_figure, table
from kvratio.reports.bounds.table import collected, json_rows
from kvratio.reports.document import Column, Kind, Section, Table
from kvratio.reports.material import Material

PUBLISHED = "bounds.json"
LEAD = (
    "A_min and A_l, the two algorithms of arXiv 2508.14544 that read no true length, beside A_max, "
    "A_random and H-SF, on the three families of lengths of that paper. The paper has A_l on two "
    "lengths only; here it has a threshold (its best one for each member of a family), so that it "
    "is defined on all three. `kvratio bounds --table` prints this table."
)
SWITCH = (
    "When to use which: on two lengths A_l below a ratio alpha* = l/u that falls from "
    "(3 - sqrt 5)/2 without prompts to 1/4 for long ones, A_min above it. On the endless families "
    "A_l pays for small q only, where most requests end with their first token, and less so the "
    "longer the prompt is."
)


def section(material: Material) -> Section:
    """The table, the rows behind its cells, and the switch points."""
    rows = _rows(material)
    found, figures = cells(rows), published_figures()
    one = Table(
        "one-table",
        TITLE,
        tuple(Column(name, Kind.TEXT) for name in HEADS),
        tuple(
            (*labels, *(shown(row.get(policy)) for policy in HEADS[3:]))
            for labels, row in lines(found, figures)
        ),
        " ".join(notes(found, figures)[:-1]),
    )
    origin = material.origin(PUBLISHED)
    switches = (SWITCH, alpha_figure(), q_figure(rows), table(rows))
    blocks = (LEAD, origin, one, *switches, _ids(found))
    summary = "A_min and A_l beside A_max, A_random and H-SF on three families; when to use which"
    return Section("bound-table", "One table of bounds", blocks, summary=summary)


def _rows(material: Material) -> list[dict[str, Any]]:
    if material.redo is None:
        published: list[dict[str, Any]] = json.loads(material.published(PUBLISHED))
        return published
    return json_rows(collected(lambda module: material.progress(f"deriving {module}")), [])


def _ids(found: list[Cell]) -> Table:
    """The derivation behind each cell."""
    return Table(
        "one-table-ids",
        "The rows of bounds behind the table",
        (
            Column("policy", Kind.TEXT),
            Column("against", Kind.TEXT),
            Column("supremum"),
            Column("obtained", Kind.OBTAINED),
            Column("row", Kind.TEXT),
        ),
        tuple((c.policy, c.against, c.growth or c.value, c.obtained, c.id) for c in found),
    )
