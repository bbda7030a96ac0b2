"""Each request holds a constant slot: prompt + max(assumed length, tokens made + 1)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.admits import Admission, Test, allowed, budget, together, total_test
from kvratio.theory.model import Instance

if TYPE_CHECKING:
    from kvratio.simulate.testing.history import Step


class Word(Admission):
    """Reference meaning: the slots fit."""

    by_assumed = keeps_room = True

    def test(self, view: View) -> Test:
        """The slots of those that run, and one more."""
        assumed = self.book.assumed
        used = sum(view.prompt(i) + max(assumed[i], view.made(i) + 1) for i in view.running)
        limit = budget(self.book, view)
        return total_test(view, limit, used, lambda i: view.prompt(i) + assumed[i])

    @staticmethod
    def passes(instance: Instance, policy: Policy, step: "Step", new: Sequence[int]) -> bool:
        """The sum of all slots."""
        starts, bound = together(step, new), step.learned
        slots = (
            instance.prompt[i] + max(bound[i], step.now + 1 - start) for i, start in starts.items()
        )
        return sum(slots) <= allowed(instance, policy, starts)
