"""P (3): with all requests running to the assumed length, the cache never exceeds the budget.

*In the kernel.* `ends` lists the assumed ends T of running requests that are not overdue, latest
first, each with `use`: the tokens F(T) that they will hold in the step that ends at T, and `count`:
how many of them then still run. A request counts at every T up to its own end, so starting or
leaving changes the tail of the list only. An overdue request counts in the next step alone.

*When can the head start?* At step `now`, with prompt s and assumed length b, it may start if the
next step fits and F(T) + s + T - now <= M, the admission's budget, for every T in now + 1 ... now +
b (between two ends the left side grows with T, so ends and now + b suffice), or if nothing runs.
Let something run, and nothing happen until a later step `then`.
F stays what it is; the next step never gets easier, so while it does not fit the head stays out.
Else, while T > then, T bounds the head at `then` as well, and F(T) + s + T - then <= M must hold.
So no T lets the head in before step min(T, F(T) + s + T - M), and the largest of these over all T
is a step before which the head cannot start; the head fits now exactly if it is not after `now`.
That T is remembered with F(T) kept up to date: as long as it keeps the same head out, no other is
looked at. A head that has kept k tokens is one of prompt s + k and assumed length max(1, b - k).

*Theorem 3.* A test, a start and a leave look at no more ends than lie between now and the assumed
end of their request, which is at most the number of steps up to it. At each T all whose assumed
end is T or later fit in the cache, and each holds T - now tokens at least, so at most M / (T - now)
of them are that far from their end: the steps up to their ends sum up to at most M (1 + ln M). This
bounds the looks of all that leave in a step, of all that start, and of their tests; the test that
fails looks at no more than 2 sqrt(M) + 1 (D distinct ends hold at least D * D / 4 tokens).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt
from typing import TYPE_CHECKING, NamedTuple

from kvratio.simulate.compiled import cache
from kvratio.simulate.compiled.compiler import compiled
from kvratio.simulate.compiled.state import NEVER, Rows, State, plain, rows
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
        for i in view.running:
            start = now - view.made(i)
            forecast.add(max(start + assumed[i], now + 1), view.prompt(i) - start)
        empty = not view.running

        def fits(request: int) -> bool:
            nonlocal empty
            start = now - view.kept(request)
            end, held = max(start + assumed[request], now + 1), view.prompt(request) - start
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


# --- the kernel ---------------------------------------------------------------------------------


@dataclass
class Numbers:
    """`ends`: how many are listed; `blocked`: the request that is kept out, by which end, and the
    use at it."""

    ends: int
    blocked: int
    blocked_end: int
    blocked_use: int


@dataclass
class End:
    """An assumed end: tokens in use then, and requests that still run then."""

    end: int
    use: int
    count: int


class Store(NamedTuple):
    """The assumed future."""

    numbers: Rows[Numbers]  # one
    ends: Rows[End]  # latest first


def store(instance: Instance, policy: Policy, used: bool) -> Store:  # noqa: ARG001
    """Nothing runs. D distinct ends hold at least D * D / 4 tokens (above)."""
    numbers = rows(1, Numbers)
    plain(numbers)["blocked"] = -1
    concurrent = min(instance.n, instance.memory)
    most = min(concurrent, 2 * isqrt(instance.memory) + 1) + 1
    return Store(numbers, rows(most if used else 0, End))


@compiled
def earliest(state: State, request: int) -> int:
    """As derived above; an empty cache takes every request."""
    if state.clock[0].running == 0:
        return state.clock[0].now
    return _first_step(state, request) if cache.next_step_fits(state, request) else NEVER


@compiled
def counted(state: State, request: int) -> None:
    """A request starts; one that has kept as many tokens as it is assumed is overdue at once."""
    now, this = state.clock[0].now, state.requests[request]
    if this.assumed > this.kept:
        _include(state, now + this.assumed - this.kept, this.prompt + this.kept - now)


@compiled
def released(state: State, request: int) -> None:
    """An attempt ends; an overdue request counts in the next step alone."""
    this = state.requests[request]
    if this.start + this.assumed > state.clock[0].now:
        _exclude(state, this.start + this.assumed, this.prompt - this.start)


@compiled
def delayed(state: State, request: int) -> None:
    """Its start and its assumed end move a step on."""
    this = state.requests[request]
    end = this.start + this.assumed
    if end > state.clock[0].now:
        _exclude(state, end, this.prompt - this.start)
        _include(state, end + 1, this.prompt - this.start - 1)


@compiled
def _first_step(state: State, request: int) -> int:
    """The step before which the request cannot start, given that its next step fits now."""
    mine: Store = state.own.look_ahead
    numbers, ends, clock = mine.numbers[0], mine.ends, state.clock[0]
    this = state.requests[request]
    now, over = clock.now, this.prompt + this.kept - state.rules[0].budget
    if request == numbers.blocked:
        step = min(numbers.blocked_end, numbers.blocked_use + over + numbers.blocked_end)
        if step > now:
            return step
    while numbers.ends > 0 and ends[numbers.ends - 1].end <= now:
        numbers.ends -= 1
    own_end = now + cache.left(this)
    k = numbers.ends - 1
    latest, blocked_end, blocked_use = now, 0, 0
    while k >= 0 and ends[k].end <= own_end:
        step = min(ends[k].end, ends[k].use + over + ends[k].end)
        if step > latest:
            latest, blocked_end, blocked_use = step, ends[k].end, ends[k].use
        k -= 1
    use = ends[k].use - ends[k].count * (ends[k].end - own_end) if k >= 0 else 0
    step = min(own_end, use + over + own_end)
    if step > latest:
        latest, blocked_end, blocked_use = step, own_end, use
    clock.tests += 1
    clock.looked += numbers.ends - k
    numbers.blocked = request if latest > now else -1
    numbers.blocked_end, numbers.blocked_use = blocked_end, blocked_use
    return latest


@compiled
def _include(state: State, end: int, held: int) -> None:
    """A request starts: `end` is its assumed end, `held` its prompt - start."""
    mine: Store = state.own.look_ahead
    numbers, ends, clock = mine.numbers[0], mine.ends, state.clock[0]
    while numbers.ends > 0 and ends[numbers.ends - 1].end <= clock.now:
        numbers.ends -= 1
    k = numbers.ends - 1
    while k >= 0 and ends[k].end < end:
        k -= 1
    use = count = 0
    if k >= 0:
        use, count = ends[k].use - ends[k].count * (ends[k].end - end), ends[k].count
    known = k >= 0 and ends[k].end == end
    clock.looked += numbers.ends - k
    if not known:
        for j in range(numbers.ends, k + 1, -1):
            ends[j] = ends[j - 1]
        k += 1
        ends[k].end, ends[k].use, ends[k].count = end, use, count
        numbers.ends += 1
    for j in range(k, numbers.ends):
        ends[j].use += held + ends[j].end
        ends[j].count += 1


@compiled
def _exclude(state: State, end: int, held: int) -> None:
    """A request leaves before its assumed end."""
    mine: Store = state.own.look_ahead
    numbers, ends, clock = mine.numbers[0], mine.ends, state.clock[0]
    k = numbers.ends - 1
    while k >= 0 and ends[k].end <= end:
        ends[k].use -= held + ends[k].end
        ends[k].count -= 1
        k -= 1
    clock.looked += numbers.ends - 1 - k
    if ends[k + 1].count == (ends[k].count if k >= 0 else 0):
        numbers.ends -= 1
        for j in range(k + 1, numbers.ends):
            ends[j] = ends[j + 1]
    if numbers.blocked_end <= end:
        numbers.blocked_use -= held + numbers.blocked_end
