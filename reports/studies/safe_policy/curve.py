"""What the study safe-policy says of the trade-off: mean against tail against waste."""

from collections.abc import Sequence
from statistics import fmean, geometric_mean
from typing import TYPE_CHECKING, NamedTuple

from kvratio.reports.render.text import pipe_table
from kvratio.reports.studies.safe_policy.page import Found

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TITLE = "Mean latency against the tail"
HEADER = (
    "policy",
    "mean / best: geometric mean",
    "p99 / FCFS: geometric mean",
    "tokens lost: mean",
)


class Point(NamedTuple):
    """Of a policy in some cells, geometric means: mean latency over the best peer's in the cell;
    p99 over that of FCFS, in timed cells with load below 1. And the mean share of tokens lost."""

    mean: float
    tail: float
    lost: float


def point(cells: Sequence[Found], name: str, fcfs: str) -> Point:
    """Where a policy stands."""
    return Point(
        geometric_mean(cell.mean(name) for cell in cells),
        geometric_mean(cell.p99(name, fcfs) for cell in cells if cell.stable),
        fmean(cell.of[name].lost for cell in cells),
    )


def table(cells: Sequence[Found], names: Sequence[str], fcfs: str) -> list[str]:
    """A row for each policy."""
    found = [(name, point(cells, name, fcfs)) for name in names]
    body = [
        (f"`{name}`", f"{at.mean:.3f}", f"{at.tail:.2f}", f"{at.lost:.1%}") for name, at in found
    ]
    return pipe_table(HEADER, body)


def figure(cells: Sequence[Found], ours: Sequence[str], others: Sequence[str], fcfs: str) -> str:
    """The same as SVG: a point for each policy, ours apart."""
    from kvratio.reports.render.draw import Labels, draw
    from kvratio.reports.render.looks import policy_look

    def plot(axes: "Axes") -> None:
        for name in (*others, *ours):
            family, _, told = name.partition(":")
            at, style = point(cells, name, fcfs), policy_look(family)
            axes.plot([at.mean], [at.tail], **{**style, "linestyle": "", "label": None})
            axes.annotate(
                told or style["label"],
                (at.mean, at.tail),
                textcoords="offset points",
                xytext=(-6, 6) if name == others[-1] else (7, 3),
                ha="right" if name == others[-1] else "left",  # it stands at the right end
                fontsize="small",
            )

    labels = Labels(TITLE, "mean latency over the best peer's", "p99 / FCFS, load below 1")
    caption = f"{TITLE}, geometric means over the tuned cells; left and below is better."
    return draw("safe-policy", labels, plot, caption=caption, text=caption, legend=False).svg
