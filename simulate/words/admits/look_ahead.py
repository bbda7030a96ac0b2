"""P (3): with all requests running to the assumed length, the cache never exceeds the budget."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kvratio.simulate.forecast import Forecast
from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.admits import Admission, Test, allowed, budget, together
from kvratio.theory.model import Instance

if TYPE_CHECKING:
    from kvratio.simulate.testing.history import Step


class Word(Admission):
    """Reference meaning: the cache fits at every assumed completion."""

    by_assumed = keeps_room = True

    def test(self, view: View) -> Test:
        """An overdue request is charged as finishing with its next token."""
        now, assumed = view.now, self.book.assumed
        forecast = Forecast(budget(self.book, view))
        for i, start in view.running.items():
            forecast.add(max(start + assumed[i], now + 1), view.prompt(i) - start)
        empty = not view.running

        def fits(request: int) -> bool:
            nonlocal empty
            end, held = now + assumed[request], view.prompt(request) - now
            if not empty:
                return forecast.admit(end, held)
            if end + held > view.memory:
                return False
            forecast.add(end, held)
            empty = False
            return True

        return fits

    @staticmethod
    def passes(instance: Instance, policy: Policy, step: "Step", new: Sequence[int]) -> bool:
        """At every future step, not only at assumed completions."""
        now, prompt, bound = step.now, instance.prompt, step.learned
        starts = together(step, new)
        memory = allowed(instance, policy, starts)
        ends = {i: max(start + bound[i], now + 1) for i, start in starts.items()}

        def held(time: int) -> int:
            return sum(prompt[i] + time - at for i, at in starts.items() if time <= ends[i])

        last = max((ends[i] for i in new), default=now)
        return all(held(time) <= memory for time in range(now + 1, last + 1))
