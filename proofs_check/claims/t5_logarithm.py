"""A_min on all lengths: P Theorem 5 (a logarithm), our sharper bound, and what prompts do to it.

Notation: s = 0 and l = 1 unless said otherwise, i <= j, S_k = share of lengths >= k,
h = 1 + 1/3 + ... + 1/(2u-1).
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from kvratio.proofs_check import a_min, two_point
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
from kvratio.proofs_check.polynomial import Poly, variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

CHECKED_UP_TO = 8  # lengths for which the bound is compared with exact ratios, as a safeguard


def coefficients() -> list[Finding]:
    """Lemma 2 at s = 0, l = 1, summed over its stages: i j A_ij = i^2 ((i + j)^2/2 - i^2)."""
    i, j = variables("i j")

    def through(m: Poly) -> Poly:
        return m * (i**2 + j**2) + 2 * m * i * j * (i + j) - (i**2 + j**2) * m * (m + 1)

    return [
        sums(
            "stages 1 ... m: sum of i^2 (1 + 2 (j-k)) + j^2 (1 + 2 (i-k)), which is i j times "
            "twice the coefficient of x_i x_j",
            through,
            lambda k: i**2 * (1 + 2 * (j - k)) + j**2 * (1 + 2 * (i - k)),
        ),
        identity(
            "all of them (m = i): A_ij = i/j ((i + j)^2/2 - i^2), as in Corollary 1",
            through(i),
            i**2 * ((i + j) ** 2 - 2 * i**2),
        ),
    ]


def trace(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    i, u = variables("i u")
    diagonal = 4 * i  # over (2i - 1)(2i + 1); the neighbours are -1/(2i - 1) and -1/(2i + 1)
    odd, next_odd = 2 * i - 1, 2 * i + 1
    yield from coefficients()
    for k, name in ((i - 1, "k = i-1"), (i, "k = i"), (i + 1, "k = i+1")):
        low, middle, high = (_least(r, k, i) ** 2 for r in (i - 1, i, i + 1))
        yield identity(
            f"(B^-1 B)_ik for i < u and {name} (smaller k scale with k^2, larger equal i+1)",
            diagonal * middle - next_odd * low - odd * high,
            odd * next_odd if k == i else 0,
        )
    yield identity("row u of B^-1 B, k = u", u**2 - (u - 1) ** 2, 2 * u - 1)
    # T(u+1) - T(u) = 1/(u+1), over (2u-1)(2u+1)(u+1)
    gain = 4 * u * u**2 * (u + 1) + (u + 1) ** 3 * (2 * u - 1) - u**2 * (2 * u + 1) * (u + 1)
    gain = gain - (2 * u - 1) * u * (2 * u**2 + 4 * u + 1)
    yield identity("trace(u+1) - trace(u) = 1/(u+1)", gain, (2 * u - 1) * (2 * u + 1))
    yield words("trace(1) = 1; so the trace is 1 + 1/2 + ... + 1/u for every u.")


def _least(a: Poly, b: Poly, i: Poly) -> Poly:
    """min(a, b) of two of i - 1, i, i + 1."""
    return min(a, b, key=lambda p: (p - i).terms.get((), Fraction(0)))


def decomposition() -> list[Finding]:
    """A = H-SF + w w'/2 - D/2 with w_i = i, and D_ij = i^3/j, 0 <= D_ij <= i^2."""
    i, e = variables("i e")
    j = i + e
    return [
        *coefficients(),
        identity(
            "A_ij = i^2 + i j/2 - i^3/(2 j)",
            i * ((i + j) ** 2 - 2 * i**2),
            2 * i**2 * j + i * j**2 - i**3,
        ),
        sums("x'Bx = sum of (2k-1) S_k^2, as i^2 is", lambda m: m**2, lambda k: 2 * k - 1),
        sums("w'x = sum of S_k, as i is", lambda m: m, lambda _k: 1),
        nonnegative("D_ij = i^3/j <= i^2: j - i", j - i),
    ]


def sharper(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c = numbers["c"]
    yield from decomposition()
    yield words(
        "Cauchy-Schwarz: (sum S_k)^2 <= h sum (2k-1) S_k^2, with equality at S_k = 1/(2k-1), which "
        "belongs to shares >= 0. So A <= (1 + h/2) H-SF for all shares, and there A >= (1 + h)/2."
    )
    yield at_most("the claimed factor of h is at least", Fraction(1, 2), c)
    for u in range(1, CHECKED_UP_TO + 1):
        value, h = _witness(u)
        yield counterexample(f"u = {u}, S_k = 1/(2k-1): A_min / H-SF", value, 1 + c * h)
    value, h = _witness(100)
    yield counterexample("u = 100, S_k = 1/(2k-1): A_min / H-SF", value, 1 + c * h)
    yield words("At u = 2^N, h >= (1/2) ln(2u+1) > (1/2)(N + 1) ln 2, as in t5-constant.")
    yield exceeded_at(
        "1 + c h >= (1 + h)/2, which A_min / H-SF exceeds at u = 2^N with that h, N",
        lambda n: 1 + c.numerator / (2 * (n - n + c.denominator)) * _many(n),
        lambda n: (1 + _many(n) / 2) / 2,
        10**6,
    )


def _many(n: Any) -> Any:
    """(N + 1) ln 2, on boxes."""
    return (n + 1) * log(n - n + 2)


def _witness(u: int) -> tuple[Fraction, Fraction]:
    """The ratio at S_k = 1/(2k - 1), and h."""
    tails = [Fraction(1, 2 * k - 1) for k in range(1, u + 1)]
    return ratio("a-min", "h-sf", shares_of(tails)), sum(tails, Fraction(0))


def constant(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c = numbers["c"]
    yield from decomposition()
    yield words(
        "As in t5-sharper, (1 + h)/2 <= CR <= 1 + h/2. With y = 1/(2k+1), ln((k+1)/k) = "
        "ln((1+y)/(1-y)) > 2 y, so h - (1/2) ln u falls with u, from 1: CR <= 3/2 + (1/4) ln u. "
        "And 1/(2k-1) >= (1/2) ln((2k+1)/(2k-1)), so h >= (1/2) ln(2u+1) > (1/2) ln(2u): "
        "CR >= 1/2 + (1/4) ln(2u)."
    )
    yield at_most("the claimed factor of ln u is at least", Fraction(1, 4), c)
    yield beyond(c)


def beyond(c: Fraction) -> Finding:
    """3/2 + c ln u is exceeded by the witness at a large u, unless c >= 1/4."""
    return exceeded_at(
        "3/2 + c N ln 2 >= 1/2 + (1/4)(N + 1) ln 2, which the witness exceeds at u = 2^N, N",
        lambda n: 1 + n * c.numerator / c.denominator * log(n - n + 2),
        lambda n: (n + 1) / 4 * log(n - n + 2),
        10**6,
    )


def fixed_prompt(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    s, i, j = variables("s i j")
    yield from a_min.coefficients()
    yield identity(
        "j (s + i) = (s + i)(s + j) - s^2 - s i: so E = (s S_1 + T)^2 - s^2 S_1^2 - s sum S_k^2 "
        "with T = sum of S_k",
        j * (s + i),
        (s + i) * (s + j) - s**2 - s * i,
    )
    yield sums("H-SF = sum (s + 2k - 1) S_k^2", lambda m: m * (s + m), lambda k: s + 2 * k - 1)
    yield words(
        "So A <= H-SF + (2 s S_1 T + T^2)/2. With H = sum of 1/(s + 2k - 1), T^2 <= H H-SF "
        "(Cauchy-Schwarz) and S_1^2 <= H-SF/(s + 1): CR <= 1 + H/2 + s sqrt(H/(s+1)), which is "
        "O(log u) for every fixed s, as H <= h."
    )


def uniform_in_prompts(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    r, e = variables("r e")
    p = two_point.Pair(r**4, Poly.of(1), r**2 - 1, r, Poly.of(1))
    margin = 2 * two_point.a_min_times_slot(p) - r * (p.s + p.u) * two_point.h_sf(p)
    yield refuted_by(
        "l = 1, u = r^2, s = r^4, r short to 1 long: A_min / H-SF >= r/2 for every r >= 2, where "
        "log(1/alpha) = 2 log r",
        [
            *two_point.middle_stages(),
            nonnegative("2 A_min - r H-SF, r = 2 + e", margin.put(r=2 + e)),
        ],
    )
    yield words(
        "An instance: r = 100, u = 10000, s = 10^8: the ratio is "
        f"{float(ratio_at(100)):.2f}, and log(1/alpha) = 9.2."
    )


def ratio_at(r: int) -> Fraction:
    """A_min / H-SF at l = 1, u = r^2, s = r^4 with r short to 1 long."""
    p = two_point.Pair(*(Poly.of(v) for v in (r**4, 1, r**2 - 1, r, 1)))
    top, bottom = two_point.a_min_times_slot(p), (p.s + p.u) * two_point.h_sf(p)
    return top.terms[()] / bottom.terms[()]


THEOREM = "arXiv 2508.14544, Theorem 5"
LOG = "CR(A_min) = O(log(1/alpha)) over all lengths in [l, u]"
CLAIMS = (
    Claim(
        "t5-trace",
        "the identity in the proof of Theorem 5 (s = 0, l = 1)",
        "For every u the trace of B^-1 A is 1 + 1/2 + ... + 1/u.",
        THEOREM,
        "for all u >= 1: tr(B_u^-1 A_u) = H_u",
        Verdict.PROVED,
        trace,
    ),
    Claim(
        "t5-sharper",
        "fluid limit, no prompts, l = 1",
        "CR(A_min) <= 1 + h/2 with h = 1 + 1/3 + ... + 1/(2u-1), and it is at least (1 + h)/2.",
        "ours, for Theorem 5",
        "for all shares: A_min <= (1 + c h) H-SF; c = 1/2",
        Verdict.PROVED,
        sharper,
        {"c": Fraction(1, 2)},
    ),
    Claim(
        "t5-constant",
        "fluid limit, no prompts, l = 1",
        f"{LOG}, and the exact constant of the logarithm is 1/4.",
        f"{THEOREM}; the constant is ours",
        "for all u >= 1 and shares: A_min <= (3/2 + c ln u) H-SF; c = 1/4, and for no smaller c",
        Verdict.PROVED,
        constant,
        {"c": Fraction(1, 4)},
    ),
    Claim(
        "t5-fixed-prompt",
        "fluid limit, a fixed prompt s, l = 1",
        f"{LOG}, the constant depending on s.",
        THEOREM,
        "for all s >= 0, u >= 1 and shares: A_min <= (1 + H/2 + s sqrt(H/(s+1))) H-SF, "
        "H = sum of 1/(s+2k-1)",
        Verdict.PROVED,
        fixed_prompt,
    ),
    Claim(
        "t5-prompts",
        "fluid limit, prompts of any length, one constant for all (s = 0 being no loss)",
        f"{LOG}.",
        THEOREM,
        "there is C: for all s >= 0, l, u and shares: A_min <= C (1 + log(u/l)) H-SF",
        Verdict.REFUTED,
        uniform_in_prompts,
    ),
)
