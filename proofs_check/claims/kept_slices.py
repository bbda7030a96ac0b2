"""Preemption that keeps the tokens: the area bound, when it helps, and slices with few restarts.

A stopped request keeps its tokens and holds no cache; the step that makes its token g + 1 needs
s + g + 1 tokens again. v(k) = s k + k (k+1)/2; a slice (stage) of volume d takes every unfinished
request that much further, p is the mean of the share that is left over it.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.claims.known_lengths import area
from kvratio.proofs_check.claims.price_kept import KEEPS
from kvratio.proofs_check.evidence import (
    above,
    at_least,
    at_most,
    counterexample,
    equation,
    identity,
    nonnegative,
    sums,
    words,
)
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

MEMORY, OUTPUTS = 4, (4, 4, 4)
# who makes a token in each step; s = 0
STEPS = ((0, 1, 2), (0, 1), (0,), (0,), (1,), (1,), (2,), (2,), (2,))
NEAR = Fraction(499, 500)  # of the halving shares of the counterexamples


def area_bound(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c = numbers["c"]
    (s,) = variables("s")
    yield sums("the tokens of a request, in whatever steps", lambda o: area(s, o), lambda j: s + j)
    yield words(
        "When r requests are complete at step C, their volumes have been held in C steps of M: M C "
        "is at least the sum of the r smallest. Sum over r; recomputing may only delay."
    )
    yield at_most("c is at most 1", c, 1)
    yield counterexample("M = 1, one output of 1: area bound over latency", Fraction(1), 1 / c)


def kept_latency(memory: int, outputs: Sequence[int], steps: Sequence[Sequence[int]]) -> int:
    """Latency of a schedule that keeps its tokens (no prompts), 0 if it is none.

    >>> kept_latency(4, (4, 4, 4), STEPS)
    19
    """
    made, total = [0] * len(outputs), 0
    for step, running in enumerate(steps, start=1):
        need = sum(made[i] + 1 for i in running)
        if need > memory or len(set(running)) < len(running):
            return 0
        for i in running:
            made[i] += 1
            total += step * (made[i] == outputs[i])
    return total if made == list(outputs) else 0


def plain_least(memory: int, outputs: Sequence[int]) -> int:
    """The least latency without preemption (no prompts): all start times are tried.

    >>> plain_least(4, (4, 4, 4))
    24
    """
    steps = range(sum(outputs))

    def fits(starts: Sequence[int]) -> bool:
        return all(
            sum(x - t + 1 for t, o in zip(starts, outputs, strict=True) if t <= x < t + o) <= memory
            for x in range(2 * len(steps))
        )

    return min(
        sum(t + o for t, o in zip(starts, outputs, strict=True))
        for starts in product(steps, repeat=len(outputs))
        if fits(starts)
    )


def shortest_remaining(memory: int, outputs: Sequence[int]) -> list[list[int]]:
    """Who makes a token in each step (no prompts): fewest tokens to go first, all that fit.

    >>> kept_latency(4, OUTPUTS, shortest_remaining(4, OUTPUTS))
    19
    """
    left, steps = list(outputs), []
    while any(left):
        room, running = memory, []
        for i in sorted((i for i, rest in enumerate(left) if rest), key=lambda i: (left[i], i)):
            if outputs[i] - left[i] + 1 <= room:
                room -= outputs[i] - left[i] + 1
                running.append(i)
        for i in running:
            left[i] -= 1
        steps.append(running)
    return steps


def preemption_helps_long(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c, memory, n = numbers["c"], int(numbers["M"]), int(numbers["n"])
    yield words(
        f"M = {memory} and {n} outputs of {memory} without prompts. Without preemption no two "
        "overlap, as the last step of each fills the cache and the other one would be running: "
        "M (1 + ... + n)."
    )
    yield sums("1 + ... + n", lambda m: m * (m + 1) / 2, lambda j: j)
    yield words("Kept tokens, fewest tokens to go first, every step and use recomputed:")
    outputs = (memory,) * n
    with_it = kept_latency(memory, outputs, shortest_remaining(memory, outputs))
    ratio = Fraction(memory * n * (n + 1), 2 * with_it) if with_it else Fraction(0)
    yield at_least("latency without preemption over latency with it", ratio, c)


def preemption_helps(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    yield words(
        "M = 4, outputs 4, 4, 4, no prompts. Without preemption no two overlap, as the last step "
        "of each fills the cache and the other one would be running: 4 + 8 + 12 = 24."
    )
    least = plain_least(MEMORY, OUTPUTS)
    yield at_least("by trying all start times, the least latency", least, 24)
    yield words(
        f"Keeping the tokens: {', '.join('+'.join('ABC'[i] for i in step) for step in STEPS)}."
    )
    found = kept_latency(MEMORY, OUTPUTS, STEPS)
    yield above("each step holds at most 4 tokens, all make 4: latency", found, 0)
    yield at_least("24 over that", Fraction(least, max(found, 1)), numbers["c"])


def slices(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c, g = numbers["c"], numbers["g"]
    a, p, q = variables("a p q")  # a = sqrt(g)/2
    yield words(
        "Stage r, of volume d_r <= g d_(r-1), takes d_r p_r; done + 2 left is at most p_(r-1) + "
        "p_r. The area bound is at least the sum of d_r p_r^2 (Jensen). In q_r = sqrt(d_r) p_r: 2 "
        "q_1^2 + sum over r >= 2 of q_r^2 + sqrt(g) q_(r-1) q_r, S being 1 on v(l), the first."
    )
    yield identity("sqrt(g) q p <= g/4 q^2 + p^2", a**2 * q**2 + p**2 - 2 * a * q * p,
                   (a * q - p) ** 2)  # fmt: skip
    yield identity("sqrt(g) q p <= sqrt(g)/2 (q^2 + p^2)", a * q**2 + a * p**2 - 2 * a * q * p,
                   a * (q - p) ** 2)  # fmt: skip
    if g < 4:
        yield at_most("2 + g/4", 2 + g / 4, c)
    else:
        yield at_least("c - 1", c - 1, 2)
        yield at_most("so 2 + sqrt(g)/2 <= 1 + sqrt(g) <= c: g <= (c - 1)^2", g, (c - 1) ** 2)
    t = Fraction(1, 2) * (NEAR if g >= 4 else 1)  # g t^2 < 1
    w = g * t**2
    if w < 1:
        value = (2 + (1 + 1 / t) * w / (1 - w)) * (1 - w)
        yield counterexample(
            f"lengths just above the levels, shares falling to {t}, endlessly many stages that "
            "grow by g",
            value,
            c,
        )


def geometric(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c, g = numbers["c"], numbers["g"]
    (x, e, a, p, q) = variables("x e a p q")
    yield words(
        "Levels g v(l), g^2 v(l), ...: the first stage has S = 1 on a = v(l) and mean p on (g-1) a,"
        " takes a + (g-1) a p, and 1 + p wait at most: in q_0 = sqrt(a), q_1 = sqrt((g-1) a) p, "
        "q_0^2 + q_1^2 + g/sqrt(g-1) q_0 q_1. Of (1 + sqrt(g)) times the area sqrt(g) q_0^2 and "
        "sqrt(g)/2 q_1^2 pay for the product, as 4 sqrt(g) sqrt(g)/2 >= g^2/(g-1):"
    )
    yield identity("2 g (g-1) - g^2 = g (g-2)", 2 * x * (x - 1) - x**2, x * (x - 2))
    yield nonnegative("which is at least 0, g = 2 + e", (2 + e) * e)
    yield at_least("g", g, 2)
    yield identity("the others: sqrt(g) q p <= sqrt(g)/2 (q^2 + p^2)",
                   a * q**2 + a * p**2 - 2 * a * q * p, a * (q - p) ** 2)  # fmt: skip
    yield at_least("c", c, 1)
    yield at_most("1 + sqrt(g) <= c: g <= (c - 1)^2", g, (c - 1) ** 2)
    t = Fraction(70, 99)  # nearly 1/sqrt 2
    w = g * t**2
    if g > 1 and w < 1:
        rest = (g - 1) * t**2 / (1 - w)
        value = ((1 + (g - 1) * t) * (1 + t) + (1 + 1 / t) * w * rest) / (1 + rest)
        yield counterexample(
            f"lengths just above the levels, shares falling to {t}, endlessly many stages", value, c
        )


def restarts(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c, g, h = numbers["c"], numbers["g"], numbers["h"]
    w, p, x, s, k = variables("w p x s k")
    yield words(
        "Restarting what stage r begins with, at most p_(r-1), adds w d p_(r-1) (p_(r-1) + p_r), "
        "d = d_(r-1); p_r = p - x:"
    )
    yield identity("2 w p^2 less w p (p + p - x)", 2 * w * p**2 - w * p * (p + p - x), w * p * x)
    yield words(
        "w d = r M (s + X), and d is 1 - 1/g of v(X); (s + X)/v(X) falls with X, so that w is at "
        "most h g/(g-1), h = r M (s+l)/v(l). l = 1 + k, X = l + x:"
    )
    short, long = 1 + k, 1 + k + x
    yield nonnegative(
        "(s + l) v(X) - (s + X) v(l)",
        (s + short) * area(s, long) - (s + long) * area(s, short),
    )
    yield at_least("g", g, 2)
    rest = c - 1 - 2 * h * g / (g - 1)
    yield at_least("c - 1 - 2 h g/(g-1)", rest, 0)
    yield at_most("the sum 1 + sqrt(g) + 2 h g/(g-1) <= c: g at most its square", g, rest**2)
    yield words("The slope of the sum in g, 1/(2 sqrt g) - 2 h/(g-1)^2, changes its sign once, at")
    yield equation("(g-1)^4 = 16 h^2 g", (g - 1) ** 4, 16 * h**2 * g)


SLICES = f"{KEEPS}; a common prompt, lengths in [l, u]"
HELPS = "finite instances; stopped requests keep their tokens and hold no cache"
GROW = "each of at most g times the volume of the one before"
CLAIMS = (
    Claim(
        "kept-area",
        f"{HELPS}; any prompts, all arrivals at 0",
        "With preemption that keeps the tokens no schedule is below the area bound either.",
        "ours; without preemption: arXiv 2502.07115, Lemma 4.7",
        "for all instances and schedules: TEL >= c area bound; c = 1",
        Verdict.PROVED,
        area_bound,
        {"c": Fraction(1)},
    ),
    Claim(
        "kept-preemption-helps",
        f"{HELPS}; lengths known",
        "With preemption that keeps the tokens, schedules without preemption can be worse than the "
        "optimum, by 24/19: an optimum without preemption is none for them.",
        "ours",
        "there is an instance: least TEL without preemption >= c least TEL; c = 24/19",
        Verdict.PROVED,
        preemption_helps,
        {"c": Fraction(24, 19)},
    ),
    Claim(
        "kept-preemption-helps-long",
        f"{HELPS}; lengths known; equal outputs as long as the cache, M = 20, n = 100",
        "With preemption that keeps the tokens, the best schedule without preemption can take 1.85 "
        "times as long as the optimum.",
        "ours",
        "there is an instance: least TEL without preemption >= c least TEL; c = 1.85",
        Verdict.PROVED,
        preemption_helps_long,
        {"c": Fraction(37, 20), "M": Fraction(20), "n": Fraction(100)},
    ),
    Claim(
        "kept-slices",
        f"{SLICES}; slices, the first v(l), {GROW}",
        "Slices that keep the tokens and grow by at most 4 are 3-competitive, and no less: in "
        "general 1 + sqrt(g) for g >= 4, 2 + g/4 below.",
        "ours",
        "for all s and shares: slices <= c area bound; c = 3, g = 4",
        Verdict.PROVED,
        slices,
        {"c": Fraction(3), "g": Fraction(4)},
    ),
    Claim(
        "kept-slices-doubling",
        f"{SLICES}; slices, the first v(l), {GROW}",
        "Slices that keep the tokens and grow by at most 2 are 5/2-competitive, and no less.",
        "ours",
        "for all s and shares: slices <= c area bound; c = 5/2, g = 2",
        Verdict.PROVED,
        slices,
        {"c": Fraction(5, 2), "g": Fraction(2)},
    ),
    Claim(
        "kept-slices-geometric",
        f"{SLICES}; slices with the levels 2 v(l), 4 v(l), 8 v(l), ... of volume, not rounded",
        "Slices that keep the tokens with a first level of 2 v(l) are 2.4143-competitive.",
        "ours",
        "for all s and shares: slices <= c area bound; c = 2.4143, g = 2",
        Verdict.PROVED,
        geometric,
        {"c": Fraction(24143, 10**4), "g": Fraction(2)},
    ),
    Claim(
        "kept-restarts",
        f"{SLICES}; levels g v(l), g^2 v(l), ..., not rounded; recomputing a token takes r steps, "
        "h = r M (s+l)/v(l); the bound pays for no prefill",
        "At h = 9/8 slices of growth 4 are 6-competitive, restarts included, and no growth has a "
        "smaller 1 + sqrt(g) + 2 h g/(g-1).",
        "ours",
        "for all s and shares: slices with restarts <= c area bound; c = 6, g = 4, h = 9/8",
        Verdict.PROVED,
        restarts,
        {"c": Fraction(6), "g": Fraction(4), "h": Fraction(9, 8)},
    ),
)
