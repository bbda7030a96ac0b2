"""The policies that rank, step by step, compiled: the schedules of `kvratio.simulate.preemptive`.

`running` lists requests in the order of their starts, as the reference engine does; `ranked` the
same by rank. From one step to the next ranks move little, so sorting by insertion is quick.
"""

from collections.abc import Callable
from pathlib import Path

from kvratio.simulate.compiled.cache import volume
from kvratio.simulate.compiled.compiler import cached, compiled, sources
from kvratio.simulate.compiled.state import NEVER, Rows
from kvratio.simulate.iteration import PS_PER_NS, Batch
from kvratio.simulate.kernel.watch import iterate, pass_time
from kvratio.simulate.ranked.state import Ranking, Request, State

DONE, ROOM, TOO_LONG = range(3)
ATTAINED, REMAINING = int(Ranking.ATTAINED), int(Ranking.REMAINING_VOLUME)
LAST = 1 << 40  # more than any length: it goes before the rank of what may be preempted


@compiled
def _advance(state: State, steps: int) -> int:
    """Execute at most `steps` steps; say why it stopped. ROOM: call again, with empty logs."""
    clock = state.clock[0]
    for _ in range(steps):
        room = state.attempts.size - clock.attempts
        if room < 2 * clock.running or clock.moments == state.moments.size:
            return ROOM
        moment = state.moments[clock.moments]
        moment.step, moment.time, moment.after = clock.now, clock.time, clock.time
        clock.moments += 1
        _observe(state)
        if clock.completed == state.requests.size:
            return DONE
        clock.started = clock.prompt = clock.pairs = clock.swapped = 0
        if clock.waiting > 0 or clock.need > state.rules[0].memory:
            _choose(state)
        _pass(state)
        moment.after = clock.time
        if clock.time >= NEVER or clock.now >= NEVER:
            return TOO_LONG
    return ROOM


@compiled
def _observe(state: State) -> None:
    """Completions leave, in the order of their starts; arrivals wait."""
    clock, requests, running = state.clock[0], state.requests, state.running
    left = 0
    for k in range(clock.running):
        request = running[k]
        this = requests[request]
        if this.made == this.output:
            _end(state, request, True)
            clock.completed += 1
            this.stops = True
        else:
            running[left] = request
            left += 1
    if left < clock.running:
        _forget(state)
        clock.running = left
    while clock.arrived < state.arrivals.size:
        request = state.arrivals[clock.arrived]
        if requests[request].arrival > clock.time:
            break
        _wait(state, request)
        clock.arrived += 1


@compiled
def _forget(state: State) -> None:
    """Take those that stop out of the list by rank."""
    clock, requests, ranked = state.clock[0], state.requests, state.ranked
    left = 0
    for k in range(clock.running):
        request = ranked[k]
        if requests[request].stops:
            requests[request].stops = False
        else:
            ranked[left] = request
            left += 1


@compiled
def _end(state: State, request: int, finished: bool) -> None:
    """An attempt ends now."""
    clock, this = state.clock[0], state.requests[request]
    entry = state.attempts[clock.attempts]
    entry.request, entry.finished, entry.began = request, finished, this.began
    entry.start, entry.end = this.start, clock.now
    clock.attempts += 1
    clock.need -= this.prompt + this.made + 1


@compiled
def _rank(ranking: int, this: Request) -> int:
    """What the policy ranks by, the smallest first, beside whether the request waits."""
    if ranking == ATTAINED:
        return volume(this.prompt, this.made)
    if ranking == REMAINING:
        return volume(this.prompt + this.made, this.output - this.made)
    return max(1, this.predicted - this.made)


@compiled
def _wait(state: State, request: int) -> None:
    """A request waits, with the rank that it keeps while it does."""
    clock, requests, heap = state.clock[0], state.requests, state.waiting
    this, ranking = requests[request], state.rules[0].ranking
    key = _rank(ranking, this)
    if ranking != ATTAINED and ranking != REMAINING:
        key += LAST
    this.key = 2 * key + 1
    place = clock.waiting
    clock.waiting += 1
    while place > 0:
        above = (place - 1) >> 1
        if not _before(requests, request, heap[above]):
            break
        heap[place] = heap[above]
        place = above
    heap[place] = request


@compiled
def _take(state: State) -> None:
    """Remove the first of those that wait."""
    clock, requests, heap = state.clock[0], state.requests, state.waiting
    clock.waiting -= 1
    last, place = heap[clock.waiting], 0
    while True:
        below = 2 * place + 1
        if below >= clock.waiting:
            break
        if below + 1 < clock.waiting and _before(requests, heap[below + 1], heap[below]):
            below += 1
        if not _before(requests, heap[below], last):
            break
        heap[place] = heap[below]
        place = below
    heap[place] = last


@compiled
def _before(requests: Rows[Request], a: int, b: int) -> bool:
    """Is the rank of a better than that of b?"""
    x, y = requests[a], requests[b]
    return x.key < y.key or (x.key == y.key and x.place < y.place)


@compiled
def _sort(state: State) -> None:
    """Rank those that run anew."""
    clock, requests, ranked = state.clock[0], state.requests, state.ranked
    ranking = state.rules[0].ranking
    for k in range(clock.running):
        this = requests[ranked[k]]
        key = _rank(ranking, this)
        if ranking != ATTAINED and ranking != REMAINING and this.made < this.protected:
            key += LAST
        this.key = 2 * key
    for k in range(1, clock.running):
        request, place = ranked[k], k
        while place > 0 and _before(requests, request, ranked[place - 1]):
            ranked[place] = ranked[place - 1]
            place -= 1
        ranked[place] = request


@compiled
def _choose(state: State) -> None:
    """By rank: who runs fits; after the first that does not, no other starts."""
    clock, requests, ranked = state.clock[0], state.requests, state.ranked
    _sort(state)
    free, starts, stops, others = state.rules[0].memory, 0, 0, True
    place = 0
    while place < clock.running or (others and clock.waiting > 0):
        request, runs = -1, False
        if place < clock.running:
            request, runs = ranked[place], True
        if others and clock.waiting > 0:
            head = state.waiting[0]
            if not runs or _before(requests, head, request):
                request, runs = head, False
        this = requests[request]
        need = this.prompt + this.made + 1
        if runs:
            place += 1
        if need <= free:
            free -= need
            if not runs:
                _take(state)
                state.chosen[starts] = request
                starts += 1
            continue
        others = False
        if runs:
            this.stops = True
            stops += 1
    if stops > 0:
        _stop(state)
    for k in range(starts):
        _start(state, state.chosen[k])


@compiled
def _stop(state: State) -> None:
    """Those marked are preempted, in the order of their ranks, and wait."""
    clock, requests, running = state.clock[0], state.requests, state.running
    left = 0
    for k in range(clock.running):
        if not requests[running[k]].stops:
            running[left] = running[k]
            left += 1
    kept = 0
    for k in range(clock.running):
        request = state.ranked[k]
        this = requests[request]
        if this.stops:
            this.stops = False
            _end(state, request, False)
            clock.swapped += this.prompt + this.made
            _wait(state, request)
        else:
            state.ranked[kept] = request
            kept += 1
    clock.running = left


@compiled
def _start(state: State, request: int) -> None:
    """A request starts, with what it has kept."""
    clock, this = state.clock[0], state.requests[request]
    this.start, this.began = clock.now, this.made
    state.running[clock.running] = state.ranked[clock.running] = request
    clock.running += 1
    size = this.prompt + this.made
    clock.need += size + 1
    if this.made > 0 and state.rules[0].swap > 0:
        clock.swapped += size
        return
    clock.started += 1
    clock.prompt += size
    clock.pairs += size * (size + 1) // 2


@compiled
def _pass(state: State) -> None:
    """Every running request makes a token; idle time is skipped."""
    clock, rules = state.clock[0], state.rules[0]
    arrival = NEVER
    if clock.arrived < state.arrivals.size:
        arrival = state.requests[state.arrivals[clock.arrived]].arrival
    idle = clock.running == 0 and clock.waiting == 0
    clock.now += 1
    if not rules.timed:
        if idle:
            clock.now = max(clock.now, arrival)
        clock.time = clock.now
    elif idle:
        clock.time = arrival
    else:
        batch = Batch(clock.running, clock.started, clock.need, clock.prompt, clock.pairs, 0)
        iterate(clock, rules, batch, clock.need)
        if rules.swap > 0 and clock.swapped > 0:
            duration = (rules.swap * clock.swapped + PS_PER_NS - 1) // PS_PER_NS
            if clock.running > 0:
                clock.busy += duration
            pass_time(clock, duration, clock.need)
    for k in range(clock.running):
        state.requests[state.running[k]].made += 1
    clock.need += clock.running


def _entry(version: int) -> Callable[[State, int], int]:
    @cached
    def advance(state: State, steps: int) -> int:
        return _advance(state, steps if version >= 0 else 0)

    return advance


advance = _entry(sources(Path(__file__).parent))
