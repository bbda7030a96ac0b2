"""Ascending pseudo lower bound, ties random: P Algorithm 2.

The pseudo lower bound is the assumed length or, in a `live` policy, the tokens made if these are
more. Ties are broken by a fresh random order at every overflow.
"""

from typing import TYPE_CHECKING, Any

from kvratio.simulate.chance import Purpose
from kvratio.simulate.compiled.compiler import compiled, draw
from kvratio.simulate.compiled.state import Entry, State
from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.evicts import Eviction, Rank
from kvratio.theory.model import Instance

if TYPE_CHECKING:
    from kvratio.simulate.testing.history import Step


class Word(Eviction):
    """Reference meaning."""

    by_assumed = True
    pauses = False

    @staticmethod
    def by_chance(policy: Policy) -> bool:
        """Ties are random."""
        return True

    def rank(self, view: View, request: int) -> Rank:
        """The bound, then chance."""
        bound = self.book.assumed[request]
        if self.book.policy.live:
            bound = max(bound, view.made(request))
        return (bound, self.book.draw(request, view.now, Purpose.EVICT), request)

    @staticmethod
    def place(instance: Instance, policy: Policy, step: "Step", request: int) -> Rank:
        """The bound."""
        return (max(step.bounds[request], step.made(request) if policy.live else 0),)


# --- the kernel ---------------------------------------------------------------------------------

EVICT = int(Purpose.EVICT)


@compiled
def rank(state: State, entry: Entry) -> int:
    """The bound."""
    made = state.clock[0].now - entry.start
    return max(entry.assumed, made) if state.rules[0].live else entry.assumed


@compiled
def tie(state: State, entry: Entry) -> tuple[Any, int]:
    """At random."""
    return draw(state.requests[entry.request].key, state.clock[0].now, EVICT), entry.request
