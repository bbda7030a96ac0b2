"""The declared caps in turn: a request that outlives one is evicted and assumed the next.

After the last cap all that fits is assumed.
"""

from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.assumes import Assumption


class Word(Assumption):
    """Reference meaning."""

    promotes = True

    @staticmethod
    def later_stages(policy: Policy) -> int:
        """The caps after the first, and all that fits."""
        return len(policy.caps)

    def length(self, view: View, request: int, stage: int) -> int:
        """One cap a stage."""
        caps = self.book.policy.caps
        return caps[stage] if stage < len(caps) else self.book.most(view, request)
