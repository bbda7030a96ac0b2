"""A_max: P Theorem 1, and that its ratio is unbounded."""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.claims.ec1_worst_case import a_random
from kvratio.proofs_check.evidence import counterexample, identity, nonnegative, words
from kvratio.proofs_check.fluid import ratio
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict


def upper(numbers: Numbers, sources: Sources) -> Iterator[Finding]:
    s, low, e, f = variables("s l e f")
    yield words("A_max charges j (s + u) where A_random charges j (s + j), l <= j <= u.")
    yield nonnegative(
        "u (s + j) - l (s + u) with j = l + e, u = j + f: A_max <= (1/alpha) A_random",
        (low + e + f) * (s + low + e) - low * (s + low + e + f),
    )
    yield from a_random({"a": numbers["a"]}, sources)
    yield counterexample(
        "s = 0, l = u = 1, where there is nothing to predict: A_max / H-SF",
        ratio("a-max", "h-sf", {1: 1}),
        (1 + numbers["a"]) / 2,
    )


def unbounded(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    s, low, u, x = variables("s l u x")
    yield words("Let all outputs be short: of length l. Then A_max still charges each l (s + u).")
    yield identity(
        "(s + l) A_max = (s + u) H-SF: the ratio (s + u)/(s + l) grows without bound with u",
        (s + low) * (low * (s + u) * x) * x,
        (s + u) * (low * (s + low) * x) * x,
    )


CLAIMS = (
    Claim(
        "t1-upper",
        "fluid limit, the form claimed for A_max, all lengths in [l, u], any common prompt",
        "CR(A_max) <= a (1 + a)/2 with a = 1/alpha.",
        "arXiv 2508.14544, Theorem 1 and equation (EC.11)",
        "for all shares: A_max <= (1/alpha) A_random <= (1/alpha) (1 + c/alpha)/2 H-SF; c = 1",
        Verdict.PROVED,
        upper,
        {"a": Fraction(1)},
    ),
    Claim(
        "popular-unbounded",
        "fluid limit, the form claimed for A_max, any common prompt",
        "The competitive ratio of A_max is unbounded as alpha -> 0.",
        "popular account; arXiv 2508.14544, section 1.1",
        "for every l, s and every bound there are u and shares in [l, u] with A_max/H-SF above it",
        Verdict.PROVED,
        unbounded,
    ),
)
