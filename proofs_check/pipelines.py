"""GSA and GBA (arXiv 2601.22996) by their definitions, all requests there at step 0, one prompt.

A pipeline runs m requests for t steps each, the j-th starting at floor(j t / k); its peak is
s k + (t k + t + k - gcd(t, k))/2 tokens, and k is the largest number whose peak fits.

GSA does not know the lengths: in phase p every unfinished request gets a slice of 2^p steps through
a pipeline, and loses its tokens if it does not complete (the last slices are limited to M - s). GBA
knows them: it takes the classes 1, 2, 3-4, 5-8, ... one after the other, each through a pipeline
for its longest request.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import gcd
from random import Random

from kvratio.theory.model import Instance, Schedule

Row = tuple[int, int, int, bool]


def parallel(memory: int, prompt: int, length: int) -> int:
    """The largest k whose peak fits; 1 always does, as prompt + length <= memory (tokens).

    >>> parallel(100, 0, 10)
    17
    """
    k = memory // (prompt + 1)  # each holds at least prompt + 1 tokens
    while k > 1 and _peak(prompt, length, k) > memory:
        k -= 1
    return max(1, k)


def _peak(prompt: int, length: int, k: int) -> int:
    return prompt * k + (length * k + length + k - gcd(length, k)) // 2


def gsa(instance: Instance) -> Schedule:
    """The schedule of GSA with slices 1, 2, 4, ...

    >>> gsa(Instance.of(4, [1, 2])).to_json()
    [[0, 0, 1, True], [1, 0, 1, False], [1, 1, 3, True]]
    """
    prompt, rows, now = instance.prompt[0], list[Row](), 0
    waiting, slice_ = list(range(instance.n)), 1
    while waiting:
        length = min(slice_, instance.memory - prompt)
        k = parallel(instance.memory, prompt, length)
        left = []
        for j, i in enumerate(waiting):
            start, done = now + j * length // k, instance.output[i] <= length
            rows.append((i, start, start + min(length, instance.output[i]), done))
            if not done:
                left.append(i)
        now += (len(waiting) - 1) * length // k + length
        waiting, slice_ = left, 2 * slice_
    return Schedule.of(rows)


def by_volume(instance: Instance, levels: Iterator[Fraction], rng: Random | None) -> Schedule:
    """Phases as in GSA, with the most tokens whose volume s t + t (t+1)/2 is within the next level.

    `rng` shuffles the requests before every phase; without it their order stays. Levels that allow
    no token, or no more than the level before, are passed over.

    >>> by_volume(Instance.of(4, [1, 2]), iter([Fraction(1), Fraction(9)]), None).to_json()
    [[0, 0, 1, True], [1, 0, 1, False], [1, 1, 3, True]]
    """
    prompt, rows, now, before = instance.prompt[0], list[Row](), 0, 0
    waiting, most = list(range(instance.n)), instance.memory - instance.prompt[0]
    while waiting:
        level = next(levels)
        length = before
        while length < most and (length + 1) * (2 * prompt + length + 2) <= 2 * level:
            length += 1
        if length == before:
            continue
        before, k = length, parallel(instance.memory, prompt, length)
        if rng is not None:
            rng.shuffle(waiting)
        for j, i in enumerate(waiting):
            start, output = now + j * length // k, instance.output[i]
            rows.append((i, start, start + min(length, output), output <= length))
        now += (len(waiting) - 1) * length // k + length
        waiting = [i for i in waiting if instance.output[i] > length]
    return Schedule.of(rows)


def gba(instance: Instance) -> Schedule:
    """The schedule of GBA with classes that double.

    >>> gba(Instance.of(4, [1, 2])).to_json()
    [[0, 0, 1, True], [1, 1, 3, True]]
    """
    prompt, rows, now = instance.prompt[0], list[Row](), 0
    classes: dict[int, list[int]] = {}
    for i, output in enumerate(instance.output):
        classes.setdefault((output - 1).bit_length(), []).append(i)
    for _, members in sorted(classes.items()):
        length = max(instance.output[i] for i in members)
        k = parallel(instance.memory, prompt, length)
        for j, i in enumerate(members):
            start = now + j * length // k
            rows.append((i, start, start + instance.output[i], True))
        now += (len(members) - 1) * length // k + length
    return Schedule.of(rows)
