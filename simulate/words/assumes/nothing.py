"""Nothing: one token."""

import numpy as np

from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.assumes import Assumption, Ints
from kvratio.theory.model import Instance


class Word(Assumption):
    """Reference meaning."""

    below_truth = True

    def length(self, view: View, request: int, stage: int) -> int:
        """The next token."""
        return 1

    @classmethod
    def first(cls, instance: Instance, policy: Policy) -> Ints:
        """One token."""
        return np.ones(instance.n, dtype=np.int64)
