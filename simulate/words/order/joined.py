"""First in, first out: an evicted request goes to the end of the queue."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kvratio.simulate.compiled.compiler import compiled
from kvratio.simulate.compiled.state import State
from kvratio.simulate.view import View
from kvratio.simulate.words.order import QueueOrder
from kvratio.theory.model import Instance

if TYPE_CHECKING:
    from kvratio.simulate.testing.history import Step


class Word(QueueOrder):
    """Reference meaning."""

    def key(self, view: View, request: int) -> int:
        """How many have joined before."""
        return self.book.joins

    @staticmethod
    def keys(instance: Instance, step: "Step", queue: Sequence[int]) -> Mapping[int, int]:
        """The places in the queue."""
        return {request: place for place, request in enumerate(queue)}


# --- the kernel ---------------------------------------------------------------------------------


@compiled
def key(state: State, request: int) -> int:  # noqa: ARG001
    """How many have joined before."""
    return state.clock[0].joins
