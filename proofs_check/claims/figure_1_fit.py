"""P figure 1: the ratio of A_min "fitted by 0.2555 log(u + 0.2793) + 1.1587", s = 0, l = 1.

The ratio never falls as u grows, since the lengths up to u are among those up to u + 1. So between
two values of u it lies between its enclosures there.
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

from kvratio.proofs_check import a_min
from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.evidence import all_less, exceeded_at, extreme, identity, words
from kvratio.proofs_check.interval import Function, log
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

POINTS = (60, 63, 66, 70, 74, 78, 83, 88, 93, 99, 105, 112, 119, 127, 135, 144, 154, 164, 175, 187,
          200, 213, 227, 242, 258, 275, 293, 313, 334, 356, 380, 406, 433, 462, 493, 526, 561,
          600)  # fmt: skip
LARGE = 200  # u = 2^LARGE


def fit(numbers: Numbers, shift: Fraction = Fraction(0)) -> Function:
    """a log(u + b) + c + shift, on boxes."""
    a, b, c = (numbers[name] for name in "abc")
    c += shift

    def value(u: Any) -> Any:
        logarithm = log(u + (u - u + b.numerator) / b.denominator)
        return logarithm * a.numerator / a.denominator + (u - u + c.numerator) / c.denominator

    return value


def constant(x: Fraction) -> Function:
    """The same number everywhere, on boxes."""
    return lambda u: (u - u + x.numerator) / x.denominator


@lru_cache(maxsize=64)
def enclosure(sources: Sources, u: int) -> tuple[Finding, Fraction, Fraction]:
    """The ratio on lengths 1 ... u, enclosed."""
    return extreme(u, *sources.a_min_extreme(u))


def between(numbers: Numbers, sources: Sources) -> Iterator[Finding]:
    i, j = variables("i j")
    yield from a_min.decomposition()
    yield identity(
        "at s = 0 the entry i^3/j of D is i^4/(i j): D = sum (k^4 - (k-1)^4) Y_k^2, Y_k = sum of "
        "x_i/i over i >= k",
        i**3 * (i * j),
        i**4 * j,
    )
    enclosures: dict[int, list[Fraction]] = {}
    for u in POINTS:
        found, *enclosures[u] = enclosure(sources, u)
        yield found
    tolerance = numbers["tolerance"]
    high, low = fit(numbers, tolerance), fit(numbers, -tolerance)
    cases = []
    for left, right in pairwise(POINTS):
        cases += [
            (constant(enclosures[right][1]), high, left),
            (low, constant(enclosures[left][0]), right),
        ]
    yield words("Between two neighbours u < u' of these: CR(u') < fit(u) + t, fit(u') - t < CR(u).")
    yield all_less(f"with t = {tolerance}, for all {POINTS[0]} <= u <= {POINTS[-1]}", cases)


def law(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    tolerance = numbers["tolerance"]
    yield words(
        "With one length, u = 1, every policy has ratio 1. And CR(A_min) <= 3/2 + (1/4) ln u for "
        "every u (t5-constant), which any formula with more than 1/4 ln u exceeds in the end."
    )
    yield exceeded_at(
        "one length, u = 1, ratio 1: the fit is at most 1 + t",
        constant(1 + tolerance),
        fit(numbers),
        1,
    )
    yield exceeded_at(
        f"the fit is at most 3/2 + (1/4) ln u + t, u = 2^{LARGE}",
        lambda u: (
            log(u) / 4
            + (u - u + (Fraction(3, 2) + tolerance).numerator)
            / (Fraction(3, 2) + tolerance).denominator
        ),
        fit(numbers),
        2**LARGE,
    )


NUMBERS = {
    "a": Fraction(2555, 10000),
    "b": Fraction(2793, 10000),
    "c": Fraction(11587, 10000),
    "tolerance": Fraction(1, 50),
}
FIGURE = "arXiv 2508.14544, figure 1"
STATEMENT = "CR(A_min) on the lengths 1 ... u is 0.2555 ln(u + 0.2793) + 1.1587 within 0.02,"
CLAIMS = (
    Claim(
        "fig1-fit",
        "fluid limit, no prompts (s = 0), l = 1",
        f"{STATEMENT} for 60 <= u <= 600.",
        FIGURE,
        "for all whole 60 <= u <= 600: |CR(A_min) - (a ln(u + b) + c)| < t; t = 1/50",
        Verdict.CERTIFIED,
        between,
        NUMBERS,
    ),
    Claim(
        "fig1-law",
        "as a law for every u, fluid limit, no prompts (s = 0), l = 1",
        f"{STATEMENT} for every u.",
        FIGURE,
        "for all u >= 1: |CR(A_min) - (a ln(u + b) + c)| <= t; t = 1/50",
        Verdict.REFUTED,
        law,
        NUMBERS,
    ),
)
