"""Drawing with matplotlib: SVG and PNG that have the same bytes for the same data."""

import io
import re
from collections.abc import Callable
from textwrap import fill
from typing import Any, NamedTuple

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from kvratio.reports.document import Figure
from kvratio.reports.render.looks import GRID, INK, MUTED, PAPER

WIDTH = 8.0  # inches
DPI = 120  # of the PNG
TITLE = 56  # letters in a line of a title: more are cut off beside long names of rows

# on top of the defaults, so that a user's own settings do not change the bytes
STYLE: list[Any] = [
    "default",
    {
        "svg.hashsalt": "kvratio",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 10.5,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.titlelocation": "left",
        "axes.titleweight": "bold",
        "lines.markersize": 5.0,
        "legend.frameon": False,
        "figure.facecolor": PAPER,
        "axes.facecolor": PAPER,
        "grid.color": GRID,
        "axes.edgecolor": MUTED,
        **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
    },
]
NO_SVG_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))
NO_PNG_METADATA = {"Software": None}


class Labels(NamedTuple):
    """Title and axes of a figure; axes name their unit."""

    title: str
    x: str
    y: str


def draw(
    name: str,
    labels: Labels,
    plot: Callable[[Axes], None],
    *,
    caption: str,
    text: str,
    height: float = 4.2,
) -> Figure:
    """A figure with one pair of axes; `plot` puts the curves on them, a legend goes below.

    The ids in the SVG start with `name`, so that several figures can stand in one page.
    """
    with style.context(STYLE):
        canvas = Canvas(figsize=(WIDTH, height), layout="constrained")
        axes = canvas.add_subplot()
        axes.set(title=fill(labels.title, TITLE), xlabel=labels.x, ylabel=labels.y)
        plot(axes)
        handles, names = axes.get_legend_handles_labels()
        if handles:
            canvas.legend(handles, names, loc="outside lower center", ncols=3, fontsize="small")
        vector, pixels = io.StringIO(), io.BytesIO()
        canvas.savefig(vector, format="svg", metadata=NO_SVG_METADATA)
        canvas.savefig(pixels, format="png", dpi=DPI, metadata=NO_PNG_METADATA)
    svg = vector.getvalue()
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", svg[svg.index("<svg") :])
    return Figure(name, caption, text, svg, pixels.getvalue())
