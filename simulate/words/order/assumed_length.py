"""Shortest assumed length first."""

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

    by_assumed = True

    def key(self, view: View, request: int) -> int:
        """The assumed length."""
        return self.book.assumed[request]

    @staticmethod
    def keys(instance: Instance, step: "Step", queue: Sequence[int]) -> Mapping[int, int]:
        """The assumed lengths after this step's evictions."""
        return step.learned


# --- the kernel ---------------------------------------------------------------------------------


@compiled
def key(state: State, request: int) -> int:
    """The assumed length."""
    return state.requests[request].assumed
