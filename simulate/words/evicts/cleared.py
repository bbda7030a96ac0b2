"""Rounds in which each running request is evicted with the declared probability, until it fits.

When no request has completed since the last clearing, the one that started first stays. It then
survives every clearing until it completes, so a run ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from kvratio.simulate.chance import BITS, Purpose
from kvratio.simulate.compiled.compiler import LOW, S32, compiled, draw
from kvratio.simulate.compiled.state import NEVER, Entry, Rows, State, rows
from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.book import Book
from kvratio.simulate.words.evicts import Eviction
from kvratio.theory.model import Instance


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


# --- the kernel ---------------------------------------------------------------------------------

EVICT = int(Purpose.EVICT)


@dataclass
class Numbers:
    """`cleared`: since the last completion; `stays`: the start that this clearing leaves, or -1."""

    cleared: bool
    stays: int


class Store(NamedTuple):
    """The last clearing."""

    numbers: Rows[Numbers]  # one


def store(instance: Instance, policy: Policy, used: bool) -> Store:  # noqa: ARG001
    """None so far."""
    return Store(rows(1, Numbers))


@compiled
def forgive(state: State) -> None:
    """The next clearing may evict all."""
    mine: Store = state.own.cleared
    mine.numbers[0].cleared = False


@compiled
def rounds(state: State) -> bool:
    """A clearing begins.

    All draw a round, so this looks at all running requests; but on average a round evicts no less
    than its share of them: 1 / clearing are looked at for each that goes.
    """
    mine: Store = state.own.cleared
    numbers, clock = mine.numbers[0], state.clock[0]
    numbers.stays = -1
    if numbers.cleared:
        oldest = NEVER
        for k in range(clock.listed):
            oldest = min(oldest, state.agenda[k].rank)
        numbers.stays = oldest
    numbers.cleared = True
    return True


@compiled
def round_of(state: State, entry: Entry) -> int:
    """The first round that the request does not survive."""
    mine: Store = state.own.cleared
    if entry.rank == mine.numbers[0].stays:
        return NEVER
    uniform: Any = draw(state.requests[entry.request].key, state.clock[0].now, EVICT)
    kept: Any = state.rules[0].kept
    number, survives = 1, kept << S32
    while uniform < survives:
        number += 1
        survives = (survives >> S32) * kept + (((survives & LOW) * kept) >> S32)
    return number


@compiled
def tie(state: State, entry: Entry) -> tuple[Any, int]:  # noqa: ARG001
    """In the order of starts."""
    return np.uint64(entry.rank), entry.request
