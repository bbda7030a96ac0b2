"""A_min on linearly weighted geometric lengths: P Theorem 8, its printed sums, and prompts.

Shares x_k = k q^(k-1) (the factor (1-q)^2 cancels), s = 0 unless said otherwise.
"""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.evidence import at_most, counterexample, equation, identity, positive
from kvratio.proofs_check.fluid import latency
from kvratio.proofs_check.polynomial import Poly, evaluate, number, slope, variables
from kvratio.proofs_check.series import cleared, tail, total
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

POWER = 6  # the forms are polynomials over (1-q)^POWER (1-q^2)^POWER


def sums_of_the_forms(s: Fraction | int = 0) -> tuple[Poly, Poly]:
    """A_min (at s = 0) and H-SF (at any s), summed over all lengths, times (1-q)^6 (1-q^2)^6."""
    q, r, z, t, k = variables("q r z t k")  # r = 1/(1-q), z = q^2, t = 1/(1-z)
    # each line is a factor of q^(k-1)
    time = tail(k * k, q, r)  # sum of i x_i over i >= k
    done = tail(Poly.of(1), q, r)  # sum of x_i/i over i >= k
    left = q * total(k, q, r)  # sum of (i - k) x_i/i over i > k
    longer = q * tail(k, q, r).put(k=k + 1)  # sum of x_i over i > k
    a_min = total(time * (done + 2 * left), z, t)
    h_sf = total(k * (s + k) * k * (k + 2 * longer), z, t)
    both = [cleared(cleared(form, "r", POWER, 1 - q), "t", POWER, 1 - z) for form in (a_min, h_sf)]
    return both[0].put(z=q**2), both[1].put(z=q**2)


def printed() -> tuple[Poly, Poly]:
    """Numerator and denominator of the printed closed form."""
    (q,) = variables("q")
    top = (1 + q) ** 2 * (1 + 3 * q + 6 * q**2 + 3 * q**3 + q**4)
    bottom = 1 + 2 * q + 11 * q**2 + 8 * q**3 + 11 * q**4 + 2 * q**5 + q**6
    return top, bottom


def closed_form(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    (a_min, h_sf), (top, bottom) = sums_of_the_forms(), printed()
    yield identity("A_min / H-SF, summed, is the printed function", a_min * bottom, h_sf * top)
    yield positive("its denominator", bottom.coefficients(), 0, 1)
    rising = slope(top) * bottom - top * slope(bottom)
    yield positive("its derivative's numerator: it increases", rising.coefficients(), 0, 1)
    yield at_most(
        "it stays below its value at q = 1", value(top, 1) / value(bottom, 1), numbers["bound"]
    )
    near = Fraction(9999, 10000)
    at = value(top, near) / value(bottom, near)
    yield counterexample("q = 0.9999: its value", at, numbers["bound"])


def value(p: Poly, q: Fraction | int) -> Fraction:
    """A polynomial in q at a point."""
    return evaluate(p.coefficients(), Fraction(q))


def prompts(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    q, s, terms = Fraction(4, 5), 1, 60
    h_sf = value(sums_of_the_forms(s)[1], q) / ((1 - q) * (1 - q**2)) ** POWER
    shares = {k: k * q ** (k - 1) for k in range(1, terms + 1)}
    yield counterexample(
        f"s = 1, q = 4/5: A_min / H-SF, A_min without the lengths above {terms}, H-SF with all",
        latency("a-min", shares, s) / h_sf,
        numbers["bound"],
    )


def printed_sum(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    (q,) = variables("q")
    (k, r, z, t) = variables("k r z t")
    longer = q * tail(k, q, r).put(k=k + 1)
    sum_ = total(k**3 * (2 * k + longer), z, t)
    at = Fraction(1, 2)
    values = {"q": at, "r": 1 / (1 - at), "z": at**2, "t": 1 / (1 - at**2)}
    bottom = printed()[1]
    yield equation(
        "q = 1/2: sum of k^3 q^(k-1) (2 k q^(k-1) + sum over i > k of i q^(i-1)), and as printed",
        number(sum_.put(**values)),
        value(bottom, at) / ((1 - at) ** 6 * (1 + at) ** 4),
    )


STATEMENT = "On linearly weighted geometric lengths P(o = k) ~ k q^(k-1), 0 < q < 1,"
THEOREM = "arXiv 2508.14544, Theorem 8"
BOUND = {"bound": Fraction(14, 9)}
CLAIMS = (
    Claim(
        "t8-s0",
        "fluid limit, no prompts (s = 0)",
        f"{STATEMENT} CR(A_min) is the printed rational function, increases, and is at most 14/9.",
        THEOREM,
        "for all 0 < q < 1: A_min/H-SF = N(q)/D(q), (N/D)' > 0, N/D <= 14/9",
        Verdict.PROVED,
        closed_form,
        BOUND,
    ),
    Claim(
        "t8-prompts",
        "fluid limit, Lemma 2 with prompts (s > 0)",
        f"{STATEMENT} CR(A_min) is at most 14/9.",
        THEOREM,
        "for all s >= 0, 0 < q < 1: A_min <= 14/9 H-SF",
        Verdict.REFUTED,
        prompts,
        BOUND,
    ),
    Claim(
        "t8-printed-sum",
        "the denominator's sum in the printed proof (a factor 2 stands at the wrong term)",
        "sum of k^3 q^(k-1) (2 k q^(k-1) + sum over i > k of i q^(i-1)) = D(q)/((1-q)^6 (1+q)^4).",
        "arXiv 2508.14544, proof of Theorem 8",
        "the two sides agree at q = 1/2",
        Verdict.REFUTED,
        printed_sum,
    ),
    Claim(
        "popular-1.56",
        "fluid limit, no prompts (s = 0)",
        "A_min is at most 1.56 times as slow as H-SF on linearly weighted geometric lengths.",
        "popular account; arXiv 2508.14544, section 1.1",
        "for all 0 < q < 1: A_min <= 1.56 H-SF",
        Verdict.PROVED,
        closed_form,
        {"bound": Fraction(156, 100)},
    ),
)
