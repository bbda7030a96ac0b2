"""Smallest cache volume (token-steps) of a run to the assumed length first.

The run begins with the tokens that the request has kept.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kvratio.simulate.compiled import cache
from kvratio.simulate.compiled.compiler import compiled
from kvratio.simulate.compiled.state import State
from kvratio.simulate.view import View
from kvratio.simulate.words.admits import left
from kvratio.simulate.words.order import QueueOrder
from kvratio.theory.model import Instance, volume

if TYPE_CHECKING:
    from kvratio.simulate.testing.history import Step


class Word(QueueOrder):
    """Reference meaning."""

    by_assumed = True

    def key(self, view: View, request: int) -> int:
        """The volume."""
        kept = self.book.keeps(view, request)
        return volume(view.prompt(request) + kept, left(self.book.assumed[request], kept))

    @staticmethod
    def keys(instance: Instance, step: "Step", queue: Sequence[int]) -> Mapping[int, int]:
        """The tokens held, summed over the steps of the run."""

        def run(i: int) -> range:
            first = step.begins(i) + 1
            return range(first, max(first, step.learned.get(i, 0)) + 1)

        return {i: sum(instance.prompt[i] + made for made in run(i)) for i in queue}


# --- the kernel ---------------------------------------------------------------------------------


@compiled
def key(state: State, request: int) -> int:
    """The volume."""
    return cache.run_volume(state.requests[request])
