"""A_min on two lengths: P Theorem 6, with and without prompts, and the popular 1.5."""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check import two_point
from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.evidence import counterexample, nonnegative, words
from kvratio.proofs_check.fluid import ratio
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

THEOREM = "arXiv 2508.14544, Theorem 6"
STATEMENT = "If all outputs have length l or u, CR(A_min) <= (3 - alpha)/2 with alpha = l/u."


def no_prompt(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    p = two_point.no_prompt()
    square = p.d * (p.l * p.x - p.u * p.y) ** 2
    margin = (numbers["c"] * p.u - p.l) * two_point.h_sf(p) - 2 * two_point.a_min_times_slot(p)
    yield from two_point.middle_stages()
    yield nonnegative("(c u - l) H-SF - 2 u A_min less the square d (l x - u y)^2", margin - square)
    value = ratio("a-min", "h-sf", {1: 100, 100: 1})
    yield counterexample(
        "l = 1, u = 100, 100 short and 1 long: A_min / H-SF against (c - alpha)/2",
        value,
        (numbers["c"] - Fraction(1, 100)) / 2,
    )


def uniform(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    p, bound = two_point.no_prompt(), numbers["bound"]
    square = p.d * (p.l * p.x - p.u * p.y) ** 2
    margin = 2 * bound * p.u * two_point.h_sf(p) - 2 * two_point.a_min_times_slot(p)
    yield from two_point.middle_stages()
    yield nonnegative("2 u (bound H-SF - A_min) less the square d (l x - u y)^2", margin - square)
    value = ratio("a-min", "h-sf", {1: 100, 100: 1})
    yield counterexample("l = 1, u = 100, 100 short and 1 long", value, bound)


def prompts(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    yield words(
        "By hand, s = l = 1, u = 3, 10 short and 4 long. H-SF: 2 (100 + 80) + 12 * 16 = 552. A_min "
        "by Lemma 2: stage 1 takes 2 (10 + 12) = 44 and is waited 10 + 2 + 4 = 16; stages 2 and 3 "
        "take 12 each and are waited (1 + 2)/4 * 4 = 3 and 1/4 * 4 = 1: 704 + 36 + 12 = 752."
    )
    for u, s, short, long in ((3, 1, 10, 4), (100, 1, 80, 1), (100, 100, 10, 1)):
        yield counterexample(
            f"l = 1, u = {u}, s = {s}, {short} short and {long} long: A_min / H-SF",
            ratio("a-min", "h-sf", {1: short, u: long}, s),
            (numbers["c"] - Fraction(1, u)) / 2,
        )


CLAIMS = (
    Claim(
        "t6-s0",
        "fluid limit, no prompts (s = 0)",
        STATEMENT,
        THEOREM,
        "for all 1 <= l <= u, x, y >= 0: A_min(x, y) <= (c - l/u)/2 H-SF(x, y), c = 3",
        Verdict.PROVED,
        no_prompt,
        {"c": Fraction(3)},
    ),
    Claim(
        "t6-prompts",
        "fluid limit, Lemma 2 with prompts (s > 0)",
        STATEMENT,
        THEOREM,
        "for all s >= 0, 1 <= l <= u, x, y >= 0: A_min(x, y) <= (c - l/u)/2 H-SF(x, y), c = 3",
        Verdict.REFUTED,
        prompts,
        {"c": Fraction(3)},
    ),
    Claim(
        "popular-1.5",
        "fluid limit, no prompts (s = 0)",
        "A_min is at most 1.5 times as slow as the hindsight scheduler H-SF on two lengths.",
        "popular account; arXiv 2508.14544, section 1.1",
        "for all 1 <= l <= u, x, y >= 0: A_min(x, y) <= 3/2 H-SF(x, y)",
        Verdict.PROVED,
        uniform,
        {"bound": Fraction(3, 2)},
    ),
)
