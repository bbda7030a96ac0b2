"""Slicing has a constant ratio for every prompt and all lengths: 5, 5/2, and GSA's 32.

Slicing in the fluid limit: in the stage of cap X' (after cap X) every unfinished request runs, with
staggered starts, until it completes or has made X' tokens, then it is cancelled. Notation: S_k =
share of lengths >= k, v(k) = s k + k (k+1)/2, c(k) = k (s + k); P = S_(X+1), Q = S_(X'+1). A stage
lasts v(X+1) P + sum over X+1 < k <= X' of (s+k) S_k, and P + Q wait for it.
"""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.evidence import (
    at_most,
    counterexample,
    identity,
    nonnegative,
    quadratic,
    sums,
    words,
)
from kvratio.proofs_check.fluid import ratio
from kvratio.proofs_check.polynomial import Poly, variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

HELD = 2  # the potential is HELD v(X+1) P^2 against the area bound
STAGES = 200  # of the witnesses


def volume(s: Poly, k: Poly) -> Poly:
    """v(k): the area of a request of k tokens."""
    return s * k + k * (k + 1) / 2


def stage_lengths() -> list[Finding]:
    """v grows by s + k, and the area bound is at most H-SF."""
    s, e = variables("s e")
    k = 1 + e
    return [
        sums("v(m) is the sum of s + k", lambda m: volume(s, m), lambda k: s + k),
        nonnegative("c(k) - v(k), k = 1 + e", k * (s + k) - volume(s, k)),
    ]


def witness(caps: list[int], benchmark: str) -> Fraction:
    """The ratio of slicing with caps when s = 0 and the tails halve just after each cap."""
    shares = {1: 2**STAGES} | {cap + 1: 2 ** (STAGES - r) for r, cap in enumerate(caps[:-1])}
    return ratio("slicing", benchmark, shares, 0, (1, caps[-1]), caps)


def five(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c = numbers["c"]
    p_, q, a, w, e, mean = variables("P Q a w e p")

    def stage(w: Poly, e: Poly, mean: Poly) -> Poly:
        """What a stage leaves, in units of v(X+1)."""
        area = c * (w * mean**2 + e * q**2)
        return HELD * p_**2 + area - (p_ + w * mean) * (p_ + q) - HELD * (1 + w + e) * q**2

    yield from stage_lengths()
    yield words(
        "In units of v(X+1), the s + k of X+1 < k <= X' add up to w <= 3 as v(X') <= 4 v(X+1); "
        "p is the mean of S_k with these weights, Q <= p <= P, and sum (s+k) S_k^2 >= w p^2. The "
        "s + k of k = X'+1 is e, w + e > 3 unless X' is the last cap, where Q = 0. It suffices "
        "that 2 P^2 + c (w p^2 + e Q^2) - (P + w p)(P + Q) - 2 (1 + w + e) Q^2 >= 0 in every "
        "stage: adding up, c area - slicing >= (c - 2) v(l) S_l^2 at the start and 0 at the end."
    )
    yield at_most("at the start", HELD, c)
    full = Poly.of(3)
    yield nonnegative(
        "coefficient of e: so that w + e = 3 is the worst",
        stage(w, e + 1, mean) - stage(w, e, mean),
    )
    yield identity(
        "with e = 3 - w it is linear in w: w/3 of w = 3 and 1 - w/3 of w = 0",
        3 * stage(w, 3 - w, mean),
        w * stage(full, Poly.of(0), mean) + (3 - w) * stage(Poly.of(0), full, mean),
    )
    yield nonnegative(
        "w = 0, e = 3: less the squares (P - Q/2)^2 + 27/4 Q^2",
        stage(Poly.of(0), full, mean) - (p_ - q / 2) ** 2 - 27 * q**2 / 4,
    )
    yield nonnegative(
        "w = 3, e = 0, p = Q + a: less (P - 2 Q - 3/2 a)^2 + 21 a Q + 51/4 a^2",
        stage(full, Poly.of(0), q + a) - (p_ - 2 * q - 3 * a / 2) ** 2 - 21 * a * q - 51 * a**2 / 4,
    )
    caps = [2 ** (r + 1) - 2 for r in range(1, STAGES + 1)]  # 4 v(X+1) < v(2X+3), v(2X+2) <= that
    yield counterexample(
        f"s = 0, caps 2, 6, 14, ... ({STAGES} of them), shares that halve just after each: "
        "slicing / area",
        witness(caps, "area"),
        c,
    )


def five_halves(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c, zero = numbers["c"], Poly.of(0)
    p_, q, a, x = variables("P Q a x")
    after = 1 + x  # the cap X; the next is 2 X

    def square(k: Poly) -> Poly:
        return k**2

    held, size = square(after + 1), volume(zero, 2 * after) - volume(zero, after + 1)
    bench = square(2 * after + 1) - square(after + 1)
    equal = (
        held * p_**2
        + c * bench * q**2
        - (volume(zero, after + 1) * p_ + size * q) * (p_ + q)
        - square(2 * after + 1) * q**2
    )
    yield from stage_lengths()
    yield words(
        "Caps X and 2X, S_k = Q + a_k between; the potential is c(X+1) P^2. It suffices that "
        "c H-SF - slicing + (X+1)^2 P^2 - (2X+1)^2 Q^2 >= 0 in every stage. The first stage has "
        "cap 1 and leaves:"
    )
    yield quadratic("c (P^2 + 3 Q^2) - P (P + Q) - 4 Q^2", c - 1, -1, 3 * c - 4)
    yield words(
        "a_k adds (2 c (2k-1) Q - k (P + Q)) a_k + c (2k-1) a_k^2. As 2k-1 >= 3k/2 for k >= 2, "
        "that is at least k ((t Q - P) a_k + 3c/2 a_k^2) with t = 3c - 1: >= 0 for P <= t Q, and "
        "at least -k (P - t Q)^2/(6c) beyond; the k add up to v(2X) - v(X+1)."
    )
    yield nonnegative("2k - 1 - 3k/2, k = 2 + x", 2 * (2 + x) - 1 - 3 * (2 + x) / 2)
    square_p, both, square_q = (_factor(equal, *e) for e in ((2, 0), (1, 1), (0, 2)))
    yield nonnegative("all a_k = 0, X = 1 + x: coefficient of P^2", square_p)
    yield nonnegative("4 times it times that of Q^2, less the square of that of P Q",
        4 * square_p * square_q - both**2)  # fmt: skip
    far = 3 * c - 1
    yield nonnegative(
        "P = t Q + a: the stage with all a_k = 0, less the loss (v(2X) - v(X+1)) a^2/(6c)",
        equal.put(P=far * q + a) - size * a**2 / (6 * c),
    )
    yield counterexample(
        f"s = 0, caps 1, 2, 4, ... ({STAGES} of them), shares that halve just after each: "
        "slicing / H-SF",
        witness([2**r for r in range(STAGES)], "h-sf"),
        c,
    )


def _factor(p: Poly, of_p: int, of_q: int) -> Poly:
    """The coefficient of P^of_p Q^of_q."""
    total = Poly({})
    for monomial, factor in p.terms.items():
        powers = dict(monomial)
        if (powers.get("P", 0), powers.get("Q", 0)) == (of_p, of_q):
            rest = tuple(pair for pair in monomial if pair[0] not in "PQ")
            total = total + Poly({rest: factor})
    return total


def doubling(c: Fraction) -> Iterator[Finding]:
    """Slicing with caps 1, 2, 4, ... is at most c times the area bound, for every prompt."""
    s, p_, q, a, x = variables("s P Q a x")
    after = 1 + x
    unit, size = volume(s, after + 1), volume(s, 2 * after) - volume(s, after + 1)
    extra = s + 2 * after + 1
    equal = (
        HELD * unit * p_**2
        + c * (size + extra) * q**2
        - (unit * p_ + size * q) * (p_ + q)
        - HELD * (unit + size + extra) * q**2
    )
    yield from stage_lengths()
    yield words(
        "Caps X and 2X, S_k = Q + a_k between; the potential is 2 v(X+1) P^2. It suffices that "
        "c area - slicing + 2 v(X+1) P^2 - 2 v(2X+1) Q^2 >= 0 in every stage. a_k adds (s+k)"
        "((2 c - 1) Q - P) a_k + c (s+k) a_k^2: >= 0 for P <= (2c-1) Q, and at least "
        "-(s+k) (P - (2c-1) Q)^2/(4c) beyond. All polynomials in s and X = 1 + x:"
    )
    first = (
        c * (s + 1) * p_**2
        + c * (s + 2) * q**2
        - (s + 1) * p_ * (p_ + q)
        - HELD * (2 * s + 3) * q**2
    )
    for text, form in (("the first stage, cap 1", first), ("all a_k = 0", equal)):
        square_p, both, square_q = (_factor(form, *e) for e in ((2, 0), (1, 1), (0, 2)))
        yield nonnegative(f"{text}: coefficient of P^2", square_p)
        yield nonnegative(
            f"{text}: 4 times it times that of Q^2, less the square of that of P Q",
            4 * square_p * square_q - both**2,
        )
    yield nonnegative(
        "P = (2c-1) Q + a: less the loss (v(2X) - v(X+1)) a^2/(4c)",
        equal.put(P=(2 * c - 1) * q + a) - size * a**2 / (4 * c),
    )


def gsa(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    bound, proved = numbers["bound"], Fraction(13, 2)
    yield from doubling(proved)
    yield words("The area bound is below every schedule's latency, the optimum's too.")
    yield at_most("the constant proved here, against the one published", proved, bound)
    caps = [2**r for r in range(STAGES)]
    yield counterexample(
        "s = 0, caps 1, 2, 4, ..., shares that halve just after each: slicing / area",
        witness(caps, "area"),
        bound,
    )


def gba(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    s, x = variables("s x")
    bound = numbers["bound"]
    yield words(
        "The lengths X+1 ... 2X of a class are all charged v(2X), X = 0, 1, 2, 4, ...; with N its "
        "share and L that of longer lengths GBA is the sum of v(2X) N (N + 2 L), and the area "
        "bound at least that of v(X+1) N (N + 2 L)."
    )
    yield nonnegative(
        "bound v(X+1) - v(2X), X = 1 + x; the first class has one length",
        bound * volume(s, x + 2) - volume(s, 2 * (x + 1)),
    )
    top = 2**STAGES
    yield counterexample(
        f"s = 0, all of length X+1, X = 2^{STAGES}: v(2X) / v(X+1)",
        Fraction(2 * top * (2 * top + 1), (top + 1) * (top + 2)),
        bound,
    )


SETTING = "fluid limit, all lengths >= l, any common prompt"
RELATION = "for all s >= 0 and shares: policy <= c area bound"
CLAIMS = (
    Claim(
        "slicing-5",
        f"{SETTING}; the cap after X is the largest k with v(k) <= 4 v(X+1), X_0 = l - 1",
        "Slicing is 5-competitive: at most 5 times the area bound on every schedule.",
        "ours, against Theorem 4 of arXiv 2508.14544",
        f"{RELATION}; c = 5",
        Verdict.PROVED,
        five,
        {"c": Fraction(5)},
    ),
    Claim(
        "slicing-doubling",
        "fluid limit, no prompts (s = 0), all lengths; caps 1, 2, 4, ...",
        "Slicing with doubling caps is at most 5/2 times as slow as H-SF.",
        "ours, against Theorem 4 of arXiv 2508.14544",
        "for all shares: slicing <= c H-SF; c = 5/2",
        Verdict.PROVED,
        five_halves,
        {"c": Fraction(5, 2)},
    ),
    Claim(
        "gsa-fluid",
        f"{SETTING}, l = 1; slices 1, 2, 4, ... in pipelines without gaps, which is slicing",
        "The geometric slicing algorithm GSA has ratio at most 32 when memory is large.",
        "arXiv 2601.22996, abstract (large-memory regime)",
        f"{RELATION}; proved with c = 13/2",
        Verdict.PROVED,
        gsa,
        {"bound": Fraction(32)},
    ),
    Claim(
        "gba-fluid",
        f"{SETTING}; classes 1, 2, 3-4, 5-8, ..., each charged its longest, without gaps",
        "The geometric batching algorithm GBA has ratio at most 6.75 when memory is large.",
        "arXiv 2601.22996, abstract (large-memory regime)",
        f"{RELATION}; proved with c = 4",
        Verdict.PROVED,
        gba,
        {"bound": Fraction(27, 4)},
    ),
)
