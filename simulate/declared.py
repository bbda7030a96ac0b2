"""The reference meaning of a policy's declaration (`kvratio.simulate.policy`), as a scheduler.

Requests join the queue in this order: arrivals by (arrival, index); in a step, first those that
were promoted, in the order of their starts; after the step's admissions those that were thinned,
in the order of their starts, and those that overflowed, in the order of their eviction.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kvratio.simulate import admission
from kvratio.simulate.chance import BITS, Purpose, draw, request_keys
from kvratio.simulate.phases import Phase
from kvratio.simulate.policy import Admits, Assumes, Evicts, Learns, Order, Policy, Ties
from kvratio.simulate.queue import Queue
from kvratio.simulate.view import View
from kvratio.theory.model import volume

if TYPE_CHECKING:
    from kvratio.simulate.learned.prices import Prices


class Declared:
    """A declared policy at work on one instance of `n` requests, or on a server of at most `n`."""

    def __init__(self, policy: Policy, n: int, seed: int) -> None:
        self.policy = policy
        self.sees = policy.sees
        self._promotes = policy.promotes
        self._keys = request_keys(seed, n)
        self._attempts = [0] * n
        self._stage = [0] * n  # how often a request has outlived what was assumed of it
        self._assumed: dict[int, int] = {}  # of requests that have arrived and not completed
        self._queue = Queue(policy.ties is Ties.RANDOM)
        self._joins = 0
        self._late: list[int] = []  # thinned or overflowed in this step: they join after it
        self._paused = False
        self._cleared = False  # since the last completion
        self._phase = Phase() if policy.admits is Admits.STAGGERED else None
        self._pace = admission.Pace() if policy.admits is Admits.PACED else None
        self._prices = _prices() if policy.prices else None

    def assumed(self, request: int) -> int:
        """The output length that the policy assumes of a request, in tokens."""
        return self._assumed[request]

    def arrive(self, view: View, request: int) -> None:
        """Assume a length from what the policy may see, and join the queue."""
        if self._prices is not None:
            self._prices.arrive(view, request)
        length = self._assumption(view, request, stage=0)
        self._assumed[request] = min(length or 1, self._most(view, request))
        self._join(view, request)

    def complete(self, view: View, request: int) -> None:
        """Learn from a completed request, and forget it."""
        self._pace_learns(view, request)
        if self._prices is not None:
            self._prices.complete(view, request)
        del self._assumed[request]
        self._cleared = False

    def withdraw(self, view: View, request: int) -> None:
        """The client cancels a request; where it runs, nothing tells that from its completion."""
        if request in view.running:
            self.complete(view, request)
        else:
            if self._phase is not None and request in self._phase:
                self._phase.leave(request)
            else:
                self._queue.leave(request)
            if self._prices is not None:
                self._prices.withdraw(request)
            del self._assumed[request]

    def resize(self, view: View) -> None:
        """The budget has changed; whoever waits keeps the place in the queue."""
        for request, assumed in self._assumed.items():
            self._assumed[request] = min(assumed, self._most(view, request))

    def evict(self, view: View) -> list[int]:
        """Promotions, thinning, then the overflow."""
        promoted = self._promotions(view) if self._promotes else []
        for request in promoted:
            self._promote(view, request)
        thinned = [i for i in view.running if self.policy.thinned and self._thinned(view, i)]
        for request in thinned:
            self._pace_learns(view, request)
        overflow = self._overflow(view, {*promoted, *thinned})
        self._late = thinned + overflow
        for request in self._late:
            self._learn_from(view, request)
        self._paused = bool(overflow) and self.policy.evicts is not Evicts.SMALLEST_BOUND
        return promoted + self._late

    def admit(self, view: View) -> list[int]:
        """The largest feasible prefix of the queue; then those evicted in this step join it."""
        admitted: list[int] = []
        if self._pace is not None:
            self._pace.provide(view.memory)
        if not self._paused:
            line = self._line(view)
            fits = self._admission_test(view) if line else None
            while line and fits and fits(line.head()):
                admitted.append(line.take())
        for request in self._late:
            self._join(view, request)
        if self._pace is not None:
            head = self._queue.head() if self._queue else None
            cost = 0 if head is None else self._pace.cost(view, head, self._assumed[head])
            self._pace.forget_beyond(cost)
        return admitted

    def _line(self, view: View) -> Queue | Phase:
        """Where requests start from: the queue, or the phase that runs or begins now."""
        if self._phase is None:
            return self._queue
        budget = self.policy.budget(view.memory)
        self._phase.begin(view, self._queue, self._assumed, budget)
        return self._phase

    def _admission_test(self, view: View) -> admission.Test:
        admits, budget = self.policy.admits, self.policy.budget(view.memory)
        if admits is Admits.LOOK_AHEAD:
            return admission.look_ahead(view, self._assumed, budget)
        if admits is Admits.SLOT:
            return admission.slot(view, self._assumed, budget)
        if self._pace is not None:
            return self._pace.test(view, self._assumed, budget)
        if self._phase is not None:
            return self._phase.test(view, budget)
        return admission.next_step(view, budget)

    def _assumption(self, view: View, request: int, stage: int) -> int | None:
        """The length assumed in a stage; None when the stage before it was the last."""
        assumes = self.policy.assumes
        if assumes is Assumes.CAPS:
            caps = self.policy.caps
            most = self._most(view, request) if stage == len(caps) else None
            return caps[stage] if stage < len(caps) else most
        if self._prices is not None:
            return self._prices.level(view, request)
        if assumes is Assumes.CLASS:
            output = view.output(request)
            return next(
                (cap for cap in self.policy.caps if cap >= output), self._most(view, request)
            )
        if assumes is Assumes.MIDDLE:
            lower = view.lower(request)
            return lower + (view.upper(request) - lower) // 2 if stage == 0 else None
        readers = {
            Assumes.OUTPUT: (view.output,),
            Assumes.UPPER: (view.upper,),
            Assumes.LOWER: (view.lower,),
            Assumes.LOWER_THEN_UPPER: (view.lower, view.upper),
            Assumes.NOTHING: (),
        }[assumes]
        return readers[stage](request) if stage < len(readers) else None

    def _most(self, view: View, request: int) -> int:
        """No output is longer than this: a request that could never fit is refused up front."""
        return view.memory - view.prompt(request)

    def _join(self, view: View, request: int) -> None:
        """Enter the queue; called once an attempt, so the count of attempts is a fresh counter."""
        chance = draw(self._keys[request], self._attempts[request], Purpose.QUEUE)
        self._queue.join(self._key(view, request), request, chance)
        self._attempts[request] += 1
        self._joins += 1

    def _key(self, view: View, request: int) -> int:
        """By what the queue is ordered."""
        if self._prices is not None:
            return self._prices.price(view, request)
        return {
            Order.ASSUMED_LENGTH: self._assumed[request],
            Order.ARRIVAL: view.arrival(request),
            Order.JOINED: self._joins,
            Order.RANDOM: 0,
            Order.VOLUME: volume(view.prompt(request), self._assumed[request]),
        }[self.policy.order]

    def _learn(self, view: View, request: int, bound: int) -> None:
        """Raise the assumed length to `bound`, which never lowers it."""
        bound = min(bound, self._most(view, request))
        self._assumed[request] = max(self._assumed[request], bound)

    def _pace_learns(self, view: View, request: int) -> None:
        """From an attempt that ends, though not for lack of cache."""
        if self._pace is not None:
            self._pace.ended(view.prompt(request), self._assumed[request], view.made(request))

    def _learn_from(self, view: View, request: int) -> None:
        """From the tokens that it has made when it is evicted, by luck or for lack of cache."""
        if self._prices is not None:
            self._next_level(view, request)
        else:
            one_more = int(self.policy.learns is Learns.NEXT_TOKEN)
            self._learn(view, request, view.made(request) + one_more)

    def _learn_prices(self, view: View) -> None:
        """Price everyone who waits anew."""
        assert self._prices is not None
        self._queue = Queue(random_ties=False)
        for request, price, stop in self._prices.learn(view):
            self._queue.join(price, request, chance=0)
            self._assumed[request] = stop

    def _next_level(self, view: View, request: int) -> None:
        assert self._prices is not None
        self._prices.reach(view, request)
        self._assumed[request] = self._prices.level(view, request)

    def _promotions(self, view: View) -> list[int]:
        """Those that have outlived what was assumed of them, and are evicted for it."""
        if self._prices is None:
            return [i for i in view.running if self._outlived(view, i)]
        ended = [i for i in view.running if view.made(i) >= self._assumed[i]]
        learns = self._prices.due
        if learns:
            self._learn_prices(view)
        for request in view.running if learns else ended:
            self._next_level(view, request)
        if not ended or not self._queue:
            return []
        wanted = sum(view.prompt(i) + 1 for i in view.waiting)
        if view.need() + wanted <= view.memory:
            return []  # there is room for all
        least = self._queue.least()
        return [i for i in ended if self._prices.cancels(view, i, least)]

    def _outlived(self, view: View, request: int) -> bool:
        """Has it made all tokens of its stage and goes on, with another stage to come?"""
        if view.made(request) < self._assumed[request]:
            return False
        return self._assumption(view, request, self._stage[request] + 1) is not None

    def _promote(self, view: View, request: int) -> None:
        self._pace_learns(view, request)
        self._stage[request] += 1
        self._learn(view, request, self._assumption(view, request, self._stage[request]) or 1)
        self._join(view, request)

    def _thinned(self, view: View, request: int) -> bool:
        """Does a request past its bound b fail to survive its next step?

        Surviving from b to j tokens has probability (s + b) / (s + j), so one uniform number an
        attempt decides: it makes j tokens as long as uniform < (s + b) / (s + j).
        """
        s, bound, made = view.prompt(request), self._assumed[request], view.made(request)
        if made < bound:
            return False
        uniform = draw(self._keys[request], self._attempts[request], Purpose.THIN)
        return uniform * (s + made + 1) >= (s + bound) << BITS

    def _overflow(self, view: View, gone: set[int]) -> list[int]:
        """Whom to evict so that the next step fits, beside those already `gone`."""
        if not gone and view.need() <= view.memory:
            return []
        following = view.now + 1
        need = {
            i: view.prompt(i) + following - start
            for i, start in view.running.items()
            if i not in gone
        }
        excess = sum(need.values()) - view.memory
        if excess <= 0:
            return []
        if self.policy.evicts is Evicts.CLEARED:
            return self._clear(view, need, excess)
        evicted = []
        for request in self._ranked(view, need):
            if excess <= 0:
                break
            evicted.append(request)
            excess -= need[request]
        return evicted

    def _clear(self, view: View, need: dict[int, int], excess: int) -> list[int]:
        """Rounds in which everyone is cleared with the declared probability, until it fits.

        One uniform number a request decides in which round it goes. In each, those who go are in
        the order of their starts.
        """
        left = list(need)[1:] if self._cleared else list(need)
        self._cleared = True
        evicted: list[int] = []
        survives = 1 << BITS
        while excess > 0:
            survives = survives * self.policy.kept >> 32
            uniform = {i: draw(self._keys[i], view.now, Purpose.EVICT) for i in left}
            evicted += [i for i in left if uniform[i] >= survives]
            left = [i for i in left if uniform[i] < survives]
            excess = sum(need.values()) - sum(need[i] for i in evicted) - view.memory
        return evicted

    def _ranked(self, view: View, running: Iterable[int]) -> list[int]:
        """In the order in which an overflow hits them; given in the order of their starts."""
        if self.policy.evicts is Evicts.LAST:
            return list(running)[::-1]
        return sorted(running, key=lambda i: self._rank(view, i))

    def _rank(self, view: View, request: int) -> tuple[int, ...]:
        """Sort key of an overflow; smallest goes first."""
        if self.policy.evicts is Evicts.NEWEST:
            return (-view.running[request], -view.arrival(request), -request)
        bound = self._assumed[request]
        if self.policy.live:
            bound = max(bound, view.made(request))
        return (bound, draw(self._keys[request], view.now, Purpose.EVICT), request)


def _prices() -> "Prices":
    """With the compiler, which is imported only where it is needed."""
    from kvratio.simulate.learned.prices import Prices

    return Prices()
