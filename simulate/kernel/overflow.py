"""Whom an overflow hits first: a heap of all that run, by the policy's rank."""

import numpy as np

from simulate.chance import Purpose
from simulate.kernel.compiled import compiled, draw
from simulate.kernel.state import Records, State

EVICT = int(Purpose.EVICT)
LATEST = np.uint64(1 << 62)


@compiled
def _first(victims: Records, a: int, b: int) -> bool:
    x, y = victims[a], victims[b]
    if x.rank != y.rank:
        return x.rank < y.rank
    if x.tie != y.tie:
        return x.tie < y.tie
    return x.last < y.last


@compiled
def _sink(victims: Records, size: int, place: int) -> None:
    while True:
        below = 2 * place + 1
        if below >= size:
            return
        if below + 1 < size and _first(victims, below + 1, below):
            below += 1
        if not _first(victims, below, place):
            return
        a, b = victims[place], victims[below]
        a.rank, b.rank = b.rank, a.rank
        a.tie, b.tie = b.tie, a.tie
        a.last, b.last = b.last, a.last
        a.request, b.request = b.request, a.request
        place = below


@compiled
def rank(state: State) -> None:
    """Order all running requests for eviction (`simulate.declared`, `_rank`)."""
    clock, rules, victims = state.clock[0], state.rules[0], state.victims
    for k in range(clock.listed):
        request = state.agenda[k]
        this, victim = state.requests[request], victims[k]
        victim.request = request
        if rules.newest:
            victim.rank, victim.last = -this.start, -request
            victim.tie = LATEST - np.uint64(this.arrival)
        else:
            made = clock.now - this.start
            victim.rank = max(this.assumed, made) if rules.live else this.assumed
            victim.tie = draw(this.key, clock.now, EVICT)
            victim.last = request
    for place in range(clock.listed // 2 - 1, -1, -1):
        _sink(victims, clock.listed, place)


@compiled
def next_victim(state: State, size: int) -> int:
    """Take the first of `size` ranked requests."""
    request = state.victims[0].request
    state.victims[0] = state.victims[size - 1]
    _sink(state.victims, size - 1, 0)
    return request
