"""The ratio of A_min to H-SF at s = 0, l = 1 in time linear in u: exact witnesses, exact bounds.

By the decomposition proved in `kvratio.proofs_check.a_min`, with S_k = sum of x_i and Y_k = sum of
x_i / i over i >= k, d_k = k^4 - (k-1)^4 (so that the sum of d_k Y_k^2 has the entries min(i,j)^4/(i
j)) and T = sum of S_k,

    H-SF = sum of (2k-1) S_k^2,        2 A_min = 2 H-SF + T^2 - sum of d_k Y_k^2.

So A_min <= c H-SF for all shares if T^2 <= sum of g_k S_k^2 + d_k Y_k^2, g_k = 2 (c-1)(2k-1). As
S_k - S_(k+1) = k (Y_k - Y_(k+1)), for any numbers r_k with r_0 = 0

    T = sum of (1 - r_k + r_(k-1)) S_k + p_k Y_k,       p_k = k r_k - (k-1) r_(k-1),

and by Cauchy-Schwarz it is enough that the sum of (1 - r_k + r_(k-1))^2/g_k + p_k^2/d_k is at most
1. Where the r_k come from does not matter.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate

TERM_BITS = 100  # every term of the sum is rounded up to this many bits after the point


def tail_ratio(y: Sequence[int]) -> Fraction:
    """A_min / H-SF for the shares x_i = i y_i of the lengths i = 1, 2, ..., y_i >= 0.

    >>> tail_ratio([4, 1])  # shares 4 and 2
    Fraction(5, 4)
    """
    if min(y) < 0:
        raise ValueError("shares must not be negative")
    tails = list(accumulate(k * y[k - 1] for k in range(len(y), 0, -1)))[::-1]
    slots = list(accumulate(reversed(y)))[::-1]
    h_sf = sum((2 * k - 1) * x * x for k, x in enumerate(tails, 1))
    damped = sum((k**4 - (k - 1) ** 4) * z * z for k, z in enumerate(slots, 1))
    return Fraction(2 * h_sf + sum(tails) ** 2 - damped, 2 * h_sf)


def bounded(c: Fraction, r: Sequence[int], bits: int) -> bool:
    """Whether r_k / 2^bits, k = 1 ... u, prove A_min <= c H-SF for all shares of 1 ... u.

    >>> bounded(Fraction(3, 2), [0], 4), bounded(Fraction(7, 5), [0], 4)
    (True, False)
    """
    if c <= 1:
        return False
    one, total, before = 1 << bits, 0, 0
    top, bottom = 2 * (c - 1).numerator, (c - 1).denominator
    for k, now in enumerate(r, 1):
        rest, p = one - now + before, k * now - (k - 1) * before
        total -= (-(rest * rest * bottom) << TERM_BITS) // (top * (2 * k - 1))
        total -= (-(p * p) << TERM_BITS) // (k**4 - (k - 1) ** 4)
        before = now
    return total <= one * one << TERM_BITS
