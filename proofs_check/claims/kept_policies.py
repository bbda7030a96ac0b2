"""A_min and A_l when an evicted request keeps its tokens: what that is worth to them.

Class k of A_min (thinned) is started by a part 1/(s + k) of the requests of length j >= k; each
holds s + k for j steps, or for the j - k + 1 that are left where its k - 1 tokens were kept. Of
these requests a part 1/(s + j) completes in the class, and (j - k)/(s + j) is left. The second
stage of A_l makes u tokens at the peak s + u, or u - l of them.
"""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.claims.known_lengths import area
from kvratio.proofs_check.claims.price_kept import KEEPS
from kvratio.proofs_check.evidence import (
    at_most,
    counterexample,
    identity,
    nonnegative,
    sums,
    words,
)
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict


def a_min(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c = numbers["c"]
    s, d, e = variables("s d e")
    k = 1 + d
    j = k + e
    yield words("Class l does not change. In a class k = 1 + d > l, for each of length j = k + e:")
    yield identity("time saved, (s + k) (j - (j - k + 1))/(s + k)", j - (j - k + 1), k - 1)
    yield nonnegative("which is at least 0, so that no latency grows", k - 1)
    yield nonnegative(
        "it waits 1/(s + j) + 2 (j - k)/(s + j), at most 2: times s + j",
        2 * (s + j) - 1 - 2 * (j - k),
    )
    yield nonnegative("k - 1 <= s + k", s + k - (k - 1))
    yield words(
        "So class k saves at most (k - 1) S_k 2 S_k <= 2 (s + k) S_k^2, S_k the share of length k "
        "or more; the sum of (s + k) S_k^2 is the area bound, as v(k) adds up to"
    )
    yield sums("v(k)", lambda o: area(s, o), lambda i: s + i)
    yield at_most("2 is at most c", Fraction(2), c)


def a_l(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c = numbers["c"]
    s, l, d, x, y = variables("s l d x y")  # noqa: E741 (the paper's letters)
    u = l + d
    short, long = l * (s + l), u * (s + u)
    base = short * x * (x + 2 * y) + long * y**2
    kept = short * (x + y) * (x + 2 * y) + d * (s + u) * y**2
    yield words(
        "Shares x of length l, y of length u = l + d; stage 1 takes c(l), stage 2 the rest:"
    )
    yield nonnegative("c H-SF - A_l", c * base - kept)
    low = 10**6
    high = low + 1
    yield counterexample(
        f"s = 0, all of length {high}, l = {low}",
        Fraction(2 * low**2 + high, high**2),
        c,
    )


CLAIMS = (
    Claim(
        "kept-a-min",
        f"{KEEPS}; a common prompt, lengths in [l, u]; thinned A_min",
        "Keeping the tokens of evicted requests makes A_min's form smaller by at most twice the "
        "area bound: where its ratio has no bound, it has none with tokens kept.",
        "ours",
        "for all s and shares: A_min - c area bound <= A_min with tokens kept <= A_min; c = 2",
        Verdict.PROVED,
        a_min,
        {"c": Fraction(2)},
    ),
    Claim(
        "kept-a-l",
        f"{KEEPS}; a common prompt, two lengths l < u",
        "A_l that keeps the tokens of evicted requests is at most 2 times H-SF on two lengths, and "
        "no less.",
        "ours",
        "for all s, l < u and shares: A_l with tokens kept <= c H-SF; c = 2",
        Verdict.PROVED,
        a_l,
        {"c": Fraction(2)},
    ),
)
