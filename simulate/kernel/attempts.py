"""Attempts, compiled: requests wait, start, are evicted or complete.

An *event* is a step in which something can happen to a running request: it completes, is thinned,
or outlives its assumed length, if that matters. The agenda lists the next event of each.
"""

from kvratio.simulate.chance import Purpose
from kvratio.simulate.compiled import queue
from kvratio.simulate.compiled.compiler import compiled, draw
from kvratio.simulate.compiled.state import BEYOND, State
from kvratio.simulate.kernel import agenda, hooks, watch
from kvratio.simulate.words import thinning

QUEUE = int(Purpose.QUEUE)


@compiled
def join(state: State, request: int) -> None:
    """Enter the queue; `attempts` counts how often."""
    clock, this = state.clock[0], state.requests[request]
    key = hooks.key(state.rules[0].order, state, request)
    queue.join(state, key, request, draw(this.key, this.attempts, QUEUE))
    this.attempts += 1
    clock.joins += 1


@compiled
def start(state: State, request: int) -> None:
    """A waiting request starts to run."""
    clock, rules, this = state.clock[0], state.rules[0], state.requests[request]
    this.start, this.rank, this.waited = clock.now - this.kept, clock.starts, 0
    clock.starts += 1
    clock.running += 1
    clock.offset += this.prompt - this.start
    hooks.counted(rules.admits, state, request)
    hooks.started(rules.assumes, state, request)
    if rules.timed:
        watch.begin(clock, rules, this, request)
    this.survives = thinning.survival(state, request) if rules.thinned else BEYOND
    agenda.enter(state, request, next_event(state, request))


@compiled
def next_event(state: State, request: int) -> int:
    """When a running request completes, is thinned, or outlives its assumption, if it matters."""
    rules, this = state.rules[0], state.requests[request]
    step = this.start + min(this.output, this.survives)
    matters = this.stage + 1 < rules.stages or hooks.watches(rules.admits, state, request)
    return min(step, this.start + this.assumed) if matters else step


@compiled
def go_on(state: State, request: int) -> None:
    """A running request has outlived its assumed length, and stays."""
    hooks.overdue(state.rules[0].admits, state, request)
    agenda.enter(state, request, next_event(state, request))


@compiled
def delay(state: State, request: int) -> None:
    """A request whose prefill goes on makes no token in this step: it is kept as if it had
    started a step later."""
    clock, this = state.clock[0], state.requests[request]
    agenda.leave(state, request)
    hooks.delayed(state.rules[0].admits, state, request)
    this.start += 1
    this.waited += 1
    clock.offset -= 1
    agenda.enter(state, request, next_event(state, request))


@compiled
def complete(state: State, request: int) -> None:
    """A request has made its last token."""
    clock, rules = state.clock[0], state.rules[0]
    hooks.used(rules.admits, state, request)
    hooks.completed(rules.assumes, state, request)
    _end(state, request, True)
    hooks.forgive(rules.evicts, state)
    clock.completed += 1
    clock.last_event = clock.now


@compiled
def promote(state: State, request: int) -> None:
    """A request has outlived its stage: it waits for the next."""
    rules = state.rules[0]
    hooks.used(rules.admits, state, request)
    _end(state, request, False)
    hooks.promote(rules.assumes, state, request)
    join(state, request)


@compiled
def thin(state: State, request: int) -> None:
    """A request is evicted at random."""
    hooks.used(state.rules[0].admits, state, request)
    evict(state, request)


@compiled
def evict(state: State, request: int) -> None:
    """A request is thinned, or evicted by an overflow: it joins after this step's admissions."""
    clock = state.clock[0]
    _end(state, request, False)
    hooks.evicted(state.rules[0].assumes, state, request)
    state.late[clock.late] = request
    clock.late += 1


@compiled
def _end(state: State, request: int, finished: bool) -> None:
    """An attempt ends now; the request has left the agenda."""
    clock, this = state.clock[0], state.requests[request]
    entry = state.log[clock.attempts]
    entry.request, entry.finished, entry.began = request, finished, this.kept
    entry.start, entry.end, entry.waited = this.start + this.kept, clock.now, this.waited
    clock.attempts += 1
    clock.running -= 1
    clock.offset -= this.prompt - this.start
    hooks.released(state.rules[0].admits, state, request)
    if state.rules[0].keeps:
        this.kept = clock.now - this.start
        if state.rules[0].swap > 0 and not finished and request != clock.partial:
            clock.swapped += this.prompt + this.kept
    if request == clock.partial:
        clock.partial = -1
