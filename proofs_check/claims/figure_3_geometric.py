"""A_min on geometric lengths: "bounded by 1.7" (P figure 3), its supremum 10 - 12 ln 2, prompts.

Shares x_k = q^(k-1), p = 1 - q, s = 0 unless said otherwise. By the decomposition proved for
t5-sharper, A = H-SF + (w'x)^2/2 - D/2 with w_i = i and D_ij = min(i,j)^4/(i j).
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.claims.t5_logarithm import decomposition
from kvratio.proofs_check.evidence import counterexample, exceeded_at, identity, less_on, words
from kvratio.proofs_check.fluid import latency
from kvratio.proofs_check.interval import log, slope
from kvratio.proofs_check.polynomial import Poly, number, variables
from kvratio.proofs_check.series import cleared, tail, total
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

SMALL = Fraction(1, 8)  # up to this q a bound without logarithms is enough
NEAR = Fraction(7, 8)  # from here on the ratio is shown to increase


def _factors(q: Any) -> tuple[Any, Any]:
    """(1+q)^2/(1+q^2) and 1 - q."""
    return (1 + q) * (1 + q) / (1 + q * q), 1 - q


def log_part(q: Any) -> Any:
    """The factor of ln(1+q) in the ratio: numbers, boxes, dual numbers."""
    square, p = _factors(q)
    return -square * (6 - 12 * p + 7 * p * p - p * p * p) / (q * q)


def rational_part(q: Any) -> Any:
    """The rest of the ratio."""
    (square, p), n = _factors(q), 1 + q
    second = (-7 * p * p + 12 * p - 6) * (1 / n - p)
    third = (6 * p - 3) * (1 / (n * n) - p * p)
    fourth = -2 * (1 / (n * n * n) - p * p * p)
    return 1 + square / 2 - p / (2 * n) - square * (second + third + fourth) / (q * q)


def closed_form(q: Any) -> Any:
    """A_min / H-SF on (0, 1], for boxes and dual numbers of boxes."""
    return rational_part(q) + log_part(q) * log(1 + q)


def derivation() -> Iterator[Finding]:
    """The closed form, step by step."""
    q, r, z, t, k, p, w = variables("q r z t k p w")
    yield from decomposition()
    yield words(
        "D = sum of i^2 q^(2i-2) + 2 sum over i < j of (i^3/j) q^(i+j-2). With 1/j the integral of "
        "y^(j-1) over [0, 1] and z = q^2 y, the second part is (2/q^2) G(q), G the integral from 0 "
        "to q^2 of (sum of i^3 z^i)/(q - z)."
    )
    yield identity(
        "sum of i^3 z^i = z (1 + 4 z + z^2)/(1 - z)^4",
        cleared(z * total(k**3, z, t), "t", 4, 1 - z),
        z * (1 + 4 * z + z**2),
    )
    expanded = 6 - 12 * w + 7 * w**2 - w**3
    yield identity(
        "with w = 1 - z: z (1 + 4 z + z^2) = 6 - 12 w + 7 w^2 - w^3",
        (z * (1 + 4 * z + z**2)).put(z=1 - w),
        expanded,
    )
    first = 6 - 12 * p + 7 * p**2 - p**3  # p^4 times the coefficients of 1/(w-p), 1/w^2, ...
    second, third, fourth = -7 * p**3 + 12 * p**2 - 6 * p, 12 * p**3 - 6 * p**2, -6 * p**3
    yield identity(
        "partial fractions: over w^4 (w - p) it is a0/(w-p) - a0/w + a2/w^2 + a3/w^3 + a4/w^4",
        p**4 * expanded,
        first * w**4 + (w - p) * (-first * w**3 + second * w**2 + third * w + fourth),
    )
    yield words(
        "Integrating over w from 1 to 1 - q^2 = p (1+q): p^4 G = p^4 (a0 ln(1+q) + a2 (1/W - 1) + "
        "(a3/2)(1/W^2 - 1) + (a4/3)(1/W^3 - 1)), W = p (1+q), whose factors p cancel."
    )
    one = Poly.of(1)
    sums = {
        "H-SF = (1+q^2)/(p^3 (1+q)^2 p)": (
            total((2 * k - 1) * tail(one, q, r) ** 2, z, t),
            (1 + q**2, 2, 2),
        ),
        "w'x = 1/p^2": (total(k, q, r), (one, 2, 0)),
        "sum of i^2 q^(2i-2) = (1+q^2)/(1-q^2)^3": (total(k**2, z, t), (1 + z, 0, 3)),
    }
    for text, (summed, (top, r_power, t_power)) in sums.items():
        left = cleared(cleared(summed, "r", r_power, 1 - q), "t", t_power, 1 - z)
        yield identity(text, left.put(z=q**2), top.put(z=q**2))
    yield words(
        "Together: A_min/H-SF = 1 + (1+q)^2/(2 (1+q^2)) - p/(2 (1+q)) "
        "- (1+q)^2 p^4 G/(q^2 (1+q^2))."
    )


def supremum(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    def bound(q: Any) -> Any:
        constant, logarithm = numbers["constant"], numbers["logarithm"]
        ln2 = log(q - q + 2)
        return (
            logarithm.numerator * ln2 / logarithm.denominator
            + (q - q + constant.numerator) / constant.denominator
        )

    yield from derivation()
    attempt = exceeded_at("A_min <= bound * H-SF", bound, closed_form, 1 - Fraction(1, 10**8))
    yield attempt
    if attempt.against:
        return
    yield less_on(
        "1 + (1+q)^2/(2 (1+q^2)), the ratio without D, is below the bound",
        lambda q: 1 + (1 + q) * (1 + q) / (1 + q * q) / 2,
        bound,
        Fraction(0),
        SMALL,
    )
    yield less_on("the closed form is below the bound", closed_form, bound, SMALL, NEAR)
    one = Fraction(1)
    yield identity("its slope at 1 has no logarithm", slope(log_part)(one), 0)
    yield identity("its slope at 1 is 0", slope(rational_part)(one) + log_part(one) / 2, 0)
    yield less_on(
        "its second derivative is negative: so its slope is positive, and its value at 1 the "
        "largest",
        slope(slope(closed_form)),
        lambda q: 0 * q,
        NEAR,
        one,
    )
    value = rational_part(one), log_part(one)
    if value == (numbers["constant"], numbers["logarithm"]):
        yield identity("its value at 1 is a + b ln 2, which is the bound", value[0], 10)
    else:
        yield less_on("its value at 1 is below the bound", closed_form, bound, one, one)


def prompts(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    q, s, terms = Fraction(4, 5), 1, 60
    k, r, z, t = variables("k r z t")
    form = total((s + 2 * k - 1) * tail(Poly.of(1), z, r) ** 2, z, t)
    h_sf = number(form.put(r=1 / (1 - q), z=q**2, t=1 / (1 - q**2)))
    shares = {k: q ** (k - 1) for k in range(1, terms + 1)}
    yield counterexample(
        f"s = 1, q = 4/5: A_min / H-SF, A_min without the lengths above {terms}, H-SF with all",
        latency("a-min", shares, s) / h_sf,
        numbers["constant"],
    )


STATEMENT = "On geometric lengths P(o = k) ~ q^(k-1), 0 < q < 1,"
NUMBERS = {"constant": Fraction(17, 10), "logarithm": Fraction(0)}
CLAIMS = (
    Claim(
        "fig3-s0",
        "fluid limit, no prompts (s = 0)",
        f"{STATEMENT} CR(A_min) is at most 1.7.",
        "arXiv 2508.14544, figure 3 and section 1.1; popular account",
        "for all 0 < q < 1: A_min <= 1.7 H-SF",
        Verdict.CERTIFIED,
        supremum,
        NUMBERS,
    ),
    Claim(
        "fig3-limit",
        "fluid limit, no prompts (s = 0)",
        f"{STATEMENT} CR(A_min) is below 10 - 12 ln 2 = 1.68223..., its limit for q -> 1.",
        "ours, for figure 3",
        "for all 0 < q < 1: A_min <= (a + b ln 2) H-SF; a = 10, b = -12, the least such bound",
        Verdict.CERTIFIED,
        supremum,
        {"constant": Fraction(10), "logarithm": Fraction(-12)},
    ),
    Claim(
        "fig3-prompts",
        "fluid limit, Lemma 2 with prompts (s > 0)",
        f"{STATEMENT} CR(A_min) is at most 1.7.",
        "arXiv 2508.14544, figure 3 and section 1.1; popular account",
        "for all s >= 0, 0 < q < 1: A_min <= 1.7 H-SF",
        Verdict.REFUTED,
        prompts,
        NUMBERS,
    ),
)
