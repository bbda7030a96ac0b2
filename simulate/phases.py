"""Staggered pipelines (SPS): phases of requests with spread starts, Feng, Yang, Zhang.

arXiv 2601.22996: m requests of one prompt s and one length tau run with parallelism k, the j-th
(from 0) starting floor(j tau / k) steps after the first. At any time those that run have spread
ages, so the cache is nearly full in every step, not only when all reach their ends together.
"""

from collections import deque
from collections.abc import Mapping
from math import gcd

from kvratio.simulate.admission import Test, next_step
from kvratio.simulate.queue import Queue
from kvratio.simulate.view import View


def peak(prompt: int, length: int, parallel: int) -> int:
    """The most tokens that a staggered pipeline of many requests ever holds.

    >>> peak(prompt=0, length=3, parallel=3)  # ages 1, 2, 3
    6
    """
    rounded = length * parallel + length + parallel - gcd(length, parallel)
    return prompt * parallel + rounded // 2


def parallelism(budget: int, prompt: int, length: int) -> int:
    """The largest parallelism whose peak fits, and 1 in any case; the peak grows with it.

    >>> parallelism(6, prompt=0, length=3)
    3
    """
    fits, fails = 1, max(2, budget + 1)
    while fails - fits > 1:
        middle = (fits + fails) // 2
        if peak(prompt, length, middle) <= budget:
            fits = middle
        else:
            fails = middle
    return fits


class Phase:
    """The requests of the running phase that are still to start, in order.

    A phase begins when nothing runs and takes all that wait with the least assumed length. Its
    parallelism is that of the longest prompt among them; each start waits until it is due and the
    next step fits (which it does unless a prediction was wrong).
    """

    def __init__(self) -> None:
        self._members: deque[int] = deque()
        self._began = self._length = self._started = 0
        self._parallel = 1

    def __bool__(self) -> bool:
        return bool(self._members)

    def __contains__(self, request: int) -> bool:
        return request in self._members

    def head(self) -> int:
        """The next to start."""
        return self._members[0]

    def take(self) -> int:
        """Start the next."""
        self._started += 1
        return self._members.popleft()

    def leave(self, request: int) -> None:
        """One no longer wants to start."""
        self._members.remove(request)

    def begin(self, view: View, queue: Queue, assumed: Mapping[int, int], budget: int) -> None:
        """A new phase, if the last one is over and somebody waits."""
        if self._members or view.running or not queue:
            return
        self._began, self._started = view.now, 0
        self._length = assumed[queue.head()]
        while queue and assumed[queue.head()] == self._length:
            self._members.append(queue.take())
        prompt = max(view.prompt(i) for i in self._members)
        self._parallel = parallelism(budget, prompt, self._length)

    def test(self, view: View, budget: int) -> Test:
        """The start is due, and the next step fits."""
        fits = next_step(view, budget)

        def due_and_fits(request: int) -> bool:
            due = self._began + self._started * self._length // self._parallel
            return due <= view.now and fits(request)

        return due_and_fits
