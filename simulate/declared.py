"""The reference meaning of a policy's declaration (`simulate.policy`), as a scheduler."""

from collections.abc import Callable
from heapq import heappop, heappush

from simulate.chance import BITS, Purpose, draw, request_keys
from simulate.forecast import Forecast
from simulate.policy import Admits, Assumes, Evicts, Learns, Order, Policy, Ties
from simulate.view import View

QueueKey = tuple[int, int, int]


class Declared:
    """A declared policy at work on one instance of `n` requests."""

    def __init__(self, policy: Policy, n: int, seed: int) -> None:
        self.policy = policy
        self.name = policy.name
        self.sees = policy.sees
        self._keys = request_keys(seed, n)
        self._attempts = [0] * n
        self._assumed: dict[int, int] = {}  # of requests that have arrived and not completed
        self._promoted: set[int] = set()
        self._queue: list[QueueKey] = []
        self._late: list[int] = []  # evicted for lack of cache in this step: they join after it
        self._paused = False

    def assumed(self, request: int) -> int:
        """The output length that the policy assumes of a request, in tokens."""
        return self._assumed[request]

    def arrive(self, view: View, request: int) -> None:
        """Assume a length from what the policy may see, and join the queue."""
        reading = {
            Assumes.OUTPUT: view.output,
            Assumes.UPPER: view.upper,
            Assumes.LOWER: view.lower,
            Assumes.LOWER_THEN_UPPER: view.lower,
        }
        length = 1
        if self.policy.assumes is not Assumes.NOTHING:
            length = reading[self.policy.assumes](request)
        self._assumed[request] = min(length, view.memory - view.prompt(request))
        self._join(view, request)

    def complete(self, view: View, request: int) -> None:  # noqa: ARG002 (the protocol's shape)
        """Forget a completed request."""
        del self._assumed[request]

    def evict(self, view: View) -> list[int]:
        """Promotions, thinning, then the overflow."""
        promoted = [i for i in view.running if self._outlived(view, i)]
        thinned = [i for i in view.running if self.policy.thinned and self._thinned(view, i)]
        for request in promoted:
            upper = min(view.upper(request), view.memory - view.prompt(request))
            self._promoted.add(request)
            self._learn(view, request, upper)
            self._join(view, request)
        gone = set(promoted + thinned)
        overflow = self._overflow(view, gone)
        self._late = thinned + overflow
        for request in self._late:
            one_more = int(self.policy.learns is Learns.NEXT_TOKEN)
            self._learn(view, request, view.made(request) + one_more)
        self._paused = bool(overflow) and self.policy.evicts is Evicts.NEWEST
        return promoted + self._late

    def admit(self, view: View) -> list[int]:
        """The largest feasible prefix of the queue; then those evicted in this step join it."""
        admitted = [] if self._paused else self._feasible_prefix(view)
        for request in self._late:
            self._join(view, request)
        return admitted

    def _join(self, view: View, request: int) -> None:
        """Enter the queue; called once an attempt, so the count of attempts is a fresh counter."""
        policy = self.policy
        chance = draw(self._keys[request], self._attempts[request], Purpose.QUEUE)
        primary = {
            Order.ASSUMED_LENGTH: self._assumed[request],
            Order.ARRIVAL: view.arrival(request),
            Order.JOINED: view.now,
            Order.RANDOM: 0,
        }[policy.order]
        heappush(self._queue, (primary, chance if policy.ties is Ties.RANDOM else 0, request))
        self._attempts[request] += 1

    def _learn(self, view: View, request: int, bound: int) -> None:
        """Raise the assumed length to `bound`, which never lowers it."""
        most = view.memory - view.prompt(request)
        self._assumed[request] = min(max(self._assumed[request], bound), most)

    def _outlived(self, view: View, request: int) -> bool:
        """Has it just shown to be longer than the lower end that was assumed (A_l)?"""
        return (
            self.policy.assumes is Assumes.LOWER_THEN_UPPER
            and request not in self._promoted
            and view.made(request) >= self._assumed[request]
        )

    def _thinned(self, view: View, request: int) -> bool:
        """Does a request past its bound b fail to survive its next step?

        Surviving from b to j tokens has probability (s + b) / (s + j), so one uniform number an
        attempt decides: it makes j tokens as long as uniform < (s + b) / (s + j).
        """
        s, bound, made = view.prompt(request), self._assumed[request], view.made(request)
        uniform = draw(self._keys[request], self._attempts[request], Purpose.THIN)
        return made >= bound and uniform * (s + made + 1) >= (s + bound) << BITS

    def _overflow(self, view: View, gone: set[int]) -> list[int]:
        """Whom to evict so that the next step fits, beside those already `gone`."""
        following = view.now + 1
        need = {i: view.prompt(i) + following - start for i, start in view.running.items()}
        excess = sum(tokens for i, tokens in need.items() if i not in gone) - view.memory
        if excess <= 0:
            return []
        order = sorted((i for i in need if i not in gone), key=lambda i: self._rank(view, i))
        evicted = []
        for request in order:
            if excess <= 0:
                break
            evicted.append(request)
            excess -= need[request]
        return evicted

    def _rank(self, view: View, request: int) -> tuple[int, ...]:
        """Sort key of an overflow; smallest goes first."""
        if self.policy.evicts is Evicts.NEWEST:
            return (-view.running[request], -view.arrival(request), -request)
        bound = self._assumed[request]
        if self.policy.live:
            bound = max(bound, view.made(request))
        return (bound, draw(self._keys[request], view.now, Purpose.EVICT), request)

    def _feasible_prefix(self, view: View) -> list[int]:
        admitted: list[int] = []
        if not self._queue:
            return admitted
        fits = self._admission_test(view)
        while self._queue and fits(self._queue[0][-1]):
            admitted.append(heappop(self._queue)[-1])
        return admitted

    def _admission_test(self, view: View) -> Callable[[int], bool]:
        """A test that answers whether one more request fits and, if so, counts it in."""
        if self.policy.admits is Admits.LOOK_AHEAD:
            return self._look_ahead(view)
        if self.policy.admits is Admits.SLOT:
            used = sum(
                view.prompt(i) + max(self._assumed[i], view.made(i) + 1) for i in view.running
            )
            return _Room(view, used, self._assumed.__getitem__)
        return _Room(view, view.need(), lambda _: 1)

    def _look_ahead(self, view: View) -> Callable[[int], bool]:
        now, forecast = view.now, Forecast(view.memory)
        for i, start in view.running.items():
            # an overdue request is charged as finishing with its next token
            end = max(start + self._assumed[i], now + 1)
            forecast.add(end, view.prompt(i) - start)
        return lambda i: forecast.admit(now + self._assumed[i], view.prompt(i) - now)


class _Room:
    """Admit while prompt + length of the new requests fit beside what is used already."""

    def __init__(self, view: View, used: int, length: Callable[[int], int]) -> None:
        self._view, self._length = view, length
        self._left = view.memory - used

    def __call__(self, request: int) -> bool:
        size = self._view.prompt(request) + self._length(request)
        if size > self._left:
            return False
        self._left -= size
        return True
