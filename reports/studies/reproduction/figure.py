"""A map drawn: strips of cells, one strip a statement, one block for each clock and law."""

from collections.abc import Iterator, Mapping
from itertools import groupby, product

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline

from kvratio.proofs_check.reproduction import AXES, HARDWARE, STEPS, Setting, Sides
from kvratio.reports.render.looks import COLOURS, GRID, INK, MUTED, PAPER

MEMORIES: tuple[int, ...] = AXES["memory"]
BLOCKS = tuple(product(AXES["lengths"], AXES["unit"]))
ROWS = tuple(product(AXES["rate"], AXES["requests"]))
WIDE, HIGH = len(MEMORIES) + 1, len(ROWS) + 4  # of a block and a strip, with the gaps
LOOKS = {True: ("holds", COLOURS[2].light), None: ("undecided", GRID), False: ("fails", PAPER)}
TICKS = (2000, 16_492, 100_000, 1_000_000)
SMALL = 6.5  # points

Box = tuple[int, int, int, int]  # left, top, width, height


def plotted(axes: Axes, strips: Mapping[str, Sides]) -> None:
    """Put the strips on the axes, the first on top."""
    for side, (label, colour) in LOOKS.items():
        found = [box for k, known in enumerate(strips.values()) for box in boxes(known, side, k)]
        axes.add_patch(_patch(found, facecolor=colour, linewidth=0))
        axes.add_patch(_patch([(-9, 0, 1, 1)], facecolor=colour, edgecolor=MUTED, label=label))
    frames = [
        (b * WIDE, k * HIGH, len(MEMORIES), len(ROWS))
        for b, k in product(range(len(BLOCKS)), range(len(strips)))
    ]
    axes.add_patch(_patch(frames, facecolor="none", edgecolor=MUTED, linewidth=0.5))
    for k, title in enumerate(strips):
        axes.text(0, k * HIGH - 0.6, title, fontsize=SMALL + 0.5, color=INK)
    for b, (lengths, unit) in enumerate(BLOCKS):
        clock = unit if unit == STEPS else f"seconds,\n{unit}"
        axes.text(b * WIDE, -3, f"{lengths}, {clock}", fontsize=SMALL, color=INK, weight="bold")
        for memory in HARDWARE:
            x = b * WIDE + MEMORIES.index(memory) + 0.5
            tops = [k * HIGH for k in range(len(strips))]  # not across the titles between
            bottoms = [top + len(ROWS) for top in tops]
            axes.vlines([x] * len(tops), tops, bottoms, color=COLOURS[1].light, linewidth=0.7)
    _scales(axes, len(strips))


def boxes(known: Sides, side: bool | None, strip: int) -> Iterator[Box]:
    """The cells of a strip with this side, merged along the rows.

    >>> some = Setting("fitted", "steps", 0, 200, 2000)
    >>> list(boxes({some: True, some._replace(memory=5000): True}, True, 1))
    [(0, 19, 2, 1)]
    """
    for (b, block), (r, (rate, requests)) in product(enumerate(BLOCKS), enumerate(ROWS)):
        cells = [known.get(Setting(*block, rate, requests, m), "") for m in MEMORIES]
        left = b * WIDE
        for value, run in groupby(cells):
            width = len(list(run))
            if value is side:
                yield left, strip * HIGH + r, width, 1
            left += width


def _patch(found: list[Box], **style: object) -> PathPatch:
    outlines = [
        Outline([(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)], closed=True)
        for x, y, w, h in found
    ]
    return PathPatch(Outline.make_compound_path(*outlines), **style)


def _scales(axes: Axes, strips: int) -> None:
    """Memories below every block, arrivals beside every strip; no frame."""
    bottom = HIGH * strips - 3
    axes.set(xlim=(-0.5, WIDE * len(BLOCKS)), ylim=(bottom, -7))
    axes.grid(False)
    axes.spines[["left", "bottom"]].set_visible(False)
    places = [(b * WIDE + MEMORIES.index(m) + 0.5, m) for b in range(len(BLOCKS)) for m in TICKS]
    axes.set_xticks([x for x, _ in places], [_short(m) for _, m in places], rotation=90)
    per_rate = len(AXES["requests"])
    rates = [(k * HIGH + (i + 0.5) * per_rate, r) for k in range(strips) for i, r in _rates()]
    axes.set_yticks([y for y, _ in rates], [str(r) if r else "at once" for _, r in rates])
    axes.tick_params(labelsize=SMALL, length=2)


def _rates() -> Iterator[tuple[int, int]]:
    return enumerate(AXES["rate"])


def _short(memory: int) -> str:
    """A memory for an axis.

    >>> _short(2000), _short(16492), _short(10**6)
    ('2k', '16k', '1M')
    """
    return f"{memory // 1_000_000}M" if memory >= 1_000_000 else f"{memory // 1000}k"
