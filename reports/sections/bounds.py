"""Bound tables: what is proved about each policy's ratio, family by family of output lengths."""

import json
from collections.abc import Iterable
from typing import Any

from kvratio.reports.bounds.table import collected, examples, json_rows
from kvratio.reports.document import Block, Column, Kind, Section, Table
from kvratio.reports.material import Material

PUBLISHED = "bounds.json"

# by how the ids of `theory` begin: name of the table, and its caption
FAMILIES = {
    "two-point": ("bounds-two-point", "Two lengths l < u, alpha = l/u"),
    "geometric": ("bounds-geometric", "Geometric lengths, P(o = k) ~ q^(k-1)"),
    "linear geometric": (
        "bounds-linear-geometric",
        "Linearly weighted geometric lengths, P(o = k) ~ k q^(k-1)",
    ),
    "uniform": ("bounds-uniform", "Uniform lengths on [1, u]"),
    "any lengths": ("bounds-any-lengths", "Any lengths"),
    "one length": ("bounds-one-length", "All requests of one length"),
}
GENERAL = ("bounds-general", "All lengths in [l, u]: competitive ratios")
COLUMNS = (
    Column("policy", Kind.TEXT),
    Column("lengths and prompt", Kind.TEXT),
    Column("against", Kind.TEXT),
    Column("supremum"),
    Column("obtained", Kind.OBTAINED),
    Column("attained", Kind.TEXT),
    Column("closed form", Kind.FORMULA),
)
LONGEST = 150  # letters of a closed form that is shown; longer ones nobody reads in a table
SEE = "long, in bounds.md"
AT_A_POINT = " @ "  # in the id of a formula that is evaluated at a point

LEAD = (
    "Ratios of the total end-to-end latency in the fluid limit (M and n/M to infinity), each "
    "derived and checked step by step by `kvratio bounds`. H-SF is the published benchmark and a "
    "heuristic; the area bound is the optimum of the fluid limit and a lower bound on every "
    "schedule. s is the common prompt in tokens, inf: no finite supremum, an empty cell: a formula "
    "with free parameters. What is proved, with the proofs: `reports/published/bounds.md`."
)


def section(material: Material) -> Section:
    """One table a family; every row says how its value was obtained."""
    found = [row for row in rows(material) if AT_A_POINT not in row["id"]]
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in found:
        groups.setdefault(FAMILIES.get(row["id"].split("/")[0], GENERAL), []).append(row)
    order = [*FAMILIES.values(), GENERAL]
    tables: list[Block] = [_table(*key, groups[key]) for key in order if key in groups]
    origin = material.origin(PUBLISHED)
    summary = f"{len(found)} competitive ratios with closed forms, family by family of lengths"
    blocks = (LEAD, origin, _suprema(found), *tables)
    return Section("bounds", "Bounds", blocks, summary=summary)


def rows(material: Material) -> list[dict[str, Any]]:
    """The derived bounds, as they are published or derived anew."""
    return material.once("bounds", lambda: _rows(material))


def _rows(material: Material) -> list[dict[str, Any]]:
    if material.redo is None:
        published: list[dict[str, Any]] = json.loads(material.published(PUBLISHED))
        return published
    results = collected(lambda module: material.progress(f"deriving {module}"))
    return json_rows(results, examples(results))


def _table(name: str, caption: str, rows: Iterable[dict[str, Any]]) -> Table:
    cells = tuple(
        (
            row["policy"],
            row["family"],
            row["benchmark"],
            _short(row["value"]),
            row["obtained"],
            row["attained"],
            row["closed_form"] if len(row["closed_form"]) <= LONGEST else SEE,
        )
        for row in rows
    )
    return Table(name, caption, COLUMNS, cells)


def _short(value: str) -> str:
    """Six digits are enough to read; the file of bounds has twelve."""
    return f"{float(value):.6g}" if value not in ("", "inf") else value


# ids of the suprema without prompts: {policy} against {benchmark}
SUPREMA = {
    "two lengths": ("two-point/{policy}/{benchmark}/s=0", "two-point/{policy}/{benchmark}"),
    "geometric": ("geometric/{policy}/{benchmark}/s=0",),
    "linearly weighted geometric": ("linear geometric/{policy}/{benchmark}/s=0",),
}
POLICIES = {
    "A_min": ("A_min",),
    "staggered A_min": ("staggered A_min",),
    "A_l": ("A_l",),
    "A_max": ("A_max",),
    "slicing": ("slicing", "slicing 1, 2, 4, ..."),
}
# bounds for all lengths and prompts, against the area bound, which is below the optimum and H-SF
FOR_ALL = {"learned slicing": "general/learned slicing/area"}


def _suprema(rows: list[dict[str, Any]]) -> Table:
    """Policies against families: the largest ratios without prompts, to H-SF and to the optimum."""
    by_id = {row["id"]: row for row in rows}
    body = []
    for title, names in POLICIES.items():
        for family, patterns in SUPREMA.items():
            found = [
                next(
                    (
                        by_id[key]
                        for name in names
                        for pattern in patterns
                        if (key := pattern.format(policy=name, benchmark=benchmark)) in by_id
                    ),
                    None,
                )
                for benchmark in ("H-SF", "area")
            ]
            if any(row and row["value"] for row in found):
                cells = []
                for row in found:
                    cells += [_short(row["value"]), row["obtained"]] if row else ["", ""]
                body.append((title, family, *cells))
    for title, key in FOR_ALL.items():
        if key in by_id:
            at_most = (f"at most {_short(by_id[key]['value'])}", by_id[key]["obtained"])
            body += [(title, family, *at_most, *at_most) for family in SUPREMA]
    return Table(
        "suprema",
        "Largest ratios by policy and family",
        (
            Column("policy", Kind.TEXT),
            Column("lengths", Kind.TEXT),
            Column("against H-SF"),
            Column("obtained", Kind.OBTAINED),
            Column("against the optimum"),
            Column("obtained", Kind.OBTAINED),
        ),
        tuple(body),
        "Without prompts, except slicing on two lengths, which is over all prompts, and learned "
        "slicing, whose bound is for all lengths and prompts. An empty cell: no closed form, see "
        "the tables by family. A_l is that of arXiv 2508.14544, for two lengths.",
    )
