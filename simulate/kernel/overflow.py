"""Whom an overflow hits next, by the policy's rank (`kvratio.simulate.declared`, `_rank`).

Most overflows hit one or two, and a look at all that run finds each quickest; when many are hit, a
heap of all saves looking again and again.
"""

from typing import Any

import numpy as np

from kvratio.simulate.chance import Purpose
from kvratio.simulate.kernel.compiled import LOW, S32, compiled, draw
from kvratio.simulate.kernel.state import NEVER, Clock, Entry, Rows, Rules, State, Victim

EVICT = int(Purpose.EVICT)


@compiled
def first(state: State) -> int:
    """The place on the agenda of the one that goes first."""
    clock, rules = state.clock[0], state.rules[0]
    found, best, tie, last = 0, NEVER, np.uint64(0), 0
    clock.moves += clock.listed
    for place in range(clock.listed):
        entry = state.agenda[place]
        rank = _rank(rules, clock, entry)
        if rank > best:
            continue
        its_tie, its_last = _tie(state, entry)
        if rank < best or its_tie < tie or (its_tie == tie and its_last < last):
            found, best, tie, last = place, rank, its_tie, its_last
    return found


@compiled
def arrange(state: State) -> None:
    """Make a heap of all that run."""
    clock, rules, victims = state.clock[0], state.rules[0], state.victims
    clock.moves += clock.listed
    for k in range(clock.listed):
        entry, victim = state.agenda[k], victims[k]
        victim.request, victim.rank = entry.request, _rank(rules, clock, entry)
        victim.tie, victim.last = _tie(state, entry)
    for place in range(clock.listed // 2 - 1, -1, -1):
        _sink(clock, victims, clock.listed, place)


@compiled
def draw_rounds(state: State) -> None:
    """Make a heap of all that run by the round that clears them, then by start.

    Everyone draws, so this looks at all; but on average a round hits no less than its share of
    them: 1 / clearing are looked at for each that goes.
    """
    clock, rules, victims = state.clock[0], state.rules[0], state.victims
    clock.moves += clock.listed
    oldest = NEVER
    for k in range(clock.listed):
        oldest = min(oldest, state.agenda[k].rank)
    for k in range(clock.listed):
        entry, victim = state.agenda[k], victims[k]
        place_in_line: Any = np.uint64(entry.rank)
        victim.request, victim.tie = entry.request, place_in_line
        spared = clock.cleared and entry.rank == oldest
        uniform = draw(state.requests[entry.request].key, clock.now, EVICT)
        victim.rank = NEVER if spared else _round(uniform, rules.kept)
    for place in range(clock.listed // 2 - 1, -1, -1):
        _sink(clock, victims, clock.listed, place)


@compiled
def _round(uniform: Any, kept: Any) -> int:
    """The first round that a uniform 64-bit number does not survive (`simulate.declared`)."""
    number, survives = 1, kept << S32
    while uniform < survives:
        number += 1
        survives = (survives >> S32) * kept + (((survives & LOW) * kept) >> S32)
    return number


@compiled
def take(state: State) -> int:
    """Remove the first from the heap of all that run; returns its place on the agenda."""
    clock, victims = state.clock[0], state.victims
    request = victims[0].request
    victims[0] = victims[clock.listed - 1]
    _sink(clock, victims, clock.listed - 1, 0)
    return state.requests[request].place


@compiled
def need(clock: Clock, entry: Entry) -> int:
    """Tokens that a running request holds in the next step."""
    return entry.prompt + clock.now + 1 - entry.start


@compiled
def _rank(rules: Rules, clock: Clock, entry: Entry) -> int:
    if rules.newest:
        return -entry.start
    if rules.last:
        return -entry.rank
    return max(entry.assumed, clock.now - entry.start) if rules.live else entry.assumed


@compiled
def _tie(state: State, entry: Entry) -> tuple[Any, int]:
    """Order among equal ranks: latest arrival, latest index; or at random."""
    if state.rules[0].newest:
        return np.uint64(NEVER - state.requests[entry.request].arrival), -entry.request
    return draw(state.requests[entry.request].key, state.clock[0].now, EVICT), entry.request


@compiled
def _first(victims: Rows[Victim], a: int, b: int) -> bool:
    x, y = victims[a], victims[b]
    if x.rank != y.rank:
        return x.rank < y.rank
    return x.tie < y.tie or (x.tie == y.tie and x.last < y.last)


@compiled
def _sink(clock: Clock, victims: Rows[Victim], size: int, place: int) -> None:
    while True:
        clock.moves += 1
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
