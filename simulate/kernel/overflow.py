"""Whom an overflow hits first: a heap of the running requests that may be hit, by rank."""

from simulate.chance import Purpose
from simulate.kernel.compiled import compiled, draw
from simulate.kernel.state import NEVER, Clock, Request, Rows, Rules, State, Victim

EVICT = int(Purpose.EVICT)


@compiled
def _first(victims: Rows[Victim], a: int, b: int) -> bool:
    x, y = victims[a], victims[b]
    if x.rank != y.rank:
        return x.rank < y.rank
    return x.tie < y.tie or (x.tie == y.tie and x.last < y.last)


@compiled
def _sink(victims: Rows[Victim], size: int, place: int) -> None:
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
def rank(state: State, excess: int) -> int:
    """Order for eviction (`simulate.declared`, `_rank`) those among whom it will be decided.

    Those are all of the smallest bound, or of the latest start, where that is enough. Returns
    their number.
    """
    clock, rules = state.clock[0], state.rules[0]
    freed, limit = 0, NEVER
    for k in range(clock.listed):
        this = state.requests[state.agenda[k]]
        its_rank = _rank(rules, clock, this)
        if its_rank < limit:
            freed, limit = 0, its_rank
        if its_rank == limit:
            freed += need(clock, this)
    if freed < excess:
        limit = NEVER
    size = 0
    for k in range(clock.listed):
        request = state.agenda[k]
        this, victim = state.requests[request], state.victims[size]
        victim.rank = _rank(rules, clock, this)
        if victim.rank > limit:
            continue
        size += 1
        victim.request = request
        if rules.newest:
            victim.tie, victim.last = NEVER - this.arrival, -request
        else:
            victim.tie, victim.last = draw(this.key, clock.now, EVICT), request
    for place in range(size // 2 - 1, -1, -1):
        _sink(state.victims, size, place)
    return size


@compiled
def _rank(rules: Rules, clock: Clock, this: Request) -> int:
    if rules.newest:
        return -this.start
    return max(this.assumed, clock.now - this.start) if rules.live else this.assumed


@compiled
def need(clock: Clock, this: Request) -> int:
    """Tokens that a running request holds in the next step."""
    return this.prompt + clock.now + 1 - this.start


@compiled
def next_victim(state: State, size: int) -> int:
    """Take the first of `size` ranked requests."""
    request = state.victims[0].request
    state.victims[0] = state.victims[size - 1]
    _sink(state.victims, size - 1, 0)
    return request
