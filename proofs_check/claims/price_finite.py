"""Slicing by volume in phases on finite instances: all requests at 0, one prompt length s.

Levels of volume L_0 < L_1 < ...; in phase r every unfinished request runs t_r steps through a
staggered pipeline (`kvratio.proofs_check.pipelines`), t_r the most tokens with v(t_r) <= L_r, where
v(k) = s k + k (k+1)/2, and s + t_r <= M. S(v) is the number of requests of volume more than v, V
the integral of S^2 over 2 M; OPT is at least V and a third of the sum of the lengths.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import count

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.claims.price_upper import times
from kvratio.proofs_check.claims.slices_and_classes import to_area
from kvratio.proofs_check.evidence import (
    all_less,
    at_most,
    counterexample,
    identity,
    nonnegative,
    sums,
    words,
)
from kvratio.proofs_check.interval import log
from kvratio.proofs_check.pipelines import by_volume
from kvratio.proofs_check.polynomial import Poly, variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict
from kvratio.theory.model import Instance

SLOWER = 3  # t/k is less than SLOWER v(t)/M


def phases() -> Iterator[Finding]:
    """What a pipeline takes, and the slices of one request."""
    s, t, k, e = variables("s t k e")
    steps, more = t + 1, k + 1  # t, k >= 1
    room = s * (more + 1) + (steps * (more + 1) + steps + more) / 2
    yield words(
        "k + 1 does not fit: M < s (k+1) + (t (k+1) + t + k)/2, and v(t)/t = s + (t+1)/2. So t/k < "
        "3 v(t)/M:"
    )
    yield nonnegative("3 k v(t)/t less that", SLOWER * more * (s + (steps + 1) / 2) - room)
    o = t + e
    twice = 2 * s * t + t * (t + 1), 2 * s * o + o * (o + 1)
    yield words("Slices before the last, t <= o, have t <= o sqrt(v(t)/v(o)), o = t + e:")
    yield nonnegative("2 v(t) o^2 - 2 v(o) t^2", twice[0] * o**2 - twice[1] * t**2)


def moments() -> Iterator[Finding]:
    """OPT >= V + (sum of o)/3, for any prompts."""
    s, o, left = variables("s o left")
    half = Fraction(1, 2)

    def way(m: Poly) -> Poly:
        ones, squares = m * (m + 1) / 2, m * (m + 1) * (2 * m + 1) / 6
        return s * (o + half) * m + (o + half - s) * ones - squares

    yield words(
        "The j-th token of a request of length o uses s + j token-steps, o - j + 1/2 steps before "
        "the end on average; so it completes that far behind the mean moment of its use:"
    )
    yield sums("(s + k) (o - k + 1/2), k = 1 ... m", way, lambda m: (s + m) * (o - m + half))
    v = s * o + o * (o + 1) / 2
    yield nonnegative("at m = o, less v o/3", way(o) - v * o / 3)
    yield words(
        "M token-steps a step: the mean moments add up to at least what the smallest volumes one "
        "by one with the whole cache have, each delaying the `left` later ones and half of itself, "
        "as its part of the integral of S^2 says, over 2 M:"
    )
    yield identity(
        "(left + 1)^2 - left^2 = 2 (left + 1/2)", (left + 1) ** 2 - left**2, 2 * (left + half)
    )
    yield words("So alpha (sum of o) + beta V <= beta OPT if alpha <= beta/3.")


def with_offset(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c, y = numbers["c"], numbers["y"]
    yield from phases()
    yield words(
        "L_r = b^(r + xi), y = sqrt b. Of the m requests of a phase, in random order, those that "
        "complete wait (m-1)/2 t/k and their length in expectation, the others (m-1) t/k + t: at "
        "most 3/M L m (done + 2 left)/2 and slices, m = S(L/b), done + 2 left = S(L/b) + S(L). "
        "With s(l) = e^(l/2) S(e^l), over xi: 3/(2 M beta) times the integral of y s(l-beta) (y "
        "s(l-beta) + s(l)), at most y (y + 1) times that of s^2, which is 2 M V."
    )
    a, b = variables("a b")
    yield identity("2 a b <= a^2 + b^2", a**2 + b**2 - 2 * a * b, (a - b) ** 2)
    yield words(
        "The slices before the last are at most o b^(-(j + u)/2), j = 0, 1, ..., u uniform: o/ln y "
        "in all, and the length o itself: alpha = 1 + 1/ln y; beta = 3 y (y+1)/(2 ln y)."
    )
    yield from moments()
    top = SLOWER * y * (y + 1) / 2
    yield all_less(
        f"beta is less than c and alpha less than c/3 at y = {y}, times ln y",
        [
            (lambda x: times(top, x / x), lambda x: times(c, log(x)), y),
            (lambda x: log(x) + 1, lambda x: times(c / 3, log(x)), y),
        ],
    )


def without_chance(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c, growth, root = numbers["c"], numbers["b"], numbers["root"]
    b, low = variables("b L")
    yield from phases()
    yield words(
        "L_r = (s+1) b^r. All m_r = S(L_(r-1)) requests of a phase wait at most (m-1) t/k, and a "
        "slice: 3/M times the sum of L_r m_r^2. The integral of S^2 from L_(r-2) to L_(r-1) is at "
        "least m_r^2 times the difference, L_r over which is b^2/(b-1):"
    )
    yield identity(
        "L_(r-2) = L: b^2 L (b - 1) = b^2 (b L - L)", b**2 * low * (b - 1), b**2 * (b * low - low)
    )
    part = growth**2 / (growth - 1)
    yield at_most("phases 0 and 1 from the volumes below s + 1, all n: 1 + b", 1 + growth, part)
    yield at_most("beta = 2 * 3 b^2/(b-1)", 2 * SLOWER * part, c)
    yield words("Slices before the last: o (1 + 1/sqrt b + 1/b + ...), and o: alpha.")
    yield at_most("sqrt b is at least the root", root**2, growth)
    yield from moments()
    yield at_most("alpha <= 1/(1 - 1/root) + 1, against c/3", 1 / (1 - 1 / root) + 1, c / 3)
    for name, instance in EXAMPLES.items():
        levels = ((instance.prompt[0] + 1) * growth**r for r in count())
        value = to_area(instance, by_volume(instance, levels, None))
        yield counterexample(f"{name}: TEL over a lower bound of OPT", Fraction(value), c)


EXAMPLES = {
    "M = 100, s = 0, 120 outputs of 9": Instance.of(100, [9] * 120),
    "M = 150, s = 0, 60 outputs of 100": Instance.of(150, [100] * 60),
    "M = 300, s = 50, outputs 1 to 200": Instance.of(300, list(range(1, 201)), prompt=50),
}
SETTING = "finite instances, all arrivals at 0, one prompt length, phases through pipelines"
PUBLISHED = "ours; GSA (arXiv 2601.22996): 61.92 published, 140/3 here (gsa-finite)"
CLAIMS = (
    Claim(
        "price-finite-offset",
        f"{SETTING}; levels b^(r + xi), xi uniform and common to all, random order in a phase",
        "Slicing by volume with a random offset has an expected ratio of at most 12.86 to the "
        "optimum, for every finite instance.",
        PUBLISHED,
        "for all instances: E[TEL] <= c OPT; c = 12.86, y = 1.83 (b = 3.35)",
        Verdict.CERTIFIED,
        with_offset,
        {"c": Fraction(1286, 100), "y": Fraction(183, 100)},
    ),
    Claim(
        "price-finite-fixed",
        f"{SETTING}; levels (s+1) 2^r, any order",
        "Slicing by volume with fixed levels has ratio at most 24 to the optimum, for every "
        "finite instance.",
        PUBLISHED,
        "for all instances: TEL <= c OPT; c = 24, b = 2, root = 7/5 <= sqrt b",
        Verdict.PROVED,
        without_chance,
        {"c": Fraction(24), "b": Fraction(2), "root": Fraction(7, 5)},
    ),
)
