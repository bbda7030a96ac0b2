"""The lower end of the predicted interval; a request that outlives it is assumed the upper end."""

from typing import NamedTuple

import numpy as np

from kvratio.simulate.compiled.compiler import compiled
from kvratio.simulate.compiled.state import State
from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.assumes import Assumption, Ints, ints
from kvratio.theory.model import Instance


class Word(Assumption):
    """Reference meaning."""

    sees = frozenset({"lower", "upper"})
    promotes = True

    @staticmethod
    def later_stages(policy: Policy) -> int:
        """The upper end."""
        return 1

    def length(self, view: View, request: int, stage: int) -> int:
        """One end a stage."""
        return view.lower(request) if stage == 0 else view.upper(request)

    @classmethod
    def first(cls, instance: Instance, policy: Policy) -> Ints:
        """The lower ends."""
        return ints(instance.lower)

    @classmethod
    def longest(cls, instance: Instance, policy: Policy) -> Ints:
        """The upper ends, unless a prediction was too low."""
        return np.maximum(super().longest(instance, policy), ints(instance.upper))


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
    mine: Store = state.own.lower_then_upper
    upper: int = mine.upper[request]
    return upper
