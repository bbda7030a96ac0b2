"""P's figure 3 as curves in q: do they increase, is the right one below 1.6, which bound is tight?

With prompts a ratio is enclosed: A_min on the lengths up to K from below; from above, what longer
lengths add is at most what they add to A_random (a-min-below-a-random), summed over all lengths.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from kvratio.proofs_check import a_min
from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.claims import figure_3_geometric as geometric
from kvratio.proofs_check.claims import t8_linear_geometric as linear
from kvratio.proofs_check.evidence import (
    above,
    at_most,
    counterexample,
    identity,
    less_on,
    nonnegative,
    positive,
    refuted_by,
    words,
)
from kvratio.proofs_check.fluid import latency
from kvratio.proofs_check.interval import slope
from kvratio.proofs_check.polynomial import Poly, number, variables
from kvratio.proofs_check.polynomial import slope as derivative
from kvratio.proofs_check.series import tail, total
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

FEW = Fraction(11, 50)  # up to this q the slope is positive by its series
LONGEST = 160  # of the lengths whose share of A_min is summed exactly


def enclosed(weighted: bool, q: Fraction, s: int) -> tuple[Fraction, Fraction]:
    """Bounds of A_min / H-SF for shares q^(k-1), or k q^(k-1) if `weighted`."""
    (k,) = variables("k")
    weight = k if weighted else Poly.of(1)
    shares = {n: (n if weighted else 1) * q ** (n - 1) for n in range(1, LONGEST + 1)}

    def everything(p: Poly) -> Fraction:
        z, t = variables("z t")
        return number(total(p * weight, z, t).put(z=q, t=1 / (1 - q)))

    part = latency("a-min", shares, s)
    all_random = everything(k * (s + k)) * everything(Poly.of(1))
    rest = all_random - latency("a-random", shares, s)
    if weighted:
        h_sf = linear.value(linear.sums_of_the_forms(s)[1], q)
        h_sf /= ((1 - q) * (1 - q**2)) ** linear.POWER
    else:
        z, t, r = variables("z t r")
        form = total((s + 2 * k - 1) * tail(Poly.of(1), z, r) ** 2, z, t)
        h_sf = number(form.put(r=1 / (1 - q), z=q**2, t=1 / (1 - q**2)))
    return part / h_sf, (part + rest) / h_sf


def increasing(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    i, e, q = variables("i e q")
    j = i + e
    yield from geometric.derivation()
    yield words(
        "Left plot, small q. 2 (A_min/H-SF - 1) = P N with P = (1+q)^2 (1-q)^4/(1+q^2) and N = sum "
        "of (i j - min^4/(i j)) q^(i+j-2): its coefficients are >= 0 and that of q^0 is 0, so that "
        "q N' >= N. The product rises if 1 > q (-P'/P)."
    )
    yield nonnegative("i j (i j) - i^4, j = i + e", i * j * (i * j) - i**4)
    top, bottom = (1 + q) ** 2 * (1 - q) ** 4, 1 + q**2
    yield identity(
        "-P'/P = 4/(1-q) - 2/(1+q) + 2q/(1+q^2), times all denominators",
        -(derivative(top) * bottom - top * derivative(bottom)),
        (1 + q) * (1 - q) ** 3 * (
            4 * (1 + q) * bottom - 2 * (1 - q) * bottom + 2 * q * (1 - q) * (1 + q)
        ),
    )  # fmt: skip
    yield less_on(
        "q (4/(1-q) + 2q/(1+q^2)) < 1 + 2q/(1+q)",
        lambda x: x * (4 / (1 - x) + 2 * x / (1 + x * x)),
        lambda x: 1 + 2 * x / (1 + x),
        Fraction(0),
        FEW,
    )
    yield less_on("the slope of the closed form is positive", _zero, slope(geometric.closed_form),
                  FEW, geometric.NEAR)  # fmt: skip
    one = Fraction(1)
    yield identity("its slope at 1 has no logarithm", slope(geometric.log_part)(one), 0)
    yield identity("its slope at 1 is 0", slope(geometric.rational_part)(one)
                   + geometric.log_part(one) / 2, 0)  # fmt: skip
    yield less_on("its second derivative is negative: so its slope is positive",
                  slope(slope(geometric.closed_form)), _zero, geometric.NEAR, one)  # fmt: skip
    yield words("Right plot, by Theorem 8's function (t8-s0):")
    yield from printed_function()


def _zero(q: Any) -> Any:
    return 0 * q


def printed_function() -> Iterator[Finding]:
    """Theorem 8's function is the ratio, and increases."""
    (a, h), (top, bottom) = linear.sums_of_the_forms(), linear.printed()
    yield identity("A_min / H-SF, summed, is the printed function", a * bottom, h * top)
    yield positive("its denominator", bottom.coefficients(), 0, 1)
    rising = derivative(top) * bottom - top * derivative(bottom)
    yield positive("its derivative's numerator", rising.coefficients(), 0, 1)


# weighted, s, two q of which the larger has the smaller ratio
FALLING = ((False, 1, (Fraction(17, 20), Fraction(9, 10))), (True, 1, (Fraction(7, 10),
           Fraction(4, 5))))  # fmt: skip


def falling(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    yield words(
        "A_min's entries are at most A_random's, so that the lengths above the last one summed add "
        "at most what they add to A_random:"
    )
    below = a_min.excess()
    for weighted, s, (low, high) in FALLING:
        name = "linearly weighted geometric" if weighted else "geometric"
        first, second = enclosed(weighted, low, s)[0], enclosed(weighted, high, s)[1]
        yield refuted_by(
            f"{name}, s = {s}: the ratio is at least {float(first):.5f} at q = {low} and at most "
            f"{float(second):.5f} at q = {high}",
            [*below, above("the first over the second", first, second)],
        )


def below_8_5_with_prompts(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    for s, q in ((10, Fraction(4, 5)), (30, Fraction(17, 20))):
        yield counterexample(
            f"s = {s}, q = {q}: A_min / H-SF, A_min without the lengths above {LONGEST}",
            enclosed(True, q, s)[0],
            numbers["bound"],
        )


def tight(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    top, bottom = linear.printed()
    yield from printed_function()
    limit = number(top.put(q=1)) / number(bottom.put(q=1))
    yield at_most("it stays below its value at q = 1", limit, numbers["bound"])
    yield at_most("and tends to it: no smaller bound holds", numbers["bound"], limit)


def loose(_numbers: Numbers, sources: Sources) -> Iterator[Finding]:
    smaller = {"constant": Fraction(169, 100), "logarithm": Fraction(0)}
    steps = list(geometric.supremum(smaller, sources))
    yield words(
        "1.5 is the supremum of (3 - alpha)/2, and 1.56 is 14/9 rounded up; both are attained in "
        "the limit only (t6-s0, fig3-tight). The supremum behind 1.7 is 10 - 12 ln 2 = 1.68223..."
    )
    yield refuted_by(
        "geometric lengths: the ratio is below 1.69 for every q",
        steps,
    )


PAPER = "arXiv 2508.14544"
FLUID, PROMPTS = "fluid limit, no prompts (s = 0)", "fluid limit, Lemma 2 with prompts (s > 0)"
RISES = "In both plots of figure 3 CR(A_min) increases when q increases."
BOUNDED = "On linearly weighted geometric lengths CR(A_min) is bounded by 1.6."
CLAIMS = (
    Claim(
        "fig3-increasing", FLUID, RISES, f"{PAPER}, figure 3, sections 5.2 and 5.3",
        "for all 0 < q < 1: the slope of A_min/H-SF is positive", Verdict.CERTIFIED, increasing,
    ),
    Claim(
        "fig3-increasing-prompts", PROMPTS, RISES, f"{PAPER}, figure 3, sections 5.2 and 5.3",
        "for all s >= 0, q < q': A_min/H-SF at q <= A_min/H-SF at q'", Verdict.REFUTED, falling,
    ),
    Claim(
        "fig3-1.6", FLUID, BOUNDED, f"{PAPER}, figure 3 and section 5.3",
        "for all 0 < q < 1: A_min <= 8/5 H-SF", Verdict.PROVED, linear.closed_form,
        {"bound": Fraction(8, 5)},
    ),
    Claim(
        "fig3-1.6-prompts", PROMPTS, BOUNDED, f"{PAPER}, figure 3 and section 5.3",
        "for all s >= 0, 0 < q < 1: A_min <= 8/5 H-SF", Verdict.REFUTED, below_8_5_with_prompts,
        {"bound": Fraction(8, 5)},
    ),
    Claim(
        "fig3-tight", FLUID,
        "On linearly weighted geometric lengths the bound 14/9 = 1.5556 is tight.",
        f"{PAPER}, section 5.3 and Theorem 8",
        "the least bound for all 0 < q < 1 is b, b = 14/9", Verdict.PROVED, tight,
        {"bound": Fraction(14, 9)},
    ),
    Claim(
        "popular-tight", FLUID,
        "The bounds 1.5, 1.7 and 1.56 on two, geometric and linearly weighted geometric lengths "
        "are tight.",
        "popular account of section 1.1, arXiv 2508.14544",
        "no smaller bounds hold", Verdict.REFUTED, loose,
    ),
)  # fmt: skip
