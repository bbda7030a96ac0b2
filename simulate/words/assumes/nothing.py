"""Nothing: one token."""

from kvratio.simulate.view import View
from kvratio.simulate.words.assumes import Assumption


class Word(Assumption):
    """Reference meaning."""

    below_truth = True

    def length(self, view: View, request: int, stage: int) -> int:
        """The next token."""
        return 1
