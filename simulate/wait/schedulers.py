"""WAIT and Nested WAIT, Algorithms 1 and 2 of Ao et al., arXiv 2504.11320, as holders.

Requests of a type (of a segment) move together: while too few wait for its first stage, all of its
requests keep their cache and make no token. Of a stage at most n move, in the order in which they
started. The paper leaves two things open for runs that end. When no request is to arrive and none
would ever move, thresholds are waived. And where the cache would exceed the budget, which suitable
thresholds exclude (`kvratio.simulate.wait.thresholds`), the requests admitted last are evicted, as
the paper says, and wait again; requests about to start count as the last of all.
"""

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections import Counter, deque
from collections.abc import Callable, Sequence
from itertools import islice, pairwise

from kvratio.simulate.view import View
from kvratio.theory.checks import InputError, whole

Choice = tuple[list[int], set[int]]  # requests that start, in order; other requests that move


class Batches(ABC):
    """A batch is chosen at the beginning of a step, and made to fit the budget."""

    def __init__(self, thresholds: Sequence[int], queues: int) -> None:
        if not thresholds:
            raise InputError("thresholds", [], "at least one")
        for n in thresholds:
            whole("threshold", n, least=1)
        self.thresholds = tuple(thresholds)
        self._queues: list[deque[int]] = [deque() for _ in range(queues)]
        self._queue_of: dict[int, deque[int]] = {}
        self._draining = False
        self._starting: list[int] = []
        self._moving: set[int] = set()

    def complete(self, view: View, request: int) -> None:  # noqa: B027 (not abstract)
        """Nothing is learned."""

    def drain(self) -> None:
        """Waive the thresholds from now on."""
        self._draining = True

    def evict(self, view: View) -> list[int]:
        """Choose the batch; evict the newest if what runs does not fit even without any start."""
        starting, self._moving = self._choose(view)
        cache = {i: view.prompt(i) + view.made(i) + (i in self._moving) for i in view.running}
        room = view.memory - sum(cache.values())
        evicted: list[int] = []
        for request in reversed(cache):
            if room >= 0:
                break
            room += cache[request]
            evicted.append(request)
        self._starting = []
        for request in () if evicted else starting:
            room -= view.prompt(request) + 1
            if room < 0:
                break
            self._starting.append(request)
        for request in evicted:
            self._queue_of[request].append(request)
        return evicted

    def admit(self, view: View) -> list[int]:  # noqa: ARG002 (the protocol's signature)
        """Those of the batch that start; each is at the head of its queue."""
        for request in self._starting:
            self._queue_of[request].popleft()
        return self._starting

    def hold(self, view: View) -> list[int]:
        """All that run and are not in the batch."""
        return [i for i in view.running if i not in self._moving and view.made(i)]

    def _join(self, request: int, queue: int) -> None:
        self._queue_of[request] = self._queues[queue]
        self._queues[queue].append(request)

    @abstractmethod
    def _choose(self, view: View) -> Choice:
        """The requests to start, in order, and the others to move."""


class Wait(Batches):
    """Algorithm 1: output lengths are known. A type moves when n_j of it wait to start.

    `type_of` gives the number of a request's type from its prompt and output length.
    """

    sees = frozenset({"output"})

    def __init__(self, thresholds: Sequence[int], type_of: Callable[[int, int], int]) -> None:
        super().__init__(thresholds, len(thresholds))
        self.type_of = type_of
        self._types: dict[int, int] = {}

    def arrive(self, view: View, request: int) -> None:
        """Wait for company of one's type."""
        number = self.type_of(view.prompt(request), view.output(request))
        self._types[request] = number
        self._join(request, number)

    def _choose(self, view: View) -> Choice:
        starting: list[int] = []
        ready = set()
        for number, (n, queue) in enumerate(zip(self.thresholds, self._queues, strict=True)):
            if len(queue) >= n or self._draining:
                ready.add(number)
                starting += islice(queue, n)
        return starting, {i for i in view.running if self._types[i] in ready}


class NestedWait(Batches):
    """Algorithm 2: output lengths are not known. Segment k covers the tokens after the first
    `ends[k - 1]` up to `ends[k]`; segments move from the first on, as long as each has n_k requests
    at its entry."""

    sees = frozenset[str]()

    def __init__(self, thresholds: Sequence[int], ends: Sequence[int]) -> None:
        super().__init__(thresholds, 1)
        if len(ends) != len(thresholds) or any(a >= b for a, b in pairwise(ends)):
            raise InputError("ends", list(ends), "increasing lengths, one a threshold")
        self.ends = list(ends)

    def arrive(self, view: View, request: int) -> None:  # noqa: ARG002 (the protocol's signature)
        """Wait for the first segment."""
        self._join(request, 0)

    def _choose(self, view: View) -> Choice:
        stages = Counter(view.made(i) for i in view.running)
        entries = [len(self._queues[0]), *(stages[end] for end in self.ends[:-1])]
        segments = 0
        while segments < len(entries) and (
            entries[segments] >= self.thresholds[segments] or self._draining
        ):
            segments += 1
        if not segments:
            return [], set()
        moving, moved = set(), Counter[int]()
        for request in view.running:
            stage = view.made(request)
            segment = bisect_right(self.ends, stage, hi=len(self.ends) - 1)
            if segment < segments and moved[stage] < self.thresholds[segment]:
                moving.add(request)
                moved[stage] += 1
        return list(islice(self._queues[0], self.thresholds[0])), moving
