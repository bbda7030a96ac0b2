"""Ratios of chosen policies as curves of their closed forms."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from matplotlib.axes import Axes

from kvratio.reports.bounds.find import find, matching
from kvratio.reports.compare.plot import Drawing
from kvratio.reports.render.draw import Labels, draw
from kvratio.reports.render.looks import look
from kvratio.theory.bound import Bound
from kvratio.theory.checks import InputError, rational

LONGEST = 1000  # u in tokens, where the x axis is alpha
GRID = tuple(Fraction(k, 100) for k in range(1, 100))
ENDLESS = ("geometric", "linear-geometric")


def ratio_drawing(policies: Sequence[str], benchmark: str, lengths: str, prompt: Any) -> Drawing:
    """Curves against alpha, or against q for geometric lengths. `prompt` in tokens."""
    s = rational("prompt", prompt, least=0)
    if not policies:
        raise InputError("policies", list(policies), "at least one policy")
    bounds = {name: _bound(name, benchmark, lengths, s) for name in policies}
    endless = lengths in ENDLESS

    def plot(axes: Axes) -> None:
        for k, bound in enumerate(bounds.values()):
            assert bound.formula is not None
            at, names = bound.formula.function(), bound.formula.parameters
            points = [_values(x, s, endless) for x in GRID]
            ys = [at(**{n: v for n, v in values.items() if n in names}) for values in points]
            xs = [float(x) for x in GRID]
            label = f"{bound.policy} ({bound.obtained})"
            axes.plot(xs, ys, **{**look(k, label), "marker": ""})
        axes.set_xlim(0, 1)
        axes.set_ylim(bottom=1)

    first = next(iter(bounds.values()))
    axis = "q" if endless else f"alpha = l/u (u = {LONGEST:,} tokens)"
    title = f"Ratio to {first.benchmark}: {lengths} lengths, s = {s}, fluid limit"
    names = ", ".join(bound.policy for bound in bounds.values())
    return Drawing(
        draw(
            "ratio",
            Labels(title, axis, "competitive ratio"),
            plot,
            caption="Suprema over all mixtures of the lengths: closed forms of the fluid limit.",
            text=f"{title}: {names}",
        )
    )


def _bound(policy: str, benchmark: str, lengths: str, s: Fraction) -> Bound:
    """The closed form for every prompt, otherwise that for this one."""
    every = matching(policy, benchmark, lengths, "any")
    bound = find(policy, benchmark, lengths, "any" if every else s).record
    if bound.formula is None or not bound.formula.parameters:
        raise InputError("policy", policy, f"one with a closed form on {lengths} lengths")
    return bound


def _values(x: Fraction, s: Fraction, endless: bool) -> Mapping[str, float]:
    if endless:
        return {"q": float(x), "s": float(s)}
    return {"alpha": float(x), "l": float(x * LONGEST), "u": float(LONGEST), "s": float(s)}
