"""Names beside the ends of curves, instead of a legend, and axes with numbers that one reads."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullFormatter

GAP = 13.0  # points between the lines of labels
PLAIN = FuncFormatter(lambda value, _: f"{value:,.10g}")
# of a logarithmic axis, as far as it goes over
ROUND = tuple(digit * 10.0**power for power in range(-6, 10) for digit in (1, 3))


def plain_logarithmic(axes: Axes, *names: str) -> None:
    """Make axes ("x", "y") logarithmic with ticks at 1, 3, 10, 30, ... in plain figures."""
    for name in names:
        getattr(axes, f"set_{name}scale")("log")
        axis = getattr(axes, f"{name}axis")
        low, high = sorted(getattr(axes, f"get_{name}lim")())
        ticks = [tick for tick in ROUND if low <= tick <= high]
        if len(ticks) < 2:
            ticks = [d * 10.0**p for p in range(-6, 10) for d in range(1, 10)]
            ticks = [tick for tick in ticks if low <= tick <= high]
        axis.set_ticks(ticks)
        axis.set_major_formatter(PLAIN)
        axis.set_minor_formatter(NullFormatter())
        axis.set_ticks([], minor=True)
        getattr(axes, f"set_{name}lim")(low, high)


def end_labels(axes: Axes, ends: Sequence[tuple[float, str, Any]], height: float) -> None:
    """Name curves at the right edge: (value on y at the end, name, colour), moved apart.

    `height`: of the axes in points, about; labels stand at least `GAP` points apart.
    """
    low, high = axes.get_ylim()
    scale = axes.transScale.transform
    bottom, top = (float(scale((1, value))[1]) for value in (low, high))
    wanted = sorted(
        ((float(scale((1, value))[1]) - bottom) / (top - bottom), name, colour)
        for value, name, colour in ends
    )
    places = apart([place for place, _, _ in wanted], GAP / height)
    for place, (_, name, colour) in zip(places, wanted, strict=True):
        axes.annotate(
            name, (1, place), xycoords="axes fraction", xytext=(5, 0), textcoords="offset points",
            va="center", fontsize="small", color=colour, annotation_clip=False,
        )  # fmt: skip


def apart(places: Sequence[float], gap: float) -> list[float]:
    """Ascending places moved as little as needed to be `gap` apart, the upper ones giving way
    down where they would leave 1.

    >>> [round(x, 3) for x in apart([0.2, 0.21, 0.9], 0.1)]
    [0.155, 0.255, 0.9]
    """
    groups: list[list[float]] = []  # sums of places, sizes; a group stands around its mean
    for place in places:
        groups.append([place, 1])
        while len(groups) > 1:
            (s, n), (t, m) = groups[-2:]
            if t / m - s / n >= gap * (n + m) / 2 - 1e-12:
                break
            groups[-2:] = [[s + t, n + m]]
    found = []
    for total, count in groups:
        first = min(max(total / count - gap * (count - 1) / 2, 0.0), 1 - gap * (count - 1))
        found += [first + gap * k for k in range(int(count))]
    return found
