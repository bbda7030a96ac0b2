"""The next step fits, and starts are spread: one each time the budget has provided its volume.

Every step provides `memory` token-steps. A start costs the volume that the request is expected
to use: that of a full run to its assumed length, scaled by the share of it that ended attempts
of the same assumed length really used. Once attempts of a stage have ended (the short ones end
first, so the first estimate is low) the cache is full on average and starts are spread evenly,
without knowing output lengths. Credit is not hoarded: beyond one start, or while no request waits,
it is lost. An empty cache waits for no credit.
"""

from kvratio.simulate.view import View
from kvratio.simulate.words.admits import Admission, Test, next_step_fits, next_step_test
from kvratio.simulate.words.book import Book
from kvratio.theory.model import volume


class Word(Admission):
    """Reference meaning."""

    spreads = True
    passes = staticmethod(next_step_fits)  # the credit follows from all that came before

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self._credit = 0
        self._used: dict[int, int] = {}  # by assumed length, over ended attempts
        self._full: dict[int, int] = {}

    def begin(self, view: View) -> None:
        """A step's credit."""
        self._credit += view.memory

    def test(self, view: View) -> Test:
        """There is credit for the start, or nothing runs; and the next step fits."""
        fits = next_step_test(self.book, view)
        empty = not view.running

        def paid_and_fits(request: int) -> bool:
            nonlocal empty
            cost = self.cost(view, request)
            if (cost > self._credit and not empty) or not fits(request):
                return False
            empty = False
            self._credit = max(0, self._credit - cost)
            return True

        return paid_and_fits

    def end(self, view: View) -> None:
        """Keep at most the credit for one start."""
        queue = self.book.queue
        self._credit = min(self._credit, self.cost(view, queue.head()) if queue else 0)

    def ended(self, view: View, request: int) -> None:
        """Learn from an attempt that completed, ran to its assumed length or was thinned."""
        prompt, assumed = view.prompt(request), self.book.assumed[request]
        self._used[assumed] = self._used.get(assumed, 0) + volume(prompt, view.made(request))
        self._full[assumed] = self._full.get(assumed, 0) + volume(prompt, assumed)

    def cost(self, view: View, request: int) -> int:
        """Expected volume of an attempt, in token-steps."""
        assumed = self.book.assumed[request]
        full = volume(view.prompt(request), assumed)
        return full * self._used.get(assumed, 1) // self._full.get(assumed, 1)
