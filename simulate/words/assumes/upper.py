"""The upper end of the predicted interval."""

from kvratio.simulate.view import View
from kvratio.simulate.words.assumes import Assumption


class Word(Assumption):
    """Reference meaning."""

    sees = frozenset({"upper"})
    covers = True

    def length(self, view: View, request: int, stage: int) -> int:
        """The upper end."""
        return view.upper(request)
