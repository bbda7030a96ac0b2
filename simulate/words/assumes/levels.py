"""The next learned level of volume (`kvratio.simulate.learned`).

A running request that reaches its level is evicted there if the waiting requests do not all fit,
and the first in the queue has a lower Gittins rank than the rest of this one, which would stand
behind it. Otherwise it goes on to the next level.
"""

from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np

from kvratio.simulate.learned import new_knowledge
from kvratio.simulate.policy import Order, Policy
from kvratio.simulate.queue import Queue
from kvratio.simulate.view import View
from kvratio.simulate.words.assumes import Assumption, Ints
from kvratio.simulate.words.book import Book
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance

if TYPE_CHECKING:
    from kvratio.simulate.testing.history import Step

KERNEL = "kvratio.simulate.learned.kernel"


class Word(Assumption):
    """Reference meaning."""

    sees = frozenset({"lower", "upper"})
    promotes = True

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.known = book.shared(new_knowledge)
        self.known.overtaking = book.policy.overtaking
        self.known.horizon = book.policy.ahead

    @staticmethod
    def require(policy: Policy) -> None:
        """Levels are learned together with ranks."""
        if policy.order is not Order.GITTINS:
            required = "GITTINS with LEVELS, and only with them"
            raise InputError("order", policy.order.name, required)

    @staticmethod
    def later_stages(policy: Policy) -> int:
        """At least one: all that fits."""
        return 1

    def length(self, view: View, request: int, stage: int) -> int:
        """Tokens at the next level."""
        return self.known.level(view, request)

    def arrive(self, view: View, request: int) -> None:
        """Nothing is known yet."""
        self.known.arrive(view, request)

    def complete(self, view: View, request: int) -> None:
        """The length is known."""
        self.known.complete(view, request)

    def withdraw(self, request: int) -> None:
        """Forget the request."""
        self.known.withdraw(request)

    def due(self, view: View) -> list[int]:
        """Of the requests at a level, those to evict for a waiting request of lower rank."""
        at_level = [i for i in view.running if view.made(i) >= self.book.assumed[i]]
        learns = self.known.due(view)
        if learns:
            self._learn(view)
        for request in view.running if learns else at_level:
            self.evicted(view, request)
        if not at_level or not self.book.queue or self._all_fit(view):
            return []
        head, least = self.book.queue.head(), self.book.queue.least()
        return [i for i in at_level if self.known.cancels(view, i, head, least)]

    def started(self, request: int) -> None:
        """It waits no more."""
        self.known.start(request)

    def promote(self, view: View, request: int) -> None:
        """`due` has already assumed the next level."""

    def evicted(self, view: View, request: int) -> None:
        """The output exceeds the tokens made; the next level follows from that."""
        self.known.reach(view, request)
        self.book.assumed[request] = self.known.level(view, request)

    def _learn(self, view: View) -> None:
        """Give new ranks and levels to all requests that wait."""
        self.book.queue = Queue(random_ties=False)
        for request, place, stop in self.known.learn(view):
            self.book.queue.join(place, request, chance=0)
            self.book.assumed[request] = stop

    @staticmethod
    def _all_fit(view: View) -> bool:
        wanted = sum(view.prompt(i) + view.kept(i) + 1 for i in view.waiting)
        return view.need() + wanted <= view.memory

    @classmethod
    def first(cls, instance: Instance, policy: Policy) -> Ints:
        """Of a request that has not arrived, one token; its first level is assumed on arrival."""
        return np.ones(instance.n, dtype=np.int64)

    @staticmethod
    def countable(instance: Instance, policy: Policy) -> bool:
        """Ranks are products of memory, lengths and probabilities; places sums of steps."""
        from kvratio.simulate.learned.gittins import MOST_MEMORY, MOST_REQUESTS, places_fit

        if instance.memory > MOST_MEMORY or instance.n > MOST_REQUESTS:
            return False
        return not policy.overtaking or places_fit(instance, policy.overtaking)

    @staticmethod
    def outlived(step: "Step", early: Sequence[int]) -> list[int]:
        """Not all requests at a level are evicted; those that are come before an overflow's."""
        return list(takewhile(lambda i: step.made(i) >= step.bounds[i], step.evicted))
