"""All lengths in [l, u], any common prompt: A_max solved, A_min against A_random and the area.

Notation: S_k = share of lengths >= k, c(k) = k (s + k), v(k) = s k + k (k+1)/2, sums over k > l.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import sqrt
from typing import Any

from kvratio.proofs_check import a_min
from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.evidence import (
    at_most,
    counterexample,
    exceeded_at,
    identity,
    nonnegative,
    refuted_by,
    sums,
    words,
)
from kvratio.proofs_check.fluid import ratio, shares_of
from kvratio.proofs_check.interval import log
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

SOLVED = (
    "With S_l = 1, X = sum of S_k, H = sum of 1/(s+2k-1): A_max = (s+u)(l + X), and H-SF = c(l) + "
    "sum of (s+2k-1) S_k^2 >= c(l) + X^2/H (Cauchy-Schwarz). Let w^2 = l^2 + c(l) H. Equality at X "
    "= w - l, S_k = X/(H (s+2k-1)), falling with k, which belongs to shares >= 0 if S_(l+1) <= 1; "
    "and X/H = c(l)/(w+l) <= (s+l)/2."
)


def solved() -> list[Finding]:
    """The maximum of A_max / H-SF is (s+u)(l+w)/(2 c(l))."""
    s, low, w, x = variables("s l w X")
    return [
        sums("c(m) is the sum of s + 2k - 1", lambda m: m * (s + m), lambda k: s + 2 * k - 1),
        identity(
            "(s+u)(l+w)/(2 c(l)) (c(l) + X^2/H) - (s+u)(l+X), times 2 (w-l)/(s+u), where 1/H = "
            "c(l)/((w-l)(w+l)), is (X - (w-l))^2",
            (w + low) * (w - low) + x**2 - 2 * (w - low) * (low + x),
            (x - (w - low)) ** 2,
        ),
        nonnegative("S_(l+1) <= 1: s + 2l + 1 - (s+l)/2", s + 2 * low + 1 - (s + low) / 2),
    ]


def a_max(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    f = numbers["factor"]
    yield words(SOLVED)
    yield from solved()
    yield at_most("the claimed factor is at least", 1, f)
    for s, low, u in ((0, 1, 60), (10, 3, 40)):
        c, h = low * (s + low), sum(Fraction(1, s + 2 * k - 1) for k in range(low + 1, u + 1))
        x = Fraction(sqrt(low**2 + c * h)).limit_denominator(10**6) - low
        tails = [Fraction(1)] * low + [x / (h * (s + 2 * k - 1)) for k in range(low + 1, u + 1)]
        shares = {k: share for k, share in shares_of(tails).items() if share}
        value = ratio("a-max", "h-sf", shares, s)
        yield counterexample(
            f"s = {s}, l = {low}, u = {u}, near those shares, R = A_max / H-SF: "
            "(2 c(l) R/(f (s+u)) - l)^2 against w^2",
            (2 * c * value / (f * (s + u)) - low) ** 2,
            low**2 + c * h,
        )


def theorem_2(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    low, e = variables("l e")
    yield words(SOLVED)
    yield refuted_by(
        "s = 0, a = u/l > 1: the largest ratio is (a/2)(1 + sqrt(1 + H)) with H = sum of 1/(2k-1) "
        "over u - l terms, each below 1/l, so that 1 + H < a: it is below (a/2)(1 + sqrt a) for "
        "every alpha < 1",
        [
            *solved(),
            nonnegative("k = l + 1 + e: 2k - 1 - l, less 1", (2 * (low + 1 + e) - 1 - low) - 1),
        ],
    )


def below_a_random(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    i, e = variables("i e")
    yield from a_min.excess()
    yield words(
        "A_random is one stage of time c(j): its entries are (c(i) + c(j))/2 = c(i) + (c(j) - "
        "c(i))/2. A_min's excess over c(i) is that of A_random times (s+i)/(s+j) <= 1:"
    )
    yield nonnegative("(s+j) - (s+i), j = i + e", (i + e) - i)


def against_area(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c = numbers["c"]
    s, low, e = variables("s l e")
    k = 1 + e
    yield from a_min.decomposition()
    yield nonnegative("2 (v(k) - v(k-1)) - (c(k) - c(k-1))", 2 * (s + k) - (s + 2 * k - 1))
    yield nonnegative("(c(k) - c(k-1)) - (v(k) - v(k-1)), k = 1 + e", (s + 2 * k - 1) - (s + k))
    yield words("So area <= H-SF <= 2 area. At s = 0, E = (l S_l + sum of S_k)^2.")
    area = low * (low + 1) / 2
    yield identity("l^2/v(l) = 2l/(l+1), times v(l) (l+1)", low**2 * (low + 1), 2 * low * area)
    yield words(
        "E <= T area with T = 2l/(l+1) + sum of 1/k (Cauchy-Schwarz), equality at S_l = 2/(l+1), "
        "S_k = 1/k, which falls. Above: A_min <= H-SF + E/2 <= (2 + T/2) area; below, there: A_min "
        ">= H-SF/2 + E/2 >= (1/2 + T/2) area. And sum of 1/k lies between ln((u+1)/(l+1)) and "
        "ln(u/l)."
    )
    yield at_most("the claimed factor of T is at least", Fraction(1, 2), c)
    yield exceeded_at(
        "2 + c T >= (1 + T)/2, which A_min / area exceeds, l = 1, u = 2^N, T > N ln 2, N",
        lambda n: 2 + c.numerator / (n - n + c.denominator) * _t(n),
        lambda n: (1 + _t(n)) / 2,
        10**6,
    )
    tails = [Fraction(1, k) for k in range(1, 101)]
    yield counterexample(
        "l = 1, u = 100, S_k = 1/k: A_min / area",
        ratio("a-min", "area", shares_of(tails)),
        2 + c * sum(tails, Fraction(0)),
    )


def _t(n: Any) -> Any:
    """N ln 2, on boxes."""
    return n * log(n - n + 2)


SETTING = "fluid limit, all lengths in [l, u], any common prompt"
CLAIMS = (
    Claim(
        "a-max-exact",
        f"{SETTING}; P's slot model of A_max (slots of s + u), not Algorithm 1",
        "In the slot model CR(A_max) = (s+u)(l + sqrt(l^2 + c(l) H))/(2 c(l)), c(l) = l (s+l), "
        "H = sum of 1/(s+2k-1) for l < k <= u: of the order of a sqrt(ln a) at s = 0, a = 1/alpha.",
        "ours, in place of Theorems 1 and 2",
        "for all shares: A_max <= f (s+u)(l+w)/(2 c(l)) H-SF, attained; f = 1",
        Verdict.PROVED,
        a_max,
        {"factor": Fraction(1)},
    ),
    Claim(
        "t2-every-alpha",
        "as M grows (fluid limit), P's slot model of A_max, no prompts, every alpha < 1",
        "CR(A_max) >= a (1 + sqrt a)/2 with a = 1/alpha.",
        "arXiv 2508.14544, Theorem 2",
        "there is alpha < 1: max over shares of A_max/H-SF >= a (1 + sqrt a)/2",
        Verdict.REFUTED,
        theorem_2,
    ),
    Claim(
        "a-min-below-a-random",
        SETTING,
        "A_min is never slower than A_random, which knows the lengths.",
        "ours",
        "for all s, l, u and shares: A_min <= A_random",
        Verdict.PROVED,
        below_a_random,
    ),
    Claim(
        "a-min-area",
        "fluid limit, no prompts (s = 0), against the area bound on every schedule",
        "CR(A_min) lies between (1 + T)/2 and 2 + T/2, T = 2l/(l+1) + sum of 1/k for l < k <= u: "
        "the exact constant of ln(1/alpha) against the optimum is 1/2.",
        "ours, for Theorem 5",
        "for all l, u and shares: A_min <= (2 + c T) area; c = 1/2, and for no smaller c",
        Verdict.PROVED,
        against_area,
        {"c": Fraction(1, 2)},
    ),
)
