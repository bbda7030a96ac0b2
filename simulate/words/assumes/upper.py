"""The upper end of the predicted interval."""

from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.assumes import Assumption, Ints, ints
from kvratio.theory.model import Instance


class Word(Assumption):
    """Reference meaning."""

    sees = frozenset({"upper"})
    covers = True

    def length(self, view: View, request: int, stage: int) -> int:
        """The upper end."""
        return view.upper(request)

    @classmethod
    def first(cls, instance: Instance, policy: Policy) -> Ints:
        """The upper ends."""
        return ints(instance.upper)
