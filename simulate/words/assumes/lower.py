"""The lower end of the predicted interval."""

from kvratio.simulate.view import View
from kvratio.simulate.words.assumes import Assumption


class Word(Assumption):
    """Reference meaning."""

    sees = frozenset({"lower"})
    below_truth = True

    def length(self, view: View, request: int, stage: int) -> int:
        """The lower end."""
        return view.lower(request)
