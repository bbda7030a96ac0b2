"""A_min on given distributions for every common prompt: a bound by moments, and what follows.

Shares x_k, W = sum of k x_k, N = sum of x_k, S_k = share of lengths >= k.
"""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check import a_min
from kvratio.proofs_check.claim import Check, Claim, Numbers
from kvratio.proofs_check.evidence import counterexample, nonnegative, positive, sums, words
from kvratio.proofs_check.fluid import latency
from kvratio.proofs_check.polynomial import Poly, number, variables
from kvratio.proofs_check.series import cleared, tail, total
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

POWER = 6  # the sums are polynomials over (1-q)^POWER (1-q^2)^POWER
TERMS = 60  # of the shares of a counterexample


def moments() -> Iterator[Finding]:
    """A_min <= s W N + W^2, and H-SF = s sum S_k^2 + sum (2k-1) S_k^2."""
    s, i, e = variables("s i e")
    j = i + e
    yield from a_min.excess()
    yield nonnegative(
        "A_ij <= s (i+j)/2 + i j, times 2 (s+j): j = i + e",
        2 * (s + j) * (s * (i + j) / 2 + i * j)
        - 2 * (s + j) * i * (s + i)
        - (j * (s + j) - i * (s + i)) * (s + i),
    )
    yield words("Summed over x_i x_j that is s W N + W^2.")
    yield sums(
        "H-SF: c(m) is the sum of s + 2k - 1", lambda m: m * (s + m), lambda k: s + 2 * k - 1
    )


def weighted(weight: Poly) -> tuple[Poly, Poly, Poly, Poly]:
    """W, N, sum S_k^2 and sum (2k-1) S_k^2 for x_k = weight(k) q^(k-1); r = 1/(1-q), t, z."""
    q, r, z, t, k = variables("q r z t k")
    longer = tail(weight, q, r)
    return (
        total(k * weight, q, r),
        total(weight, q, r),
        total(longer**2, z, t),
        total((2 * k - 1) * longer**2, z, t),
    )


def bounded(weight: Poly) -> Check:
    """W N <= bound sum S_k^2 and W^2 <= bound sum (2k-1) S_k^2 for all q."""

    def check(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
        bound = numbers["bound"]
        w, n, first, second = weighted(weight)
        yield from moments()
        for text, margin in (
            ("bound sum S_k^2 - W N", bound * first - w * n),
            ("bound sum (2k-1) S_k^2 - W^2", bound * second - w**2),
        ):
            yield positive(text, _over(margin).coefficients(), 0, 1)
        q, s = Fraction(4, 5), 10**6
        factor = {k: number(Poly.of(weight).put(k=k)) for k in range(1, TERMS + 1)}
        shares = {k: factor[k] * q ** (k - 1) for k in factor}
        values = {"q": q, "r": 1 / (1 - q), "z": q**2, "t": 1 / (1 - q**2)}
        h_sf = s * number(first.put(**values)) + number(second.put(**values))
        yield counterexample(
            f"s = {s}, q = 4/5: A_min / H-SF, A_min without the lengths above {TERMS}",
            latency("a-min", shares, s) / h_sf,
            bound,
        )

    return check


def _over(margin: Poly) -> Poly:
    """Times (1-q)^POWER (1-q^2)^POWER, in q alone."""
    q, z = variables("q z")
    once = cleared(margin, "r", POWER, 1 - q)
    return cleared(once, "t", POWER, 1 - z).put(z=q**2)


def any_lengths(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    yield from moments()
    yield words(
        "With N = 1 and m the smaller of two independent lengths, W = E[o], sum S_k^2 = E[m], sum "
        "(2k-1) S_k^2 = E[m^2]; a quotient of sums is at most the larger of the two quotients."
    )


SETTING = "fluid limit, every common prompt s >= 0"
CLAIMS = (
    Claim(
        "a-min-moments",
        f"{SETTING}, all lengths",
        "CR(A_min) <= max(E[o]/E[m], E[o]^2/E[m^2]), m the smaller of two independent lengths.",
        "ours",
        "for all s and shares: A_min <= s W N + W^2, H-SF = s sum S_k^2 + sum (2k-1) S_k^2",
        Verdict.PROVED,
        any_lengths,
    ),
    Claim(
        "fig3-every-prompt",
        SETTING,
        "On geometric lengths CR(A_min) is at most 2.",
        "ours, for figure 3 of arXiv 2508.14544",
        "for all s >= 0, 0 < q < 1: A_min <= 2 H-SF",
        Verdict.PROVED,
        bounded(Poly.of(1)),
        {"bound": Fraction(2)},
    ),
    Claim(
        "t8-every-prompt",
        SETTING,
        "On linearly weighted geometric lengths CR(A_min) is at most 16/9.",
        "ours, for Theorem 8 of arXiv 2508.14544",
        "for all s >= 0, 0 < q < 1: A_min <= 16/9 H-SF",
        Verdict.PROVED,
        bounded(variables("k")[0]),
        {"bound": Fraction(16, 9)},
    ),
)
