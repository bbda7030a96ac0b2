"""One machine, unknown processing times, cancelled work is lost: at most K for every instance.

The classical problem: n jobs at time 0, one machine, processing times V_i > 0 unknown, weights w_i
known; a job that is cancelled starts again from nothing. Minimise the sum of w_i C_i. The optimum
takes the smallest V/w first: in x_i = w_i and v_i = V_i/w_i it is

    sum over pairs of x_i x_j min(v_i, v_j) + sum of x_i^2 v_i.

**Offset slicing** with independent offsets xi_i tries job i at the levels w_i b^(k + xi_i), all
jobs in the order of b^(k + xi_i), starting below the smallest possible V/w. A pair costs x_i x_j
q(t) min(v_i, v_j) in expectation, t = |ln v_i/v_j| (`kvratio.theory.price.offset.pairs`), and one
alone x_i^2 v_i (1 + 1/beta), beta = ln b; that is the quadratic form of the fluid limit, which is
at most K times the optimum's, plus exactly the same diagonal.

**No policy is better as n grows**: the lower bound for finite n, with one job at a time.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import log
from typing import Any

import numpy as np
import sympy
from flint import arb, ctx

from kvratio.theory.bound import Bound, certified, identity, nonnegative, words
from kvratio.theory.checks import InputError, rational, same_length, whole
from kvratio.theory.formula import digits
from kvratio.theory.price.constant import LOSES, OURS, enclosure, value
from kvratio.theory.price.lower import BITS, ball
from kvratio.theory.price.offset import BETA, pair

PROBLEM = "one machine, unknown processing times, cancelled work lost, all jobs at time 0"
PRIOR = (
    "ours; arXiv 2211.02044 has 3.032 (one common random offset) and, for deterministic "
    "policies, 1 + 3 sqrt 3 = 6.197 and the lower bound 3"
)
JOBS = (10**6, 10**9, 10**12)  # n of the published lower bounds
K, E, C, P = sympy.symbols("K e c p", nonnegative=True)


def growth() -> Fraction:
    """The growth b of the levels with which the constant is K, to 12 digits.

    >>> float(growth())
    13.8073123334
    """
    return Fraction(round(enclosure().y_below ** 2 * 10**10), 10**10)


def expected_total(times: Sequence[Any], weights: Sequence[Any] | None = None) -> float:
    """Expected sum of w_i C_i of offset slicing with independent offsets, levels of growth b.

    `times` are exact positive numbers, `weights` too (default: all 1). Work: n^2.

    >>> round(expected_total([1]), 4), round(expected_total([1, 1]), 4)
    (1.3809, 4.5237)
    """
    v, x = _jobs(times, weights)
    beta = log(growth())
    gaps = np.abs(np.log(v)[:, None] - np.log(v)[None, :])
    t = sympy.Symbol("t", positive=True)
    q = sympy.lambdify(t, pair(t, sympy.Float(beta)), "numpy")(np.minimum(gaps, beta))
    form = float(np.sum(q * np.outer(x, x) * np.minimum(v[:, None], v[None, :])))
    return form / 2 + float(np.sum(x * x * v)) / 2


def optimum(times: Sequence[Any], weights: Sequence[Any] | None = None) -> Fraction:
    """The least sum of w_i C_i when the times are known: smallest V/w first (Smith 1956).

    >>> optimum([3, 1], [1, 1])
    Fraction(5, 1)
    """
    jobs = _exact(times, weights)
    clock = total = Fraction(0)
    for time, weight in sorted(jobs, key=lambda job: job[0] / job[1]):
        clock += time
        total += weight * clock
    return total


def _exact(times: Sequence[Any], weights: Sequence[Any] | None) -> list[tuple[Fraction, Fraction]]:
    if not len(times):
        raise InputError("times", list(times), "at least one job")
    if weights is None:
        weights = [1] * len(times)
    same_length("weights", weights, len(times), "times")
    return [
        (rational(f"times[{i}]", time, above=0), rational(f"weights[{i}]", weight, above=0))
        for i, (time, weight) in enumerate(zip(times, weights, strict=True))
    ]


def _jobs(times: Sequence[Any], weights: Sequence[Any] | None) -> tuple[Any, Any]:
    jobs = _exact(times, weights)
    return np.array([float(t / w) for t, w in jobs]), np.array([float(w) for _, w in jobs])


def upper() -> Bound:
    """At most K for every instance, weighted too."""
    half = sympy.Rational(1, 2)
    alone = 1 + 1 / BETA
    return Bound(
        id="price/one machine/upper",
        statement="One machine, any n, any processing times and weights: the expected sum of "
        "w_i C_i of offset slicing with independent offsets is at most K times the optimum",
        policy="offset slicing, independent offsets",
        family=PROBLEM,
        benchmark="optimum",
        closed_form="K",
        value=digits(value()),
        attained="in the limit of many jobs",
        source=PRIOR,
        steps=(
            words(
                "Offsets are continuous and independent: the expected cost of a pair is that of "
                "the fluid form, x_i x_j q(t) min(v_i, v_j); the volumes are those of V/w, each "
                "second of job i being w_i of them, waited for by w_j."
            ),
            identity(
                "the pairs are half of the form x'Qx less its diagonal q(0) x_i^2 v_i; with "
                "1 + 1/beta for each alone, a half of x_i^2 v_i is over",
                alone - pair(0, BETA) / 2,
                half,
            ),
            words("The optimum: pairs x_i x_j min(v_i, v_j), half of the form less its diagonal:"),
            identity("1 less 1/2", 1 - half, half),
            words("x'Qx <= K x'min x for all x >= 0: price/offset slicing/area. So with"),
            identity(
                "p = x'min x/2, d the half diagonal: K (p + d) - (K p + d) = (K - 1) d",
                (1 + K) * (P + E) - ((1 + K) * P + E),
                K * E,
            ),
            nonnegative("which is at least 0 as K >= 1 (1 + K for K)", K * E, K, E),
        ),
    )


def least_ratio(n: int) -> tuple[Fraction, int]:
    """A ratio below which no policy's is on n jobs, with the range U of the processing times.

    Jobs min(X, U), P(X > x) = x^(-1/2): expected latency of any policy over that of the optimum,
    so by Yao's principle every policy, random ones too, has an instance with at least this ratio.
    Rounded down to 10 digits; the best power of 10^(1/4) for U.

    >>> float(least_ratio(10**9)[0])
    2.344221425
    """
    count = whole("n", n, least=1)
    sizes = [round(10 ** (k / 4)) for k in range(4, 4 * len(str(count)))]
    best = max(((_ratio(count, size), size) for size in sizes), default=(Fraction(1), 1))
    return max(best, (Fraction(1), best[1]))


def _ratio(n: int, size: int) -> Fraction:
    before, ctx.prec = ctx.prec, BITS
    try:
        k, u = ball(enclosure().below), arb(size)
        root, late = u.sqrt(), u / n
        end = 2 * k * root / arb(1).exp()
        if not late < end / 2:
            return Fraction(0)
        error = (2 * k * root / n + late) * (2 * root / arb(1).exp()).log()
        policy = k * (u / 4).log() / 2 - error + k * (1 - late / end).log()
        best = ((1 - ball(Fraction(1, n))) * (1 + u.log()) + 2 * (2 * root - 1) / n) / 2
        return Fraction(int((policy / best * 10**10).floor().unique_fmpz()), 10**10)
    finally:
        ctx.prec = before


def lower(n: int) -> Bound:
    """No policy has a ratio below this number on n jobs."""
    ratio, size = least_ratio(n)
    x = sympy.Symbol("x", positive=True)
    u = sympy.Symbol("U", positive=True)
    return Bound(
        id=f"price/one machine/n={n}",
        statement=f"One machine, {n} jobs: every policy that loses what it cancels, random ones "
        f"too, has an instance with at least {float(ratio):.6f} times the optimum; the number "
        "tends to K as n grows",
        policy=LOSES,
        family=PROBLEM,
        benchmark="optimum",
        closed_form="((K/2) ln(U/4) - errors)/((1 - 1/n)(1 + ln U) + (4 sqrt(U) - 2)/n) * 2",
        value=digits(sympy.Rational(ratio.numerator, ratio.denominator)),
        attained=f"not attained: a lower bound, U = {size}",
        source=OURS,
        steps=(
            words(
                "price/lower bound/finite with speed 1, one job running, and volumes in [1, U]: "
                "epsilon = U/n, eta = sqrt(U)/n. Jobs are min(X, U) with P(X > x) = x^(-1/2):"
            ),
            identity(
                "E min of two is 1 + ln U",
                1 + sympy.integrate(1 / x, (x, 1, u)),
                1 + sympy.log(u),
            ),
            identity(
                "E of one is 2 sqrt U - 1",
                1 + sympy.integrate(x ** sympy.Rational(-1, 2), (x, 1, u)),
                2 * sympy.sqrt(u) - 1,
            ),
            certified("K from below, logarithms in balls", lambda: 1 <= ratio < enclosure().below),
        ),
    )


def bounds() -> list[Bound]:
    """All results on one machine.

    >>> [bound.obtained for bound in bounds()][:2]
    ['derived', 'certified']
    """
    return [upper(), *map(lower, JOBS)]
