"""A_l on the two endless families with the best threshold: suprema over q, proved.

The second stage runs at own lengths, the first at own lengths or in slots. With p = 1 - q, X = m p,
y = q^m, sigma = s p, A_l's form on geometric lengths with both stages at own lengths is

    p^2 form = q + (1 - w)^2 + sigma (1 + w y),     w = X y = m p q^m.

So at s = 0 the best threshold is the one with the largest m q^m: the mean length 1/p, rounded
down. It promotes the share (1 - p)^(1/p) -> 1/e, and the ratio to H-SF rises with q to
4 - 4/e + 2/e^2 (`by_hand`, exact for every q). The other suprema are proved by the coverings of
`kvratio.theory.ratios.coverings`.
"""

from typing import NamedTuple

import mpmath
import sympy

from kvratio.theory.bound import (
    Bound,
    Step,
    certified,
    identity,
    nonnegative,
    positive_between,
    words,
)
from kvratio.theory.forms import H_SF, OWN, SLOTS, Form
from kvratio.theory.formula import digits
from kvratio.theory.ratios.coverings import (
    BestThreshold,
    X,
    p,
    scaled,
    scaled_for_every_prompt,
    sigma,
)
from kvratio.theory.ratios.endless import BENCHMARKS, FAMILIES, GEOMETRIC, LINEAR, Family
from kvratio.theory.ratios.endless_promotion import named
from kvratio.theory.ratios.series import q, slope_sign
from kvratio.theory.ratios.thresholds import benchmark, promoted, y

MEAN = {GEOMETRIC: sympy.Integer(1), LINEAR: 2 - p}  # sigma where the prompt is the mean length
_M = sympy.Symbol("M", positive=True)  # a whole number
_E = sympy.E


class _Search(NamedTuple):
    """Where the best threshold of a case lies, as `BestThreshold` takes it."""

    guess: float
    beyond: int


_SEARCHES = {
    (GEOMETRIC, OWN, "s=0"): _Search(1.0, 4),
    (GEOMETRIC, SLOTS, "s=0"): _Search(0.68, 3),
    (LINEAR, OWN, "s=0"): _Search(2.99, 8),
    (LINEAR, SLOTS, "s=0"): _Search(0.85, 4),
    (GEOMETRIC, OWN, "s=mean"): _Search(1.34, 4),
    (LINEAR, OWN, "s=mean"): _Search(4.26, 9),
}


def best_suprema(family: Family) -> list[Bound]:
    """With the best threshold: the supremum over q, without a prompt and with the mean as prompt.

    Geometric lengths at own lengths, s = 0, are closed in `by_hand`.
    """
    rows = []
    for (member, first, case), search in _SEARCHES.items():
        if member is not family:
            continue
        prompt = {"s=0": sympy.Integer(0), "s=mean": MEAN[family]}[case]
        parts = promoted(family.weight, first, OWN, truncated=False)
        for bench, name in BENCHMARKS:
            claim = BestThreshold(
                scaled(parts.value, prompt),
                scaled(benchmark(bench, family.weight, truncated=False), prompt),
                scaled(parts.first, prompt),
                *search,
            )
            if (member, first, case) == (GEOMETRIC, OWN, "s=0"):
                rows.append(by_hand(bench, name, claim))
                continue
            share = claim.promoted_share
            if family is LINEAR:
                share *= 1 + mpmath.mpf(claim.root.numerator) / claim.root.denominator
            root = digits(sympy.Rational(claim.root.numerator, claim.root.denominator))
            label = {"s=0": "s = 0", "s=mean": "s = E[o]"}[case]
            rows.append(
                family.row(
                    f"{named(first, OWN)}/{name}/{case}",
                    statement="the best threshold for each q: the supremum over q",
                    policy="A_l, best threshold",
                    where=f", {label}",
                    benchmark=bench.name,
                    closed_form=f"min over X of {claim.limit}, y = exp(-X)",
                    value=digits(claim.value),
                    attained=f"q -> 1, threshold {root}/(1 - q), share promoted"
                    f" {mpmath.nstr(share, 6)}",
                    steps=claim.steps(),
                )
            )
    return rows


def by_hand(bench: Form, name: str, claim: BestThreshold) -> Bound:
    """Geometric lengths, s = 0, both stages at own lengths: exact for every q."""
    w = sympy.Symbol("w", positive=True)
    base = scaled(benchmark(bench, 1 - q, truncated=False)).subs(p, 1 - q)
    top = (2 - 2 / _E + 1 / _E**2) / base.subs(q, 1)
    slope_w = _M * q ** (_M - 1) * (_M - (_M + 1) * q)
    once = (q + (1 - q * (1 - q)) ** 2) / base  # M = 1
    steps = (
        *geometric_square(),
        identity(
            "(m + 1) q - m = q - m p: m q^m rises while m <= q/p",
            (_M + 1) * q - _M,
            q - _M * (1 - q),
        ),
        words("so the best m is the mean 1/p, rounded down (w < 1, so the larger w the better)."),
        identity(
            "at q = M/(M + 1) the thresholds M and M + 1 tie",
            (_M * q**_M - (_M + 1) * q ** (_M + 1)).subs(q, _M / (_M + 1)),
            0,
        ),
        words("For (M - 1)/M <= q <= M/(M + 1) the threshold is M, w = M (1 - q) q^M."),
        identity("dw/dq", sympy.diff(_M * (1 - q) * q**_M, q), slope_w),
        identity(
            "d2w/dq2 = M^2 q^(M-2) (M - 1 - (M + 1) q) <= 0 there",
            sympy.diff(slope_w, q),
            _M**2 * q ** (_M - 2) * (_M - 1 - (_M + 1) * q),
        ),
        identity(
            "dw/dq at q = 1 - 1/M is (1 - 1/M)^(M-1)",
            slope_w.subs(q, 1 - 1 / _M),
            (1 - 1 / _M) ** (_M - 1),
        ),
        words("which is at most 1/2 for M >= 2: (1 + 1/(M-1))^(M-1) >= 2 by Bernoulli."),
        identity(
            "d/dq (q + (1 - w)^2) = 1 - 2 (1 - w) dw/dq >= 1 - (1 - w) >= 0", 1 - 2 * (1 - w) / 2, w
        ),
        positive_between("1/(p^2 benchmark) rises with q", slope_sign(1 / base), q, 0, 1),
        positive_between(
            "M = 1: the ratio rises for q < 1/2", slope_sign(once), q, 0, sympy.Rational(1, 2)
        ),
        words("Continuous and rising on every piece, the ratio rises to its limit: w -> 1/e."),
        identity("the limit", (q + (1 - w) ** 2).subs({q: 1, w: 1 / _E}) / base.subs(q, 1), top),
        identity(
            "it is the limit for the threshold X = 1 of the scaled form",
            claim.limit.subs({X: 1, y: 1 / _E}),
            top,
        ),
    )
    return Bound(
        id=f"geometric/{named(OWN, OWN)}/{name}/s=0",
        statement="the best threshold for each q, the mean rounded down: the supremum over q",
        policy="A_l, best threshold",
        family=f"{GEOMETRIC.label}, s = 0",
        benchmark=bench.name,
        closed_form=str(sympy.expand(top)),
        value=digits(top),
        attained="q -> 1, threshold 1/(1 - q), share promoted 1/e",
        source="ours",
        steps=steps,
    )


def geometric_square() -> tuple[Step, ...]:
    """The closed form of the module's text."""
    form = scaled_for_every_prompt(promoted(1 - q, OWN, OWN, truncated=False).value)
    closed = 1 - p + (1 - X * y) ** 2 + sigma * (1 + X * y**2)
    return (
        identity("p^2 A_l = q + (1 - w)^2 + sigma (1 + w y), w = X y = m p q^m", form, closed),
        words("X y <= X exp(-X) <= 1/e, so w < 1."),
    )


def every_prompt() -> Bound:
    """Geometric lengths, threshold the mean rounded down: no prompt is worse than none."""
    base = scaled_for_every_prompt(benchmark(H_SF, 1 - q, truncated=False))
    top = 4 - 4 / _E + 2 / _E**2
    steps = (
        *geometric_square(),
        identity(
            "p^2 H-SF = (1 + q^2)/(1 + q)^2 + sigma/(1 + q)",
            base.subs(p, 1 - q),
            (1 + q**2) / (1 + q) ** 2 + sigma / (1 + q),
        ),
        words("So the ratio is a mediant of its value at s = 0, below L, and (1 + q)(1 + w y)."),
        words("m = floor(1/p) has w <= 1 and q^m <= (M/(M + 1))^M <= 1/2, so w y = X y^2 <= 1/4:"),
        nonnegative(
            "(1 + q)(1 + 1/4) <= 5/2 (q = 1/(1 + t))",
            (sympy.Rational(5, 2) - (1 + q) * sympy.Rational(5, 4)).subs(q, 1 / (1 + X)),
            X,
        ),
        certified("L > 5/2", lambda: bool(top > sympy.Rational(5, 2))),
    )
    return Bound(
        id=f"geometric/{named(OWN, OWN)}/H-SF/all prompts",
        statement="the threshold floor(1/(1 - q)), the mean rounded down, for every prompt and q",
        policy="A_l, threshold floor(E[o])",
        family=f"{GEOMETRIC.label}, all s",
        benchmark="H-SF",
        closed_form=str(top),
        value=digits(top),
        attained="s = 0, q -> 1",
        source="ours",
        steps=steps,
    )


def bounds() -> list[Bound]:
    """Every result of this module."""
    rows = [row for family in FAMILIES for row in best_suprema(family)]
    return [*rows, every_prompt()]
