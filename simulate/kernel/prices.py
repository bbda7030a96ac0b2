"""Learned prices in the kernel: `kvratio.simulate.learned.prices` in flat arrays.

What is learned is the same code for both engines; the kernel stops for it (`learn`) after having
observed a step, and goes on with the step then.
"""

from typing import Any, cast

import numpy as np

from kvratio.simulate.kernel.compiled import compiled
from kvratio.simulate.kernel.state import State
from kvratio.simulate.learned import learning, pricing

AWAY, WAITING, RUNNING, DONE = range(4)


@compiled
def arrives(state: State, request: int) -> None:
    """Nothing is known; every k^2-th to arrive is spared."""
    clock = state.clock[0]
    if clock.arrived + 1 == clock.square * clock.square:
        state.known[request].spared = True
        clock.square += 1
    assume(state, request)


@compiled
def completes(state: State, request: int) -> None:
    """The length is known."""
    this = state.known[request]
    this.status, this.known = DONE, state.requests[request].output


@compiled
def waits(state: State, request: int) -> int:
    """A request joins the queue: its price."""
    state.known[request].status = WAITING
    state.clock[0].wanted += state.requests[request].prompt + 1
    return price(state, request, False)


@compiled
def starts(state: State, request: int) -> None:
    """A request leaves the queue."""
    state.known[request].status = RUNNING
    state.clock[0].wanted -= state.requests[request].prompt + 1


@compiled
def reach(state: State, request: int) -> None:
    """The output exceeds what an attempt has made that goes on, or was evicted just now."""
    this = state.known[request]
    this.known = max(this.known, state.clock[0].now - state.requests[request].start)
    assume(state, request)


@compiled
def assume(state: State, request: int) -> None:
    """The assumed length is the end of the next stage."""
    this, known, count = state.requests[request], state.known[request].known, state.clock[0].levels
    most = state.rules[0].memory - this.prompt
    this.assumed = pricing.cap(state.levels, count, this.prompt, known, most)


@compiled
def price(state: State, request: int, kept: bool) -> int:
    """Token-steps a completion."""
    this, known, count = state.requests[request], state.known[request], state.clock[0].levels
    facts = (this.prompt, known.scale, state.rules[0].memory - this.prompt)
    table = state.tables[pricing.class_of(known.scale)]
    scratch = (state.work, state.chances)
    return pricing.price(table, facts, known.known, kept, state.levels, count, *scratch)


@compiled
def reach_levels(state: State) -> None:
    """The next levels of those that are due; mark as waiting who has reached one and is dearer than
    the head of the queue, if there is no room for all that wait."""
    clock = state.clock[0]
    need = clock.base + clock.running * (clock.now + 1)
    urgent = clock.queued > 0 and need + clock.wanted > state.rules[0].memory
    for k in range(clock.due):
        request = state.due[k]
        this = state.requests[request]
        ended = clock.now - this.start >= this.assumed
        reach(state, request)
        dear = ended and urgent and price(state, request, True) > state.queue[0].key
        if dear and not state.known[request].spared:
            state.known[request].status = WAITING


def learn(state: State) -> None:
    """Learn from all that has been seen, and put the queue in the order of the new prices.

    Everyone who runs is due, to go on by the new plan.
    """
    clock, requests = state.clock[0], cast(Any, state.requests)
    known, queue = cast(Any, state.known), cast(Any, state.queue)
    here = known.status != AWAY
    made = np.where(known.status == RUNNING, clock.now - requests.start, 0)
    seen = learning.Seen(
        prompt=requests.prompt[here],
        scale=known.scale[here],
        known=known.known[here],
        length=np.maximum(known.known, made)[here],
        completed=known.status[here] == DONE,
        waiting=known.status[here] == WAITING,
    )
    memory = int(state.rules[0].memory)
    found = learning.learn(seen, memory, state.tables, state.levels, int(clock.levels))
    clock.levels, clock.learn_at = found.levels, learning.due_after(int(clock.completed))
    waiting = np.flatnonzero(known.status == WAITING)
    requests.assumed[waiting] = found.stop
    order = np.argsort(found.price, kind="stable")  # sorted, and so a heap
    queue.key[: clock.queued] = found.price[order]
    queue.request[: clock.queued] = waiting[order]
    running = np.flatnonzero(known.status == RUNNING)
    cast(Any, state.due)[: len(running)] = running[np.argsort(requests.rank[running])]
    clock.due, clock.listed = len(running), 0
