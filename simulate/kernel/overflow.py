"""Which request an overflow evicts next, by the rank of the policy's word.

Most overflows evict one or two, and a look at all that run finds each quickest; when many are
evicted, a heap of all saves looking again and again.
"""

from collections.abc import Callable

import numpy as np

from kvratio.simulate.compiled.compiler import compiled
from kvratio.simulate.compiled.state import NEVER, Clock, Entry, Rows, State, Victim
from kvratio.simulate.kernel import hooks
from kvratio.simulate.policy import Evicts


def _scan(word: Evicts) -> Callable[[State], int]:
    """A look at all that run, of one word: nothing is left to choose in its loop."""
    rank = hooks.own_function(word, "rank", hooks.never_for)
    its_tie = hooks.own_function(word, "tie", hooks.no_tie)

    @compiled
    def scan(state: State) -> int:
        clock = state.clock[0]
        found, best, tie, last = 0, NEVER, np.uint64(0), 0
        clock.moves += clock.listed
        for place in range(clock.listed):
            entry = state.agenda[place]
            at = rank(state, entry)
            if at > best:
                continue
            other_tie, other_last = its_tie(state, entry)
            if at < best or other_tie < tie or (other_tie == tie and other_last < last):
                found, best, tie, last = place, at, other_tie, other_last
        return found

    return scan


# The place on the agenda of the request that goes first
first = hooks.chosen({int(word): _scan(word) for word in Evicts}, _scan(Evicts.NEWEST))


@compiled
def arrange(state: State, rounds: bool) -> None:
    """Make a heap of all that run, by round or by rank."""
    clock, word, victims = state.clock[0], state.rules[0].evicts, state.victims
    clock.moves += clock.listed
    for k in range(clock.listed):
        entry, victim = state.agenda[k], victims[k]
        victim.request = entry.request
        if rounds:
            victim.rank = hooks.round_of(word, state, entry)
        else:
            victim.rank = hooks.rank(word, state, entry)
        victim.tie, victim.last = hooks.tie(word, state, entry)
    for place in range(clock.listed // 2 - 1, -1, -1):
        _sink(clock, victims, clock.listed, place)


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
