"""Last admitted first."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kvratio.simulate.compiled.compiler import compiled
from kvratio.simulate.compiled.state import Entry, State
from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.evicts import Eviction, Rank
from kvratio.theory.model import Instance

if TYPE_CHECKING:
    from kvratio.simulate.testing.history import Step


class Word(Eviction):
    """Reference meaning."""

    def victims(self, view: View, need: Mapping[int, int], excess: int) -> list[int]:
        """Backwards in the order of starts."""
        evicted = []
        for request in reversed(list(need)):
            if excess <= 0:
                break
            evicted.append(request)
            excess -= need[request]
        return evicted

    @staticmethod
    def place(instance: Instance, policy: Policy, step: "Step", request: int) -> Rank:
        """Place in the order of starts."""
        return (-list(step.running).index(request),)


# --- the kernel ---------------------------------------------------------------------------------


@compiled
def rank(state: State, entry: Entry) -> int:  # noqa: ARG001
    """Last start first; no two are equal."""
    return -entry.rank
