"""WAIT and Nested WAIT step by step, compiled: the schedules of `kvratio.simulate.wait.schedulers`.

Running requests are listed in the order of their starts, for each type; under Nested WAIT in a
single list. There a request that started earlier has made no fewer tokens, so those of one stage
are neighbours: a block. A step costs what moves in it, and the types or the occupied stages.
"""

from collections.abc import Callable
from pathlib import Path

from kvratio.simulate.compiled.compiler import cached, compiled, sources
from kvratio.simulate.compiled.state import NEVER
from kvratio.simulate.iteration import Batch
from kvratio.simulate.kernel.watch import iterate, pass_time
from kvratio.simulate.wait.state import NOBODY, State

DONE, ROOM, LIVELOCK, TOO_LONG = range(4)


@compiled
def _advance(state: State, steps: int) -> int:
    """Execute at most `steps` steps; say why it stopped. ROOM: call again, with empty logs."""
    clock, rules = state.clock[0], state.rules[0]
    for _ in range(steps):
        # a request that runs or starts ends at most one attempt and one hold in a step
        room = min(state.attempts.size - clock.attempts, state.holds.size - clock.holds)
        if room < clock.running + state.blocks.size or clock.moments == state.moments.size:
            return ROOM
        event = _observe(state)
        moment = state.moments[clock.moments]
        moment.step, moment.time, moment.after = clock.now, clock.time, clock.time
        clock.moments += 1
        if clock.completed == state.requests.size:
            return DONE
        if rules.nested:
            _choose_blocks(state)
        else:
            _choose_types(state)
        if _make_room(state):
            _start(state)
        if rules.nested:
            _move_blocks(state)
        else:
            _move_types(state)
        _pass(state)
        moment.after = clock.time
        clock.now += 1
        if event:
            clock.last_event = clock.now
        elif clock.now - clock.last_event > rules.patience:
            return LIVELOCK
        if clock.time >= NEVER:
            return TOO_LONG
    return ROOM


@compiled
def _observe(state: State) -> bool:
    """Arrivals join their queues; has any request arrived or completed?"""
    clock, before = state.clock[0], state.clock[0].arrived
    while clock.arrived < state.arrivals.size:
        request = state.arrivals[clock.arrived]
        if state.requests[request].arrival > clock.time:
            break
        _join(state, request)
        clock.arrived += 1
    event = clock.arrived > before or clock.completed > clock.seen
    clock.seen = clock.completed
    return event


@compiled
def _choose_types(state: State) -> None:
    """WAIT: a type moves when enough of it wait to start."""
    clock = state.clock[0]
    for k in range(state.groups.size):
        group = state.groups[k]
        group.ready = group.queued >= group.threshold or clock.draining
        if group.ready:
            clock.moving += group.running


@compiled
def _choose_blocks(state: State) -> None:
    """Nested WAIT: segments move, from the first on, as long as enough stand at their entries."""
    clock, groups, blocks = state.clock[0], state.groups, state.blocks
    segments, entering, b = 0, groups[0].queued, clock.blocks - 1
    while segments < groups.size and (entering >= groups[segments].threshold or clock.draining):
        entry = groups[segments].end  # that of the next segment
        segments += 1
        while b >= 0 and blocks[b].stage < entry:
            b -= 1
        entering = blocks[b].count if b >= 0 and blocks[b].stage == entry else 0
    groups[0].ready = segments > 0
    segment = 0
    for b in range(clock.blocks - 1, -1, -1):
        block = blocks[b]
        while segment < groups.size - 1 and groups[segment].end <= block.stage:
            segment += 1
        block.moving = min(block.count, groups[segment].threshold) if segment < segments else 0
        clock.moving += block.moving


@compiled
def _make_room(state: State) -> bool:
    """Evict the newest until the running requests fit; is no request evicted?"""
    clock, rules = state.clock[0], state.rules[0]
    fits = True
    while clock.held + clock.moving > rules.memory:
        fits = False
        _evict(state, _newest(state))
    return fits


@compiled
def _newest(state: State) -> int:
    """Who started last of all that run."""
    found = NOBODY
    for k in range(state.groups.size):
        last = state.groups[k].last
        if last == NOBODY:
            continue
        if found == NOBODY or state.requests[last].rank > state.requests[found].rank:
            found = last
    return found


@compiled
def _evict(state: State, request: int) -> None:
    """End an attempt for lack of cache; the request waits anew."""
    clock, this = state.clock[0], state.requests[request]
    if state.rules[0].nested:
        block = state.blocks[clock.blocks - 1]
        if block.moving == block.count:
            block.moving -= 1
            clock.moving -= 1
        block.count -= 1
        if block.count == 0:
            clock.blocks -= 1
    elif state.groups[this.group].ready:
        clock.moving -= 1
    clock.held -= this.prompt + this.made
    _end_hold(state, request)
    _end(state, request, clock.now, False)
    _join(state, request)


@compiled
def _start(state: State) -> None:
    """The heads of the queues of those that are ready start, up to the first that does not fit."""
    clock, rules = state.clock[0], state.rules[0]
    first, fits = NOBODY, True
    for k in range(state.groups.size):
        group = state.groups[k]
        count = min(group.threshold, group.queued) if group.ready else 0
        while count > 0 and fits:
            this = state.requests[group.queue_first]
            fits = clock.held + clock.moving + this.prompt + 1 <= rules.memory
            if fits:
                first = group.queue_first if first == NOBODY else first
                _enter(state, group.queue_first)
                count -= 1
    if rules.nested and clock.started > 0:
        _add_block(state, 0, first, clock.started)
        state.blocks[clock.blocks - 1].moving = clock.started


@compiled
def _enter(state: State, request: int) -> None:
    """The head of a queue starts to run: it goes to the end of the running requests."""
    clock, this = state.clock[0], state.requests[request]
    group = state.groups[this.group]
    group.queue_first = this.after
    group.queued -= 1
    this.made, this.rank = 0, clock.starts
    this.start = this.still = clock.now
    this.before, this.after = group.last, NOBODY
    if group.last == NOBODY:
        group.first = request
    else:
        state.requests[group.last].after = request
    group.last = request
    group.running += 1
    clock.running += 1
    clock.starts += 1
    clock.moving += 1
    clock.started += 1
    clock.held += this.prompt
    clock.prompt += this.prompt
    clock.pairs += this.prompt * (this.prompt + 1) // 2


@compiled
def _move_types(state: State) -> None:
    for k in range(state.groups.size):
        if not state.groups[k].ready:
            continue
        request = state.groups[k].first
        while request != NOBODY:
            following = state.requests[request].after
            _make_token(state, request)
            request = following


@compiled
def _move_blocks(state: State) -> None:
    """Requests that move join the preceding block if it is of the next stage, or make one."""
    clock, old = state.clock[0], state.old_blocks
    count = clock.blocks
    for b in range(count):
        old[b] = state.blocks[b]
    clock.blocks = 0
    for b in range(count):
        block = old[b]
        request = block.first
        for _ in range(block.moving):
            following = state.requests[request].after
            if _make_token(state, request):
                _add_block(state, block.stage + 1, request, 1)
            request = following
        if block.count > block.moving:
            _add_block(state, block.stage, request, block.count - block.moving)


@compiled
def _add_block(state: State, stage: int, first: int, count: int) -> None:
    """Put neighbours behind all others."""
    clock = state.clock[0]
    if clock.blocks > 0 and state.blocks[clock.blocks - 1].stage == stage:
        state.blocks[clock.blocks - 1].count += count
        return
    block = state.blocks[clock.blocks]
    block.stage, block.first, block.count = stage, first, count
    clock.blocks += 1


@compiled
def _make_token(state: State, request: int) -> bool:
    """A request moves; does it go on after that?"""
    clock, this = state.clock[0], state.requests[request]
    _end_hold(state, request)
    this.still = clock.now + 1
    this.made += 1
    clock.held += 1
    clock.cache += this.prompt + this.made
    if this.made < this.output:
        return True
    clock.leaving += this.prompt + this.made
    clock.completed += 1
    _end(state, request, clock.now + 1, True)
    return False


@compiled
def _end_hold(state: State, request: int) -> None:
    """If a request has not moved up to now, write down since when."""
    clock, this = state.clock[0], state.requests[request]
    if this.still == clock.now:
        return
    hold = state.holds[clock.holds]
    hold.request, hold.first, hold.end = request, this.still, clock.now
    clock.holds += 1


@compiled
def _end(state: State, request: int, end: int, finished: bool) -> None:
    """An attempt ends; the request leaves the running ones."""
    clock, this = state.clock[0], state.requests[request]
    group, entry = state.groups[this.group], state.attempts[clock.attempts]
    entry.request, entry.start, entry.end, entry.finished = request, this.start, end, finished
    entry.rank = this.rank
    clock.attempts += 1
    if this.before == NOBODY:
        group.first = this.after
    else:
        state.requests[this.before].after = this.after
    if this.after == NOBODY:
        group.last = this.before
    else:
        state.requests[this.after].before = this.before
    group.running -= 1
    clock.running -= 1


@compiled
def _join(state: State, request: int) -> None:
    """Go to the end of the queue."""
    this = state.requests[request]
    group = state.groups[this.group]
    if group.queued == 0:
        group.queue_first = request
    else:
        state.requests[group.queue_last].after = request
    group.queue_last = request
    group.queued += 1


@compiled
def _pass(state: State) -> None:
    """Time passes: an iteration, or, if no request moves, all of it to the next arrival.

    Where no request moves and none is to arrive, thresholds are waived from now on.
    """
    clock = state.clock[0]
    if clock.moving > 0:
        batch = Batch(clock.moving, clock.started, clock.cache, clock.prompt, clock.pairs, 0)
        iterate(clock, state.rules[0], batch, clock.held)
    elif clock.arrived < state.arrivals.size:
        arrival = state.requests[state.arrivals[clock.arrived]].arrival
        pass_time(clock, arrival - clock.time, clock.held)
    else:
        clock.draining = True
    clock.held -= clock.leaving
    clock.moving = clock.started = clock.cache = clock.prompt = clock.pairs = clock.leaving = 0


def _entry(version: int) -> Callable[[State, int], int]:
    @cached
    def advance(state: State, steps: int) -> int:
        return _advance(state, steps if version >= 0 else 0)

    return advance


advance = _entry(sources(Path(__file__).parent))
