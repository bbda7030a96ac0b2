"""A_min's form for every prompt and interval, summed over its stages: the start of many proofs.

Notation: lengths in [l, u], a common prompt s, i <= j, c(k) = k (s + k), S_k = share of lengths
>= k. The form is H-SF's c(i) plus half of E less half of D, and depends on neither l nor u.
"""

from kvratio.proofs_check.evidence import identity, nonnegative, sums
from kvratio.proofs_check.polynomial import Poly, variables
from kvratio.proofs_check.verdict import Finding


def coefficients() -> list[Finding]:
    """Lemma 2 of arXiv 2508.14544, its stages l, l + 1, ..., i added up, for every s and l."""
    s, low, i, j = variables("s l i j")
    short, long = i * (s + i), j * (s + j)

    def both(k: Poly, e: Poly) -> Poly:
        """(s + i)(s + j) times the coefficient of x_i x_j in stage k."""
        return e * (short * (e + 2 * (j - k)) + long * (e + 2 * (i - k)))

    def through(m: Poly) -> Poly:
        later = m * low + m * (m + 1) / 2  # the sum of l + 1 ... l + m
        return short * (m + 2 * m * j - 2 * later) + long * (m + 2 * m * i - 2 * later)

    return [
        sums(
            "stages l+1 ... l+m of (s+i)(s+j) times the coefficient of x_i x_j",
            through,
            lambda m: both(low + m, Poly.of(1)),
        ),
        identity(
            "with stage l and m = i - l, for every l: A_ij = c(i) + j (s+i)/2 "
            "- c(i)(s+i)/(2 (s+j)), c(k) = k (s + k)",
            both(low, s + low) + through(i - low),
            (s + i) * (2 * short * (s + j) + j * (s + i) * (s + j) - short * (s + i)),
        ),
    ]


def excess() -> list[Finding]:
    """A_min's excess over H-SF is A_random's, each pair damped by (s + i)/(s + j)."""
    s, i, e = variables("s i e")
    j = i + e
    return [
        *coefficients(),
        identity(
            "so A_ij = c(i) + (c(j) - c(i)) (s+i) / (2 (s+j)); times 2 (s+j)",
            2 * i * (s + i) * (s + j) + j * (s + i) * (s + j) - i * (s + i) ** 2,
            2 * i * (s + i) * (s + j) + (j * (s + j) - i * (s + i)) * (s + i),
        ),
        nonnegative("c(j) - c(i), j = i + e", j * (s + j) - i * (s + i)),
    ]


def decomposition() -> list[Finding]:
    """A = H-SF + E/2 - D/2 in the tails S, with (s+l)/(s+u) H-SF <= D <= H-SF for shares >= 0."""
    s, low, i, j, a, b, f = variables("s l i j a b f")
    first, second = low + a, low + a + b
    last = second + f
    return [
        *coefficients(),
        identity(
            "E_ij = j (s+i) = (s+i)(s+j) - s^2 - s i, so that E = ((s+l) S_l + sum over k > l of "
            "S_k)^2 - s^2 S_l^2 - s (l S_l^2 + sum over k > l of S_k^2)",
            j * (s + i),
            (s + i) * (s + j) - s**2 - s * i,
        ),
        sums(
            "H-SF = c(l) S_l^2 + sum over k > l of (s + 2k - 1) S_k^2: the increments of c",
            lambda m: m * (s + m),
            lambda k: s + 2 * k - 1,
        ),
        nonnegative(
            "D_ij = c(i)(s+i)/(s+j) <= c(i): (s+j) - (s+i), i = l + a, j = i + b",
            second - first,
        ),
        nonnegative(
            "D_ij >= c(i)(s+l)/(s+u): (s+i)(s+u) - (s+l)(s+j), u = j + f",
            (s + first) * (s + last) - (s + low) * (s + second),
        ),
    ]
