"""Do simulated policies reach the latency of the fluid limit? Figures and tables, law by law."""

import json
from collections.abc import Callable, Mapping

from matplotlib.axes import Axes

from kvratio.reports.document import Block, Column, Figure, Kind, Obtained, Section, Table
from kvratio.reports.material import Material
from kvratio.reports.render.draw import Labels, draw_many
from kvratio.reports.render.looks import MUTED, figure_look, in_colour, policy_title
from kvratio.reports.studies.convergence import CONFIDENCE, SIZES, TOLERANCE, Convergence, Row

PUBLISHED = "convergence.json"
SEEDS = 5
LEAD = (
    "As the memory M and the load n/M grow, the simulated latency over that of a policy's form "
    "should tend to 1. Requests have exactly the law's shares, in a random order; intervals are "
    f"{CONFIDENCE:.0%} Student intervals over {SEEDS} seeds. A policy meets its form when it is "
    f"within {TOLERANCE:.0%} at the largest size."
)


def section(material: Material) -> Section:
    """One figure, and one table a law."""
    rows = rows_of(material)
    laws = {
        law: [row for row in rows if row.law == law] for law in dict.fromkeys(r.law for r in rows)
    }
    tables = [_table(k, law, mine) for k, (law, mine) in enumerate(laws.items(), 1)]
    blocks: list[Block] = [LEAD, material.origin(PUBLISHED), _figure(laws), *tables]
    return Section(
        "convergence",
        "Convergence",
        tuple(blocks),
        summary="does simulated latency reach the formulas of the fluid limit as M grows?",
    )


def rows_of(material: Material) -> list[Row]:
    if material.redo is not None:
        study = Convergence(SIZES, SEEDS)
        return study.compared(material.rows(study))
    return [Row.from_json(data) for data in json.loads(material.published(PUBLISHED))]


def _figure(laws: Mapping[str, list[Row]]) -> Figure:
    """A panel a law; grey: policies that other figures do not show."""
    coloured = in_colour(row.policy for rows in laws.values() for row in rows)

    def panel(rows: list[Row]) -> Callable[[Axes], None]:
        def plot(axes: Axes) -> None:
            axes.axhline(1, color=MUTED, lw=1.2)
            for policy in dict.fromkeys(row.policy for row in rows):
                mine = [row for row in rows if row.policy == policy]
                means, widths = zip(*(row.tel_ratio for row in mine), strict=True)
                look = figure_look(policy, coloured) | {"label": policy, "ms": 3.5}
                axes.errorbar([row.size.memory for row in mine], means, widths, capsize=2, **look)
            axes.set_xscale("log")
            sizes = sorted({row.size.memory for row in rows})
            axes.set_xticks(sizes, [f"{memory:,}" for memory in sizes])
            axes.set_xticks([], minor=True)

        return plot

    last = [row for rows in laws.values() for row in rows if row.size == rows[-1].size]
    met = {
        p: sum(r.meets for r in last if r.policy == p)
        for p in dict.fromkeys(r.policy for r in last)
    }
    always = [name for name, count in met.items() if count == len(laws)]
    title = f"Only {', '.join(always)} come within {TOLERANCE:.0%} of their formulas on all laws"
    words = ", ".join(f"{name} on {count} of {len(laws)}" for name, count in met.items())
    return draw_many(
        "convergence",
        Labels(title, "memory M (tokens)", "latency / formula"),
        {law: panel(rows) for law, rows in laws.items()},
        caption=f"40 M requests. At the largest size within {TOLERANCE:.0%}: {words} (simulated). "
        "A_min and A_max as printed are other policies than their formulas describe; slicing "
        "approaches its own as M grows.",
        text=f"Simulated latency over the formula's, by memory. {title}.",
    )


def _table(k: int, law: str, rows: list[Row]) -> Table:
    return Table(
        f"convergence-{k}",
        law,
        (
            Column("policy", Kind.TEXT),
            Column("M", Kind.TEXT),
            Column("n", Kind.TEXT),
            Column("ratio of forms", obtained=Obtained.DERIVED),
            Column("ratio to H-SF", obtained=Obtained.SIMULATED),
            Column("± 95 %", obtained=Obtained.SIMULATED),
            Column("latency / form", obtained=Obtained.SIMULATED),
            Column("± 95 % ", obtained=Obtained.SIMULATED),
            Column("meets form", Kind.TEXT),
        ),
        tuple(
            (
                policy_title(row.policy),
                f"{row.size.memory:,}",
                f"{row.size.requests:,}",
                f"{row.form_to_h_sf:.4f}",
                *(f"{value:.4f}" for value in (*row.to_h_sf, *row.tel_ratio)),
                "yes" if row.meets else "no",
            )
            for row in rows
        ),
    )
