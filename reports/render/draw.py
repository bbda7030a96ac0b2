"""Drawing with matplotlib: SVG and PNG that have the same bytes for the same data."""

import io
import re
from collections.abc import Callable, Collection, Mapping
from functools import partial
from textwrap import fill
from typing import Any, NamedTuple

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from kvratio.reports.document import Figure
from kvratio.reports.render.labels import plain_logarithmic
from kvratio.reports.render.looks import GREY, GRID, INK, MUTED, PAPER
from kvratio.reports.render.points import PANEL, points

WIDTH = 6.0  # inches: a phone shows its letters at four fifths of their size
DPI = 160  # of the PNG
PANEL_TITLE = 34  # of a panel of small multiples
TITLE = 52  # letters in a line of a title: more are cut off beside long names of rows

# on top of the defaults, so that a user's own settings do not change the bytes
STYLE: list[Any] = [
    "default",
    {
        "svg.hashsalt": "kvratio",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 10.5,
        "axes.titlesize": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.titlelocation": "left",
        "lines.markersize": 5.0,
        "legend.frameon": False,
        "figure.facecolor": PAPER,
        "axes.facecolor": PAPER,
        "grid.color": GRID,
        "axes.edgecolor": MUTED,
        **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
    },
]
HEADING: dict[str, Any] = {"fontsize": 11.5, "fontweight": "bold"}
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
    height: float = 3.6,
    legend: bool = True,
    named: Collection[str] = (),
) -> Figure:
    """A figure with one pair of axes; `plot` puts the curves on them, a legend goes below; it
    leaves out curves that are `named` in the drawing.

    The ids in the SVG start with `name`, so that several figures can stand in one page.
    """
    with style.context(STYLE):
        canvas = Canvas(figsize=(WIDTH, height), layout="constrained")
        axes = canvas.add_subplot()
        canvas.suptitle(fill(labels.title, TITLE), x=0.01, ha="left", **HEADING)
        axes.set(xlabel=labels.x, ylabel=labels.y)
        plot(axes)
        if legend:
            _legend(canvas, axes, named)
        return _saved(name, canvas, caption, text)


def draw_many(
    name: str,
    labels: Labels,
    panels: Mapping[str, Callable[[Axes], None]],
    *,
    caption: str,
    text: str,
    columns: int = 2,
    logarithmic: bool = False,
) -> Figure:
    """Small multiples: the same axes for every panel, by the title of the panel; one legend.

    `logarithmic`: the axis of y.
    """
    rows = -(-len(panels) // columns)
    with style.context(STYLE):
        canvas = Canvas(figsize=(WIDTH, 1.2 + 1.9 * rows), layout="constrained")
        grid = canvas.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        canvas.suptitle(fill(labels.title, TITLE), x=0.01, ha="left", **HEADING)
        for axes in grid.flat[len(panels) :]:
            axes.remove()
        for axes, (title, plot) in zip(grid.flat, panels.items(), strict=False):
            axes.set_title(fill(title, PANEL_TITLE), fontsize="small")
            axes.set_label(PANEL)
            plot(axes)
        for k in range(min(columns, len(panels))):  # the lowest panel of a column says what x is
            last = max(i for i in range(k, len(panels), columns))
            grid.flat[last].set_xlabel(labels.x)
            grid.flat[last].tick_params(labelbottom=True)
        grid[0, 0].set_ylabel(labels.y)
        if logarithmic:  # the axis is shared: only now all of it is known
            plain_logarithmic(grid[0, 0], "y")
        _legend(canvas, grid[0, 0])
        return _saved(name, canvas, caption, text)


def _legend(canvas: Canvas, axes: Axes, named: Collection[str] = ()) -> None:
    """Below the drawing, of the curves in colour; a page names the grey ones where one points."""
    handles, names = axes.get_legend_handles_labels()
    shown = [
        (handle, label)
        for handle, label in zip(handles, names, strict=True)
        if _colour(handle) != GREY and label not in named
    ]
    if shown:
        canvas.legend(
            *zip(*shown, strict=True), loc="outside lower center", ncols=3, fontsize="small"
        )


def _colour(handle: Any) -> Any:
    part = handle[0] if isinstance(handle, tuple) else handle  # a curve with intervals
    return part.get_color() if hasattr(part, "get_color") else None


def _saved(name: str, canvas: Canvas, caption: str, text: str) -> Figure:
    vector = io.StringIO()
    canvas.savefig(vector, format="svg", metadata=NO_SVG_METADATA)
    told = points(canvas)
    svg = vector.getvalue()
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", svg[svg.index("<svg") :])
    return Figure(name, caption, text, compact(svg), partial(_pixels, canvas), told)


def _pixels(canvas: Canvas) -> bytes:
    pixels = io.BytesIO()
    with style.context(STYLE):
        canvas.savefig(pixels, format="png", dpi=DPI, metadata=NO_PNG_METADATA)
    return pixels.getvalue()


def compact(svg: str) -> str:
    """The SVG without what nobody sees: digits beyond a tenth of a point, ids that nothing
    refers to, blanks between elements, fonts in place of a missing one.

    >>> compact('<path id="a" d="M 1.23456 7.0009"/>')
    '<path d="M 1.2 7"/>'
    """
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
    svg = re.sub(r' id="([^"]*)"', lambda m: m[0] if m[1] in used else "", svg)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family: [^;\"]*", "font-family: sans-serif", svg)
    svg = re.sub(r' transform="rotate\(-0 [^"]*\)"', "", svg)
    svg = re.sub(
        r'(?<= )(d|x|y|cx|cy|points)="([^"]*)"',
        lambda m: f'{m[1]}="{re.sub(r"-?[0-9]+[.][0-9]+", _one_digit, m[2]).strip()}"',
        svg,
    )
    return re.sub(r">\s+<", "><", re.sub(r" *\n *", " ", svg)).rstrip() + "\n" * svg.endswith("\n")


def _one_digit(match: re.Match[str]) -> str:
    return f"{float(match[0]):.1f}".removesuffix(".0")
