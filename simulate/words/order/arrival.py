"""First arrival first: an evicted request returns to its place."""

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
        """The arrival."""
        return view.arrival(request)

    @staticmethod
    def keys(instance: Instance, step: "Step", queue: Sequence[int]) -> Mapping[int, int]:
        """The arrivals."""
        return dict(enumerate(instance.arrival))


# --- the kernel ---------------------------------------------------------------------------------


@compiled
def key(state: State, request: int) -> int:
    """The arrival."""
    return state.requests[request].arrival
