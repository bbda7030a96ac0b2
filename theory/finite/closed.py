"""The bounds of finite size as multiples of the fluid forms.

Notation: n requests of one prompt s at time 0, F the value n^2/(2M) x'Qx of a fluid form, c(k) =
k (s + k), P = s + the longest assumed length, and

    1 + e = M/(M - P + 1),     e = (P - 1)/(M - P + 1).

What is printed as a limit, F (1 + O(1/M)), holds from above as F (1 + e) and terms of the order of
M/n of F. They are derived in `kvratio.theory.finite.derived`.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from kvratio.theory.checks import whole
from kvratio.theory.finite import admission
from kvratio.theory.finite.pipelines import slices
from kvratio.theory.forms import (
    A_MAX,
    A_RANDOM,
    H_SF,
    Form,
    in_pipelines,
    promotion,
    tel,
)

Counts = Mapping[int, int]


def error(memory: int, peak: int) -> Fraction:
    """e, for a memory and the largest peak P, in tokens.

    >>> error(1000, 101)
    Fraction(1, 9)
    """
    return Fraction(peak - 1, admission.room(whole("memory", memory, least=peak), peak))


def _times_form(
    form: Form, counts: Counts, s: int, memory: int, peak: int, **ends: Any
) -> Fraction:
    return (1 + error(memory, peak)) * tel(form, counts, s, **ends) / (2 * memory)


def _less_own(form: Form, counts: Counts, s: int, memory: int, peak: int, **ends: Any) -> Fraction:
    """The form without what requests keep from themselves, and their own lengths."""
    alone = {k: n for k, n in counts.items() if n}
    own = sum(n * tel(form, {k: 1}, s, ends.get("within") or (k, k)) for k, n in alone.items())
    main = tel(form, counts, s, **ends) - own
    return (1 + error(memory, peak)) * main / (2 * memory) + _lengths(counts)


def _lengths(counts: Counts) -> int:
    return sum(n * k for k, n in counts.items())


def h_sf(counts: Counts, s: int, memory: int) -> Fraction:
    """At least the total latency of H-SF, in steps, for so many requests of each length.

    >>> h_sf({1: 10}, 0, 1), h_sf({1: 10}, 0, 10)
    (Fraction(55, 1), Fraction(29, 2))
    """
    return _less_own(H_SF, counts, s, memory, s + max(counts))


def a_random(counts: Counts, s: int, memory: int) -> Fraction:
    """At least the expected total latency of A_random.

    >>> a_random({1: 1, 3: 1}, 0, 5)
    Fraction(17, 3)
    """
    return _less_own(A_RANDOM, counts, s, memory, s + max(counts))


def a_max(counts: Counts, s: int, memory: int, upper: int) -> Fraction:
    """At least the expected total latency of A_max; all have the upper end `upper`.

    >>> a_max({1: 2}, 0, 7, 4)
    Fraction(3, 1)
    """
    within = (min(counts), upper)
    return _less_own(A_MAX, counts, s, memory, s + upper, within=within)


def a_l(counts: Counts, s: int, memory: int, threshold: int, upper: int) -> Fraction:
    """At least the expected total latency of A_l with a threshold, the requests in random order.

    >>> a_l({1: 1, 3: 1}, 0, 5, 1, 3)
    Fraction(15, 2)
    """
    form, within = promotion(threshold), (min(counts), upper)
    left = sum(n for k, n in counts.items() if k > threshold)
    main = _times_form(form, counts, s, memory, s + upper, within=within)
    return main + _lengths(counts) + threshold * left


def gsa(counts: Counts, s: int, memory: int, caps: Sequence[int]) -> Fraction:
    """At least the expected total latency of GSA with these slices, the requests in random order.

    >>> gsa({1: 1, 2: 1}, 0, 3, (1, 2))
    Fraction(25, 4)
    """
    used = reaching(caps, max(counts), memory - s)
    waits = sum(n * sum(cap for cap in used if cap < k) for k, n in counts.items())
    main = _times_form(in_pipelines(used), counts, s, memory, s + used[-1])
    return main + _lengths(counts) + waits


def gba(counts: Counts, s: int, memory: int, caps: Sequence[int]) -> Fraction:
    """The same for GBA with these classes.

    >>> gba({1: 1, 2: 1}, 0, 3, (1, 2))
    Fraction(11, 2)
    """
    used = reaching(caps, max(counts), memory - s)
    waits = sum(n * sum(cap for cap in used if cap < k) for k, n in counts.items())
    main = _times_form(in_pipelines(used, known=True), counts, s, memory, s + used[-1])
    return main + _lengths(counts) + waits


def reaching(caps: Sequence[int], longest: int, most: int) -> tuple[int, ...]:
    """The caps up to the first that reaches the longest output, none above `most`.

    >>> reaching((1, 2, 4, 8), longest=3, most=9)
    (1, 2, 4)
    """
    used = list[int]()
    for cap in slices(caps, most):
        used.append(cap)
        if cap >= longest:
            break
    return tuple(used)
