"""Lowest learned Gittins rank first: expected cache volume over probability of completing.

What is learned stands in `kvratio.simulate.learned`. With `overtaking` = c > 0 the order is that of

    step of arrival + D price / (price + typical price),

where a request's price is its rank (at most the whole cache for as many steps as it has tokens),
the typical price the median of those that waited when there was last something to learn, and D is c
times the longest backlog so far: the largest sum of the prices of the waiting requests, in steps of
the whole cache. All that arrive together are in the order of their ranks. D never falls, and a
request's place is worked out when it joins the queue or something is learned, so whenever i waits,
its place is below arrival + D: a request that arrives D steps after it, or later, is not started
before it.
"""

from kvratio.simulate.learned import new_knowledge
from kvratio.simulate.policy import Admits, Assumes, Policy, Ties
from kvratio.simulate.view import View
from kvratio.simulate.words.book import Book
from kvratio.simulate.words.order import QueueOrder
from kvratio.theory.checks import InputError

KERNEL = "kvratio.simulate.learned.kernel"


class Word(QueueOrder):
    """Reference meaning. A finished run does not tell the ranks."""

    told = False

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.known = book.shared(new_knowledge)

    @staticmethod
    def require(policy: Policy) -> None:
        """Ranks are learned together with levels; the engines know them in this combination."""
        if policy.assumes is not Assumes.LEVELS:
            required = "GITTINS with LEVELS, and only with them"
            raise InputError("order", policy.order.name, required)
        if policy.ties is not Ties.INDEX:
            raise InputError("ties", policy.ties.name, "INDEX where ranks are learned")
        if policy.admits is not Admits.NEXT_STEP:
            raise InputError("admits", policy.admits.name, "NEXT_STEP where ranks are learned")

    def key(self, view: View, request: int) -> int:
        """The rank, in token-steps a completion, or the place that follows from it."""
        return self.known.join(view, request)
