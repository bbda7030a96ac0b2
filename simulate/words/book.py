"""What a declared policy at work keeps of its requests; all its words read and write it."""

from collections.abc import Callable
from typing import Any, TypeVar

from kvratio.simulate import chance
from kvratio.simulate.chance import Purpose
from kvratio.simulate.policy import Policy, Ties
from kvratio.simulate.queue import Queue
from kvratio.simulate.view import View

Shared = TypeVar("Shared")


class Book:
    """The queue and the assumed lengths, for at most `n` requests.

    `assumed`: assumed lengths in tokens of the requests that have arrived and not completed;
    `stage`: how often a request has outlived its assumed length and was evicted for it;
    `attempts`: how often it has joined the queue; `joins`: how often any request has.
    """

    def __init__(self, policy: Policy, n: int, seed: int) -> None:
        self.policy = policy
        self.queue = Queue(policy.ties is Ties.RANDOM)
        self.assumed: dict[int, int] = {}
        self.stage = [0] * n
        self.attempts = [0] * n
        self.joins = 0
        self._keys = chance.request_keys(seed, n)
        self._shared: dict[Any, Any] = {}

    def draw(self, request: int, counter: int, purpose: Purpose) -> int:
        """A request's uniform number in [0, 2^64) for a purpose and a counter."""
        return chance.draw(self._keys[request], counter, purpose)

    def most(self, view: View, request: int) -> int:
        """No output is longer than this: requests that could never fit are refused up front."""
        return view.memory - view.prompt(request)

    def learn(self, view: View, request: int, bound: int) -> None:
        """Raise the assumed length to `bound`, or to all that fits; it never decreases."""
        bound = min(bound, self.most(view, request))
        self.assumed[request] = max(self.assumed[request], bound)

    def keeps(self, view: View, request: int) -> int:
        """Tokens with which the next attempt of a request begins that waits, or is evicted now."""
        if request in view.running:
            return view.made(request) if view.preemption.keeps else 0
        return view.kept(request)

    def join(self, request: int, key: int) -> None:
        """The request enters the queue; `attempts` is a fresh counter each time."""
        tie = self.draw(request, self.attempts[request], Purpose.QUEUE)
        self.queue.join(key, request, tie)
        self.attempts[request] += 1
        self.joins += 1

    def shared(self, make: Callable[[], Shared]) -> Shared:
        """What two words of a declaration share: made once, by the first that asks."""
        if make not in self._shared:
            self._shared[make] = make()
        found: Shared = self._shared[make]
        return found
