"""The lower end of the predicted interval; a request that outlives it is assumed the upper end."""

from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.assumes import Assumption


class Word(Assumption):
    """Reference meaning."""

    sees = frozenset({"lower", "upper"})
    promotes = True

    @staticmethod
    def later_stages(policy: Policy) -> int:
        """The upper end."""
        return 1

    def length(self, view: View, request: int, stage: int) -> int:
        """One end a stage."""
        return view.lower(request) if stage == 0 else view.upper(request)
