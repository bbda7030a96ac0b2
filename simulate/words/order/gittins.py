"""Lowest learned Gittins rank first: expected cache volume over probability of completing.

What is learned stands in `kvratio.simulate.learned`.
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
        """The rank, in token-steps a completion."""
        return self.known.rank(view, request)
