"""The true output length: a clairvoyant policy."""

from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.assumes import Assumption, Ints, ints
from kvratio.theory.model import Instance


class Word(Assumption):
    """Reference meaning."""

    sees = frozenset({"output"})
    covers = True

    def length(self, view: View, request: int, stage: int) -> int:
        """The output length."""
        return view.output(request)

    @classmethod
    def first(cls, instance: Instance, policy: Policy) -> Ints:
        """The output lengths."""
        return ints(instance.output)
