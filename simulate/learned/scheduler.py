"""Learned slicing as a scheduler of the reference engine: the meaning of the policy.

Requests wait in order of their prices (`simulate.learned.pricing`), equals by index. Each time
the number of completions has grown by a quarter, the survival of lengths is estimated anew, a plan
is chosen for a sample of those that wait, and everyone who waits is priced anew.

- *Admission*: from the head of the queue, while the next step fits.
- *At a level*: a running request that has made all tokens of its stage goes on into the next one
  if nobody waits at a lower price, counting for its own that it keeps what it has made; else it
  is cancelled and waits again. Every k^2-th request that arrives is never cancelled here: it shows
  the lengths beyond the levels.
- *Overflow*: the newest are evicted until the next step fits, and nobody is admitted in that step.

A run ends: the oldest start is never evicted for lack of cache, so it completes or reaches its
level, and each time it is cancelled there it has made more tokens than before.
"""

from heapq import heapify, heappop, heappush
from math import isqrt

import numpy as np

from simulate.learned import pricing
from simulate.view import View


class LearnedSlicing:
    """The policy at work on one instance."""

    sees = frozenset({"lower", "upper"})

    def __init__(self) -> None:
        self._queue: list[tuple[int, int]] = []  # a heap of (price, request)
        self._scale: dict[int, int] = {}
        self._known: dict[int, int] = {}  # of requests here: tokens that the output exceeds
        self._stop: dict[int, int] = {}  # of running requests: tokens at the end of the stage
        self._spared: set[int] = set()
        self._lengths: list[tuple[int, int]] = []  # (scale, output) of the completed
        self._late: list[int] = []  # evicted for lack of cache in this step
        self._arrived = 0
        self._due = 1  # completions at which to learn next
        self._tables = np.zeros((pricing.CLASSES, pricing.BINS), np.int64)
        self._levels = np.zeros(pricing.MOST_STAGES, np.int64)
        self._count = 0
        self._estimate([])

    def arrive(self, view: View, request: int) -> None:
        """Join the queue at the price of a request of which nothing is known but the prediction."""
        self._arrived += 1
        if isqrt(self._arrived) ** 2 == self._arrived:
            self._spared.add(request)
        self._scale[request] = pricing.scale(view.lower(request), view.upper(request))
        self._known[request] = 0
        self._join(view, request)

    def complete(self, view: View, request: int) -> None:
        """Learn the length."""
        self._lengths.append((self._scale[request], view.made(request)))
        del self._known[request], self._stop[request]

    def evict(self, view: View) -> list[int]:
        """Learn if it is due; then the levels, then the overflow."""
        if len(self._lengths) >= self._due:
            self._learn(view)
        cancelled = self._cancelled(view)
        for request in cancelled:
            self._leave(view, request)
            self._join(view, request)
        self._late = self._overflow(view, set(cancelled))
        for request in self._late:
            self._leave(view, request)
        return cancelled + self._late

    def admit(self, view: View) -> list[int]:
        """All that fit in the next step, cheapest first; then the evicted join the queue."""
        admitted = []
        if not self._late:
            left = view.memory - view.need()
            while self._queue and left > view.prompt(self._queue[0][1]):
                request = heappop(self._queue)[1]
                left -= view.prompt(request) + 1
                self._stop[request] = self._level(view, request)
                admitted.append(request)
        for request in self._late:
            self._join(view, request)
        return admitted

    def _leave(self, view: View, request: int) -> None:
        self._known[request] = max(self._known[request], view.made(request))
        del self._stop[request]

    def _join(self, view: View, request: int) -> None:
        heappush(self._queue, (self._price(view, request, kept=False), request))

    def _price(self, view: View, request: int, kept: bool) -> int:
        s, m = view.prompt(request), self._scale[request]
        table = self._tables[pricing.class_of(m)]
        facts = (s, m, view.memory - s)
        known = self._known[request]
        return int(pricing.price(table, facts, known, kept, self._levels, self._count))

    def _level(self, view: View, request: int) -> int:
        s = view.prompt(request)
        known = self._known[request]
        return int(pricing.cap(self._levels, self._count, s, known, view.memory - s))

    def _cancelled(self, view: View) -> list[int]:
        """Those at the end of a stage, unless they go on."""
        head = self._queue[0][0] if self._queue else None
        cancelled = []
        for request in view.running:
            if view.made(request) < self._stop[request]:
                continue
            self._known[request] = max(self._known[request], view.made(request))
            dear = head is not None and self._price(view, request, kept=True) > head
            if dear and request not in self._spared:
                cancelled.append(request)
            else:
                self._stop[request] = self._level(view, request)
        return cancelled

    def _overflow(self, view: View, gone: set[int]) -> list[int]:
        left = [i for i in view.running if i not in gone]
        need = {i: view.prompt(i) + view.made(i) + 1 for i in left}
        excess, evicted = sum(need.values()) - view.memory, []
        for request in reversed(left):
            if excess <= 0:
                break
            evicted.append(request)
            excess -= need[request]
        return evicted

    def _learn(self, view: View) -> None:
        """Estimate the survival, choose a plan, and price everyone who waits."""
        self._due = len(self._lengths) * 5 // 4 + 1
        running = view.running
        seen = [
            (self._scale[i], max(known, view.made(i)) if i in running else known)
            for i, known in self._known.items()
        ]
        self._estimate(seen)
        waiting = sorted(i for _, i in self._queue)
        if waiting:
            chosen = waiting[:: -(-len(waiting) // pricing.SAMPLE)]
            rows = [
                (view.prompt(i), self._scale[i], self._known[i], pricing.class_of(self._scale[i]))
                for i in chosen
            ]
            sample = np.array(rows, np.int64)
            self._count = int(pricing.choose(self._tables, sample, view.memory, self._levels))
        self._queue = [(self._price(view, i, kept=False), i) for i in waiting]
        heapify(self._queue)

    def _estimate(self, seen: list[tuple[int, int]]) -> None:
        """Fill the tables from completed lengths, and tokens `seen` of other requests."""
        done, passed = np.zeros_like(self._tables), np.zeros_like(self._tables)
        exposure = [0] * pricing.CLASSES
        for m, length in self._lengths:
            kind = pricing.class_of(m)
            done[kind, pricing.bin_of(m, length)] += 1
            exposure[kind] += length * pricing.EXPOSURE // m
        for m, length in seen:
            kind = pricing.class_of(m)
            passed[kind, pricing.bin_of(m, length + 1) - 1] += 1
            exposure[kind] += length * pricing.EXPOSURE // m
        for kind in range(pricing.CLASSES):
            pricing.survival(done[kind], passed[kind], exposure[kind], self._tables[kind])
