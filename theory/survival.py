"""A_min and staggered A_min in linear time: exact witnesses and bounds for u = 10,000 and beyond.

For shares x_i of the lengths l ... u and a common prompt s, put

    S_k = sum of x_i over i >= k,        Y_k = sum of x_i / (s + i) over i >= k.

Every form Q_ij = q(min(i, j)) is diagonal in S: x'Qx = sum of (q(k) - q(k-1)) S_k^2, with
q(l-1) = 0. A_min's form is H-SF's, plus half of a form E, less half of a form D:

    E = (v'S)^2 - s^2 S_l^2 - s sum w_k S_k^2,   w_l = l, v_l = s + l, and w_k = v_k = 1 for k > l
    D = sum d_k Y_k^2,   d_k the increments of c(k) (s + k)^2

(`kvratio.theory.general` derives this from Lemma 2 of P.) So for a benchmark with increments b_k
and a bound lambda, with c_k the increments of H-SF,

    2 (lambda * benchmark - A_min) = sum g_k S_k^2 + sum d_k Y_k^2 - (v'S)^2,
    g_k = 2 lambda b_k - 2 c_k + s w_k + s^2 [k = l].

Staggered A_min is A_min less the sum of f_k S_k (2 S_k - m_k Y_k), where f_l = l (l-1) / 2,
m_l = s + l, and f_k = k (k-1) / (2 (s+k)), m_k = 2 s + 2 k - 1 for k > l: in class k a request
saves f_k, and W_k = 2 S_k - m_k Y_k wait for it. So twice the difference gets the matrix

    M_k = (g_k + 4 f_k, -f_k m_k; -f_k m_k, d_k)    (f = 0 for A_min)

of the pair (S_k, Y_k).

**Upper bound.** For any numbers rho_k (rho_(l-1) = 0), as S_k - S_(k+1) = (s + k) (Y_k - Y_(k+1)),

    v'S = sum (v_k - rho_k + rho_(k-1)) S_k + sum p_k Y_k,   p_k = (s+k) rho_k - (s+k-1) rho_(k-1).

So by Cauchy and Schwarz lambda is an upper bound, for all x whatever their signs, when every M_k
is positive definite and, with a_k = (v_k - rho_k + rho_(k-1), p_k),

    sum a_k' M_k^-1 a_k <= 1        (for A_min: of (v_k - ...)^2 / g_k + p_k^2 / d_k).

The best rho make a_k = M_k (S_k, Y_k) at the maximising x. Here they are found
in floating point, rounded, and the inequality is checked in integers (`Multipliers.holds`).

**Witness.** The maximising x solves a banded linear system; with x_i = (s + i) y_i and whole
y_i its ratio is evaluated exactly, in O(u).
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate, pairwise
from math import ceil

import numpy as np
import scipy.optimize
import scipy.sparse
import scipy.sparse.linalg
from numpy.typing import NDArray

from kvratio.theory.adversary import BENCHMARKS, Witness
from kvratio.theory.checks import one_of
from kvratio.theory.forms import batch_charge, interval, prompt_length, volume

Array = NDArray[np.float64]
Number = int | Fraction

POLICIES = ("a-min", "a-min-staggered")
CHARGES = {"h-sf": batch_charge, "area": volume}
BOUND_DIGITS = 10**15  # bounds are rounded up to a multiple of 1 / BOUND_DIGITS
MARGIN = Fraction(1, 10**13)  # the bound exceeds the witness by this part: a margin for rounding
RHO_BITS = 70  # fractional bits of the multipliers rho
TERM_BITS = 100  # every term of the check is rounded up to this many fractional bits
SHARE_BITS = 60  # the largest y_i of a witness is about 2^SHARE_BITS
GUARD = 1e-12  # the search for lambda starts this much above the least one with definite M_k


@dataclass(frozen=True)
class Coefficients:
    """The numbers of the module's docstring for one prompt, interval and benchmark.

    Lists over k = l ... u: `bench` and `batch` are the increments b_k and c_k of the benchmark
    and of H-SF, `slots` the d_k, `mean` the v_k, `extra` the s w_k + s^2 [k = l], `saved` the f_k
    (0 for A_min) and `waits` the m_k.
    """

    prompt: Number
    lower: int
    bench: list[Number]
    batch: list[Number]
    slots: list[Number]
    mean: list[Number]
    extra: list[Number]
    saved: list[Number]
    waits: list[Number]

    @classmethod
    def of(
        cls,
        s: Number,
        l: int,  # noqa: E741
        u: int,
        benchmark: str,
        policy: str = "a-min",
    ) -> "Coefficients":
        """Check the arguments and tabulate; `policy` is one of `POLICIES`.

        >>> Coefficients.of(0, 1, 3, "h-sf").bench
        [1, 3, 5]
        """
        exact = prompt_length(s)
        prompt: Number = exact.numerator if exact.denominator == 1 else exact
        low, high = interval(l, u)
        charge = CHARGES[one_of("benchmark", benchmark, BENCHMARKS)]
        staggered = one_of("policy", policy, POLICIES) == "a-min-staggered"
        lengths = range(low, high + 1)
        bench = [Fraction(charge(Fraction(k), prompt)) for k in lengths]
        slots = [batch_charge(k, prompt) * (prompt + k) ** 2 for k in lengths]
        ones: list[Number] = [1] * (high - low)
        return cls(
            prompt,
            low,
            [_plain(b) for b in _increments(bench)],
            _increments([batch_charge(k, prompt) for k in lengths]),
            _increments(slots),
            [prompt + low, *ones],
            [prompt * (low + prompt), *(prompt * one for one in ones)],
            [
                Fraction(k * (k - 1), 2) / (1 if k == low else prompt + k) if staggered else 0
                for k in lengths
            ],
            [prompt + low, *(2 * prompt + 2 * k - 1 for k in lengths[1:])],
        )

    def lengths(self) -> range:
        """The lengths l ... u."""
        return range(self.lower, self.lower + len(self.bench))


def _plain(x: Number) -> Number:
    return x.numerator if x.denominator == 1 else x


def _increments(values: list[Number] | list[Fraction]) -> list[Number]:
    return [values[0], *(b - a for a, b in pairwise(values))]


@dataclass(frozen=True)
class Multipliers:
    """An upper bound of the ratio with the numbers that prove it: rho_k / 2^RHO_BITS."""

    bound: Fraction
    rho: tuple[int, ...]

    def holds(self, c: Coefficients) -> bool:
        """Check the inequality of the module's docstring exactly; no float is involved.

        >>> c = Coefficients.of(0, 1, 1, "h-sf")  # one length: g = 2, d = 1, v = 1
        >>> Multipliers(Fraction(2), (0,)).holds(c), Multipliers(Fraction(1), (0,)).holds(c)
        (True, False)
        """
        if len(self.rho) != len(c.bench):
            return False
        unit, total = 1 << RHO_BITS, 0
        # g and the determinant times the bound's denominator: whole numbers where the columns are
        top, bottom = self.bound.numerator, self.bound.denominator
        before: Number = 0
        before_scaled: Number = 0
        columns = zip(c.bench, c.batch, c.slots, c.mean, c.extra, c.saved, c.waits, strict=True)
        for k, r, (b, batch, d, v, extra, f, m) in zip(c.lengths(), self.rho, columns, strict=True):
            g, off = 2 * top * b + bottom * (extra + 4 * f - 2 * batch), -f * m
            determinant = g * d - bottom * off * off
            if g <= 0 or determinant <= 0:
                return False
            scaled = (c.prompt + k) * r
            rest, p = v * unit - r + before, scaled - before_scaled
            form = bottom * (rest * rest * d - 2 * rest * p * off) + p * p * g
            total -= -form * (1 << TERM_BITS) // (determinant * unit**2)  # rounded up
            before, before_scaled = r, scaled
        return total <= 1 << TERM_BITS


def ratio(c: Coefficients, y: list[int]) -> Fraction:
    """The policy's form over the benchmark's at the shares x_i = (s + i) y_i, exactly, in O(u).

    >>> ratio(Coefficients.of(0, 1, 2, "h-sf"), [2, 1])  # shares 2 and 2; 34 / 28 by P, Corollary 1
    Fraction(17, 14)
    """
    s = c.prompt
    tail_x = _tails([(s + k) * yk for k, yk in zip(c.lengths(), y, strict=True)])
    tail_y = _tails(list(y))

    def diagonal(weights: list[Number], tails: list[Number]) -> Number:
        return sum(weight * t * t for weight, t in zip(weights, tails, strict=True))

    mean = sum(v * t for v, t in zip(c.mean, tail_x, strict=True))
    twice = 2 * diagonal(c.batch, tail_x) + mean * mean
    twice -= diagonal(c.extra, tail_x) + diagonal(c.slots, tail_y)
    for f, m, x, z in zip(c.saved, c.waits, tail_x, tail_y, strict=True):
        twice -= 2 * f * x * (2 * x - m * z)
    return Fraction(twice) / (2 * diagonal(c.bench, tail_x))


def _tails(values: list[Number] | list[int]) -> list[Number]:
    return list(accumulate(reversed(values)))[::-1]


def solve(c: Coefficients) -> tuple[float, Array, Array]:
    """The largest ratio lambda over all x, with its Y and rho, in floating point.

    lambda is the root of v'S = 1, where S, Y, rho solve a_k = M_k (S_k, Y_k), that is
    g_k S_k + rho_k - rho_(k-1) = v_k, (s+k) rho_k - (s+k-1) rho_(k-1) = d_k Y_k for A_min, with
    (s+k) (Y_k - Y_(k+1)) = S_k - S_(k+1).
    Raises `ArithmeticError` where the method does not apply: with some M_k indefinite there,
    which happens against the area bound for a few lengths only (use `kvratio.theory.adversary`
    there).
    """
    n = len(c.bench)
    bench, batch, slots, mean, extra, saved, waits = (
        np.array(list(map(float, column)))
        for column in (c.bench, c.batch, c.slots, c.mean, c.extra, c.saved, c.waits)
    )
    # M_k is definite from here on
    least = saved * waits * saved * waits / slots - 4 * saved
    size = float(c.prompt) + np.arange(c.lower, c.lower + n)
    ahead = scipy.sparse.eye_array(n) - scipy.sparse.eye_array(n, k=1)
    behind = ahead.T
    lengths = scipy.sparse.diags_array(size)
    slot, off = scipy.sparse.diags_array(-slots), scipy.sparse.diags_array(-saved * waits)
    right = np.concatenate([mean, np.zeros(2 * n)])

    rows = [
        [scipy.sparse.csc_array((n, n)), off, behind],
        [-off, slot, behind @ lengths],
        [-ahead, lengths @ ahead, None],
    ]
    fixed = scipy.sparse.block_array(rows, format="csc")  # all but the diagonal of g

    def parts(bound: float) -> tuple[Array, Array, Array]:
        g = np.zeros(3 * n)
        g[:n] = 2 * bound * bench - 2 * batch + extra + 4 * saved
        matrix = fixed + scipy.sparse.diags_array(g, format="csc")
        found = scipy.sparse.linalg.spsolve(matrix, right)
        return found[:n], found[n : 2 * n], found[2 * n :]

    def excess(bound: float) -> float:
        return float(mean @ parts(bound)[0]) - 1

    low = float(np.max((2 * batch - extra + least) / (2 * bench))) * (1 + GUARD) + GUARD
    high = 2 * low + 1
    while excess(high) > 0:
        high *= 2
    if n == 1 or excess(low) <= 0:
        raise ArithmeticError(
            "the ratio is too small for this method; use kvratio.theory.adversary"
        )
    bound = float(scipy.optimize.brentq(excess, low, high, xtol=1e-14, rtol=1e-14))
    _, tail, rho = parts(bound)
    return bound, tail, rho


def worst_case(
    s: Number,
    l: int,  # noqa: E741
    u: int,
    benchmark: str = "h-sf",
    policy: str = "a-min",
) -> Witness:
    """The worst lengths in [l, u], with their exact ratio: the maximum but for rounding.

    Shares are whole numbers. u = 10,000 takes about a second. Negative parts of the maximiser
    over all x, if there are any, are cut off, so the witness is always a distribution.

    >>> round(float(worst_case(0, 1, 100).ratio), 6)
    2.333341
    """
    return _maximiser(s, l, u, benchmark, policy)[2]


@lru_cache(maxsize=2)  # a witness and the bound above it are usually asked for together
def _maximiser(
    s: Number,
    l: int,  # noqa: E741
    u: int,
    benchmark: str,
    policy: str,
) -> tuple[Coefficients, Array, Witness]:
    """The coefficients, the rho in floating point and the witness."""
    c = Coefficients.of(s, l, u, benchmark, policy)
    _, tail, rho = solve(c)
    return c, rho, _witness(c, tail)


def _witness(c: Coefficients, tail: Array) -> Witness:
    y = np.maximum(tail - np.append(tail[1:], 0), 0)
    y = np.ldexp(y / y.max(), SHARE_BITS)
    whole = [int(v) for v in np.round(y)]
    unit = Fraction(c.prompt).denominator
    shares = {k: int(unit * (c.prompt + k) * v) for k, v in zip(c.lengths(), whole, strict=True)}
    return Witness({k: x for k, x in shares.items() if x}, ratio(c, whole))


def upper_bound(
    s: Number,
    l: int,  # noqa: E741
    u: int,
    benchmark: str = "h-sf",
    policy: str = "a-min",
) -> Multipliers:
    """An upper bound of the ratio for all lengths in [l, u], checked exactly before it returns.

    >>> round(float(upper_bound(0, 1, 100).bound), 6)
    2.333341
    """
    c, rho, witness = _maximiser(s, l, u, benchmark, policy)
    value = witness.ratio * (1 + MARGIN)
    bound = Fraction(ceil(BOUND_DIGITS * value), BOUND_DIGITS)
    rounded = tuple(round(Fraction(float(r)) * (1 << RHO_BITS)) for r in rho)
    found = Multipliers(bound, rounded)
    if not found.holds(c):
        raise ArithmeticError(f"the bound {float(bound)} could not be verified")
    return found
