"""Rounds in which each running request is evicted with the declared probability, until it fits.

When no request has completed since the last clearing, the one that started first stays. It then
survives every clearing until it completes, so a run ends.
"""

from collections.abc import Mapping

from kvratio.simulate.chance import BITS, Purpose
from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.book import Book
from kvratio.simulate.words.evicts import Eviction


class Word(Eviction):
    """Reference meaning: one uniform number a request decides in which round it goes."""

    ranked = False
    idles = True

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.cleared = False  # since the last completion

    @staticmethod
    def by_chance(policy: Policy) -> bool:
        """Unless all are cleared."""
        return policy.clearing < 1

    def completed(self) -> None:
        """The next clearing may evict all."""
        self.cleared = False

    def victims(self, view: View, need: Mapping[int, int], excess: int) -> list[int]:
        """Whole rounds; in each, in the order of starts."""
        left = list(need)[1:] if self.cleared else list(need)
        self.cleared = True
        uniform = {i: self.book.draw(i, view.now, Purpose.EVICT) for i in left}
        evicted: list[int] = []
        survives = 1 << BITS
        while excess > 0:
            survives = survives * self.book.policy.kept >> 32
            goes = [i for i in left if uniform[i] >= survives]
            left = [i for i in left if uniform[i] < survives]
            evicted += goes
            excess -= sum(need[i] for i in goes)
        return evicted
