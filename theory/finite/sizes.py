"""From which M and n on a published ratio is proved to hold within so many per cent.

Against H-SF a policy with the bound (1 + e) F + k (sum of o), and F at most r times H-SF's fluid
value, has

    TEL <= ((1 + e) r + 2 k M h/(l n)) H-SF's fluid value,     h = l/(s + l) + sum 1/(s + 2 k - 1)

over k = l + 1 ... u. For the mean length is the sum of the tails S_k, and H-SF's form is
l (s + l) + sum of (s + 2 k - 1) S_k^2: the square of the mean is at most h times the form
(Cauchy-Schwarz), and the mean is at least l. (On two lengths h = l/(s + l) + (u - l)/(s + u + l).)
Against the optimum the terms without e are counted by its own sum of lengths, and no n is needed.

H-SF's *fluid value* is meant, as in the paper's proofs: H-SF itself can stay below it
(`kvratio.theory.finite.derived`, `below`).
"""

from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from kvratio.theory.checks import whole
from kvratio.theory.finite.closed import error
from kvratio.theory.finite.thinned import smallest_memory as smallest_memory_of_a_min
from kvratio.theory.forms import interval

A_MIN_THINNED = "Theorems 5 and 6: A_min, thinned, in expectation, as n/M grows (powers of 2)"
WITHIN = (Fraction(1, 100), Fraction(1, 20), Fraction(1, 10))


class Sizes(NamedTuple):
    """One published ratio. `memory` and `requests` by the entries of `WITHIN`; None: not proved.

    `requests` is for twice the memory of its column; 0 where every number will do.
    """

    statement: str
    published: Fraction | None  # None: whatever ratio the forms have
    proved: Fraction | None  # the ratio as M and n/M grow
    memory: tuple[int | None, ...]
    requests: tuple[int | None, ...]


class Ratio(NamedTuple):
    """TEL <= (1 + e) main + rest + lengths 2 M h/(l n), times the benchmark's value."""

    main: Fraction
    rest: Fraction = Fraction(0)
    lengths: int = 0


def mean_to_form(s: int, l: int, u: int, two: bool = False) -> Fraction:  # noqa: E741
    """h/l: an upper bound on the mean length over H-SF's form, for lengths in [l, u].

    >>> mean_to_form(0, 1, 2), mean_to_form(0, 1, 3, two=True)
    (Fraction(4, 3), Fraction(3, 2))
    """
    each = (Fraction(1, s + 2 * k - 1) for k in range(l + 1, u + 1))
    between = Fraction(u - l, s + u + l) if two else sum(each, Fraction(0))
    return (Fraction(l, s + l) + between) / l


def smallest_memory(ratio: Ratio, allowed: Fraction, peak: int) -> int | None:
    """The smallest M at which (1 + e) main + rest is below what is allowed; None if none is.

    >>> smallest_memory(Ratio(Fraction(1)), Fraction(101, 100), 100)
    10000
    """
    grows = (allowed - ratio.rest) / ratio.main
    return None if grows <= 1 else max(peak, floor(grows * (peak - 1) / (grows - 1)) + 1)


def smallest_number(
    ratio: Ratio, allowed: Fraction, peak: int, memory: int, mean: Fraction
) -> int | None:
    """The smallest n at this M, from `mean_to_form`; None if there is none.

    >>> smallest_number(Ratio(Fraction(1), lengths=1), Fraction(101, 100), 1, 10, Fraction(1))
    2000
    """
    left = allowed - ratio.rest - (1 + error(memory, peak)) * ratio.main
    if left <= 0:
        return None
    return ceil(2 * ratio.lengths * memory * mean / left)


def table(l: int, u: int, s: int = 0) -> list[Sizes]:  # noqa: E741
    """The published ratios for lengths in [l, u], l < u, with a common prompt s.

    Theorem 7 is published for s = 0, and stands in the table there.

    >>> table(1, 100)[1].memory, table(1, 100)[1].requests  # Theorem 7
    ((10000, 2080, 1090), (31364777, 1279573, 327707))
    """
    low, high = interval(l, u)
    whole("u", high, least=low + 1)
    prompt, peak = whole("s", s), s + high
    mean = mean_to_form(prompt, low, high)
    a = Fraction(high, low)
    rows = [
        _row("Theorem 1: A_max, a (1 + a)/2 times H-SF", a * (1 + a) / 2,
             Ratio((prompt + high) * mean, lengths=1), peak, mean),
    ]  # fmt: skip
    if prompt == 0:
        promoted = 1 + 1 / (2 * (a - 1)) if a >= 2 else 1 + 2 / a**2
        pair = mean_to_form(0, low, high, two=True)
        once = Ratio(promoted, lengths=2)
        rows.append(_row("Theorem 7: A_l on two lengths", promoted, once, peak, pair))
        at_random = (1 + a) / 2
        rows.append(_row("A_random, (1 + a)/2 times H-SF (ours)", at_random,
                         Ratio(at_random, lengths=1), peak, mean))  # fmt: skip
    slices, classes = Ratio(Fraction(32, 3), Fraction(4)), Ratio(Fraction(4), Fraction(3))
    longest = prompt + 2 * high  # the last slice or class is shorter than twice the longest output
    for name, number, ratio in (
        ("GSA, slices 1, 2, 4, ..., large memory: 32 times the optimum", Fraction(32), slices),
        ("GBA, classes 1, 2, 4, ...: 10.67 times the optimum", Fraction(1067, 100), classes),
        ("GBA, classes 1, 2, 4, ..., large memory: 6.75", Fraction(675, 100), classes),
    ):
        rows.append(_row(name, number, ratio, longest, Fraction(0)))
    none = (None,) * len(WITHIN)
    from_here = tuple(smallest_memory_of_a_min(low, high, prompt, within) for within in WITHIN)
    rows.append(Sizes(A_MIN_THINNED, None, None, from_here, none))
    rows.append(Sizes("Theorem 8: A_min, lengths without an upper end", None, None, none, none))
    return rows


def _row(name: str, published: Fraction, ratio: Ratio, peak: int, mean: Fraction) -> Sizes:
    memories, numbers = list[int | None](), list[int | None]()
    for within in WITHIN:
        allowed = (1 + within) * published
        memory = smallest_memory(ratio, allowed, peak)
        memories.append(memory)
        found = None if memory is None else smallest_number(ratio, allowed, peak, 2 * memory, mean)
        numbers.append(found)
    return Sizes(name, published, ratio.main + ratio.rest, tuple(memories), tuple(numbers))
