"""Latest start first; then latest arrival, then largest index."""

from typing import TYPE_CHECKING

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
