"""Numbers of the main result on A_min: the root lambda of the secular equation, enclosed exactly.

`kvratio.theory.general` states and proves the result: with lambda >= 1 the root of

    sum over k = l+1 ... u of 1 / (lambda (s + 2k - 1) + s)  =  l (lambda - 1) / (lambda l + s),

CR(A_min) against H-SF lies between (1 + lambda) / 2 and (1 + lambda) / 2 + (u - l) / (2 (s + u)).
"""

from fractions import Fraction
from math import ceil, floor, sqrt
from typing import Any

import scipy.optimize

from kvratio.theory.forms import interval, prompt_length

SUM_BITS = 160  # sums of reciprocals are enclosed to within u / 2^SUM_BITS
ACCURACY = Fraction(1, 10**13)  # relative half-width of the enclosure of lambda


def _reciprocal_sum(bound: Fraction, s: Fraction, low: int, high: int) -> tuple[Fraction, Fraction]:
    """Rational numbers below and above the sum in the secular equation."""
    one = 1 << SUM_BITS
    terms = [bound * (s + 2 * k - 1) + s for k in range(low + 1, high + 1)]
    return (
        Fraction(sum(floor(one / t) for t in terms), one),
        Fraction(sum(ceil(one / t) for t in terms), one),
    )


def secular_root(s: Any, l: int, u: int) -> tuple[Fraction, Fraction]:  # noqa: E741
    """Rational numbers below and above lambda(s, l, u), checked exactly; O(u).

    The left side of the secular equation falls and the right side rises with lambda, so a sign at
    each end encloses the only root. The float that is being enclosed decides nothing.

    >>> low, high = secular_root(0, 1, 3)  # 1 + 1/3 + 1/5
    >>> low <= Fraction(23, 15) <= high, high - low < Fraction(1, 10**12)
    (True, True)
    """
    prompt, (low, high) = prompt_length(s), interval(l, u)
    if low == high:
        return Fraction(1), Fraction(1)
    size, n = float(prompt), range(low + 1, high + 1)

    def gap(x: float) -> float:
        total = sum(1 / (x * (size + 2 * k - 1) + size) for k in n)
        return total - low * (x - 1) / (x * low + size)

    root = Fraction(scipy.optimize.brentq(gap, 1, sqrt(high / low) + 1, xtol=1e-15, rtol=1e-14))
    below, above = root * (1 - ACCURACY), root * (1 + ACCURACY)
    if _reciprocal_sum(below, prompt, low, high)[0] < low * (below - 1) / (
        below * low + prompt
    ) or _reciprocal_sum(above, prompt, low, high)[1] > low * (above - 1) / (above * low + prompt):
        raise ArithmeticError(f"lambda = {float(root)} could not be enclosed")
    return below, above


def enclosure(s: Any, l: int, u: int) -> tuple[Fraction, Fraction]:  # noqa: E741
    """Rational numbers below and above CR(A_min) against H-SF for all lengths in [l, u], prompt s.

    >>> low, high = enclosure(0, 1, 100)
    >>> round(float(low), 4), round(float(high), 4)  # the maximum is 2.3333
    (2.1422, 2.6372)
    """
    below, above = secular_root(s, l, u)
    return (1 + below) / 2, (1 + above) / 2 + Fraction(u - l) / (2 * (prompt_length(s) + u))
