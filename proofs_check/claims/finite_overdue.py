"""Finite size where a request learns from each overflow: staggered A_min, Algorithm 2 and a token.

Notation as in `finite_size`; v(k) = s k + k (k + 1)/2, V = v(u), P = s + u. An attempt of a request
with the bound b is young until it has b tokens, and overdue in the steps that it enters with more.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import isqrt

from kvratio.proofs_check import fluid
from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.claims.finite_size import BATCH, OURS
from kvratio.proofs_check.claims.known_lengths import area
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

LONG, MEMORY, REQUESTS = 60, 3 * 10**18, 29 * 10**23  # u, M and n of an instance, exactly


def record() -> Iterator[Finding]:
    """How often a request is overdue."""
    yield words(
        "Evicted with g tokens, a request has the bound g + 1 or more. So it is overdue once at "
        "most with each number of tokens from its lower end to its output: J times in all, J = sum "
        "of (o - lower end + 1). If each w steps have min(g, U_t)/k overdue attempts, U_t the "
        "unfinished requests, then TEL, the sum of U_t, is at most max(1, n/g) times the sum of "
        "min(g, U_t), and that is at most k w J."
    )


def staggered(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    s, b, u, c, v = variables("s b u c v")
    yield from record()
    yield words(
        "A start costs v(b) of credit at least, V at most; M are given in a step, V kept at most. "
        "So of the young attempts of the bound b with j tokens or more at most ((b - j) M + V)/"
        "v(b) + 1 run; they need (s + 2) times those with one and, for j = 2 ... b - 1, once those "
        "with j or more. In units of M/v(b):"
    )
    yield sums("b - j, j = 2 ... b - 1: i = 1 ... b - 2", lambda m: m * (m + 1) / 2, lambda i: i)
    yield identity(
        "(s + 2)(b - 1) + (b - 2)(b - 1)/2 = v(b) - (s + 1)",
        (s + 2) * (b - 1) + (b - 2) * (b - 1) / 2, area(s, b) - (s + 1),
    )  # fmt: skip
    yield identity("and, of V/v(b) + 1, s + 2 and b - 2", (s + 2) + (b - 2), s + b)
    yield words(
        "If one of them is evicted, none of a smaller bound is left, and more than M are needed by "
        "them, by H young ones of larger bounds and A_t overdue ones, P each at most. So |H| + A_t "
        "is more than g = (s + 1) M/(P V) - 2. H is overdue within u - 1 steps, or one of H is "
        "evicted young within u - 2, and the same holds there with a larger bound: u - l + 1 of "
        "them. If none is evicted young within u steps, all that run in step t are overdue by then."
    )
    one = 1 + u  # u from 1 on, c + 1 bounds
    links = 1 + c
    yield nonnegative(
        "(u - l + 2) u steps, less u - 1, u - 2 for each bound but one, u - 1 and one",
        (links + 1) * one - ((one - 1) + (links - 1) * (one - 2) + (one - 1) + 1),
    )
    yield nonnegative("and less u + 1", (links + 1) * one - one - 1)
    yield words(
        "If a request is kept out by lack of cache, (M - s)/P run or more; by lack of credit, M/V "
        "- 1 have started in this step. Otherwise all run but the overdue ones that are evicted."
    )
    yield nonnegative("V >= P from u = 2 on, twice", 2 * (area(s, 2 + v) - (s + 2 + v)))
    yield nonnegative(
        "M/V - 1 - g, times P V: (P - (s + 1)) M + P V", (s + one - (s + 1)) * b + (s + one) * v
    )
    yield at_most("TEL over (u - l + 2) u J max(1, n/g): so proved with a factor of", 1,
                  numbers["c"])  # fmt: skip


def learning(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    s, u, a = variables("s u a")
    yield from record()
    yield words(
        "By (3) all young attempts fit together in each later step: an overflow needs A_t >= 1 "
        "overdue ones that go on, and is by P A_t at most. Each that is evicted needs s + 2 or "
        "more, the last one P at most: at most (P A_t + P)/(s + 2) young ones are evicted."
    )
    yield nonnegative("2 P A - (P A + P), A = 1 + a", (s + u) * (1 + a) - (s + u))
    yield words(
        "All that run in step t are overdue by step t + u, or evicted young by then. If a head is "
        "kept out, more than M - P tokens count at a step of its test, P at most for each: g = (M "
        "- P + 1)/P run or more. Otherwise all run but those evicted in step t, k A_t at most, k = "
        "1 + 2 P/(s + 2)."
    )
    yield at_most("TEL over k (u + 1) J max(1, n/g): so proved with a factor of", 1, numbers["c"])


def on_average(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    w, y, z = variables("w y z")
    yield words(
        "Progress: an attempt that enters a step with its bound's tokens or more, and is not "
        "evicted, completes or makes a token more than its request is known to have: at most J "
        "times, and by step t + u if it runs in step t. Let n of a class (what evictions go by), h "
        "of higher ones run at an overflow, k of the class having just completed. All fitted in "
        "the step before: when lower classes are gone they are over M by n + h - k at most; two "
        "tokens or more go with each: (n + h - k + 1)/2 of n are evicted at most, at random, and "
        "the last of all stays. Of a + k followed ones of the class, 12 h < a + k, at most two "
        "thirds go on average: a/2 if h < k; else a/2 + (h - k + 1)/2 at most."
    )
    k, h = 1 + y, 1 + y + z
    a = 12 * h + w - k
    yield nonnegative("6 times the rest, k >= 1", 4 * (a + k) - 3 * a - 3 * (h - k + 1))
    h = 1 + z
    a = 12 * h + w
    yield nonnegative("k = 0, h >= 1", 4 * a - 3 * a - 3 * (h + 1))
    yield nonnegative("k = h = 0, n >= 3: 4 n - 3 (n + 1)", 4 * (3 + w) - 3 * (3 + w + 1))
    yield at_most("n = 2: the last stays, of two one goes", Fraction(1, 2), Fraction(2, 3))
    yield words(
        "Follow those of a class for u steps, or until those of higher classes are a twelfth of "
        "the ones still followed: followed ones and progress are a third of what they were in each "
        "step, on average, at least. So in u steps for each class from b on E[progress] is at "
        "least f_b times those of class b or higher, f_u = 3^-u, f_b = f_(b+1) 3^-u/24: f_(b+1)/12 "
        "3^-u for each of class b, or f_(b+1) for each higher one, and half of both."
    )
    yield at_most("half of a twelfth", Fraction(1, 24), Fraction(1, 2) * Fraction(1, 12))
    yield words(
        "A third of the U_t unfinished requests run in step t, as an overflow leaves a third, or a "
        "head is kept out by more than M - P tokens: min(g, U_t/3) at least. The sum of min(3 g, "
        "U_t) is at most 3/f_l c u J, and TEL at most max(1, n/(3 g)) times that."
    )
    yield at_most("so proved with a factor of", 1, numbers["c"])


def above_its_form(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    d, w, x = variables("d w x")
    yield words(
        "s = 0, M = 3 m, u even, a share q = 2/(5 (u - 2)) of outputs of u, all others of 2, "
        "predicted in [2, u]. Attempts with the bound 2 hold 3 tokens and 2 q (u - 2) = 4/5 more "
        "on average; the pace charges them rounded down, 3. Of any r <= M/2 first starts in a row "
        "those that make j tokens are within h of q r 2/j, for all j, but with probability 1/(n u "
        "M), h^2 = M ln(n u M)/2 (Hoeffding); d = u^2 h, m >= 19 d u."
    )
    u, m, large = 6 + x, 19 * (36 + d) * (6 + x) + w, 36 + d
    steps = [
        nonnegative(
            "nothing overflows: 5 (3 m - d) - 14 (m + 1)", 5 * (3 * m - large) - 14 * (m + 1)
        ),
        nonnegative("3 are charged: m - 3 d - 40 d - 20", m - 43 * large - 20),
        nonnegative(
            "m start in odd steps: 4 (m - 6 d - 1) - 75 d (u - 2)",
            4 * (m - 6 * large - 1) - 75 * large * (u - 2),
        ),
    ]
    yield words(
        "With a_t starts in step t and z_t tokens of those with three or more, a_t + 2 a_(t-1) + "
        "z_t <= 3 m and a_t <= m + 1. a_0 = a_1 = m; in step 3 m - 3 d start or more, in each "
        "later odd step m, as 3 m - 2 a_(t-1) - z_t >= m - 4 (m - a_(t-2)) + 2 z_(t-1) - z_t. So "
        "two steps have p <= 2 m - z starts, and 7/5 sum of p <= K (2 m + d) + 3 d + u (m + 1)/5."
    )
    ratio = _latency(LONG, MEMORY, REQUESTS) / _form(LONG, MEMORY, REQUESTS)
    text = f"u = {LONG}, M = {MEMORY:.0e}, n = {REQUESTS:.1e}: E[TEL] over the form"
    steps.append(above(text, ratio, numbers["c"]))
    yield refuted_by(
        f"the ratio is larger on these lengths at {text}, and as M, n/M and M/ln n grow", steps
    )


def _latency(u: int, memory: int, n: int) -> Fraction:
    """At least the expected one, with every error term; the logarithm by that of a power of 2."""
    h = isqrt(memory * (n * u * memory).bit_length()) + 1
    d, m = u * u * h, memory // 3
    if m < 19 * d * u or n % (5 * (u - 2)):
        return Fraction(0)
    per_step = Fraction(5, 7) * (m + Fraction(d, 2))
    first = 2 * m + 1 + 3 * d + Fraction(u * (m + 1), 7)
    tel = (Fraction(n * n, 2) - n * first) / per_step - n
    return tel * (1 - Fraction(1, n * u * memory))


def _form(u: int, memory: int, n: int) -> Fraction:
    q = Fraction(2, 5 * (u - 2))
    return fluid.latency("a-min-staggered", {2: 1 - q, u: q}) * n * n / (2 * memory)


CLAIMS = (
    Claim(
        "finite-staggered",
        f"{BATCH}, one prompt, lower ends in [l, o], M so large that g > 0",
        "Every run of staggered A_min has TEL <= (u - l + 2) u J max(1, n/g), J the sum of (o - "
        "lower end + 1), g = (s + 1) M/((s + u) v(u)) - 2: of the order of n^2/M. (Below some M no "
        "number bounds every run.)",
        OURS,
        "for all instances and runs: TEL <= c (u - l + 2) u J max(1, n/g); c = 1",
        Verdict.PROVED,
        staggered,
        {"c": Fraction(1)},
    ),
    Claim(
        "finite-staggered-form",
        f"{BATCH}, M, n/M and M/ln n -> infinity; a pace in whole tokens, as in the engines",
        "Staggered A_min has its form's value at most as M grows: E[TEL] <= F (1 + e) + O(n), "
        "e -> 0.",
        OURS,
        "for all lengths: E[TEL]/F <= c in the limit; c = 1",
        Verdict.REFUTED,
        above_its_form,
        {"c": Fraction(1)},
    ),
    Claim(
        "alg2-learning",
        f"{BATCH}, one prompt, lower ends in [l, o]; an evicted request with g tokens has the "
        "bound g + 1, where Algorithm 2 prints g",
        "Every run of Algorithm 2 so changed, both readings, has TEL <= (1 + 2 P/(s + 2)) (u + 1) "
        "J max(1, n/g), J the sum of (o - lower end + 1), P = s + u, g = (M - P + 1)/P: of the "
        "order of n^2/M. As printed no number bounds every run (alg2-every-run).",
        OURS,
        "for all instances and runs: TEL <= c (1 + 2 P/(s + 2)) (u + 1) J max(1, n/g); c = 1",
        Verdict.PROVED,
        learning,
        {"c": Fraction(1)},
    ),
    Claim(
        "alg2-mean",
        f"{BATCH}, any prompts, lengths in [l, u], lower ends in [l, o], Algorithm 2 as printed, "
        "both readings",
        "E[TEL] <= 3^(q u + 1) 24^(q - 1) q u J max(1, n/(3 g)), q = u - l + 1, J the sum of (o - "
        "lower end + 1), g = (M - P + 1)/P, P the largest s + o: of the order of n^2/M, at every M "
        "and n, where no number bounds every run (alg2-every-run).",
        OURS,
        "for all instances: E[TEL] <= c 3^(q u + 1) 24^(q - 1) q u J max(1, n/(3 g)); c = 1",
        Verdict.PROVED,
        on_average,
        {"c": Fraction(1)},
    ),
)
