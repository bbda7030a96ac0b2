"""The statements as curves over the number of requests, as the paper's figures 5 to 7 have them.

A curve is a setting of the map without its n: the ratio at each n. The map has no latencies, so
these are curves of the ratios that the statements are about.
"""

from collections.abc import Iterator
from functools import partial
from itertools import groupby

from matplotlib.axes import Axes

from kvratio.proofs_check.reproduction import (
    ASSUMED,
    AXES,
    STATEMENTS,
    Map,
    Setting,
    bounds,
    distance,
)
from kvratio.reports.document import Column, Figure, Kind, Obtained, Table
from kvratio.reports.render.draw import Labels, draw_many
from kvratio.reports.render.looks import COLOURS, GRID
from kvratio.reports.studies.reproduction.titles import ratio

Curve = tuple[Setting, ...]  # one setting for each n, ascending
SIZES: tuple[int, ...] = AXES["requests"]
SHOWN = tuple(name for name in STATEMENTS if "5x" not in name and not name.endswith("live"))


def curves(found: Map) -> list[Curve]:
    """The settings of the map, those that differ in n only together.

    >>> len(curves({ASSUMED: {}, ASSUMED._replace(requests=200): {}}))
    1
    """
    ordered = sorted(found, key=lambda s: (_place(s), s.requests))
    return [tuple(same) for _, same in groupby(ordered, key=_place)]


def _place(setting: Setting) -> Setting:
    """The setting at the paper's largest n."""
    return setting._replace(requests=SIZES[-1])


def sides_of(found: Map, name: str, curve: Curve) -> list[bool | None]:
    """Whether a statement holds at each n of a curve."""
    return [STATEMENTS[name].side(found[setting][name]) for setting in curve]


def nearest(found: Map, name: str, holds: bool) -> Curve:
    """The curve nearest to the paper's setting, as far as known, on which a statement holds (or
    fails) at every n; empty if there is none."""
    fit = [c for c in curves(found) if all(s is holds for s in sides_of(found, name, c))]
    return min(fit, key=lambda c: (distance(_place(c[0]), ASSUMED), c), default=())


def table(found: Map) -> Table:
    """On how many curves each statement holds at every n, and two of them."""
    rows = []
    for name in STATEMENTS:
        sides = [sides_of(found, name, curve) for curve in curves(found)]
        every = sum(all(s is True for s in side) for side in sides)
        some = sum(any(s is True for s in side) for side in sides) - every
        rows.append(
            (
                *(name, ratio(name), STATEMENTS[name].claimed),
                *(str(every), str(some), str(len(sides) - every - some)),
                _told(found, name, nearest(found, name, holds=True)),
                _told(found, name, nearest(found, name, holds=False)),
            )
        )
    simulated = Obtained.SIMULATED
    sizes = ", ".join(f"{n:,}" for n in SIZES)
    columns = (
        *(Column(name, Kind.TEXT) for name in ("row of the ledger", "ratio", "claimed")),
        *(Column(f"holds at {n} n", obtained=simulated) for n in ("every", "some", "no")),
        Column("where it holds", Kind.TEXT, simulated),
        Column("where it fails", Kind.TEXT, simulated),
    )
    note = (
        f"Of {len(curves(found))} curves over n = {sizes}. The last columns: the means at these n "
        "on the curve nearest to the setting of the table above on which the statement holds, or "
        "fails, at every n."
    )
    return Table("reproduction-n", "The statements as curves in n", columns, tuple(rows), note)


def _told(found: Map, name: str, curve: Curve) -> str:
    """The means along a curve, and where it is."""
    if not curve:
        return "nowhere"
    means = ", ".join(f"{found[setting][name][0]:.2f}" for setting in curve)
    return f"{means} ({curve[0].place})"


def figure(found: Map) -> Figure:
    """Each statement at the paper's setting, as far as known, and where it holds at every n."""
    own = next(curve for curve in curves(found) if ASSUMED in curve)

    def panel(name: str) -> Iterator[tuple[str, str, Curve]]:
        yield "at M = 16,492, all at once, in steps", COLOURS[0].light, own
        if held := nearest(found, name, holds=True):
            yield "on the nearest curve where it holds at every n", COLOURS[2].light, held

    def plot(name: str, axes: Axes) -> None:
        low, high = bounds(STATEMENTS[name].numbers)
        axes.axhspan(max(low, 1e-3), min(high, 1e3), color=GRID, zorder=0)
        for label, colour, curve in panel(name):
            means, halves = zip(*(found[setting][name] for setting in curve), strict=True)
            n = [setting.requests for setting in curve]
            axes.errorbar(n, means, halves, color=colour, label=label, marker="o", ms=3, capsize=2)
        axes.set_xscale("log")
        axes.set_xticks(SIZES, [f"{n:,}" for n in SIZES])
        axes.set_xticks([], minor=True)
        axes.set_ylim(0.05, 30)

    held = sum(bool(nearest(found, name, holds=True)) for name in SHOWN)
    at = sum(all(sides_of(found, name, own)) for name in SHOWN)
    title = f"{held} of {len(SHOWN)} statements hold on some curve at every n, {at} at M = 16,492"
    caption = (
        "Simulated. The ratio of each statement over the number of requests, with its 95 % "
        "interval; grey: the claimed range. One curve at M = 16,492 tokens, all requests at once, "
        "in steps, fitted lengths; the other where the statement holds at every n (the table says "
        "where, and has A_min live)."
    )
    return draw_many(
        "reproduction-n",
        Labels(title, "requests n", "ratio"),
        {f"{ratio(name)}: {STATEMENTS[name].claimed}": partial(plot, name) for name in SHOWN},
        caption=caption,
        text=caption,
        logarithmic=True,
    )
