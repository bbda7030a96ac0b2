"""Each request holds a constant slot: prompt + max(assumed length, tokens made + 1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from kvratio.simulate.compiled.compiler import compiled
from kvratio.simulate.compiled.state import NEVER, Rows, State, rows
from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.admits import Admission, Test, allowed, budget, together, total_test
from kvratio.theory.model import Instance

if TYPE_CHECKING:
    from kvratio.simulate.testing.history import Step


class Word(Admission):
    """Reference meaning: the slots fit."""

    by_assumed = keeps_room = True

    def test(self, view: View) -> Test:
        """The slots of those that run, and one more."""
        assumed = self.book.assumed
        used = sum(view.prompt(i) + max(assumed[i], view.made(i) + 1) for i in view.running)
        limit = budget(self.book, view)
        return total_test(
            view, limit, used, lambda i: view.prompt(i) + max(assumed[i], view.kept(i) + 1)
        )

    @staticmethod
    def passes(instance: Instance, policy: Policy, step: "Step", new: Sequence[int]) -> bool:
        """The sum of all slots."""
        starts, bound = together(step, new), step.learned
        slots = (
            instance.prompt[i] + max(bound[i], step.now + 1 - start) for i, start in starts.items()
        )
        return sum(slots) <= allowed(instance, policy, starts)


# --- the kernel ---------------------------------------------------------------------------------


@dataclass
class Numbers:
    """`held`: slots of the running requests before their assumed length. `overdue`: how many run
    beyond it; `offset`: their slots, less a token for each step up to now."""

    held: int
    overdue: int
    offset: int


class Store(NamedTuple):
    """Who is overdue."""

    numbers: Rows[Numbers]  # one
    overdue: npt.NDArray[np.bool_]


def store(instance: Instance, policy: Policy, used: bool) -> Store:  # noqa: ARG001
    """Nothing runs."""
    return Store(rows(1, Numbers), np.zeros(instance.n if used else 0, np.bool_))


@compiled
def earliest(state: State, request: int) -> int:
    """Now, if its slot fits; slots never get free between events."""
    mine: Store = state.own.slot
    clock, this, numbers = state.clock[0], state.requests[request], mine.numbers[0]
    held = numbers.held + numbers.offset + numbers.overdue * clock.now
    fits = held + this.prompt + max(this.assumed, this.kept + 1) <= state.rules[0].budget
    return clock.now if fits or clock.running == 0 else NEVER


@compiled
def overdue(state: State, request: int) -> None:
    """From now on its slot grows with every token."""
    mine: Store = state.own.slot
    this, numbers = state.requests[request], mine.numbers[0]
    mine.overdue[request] = True
    numbers.held -= this.prompt + this.assumed
    numbers.overdue += 1
    numbers.offset += this.prompt + 1 - this.start


@compiled
def counted(state: State, request: int) -> None:
    """A request takes its slot, which grows if it has kept as many tokens as it is assumed."""
    mine: Store = state.own.slot
    this = state.requests[request]
    mine.numbers[0].held += this.prompt + this.assumed
    mine.overdue[request] = False
    if this.kept >= this.assumed:
        overdue(state, request)


@compiled
def released(state: State, request: int) -> None:
    """A request leaves its slot."""
    mine: Store = state.own.slot
    this, numbers = state.requests[request], mine.numbers[0]
    if mine.overdue[request]:
        numbers.overdue -= 1
        numbers.offset -= this.prompt + 1 - this.start
    else:
        numbers.held -= this.prompt + this.assumed


@compiled
def delayed(state: State, request: int) -> None:
    """Its start moves a step on; so does the growth of its slot."""
    mine: Store = state.own.slot
    if mine.overdue[request]:
        mine.numbers[0].offset -= 1


@compiled
def watches(state: State, request: int) -> bool:
    """Until it is overdue."""
    mine: Store = state.own.slot
    return not mine.overdue[request]
