"""When to use A_l and when A_min: where they change places, as data and as two figures.

On two lengths the curve is exact, from its row of bounds; on the endless families it goes through
roots that are enclosed rigorously, one a prompt. Straight lines between these are a guide.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import sqrt
from typing import Any

from matplotlib.axes import Axes

from kvratio.reports.document import Column, Figure, Kind, Obtained, Table
from kvratio.reports.render.draw import Labels, draw
from kvratio.reports.render.looks import INK, MUTED, look, theory_look
from kvratio.theory.ratios.promotion import switch, switch_prompt

FAMILIES = ("geometric", "linear geometric")
ALPHAS = tuple(Fraction(k, 1000) for k in range(251, 382, 2))  # below (3 - sqrt 5)/2, above 1/4
MOST = 100  # s/l of the figure
LIMIT = 0.25  # of alpha* for long prompts, where the curve of the second row ends
Roots = dict[str, list[tuple[int, float]]]


def curve() -> list[tuple[float, float]]:
    """alpha* and the prompt s/l at which it is the switch on two lengths, from no prompt on.

    >>> [(round(alpha, 3), round(s, 2)) for alpha, s in curve()[:2]]
    [(0.382, 0.0), (0.381, 0.01)]
    """
    start, _ = switch()  # derived here: the curve is that of the second row
    points = [(float(alpha), float(switch_prompt(1 / sqrt(alpha)))) for alpha in reversed(ALPHAS)]
    return [(float(start.value), 0.0), *points]


def roots(rows: Iterable[Mapping[str, Any]]) -> Roots:
    """q* by the prompt, of each endless family, from the rows of bounds.

    >>> roots([{"id": "geometric/switch/s=3", "value": "0.17"}])["geometric"]
    [(3, 0.17)]
    """
    found: Roots = {name: [] for name in FAMILIES}
    for row in rows:
        family, _, rest = row["id"].partition("/switch/s=")
        if family in found and rest.isdigit():
            found[family].append((int(rest), float(row["value"])))
    return {name: sorted(points) for name, points in found.items()}


def alpha_figure() -> Figure:
    """Two lengths: alpha* against the prompt."""
    points = [point for point in curve() if point[1] <= MOST]
    xs, ys = zip(*points, strict=True)

    def plot(axes: Axes) -> None:
        axes.plot(xs, ys, color=INK, lw=1.8, label="switch")
        axes.axvline(LIMIT, color=MUTED, lw=1.2, ls="--")
        axes.annotate(
            "limit of long prompts", (LIMIT, MOST), xytext=(-4, -4), textcoords="offset points",
            ha="right", va="top", fontsize="small", color=MUTED,
        )  # fmt: skip
        _sides(axes, (0.12, 0.47), 2.0)
        axes.set_yscale("symlog", linthresh=1)
        axes.set_xlim(0, 0.6)
        axes.set_ylim(0, MOST)
        axes.set_yticks([0, 1, 10, 100], ["0", "1", "10", "100"])

    return draw(
        "switch-alpha",
        Labels(
            f"Two lengths: A_l is the better one below {xs[0]:.3f} without prompts, below "
            f"{LIMIT:g} with long ones",
            "alpha = l/u",
            "prompt s/l",
        ),
        plot,
        caption="Which has the smaller worst ratio to H-SF over all shares of the two lengths, A_l "
        "with the threshold l: the exact curve. It starts at (3 - sqrt 5)/2 without prompts. The "
        "axis of s/l is linear up to 1, then logarithmic.",
        text=f"A_l has the smaller worst ratio left of a curve that falls from alpha = {xs[0]:.3f} "
        "without prompts to 1/4 for long ones.",
        legend=False,
    )


def q_figure(rows: Iterable[Mapping[str, Any]]) -> Figure:
    """Endless families: q* against the prompt."""
    found = {name: points for name, points in roots(rows).items() if points}

    def plot(axes: Axes) -> None:
        for k, (name, points) in enumerate(found.items()):
            style = look(k, f"{name} (roots)")
            axes.plot([q for _, q in points], [s for s, _ in points], **style)
            s, q = points[0]
            axes.annotate(
                name, (q, s), xytext=(7, 5), textcoords="offset points", fontsize="small",
                color=style["color"],
            )  # fmt: skip
        _sides(axes, (0.03, 0.4), 1.5)
        axes.set_yscale("symlog", linthresh=1)
        axes.set_xlim(0, 0.5)
        axes.set_ylim(0, 110)
        axes.set_yticks([0, 1, 3, 10, 30, 100], ["0", "1", "3", "10", "30", "100"])

    largest = max((q for points in found.values() for _, q in points), default=0)
    each = "; ".join(
        f"{name}: q = " + ", ".join(f"{q:.4f} (s = {s})" for s, q in points)
        for name, points in found.items()
    )
    return draw(
        "switch-q",
        Labels(
            f"Endless families: A_l pays for small q only, at most {largest:.3f}",
            "q",
            "prompt s (tokens)",
        ),
        plot,
        caption="Which has the smaller latency, A_l with the threshold 1, at own lengths: roots "
        "enclosed to 1e-12 at the marked prompts; lines between them are a guide. The axis of s is "
        "linear up to 1, then logarithmic.",
        text=f"A_l with the threshold 1 is the better one left of these points only. {each}.",
        legend=False,
    )


def _sides(axes: Axes, xs: tuple[float, float], y: float) -> None:
    for x, name in zip(xs, ("A_l", "A_min"), strict=True):
        colour = theory_look(name)["color"]
        axes.text(x, y, name, fontsize="large", fontweight="bold", ha="center", color=colour)


def table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """The data of the figures: the roots, and the exact curve at a few prompts."""
    rows = list(rows)
    kinds = {row["id"]: row["obtained"] for row in rows}
    body = []
    exact = curve()
    for k in (0, len(exact) // 2, len(exact) - 1):
        alpha, prompt = exact[k]
        body.append(("two-point", f"s/l = {prompt:.4g}", f"{alpha:.12g}", Obtained.DERIVED.value))
    for name, points in roots(rows).items():
        for s, _ in points:
            key = f"{name}/switch/s={s}"
            value = next(row["value"] for row in rows if row["id"] == key)
            body.append((name, f"s = {s}", value, kinds[key]))
    return Table(
        "switch",
        "Where A_l and A_min change places",
        (
            Column("lengths", Kind.TEXT),
            Column("prompt", Kind.TEXT),
            Column("alpha* or q*"),
            Column("obtained", Kind.OBTAINED),
        ),
        tuple(body),
        "A_l is the better one below the value, A_min above it.",
    )
