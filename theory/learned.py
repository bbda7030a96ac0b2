"""Learned slicing: at most 4 times the area bound, for every prompt, even for mixed ones.

Fluid limit, all requests present. A *plan* is an ascending list of levels of volume. In stage r
every unfinished request runs, with staggered starts, until it completes or its volume would pass
level C_r; then it is cancelled. With a common prompt that is `kvratio.theory.forms.slicing`, whose
caps are the lengths of volume at most C_r (`caps`). Volumes are those of the requests' own prompts.

*One fixed plan* has at best the constant 5 (`kvratio.theory.slicing`). *Four plans*, the families

    C = F 4^k / 16,  k = 0, 1, 2, ...,  F in (5, 7, 10, 14),

have on average at most 4: so for every distribution of lengths and prompts one of them has at most
4. A policy that knows the distribution and takes the cheapest of a list of plans that contains
these four is therefore 4-competitive; an online policy learns the distribution from a vanishing
part of the requests. `kvratio.simulate.learned` does so, with the lengths rounded up by at most
1/16.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import sympy

from kvratio.theory.bound import Bound, Step, certified, identity, nonnegative, words
from kvratio.theory.checks import whole
from kvratio.theory.forms import batch_charge, interval, prompt_length, volume
from kvratio.theory.formula import digits

FACTORS = (5, 7, 10, 14)
GROWTH = 4
FRACTION = 16  # levels are multiples of 1 / FRACTION
BIN = sympy.Rational(17, 16)  # lengths are known up to this factor
CONSTANT = 4  # of the mean of the four families, to the area bound
PERRON = (120_000, 106_982, 84_853, 75_648)  # near the eigenvector of the largest ratio
OURS = "ours"
POLICY = "learned slicing"
FAMILY = "all lengths in [l, u], any prompts"

B, V, W, C, X, S, K, E, R = sympy.symbols("B V W C x s k e R", nonnegative=True)
T1, T2, N1, N2 = sympy.symbols("T1 T2 N1 N2", nonnegative=True)


def levels(factor: int) -> Iterator[int]:
    """The levels of one family, in token-steps, rounded down (volumes are whole numbers).

    >>> from itertools import islice
    >>> [list(islice(levels(factor), 4)) for factor in FACTORS]
    [[1, 5, 20, 80], [1, 7, 28, 112], [2, 10, 40, 160], [3, 14, 56, 224]]
    """
    level = Fraction(factor, FRACTION)
    while True:
        if level >= 1:
            yield int(level)
        level *= GROWTH


def caps(factor: int, s: Any, l: int, u: int) -> tuple[int, ...]:  # noqa: E741
    """A family's caps for a common prompt s on [l, u]: lengths of volume at most each level.

    >>> caps(5, 0, 1, 30), caps(14, 1000, 1, 30)
    ((1, 2, 5, 12, 24, 30), (3, 14, 30))
    """
    whole("factor", factor, least=1)
    prompt, (low, high) = prompt_length(s), interval(l, u)
    found = [low - 1]
    for level in levels(factor):
        cap = _longest(level, prompt, high)
        if cap > found[-1]:
            found.append(cap)
        if cap == high:
            break
    return tuple(found[1:])


def _longest(level: int, prompt: Fraction, high: int) -> int:
    small, large = 0, high + 1
    while large - small > 1:
        middle = (small + large) // 2
        fits = volume(Fraction(middle), prompt) <= level
        small, large = (middle, large) if fits else (small, middle)
    return small


def next_levels() -> list[sympy.Rational]:
    """For each place of a volume between two levels of any family: the sum of the four families'
    next levels, over the level below it."""
    union = [factor * GROWTH**k for k in range(2) for factor in FACTORS]
    size = len(FACTORS)
    return [sympy.Rational(sum(union[p + 1 : p + 1 + size]), union[p]) for p in range(size)]


def _pairs() -> tuple[Step, ...]:
    """What two requests cost each other, with the levels C_1 < C_2 < ... of one family."""
    apart = (2 * B + 2 * V + 2 * B + C) / 2
    together = (2 * B + V + 2 * B + W) / 2
    mean = sympy.Max(*next_levels()) / len(FACTORS)
    return (
        words(
            "Two requests of volumes V <= W. Let C be the first level of at least V, and B the sum "
            "of those before it. In each stage, the work of the one is waited for by the other: "
            "half of it if that completes then, all of it if not (factors 1 and 2, as in x'Qx)."
        ),
        identity("W above C: at most V + 2 B + C/2", apart, V + 2 * B + C / 2),
        nonnegative(
            "W = C - x, in the same stage: at most as much", (apart - together).subs(C, W + X), W, X
        ),
        identity(
            "levels grow by 4: B <= C/4 + C/16 + ... = C/3",
            C / GROWTH / (1 - 1 / sympy.S(4)),
            C / 3,
        ),
        identity("so at most V + 7/6 C", V + 2 * C / 3 + C / 2, V + sympy.Rational(7, 6) * C),
        words(
            "The four families' first levels of at least V are four neighbours among all levels "
            "5, 7, 10, 14 times powers of 4: the level below them is less than V."
        ),
        identity("their mean is at most 18/7 V", mean, sympy.Rational(18, 7)),
        identity(
            "so a pair costs on average at most 4 V", 1 + sympy.Rational(7, 6) * mean, CONSTANT
        ),
        words("The area bound charges it V: the smaller volume. Sum over all pairs."),
        nonnegative(
            "area <= H-SF: increments s + 2k + 1 >= s + k + 1",
            (batch_charge(K + 1, S) - batch_charge(K, S))
            - sympy.expand(volume(K + 1, S) - volume(K, S)),
            K,
            S,
        ),
    )


def four() -> Bound:
    """The mean of the four families is at most 4 times the area bound."""
    return Bound(
        id="general/four slicings/area",
        statement=(
            "For all lengths and all prompts, common or mixed: the mean fluid latency of slicing "
            f"at the levels F {GROWTH}^k / {FRACTION} of volume, over F = "
            f"{', '.join(map(str, FACTORS))}, is at most {CONSTANT} times the area bound (so at "
            f"most {CONSTANT} times the optimum, and {CONSTANT} times H-SF); so is that of the "
            "best of them"
        ),
        policy="slicing, best of four families of levels",
        family=FAMILY,
        benchmark="area bound",
        closed_form=str(CONSTANT),
        value=digits(CONSTANT),
        attained="not attained: the supremum is 3.639125... (general/four slicings/supremum)",
        source=OURS,
        steps=_pairs(),
    )


def _level(j: int) -> Fraction:
    """The levels of all four families in ascending order, times 16; j may be negative."""
    period, place = divmod(j, len(FACTORS))
    return FACTORS[place] * Fraction(GROWTH) ** period


def _row(i: int) -> dict[int, Fraction]:
    """Row i of the mean of the four forms in p, the means of S between neighbouring levels.

    A stage of one family ends at level j and began at level j - 4: it takes the level before times
    p there, and p times the width of the four cells since; p_(j-4) + p_j wait.
    """
    entries: dict[int, Fraction] = {}
    period = len(FACTORS)
    for j in range(i, i + period + 1):
        cells = range(j - period + 1, j + 1)
        time = {k: _level(k) - _level(k - 1) for k in cells} | {j - period: _level(j - period)}
        for k, wait in ((j - period, 1), (j, 1)):
            for m, charge in time.items():
                for one, other in ((m, k), (k, m)):
                    if one == i:
                        entries[other] = entries.get(other, Fraction(0)) + charge * wait / 2
    return {k: value / period for k, value in entries.items()}


def _place(j: int) -> Fraction:
    """The means that attain the supremum, nearly: halved from one period to the next."""
    period, place = divmod(j, len(FACTORS))
    return PERRON[place] / Fraction(2) ** period


def enclosed_supremum() -> tuple[Fraction, Fraction]:
    """Fractions around the supremum of the mean of the four families over the area bound.

    >>> [round(float(x), 7) for x in enclosed_supremum()]
    [3.6391251, 3.6391292]
    """
    products, widths = [], []
    for i in range(len(FACTORS)):
        products.append(sum(value * _place(k) for k, value in _row(i).items()))
        widths.append((_level(i) - _level(i - 1)) * _place(i))
    places = [_place(i) for i in range(len(FACTORS))]
    top = sum(x * z for x, z in zip(products, places, strict=True))
    bottom = sum(w * z for w, z in zip(widths, places, strict=True))
    return Fraction(top / bottom), max(
        Fraction(x / w) for x, w in zip(products, widths, strict=True)
    )


def supremum() -> Bound:
    """The exact constant of the mean of the four families, enclosed: 4 is not attained."""
    below, above = enclosed_supremum()
    falls = all(_place(i) > _place(i + 1) for i in range(len(FACTORS)))
    return Bound(
        id="general/four slicings/supremum",
        statement="The largest ratio of the mean of the four families (levels not rounded) to the "
        f"area bound, over all lengths and prompts, is between {float(below):.6f} and "
        f"{float(above):.6f}",
        policy="slicing, mean of four families of levels",
        family=FAMILY,
        benchmark="area bound",
        closed_form="Perron root of a rational 4 x 4 matrix",
        value=digits(sympy.Rational(above.numerator, above.denominator)),
        attained="in the limit of long ranges of volumes, S constant up to each level",
        source=OURS,
        steps=(
            words(
                "With p_j the mean of S between two neighbouring levels of all families, S at the "
                "upper one is at most p_j, and the area is at least the sum of p_j^2 times the "
                "width. So the mean of the forms is at most p'Ap, A >= 0, the same in every period "
                "of four levels but for the factor 4."
            ),
            identity(
                "Schur's test with z: A_ik p_i p_k <= A_ik (p_i^2 z_k/z_i + p_k^2 z_i/z_k)/2",
                (B**2 * V / W + C**2 * W / V) / 2 - B * C,
                (B * V - C * W) ** 2 / (2 * V * W),
            ),
            certified(
                "so the ratio is at most the largest (A z)_i/(width_i z_i), z halved in every "
                "period; and p = z over a long range, which falls, comes as near as wanted to "
                "z'Az over z'z with the widths, both in one period",
                lambda: falls and below <= above < below * (1 + Fraction(1, 10**5)),
            ),
        ),
    )


def learned() -> Bound:
    """The policy of `kvratio.simulate.learned` on a batch with one predicted interval."""
    first = T1 * (2 * R - N1) + T2 * (2 * (R - N1) - N2)
    second = T2 * (2 * R - N2) + T1 * (2 * (R - N2) - N1)
    longer = (1 + E) ** 2 * volume(K, S) - volume((1 + E) * K, S)
    most = CONSTANT * BIN**2
    return Bound(
        id="general/learned slicing/area",
        statement=(
            "For every l <= u with l + u <= 2^20, one predicted interval [l, u], all lengths in "
            "it and all prompts independent of them: learned slicing, with exact numbers and "
            f"staggered starts, is at most {most} times the area bound in the fluid limit, all "
            f"requests present at time 0 (so at most {most} times the optimum, and H-SF)"
        ),
        policy=POLICY,
        family=FAMILY,
        benchmark="area bound",
        closed_form=str(most),
        value=digits(most),
        attained="not attained",
        source=OURS,
        steps=(
            *_pairs(),
            words(
                "What is proved is the fluid form, as for every policy here: a stage of volume T "
                "takes T / M steps. The engines admit greedily and carry 16 bits of a survival; "
                "how near they come is simulated."
            ),
            words(
                "Learning: every k^2-th arrival is never cancelled at a level. Of n exchangeable "
                "requests these sqrt(n) take a vanishing part of the volume, and their lengths "
                "give the distribution, by bins, in the limit. What was done before it is known "
                "concerns a vanishing part of the requests, too."
            ),
            words(
                "Bins: a length is taken for the end of its bin, which is at most 17/16 of it "
                "(for l + u <= 2^20). A plan's latency, sum of T (R_before + R_after), grows with "
                "every length: in truth it is at most the estimate."
            ),
            nonnegative(
                "v((1+e) k) <= (1+e)^2 v(k): the area bound grows by at most (17/16)^2",
                longer,
                S,
                K,
                E,
            ),
            identity("4 (17/16)^2", most, sympy.Rational(289, 64)),
            words(
                "Order: prompts differ, so stages of several requests wait at a time. In stage "
                "order a plan has the latency above; ordering runs of stages by rank (each chain "
                "cut where the rank of its next run is least) is no worse, as two neighbours, R "
                "waiting, are better served in the order of T/N:"
            ),
            identity("first minus second order", first - second, 2 * (T1 * N2 - T2 * N1)),
            words(
                "A request that runs goes on past a level only if its next run, what it has made "
                "being kept, has at most the rank of the head of the queue: the same exchange."
            ),
            words(
                "Choice: the four families are among the plans, so the estimate of the chosen one "
                "is at most 4 (17/16)^2 area. A later choice has, on what is left, at most the "
                "estimate of the plan before it, which is among the plans, too."
            ),
        ),
    )


def bounds() -> list[Bound]:
    """All results on learned slicing.

    >>> [bound.obtained for bound in bounds()]
    ['derived', 'certified', 'derived']
    """
    return [four(), supremum(), learned()]
