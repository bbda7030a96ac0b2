"""Four slicings, of which one is always within 4 of the optimum: for all lengths and all prompts.

A slicing by volume has levels C_1 < C_2 < ...; in stage r every unfinished request runs, with
staggered starts, until it completes or its volume s k + k (k+1)/2 would pass C_r. The four have the
levels floor(F 4^k / 16) with F = 5, 7, 10, 14. Prompts may differ. A request that is cancelled is
charged the whole level here, which is at least what it used.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import count, pairwise

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.evidence import at_most, counterexample, identity, nonnegative, words
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

FACTORS, GROWTH, UNIT = (5, 7, 10, 14), 4, 16
WEIGHTS = (120_000, 106_982, 84_853, 75_648)  # z of the supremum, halved from period to period
SETS = {
    "1 ... 50": range(1, 51),
    "one of each power of 3 below 3^13": [3**k for k in range(13)],
    "1000 of 1 and one of 10^6": [1] * 1000 + [10**6],
    "halving crowds at 2^k, k < 12": [v for k in range(12) for v in [2**k + 1] * 2 ** (11 - k)],
}


def latency(volumes: Sequence[int], factor: int) -> int:
    """x'Qx of slicing at the levels of one factor: time of a stage times (done + 2 left).

    >>> latency([1, 6], 5)  # levels 1, 5, 20: 2 * (1 + 2) + 5 * 2 + 6 * 1
    22
    """
    total, left = 0, list(volumes)
    for k in count():
        level = factor * GROWTH**k // UNIT
        if not left:
            return total
        if level:
            rest = [v for v in left if v > level]
            total += sum(min(v, level) for v in left) * (len(left) + len(rest))
            left = rest
    raise AssertionError("unreachable")


def area(volumes: Sequence[int]) -> int:
    """The area bound's form: each volume times (1 + 2 those after it), in ascending order.

    >>> area([1, 6])
    9
    """
    ordered = sorted(volumes, reverse=True)
    return sum(v * (1 + 2 * later) for later, v in enumerate(ordered))


def check(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c = numbers["c"]
    v, w, b, x, last = variables("V W B x C")
    yield words(
        "Two requests of volumes V <= W; C is the first level of at least V, B the sum of those "
        "before. In a stage the work of the one counts once for the other if that completes then, "
        "twice if it is left. If W > C: 4 B + 2 V + C, after which W is alone; else:"
    )
    yield nonnegative(
        "W = C - x: (4 B + 2 V + C) - (4 B + V + W)",
        ((4 * b + 2 * v + last) - (4 * b + v + w)).put(C=w + x),
    )
    yield words(
        "The area bound has 2 V for the pair. One alone counts 2 B + V for its V, half of that."
    )
    yield identity(
        "levels grow by 4 or more, B <= C/4 + C/16 + ... = C/3: 4 B + 2 V + C <= 2 V + 7/3 C",
        4 * last * Fraction(1, GROWTH) / (1 - Fraction(1, GROWTH)) + 2 * v + last,
        2 * v + last * Fraction(7, 3),
    )
    yield words(
        "The first levels of the four that are at least V are neighbours among F 4^k/16; the level "
        "below them is less than V. In sixteenths, over the level below:"
    )
    union = [f * GROWTH**k for k in range(2) for f in FACTORS]
    for at, below in enumerate(union[: len(FACTORS)]):
        mean = Fraction(sum(union[at + 1 : at + 1 + len(FACTORS)]), len(FACTORS) * below)
        yield at_most(f"mean of the four after {below}", mean, Fraction(18, 7))
    worst = (2 + Fraction(7, 3) * Fraction(18, 7)) / 2
    yield at_most("so on average a pair costs at most (2 V + 7/3 * 18/7 V)/(2 V)", worst, c)
    for name, volumes in SETS.items():
        mean = Fraction(sum(latency(volumes, f) for f in FACTORS), len(FACTORS))
        yield counterexample(
            f"volumes {name}: mean of the four over the area bound", mean / area(volumes), c
        )


def supremum(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    """The mean of the four over the area bound, by Schur's test over one period of levels."""
    c = numbers["c"]
    a, b, v, w = variables("a b v w")
    yield words(
        "Levels c_j of all four in order, c_(j+4) = 4 c_j; p_j the mean of S between c_(j-1) and "
        "c_j. S(c_j) <= p_j, and the area is at least the sum of p_j^2 (c_j - c_(j-1)). The stage "
        "that ends at c_j began at c_(j-4): it takes c_(j-4) p_(j-4) + the p_k (c_k - c_(k-1)) "
        "since, and p_(j-4) + p_j wait. The mean is p'Ap; for z > 0, A p p <= (A z/z) p^2, as:"
    )
    yield identity(
        "a^2 v^2 + b^2 w^2 - 2 a b v w is a square",
        a**2 * v**2 + b**2 * w**2 - 2 * a * b * v * w,
        (a * v - b * w) ** 2,
    )
    levels = [f * Fraction(GROWTH) ** k for k in range(-3, 4) for f in FACTORS]
    z = [Fraction(x, 2**k) for k in range(7) for x in WEIGHTS]
    widths = [Fraction(0), *(y - x for x, y in pairwise(levels))]
    products = [Fraction(0)] * len(levels)
    for j in range(5, len(levels)):
        cells = range(j - 3, j + 1)
        time = levels[j - 4] * z[j - 4] + sum(widths[k] * z[k] for k in cells)
        wait = z[j - 4] + z[j]
        for k in cells:
            products[k] += widths[k] * wait / 8
        products[j - 4] += levels[j - 4] * wait / 8
        products[j - 4] += time / 8
        products[j] += time / 8
    period = range(12, 16)  # complete rows: every stage that touches them is among those above
    for i in period:
        yield at_most(f"(A z)/(width z) at level {levels[i]}", products[i] / (widths[i] * z[i]), c)
    value = sum(products[i] * z[i] for i in period) / sum(widths[i] * z[i] ** 2 for i in period)
    yield counterexample("p = z over a long range tends to z'Az over z'z", Fraction(value), c)


CLAIMS = (
    Claim(
        "four-slicings",
        "fluid limit, all lengths and all prompts, common or mixed, all arrivals at 0",
        "The mean latency of four slicings is at most 4 times the area bound: for every "
        "distribution one of the four is 4-competitive.",
        "ours, against Theorem 4 of arXiv 2508.14544",
        "for all volumes: mean over F = 5, 7, 10, 14 of slicing <= c area bound; c = 4",
        Verdict.PROVED,
        check,
        {"c": Fraction(4)},
    ),
    Claim(
        "four-slicings-supremum",
        "fluid limit, all lengths and all prompts, common or mixed, all arrivals at 0; levels not "
        "rounded",
        "The mean latency of the four slicings is at most 3.6392 times the area bound; 4 is not "
        "attained.",
        "ours",
        "for all volumes: mean over F = 5, 7, 10, 14 of slicing <= c area bound; c = 3.6392",
        Verdict.PROVED,
        supremum,
        {"c": Fraction(36392, 10**4)},
    ),
)
