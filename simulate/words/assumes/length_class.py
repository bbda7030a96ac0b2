"""The least of the declared caps that the true length does not exceed: clairvoyant.

Beyond the last cap all that fits is assumed.
"""

import numpy as np

from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.assumes import Assumption, Ints, ints
from kvratio.simulate.words.assumes.caps import ladder
from kvratio.theory.model import Instance


class Word(Assumption):
    """Reference meaning."""

    sees = frozenset({"output"})
    covers = True

    def length(self, view: View, request: int, stage: int) -> int:
        """The end of the request's class."""
        output, most = view.output(request), self.book.most(view, request)
        return next((cap for cap in self.book.policy.caps if cap >= output), most)

    @classmethod
    def first(cls, instance: Instance, policy: Policy) -> Ints:
        """The ends of the classes."""
        return ladder(policy)[np.searchsorted(policy.caps, ints(instance.output))]
