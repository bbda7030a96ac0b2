"""The middle of the predicted interval, rounded down."""

from kvratio.simulate.view import View
from kvratio.simulate.words.assumes import Assumption


class Word(Assumption):
    """Reference meaning."""

    sees = frozenset({"lower", "upper"})

    def length(self, view: View, request: int, stage: int) -> int:
        """The middle."""
        lower = view.lower(request)
        return lower + (view.upper(request) - lower) // 2
