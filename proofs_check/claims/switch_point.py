"""When is A_l better than A_min on two lengths? P section 5.1: below alpha = (3 - sqrt 5)/2."""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check import two_point
from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.evidence import (
    above,
    equation,
    identity,
    positive,
    quadratic,
    refuted_by,
    words,
)
from kvratio.proofs_check.fluid import ratio
from kvratio.proofs_check.polynomial import Poly, evaluate, number, variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

HALF = Fraction(1, 2)


def no_prompt(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    (a,) = variables("a")
    claimed = a**2 - numbers["b"] * a + numbers["c"]
    difference = (1 - a) ** 2 - a
    yield words("Both bounds are attained at s = 0 (see t6-s0, t7-s0), so they can be compared.")
    yield identity(
        "alpha <= 1/2: 2 (1-alpha) ((3-alpha)/2 - 1 - alpha/(2(1-alpha))) is the claimed quadratic",
        difference,
        claimed,
    )
    yield above("it is positive at 0", number(claimed.put(a=0)), 0)
    yield above("negative at 1/2", 0, number(claimed.put(a=HALF)))
    yield positive("and falls between", (numbers["b"] - 2 * a).coefficients(), 0, HALF)
    yield positive(
        "alpha > 1/2: 2 (1 + 2 alpha^2) - (3 - alpha), where A_min is better",
        (4 * a**2 + a - 1).coefficients(),
        HALF,
        1,
    )
    for k in range(375, 390):  # around the claimed root, in case that it is not the true one
        at = Fraction(k, 1000)
        signs = [evaluate(p.coefficients(), at) > 0 for p in (difference, claimed)]
        if signs[0] != signs[1]:
            yield equation(
                f"alpha = {at}: A_l is better (1) or not (0), truly and as claimed", *signs
            )


def prompts(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    s, low, high, bound = 1000, 1, 3, Fraction(137, 100)
    x, y = variables("x y")
    p = two_point.Pair(Poly.of(s), Poly.of(low), Poly.of(high - low), x, y)
    margin = bound * (s + high) * two_point.h_sf(p) - two_point.a_min_times_slot(p)
    a, b, c = (margin.terms[m] for m in ((("x", 2),), (("x", 1), ("y", 1)), (("y", 2),)))
    long = ratio("a-l", "h-sf", {low: 0, high: 1}, s)
    yield refuted_by(
        "l = 1, u = 3, s = 1000: alpha = 1/3 < 0.382, and yet A_min is better",
        [
            quadratic(f"for all shares A_min <= {bound} H-SF", a, b, c),
            above("A_l / H-SF where all are long", long, bound),
        ],
    )


STATEMENT = "On two lengths A_l has the smaller competitive ratio just if alpha < (3 - sqrt 5)/2."
SOURCE = "arXiv 2508.14544, section 5.1"
CLAIMS = (
    Claim(
        "switch-s0",
        "fluid limit, no prompts (s = 0)",
        STATEMENT,
        SOURCE,
        "for 0 < a < 1: CR(A_l) < CR(A_min) just if a < 1/2 and a^2 - b a + c > 0; b = 3, c = 1",
        Verdict.PROVED,
        no_prompt,
        {"b": Fraction(3), "c": Fraction(1)},
    ),
    Claim(
        "switch-prompts",
        "fluid limit, prompts (s > 0)",
        STATEMENT,
        SOURCE,
        "the same for all s >= 0",
        Verdict.REFUTED,
        prompts,
    ),
)
