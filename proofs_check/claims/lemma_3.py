"""P's Corollary 1 and Lemma 3: the matrices of A_min and H-SF at s = 0, l = 1, i <= j."""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.claims.t5_logarithm import coefficients
from kvratio.proofs_check.evidence import at_most, equation, identity, nonnegative, sums, words
from kvratio.proofs_check.fluid import latency
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

CHECKED_UP_TO = 6  # entries compared with the stages of Lemma 2, as a safeguard


def corollary(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    yield from coefficients()
    yield sums(
        "H-SF: x'Bx = sum of (2k-1) S_k^2, so that b_ij = min(i, j)^2",
        lambda m: m**2,
        lambda k: 2 * k - 1,
    )
    for j in range(1, CHECKED_UP_TO + 1):
        for i in range(1, j):
            both, one, two = (
                latency("a-min", dict(shares), 0, (1, j))
                for shares in (((i, 1), (j, 1)), ((i, 1),), ((j, 1),))
            )
            printed = Fraction(i**2, i * j) * (Fraction((i + j) ** 2, 2) - i**2)
            yield equation(f"a_ij, i = {i}, j = {j}: by Lemma 2 and as printed",
                           (both - one - two) / 2, printed)  # fmt: skip


def definite(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    i, j, t, h = variables("i j t h")
    yield sums(
        "x'Bx = sum of (2k-1) S_k^2 > 0 unless all S_k, and so x, are 0",
        lambda m: m**2,
        lambda k: 2 * k - 1,
    )
    yield identity(
        "2 a_ij = i j + K_ij, K_ij = (2 i^3 j - i^4)/(i j); times i j",
        i**2 * ((i + j) ** 2 - 2 * i**2),
        i * j * (i * j) + (2 * i**3 * j - i**4),
    )
    antiderivative = i * j * t**2 / 2 - (i + j) * t**3 / 3 + t**4 / 4
    grown = antiderivative.put(t=t + h) - antiderivative - h * (i - t) * (j - t) * t
    slope = [m for m in grown.terms if dict(m).get("h", 0) < 2]
    yield at_most("F(t) = i j t^2/2 - (i+j) t^3/3 + t^4/4 has slope (i-t)(j-t) t: terms of lower "
                  "order than h^2 in F(t+h) - F(t) - h (i-t)(j-t) t", len(slope), 0)  # fmt: skip
    yield identity(
        "f F(i) = 2 i^3 j - i^4, and F(0) = 0",
        numbers["factor"] * antiderivative.put(t=i),
        2 * i**3 * j - i**4,
    )
    yield words(
        "So K_ij = 12/(i j) times the integral over [0, min(i, j)] of (i-t)(j-t) t dt: the Gram "
        "matrix of f_i(t) = (i-t)_+ sqrt(t)/i, which are linearly independent, each having a kink "
        "at its own i. x'Ax = ((sum of i x_i)^2 + x'Kx)/2 > 0 for x not 0."
    )
    yield nonnegative("the weight t of the integral, t >= 0", t)


PAPER = "arXiv 2508.14544"
CLAIMS = (
    Claim(
        "corollary-1",
        "the form of Lemma 2 and its matrices, no prompts (s = 0), l = 1",
        "A_min and H-SF are x'Ax and x'Bx with a_ij = min(i,j)^2/(i j) ((i+j)^2/2 - min(i,j)^2) "
        "and b_ij = min(i,j)^2.",
        f"{PAPER}, Corollary 1",
        "for all i <= j: the coefficients of x_i x_j in Lemma 2 are 2 a_ij, 2 b_ij (a_ii, b_ii)",
        Verdict.PROVED,
        corollary,
    ),
    Claim(
        "lemma-3",
        "no prompts (s = 0), l = 1, every u",
        "A_u and B_u are positive definite.",
        f"{PAPER}, Lemma 3",
        "for all u and x != 0: x'Ax > 0, x'Bx > 0; K is f times a Gram matrix, f = 12",
        Verdict.PROVED,
        definite,
        {"factor": Fraction(12)},
    ),
)
