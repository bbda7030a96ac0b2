"""Staggered pipelines on finite instances: GSA, the slicing that is proved to follow its form, GBA.

Both work in phases (arXiv 2601.22996): the m requests of a phase, assumed t tokens each, start in
the order of the index, the j-th (from 0) floor(j t/k) steps after the first, k the largest number
whose peak

    s k + (t k + t + k - gcd(t, k))/2

fits; the next phase begins when nothing runs.

**Pace.** k + 1 does not fit, and gcd >= 1: M + 1 <= (k + 1) v(t)/t + (t - 1)/2, so that

    t/k <= v(t)/(M - (s + t) + 1),      v(t) = s t + t (t + 1)/2,

the volume of a slice over nearly all of the memory, with the error of every other policy here.
Attained where gcd(t, k + 1) = 1 and the peak of k + 1 is M + 1. (In `kvratio.theory.price.finite`
the pace is 3 v(t)/M, for every memory.)

GSA gives every unfinished request a slice of the next cap, GBA each request the least cap that is
at least its length. One prompt for all, all requests at time 0.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain, repeat
from math import ceil

from kvratio.theory.checks import InputError, rational, whole
from kvratio.theory.finite import admission
from kvratio.theory.finite.admission import at_once
from kvratio.theory.model import Instance, volume


def gsa(instance: Instance, caps: Sequence[int]) -> Fraction:
    """At least the total latency of GSA with slices `caps`, and then all that fits; in steps.

    >>> gsa(Instance.of(3, [1, 2]), (1, 2, 4))  # 1 + (1 + 2)
    Fraction(4, 1)
    """
    prompt, memory = common(instance), instance.memory
    waiting, now, total = list(range(instance.n)), 0, 0
    for cap in slices(caps, memory - prompt):
        if not waiting:
            break
        left = []
        for place, i in enumerate(waiting):
            if instance.output[i] <= cap:
                total += now + offset(memory, prompt, cap, place) + instance.output[i]
            else:
                left.append(i)
        now += offset(memory, prompt, cap, len(waiting) - 1) + cap
        waiting = left
    return Fraction(total)


def gba(instance: Instance, caps: Sequence[int]) -> Fraction:
    """At least the total latency of GBA with classes up to `caps`, in steps.

    >>> gba(Instance.of(3, [1, 2]), (1, 2, 4))  # 1 + (1 + 2)
    Fraction(4, 1)
    """
    prompt, memory = common(instance), instance.memory
    classes: dict[int, list[int]] = {}
    for output in instance.output:
        cap = next(c for c in slices(caps, memory - prompt) if c >= output)
        classes.setdefault(cap, []).append(output)
    now = total = 0
    for cap, members in sorted(classes.items()):
        ends = (offset(memory, prompt, cap, j) + o for j, o in enumerate(members))
        total += len(members) * now + sum(ends)
        now += offset(memory, prompt, cap, len(members) - 1) + cap
    return Fraction(total)


def offset(memory: int, prompt: int, cap: int, place: int) -> int:
    """Steps after which the pipeline starts its place-th request (from 0), at most.

    >>> offset(memory=5, prompt=0, cap=3, place=2)
    4
    """
    return place * volume(prompt, cap) // admission.room(memory, prompt + cap)


def slices(caps: Sequence[int], most: int) -> Iterator[int]:
    """The caps, none above what fits; after the last, all that fits.

    >>> list(slices((1, 4), 9))
    [1, 4, 9]
    """
    before = 0
    for cap in chain(caps, repeat(most)):
        if before == most:
            return
        before = min(whole("caps", cap, least=before + 1), most)
        yield before


def growing(growth: Fraction | int, longest: int = 2**20) -> tuple[int, ...]:
    """The caps 1, growth, growth^2, ..., rounded up, until one is at least `longest`.

    >>> growing(Fraction(3, 2), 10)
    (1, 2, 3, 4, 6, 8, 12)
    """
    factor, exact, caps = rational("growth", growth, above=1), Fraction(1), [1]
    while caps[-1] < longest:
        exact *= factor
        if exact > caps[-1]:
            caps.append(ceil(exact))
    return tuple(caps)


def common(instance: Instance) -> int:
    """The common prompt. Raises `InputError` where there is none, and for arrivals after 0."""
    at_once(instance)
    if not instance.n:
        return 0
    if instance.common_prompt is None:
        raise InputError("prompt", max(instance.prompt), "one prompt for all in these bounds")
    return instance.common_prompt
