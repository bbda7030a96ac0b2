"""Time in the kernel: `kvratio.simulate.timing` step by step, with constant work a step.

Durations are rounded to nanoseconds in every iteration, so they are added up one by one; whatever
else a policy does happens from event to event, as without a clock.
"""

from typing import Any, Protocol

from kvratio.simulate.compiled.compiler import compiled
from kvratio.simulate.compiled.state import NEVER, Clock, Request, Rows, Rules, State
from kvratio.simulate.iteration import PS_PER_NS, Batch, interpolated, nanoseconds
from kvratio.simulate.kernel import hooks

LOW = (1 << 32) - 1  # tokens in the cache times nanoseconds are counted in two words of 32 bits

compiled(interpolated)
_nanoseconds: Any = compiled(nanoseconds)  # of a record with the coefficients


class Passing(Protocol):
    """A clock's record of time: as `kvratio.simulate.timing.Watch`."""

    time: int
    busy: int
    held_high: int
    held_low: int


@compiled
def note(state: State) -> None:
    """A step begins in which something may happen."""
    clock = state.clock[0]
    moment = state.moments[clock.moments]
    moment.step, moment.time = clock.now, clock.time
    clock.moments += 1


@compiled
def begin(clock: Clock, rules: Rules, this: Request, request: int) -> None:
    """A request starts in this step: its prompt will be processed, with the tokens that it has
    kept, unless these are swapped back; or so much of them as the budget of tokens allows."""
    size = this.prompt + this.kept
    if this.kept > 0 and rules.swap > 0:
        clock.swapped += size
        clock.open -= 1
        return
    now = size
    if rules.chunk > 0:
        now = min(size, clock.open)
        clock.open -= now
        if now < size:
            clock.partial, clock.left = request, size - now
            clock.resting = size - now
    clock.started += 1
    clock.prompt += now
    clock.pairs += now * (now + 1) // 2


@compiled
def go_on(clock: Clock, rules: Rules, requests: Rows[Request]) -> None:
    """Admissions begin: the prefill that is under way has the first of the budget that the
    requests leave that decode."""
    clock.open = rules.chunk - clock.running
    clock.before = clock.resting = 0
    clock.waits = False
    if clock.partial < 0:
        return
    this = requests[clock.partial]
    size = this.prompt + this.kept
    clock.open += 1  # it does not decode
    now = max(0, min(clock.left, clock.open))
    clock.waits = now == 0
    if clock.waits:
        clock.resting = size + 1
    else:
        clock.started += 1
        clock.prompt += now
        clock.before = size - clock.left
        clock.pairs += now * clock.before + now * (now + 1) // 2
        clock.resting = clock.left - now
    clock.left -= now
    clock.open -= clock.left + now
    if clock.left == 0:
        clock.partial = -1


@compiled
def pass_steps(state: State, then: int) -> int:
    """Let iterations pass until step `then`, or the first that begins after an arrival.

    Returns that step. The first iteration processes the prompts of those that have just started.
    """
    clock = state.clock[0]
    arrival = NEVER
    if clock.arrived < state.arrivals.size:
        arrival = state.requests[state.arrivals[clock.arrived]].arrival
    step = clock.now + 1
    if clock.running == 0 and hooks.none_waits(state):
        clock.time = arrival
        clock.last_event = clock.now
        state.moments[clock.moments - 1].after = clock.time
        return step
    _iterate(clock, state.rules[0], step)
    state.moments[clock.moments - 1].after = clock.time
    clock.started = clock.prompt = clock.pairs = clock.swapped = 0
    clock.before = clock.resting = 0
    clock.waits = False
    while step < then and clock.time < arrival and clock.time < NEVER:
        step += 1
        _iterate(clock, state.rules[0], step)
    return step


@compiled
def _iterate(clock: Clock, rules: Rules, end: int) -> None:
    """The iteration that ends where step `end` begins."""
    held = clock.offset + clock.running * end
    batch = Batch(
        clock.running - (1 if clock.waits else 0),
        clock.started,
        held - clock.resting,
        clock.prompt,
        clock.pairs,
        clock.before,
    )
    iterate(clock, rules, batch, held)
    if clock.swapped > 0:
        duration = (rules.swap * clock.swapped + PS_PER_NS - 1) // PS_PER_NS
        if clock.running > 0:
            clock.busy += duration
        pass_time(clock, duration, held)


@compiled
def iterate(clock: Passing, rules: Any, batch: Batch, held: int) -> None:
    """An iteration passes, with so many tokens in the cache."""
    duration = _nanoseconds(rules, batch)
    if batch.running > 0:
        clock.busy += duration
    pass_time(clock, duration, held)


@compiled
def pass_time(clock: Passing, duration: int, held: int) -> None:
    """Nanoseconds pass; `held` is below 2^30, so that nothing overflows."""
    clock.time += duration
    clock.held_high += held * (duration >> 32)
    clock.held_low += held * (duration & LOW)
    clock.held_high += clock.held_low >> 32
    clock.held_low &= LOW
