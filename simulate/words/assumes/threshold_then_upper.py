"""A declared threshold; a request that outlives it is assumed the upper end.

A request whose upper end is below the threshold is assumed its upper end.
"""

from typing import NamedTuple

import numpy as np

from kvratio.simulate.compiled.compiler import compiled
from kvratio.simulate.compiled.state import BEYOND, State
from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.assumes import Assumption, Ints, ints
from kvratio.theory.checks import InputError, whole
from kvratio.theory.model import Instance


class Word(Assumption):
    """Reference meaning."""

    sees = frozenset({"upper"})
    promotes = True

    @staticmethod
    def require(policy: Policy) -> None:
        """There is a threshold."""
        if not policy.caps:
            raise InputError("caps", policy.caps, "a cap, the threshold")
        whole("threshold", policy.caps[0], least=1)

    @staticmethod
    def check(instance: Instance, policy: Policy) -> None:
        """A threshold that no upper end reaches is a mistake."""
        threshold, high = policy.caps[0], max(instance.upper, default=1)
        if instance.n and threshold > high:
            required = f"at most {high}, the largest predicted upper end of these requests"
            raise InputError("threshold", threshold, required)

    @staticmethod
    def later_stages(policy: Policy) -> int:
        """The upper end."""
        return 1

    def length(self, view: View, request: int, stage: int) -> int:
        """The threshold, then the upper end."""
        upper = view.upper(request)
        return min(self.book.policy.caps[0], upper) if stage == 0 else upper

    @classmethod
    def first(cls, instance: Instance, policy: Policy) -> Ints:
        """The threshold, or a smaller upper end."""
        return np.minimum(ints(instance.upper), min(policy.caps[0], BEYOND))

    @classmethod
    def longest(cls, instance: Instance, policy: Policy) -> Ints:
        """The upper ends, unless a prediction was too low."""
        return np.maximum(ints(instance.upper), ints(instance.output))


# --- the kernel ---------------------------------------------------------------------------------


class Store(NamedTuple):
    """The upper ends of all requests."""

    upper: Ints


def store(instance: Instance, policy: Policy, used: bool) -> Store:  # noqa: ARG001
    """As predicted."""
    return Store(ints(instance.upper if used else ()))


@compiled
def later_length(state: State, request: int) -> int:
    """The upper end."""
    mine: Store = state.own.threshold_then_upper
    upper: int = mine.upper[request]
    return upper
