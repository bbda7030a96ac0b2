"""The reference meaning of a policy's declaration (`kvratio.simulate.policy`), as a scheduler.

What the words of a declaration mean stands in `kvratio.simulate.words`; here is what all policies
share, and the order in which the words have their say. Requests join the queue in this order:
arrivals by (arrival, index); in a step, first those that were promoted, in the order of their
starts; after the step's admissions those that were thinned, in the order of their starts, and
those that overflowed, in the order of their eviction.
"""

from kvratio.simulate import words
from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words import thinning
from kvratio.simulate.words.admits import Admission
from kvratio.simulate.words.assumes import Assumption
from kvratio.simulate.words.book import Book
from kvratio.simulate.words.evicts import Eviction
from kvratio.simulate.words.order import QueueOrder


class Declared:
    """A declared policy at work on one instance of `n` requests, or on a server of at most `n`.

    `most`: no more than so many requests run at a time, where the engine has such a limit.
    """

    def __init__(self, policy: Policy, n: int, seed: int, most: int | None = None) -> None:
        self.policy = policy
        self.capacity = n  # requests that it has room for
        self.sees = policy.sees
        self._most = n if most is None else most
        self.book = Book(policy, n, seed)
        self.assumption: Assumption = words.of(policy.assumes)(self.book)
        self.order: QueueOrder = words.of(policy.order)(self.book)
        self.admission: Admission = words.of(policy.admits)(self.book)
        self.eviction: Eviction = words.of(policy.evicts)(self.book)
        self._late: list[int] = []  # thinned or overflowed in this step: they join after it
        self._paused = False

    def assumed(self, request: int) -> int:
        """The output length that the policy assumes of a request, in tokens."""
        return self.book.assumed[request]

    def arrive(self, view: View, request: int) -> None:
        """Assume a length from what the policy may see, and join the queue."""
        self.assumption.arrive(view, request)
        self.book.stage[request] = 0  # its number may be that of a request that is gone
        length = max(1, self.assumption.length(view, request, stage=0))
        self.book.assumed[request] = min(length, self.book.most(view, request))
        self._join(view, request)

    def complete(self, view: View, request: int) -> None:
        """Learn from a completed request, and forget it."""
        self.admission.ended(view, request)
        self.assumption.complete(view, request)
        self.eviction.completed()
        del self.book.assumed[request]

    def withdraw(self, view: View, request: int) -> None:
        """The client cancels a request; where it runs, nothing tells that from its completion."""
        if request in view.running:
            self.complete(view, request)
        else:
            self.admission.leave(request)
            self.assumption.withdraw(request)
            del self.book.assumed[request]

    def preempted(self, view: View, request: int) -> None:
        """The engine, not the policy, preempts a request, which still runs in the view; it is
        learned from as from an overflow."""
        self.admission.ended(view, request)
        self.assumption.evicted(view, request)
        self._join(view, request)

    def returned(self, view: View, request: int) -> None:
        """The engine did not start a request that was admitted, which waits in the view again."""
        self._join(view, request)

    def resize(self, view: View) -> None:
        """The budget has changed; waiting requests keep their places in the queue."""
        for request, assumed in self.book.assumed.items():
            self.book.assumed[request] = min(assumed, self.book.most(view, request))

    def evict(self, view: View) -> list[int]:
        """Promotions, thinning, then the overflow."""
        promoted = self.assumption.due(view)
        for request in promoted:
            self.admission.ended(view, request)
            self.assumption.promote(view, request)
            self._join(view, request)
        thin = thinning.thinned(self.book, view) if self.policy.thinned else []
        for request in thin:
            self.admission.ended(view, request)
        overflow = self._overflow(view, {*promoted, *thin})
        self._late = thin + overflow
        for request in self._late:
            self.assumption.evicted(view, request)
        self._paused = bool(overflow) and self.eviction.pauses
        return promoted + self._late

    def admit(self, view: View) -> list[int]:
        """The largest feasible prefix of the queue; then those evicted in this step join it."""
        self.admission.begin(view)
        admitted = [] if self._paused else self._feasible_prefix(view)
        for request in self._late:
            self._join(view, request)
        self.admission.end(view)
        return admitted

    def _feasible_prefix(self, view: View) -> list[int]:
        admitted: list[int] = []
        waiting = self.admission.waiting(view)
        if not waiting:
            return admitted
        fits, most = self.admission.test(view), self._most - len(view.running)
        open_ = view.open  # for more prompts, where prefill is chunked
        while waiting and len(admitted) < most and (open_ is None or open_ > 0):
            if not fits(waiting.head()):
                break
            admitted.append(waiting.take())
            self.assumption.started(admitted[-1])
            open_ = None if open_ is None else open_ - view.to_process(admitted[-1])
        return admitted

    def _join(self, view: View, request: int) -> None:
        self.book.join(request, self.order.key(view, request))

    def _overflow(self, view: View, gone: set[int]) -> list[int]:
        """The requests to evict so that the next step fits, beside those already `gone`."""
        if not gone and view.need() <= view.memory:
            return []
        need = {i: view.prompt(i) + view.made(i) + 1 for i in view.running if i not in gone}
        excess = sum(need.values()) - view.memory
        return self.eviction.victims(view, need, excess) if excess > 0 else []
