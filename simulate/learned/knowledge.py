"""What the reference engine knows of requests whose Gittins ranks are learned."""

from collections.abc import Iterable
from math import isqrt

import numpy as np

from kvratio.simulate.learned import gittins, learning
from kvratio.simulate.view import View
from kvratio.theory.checks import InputError


class Knowledge:
    """Survival of lengths, the plan, and what is known of each request.

    The k^2-th request to arrive is *exempt* for every k: it is never cancelled at a level, so that
    lengths beyond the levels are observed.
    """

    def __init__(self) -> None:
        self._scale: dict[int, int] = {}
        self._known: dict[int, int] = {}  # of requests here: tokens that the output exceeds
        self._exempt: set[int] = set()
        self._lengths: list[tuple[int, int]] = []  # (scale, output) of the completed
        self._arrived = 0
        self._due = learning.due_after(0)
        self._tables = learning.ignorance()
        self._levels = np.zeros(gittins.MOST_STAGES, np.int64)
        self._count = 0
        columns = np.empty((2, gittins.MOST_STAGES), np.int64)
        self._scratch = (columns[0], columns[1])

    @property
    def due(self) -> bool:
        """Is there something to learn?"""
        return len(self._lengths) >= self._due

    def arrive(self, view: View, request: int) -> None:
        """Nothing is known of a request but its prompt and its prediction."""
        if view.memory > gittins.MOST_MEMORY:
            required = f"at most {gittins.MOST_MEMORY} tokens where ranks are learned"
            raise InputError("memory", view.memory, required)
        self._arrived += 1
        if self._arrived > gittins.MOST_REQUESTS:
            required = f"at most {gittins.MOST_REQUESTS} where ranks are learned"
            raise InputError("requests", self._arrived, required)
        if isqrt(self._arrived) ** 2 == self._arrived:
            self._exempt.add(request)
        self._scale[request] = gittins.scale(view.lower(request), view.upper(request))
        self._known[request] = 0

    def complete(self, view: View, request: int) -> None:
        """Learn the length."""
        self._lengths.append((self._scale[request], view.made(request)))
        del self._known[request]

    def withdraw(self, request: int) -> None:
        """A request leaves that has not run to its end."""
        del self._known[request]

    def reach(self, view: View, request: int) -> None:
        """The output of a running request exceeds what it has made."""
        self._known[request] = max(self._known[request], view.made(request))

    def level(self, view: View, request: int) -> int:
        """Tokens to the end of a request's next stage."""
        s, known = view.prompt(request), self._known[request]
        return int(gittins.cap(self._levels, self._count, s, known, view.memory - s))

    def rank(self, view: View, request: int, kept: bool = False) -> int:
        """Token-steps a completion; of a running request, with its tokens made `kept`."""
        s, m = view.prompt(request), self._scale[request]
        facts = (s, m, view.memory - s)
        table, known = self._tables[gittins.class_of(m)], self._known[request]
        plan, keeps = (self._levels, self._count), view.preemption.keeps
        return int(gittins.rank(table, facts, known, (kept or keeps, keeps), plan, self._scratch))

    def cancels(self, view: View, request: int, least: int) -> bool:
        """At a level: does a request wait whose rank, `least`, is below that of its rest?"""
        return request not in self._exempt and self.rank(view, request, kept=True) > least

    def learn(self, view: View) -> list[tuple[int, int, int]]:
        """Learn from all that has been seen; (request, rank, end of the next stage in tokens) of
        those that wait."""
        self._due = learning.due_after(len(self._lengths))
        here = sorted(self._known)
        made = {i: view.made(i) for i in view.running}
        lengths = [max(self._known[i], made.get(i, 0)) for i in here]
        done = len(self._lengths)

        def column(completed: Iterable[int], others: Iterable[int]) -> gittins.Ints:
            return np.array([*completed, *others], np.int64)

        seen = learning.Seen(
            prompt=column([0] * done, (view.prompt(i) for i in here)),
            scale=column((m for m, _ in self._lengths), (self._scale[i] for i in here)),
            known=column([0] * done, (self._known[i] for i in here)),
            length=column((k for _, k in self._lengths), lengths),
            completed=np.arange(done + len(here)) < done,
            waiting=np.array([False] * done + [i in view.waiting for i in here], np.bool_),
        )
        plan = (self._levels, self._count)
        found = learning.learn(seen, view.memory, self._tables, plan, view.preemption.keeps)
        self._count = found.levels
        waiting = sorted(view.waiting)
        return list(zip(waiting, found.rank.tolist(), found.stop.tolist(), strict=True))
