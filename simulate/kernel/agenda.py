"""The agenda: running requests in a heap by (due, rank), each with its next event.

`rank` counts starts, so events of one step come in the order of their starts. `place` finds a
request in the heap, to remove it when it is evicted.
"""

from simulate.kernel.compiled import compiled
from simulate.kernel.state import Request, Rows, State


@compiled
def _before(requests: Rows[Request], a: int, b: int) -> bool:
    first, second = requests[a], requests[b]
    return first.due < second.due or (first.due == second.due and first.rank < second.rank)


@compiled
def _rise(requests: Rows[Request], heap: Rows[int], place: int, request: int) -> None:
    while place > 0:
        above = (place - 1) >> 1
        if not _before(requests, request, heap[above]):
            break
        heap[place] = heap[above]
        requests[heap[place]].place = place
        place = above
    heap[place] = request
    requests[request].place = place


@compiled
def enter(state: State, request: int) -> None:
    """Put a request on the agenda, at its `due`."""
    clock = state.clock[0]
    _rise(state.requests, state.agenda, clock.listed, request)
    clock.listed += 1


@compiled
def leave(state: State, request: int) -> None:
    """Take a request off the agenda: the last one fills its place."""
    clock, requests, heap = state.clock[0], state.requests, state.agenda
    clock.listed -= 1
    size, place, last = clock.listed, requests[request].place, heap[clock.listed]
    if last == request:
        return
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        if below + 1 < size and _before(requests, heap[below + 1], heap[below]):
            below += 1
        if not _before(requests, heap[below], last):
            break
        heap[place] = heap[below]
        requests[heap[place]].place = place
        place = below
    _rise(requests, heap, place, last)
