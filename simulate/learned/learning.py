"""Learning from all that has been seen: the same for both engines.

Each time the number of completions has grown by an eighth, the survival of lengths is estimated
anew, a plan is chosen for a sample of the waiting requests, and all of these are ranked anew.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvratio.simulate.learned import gittins
from kvratio.simulate.learned.gittins import Ints

Flags = npt.NDArray[np.bool_]


class Seen(NamedTuple):
    """The requests that have arrived, one entry each: what a policy knows of them.

    `known`: tokens that the output of a request exceeds, as far as ended attempts and levels tell;
    `length`: those of its output, if it has `completed`, or the most that it has made. `prompt`,
    `known` and the order of the entries matter only for those that wait.
    """

    prompt: Ints
    scale: Ints
    known: Ints
    length: Ints
    completed: Flags
    waiting: Flags


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


def typical(prices: Sequence[int], before: int) -> int:
    """The median price of those that wait; that of `before`, if none does.

    >>> typical([9, 2, 4], 0), typical([], 7)
    (4, 7)
    """
    return sorted(prices)[len(prices) // 2] if prices else before


class Learned(NamedTuple):
    """The number of levels; of those that wait, the ranks and the ends of their next stages."""

    levels: int
    rank: Ints
    stop: Ints


def learn(
    seen: Seen, memory: int, tables: Ints, plan: tuple[Ints, int], keeps: bool, gain: int
) -> Learned:
    """Fill the tables and the levels of the plan. Before there were so many levels, which stay if
    no request waits. Those that wait are in the order of `seen`. `keeps`: does a preemption keep
    the tokens? `gain`: of a plan with levels, at least, as a share of ONE."""
    levels, count = plan
    gittins.estimate(seen.scale, seen.length, seen.completed, tables)
    columns = [column[seen.waiting] for column in (seen.prompt, seen.scale, seen.known)]
    waiting = np.stack(columns, axis=1).astype(np.int64)
    if len(waiting):
        sample = waiting[:: -(-len(waiting) // gittins.SAMPLE)].copy()
        count = int(gittins.choose(tables, sample, memory, levels, keeps, gain))
    different, place = _different(waiting)  # equals cost the same
    found = gittins.ranks(tables, different, memory, levels, count, keeps)
    return Learned(count, *(column[place] for column in found))


def _different(rows: Ints) -> tuple[Ints, Ints]:
    """The different rows, and for each row its place among them."""
    order = np.lexsort(rows.T)
    ordered = rows[order]
    first = np.ones(len(rows), np.bool_)
    first[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    place = np.empty(len(rows), np.int64)
    place[order] = np.cumsum(first) - 1
    return ordered[first], place
