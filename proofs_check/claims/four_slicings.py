"""Four slicings, of which one is always within 4 of the optimum: for all lengths and all prompts.

A slicing by volume has levels C_1 < C_2 < ...; in stage r every unfinished request runs, with
staggered starts, until it completes or its volume s k + k (k+1)/2 would pass C_r. The four have the
levels floor(F 4^k / 16) with F = 5, 7, 10, 14. Prompts may differ. A request that is cancelled is
charged the whole level here, which is at least what it used.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import count

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.evidence import at_most, counterexample, identity, nonnegative, words
from kvratio.proofs_check.lab import Lab
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.verdict import Finding, Verdict

FACTORS, GROWTH, UNIT = (5, 7, 10, 14), 4, 16
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


def check(numbers: Numbers, _lab: Lab) -> Iterator[Finding]:
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
)
