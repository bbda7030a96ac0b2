"""Learning from all that has been seen: the same for both engines.

Each time the number of completions has grown by an eighth, the survival of lengths is estimated
anew, a plan is chosen for a sample of the waiting requests, and all of these are ranked anew.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvratio.simulate.learned import gittins, plans
from kvratio.simulate.learned.gittins import Ints
from kvratio.simulate.learned.plans import Traffic

Flags = npt.NDArray[np.bool_]


class Seen(NamedTuple):
    """The requests that have arrived: what a policy knows of them.

    One entry each: `length`, tokens of its output, if it has `completed`, or the most that it has
    made. `waiting`: of those that wait, rows (prompt, scale, tokens that the output exceeds, as far
    as ended attempts and levels tell); only their order matters.
    """

    scale: Ints
    length: Ints
    completed: Flags
    waiting: Ints


def ignorance() -> Ints:
    """Survival, by class and bin, before anything has been seen."""
    tables = np.zeros((gittins.CLASSES, gittins.BINS), np.int64)
    nothing = np.zeros(0, np.int64)
    gittins.estimate(nothing, nothing, np.zeros(0, np.bool_), tables)
    return tables


def due_after(completions: int) -> int:
    """How many completions there are when it is next worth while to learn.

    >>> due_after(0), due_after(100)
    (1, 113)
    """
    return completions * 9 // 8 + 1


def typical(prices: Ints, before: int) -> int:
    """The median price of those that wait; that of `before`, if none does.

    >>> typical(np.array([9, 2, 4]), 0), typical(np.array([], np.int64), 7)
    (4, 7)
    """
    middle = len(prices) // 2
    return int(np.partition(prices, middle)[middle]) if len(prices) else before


class Arrivals(NamedTuple):
    """How many requests have arrived, how many of them in the first step with an arrival; that
    step and the latest one."""

    number: int
    at_first: int
    first: int
    latest: int


class Flow(NamedTuple):
    """Requests that come over time: a sample of those that have, as rows (prompt, scale, 0); how
    many come a step; for how many steps that is expected to go on."""

    sample: Ints
    rate: float
    horizon: float


def sampled(arrived: int) -> slice:
    """Which of those that have arrived, in the order of arrival, are the sample of a flow."""
    return slice(None, arrived, -(-arrived // gittins.SAMPLE))


def flow(sample: Ints, arrivals: Arrivals, now: int, share: int) -> Flow | None:
    """What is expected to come, for so long as is this share, of ONE, of the time since the first
    arrival; None: nothing, as after a batch, or when nothing has come for so long.

    >>> nothing = np.zeros((0, 3), np.int64)
    >>> flow(nothing, Arrivals(9, at_first=1, first=0, latest=80), 80, gittins.ONE // 4)[1:]
    (0.1, 20.0)
    >>> flow(nothing, Arrivals(9, at_first=9, first=0, latest=0), 80, gittins.ONE // 4)
    """
    later, elapsed = arrivals.number - arrivals.at_first, now - arrivals.first
    if later == 0 or (now - arrivals.latest) * gittins.ONE >= share * elapsed:
        return None
    return Flow(sample, later / elapsed, share * elapsed / gittins.ONE)


class Learned(NamedTuple):
    """The number of levels; of those that wait, the ranks, the ends of their next stages, and of
    each the first that is like it."""

    levels: int
    rank: Ints
    stop: Ints
    first: Ints


def learn(
    seen: Seen, memory: int, tables: Ints, plan: tuple[Ints, int], keeps: bool,
    flow: Flow | None = None,
) -> Learned:  # fmt: skip
    """Fill the tables and the levels of the plan. Before there were so many levels, which stay if
    no request waits or none has completed. Those that wait are in the order of `seen`. `keeps`:
    does a preemption keep the tokens? `flow`: of requests that are still to come, None: they do not
    matter."""
    levels, count = plan
    gittins.estimate(seen.scale, seen.length, seen.completed, tables)
    waiting = seen.waiting
    if len(waiting) and seen.completed.any():
        sample = waiting[:: -(-len(waiting) // gittins.SAMPLE)].copy()
        if flow is None:
            count = int(plans.choose(tables, sample, memory, levels, keeps))
        else:
            traffic = Traffic(flow.sample, flow.rate, flow.horizon, float(len(waiting)))
            found = plans.choose_in_traffic(tables, sample, memory, levels, keeps, traffic)
            count = int(found)
    return Learned(count, *gittins.ranks(tables, waiting, memory, levels, count, keeps))
