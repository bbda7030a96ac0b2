"""Do simulated policies reach the latency of the fluid limit? Figures and tables, law by law."""

import json

from matplotlib.axes import Axes

from kvratio.reports.document import Block, Column, Figure, Kind, Obtained, Section, Table
from kvratio.reports.material import Material
from kvratio.reports.render.draw import Labels, draw
from kvratio.reports.render.looks import MUTED, policy_look, policy_title
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
    """One figure and one table a law."""
    rows = _rows(material)
    blocks: list[Block] = [LEAD, material.origin(PUBLISHED)]
    for k, law in enumerate(dict.fromkeys(row.law for row in rows), 1):
        mine = [row for row in rows if row.law == law]
        blocks += [_figure(k, law, mine), _table(k, law, mine)]
    return Section("convergence", "Convergence to the fluid limit", tuple(blocks))


def _rows(material: Material) -> list[Row]:
    if material.redo is not None:
        study = Convergence(SIZES, SEEDS)
        return study.compared(material.rows(study))
    return [Row.from_json(data) for data in json.loads(material.published(PUBLISHED))]


def _figure(k: int, law: str, rows: list[Row]) -> Figure:
    def plot(axes: Axes) -> None:
        axes.axhline(1, color=MUTED, lw=1.2)
        for policy in dict.fromkeys(row.policy for row in rows):
            mine = [row for row in rows if row.policy == policy]
            means, widths = zip(*(row.tel_ratio for row in mine), strict=True)
            style = policy_look(policy)
            axes.errorbar([row.size.memory for row in mine], means, widths, capsize=3, **style)
        axes.set_xscale("log")
        axes.set_xticks([size.memory for size in SIZES], [f"{size.memory:,}" for size in SIZES])
        axes.set_xticks([], minor=True)

    last = [row for row in rows if row.size == rows[-1].size]
    met = ", ".join(policy_title(row.policy) for row in last if row.meets)
    labels = Labels(law, "memory M (tokens), 40 M requests", "latency: simulated / form")
    text = f"Convergence on {law}. At the largest size these meet their form: {met}."
    caption = f"At the largest size within {TOLERANCE:.0%} of their form: {met} (simulated)."
    return draw(f"convergence-{k}", labels, plot, caption=caption, text=text)


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
