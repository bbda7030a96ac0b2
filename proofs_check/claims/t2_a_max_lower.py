"""A_max: P Theorem 2, its last equality and what it says."""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.evidence import above, equation, quadratic, refuted_by, sums, words
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict


def arithmetic(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    low, u, a, b = variables("l u a b")
    a_max = (a * u + b * low) * (a + b) * u  # twice E[TEL(A_max)]: (a u + b l)(a u l + b l u) / l
    h_sf = u * low * (a**2 + b**2) + 2 * a * b * low**2  # twice TEL(H-SF), leading terms
    yield words(
        "The proof takes s = 0, M = l u, a u short and b l long requests, a/b near sqrt(alpha). "
        "Its two latencies are (a u + b l)(a u l + b l u)/(2 l) and, to leading order, "
        "u l a^2/2 + a b l^2 + u l b^2/2. By hand, l = 1, u = 100, a = 1, b = 10: "
        "110 * 1100/2 = 60500 against 50 + 10 + 5000 = 5060, a ratio of 11.96; the printed value "
        "is 100 (1 + 10)/2 = 550."
    )
    for low_, high, short, long, root in ((1, 100, 1, 10, 10), (1, 4, 1, 2, 2)):
        values = {"l": low_, "u": high, "a": short, "b": long}
        parts = [sum(p.put(**values).terms.values(), Fraction(0)) for p in (a_max, h_sf)]
        yield equation(
            f"l = {low_}, u = {high}, a/b = {short}/{long}: ratio, and a (1 + sqrt a)/2",
            parts[0] / parts[1],
            Fraction(high, low_) * (1 + root) / 2,
        )


def statement(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    harmonic = sum((Fraction(1, 2 * k - 1) for k in range(2, 101)), Fraction(0))
    bound = numbers["upper"]
    yield refuted_by(
        "s = 0, l = 1, u = 100: the claimed value is 550, but the form never exceeds "
        f"{bound} H-SF. With S_k = share of lengths >= k, S_1 = 1 and X = S_2 + ... + S_100: "
        "A_max = 100 (1 + X), H-SF = 1 + sum of (2k-1) S_k^2 >= 1 + X^2/h with "
        "h = 1/3 + 1/5 + ... + 1/199 (Cauchy-Schwarz)",
        [
            sums("k^2 is the sum of the first odd numbers", lambda m: m**2, lambda k: 2 * k - 1),
            quadratic(
                "bound (1 + X^2/h) - 100 (1 + X)",
                bound - 100,
                -100,
                bound / harmonic,
            ),
            above("claimed", 550, bound),
        ],
    )


CLAIMS = (
    Claim(
        "t2-arithmetic",
        "the last equality of the printed proof",
        "The ratio of the two latencies of the proof's instance is a (1 + sqrt a)/2, a = 1/alpha.",
        "arXiv 2508.14544, proof of Theorem 2",
        "(au + bl)(aul + blu)/(2l) / (ul a^2/2 + ab l^2 + ul b^2/2) = (u/l)(1 + sqrt(u/l))/2 "
        "at a/b = sqrt(l/u)",
        Verdict.REFUTED,
        arithmetic,
    ),
    Claim(
        "t2-statement",
        "as M grows (fluid limit), P's slot model of A_max, no prompts",
        "CR(A_max) >= a (1 + sqrt a)/2 with a = 1/alpha.",
        "arXiv 2508.14544, Theorem 2",
        "l = 1, u = 100: max over shares of A_max/H-SF >= 550",
        Verdict.REFUTED,
        statement,
        {"upper": Fraction(141)},
    ),
)
