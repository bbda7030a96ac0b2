"""The same search in the fluid limit: local changes of a rational length mix, scored by the forms.

It knows nothing of the structure that `kvratio.theory.adversary` and `kvratio.theory.survival` use,
and serves as a test of both sides: it must find the worst cases that theory derives, and must not
pass its bounds.
"""

import json
from fractions import Fraction
from math import gcd
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kvratio.proofs_check.copositive import check
from kvratio.theory.adversary import FORMS, Problem
from kvratio.theory.certificates import certify
from kvratio.theory.forms import A_L, Form, geometric_caps, ratio, slicing
from kvratio.theory.matrices import matrix_float
from kvratio.theory.ratios import built

Array = NDArray[np.float64]
UNIT = 10**6  # shares are rounded to multiples of 1 / UNIT
WIDTHS = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.003, 0.001)  # steps of a share's logarithm


class Fluid(NamedTuple):
    """A policy's form over a benchmark's, for lengths in [lower, upper] with a common prompt.

    `policy` and `benchmark` are names of `kvratio.theory.adversary`, or "a-l" with the two lengths
    alone. Lengths in tokens.
    """

    policy: str
    benchmark: str
    lower: int
    upper: int
    prompt: int = 0

    @property
    def form(self) -> Form:
        """The form of the policy; slicing doubles its caps."""
        if self.policy == "a-l":
            return A_L
        return slicing(self.caps) if self.caps else FORMS[self.policy]

    @property
    def caps(self) -> tuple[int, ...]:
        """The caps of slicing, in tokens."""
        return geometric_caps(self.upper) if self.policy == "slicing" else ()

    @property
    def lengths(self) -> tuple[int, ...]:
        """The lengths that may have a share."""
        if self.policy == "a-l":
            return tuple(sorted({self.lower, self.upper}))
        return tuple(range(self.lower, self.upper + 1))


class Mix(NamedTuple):
    """Whole numbers of requests by length, in any unit, and the exact ratio there."""

    shares: dict[int, int]
    ratio: Fraction


SUITE = (
    Fluid("a-l", "h-sf", 1, 10),
    Fluid("a-l", "h-sf", 2, 5, 3),
    Fluid("a-min", "h-sf", 1, 20),
    Fluid("a-min", "h-sf", 1, 20, 5),
    Fluid("a-min-staggered", "h-sf", 1, 20),
    Fluid("a-random", "h-sf", 1, 20),
    Fluid("a-max", "h-sf", 1, 20),
    Fluid("slicing", "h-sf", 1, 20),
    Fluid("h-sf", "area", 1, 20),
)


def climb(case: Fluid, seed: int = 0, rounds: int = 3000) -> Mix:
    """The worst mix that local changes find: one share is scaled, or a part moves to another.

    The steps get finer (`WIDTHS`), `rounds` at each width; only improvements are kept.

    >>> mix = climb(Fluid("a-l", "h-sf", 1, 10))
    >>> round(mix.shares[1] / mix.shares[10], 1)  # u/l - 2
    8.0
    """
    rng = np.random.default_rng(seed)
    a, b = _matrices(case)
    n = len(a)
    x = np.full(n, 1 / n)
    value = float(x @ a @ x / (x @ b @ x))
    for width in WIDTHS:
        for _ in range(rounds):
            y = x.copy()
            i, j = rng.integers(n, size=2)
            if i == j or rng.random() < 0.5:
                y[i] *= np.exp(width * rng.normal())
            else:
                moved = y[i] * min(1.0, width * rng.random())
                y[i], y[j] = y[i] - moved, y[j] + moved
            y /= y.sum()
            new = float(y @ a @ y / (y @ b @ y))
            if new > value:
                x, value = y, new
    counts = [int(c) for c in np.rint(x * UNIT)]
    unit = gcd(*counts)
    shares = {k: c // unit for k, c in zip(case.lengths, counts, strict=True) if c}
    within = (case.lower, case.upper)
    return Mix(shares, ratio(case.form, FORMS[case.benchmark], shares, case.prompt, within))


def _matrices(case: Fluid) -> tuple[Array, Array]:
    a = matrix_float(case.form, float(case.prompt), case.lower, case.upper)
    b = matrix_float(FORMS[case.benchmark], float(case.prompt), case.lower, case.upper)
    if case.policy == "a-l":
        ends = np.unique((0, len(b) - 1))
        b = b[np.ix_(ends, ends)]
    return a, b


def largest(case: Fluid) -> tuple[float, str]:
    """An upper bound on the ratio of every mix, and how it was obtained.

    Certified by the exact checker, or, for A_l, the derived closed form for two lengths.

    >>> largest(Fluid("a-l", "h-sf", 1, 10))
    (1.05555555556, 'derived')
    """
    if case.policy == "a-l":
        if case.lower == case.upper:
            return 1.0, "derived"
        wanted = f"two-point/A_l/{'H-SF' if case.benchmark == 'h-sf' else 'area'}"
        bound = next(b for b in built("kvratio.theory.ratios.promotion") if b.id == wanted)
        low, high = Fraction(case.lower), Fraction(case.upper)
        values = {"s": Fraction(case.prompt), "l": low, "u": high, "alpha": low / high}
        here = bound.at(values)
        return float(here.value), here.obtained
    problem = Problem(
        case.policy, case.benchmark, case.lower, case.upper, Fraction(case.prompt), case.caps
    )
    return float(check(json.dumps(certify(problem).to_json())).bound), "certified"


def row(case: Fluid, seed: int) -> dict[str, Any]:
    """What the search found for a case, beside the bound of the theory, as plain data."""
    mix = climb(case, seed)
    bound, obtained = largest(case)
    return {
        "policy": case.form.name,
        "benchmark": FORMS[case.benchmark].name,
        "lower": case.lower,
        "upper": case.upper,
        "prompt": case.prompt,
        "shares": {str(k): c for k, c in mix.shares.items()},
        "ratio": round(float(mix.ratio), 9),
        "bound": round(bound, 9),
        "bound_obtained": obtained,
    }
