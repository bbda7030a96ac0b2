"""Finite size where an overflow evicts the newest: first come, first served, slicing.

Notation as in `finite_size`; c(k) = k (s + k), v(k) = s k + k (k + 1)/2.
"""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.claims.finite_size import BATCH, ONE, OURS, one_token_each
from kvratio.proofs_check.claims.known_lengths import area
from kvratio.proofs_check.evidence import (
    at_most,
    counterexample,
    identity,
    nonnegative,
    schedule,
    sums,
    words,
)
from kvratio.proofs_check.polynomial import Poly, variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict
from kvratio.theory.model import Instance, Schedule


def batch(s: Poly, k: Poly) -> Poly:
    """c(k)."""
    return k * (s + k)


def newest() -> Iterator[Finding]:
    """What attempts that are not evicted hold while others run that are."""
    s, a, x, d = variables("s a x d")
    yield words(
        "An attempt is bad if an overflow evicts it by the horizon, else good; an overflow is "
        "clean if it leaves no bad one. Bad ones that start between two clean overflows are gone "
        "with the second: one that an overflow leaves is evicted later, with all that are newer. "
        "Let T be the first of their starts. The oldest evicted at the clean overflow started at "
        "T, or the one that did would be left; those that are left started by T, and need at least "
        "M - P + 1 tokens. One that holds s + k in the last of a + 1 steps, a + 1 <= k, holds in "
        "all"
    )
    yield sums(
        "(a + 1)(s + k) less a (a + 1)/2: the sum of i, i = 1 ... a",
        lambda m: m * (m + 1) / 2, lambda i: i,
    )  # fmt: skip
    k = 1 + a + x
    yield nonnegative("s + k - a/2 - (s + (k + 1)/2)", (s + k - a / 2) - (s + (k + 1) / 2))
    yield identity("k (s + (k + 1)/2) = v(k), of c(k) = k (s + k)", k * (s + (k + 1) / 2),
                   area(s, k))  # fmt: skip
    yield nonnegative(
        "c/v grows: c(k + d) v(k) - c(k) v(k + d)",
        batch(s, k + d) * area(s, k) - batch(s, k) * area(s, k + d),
    )
    yield words(
        "So charge a good attempt c(o)/v(o) a token-step, c(o) in all: where bad ones run good "
        "ones are charged M - P + 1 a step on average; where none runs and the head does not fit, "
        "more than M - (s + 1) is held, and charged at least as much."
    )


def first_come(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c, a = numbers["c"], numbers["a"]
    yield from newest()
    yield words(
        "Up to its last start j waits, and only earlier ones start; or it runs, to be evicted, and "
        "those that start meanwhile are newer and gone with it. So (M - P + 1) W_j is at most the "
        "sum of c(o_i) over the i before j."
    )
    for prompt, beside, count in ((0, 1, 60), (1, 2, 240), (4, 1, 60)):
        yield from one_token_each(prompt, beside, count, c, a)
    for memory in (4, 100):
        yield from _twos(memory, 20 * memory, c, a)


def _twos(memory: int, n: int, c: Fraction, a: Fraction) -> Iterator[Finding]:
    """M start, in their second step half of them are evicted, and the others complete."""
    half, rows = memory // 2, []
    for window in range(n // half):
        first = window * half
        rows += [(first + i, 2 * window, 2 * window + 2, True) for i in range(half)]
        later = range(first + half, min(first + memory, n))
        rows += [(i, 2 * window, 2 * window + 1, False) for i in later]
    instance = Instance.of(memory, [2] * n)
    text = f"FCFS, M = {memory}, s = 0, {n} outputs of 2"
    finding, tel = schedule(text, Schedule.of(rows), instance)
    waits = (c * 4 * j / (memory - 2 + a) for j in range(n))
    yield finding
    yield counterexample(
        text, Fraction(tel), sum((Fraction(int(w)) for w in waits), Fraction(2 * n))
    )


def sliced(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    yield from newest()
    yield from stretches()
    yield at_most("a good start in these spends V_q, or begins a stretch, which loses V_q", 1,
                  numbers["b"])  # fmt: skip
    yield words(
        "What is before a stretch is the cost of the head, which the good start of stage q is not "
        "below, unless a request of a lower stage has joined: one of K = M/(s + 1) that ran when "
        "no stage below q waited, into each of the stages 2 ... q - 1. V_q is lost there, q the "
        "head's stage, whether the queue's head becomes cheaper or a stretch begins."
    )
    yield sums(
        "sum of q - 2 from q = 2 on, up to m + 1", lambda m: m * (m - 1) / 2, lambda i: i - 1
    )
    yield at_most("K (r - 1)(r - 2)/2 times", Fraction(1, 2), numbers["k"])
    yield from falls()
    yield words(
        "in all V_q H(n_q) and 1 each for rounding; a head that is another one was started, and "
        "had paid. Where j starts, V_q at most is lost, its own. When a later stage than r starts, "
        "K at most of stage r are not done: they wait as those of the last stage at most."
    )


def stretches() -> Iterator[Finding]:
    yield words(
        "Extended back to the last start among those left at the clean overflow (or to the clean "
        "one before), the average is the same: a stretch. In the other steps in which j waits the "
        "head does not fit, M - P + 1 are held; or it lacks credit: all credit is kept, M a step, "
        "and spent on good starts that begin no stretch, V each at most."
    )


def falls() -> Iterator[Finding]:
    m, x, k = variables("m x k")
    yield words(
        "Starts of one level become cheaper as attempts end: the mean m of k volumes falls by"
    )
    yield nonnegative("at most V/(k + 1), V = m + x: (V - m), times k + 1", (m + x) - m)
    yield identity("m - k m/(k + 1), times k + 1", m * (k + 1) - k * m, m)


def offsets(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    s, m, v, x, w = variables("s m v x w")
    b = 1 + w  # the growth
    yield from newest()
    yield words(
        "Attempts of more tokens than the last run of j start while j runs for good, and end u "
        "steps later at most: these steps are left out, and stretches with such a one among those "
        "left, which lie in them. In all others only attempts of no more tokens run, other than j."
    )
    yield words(
        "A run that is cut at y tokens has a level below v(y + 1), and levels grow by b: of one "
        "request those of up to m have m, m, m/b, m/b^2, ... at most, and B in all:"
    )
    yield identity("m + m/(1 - 1/b) = B m, times b - 1", m * (b - 1) + b * m, (2 * b - 1) * m)
    yield nonnegative("2 v(k) - c(k), k = 1 + x", 2 * area(s, 1 + x) - batch(s, 1 + x))
    yield at_most("charged for a volume: c <= 2 v", 2, numbers["a"])
    yield from stretches()
    yield at_most("V for each good start, and V at most fallen", 2, numbers["b"])
    yield from falls()
    yield words(
        "A head above (s + 1) b^(k - 1), up to (s + 1) b^k, loses its V to one that joins before "
        "it, with a run of up to (s + 1) b^(k - 1) just ended: K requests ran when none with such a"
        " run waited, and have k such runs at most, the last but one with a level below that:"
    )
    yield nonnegative("b v - v, v >= 0: a level is b times the one before or more", b * v - v)
    yield at_most("k for each of K", 1, numbers["k"])


def first_come_kept(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    s, o = variables("s o")
    yield words(
        "In a step in which j waits the head does not fit, or one is evicted: M - P + 1 tokens or "
        "more are held, by those before j alone, as others started while j ran and went with it, "
        "being newer. Each of their tokens is made once: v(o) of each at most."
    )
    yield identity("c(o) - v(o) = o (o - 1)/2", batch(s, o) - area(s, o), o * (o - 1) / 2)
    for prompt, beside, count in ((0, 1, 60), (1, 2, 240), (4, 1, 60)):
        yield from one_token_each(prompt, beside, count, numbers["c"], numbers["a"])


CLAIMS = (
    Claim(
        "finite-fcfs-kept",
        f"{BATCH}, tokens kept; admits while the next step fits, else evicts the newest",
        "First come, first served has TEL at most the sum of o_j + (sum of v(o_i) over i before j)/"
        "(M - P + 1): v in place of the c of finite-fcfs.",
        OURS,
        "for all instances: TEL <= sum of o_j + c (v(o_i) before j)/(M - P + a); c = a = 1",
        Verdict.PROVED,
        first_come_kept,
        ONE,
    ),
    Claim(
        "finite-fcfs",
        f"{BATCH}, any prompts; admits while the next step fits, else evicts the newest",
        "First come, first served, which knows no lengths and loses what it evicts, has TEL at "
        "most the sum of o_j + (sum of c(o_i) over i before j)/(M - P + 1): as those that know "
        "them (finite-in-order). Outputs of 2 attain it as M grows.",
        OURS,
        "for all instances: TEL <= sum of o_j + c (c(o_i) before j)/(M - P + a); c = a = 1",
        Verdict.PROVED,
        first_come,
        ONE,
    ),
    Claim(
        "finite-slicing-paced",
        f"{BATCH}, one prompt length, any caps; evicts the newest when the next step does not fit",
        "Slicing with paced starts: a request that is done in stage r waits at most its own "
        "earlier caps, c(min(o, x_q)) of all in the stages q up to r over M - P + 1, and V_q + 1 "
        "each, V_q H(n_q) a stage, K (r - 1)(r - 2)/2 V_r over M, V = v(x), K = M/(s + 1); K of a "
        "stage as long as those of the last.",
        OURS,
        "for all instances: waits <= charges/(M - P + 1) + (b V_q + 1 each + V_q H + k K (r - 1)(r "
        "- 2) V_r)/M; b = 1, k = 1/2",
        Verdict.PROVED,
        sliced,
        {"b": Fraction(1), "k": Fraction(1, 2)},
    ),
    Claim(
        "finite-offset-paced",
        f"{BATCH}, one prompt length, any offsets; evicts the last admitted when the next step "
        "does not fit",
        "Offset slicing with paced starts and growth b: j waits at most L (o + u - 1) steps, L its "
        "levels below v(o_j); 2 B m of each other, m = min(v(o - 1), R), R = b v(o_j), B = (2 b - "
        "1)/(b - 1), and c(o) if v(o) <= R, over M - P + 1; and over M 2 (B m + R) + 1 for each "
        "run, and K k V for each k with (s + 1) b^(k - 1) < R, V <= (s + 1) b^k, R.",
        OURS,
        "for all instances: waits <= L (o + u - 1) + (a B m + c)/(M - P + 1) + (b (B m + R) + 1 "
        "each + k K sum of k V)/M; a = b = 2, k = 1",
        Verdict.PROVED,
        offsets,
        {"a": Fraction(2), "b": Fraction(2), "k": Fraction(1)},
    ),
)
