"""Lower bounds on total latency when steps take time: iterations of a GPU.

*Area.* Let no iteration take less than `least`. One that lasts d holds at most M tokens, so it
offers M / d <= M / least token-steps a unit of time. Every timed schedule is therefore also a
preemptive schedule on one machine of that speed, in which a request is worked on only after its
arrival, and each of its tokens takes at least `least`. In units of `least`, with arrivals rounded
down to whole units, that is all the bounds of `kvratio.theory.area` use: no request completes
earlier.

*Work.* Let an iteration take no less than the sum of what it does for each request in it (its
arithmetic, or the movement of its cache), and let a request need at least w of that in all. Then
every timed schedule is also a preemptive schedule of jobs of length w, one at a time, and no such
schedule has a smaller sum of completion times than shortest remaining work first.
"""

from collections.abc import Sequence
from dataclasses import replace

from kvratio.theory.area import area_bound
from kvratio.theory.checks import same_length, whole
from kvratio.theory.machine import shortest_first
from kvratio.theory.model import Instance


def lower_bound_in_time(
    instance: Instance, arrival: Sequence[int], least: int, works: Sequence[Sequence[int]] = ()
) -> int:
    """A time below which no schedule's total end-to-end latency can be: the best of the bounds.

    `arrival`: one time a request; `least`: no iteration takes less; `works`: columns of needed
    work, each giving a bound; all in one unit, which is that of the result. The instance's own
    arrivals are not looked at.

    >>> instance = Instance.of(10, [1, 1, 1, 1, 1, 1], prompt=1)
    >>> lower_bound_in_time(instance, [0] * 6, least=5)
    33
    >>> lower_bound_in_time(instance, [0] * 6, least=5, works=[[3] * 6])  # 3 + 6 + ... + 18
    63
    """
    whole("least", least, least=1)
    for column in (arrival, *works):
        same_length("arrival or work", column, instance.n, "output")
    needed = [least * o for o in instance.output]
    of_work = (_work_bound(work, arrival) for work in works)
    return max(_area_bound(instance, arrival, least), sum(needed), *of_work)


def _area_bound(instance: Instance, arrival: Sequence[int], least: int) -> int:
    units = tuple(time // least for time in arrival)
    bound = area_bound(replace(instance, arrival=units)) + sum(units)
    latency = bound * least - sum(arrival)
    return -(-latency.numerator // latency.denominator)


def _work_bound(work: Sequence[int], arrival: Sequence[int]) -> int:
    completion = [0] * len(work)
    for i, _, end in shortest_first(work, arrival, fixed=False):
        completion[i] = end
    return sum(completion) - sum(arrival)
