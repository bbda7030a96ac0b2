"""One preemptive machine, to which the bounds by volume relax the cache; integers only.

A step offers M tokens of cache, so every schedule is also a preemptive schedule of jobs, of the
size of the requests' volumes, on one machine that does M token-steps a step.

Source: shortest remaining time first, Schrage (1968); mean busy times, Goemans (1997).
"""

import heapq
from collections.abc import Iterator, Sequence

from kvratio.theory.model import Instance, volume


def work(instance: Instance) -> tuple[list[int], list[int]]:
    """Volumes, and arrivals in units of 1/memory steps: the machine does one of those a unit.

    >>> work(Instance.of(10, [1, 2], arrival=[0, 3]))
    ([1, 3], [0, 30])
    """
    volumes = [volume(s, o) for s, o in zip(instance.prompt, instance.output, strict=True)]
    return volumes, [instance.memory * a for a in instance.arrival]


def way_to_completion(s: int, o: int) -> int:
    """2 v (completion - mean moment of cache use), a whole number.

    Token j fills s + j during the step from j - 1 to j after the start, on average at j - 1/2. So
    v (completion - mean moment) = sum_j (s + j) (o - j + 1/2).

    >>> way_to_completion(0, 2)  # 2 (1 * 3/2 + 2 * 1/2)
    5
    """
    return 2 * o * volume(s, o) - s * o * o - o * (o + 1) * (4 * o - 1) // 6


def shortest_first(
    work: Sequence[int], arrival: Sequence[int], *, fixed: bool
) -> Iterator[tuple[int, int, int]]:
    """What one preemptive machine does, as (request, start, end), in units of its work and time.

    Whoever has the smallest key runs: the remaining work, or with `fixed` the whole work. With the
    remaining work, no preemptive schedule has a smaller sum of completion times (Schrage, 1968).

    >>> list(shortest_first([5, 2], [0, 1], fixed=False))
    [(0, 0, 1), (1, 1, 3), (0, 3, 7)]
    """
    left = list(work)
    order = sorted(range(len(left)), key=arrival.__getitem__)
    waiting: list[tuple[int, int]] = []
    now = came = 0
    while came < len(order) or waiting:
        if not waiting:
            now = max(now, arrival[order[came]])
        while came < len(order) and arrival[order[came]] <= now:
            heapq.heappush(waiting, (left[order[came]], order[came]))
            came += 1
        key, i = heapq.heappop(waiting)
        end = now + left[i]
        if came < len(order):
            end = min(end, arrival[order[came]])
        yield i, now, end
        left[i] -= end - now
        now = end
        if left[i]:
            heapq.heappush(waiting, (key if fixed else left[i], i))
