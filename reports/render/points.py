"""What a page says where a reader points at a figure: the points of curves and bars, by name.

Taken from the drawing itself, in the units of the SVG's viewBox: no figure repeats its data.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.container import BarContainer, ErrorbarContainer
from matplotlib.figure import Figure as Canvas

POINT = 72  # of an inch: the unit of the SVG
PANEL = "panel"  # label of the axes of small multiples; their title goes before a series' name
MOST = 30  # points of a curve; between them a reader sees no difference


def points(canvas: Canvas) -> dict[str, Any]:
    """The points of a drawing that has been laid out: the names of its axes, and for each series
    its name and `[x, y, value on x, value on y]`; a value is "" where the axis has rows, not
    numbers."""
    series = []
    first = canvas.axes[0]
    for axes in canvas.axes:
        for name, xs, ys, at in _series(axes):
            pixels = axes.transData.transform(np.column_stack([xs, ys])) / canvas.dpi * POINT
            found = [
                [round(float(x), 1), round(height(canvas) - float(y), 1), *values]
                for (x, y), values in zip(pixels, at, strict=True)
                if np.isfinite([x, y]).all()
            ]
            if found:
                series.append({"name": name, "points": found})
    x = next((name for axes in canvas.axes if (name := axes.get_xlabel())), "")
    return {"x": x, "y": first.get_ylabel(), "series": series} if series else {}


def height(canvas: Canvas) -> float:
    """Of a drawing, in points."""
    return float(canvas.get_size_inches()[1] * POINT)


Series = tuple[str, Any, Any, list[list[str]]]


def _series(axes: Axes) -> Iterator[Series]:
    prefix = f"{axes.get_title(loc='left')}, " if axes.get_label() == PANEL else ""
    inside = set()
    for container in axes.containers:
        if isinstance(container, BarContainer):
            yield from _bars(axes, container)
        elif isinstance(container, ErrorbarContainer) and container.lines[0] is not None:
            inside.add(container.lines[0])
            line = container.lines[0]
            yield from _line(axes, prefix + str(container.get_label()), line)
    for line in axes.lines:
        label = str(line.get_label())
        if line not in inside and not label.startswith("_"):
            yield from _line(axes, prefix + label, line)


def _line(axes: Axes, label: str, line: Any) -> Iterator[Series]:
    xs, ys = (np.asarray(values, dtype=float) for values in line.get_data())
    keep = np.unique(np.linspace(0, len(xs) - 1, min(MOST, len(xs))).astype(int))
    xs, ys = xs[keep], ys[keep]
    rows = _rows(axes.yaxis)
    if rows and axes.get_ylabel() == "":
        names = [rows.get(round(float(y)), "") for y in ys]
        for x, y, name in zip(xs, ys, names, strict=True):
            yield f"{name}, {label}".strip(", "), [x], [y], [[number(x), ""]]
    else:
        at = [[number(x), number(y)] for x, y in zip(xs, ys, strict=True)]
        yield label, xs, ys, at


def _bars(axes: Axes, bars: BarContainer) -> Iterator[Series]:
    rows = _rows(axes.yaxis)
    for bar in bars.patches:
        width = float(bar.get_width())
        if width:
            x, y = bar.get_x() + width / 2, bar.get_y() + bar.get_height() / 2
            label = f"{rows.get(round(float(y)), '')}, {bars.get_label()}".strip(", ")
            yield label, [x], [y], [[number(width), ""]]


def _rows(axis: Axis) -> dict[int, str]:
    """The names of the rows of an axis without numbers."""
    return {
        round(float(tick)): label.get_text()
        for tick, label in zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=False)
        if label.get_text()
    }


def number(value: float) -> str:
    """Four digits, thousands separated.

    >>> number(1234.56), number(0.12345), number(3.0)
    ('1,235', '0.1235', '3')
    """
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{float(f'{value:.4g}'):,.10g}"
