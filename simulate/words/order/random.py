"""One uniformly random permutation."""

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
    """Reference meaning: all keys are equal, and ties are random."""

    by_chance = True

    def key(self, view: View, request: int) -> int:
        """The same for all."""
        return 0

    @staticmethod
    def keys(instance: Instance, step: "Step", queue: Sequence[int]) -> Mapping[int, int]:
        """The same for all."""
        return dict.fromkeys(queue, 0)


# --- the kernel ---------------------------------------------------------------------------------


@compiled
def key(state: State, request: int) -> int:  # noqa: ARG001
    """The same for all."""
    return 0
