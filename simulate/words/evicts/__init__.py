"""Which requests an overflow evicts, `kvratio.simulate.policy.Evicts`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.book import Book
from kvratio.theory.model import Instance

if TYPE_CHECKING:
    from kvratio.simulate.testing.history import Step

Rank = tuple[int, ...]


class Eviction:
    """By default requests are evicted in ascending rank, until the next step fits.

    Traits: `by_assumed`: the order depends on assumed lengths; `pauses`: no request is admitted in
    a step with an overflow; `ranked`: requests go in ascending rank, and no more than necessary;
    `idles`: the cache may be empty after an overflow though requests wait.
    """

    by_assumed: ClassVar[bool] = False
    pauses: ClassVar[bool] = True
    ranked: ClassVar[bool] = True
    idles: ClassVar[bool] = False

    def __init__(self, book: Book) -> None:
        self.book = book

    @staticmethod
    def require(policy: Policy) -> None:
        """Raise `InputError` for a declaration in which the word has no meaning."""

    @staticmethod
    def by_chance(policy: Policy) -> bool:
        """Does chance decide which requests go?"""
        return False

    def rank(self, view: View, request: int) -> Rank:
        """Place in the order of eviction."""
        raise NotImplementedError

    def victims(self, view: View, need: Mapping[int, int], excess: int) -> list[int]:
        """The requests to evict, in order.

        `need`: the tokens of the next step, of each running request in the order of starts;
        `excess`: by how many tokens they exceed the memory, at least one.
        """
        evicted = []
        for request in sorted(need, key=lambda i: self.rank(view, i)):
            if excess <= 0:
                break
            evicted.append(request)
            excess -= need[request]
        return evicted

    def completed(self) -> None:
        """A request has completed."""

    @staticmethod
    def place(instance: Instance, policy: Policy, step: "Step", request: int) -> Rank:
        """By definition: place in the order of eviction, but for what chance decides."""
        raise NotImplementedError
