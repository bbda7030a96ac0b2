"""The next step fits."""

from kvratio.simulate.compiled import cache
from kvratio.simulate.compiled.compiler import compiled
from kvratio.simulate.compiled.state import NEVER, State
from kvratio.simulate.view import View
from kvratio.simulate.words.admits import Admission, Test, next_step_fits, next_step_test


class Word(Admission):
    """Reference meaning."""

    passes = staticmethod(next_step_fits)

    def test(self, view: View) -> Test:
        """The next step fits."""
        return next_step_test(self.book, view)


# --- the kernel ---------------------------------------------------------------------------------


@compiled
def earliest(state: State, request: int) -> int:
    """Now, if the next step fits."""
    return state.clock[0].now if cache.next_step_fits(state, request) else NEVER
