"""The middle of the predicted interval, rounded down."""

from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.assumes import Assumption, Ints, ints
from kvratio.theory.model import Instance


class Word(Assumption):
    """Reference meaning."""

    sees = frozenset({"lower", "upper"})

    def length(self, view: View, request: int, stage: int) -> int:
        """The middle."""
        lower = view.lower(request)
        return lower + (view.upper(request) - lower) // 2

    @classmethod
    def first(cls, instance: Instance, policy: Policy) -> Ints:
        """The middles."""
        lower = ints(instance.lower)
        return lower + (ints(instance.upper) - lower) // 2
