"""Rounds limited in time and in volume, by their definition; requests at step 0, any prompts.

In a round every unfinished request gets one slice: the most tokens t within a time and a volume
v(t) = s t + t (t+1)/2, and s + t <= M. Slices with s + t > M/2 are wide: they run one after the
other. Then the others run, each as soon as s + t tokens are not reserved; all that is cancelled is
lost. The next round begins when all slices have ended.
"""

import heapq
from collections.abc import Callable, Sequence
from fractions import Fraction

from kvratio.theory.model import Instance, Schedule

Limits = Callable[[int, int], tuple[Fraction, Fraction]]  # of (round, unfinished): steps, volume
Row = tuple[int, int, int, bool]


def limits(memory: int, growth: Fraction, share: Fraction) -> Limits:
    """Time growth^r, and a volume of `share` times time times memory over the unfinished requests.

    >>> limits(100, Fraction(2), Fraction(1, 2))(3, 4)
    (Fraction(8, 1), Fraction(100, 1))
    """

    def of(r: int, unfinished: int) -> tuple[Fraction, Fraction]:
        time = growth**r
        return time, share * time * memory / unfinished

    return of


def slice_of(prompt: int, memory: int, time: Fraction, volume: Fraction) -> int:
    """The most tokens within a time and a volume that fit alone, 0 if none does.

    >>> slice_of(2, 10, Fraction(9), Fraction(12))  # 3, 7, 12 token-steps
    3
    """
    low, high = 0, min(int(time), memory - prompt)
    while low < high:
        t = (low + high + 1) // 2
        if t * (2 * prompt + t + 1) <= 2 * volume:
            low = t
        else:
            high = t - 1
    return low


def rounds(instance: Instance, of: Limits) -> Schedule:
    """The schedule; within a round in the order of the requests.

    >>> rounds(Instance.of(4, [1, 2]), limits(4, Fraction(2), Fraction(1))).to_json()
    [[0, 0, 1, True], [1, 0, 1, False], [1, 1, 3, True]]
    """
    rows, now, number = list[Row](), 0, 0
    waiting = list(range(instance.n))
    while waiting:
        time, volume = of(number, len(waiting))
        slices = {
            i: t
            for i in waiting
            if (t := slice_of(instance.prompt[i], instance.memory, time, volume))
        }
        made = _round(instance, slices, now)
        now = max((end for _, _, end, _ in made), default=now)
        done = {i for i, _, _, completed in made if completed}
        waiting = [i for i in waiting if i not in done]
        rows += made
        number += 1
    return Schedule.of(rows)


def _round(instance: Instance, slices: dict[int, int], now: int) -> Sequence[Row]:
    """One slice for each of these requests, from now on."""
    rows = list[Row]()

    def run(i: int) -> int:
        output, t = instance.output[i], slices[i]
        rows.append((i, now, now + min(output, t), output <= t))
        return now + min(output, t)

    need = {i: instance.prompt[i] + t for i, t in slices.items()}
    for i in need:
        if 2 * need[i] > instance.memory:
            now = run(i)
    left = [i for i in need if 2 * need[i] <= instance.memory]
    free, ends = instance.memory, list[tuple[int, int]]()
    while left:
        later = []
        for i in left:
            if need[i] <= free:
                free -= need[i]
                heapq.heappush(ends, (run(i), i))
            else:
                later.append(i)
        left = later
        if left:
            now = ends[0][0]
            while ends and ends[0][0] == now:
                free += need[heapq.heappop(ends)[1]]
    return rows
