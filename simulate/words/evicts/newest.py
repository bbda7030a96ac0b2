"""Latest start first; then latest arrival, then largest index."""

from typing import TYPE_CHECKING, Any

import numpy as np

from kvratio.simulate.compiled.compiler import compiled
from kvratio.simulate.compiled.state import NEVER, Entry, State
from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.evicts import Eviction, Rank
from kvratio.theory.model import Instance

if TYPE_CHECKING:
    from kvratio.simulate.testing.history import Step


class Word(Eviction):
    """Reference meaning."""

    def rank(self, view: View, request: int) -> Rank:
        """Start, arrival, index."""
        return (-view.running[request], -view.arrival(request), -request)

    @staticmethod
    def place(instance: Instance, policy: Policy, step: "Step", request: int) -> Rank:
        """Start, arrival, index."""
        return (-step.running[request], -instance.arrival[request], -request)


# --- the kernel ---------------------------------------------------------------------------------


@compiled
def rank(state: State, entry: Entry) -> int:  # noqa: ARG001
    """Latest start first."""
    return -(entry.start + entry.began)


@compiled
def tie(state: State, entry: Entry) -> tuple[Any, int]:
    """Latest arrival, largest index."""
    return np.uint64(NEVER - state.requests[entry.request].arrival), -entry.request
