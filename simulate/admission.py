"""The admission tests that a declaration can name (`kvratio.simulate.policy.Admits`).

A test is made anew in every step; called with a request it answers whether that one fits beside
all that run and were admitted so far in the step and, if so, counts it in.
`budget` is the part of the memory that admission may fill, in tokens; an empty cache has it all.
"""

from collections.abc import Callable, Mapping

from kvratio.simulate.forecast import Forecast
from kvratio.simulate.view import View
from kvratio.theory.model import volume

Test = Callable[[int], bool]


def look_ahead(view: View, assumed: Mapping[int, int], budget: int) -> Test:
    """P (3): the cache stays within the budget at every assumed completion."""
    now, forecast = view.now, Forecast(budget)
    for i, start in view.running.items():
        # an overdue request is charged as finishing with its next token
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


def slot(view: View, assumed: Mapping[int, int], budget: int) -> Test:
    """Everyone holds prompt + max(assumed length, tokens made + 1), all the time."""
    used = sum(view.prompt(i) + max(assumed[i], view.made(i) + 1) for i in view.running)
    return _room(view, budget, used, lambda i: view.prompt(i) + assumed[i])


def next_step(view: View, budget: int) -> Test:
    """The next step fits."""
    return _room(view, budget, view.need(), lambda i: view.prompt(i) + 1)


def _room(view: View, budget: int, used: int, size: Callable[[int], int]) -> Test:
    def fits(request: int) -> bool:
        nonlocal used
        needed = size(request)
        if used + needed > (budget if used else view.memory):
            return False
        used += needed
        return True

    return fits


class Pace:
    """Staggered starts: one start each time the budget has provided a request's volume.

    Every step provides `memory` token-steps. A start costs the volume that the request is expected
    to use: that of a full run to its assumed length, scaled by the share of it that ended attempts
    of the same assumed length really used. Once attempts of a stage have ended (the short ones end
    first, so the first estimate is low) the cache is full on average and starts are spread evenly,
    without knowing output lengths. Credit is not hoarded: beyond one start, or while nobody waits,
    it is lost. An empty cache waits for no credit.
    """

    def __init__(self) -> None:
        self._credit = 0
        self._used: dict[int, int] = {}  # by assumed length, over ended attempts
        self._full: dict[int, int] = {}

    def ended(self, prompt: int, assumed: int, tokens: int) -> None:
        """Learn from an attempt that completed, ran to its assumed length or was thinned."""
        used, full = volume(prompt, tokens), volume(prompt, assumed)
        self._used[assumed] = self._used.get(assumed, 0) + used
        self._full[assumed] = self._full.get(assumed, 0) + full

    def provide(self, memory: int) -> None:
        """A step passes."""
        self._credit += memory

    def cost(self, view: View, request: int, assumed: int) -> int:
        """Expected volume of an attempt, in token-steps."""
        full = volume(view.prompt(request), assumed)
        return full * self._used.get(assumed, 1) // self._full.get(assumed, 1)

    def forget_beyond(self, cost: int) -> None:
        """Keep at most the credit for one start."""
        self._credit = min(self._credit, cost)

    def test(self, view: View, assumed: Mapping[int, int], budget: int) -> Test:
        """There is credit for the start, or nothing runs; and the next step fits."""
        fits = next_step(view, budget)
        empty = not view.running

        def paid_and_fits(request: int) -> bool:
            nonlocal empty
            cost = self.cost(view, request, assumed[request])
            if (cost > self._credit and not empty) or not fits(request):
                return False
            empty = False
            self._credit = max(0, self._credit - cost)
            return True

        return paid_and_fits
