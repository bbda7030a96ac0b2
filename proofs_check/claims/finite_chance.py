"""Finite size with chance or kept tokens: thinned A_min, Algorithm 2, least attained service.

Notation as in `finite_size`; c(k) = k (s + k), v(k) = s k + k (k + 1)/2.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import isqrt

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.claims.finite_size import BATCH, ONE, OURS, one_token_each
from kvratio.proofs_check.claims.known_lengths import AREA, area
from kvratio.proofs_check.evidence import (
    above,
    at_most,
    identity,
    nonnegative,
    refuted_by,
    sums,
    words,
)
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict


def thinned(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    s, b, j, o, g = variables("s b j o g")
    yield words(
        "Lives. Started with the bound b, a request makes j >= b tokens with probability (s + b)/"
        "(s + j), and is cut there with (s + b)/((s + j)(s + j + 1)):"
    )
    yield identity("times (s+j)(s+j+1)", (s + b) * (s + j + 1) - (s + b) * (s + j), s + b)
    yield words(
        "So it is once in class l, and in class k > l with 1/(s + k); it is cut sum of 1/(s + k) "
        "times. In class b it holds b slots of s + b, then (s + b)/(s + j) times s + j for each j:"
    )
    yield sums("the o - b later ones", lambda n: (s + b) * n, lambda _: s + b)
    yield identity("b (s + b) + (o - b)(s + b)", b * (s + b) + (o - b) * (s + b), (s + b) * o)
    yield identity("in all classes: c(o)", (s + b) * o + (o - b) * o, o * (s + o))
    yield identity(
        "with g made, what is left: (s + g)(o - g) + (o - g) o = c(o) - c(g)",
        (s + g) * (o - g) + (o - g) * o, o * (s + o) - g * (s + g),
    )  # fmt: skip
    yield words(
        "Overflows. A slot h becomes h + 1 with h/(h + 1), or nothing: h on average, with variance "
        "h, in all at most M a step. For a mean-zero x, E max(0, z + x) - max(0, z) <= sqrt(E x^2)"
        "/2. So the excess Y over M grows by at most r = sqrt(M)/2 a step on average; an overflow "
        "by x tokens evicts at most x requests and takes x of Y. Slot-steps to come, and c(u) Y, "
        "fall by d - r (c(u) + (s + 1)(1 + h_u)) in a step with more than M/P unfinished, d the "
        "least of M - P + 1 (a head is kept out) and (s + 1) M/P: so many steps are there at most."
    )
    yield words(
        "Latency. While a first life waits M - P + 1 slots are held, of first lives of equal or "
        "higher class: of a pair in class k each starts first with at most half the probability "
        "that both come there, as until then nothing tells them apart. That is the form of P's "
        "Lemma 2. What cuts and overflows add is u M P/(s + 1) a cut, n c(u) and a wait a life."
    )
    yield words("Where l = u nothing is cut, and what is left is P's form with its error:")
    (n,) = variables("n")
    yield nonnegative("the form's n^2/2 is more than n (n-1)/2", n)
    for prompt, beside, count in ((0, 1, 60), (1, 2, 240), (4, 1, 60)):
        yield from one_token_each(prompt, beside, count, numbers["c"], numbers["a"])


def attained(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    s, o = variables("s o")
    yield words(
        "While i waits, let j be the first in the order that does not fit: it has attained no more "
        "than i, nor have those before it, which need at least M - (s + g_j + 1) + 1 >= M - P + 1 "
        "tokens. Each is made once, as tokens are kept, and is among the first min(o_k, o_i) of "
        "its request k; where o_k = o_i its last one counts only if k completes before i."
    )
    both = area(s, o) + area(s, o - 1)
    yield identity("v(o) + v(o - 1), of two equal ones", both, 2 * area(s, o) - (s + o))
    yield words("M - P + 1 of M tokens at least. " + AREA + " So waits are at most 2 (1 + e) OPT.")
    yield at_most("with the lengths themselves: 2 (1 + e) + 1, the part without e", 2 + 1,
                  numbers["ratio"])  # fmt: skip
    yield at_most("the part with e", 2, numbers["part"])
    for prompt, beside, count in ((0, 1, 60), (1, 2, 240), (4, 1, 60)):
        yield from one_token_each(prompt, beside, count, numbers["c"], numbers["a"])


def printed(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    u, y, z = variables("u y z")
    yield words(
        "s = 0, a share 1/u of outputs of u and all others of 1, predicted in [1, u]. Algorithm 2 "
        "starts those that have never run in random order (their bound is the least), and stops "
        "one only when the next step would overflow, one by one. Of any r <= u M first starts in a "
        "row at least r/u - d are long but with probability 1/(n u M), d = sqrt(u M ln(n u M)) "
        "(Hoeffding). In u steps, before the last of them: after an overflow fewer than u tokens "
        "are free; without one, those free grow by what completes and fall by one for each long "
        "request that has started since, none of which is stopped or done. What completes held "
        "1 + ... + u token-steps in 2 u - 1 steps, and u tokens at the end: in all less than 4 M."
    )
    steps = [nonnegative("4 M (u + 1) - 2 (2 u - 1) M, over M", 4 * (u + 1) - 2 * (2 * u - 1))]
    yield words(
        "From one overflow to the next, Z the first free tokens and all that complete, Z' = Z + "
        "u d: y <= Z' first starts a step, and their sums up to each step but the last add up to "
        "at most u Z'. Backwards from Y they fall by at most Z' a step, so they add up to at least "
        "Y^2/(2 Z') and Y <= Z' sqrt(2 u). In u steps at most (5 M + u^2 (1 + d))(sqrt(2 u) + 1)."
    )
    steps.append(
        nonnegative(
            "m (m+1)/2 + t (m+1) - (m + t)^2/2 - t (1 - t)/2, Y = (m + t) Z'",
            y * (y + 1) / 2 + z * (y + 1) - (y + z) * (y + z) / 2 - z * (1 - z) / 2,
        )
    )
    yield words(
        "So the r-th first start is not before step u (r/Y* - 1): TEL >= u n^2/(2 Y*) - u n. H-SF "
        "has at most M/(M - u + 1) n^2/(2M) 2 + n (2 - 1/u) (finite-in-order)."
    )
    steps.append(
        identity(
            "H-SF's form times u^2: (u-1)^2 + 2 (u-1) + u^2 = 2 u^2 - 1",
            (u - 1) * (u - 1) + 2 * (u - 1) + u * u,
            2 * u * u - 1,
        )
    )
    sizes = ((600, 10**19, 6 * 10**28), (10**6, 10**34, 10**46))
    for size, memory, number in sizes:
        least, most = _both(size, memory, number)
        text = f"u = {size:,}, M = {memory:.0e}, n = {number:.0e}: E[TEL]/TEL(H-SF) at least"
        steps.append(above(text, least / most, (numbers["c"] - Fraction(1, size)) / 2))
    where = " and ".join(f"u = {u:,}, M = {m:.0e}, n = {n:.0e}" for u, m, n in sizes)
    yield refuted_by(
        f"the ratio is larger on these lengths at {where}, and as M, n/M and M/ln n grow", steps
    )


def _both(u: int, memory: int, n: int) -> tuple[Fraction, Fraction]:
    """TEL of Algorithm 2 from below, of H-SF from above; the logarithm by that of a power of 2."""
    bits = (n * u * memory).bit_length()
    d = isqrt(u * memory * bits) + 1
    most = (5 * memory + u**2 * (1 + d)) * (isqrt(2 * u) + 2)
    tel = (1 - Fraction(1, n * u * memory)) * (Fraction(u * n * n, 2 * most) - u * n)
    return tel, Fraction(2 * n * n, 2 * (memory - u + 1)) + 2 * n


CLAIMS = (
    Claim(
        "finite-thinned",
        f"{BATCH}, one prompt, one lower end, M large enough: the policy of P's Lemmas 1 and 2",
        "E[TEL] of thinned A_min is at most M/(M - P + 1) times its fluid value and terms of the "
        "order of n, M and n^2/M^(3/2): it follows its form from above.",
        "ours; arXiv 2508.14544, Lemma 2",
        "for all instances: E[TEL] <= c M/(M - P + a) F + lower terms; c = a = 1",
        Verdict.PROVED,
        thinned,
        ONE,
    ),
    Claim(
        "finite-las",
        f"{BATCH}, one prompt, preemption keeps the tokens, e = (P - 1)/(M - P + 1)",
        "Least attained service has TEL <= sum of o + 2 (sum of v(min) over pairs)/(M - P + 1): at "
        "most 3 + 2 e times the optimum.",
        OURS,
        "for all instances: waits <= c ... /(M - P + a), c = a = 1; TEL <= (r + p e) OPT; r = 3, "
        "p = 2",
        Verdict.PROVED,
        attained,
        {**ONE, "ratio": Fraction(3), "part": Fraction(2)},
    ),
    Claim(
        "t6-printed-limit",
        "M, n/M and M/ln n -> infinity, s = 0, Algorithm 2 as printed, both readings",
        "If all outputs have length l or u, CR(A_min) <= (3 - alpha)/2 with alpha = l/u.",
        "arXiv 2508.14544, Theorem 6",
        "for all lengths in {1, u}: E[TEL(A_min)]/TEL(H-SF) <= (c - 1/u)/2, c = 3",
        Verdict.REFUTED,
        printed,
        {"c": Fraction(3)},
    ),
)
