"""The next step fits."""

from kvratio.simulate.view import View
from kvratio.simulate.words.admits import Admission, Test, next_step_fits, next_step_test


class Word(Admission):
    """Reference meaning."""

    passes = staticmethod(next_step_fits)

    def test(self, view: View) -> Test:
        """The next step fits."""
        return next_step_test(self.book, view)
