"""What predictions save of the price of cancelling, as one table and one figure."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from kvratio.reports.document import Column, Figure, Kind, Obtained, Table
from kvratio.reports.render.draw import Labels, draw
from kvratio.reports.render.labels import end_labels, plain_logarithmic
from kvratio.reports.render.looks import MUTED, look
from kvratio.reports.studies.predictions import COLUMNS, LEGEND, Enclosed, cells
from kvratio.theory.price.constant import enclosure

NAME = "predictions"
TITLE = "The price of cancelling by the width of predictions"
TEXT = ("rho",)
CERTIFIED = ("at least", "at most", "gap")


def table(found: Sequence[Enclosed]) -> Table:
    """Both ends at every rho."""
    columns = (
        Column(name, Kind.TEXT)
        if name in TEXT
        else Column(name, obtained=Obtained.CERTIFIED if name in CERTIFIED else Obtained.DERIVED)
        for name in COLUMNS
    )
    return Table(NAME, TITLE, tuple(columns), tuple(cells(one) for one in found), LEGEND)


def figure(found: Sequence[Enclosed]) -> Figure:
    """Both ends against rho, between never cancelling and the price without predictions."""
    rhos = [float(one.rho) for one in found]
    below, above = [float(one.below) for one in found], [float(one.above) for one in found]
    price = float(enclosure().below)
    whole = [(rho, (1 + rho**0.5) / 2) for rho in rhos if (1 + rho**0.5) / 2 < 1.2 * price]

    def plot(axes: Axes) -> None:
        names = ("at most", "never cancelling", "at least")
        above_look, whole_look, below_look = (look(k, name) for k, name in enumerate(names))
        axes.axhline(price, color=MUTED, lw=1.2, ls="--", label="no prediction")
        axes.fill_between(rhos, below, above, color=above_look["color"], alpha=0.25, lw=0)
        axes.plot(rhos, above, **above_look)
        axes.plot(rhos, below, **below_look)
        axes.plot(*zip(*whole, strict=True), **whole_look)
        plain_logarithmic(axes, "x")
        ends = [(price, "no prediction", MUTED)]
        ends += [(above[-1], names[0], above_look["color"])]
        ends += [(below[-1], names[2], below_look["color"])]
        end_labels(axes, ends, 200)
        axes.annotate(
            names[1], whole[-1], xytext=(8, -12), textcoords="offset points",
            fontsize="small", color=whole_look["color"],
        )  # fmt: skip

    worst = max(found, key=lambda one: one.gap)
    text = (
        f"{TITLE}: between {below[0]:.4f} and {above[0]:.4f} at rho = {rhos[0]:g}, between "
        f"{below[-1]:.4f} and {above[-1]:.4f} at rho = {rhos[-1]:g}; the ends differ by at most "
        f"{worst.gap:.1%} (at rho = {float(worst.rho):g})."
    )
    title = f"What predictions save of the price of cancelling, to within {worst.gap:.1%}"
    labels = Labels(title, "rho = v(u)/v(l)", "best ratio to the optimum")
    return draw(NAME, labels, plot, caption=LEGEND, text=text, legend=False)
