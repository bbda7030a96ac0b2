"""Preemption that keeps the tokens: 2 from both sides, for every common prompt.

A policy may stop a request and go on with it later; a stopped request holds no cache. Lengths are
unknown. S_k is the share of length k or more, d_l = v(l), d_k = s + k for k > l, v(k) = s k +
k (k+1)/2.
"""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.evidence import (
    at_least,
    at_most,
    counterexample,
    identity,
    nonnegative,
    words,
)
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

LONG = 2000  # tokens of the equal lengths of the witness
BITS = 100  # a survival is rounded up to this many bits


def upper(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c = numbers["c"]
    (big, x) = variables("S x")
    yield words(
        "Least attained service: token k of all takes (s+k) S_k, completes x_k, leaves S_(k+1). "
        "Its form is the sum of (s+k) S_k (x_k + 2 S_(k+1)), the area bound's that of (s+k) S_k^2:"
    )
    yield identity(
        "2 S^2 - S (x + 2 (S - x)) = S x", 2 * big**2 - big * (x + 2 * (big - x)), big * x
    )
    yield nonnegative("(c - 2) S^2 + S x", (c - 2) * big**2 + big * x)
    yield counterexample(
        f"s = 0, all of length {LONG}: (2 v(u) - u)/v(u)",
        2 - Fraction(2, LONG + 1),
        c,
    )


def lower(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c, mu, s, u = numbers["c"], numbers["mu"], int(numbers["s"]), int(numbers["u"])
    half, big, d, m, t = variables("half S d mu t")
    yield words(
        "With k - 1 tokens made a request completes at token k with probability d_k/mu, at u in "
        "any case. A unit of volume completes at most 1/mu requests in expectation, whatever "
        "runs, but for delta = product of (1 - d_k/mu) cut off at u: N(t) >= 1 - delta - t/mu, "
        "and twice its integral is mu (1 - delta)^2 (form units; n^2/(2M) times it bounds E[TEL] "
        "for every n and M)."
    )
    yield identity(
        "2 (1-delta) T - T^2/mu at T = mu (1-delta), with h = 1 - delta",
        2 * half * (m * half) - m * half**2,
        m * half**2,
    )
    yield identity("derivative of 2 h t - t^2/mu, times mu: 2 (mu h - t)",
        2 * (m * half - t), 2 * m * half - 2 * t)  # fmt: skip
    yield identity(
        "mu (S_k - S_(k+1)) = d_k S_k: survivals are exact", m * big - (m * big - d * big), d * big
    )
    unit = 2**BITS
    survival, area, largest = unit, Fraction(0), 0
    for k in range(1, u + 1):
        largest = max(largest, s + k)
        area += (s + k) * survival * survival
        survival = -(-(survival * (mu.numerator - (s + k) * mu.denominator)) // mu.numerator)
    yield at_most(f"s = {s}, l = 1, u = {u}, mu = {mu}: every d_k is at most mu", largest, mu)
    yield at_least(
        "mu (1 - delta)^2 over the sum of d_k S_k^2, both rounded against the claim",
        Fraction(int(mu * (unit - survival) ** 2 / area * 10**10), 10**10),
        c,
    )


KEEPS = "fluid limit, all arrivals at 0; stopped requests keep their tokens and hold no cache"
CLAIMS = (
    Claim(
        "kept-upper",
        f"{KEEPS}; any lengths, every common prompt; least attained service",
        "With preemption that keeps the tokens, least attained service is 2-competitive without "
        "knowing the lengths.",
        "ours for the KV cache; one machine: Motwani, Phillips, Torng (1994)",
        "for all s and shares: least attained service <= c area bound; c = 2",
        Verdict.PROVED,
        upper,
        {"c": Fraction(2)},
    ),
    Claim(
        "kept-lower",
        f"{KEEPS}; every policy that does not know the lengths, knowing their distribution or "
        "not, losing its tokens or not; lengths in [1, 2000], no prompts",
        "No policy that does not know the lengths is below 1.997 times the area bound, even with "
        "preemption that keeps the tokens.",
        "ours for the KV cache; one machine: Motwani, Phillips, Torng (1994), 2 - 2/(n + 1)",
        "there are lengths in [1, u]: every policy >= c area bound; c = 1.997, u = 2000",
        Verdict.PROVED,
        lower,
        {
            "c": Fraction(1997, 1000),
            "mu": Fraction(241175),
            "s": Fraction(0),
            "u": Fraction(2000),
        },
    ),
)
