"""The true output length: a clairvoyant policy."""

from kvratio.simulate.view import View
from kvratio.simulate.words.assumes import Assumption


class Word(Assumption):
    """Reference meaning."""

    sees = frozenset({"output"})
    covers = True

    def length(self, view: View, request: int, stage: int) -> int:
        """The output length."""
        return view.output(request)
