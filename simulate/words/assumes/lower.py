"""The lower end of the predicted interval."""

from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.assumes import Assumption, Ints, ints
from kvratio.theory.model import Instance


class Word(Assumption):
    """Reference meaning."""

    sees = frozenset({"lower"})
    below_truth = True

    def length(self, view: View, request: int, stage: int) -> int:
        """The lower end."""
        return view.lower(request)

    @classmethod
    def first(cls, instance: Instance, policy: Policy) -> Ints:
        """The lower ends."""
        return ints(instance.lower)
