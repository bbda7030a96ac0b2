"""The agenda: running requests in a heap by (due, rank), each with its next event.

`rank` counts starts, so events of one step come in the order of their starts. `place` finds a
request in the heap, to remove it when it is evicted.
"""

from kvratio.simulate.compiled.compiler import compiled
from kvratio.simulate.compiled.state import Entry, Request, Rows, State


@compiled
def _before(a: Entry, b: Entry) -> bool:
    return a.due < b.due or (a.due == b.due and a.rank < b.rank)


@compiled
def _put(requests: Rows[Request], agenda: Rows[Entry], place: int, entry: Entry) -> None:
    agenda[place] = entry
    requests[entry.request].place = place


@compiled
def _rise(state: State, place: int, entry: Entry) -> None:
    """Bring an entry, which stands beyond the heap's end, up from a place to where it belongs."""
    clock, requests, agenda = state.clock[0], state.requests, state.agenda
    clock.moves += 1
    while place > 0:
        above = (place - 1) >> 1
        if not _before(entry, agenda[above]):
            break
        _put(requests, agenda, place, agenda[above])
        place = above
        clock.moves += 1
    _put(requests, agenda, place, entry)


@compiled
def enter(state: State, request: int, due: int) -> None:
    """Put a running request on the agenda for the step `due`."""
    clock, this = state.clock[0], state.requests[request]
    entry = state.agenda[state.agenda.size - 1]  # never part of the heap
    entry.due, entry.rank, entry.request = due, this.rank, request
    entry.prompt, entry.start, entry.began = this.prompt, this.start, this.kept
    entry.assumed = this.assumed
    _rise(state, clock.listed, entry)
    clock.listed += 1


@compiled
def leave(state: State, request: int) -> None:
    """Take a request off the agenda: the last one fills its place."""
    clock, requests, agenda = state.clock[0], state.requests, state.agenda
    clock.listed -= 1
    size, place = clock.listed, requests[request].place
    if place == size:
        return
    last = agenda[size]
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        if below + 1 < size and _before(agenda[below + 1], agenda[below]):
            below += 1
        if not _before(agenda[below], last):
            break
        _put(requests, agenda, place, agenda[below])
        place = below
        clock.moves += 1
    _rise(state, place, last)
