"""Time in the kernel: `kvratio.simulate.timing` step by step, with constant work a step.

Durations are rounded to nanoseconds in every iteration, so they are added up one by one; whatever
else a policy does happens from event to event, as without a clock.
"""

from typing import Any, Protocol

from kvratio.simulate.compiled.compiler import compiled
from kvratio.simulate.compiled.state import NEVER, Clock, Request, Rules, State
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
def begin(clock: Clock, rules: Rules, request: Request) -> None:
    """A request starts in this step: its prompt will be processed, with the tokens that it has
    kept, unless these are swapped back."""
    size = request.prompt + request.kept
    if request.kept > 0 and rules.swap > 0:
        clock.swapped += size
        return
    clock.started += 1
    clock.prompt += size
    clock.pairs += size * (size + 1) // 2


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
    while step < then and clock.time < arrival and clock.time < NEVER:
        step += 1
        _iterate(clock, state.rules[0], step)
    return step


@compiled
def _iterate(clock: Clock, rules: Rules, end: int) -> None:
    """The iteration that ends where step `end` begins."""
    held = clock.base + clock.running * end
    iterate(
        clock, rules, Batch(clock.running, clock.started, held, clock.prompt, clock.pairs), held
    )
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
