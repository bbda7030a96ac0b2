"""What the reference engine knows of requests whose Gittins ranks are learned."""

from bisect import bisect_right
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
        self.overtaking = self.horizon = 0  # of the policy
        self._came: dict[int, int] = {}  # steps of arrival
        self._price: dict[int, int] = {}  # of those in the queue
        self._typical = self._longest = 0  # price; backlog, in token-steps
        self._placed = 0  # that backlog when the queue was last put in order
        self._scale: dict[int, int] = {}
        self._known: dict[int, int] = {}  # of requests here: tokens that the output exceeds
        self._exempt: set[int] = set()
        self._lengths: list[tuple[int, int]] = []  # (scale, output) of the completed
        self._arrived: list[tuple[int, int, int]] = []  # (prompt, scale, step), in that order
        self._due = learning.due_after(0)
        self._tables = learning.ignorance()
        self._levels = np.zeros(gittins.MOST_STAGES, np.int64)
        self._count = 0
        columns = np.empty((2, gittins.MOST_STAGES), np.int64)
        self._scratch = (columns[0], columns[1])

    def due(self, view: View) -> bool:
        """Is there something to learn, or the queue to be put in order?"""
        if len(self._lengths) >= self._due:
            return True
        if not self.overtaking or not self._arrived or self._arrived[-1][2] != view.now:
            return False
        return bool(gittins.outgrown(self._longest, self._placed))

    def arrive(self, view: View, request: int) -> None:
        """Nothing is known of a request but its prompt and its prediction."""
        if view.memory > gittins.MOST_MEMORY:
            required = f"at most {gittins.MOST_MEMORY} tokens where ranks are learned"
            raise InputError("memory", view.memory, required)
        scale = gittins.scale(view.lower(request), view.upper(request))
        self._arrived.append((view.prompt(request), scale, view.now))
        number = len(self._arrived)
        if number > gittins.MOST_REQUESTS:
            required = f"at most {gittins.MOST_REQUESTS} where ranks are learned"
            raise InputError("requests", number, required)
        if isqrt(number) ** 2 == number:
            self._exempt.add(request)
        self._scale[request] = scale
        self._known[request] = 0
        self._came[request] = view.now

    def complete(self, view: View, request: int) -> None:
        """Learn the length."""
        self._lengths.append((self._scale[request], view.made(request)))
        del self._known[request], self._came[request]

    def withdraw(self, request: int) -> None:
        """A request leaves that has not run to its end."""
        del self._known[request], self._came[request]
        self._price.pop(request, None)

    def start(self, request: int) -> None:
        """A request leaves the queue."""
        self._price.pop(request, None)

    def join(self, view: View, request: int) -> int:
        """A request joins the queue; its place there."""
        rank = self.rank(view, request)
        self._price[request] = gittins.price(rank, view.memory)
        self._longest = max(self._longest, sum(self._price.values()))
        return self.place(view, request, rank)

    def allowance(self, view: View) -> int:
        """No request is started before one that arrived so many steps earlier; 0: no limit."""
        return int(gittins.allowance(self._longest, view.memory, self.overtaking))

    def place(self, view: View, request: int, rank: int) -> int:
        """The place in the queue of a request with this rank."""
        if not self.overtaking:
            return rank
        price, came = gittins.price(rank, view.memory), self._came[request]
        return int(gittins.place(came, self.allowance(view), price, self._typical))

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

    def cancels(self, view: View, request: int, head: int, least: int) -> bool:
        """At a level: does the head of the queue, whose place is `least`, have a lower price than
        the rest of the request, which would stand behind it?"""
        if request in self._exempt:
            return False
        rest = self.rank(view, request, kept=True)
        return rest > self._price[head] and self.place(view, request, rest) > least

    def learn(self, view: View) -> list[tuple[int, int, int]]:
        """Learn from all that has been seen; (request, place, end of the next stage in tokens) of
        those that wait."""
        self._due = learning.due_after(len(self._lengths))
        here = sorted(self._known)
        made = {i: view.made(i) for i in view.running}
        lengths = [max(self._known[i], made.get(i, 0)) for i in here]
        done = len(self._lengths)

        def column(completed: Iterable[int], others: Iterable[int]) -> gittins.Ints:
            return np.array([*completed, *others], np.int64)

        waiting = sorted(view.waiting)
        rows = [(view.prompt(i), self._scale[i], self._known[i]) for i in waiting]
        seen = learning.Seen(
            scale=column((m for m, _ in self._lengths), (self._scale[i] for i in here)),
            length=column((k for _, k in self._lengths), lengths),
            completed=np.arange(done + len(here)) < done,
            waiting=np.array(rows, np.int64).reshape(-1, 3),
        )
        plan = (self._levels, self._count)
        keeps, flow = view.preemption.keeps, self._flow(view.now)
        found = learning.learn(seen, view.memory, self._tables, plan, keeps, flow)
        self._count = found.levels
        ranks = found.rank.tolist()
        prices = [gittins.price(rank, view.memory) for rank in ranks]
        self._price = dict(zip(waiting, prices, strict=True))
        self._longest = self._placed = max(self._longest, sum(prices))
        self._typical = learning.typical(np.array(prices, np.int64), self._typical)
        places = [self.place(view, i, rank) for i, rank in zip(waiting, ranks, strict=True)]
        return list(zip(waiting, places, found.stop.tolist(), strict=True))

    def _flow(self, now: int) -> learning.Flow | None:
        """What is expected to come."""
        if not self.horizon:
            return None
        number, first, latest = len(self._arrived), self._arrived[0][2], self._arrived[-1][2]
        at_first = bisect_right(self._arrived, first, key=lambda one: one[2])
        rows = [(s, m, 0) for s, m, _ in self._arrived[learning.sampled(number)]]
        arrivals = learning.Arrivals(number, at_first, first, latest)
        return learning.flow(np.array(rows, np.int64), arrivals, now, self.horizon)
