"""The declared caps in turn: a request that outlives one is evicted and assumed the next.

After the last cap all that fits is assumed.
"""

from typing import NamedTuple

import numpy as np

from kvratio.simulate.compiled.compiler import compiled
from kvratio.simulate.compiled.state import BEYOND, State
from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.assumes import Assumption, Ints
from kvratio.theory.model import Instance


class Word(Assumption):
    """Reference meaning."""

    promotes = True

    @staticmethod
    def later_stages(policy: Policy) -> int:
        """The caps after the first, and all that fits."""
        return len(policy.caps)

    def length(self, view: View, request: int, stage: int) -> int:
        """One cap a stage."""
        caps = self.book.policy.caps
        return caps[stage] if stage < len(caps) else self.book.most(view, request)

    @classmethod
    def first(cls, instance: Instance, policy: Policy) -> Ints:
        """The first cap."""
        return np.full(instance.n, ladder(policy)[0])

    @classmethod
    def longest(cls, instance: Instance, policy: Policy) -> Ints:
        """The first cap that the output does not exceed."""
        return ladder(policy)[np.searchsorted(policy.caps, instance.output)]


# --- the kernel ---------------------------------------------------------------------------------


class Store(NamedTuple):
    """The caps, and beyond them all that fits."""

    ladder: Ints


def ladder(policy: Policy) -> Ints:
    """The lengths of all stages; no budget is larger than the last."""
    return np.array([*(min(cap, BEYOND) for cap in policy.caps), BEYOND], dtype=np.int64)


def store(instance: Instance, policy: Policy, used: bool) -> Store:  # noqa: ARG001
    """As declared."""
    return Store(ladder(policy) if used else np.zeros(0, dtype=np.int64))


@compiled
def later_length(state: State, request: int) -> int:
    """The cap of the stage."""
    mine: Store = state.own.caps
    length: int = mine.ladder[state.requests[request].stage]
    return length
