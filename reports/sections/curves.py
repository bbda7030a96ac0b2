"""Ratio against alpha and against q: curves from the closed forms, simulated points on them."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from mpmath import mpf

from kvratio.reports.document import Column, Figure, Kind, Obtained, Section, Table
from kvratio.reports.material import Material
from kvratio.reports.render.draw import Labels, draw
from kvratio.reports.render.labels import end_labels, plain_logarithmic
from kvratio.reports.render.looks import DASHES, INK, policy_look, policy_title, theory_look
from kvratio.reports.sections._points import (
    A_L_CURVE,
    A_MAX_CURVE,
    A_MIN_CURVE,
    LONG,
    SEEDS,
    SIZE,
    SLICING_CURVE,
    Point,
    endless_points,
    two_length_points,
)
from kvratio.reports.studies.convergence import CONFIDENCE
from kvratio.theory.bound import Bound
from kvratio.theory.forms import H_SF
from kvratio.theory.lengths import geometric, linear_geometric
from kvratio.theory.ratios import built
from kvratio.theory.ratios.endless import GEOMETRIC, LINEAR
from kvratio.theory.ratios.lacunary import slicing_ratio

MODULES = ("two_point", "promotion", "random_order", "endless", "prompts", "lacunary")
FAMILIES = {"geometric": (GEOMETRIC, geometric), "linear geometric": (LINEAR, linear_geometric)}
GRID = tuple(k / 50 for k in range(1, 50))
PROMPTS = (1, 10, 100)  # of further curves against q, in tokens
RELATIVE_PROMPTS = (0.1, 1.0, 10.0)  # s / u of further curves against alpha

LEAD = (
    "Curves are closed forms of the fluid limit, evaluated from their derivations; a star marks "
    "the supremum of a curve that has one, at the limit where it is not reached. Points are "
    f"simulated at M = {SIZE.memory:,} tokens with {SIZE.requests:,} requests; on two lengths "
    "every policy gets the mixture that is worst for its form. Bars are "
    f"{CONFIDENCE:.0%} Student intervals over {SEEDS} seeds. Slicing's points lie above its curves "
    "because its cache is full only on average at a finite M. A_min and A_max as printed are not "
    "the policies that their forms describe, so their points may lie off the curves at any M."
)


class Curve(NamedTuple):
    """A derived curve; `peak` is where its supremum is, if one is on record, with its label."""

    label: str
    xs: list[float]
    ys: list[float]
    peak: tuple[float, float] | None
    obtained: str


class Plot(NamedTuple):
    """A figure and the curves in it."""

    figure: Figure
    curves: list[Curve]


def section(material: Material) -> Section:
    """Two figures against alpha, two against q; the suprema and the points as tables."""
    material.progress("deriving the curves")
    bounds = {
        bound.id: bound for name in MODULES for bound in built(f"kvratio.theory.ratios.{name}")
    }
    points = {"two lengths": two_length_points(material.progress)}
    for name, (_, distribution) in FAMILIES.items():
        points[name] = endless_points(name, distribution, material.progress)
    plots = [
        _against_alpha(bounds, points["two lengths"]),
        _against_alpha_and_prompt(bounds),
        *(_against_q(name, bounds, points[name]) for name in FAMILIES),
    ]
    figures = tuple(plot.figure for plot in plots)
    tables = _suprema(plots), _table([p for found in points.values() for p in found])
    return Section(
        "curves",
        "Curves",
        (LEAD, *figures, *tables),
        summary="ratio against alpha and q: closed forms with simulated points",
    )


def curve(label: str, value: Callable[[float], float], supremum: str, obtained: str) -> Curve:
    """Evaluate a curve on the grid; `supremum` is a number, "inf", or "" where none is on record.

    Where the largest value sampled is at an end, the supremum is the limit there.

    >>> curve("x", lambda x: x, "1.0", "derived").peak
    (1.0, 1.0)
    """
    xs = [x for x in GRID if x * LONG >= 1]
    ys = [value(x) for x in xs]
    k = int(np.argmax(ys))
    at = {0: 0.0, len(xs) - 1: 1.0}.get(k, xs[k])
    peak = None if supremum in ("", "inf") else (at, float(supremum))
    return Curve(label, xs, ys, peak, obtained)


def _formula(
    label: str,
    bound: Bound,
    values: Callable[[float], Mapping[str, float]],
    peak: Bound | None = None,
) -> Curve:
    """The curve of a closed form; `peak` holds the supremum of this very curve."""
    assert bound.formula is not None, f"{bound.id} has a closed form"
    at = bound.formula.function()
    value, obtained = (peak.value, peak.obtained) if peak else ("", "")
    return curve(label, lambda x: at(**values(x)), value, obtained)


def _two_lengths(alpha: float, prompt: float = 0.0) -> dict[str, float]:
    """Parameters of the closed forms on two lengths; `prompt` is s / u."""
    return {"alpha": alpha, "l": alpha * LONG, "u": float(LONG), "s": prompt * LONG}


def _against_alpha(bounds: Mapping[str, Bound], points: list[Point]) -> Plot:
    curves = [
        _formula(label, bounds[name], _two_lengths, bounds[name] if supremum else None)
        for label, name, supremum in (
            (A_MAX_CURVE, "two-point/A_max/H-SF/s=0", True),
            (A_MIN_CURVE, "two-point/A_min/H-SF/s=0", True),
            (A_L_CURVE, "two-point/A_l/H-SF/s=0", True),
            (SLICING_CURVE, "two-point/slicing/H-SF", False),  # its supremum is over prompts too
        )
    ]
    worst = {c.label: max(c.ys) for c in curves}
    labels = Labels(
        f"Two lengths, u = {1 / curves[0].xs[0]:.3g} l: A_max takes {worst[A_MAX_CURVE]:.3g} times "
        "as long as H-SF, "
        f"A_min {worst[A_MIN_CURVE]:.2f}",
        "u/l = 1/alpha",
        "worst ratio to H-SF",
    )
    caption = (
        f"Every policy on its own worst mixture of l and u = {LONG} tokens, no prompt; slicing "
        "with the caps l and u. The ratio of A_max has no bound as u/l grows. Slicing staggers its "
        "starts and so can beat H-SF, which is not the optimum. Simulated points off the curve: "
        "for slicing by the finite size, for A_min as printed because it is another policy."
    )
    return _plot("ratio-alpha", labels, curves, points, caption, inverse=True, logarithmic=True)


def _against_alpha_and_prompt(bounds: Mapping[str, Bound]) -> Plot:
    alone, general = bounds["two-point/A_min/H-SF/s=0"], bounds["two-point/A_min/H-SF"]
    longest = bounds["two-point/A_min/H-SF/long prompts"]
    curves = [
        _formula(A_MIN_CURVE, alone, _two_lengths, alone),
        *(
            _formula(f"A_min, s/u = {share:g}", general, partial(_two_lengths, prompt=share))
            for share in RELATIVE_PROMPTS
        ),
        _formula("A_min, s/u to infinity", longest, _two_lengths),
    ]
    labels = Labels(
        "A_min loses its constant once prompts are long", "u/l = 1/alpha", "worst ratio to H-SF"
    )
    caption = (
        "Two lengths, a common prompt of s tokens: without one the ratio is the published "
        "(3 - alpha)/2; with one it has no bound as u/l grows."
    )
    return _plot("ratio-alpha-prompts", labels, curves, [], caption, inverse=True)


def _against_q(name: str, bounds: Mapping[str, Bound], points: list[Point]) -> Plot:
    doubling = slicing_ratio(FAMILIES[name][0], H_SF)
    slices = bounds[f"{name}/slicing 1, 2, 4, .../H-SF/s=0"]
    alone, staggered = (
        bounds[f"{name}/{policy}/H-SF/s=0"] for policy in ("A_min", "staggered A_min")
    )
    curves = [
        _formula(A_MIN_CURVE, alone, lambda q: {"q": q}, alone),
        *(
            _formula(
                f"A_min, s = {s}",
                bounds[f"{name}/A_min/H-SF"],
                partial(lambda q, s: {"q": q, "s": s}, s=float(s)),
                bounds[f"{name}/A_min/H-SF/s={s}"],
            )
            for s in PROMPTS
        ),
        _formula("staggered A_min", staggered, lambda q: {"q": q}, staggered),
        curve(SLICING_CURVE, lambda q: float(doubling(mpf(q))), slices.value, slices.obtained),
    ]
    title = "Linearly weighted geometric" if name == "linear geometric" else "Geometric"
    most = max(c.peak[1] for c in curves if c.peak and c.label.startswith("A_min"))
    labels = Labels(
        f"{title} lengths: A_min stays below {most:.3g} times H-SF at these prompts",
        "q (the mean length grows with it)",
        "ratio to H-SF",
    )
    caption = (
        "Slicing has the caps 1, 2, 4, ...; points: simulated, no prompt; off the curve slicing "
        "stands by the finite size, A_min as printed because it is another policy."
    )
    return _plot(f"ratio-q-{name.replace(' ', '-')}", labels, curves, points, caption)


def _plot(
    name: str,
    labels: Labels,
    curves: list[Curve],
    points: list[Point],
    caption: str,
    *,
    inverse: bool = False,
    logarithmic: bool = False,
) -> Plot:
    """`inverse`: against 1/x, logarithmic, so that curves end apart and are named there."""

    def at(x: float) -> float:
        return 1 / x if inverse else x

    looks = {c.label: _curve_look(k, c.label) for k, c in enumerate(curves)}

    def plot(axes: Axes) -> None:
        for c in curves:
            axes.plot([at(x) for x in c.xs], c.ys, **{**looks[c.label], "marker": ""})
            if c.peak and c.peak[0] > 0:
                axes.plot(
                    at(c.peak[0]), c.peak[1], color=looks[c.label]["color"], marker="*", ms=10,
                    mec=INK, mew=0.5, clip_on=False,
                )  # fmt: skip
        for policy in dict.fromkeys(point.policy for point in points):
            _draw_points(axes, policy, [p for p in points if p.policy == policy], looks, at)
        axes.set_xlim((1, LONG) if inverse else (0, 1))
        if logarithmic:
            every = [y for c in curves for y in c.ys]
            axes.set_ylim(0.9 * min(every), 1.15 * max(every))
            plain_logarithmic(axes, "y")
        else:
            axes.set_ylim(bottom=1)
        if inverse:
            plain_logarithmic(axes, "x")
            axes.set_xticks([1, 2, 5, 10, LONG])
        ends = [
            (
                c.ys[0] if inverse else c.ys[-1],
                c.label.removesuffix(", s = 0"),
                looks[c.label]["color"],
            )
            for c in curves
        ]
        end_labels(axes, ends, 200)

    marked = (f"{c.label}: at most {c.peak[1]:.4g}, near {c.peak[0]:.3g}" for c in curves if c.peak)
    text = f"{labels.title}. {'; '.join(marked)}."
    named = [look["label"] for look in looks.values()]
    figure = draw(name, labels, plot, caption=caption, text=text, height=4.2, named=named)
    return Plot(figure, curves)


def _curve_look(k: int, label: str) -> dict[str, Any]:
    """A policy's own look; with prompts the same colour, told apart by the dash."""
    own = theory_look(label) | {"label": f"{label} (derived)"}
    return own | {"linestyle": DASHES[k % len(DASHES)]} if label.startswith("A_min, s") else own


def _draw_points(
    axes: Axes,
    policy: str,
    mine: list[Point],
    looks: Mapping[str, dict[str, Any]],
    at: Callable[[float], float],
) -> None:
    """Markers of the policy, in the colour of the curve that they should lie on."""
    style: dict[str, Any] = policy_look(policy)
    style |= {"linestyle": "", "color": looks[mine[0].curve]["color"], "capsize": 3}
    style["label"] = f"{policy} (simulated)"
    xs, ys = [at(float(point.x)) for point in mine], [point.mean for point in mine]
    axes.errorbar(xs, ys, [point.half_width for point in mine], **style)


def _suprema(plots: Iterable[Plot]) -> Table:
    return Table(
        "ratio-suprema",
        "The suprema that stars mark",
        (
            Column("figure", Kind.TEXT),
            Column("curve", Kind.TEXT),
            Column("supremum"),
            Column("near"),
            Column("obtained", Kind.OBTAINED),
        ),
        tuple(
            (plot.figure.name, c.label, f"{c.peak[1]:.6g}", f"{c.peak[0]:g}", c.obtained)
            for plot in plots
            for c in plot.curves
            if c.peak
        ),
    )


def _table(points: list[Point]) -> Table:
    return Table(
        "ratio-points",
        "The simulated points beside the forms",
        (
            Column("policy", Kind.TEXT),
            Column("lengths", Kind.TEXT),
            Column("alpha or q", Kind.TEXT),
            Column("ratio of forms", obtained=Obtained.DERIVED),
            Column("simulated ratio", obtained=Obtained.SIMULATED),
            Column(f"± {CONFIDENCE:.0%}", obtained=Obtained.SIMULATED),
        ),
        tuple(
            (
                policy_title(p.policy),
                p.lengths,
                f"{float(p.x):g}",
                f"{float(p.form):.4f}",
                f"{p.mean:.4f}",
                f"{p.half_width:.4f}",
            )
            for p in points
        ),
    )
