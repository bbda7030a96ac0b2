"""P Theorem EC.1: the worst case of every policy at the end points; the ratio of A_random."""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check import two_point
from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.evidence import (
    above,
    counterexample,
    identity,
    nonnegative,
    refuted_by,
    sums,
    words,
)
from kvratio.proofs_check.fluid import ratio
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict


def end_points(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    p = two_point.no_prompt()
    margin = (3 * p.u - p.l) * two_point.h_sf(p) - 2 * two_point.a_min_times_slot(p)
    bound = [
        *two_point.middle_stages(),
        identity(
            "on {l, u}, s = 0: (3 u - l) H-SF - 2 u A_min = (u - l)(l x - u y)^2 >= 0, so that "
            "A_min <= (3 - l/u)/2 H-SF",
            margin,
            p.d * (p.l * p.x - p.u * p.y) ** 2,
        ),
    ]
    yield words(
        "By hand, lengths 1, 2, 3 with shares 7, 2, 2, s = 0. H-SF: 11^2 + 3 * 4^2 + 5 * 2^2 "
        "= 189. A_min: stage 1 takes 7 + 4 + 6 = 17 and is waited 7 + 2 * 3/2 + 2 * 5/3 = 40/3; "
        "stage 2 takes 10 and is waited 1 + 2 = 3; stage 3 takes 6 and is waited 2/3: 782/3. "
        "The ratio is 782/567."
    )
    for u, shares in ((3, {1: 7, 2: 2, 3: 2}), (5, {1: 14, 2: 5, 5: 3})):
        yield refuted_by(
            f"A_min with lengths in [1, {u}] and shares {shares} is worse than with lengths 1, {u}",
            [
                *bound,
                above("A_min / H-SF", ratio("a-min", "h-sf", shares), (3 - Fraction(1, u)) / 2),
            ],
        )


def a_random(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    rho, x = variables("rho X")
    yield words(
        "Put S_k = share of lengths >= k, c(k) = k (s + k), D_k = c(k) - c(k-1), sums over k > l: "
        "X = sum D_k S_k, Y = sum D_k S_k^2. With S_l = 1, A_random = c(l) + X, H-SF = c(l) + Y; "
        "by Cauchy-Schwarz Y >= X^2 / (c(u) - c(l)). Let c(l) = 1 and c(u) = rho^2."
    )
    s, low, d = variables("s l d")
    yield sums("c(m) is the sum of c(k) - c(k-1)", lambda m: m * (s + m), lambda k: s + 2 * k - 1)
    bound = 1 + numbers["a"] * rho
    yield identity(
        "2 (rho^2-1) times ((1 + a rho)/2 (1 + X^2/(rho^2-1)) - 1 - X) is (rho+1)(X - rho + 1)^2",
        bound * (rho**2 - 1 + x**2) - 2 * (rho**2 - 1) * (1 + x),
        (rho + 1) * (x - rho + 1) ** 2,
    )
    yield nonnegative(
        "u (s + l) - l (s + u) with u = l + d: so rho <= u/l",
        (low + d) * (s + low) - low * (s + low + d),
    )
    yield counterexample(
        "s = 0, l = 1, u = 100, 99 short and 100 long: A_random / H-SF",
        ratio("a-random", "h-sf", {1: 99, 100: 1}),
        (1 + numbers["a"] * 100) / 2,
    )


THEOREM = "arXiv 2508.14544, Theorem EC.1"
CLAIMS = (
    Claim(
        "ec1-end-points",
        "fluid limit, the policy A_min, no prompts",
        "For every policy the worst case over lengths in [l, u] has all lengths in {l, u}.",
        f"{THEOREM} and equation (EC.5)",
        "max over shares of 1 ... u of A_min/H-SF = max over shares of {1, u}",
        Verdict.REFUTED,
        end_points,
    ),
    Claim(
        "ec1-a-random",
        "fluid limit, all lengths in [l, u], any common prompt",
        "CR(A_random) <= (1 + 1/alpha)/2.",
        f"{THEOREM} and equation (EC.6)",
        "for all shares: A_random <= (1 + a rho)/2 H-SF and rho <= 1/alpha; a = 1",
        Verdict.PROVED,
        a_random,
        {"a": Fraction(1)},
    ),
)
