"""A_l on two lengths: P Theorem 7, as printed and as it is for every prompt."""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check import two_point
from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.evidence import counterexample, identity, nonnegative, words
from kvratio.proofs_check.fluid import ratio
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

# s, l, u, shares of l and u, rho: the maxima of both branches, with a rational rho
EXTREME = ((0, 1, 4, 2, 1, 4), (0, 2, 3, 0, 1, Fraction(3, 2)), (48, 1, 2, 0, 1, Fraction(10, 7)))


def for_every_prompt(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    p, (t, rho, e) = two_point.general(), variables("t rho e")
    a, b = numbers["a"], numbers["b"]
    yield identity(
        "A_l = H-SF + c(l) (x y + 2 y^2), c(k) = k (s + k)",
        two_point.a_l(p) - two_point.h_sf(p),
        p.l * (p.s + p.l) * (p.x * p.y + 2 * p.y**2),
    )
    yield words(
        "With t = x/y and c(u) = rho^2 c(l) the ratio is 1 + (t + 2) / (t^2 + 2 t + rho^2)."
    )
    h_sf = t**2 + 2 * t + rho**2
    yield nonnegative(
        "rho = 2 + e: t^2 + 2 t + rho^2 - a (rho - 1)(t + 2) less the square (t - rho + 2)^2",
        (h_sf - a * (rho - 1) * (t + 2) - (t - rho + 2) ** 2).put(rho=2 + e),
    )
    yield identity(
        "rho <= 2: b (t^2 + 2 t + rho^2) - rho^2 (t + 2) = 2 t^2 + t (4 - rho^2) >= 0",
        b * h_sf - rho**2 * (t + 2),
        2 * t**2 + t * (4 - rho**2),
    )
    for s, low, high, short, long, root in EXTREME:
        yield counterexample(
            f"s = {s}, l = {low}, u = {high}, shares {short} to {long}: A_l / H-SF",
            ratio("a-l", "h-sf", {low: short, high: long}, s),
            1 + 1 / (a * (root - 1)) if root >= 2 else 1 + b / Fraction(root) ** 2,
        )


def with_prompts(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    yield words(
        "By hand, s = l = 1, u = 2, all long. H-SF: c(2) = 6. A_l runs all requests for c(1) = 2 "
        "in vain, which all wait for in full, then for 6: 2 * 2 + 6 = 10. The ratio is 5/3."
    )
    yield counterexample(
        "s = l = 1, u = 2, all long: A_l / H-SF, against 1 + b alpha^2 with alpha = 1/2",
        ratio("a-l", "h-sf", {1: 0, 2: 1}, 1),
        1 + numbers["b"] / 4,
    )


NUMBERS = {"a": Fraction(2), "b": Fraction(2)}
STATEMENT = (
    "If all outputs have length l or u, CR(A_l) <= 1 + alpha/(2(1-alpha)) for alpha <= 1/2 and "
    "1 + 2 alpha^2 for alpha >= 1/2."
)
THEOREM = "arXiv 2508.14544, Theorem 7"
RELATION = (
    "for all x, y >= 0: A_l <= (1 + 1/(a(rho-1))) H-SF if rho >= 2, <= (1 + b/rho^2) H-SF "
    "if rho <= 2; a = b = 2"
)
CLAIMS = (
    Claim(
        "t7-s0",
        "fluid limit, no prompts (s = 0), where rho = 1/alpha",
        STATEMENT,
        THEOREM,
        RELATION,
        Verdict.PROVED,
        for_every_prompt,
        NUMBERS,
    ),
    Claim(
        "t7-prompts",
        "fluid limit, prompts (s > 0)",
        STATEMENT,
        THEOREM,
        "for all s >= 0: A_l <= (1 + b alpha^2) H-SF if alpha >= 1/2, b = 2",
        Verdict.REFUTED,
        with_prompts,
        NUMBERS,
    ),
    Claim(
        "t7-rho",
        "fluid limit, any common prompt",
        "If all outputs have length l or u and rho^2 = u(s+u) / (l(s+l)), CR(A_l) is at most "
        "1 + 1/(2(rho-1)) for rho >= 2 and 1 + 2/rho^2 for rho <= 2.",
        "ours, in place of Theorem 7",
        RELATION,
        Verdict.PROVED,
        for_every_prompt,
        NUMBERS,
    ),
)
