"""Kill and restart on one machine: jobs of unknown times tried at growing levels. Floats.

Job i, of weight w_i, is tried at the times w_i growth^(k + offset_i), k = ..., 0, 1, ..., all tries
in the order of growth^(k + offset_i) (ties: by `rank`); a try that does not complete is lost. With
offsets of its own for every job that is offset slicing; with one offset for all it is the b-scaling
of arXiv 2211.02044. Tries far below the shortest job are left out.
"""

import heapq
from collections.abc import Sequence
from math import floor, log

import numpy as np

BEFORE = 8  # rounds of levels below the shortest job that are played


def total(
    times: Sequence[float],
    weights: Sequence[float],
    growth: float,
    offsets: Sequence[float],
    rank: Sequence[int],
) -> float:
    """The sum of weight times completion time.

    >>> total([1.0, 3.0], [1.0, 1.0], 2.0, [0.0, 0.0], [0, 1]) > optimum([1.0, 3.0], [1.0, 1.0])
    True
    """
    shortest = min(t / w for t, w in zip(times, weights, strict=True))
    first = floor(log(shortest, growth)) - BEFORE
    tries = [(growth ** (first + x), rank[i], i, first) for i, x in enumerate(offsets)]
    heapq.heapify(tries)
    clock = result = 0.0
    while tries:
        level, place, i, k = tries[0]
        if times[i] <= level * weights[i]:
            clock += times[i]
            result += weights[i] * clock
            heapq.heappop(tries)
        else:
            clock += level * weights[i]
            heapq.heapreplace(tries, (growth ** (k + 1 + offsets[i]), place, i, k + 1))
    return result


def optimum(times: Sequence[float], weights: Sequence[float]) -> float:
    """The least sum of weight times completion time: smallest time over weight first.

    >>> optimum([3.0, 1.0], [1.0, 1.0])
    5.0
    """
    clock = result = 0.0
    for time, weight in sorted(zip(times, weights, strict=True), key=lambda job: job[0] / job[1]):
        clock += time
        result += weight * clock
    return result


def offset_slicing(
    times: Sequence[float], weights: Sequence[float], growth: float, seed: int
) -> float:
    """Independent uniform offsets.

    >>> offset_slicing([1.0], [1.0], 4.0, 0) >= 1
    True
    """
    rng = np.random.default_rng(seed)
    return total(times, weights, growth, rng.random(len(times)).tolist(), range(len(times)))


def b_scaling(times: Sequence[float], weights: Sequence[float], growth: float, seed: int) -> float:
    """One uniform offset for all, in random order (arXiv 2211.02044, randomised).

    >>> b_scaling([1.0], [1.0], 4.0, 0) >= 1
    True
    """
    rng = np.random.default_rng(seed)
    offset, n = float(rng.random()), len(times)
    return total(times, weights, growth, [offset] * n, rng.permutation(n).tolist())
