"""P Corollary 2: A_min with disjoint intervals keeps its ratio.

Algorithm 5 starts every request at the lower end of its interval and takes ascending bounds. With
disjoint intervals all requests of one are complete before the next one's start, so its form is
A_min's within each interval; of two requests of different intervals the later one waits for the
whole time c(i) of the earlier one, as under H-SF.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from kvratio.proofs_check import a_min, two_point
from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.claims.t5_logarithm import beyond, uniform_in_prompts
from kvratio.proofs_check.evidence import (
    at_most,
    equation,
    identity,
    nonnegative,
    words,
)
from kvratio.proofs_check.fluid import Interval, latency
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

# shares of two intervals [1, 9], [10, 40], and those of the safeguard
INTERVALS: tuple[Interval, ...] = ((1, 9), (10, 40))
SHARES = {1: 40, 4: 5, 9: 7, 10: 3, 25: 2, 40: 1}
PROMPTS = (0, 1, 50)


def revised(shares: Mapping[int, int], prompt: int) -> Fraction:
    """x'Qx of Algorithm 5: each interval by itself, and the later ones' wait for it."""
    blocks = [{k: x for k, x in shares.items() if low <= k <= u} for low, u in INTERVALS]
    total, later = Fraction(0), sum(shares.values())
    for block, within in zip(blocks, INTERVALS, strict=True):
        later -= sum(block.values())
        total += latency("a-min", block, prompt, within)
        total += sum(2 * k * (prompt + k) * x * later for k, x in block.items())
    return total


def never_worse() -> Iterator[Finding]:
    """Entry by entry, Algorithm 5's form is at most A_min's on the whole range."""
    s, low, d, i = variables("s l d i")
    yield from a_min.excess()
    yield identity(
        "a request of length i = l + d takes i in each stage, times e = s + l in stage l and 1 in "
        "the d later ones: i (s + i) = c(i) in all, under every l",
        ((s + low) * i + d * i).put(i=low + d),
        (low + d) * (s + low + d),
    )
    yield words(
        "So Algorithm 5 has A_min's entries within each interval and H-SF's c(i) between two: at "
        "most A_min's on [l_1, u_m], for every prompt and all shares."
    )
    for s_ in PROMPTS:
        whole = latency("a-min", SHARES, s_, (1, 40))
        yield at_most(f"s = {s_}, shares {SHARES}, stage by stage", revised(SHARES, s_), whole)
        excess = sum(
            (latency("a-min", part, s_) - latency("h-sf", part, s_) for part in _parts()),
            latency("h-sf", SHARES, s_),
        )
        yield equation(
            f"s = {s_}: Algorithm 5, and H-SF plus each interval's excess",
            revised(SHARES, s_),
            excess,
        )


def _parts() -> list[dict[int, int]]:
    return [{k: x for k, x in SHARES.items() if low <= k <= u} for low, u in INTERVALS]


def no_prompts(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c = numbers["c"]
    yield from never_worse()
    yield from a_min.decomposition()
    yield words(
        "s = 0: A_min <= H-SF + E/2, and E = (l S_l + sum over k > l of S_k)^2 <= (1 + sum over "
        "k > l of 1/(2k-1)) H-SF by Cauchy-Schwarz, H-SF being l^2 S_l^2 + sum of (2k-1) S_k^2. "
        "1/(2k-1) is at most the integral of 1/(2x) over [k-1, k], as 1/(2x) is convex. So "
        "Algorithm 5 is at most (3/2 + (1/4) ln(1/alpha)) H-SF. With one interval it is "
        "Algorithm 2, and no smaller factor than 1/4 will do (t5-constant):"
    )
    yield at_most("the claimed factor of ln(1/alpha) is at least", Fraction(1, 4), c)
    yield beyond(c)


def with_prompts(numbers: Numbers, sources: Sources) -> Iterator[Finding]:
    yield words(
        "The corollary covers one interval, and more when no request is in the others: then "
        "Algorithm 5 is Algorithm 2, and the counterexample of t5-prompts applies."
    )
    yield from uniform_in_prompts(numbers, sources)


def staggered_below(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    s, k, e, i = variables("s k e i")
    p = two_point.general()
    yield identity(
        "a slot of s + k tokens for k steps holds k (s + k); its request uses v(k) = s k + "
        "k (k+1)/2 of it, so that k (k-1)/2 is freed",
        k * (s + k) - (s * k + k * (k + 1) / 2),
        k * (k - 1) / 2,
    )
    yield nonnegative("which is > 0 for k = 2 + e: less 1", (2 + e) * (1 + e) / 2 - 1)
    yield nonnegative("in stage k a share of length i = k + e is waited for: 1 + 2 (i - k)",
        (1 + 2 * (i - k)).put(i=k + e))  # fmt: skip
    yield words(
        "So staggered A_min is below A_min for all shares, strictly where a stage k >= 2 has any: "
        "unless all lengths are 1, where both have ratio 1. The maximum over shares is attained; "
        "A_min's ratio is larger there, or the maximum is 1. But A_min's is above 1 for l < u:"
    )
    yield from two_point.middle_stages()
    excess = two_point.a_min_times_slot(p) - (p.s + p.u) * two_point.h_sf(p)
    yield identity(
        "on two lengths (s+u) (A_min - H-SF) = (c(u) - c(l)) (s+l) x y",
        excess,
        (p.u * (p.s + p.u) - p.l * (p.s + p.l)) * (p.s + p.l) * p.x * p.y,
    )
    yield nonnegative("c(u) - c(l) less d^2, u = l + d",
        p.u * (p.s + p.u) - p.l * (p.s + p.l) - p.d**2)  # fmt: skip


COROLLARY = "arXiv 2508.14544, Corollary 2"
STATEMENT = (
    "With disjoint intervals [l_1, u_1], ..., [l_m, u_m] the revised A_min has "
    "CR = O(log(1/alpha)), alpha = l_1/u_m."
)
CLAIMS = (
    Claim(
        "c2-s0",
        "fluid limit, no prompts (s = 0)",
        STATEMENT,
        COROLLARY,
        "for all disjoint intervals and shares: Algorithm 5 <= (3/2 + c ln(u_m/l_1)) H-SF; c = 1/4",
        Verdict.PROVED,
        no_prompts,
        {"c": Fraction(1, 4)},
    ),
    Claim(
        "c2-prompts",
        "fluid limit, prompts of any length, one constant for all (s = 0 being no loss)",
        STATEMENT,
        COROLLARY,
        "there is C: for all s >= 0, intervals and shares: Algorithm 5 <= C (1 + log(1/alpha)) "
        "H-SF",
        Verdict.REFUTED,
        with_prompts,
    ),
    Claim(
        "c2-never-worse",
        "fluid limit, any common prompt",
        "Splitting [l, u] into disjoint intervals never makes A_min slower.",
        "arXiv 2508.14544, section 4.2",
        "for all s >= 0 and shares: Algorithm 5 <= A_min on [l_1, u_m]",
        Verdict.PROVED,
        lambda _numbers, _sources: never_worse(),
    ),
    Claim(
        "t4-every-interval",
        "fluid limit, all lengths in [l, u], any common prompt",
        "Staggered A_min has a smaller competitive ratio than A_min on every interval [l, u], "
        "l < u: Theorem 4 fails for each.",
        "ours, against Theorem 4 of arXiv 2508.14544",
        "for all s >= 0, 1 <= l < u: max over shares of staggered A_min/H-SF < that of A_min/H-SF",
        Verdict.PROVED,
        staggered_below,
    ),
)
