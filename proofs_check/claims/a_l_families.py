"""A_l beyond two lengths: "bounds are established under two-point, geometric and linearly weighted
geometric distributions". The paper defines A_l and bounds it on two lengths only (Theorem 7:
t7-s0); here it has a threshold m, in two readings of what a completed request is charged.

Shares x_k = w(k) p^e q^(k-1), p = 1 - q, s = 0. All run up to m tokens; those that are longer run
again, to their end. With E the mean of k^2, E' its part beyond m and L the share beyond m, the form
is (E - E' + m^2 L)(1 + L) + E' L at own lengths. Without promotion (A_random) it is E.
"""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.claims.t8_linear_geometric import printed, sums_of_the_forms
from kvratio.proofs_check.evidence import (
    above,
    counterexample,
    identity,
    nonnegative,
    positive,
    refuted_by,
    show,
    words,
)
from kvratio.proofs_check.polynomial import Poly, evaluate, variables
from kvratio.proofs_check.series import cleared, tail, total
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

PAPER = words("The paper defines A_l, and bounds it, on two lengths only: t7-s0, t7-rho.")
NEAR = Fraction(9999, 10000)  # a q at which the ratios are near their suprema, for m = 1
LAST = 1000  # u of the counterexample in slots


def gain(weight: Poly, power: int) -> Poly:
    """A_random less A_l at own lengths, in q, m, y = q^m and r = 1/(1 - q)."""
    q, r, k, m, y = variables("q r k m y")
    unit = (1 - q) ** power
    whole = unit * total(k * k * weight, q, r)
    beyond = unit * y * tail(k * k * weight, q, r).put(k=m + 1)
    longer = unit * y * tail(weight, q, r).put(k=m + 1)
    return whole - (whole - beyond + m * m * longer) * (1 + longer) - beyond * longer


def geometric(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    q, r, z, t, k, m, y = variables("q r z t k m y")
    w = m * (1 - q) * y
    yield PAPER
    yield identity(
        "p^2 (A_random - A_l) = w (2 - w), w = m p q^m",
        cleared(gain(Poly.of(1), 1), "r", 4, 1 - q),
        (1 - q) ** 2 * w * (2 - w),
    )
    yield words("1 = p + p q + ... + p q^(m-1) + q^m >= m p q^m: w <= 1, and A_l <= A_random.")
    yield identity(
        "p^2 A_random = 1 + q", cleared((1 - q) * total(k * k, q, r), "r", 3, 1 - q),
        (1 - q) * (1 + q),
    )  # fmt: skip
    yield identity(
        "p^2 (1 + q)^2 H-SF = 1 + q^2",
        cleared(total(2 * k - 1, z, t), "t", 2, 1 - z).put(z=q**2),
        1 + q**2,
    )
    margin = numbers["bound"] * (1 + q**2) - (1 + q) ** 3
    yield positive("bound (1 + q^2) - (1 + q)^3", margin.coefficients(), 0, 1)
    near = (1 - NEAR) * NEAR
    yield counterexample(
        f"q = {NEAR}, m = 1: A_l / H-SF",
        (1 + NEAR - near * (2 - near)) * (1 + NEAR) ** 2 / (1 + NEAR**2),
        numbers["bound"],
    )


def linear(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    q, r, k, m, y = variables("q r k m y")
    (x,) = variables("M")
    scaled = m * (1 - q)
    inner = 2 * x + 2 - q - q**2 - x * (1 + x) ** 2 * y
    yield PAPER
    yield identity(
        "p^2 (A_random - A_l) = M y (2 M + 2 - q - q^2 - M (1 + M)^2 y), M = m p, y = q^m",
        cleared(gain(k, 2), "r", 6, 1 - q),
        (1 - q) ** 4 * scaled * y * inner.put(M=scaled),
    )
    yield identity(
        "the share beyond m of k (k + 1)/2 p^3 q^(k-1) is y (1 + M + m (m + 1) p^2/2), at most 1",
        cleared(tail(k * (k + 1) * Fraction(1, 2), q, r).put(k=m + 1), "r", 3, 1 - q),
        1 + scaled + m * (m + 1) * (1 - q) ** 2 * Fraction(1, 2),
    )
    yield nonnegative(
        "2 (1 + M + M^2/2) - (1 + M)^2: so (1 + M)^2 y <= 2", 2 + 2 * x + x**2 - (1 + x) ** 2
    )
    yield positive("2 - q - q^2: A_l <= A_random", (2 - q - q**2).coefficients(), 0, 1)
    square = 1 + 4 * q + q**2
    yield identity(
        "p^2 A_random = 1 + 4 q + q^2",
        cleared((1 - q) ** 2 * total(k**3, q, r), "r", 4, 1 - q),
        (1 - q) ** 2 * square,
    )
    bottom = printed()[1]
    yield identity(
        "p^2 (1 + q)^4 H-SF = D(q), the denominator of Theorem 8",
        sums_of_the_forms()[1],
        (1 - q) ** 6 * (1 + q) ** 2 * bottom,
    )
    margin = numbers["bound"] * bottom - (1 + q) ** 4 * square
    yield positive("bound D - (1 + q)^4 (1 + 4 q + q^2)", margin.coefficients(), 0, 1)
    less = (1 - NEAR) * NEAR * evaluate(
        inner.put(M=1 - q, y=q).coefficients(), NEAR
    )  # fmt: skip
    yield counterexample(
        f"q = {NEAR}, m = 1: A_l / H-SF",
        (evaluate(square.coefficients(), NEAR) - less)
        * (1 + NEAR) ** 4
        / evaluate(bottom.coefficients(), NEAR),
        numbers["bound"],
    )


def least_in_slots(last: int) -> tuple[Fraction, int]:
    """q = 1/2, lengths 1 ... last: the least form of A_l in slots over all thresholds, and where.

    A request of the first stage holds m tokens as long as it runs, one of the second u tokens.

    >>> least_in_slots(2)[1]
    1
    """
    share = {k: Fraction(1, 2**k) for k in range(1, last + 1)}
    longer, beyond = sum(share.values()), sum(k * x for k, x in share.items())
    all_shares, before = longer, Fraction(0)
    found = []
    for m, x in share.items():
        longer, beyond, before = longer - x, beyond - m * x, before + m * x
        form = m * (before + m * longer) * (all_shares + longer) + last * beyond * longer
        found.append((form, m))
    return min(found)


def in_slots(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    z, t, k = variables("z t k")
    yield PAPER
    yield words("The ratio grows like ln u for every q: a larger u exceeds any other constant.")
    h_sf = identity(
        "H-SF over all lengths: p^2 (1 + q)^2 H-SF = 1 + q^2, so 20/9 at q = 1/2",
        cleared(total(2 * k - 1, z, t), "t", 2, 1 - z),
        1 + z,
    )
    least, at = least_in_slots(LAST)
    where = f"q = 1/2, lengths 1 ... {LAST}"
    value = least / Fraction(20, 9)
    text = f"{where}: with its best threshold, {at}, A_l is {show(value)} times H-SF"
    yield refuted_by(text, [h_sf, above("the ratio", value, numbers["bound"])])


SENTENCE = "Bounds are established for A_l under"
SOURCE = "popular account"
CLAIMS = (
    Claim(
        "popular-a-l-geometric",
        "fluid limit, no prompts (s = 0), any threshold m, both stages at own lengths",
        f"{SENTENCE} geometric lengths: it is at most 4 times H-SF.",
        SOURCE,
        "for all 0 < q < 1, m >= 1: A_l <= bound H-SF, bound = 4",
        Verdict.PROVED,
        geometric,
        {"bound": Fraction(4)},
    ),
    Claim(
        "popular-a-l-linear",
        "fluid limit, no prompts (s = 0), any threshold m, both stages at own lengths",
        f"{SENTENCE} linearly weighted geometric lengths: it is at most 8/3 times H-SF.",
        SOURCE,
        "for all 0 < q < 1, m >= 1: A_l <= bound H-SF, bound = 8/3",
        Verdict.PROVED,
        linear,
        {"bound": Fraction(8, 3)},
    ),
    Claim(
        "popular-a-l-slots",
        "fluid limit, no prompts (s = 0), lengths 1 ... u, the best threshold for each u, both "
        "stages in slots of the assumed length",
        f"{SENTENCE} geometric lengths: it is at most 4 times H-SF, for every u.",
        SOURCE,
        "for all 0 < q < 1, u >= 1 there is an m: A_l <= bound H-SF, bound = 4",
        Verdict.REFUTED,
        in_slots,
        {"bound": Fraction(4)},
    ),
)
