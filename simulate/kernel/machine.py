"""The kernel's loop: from event to event, the four phases of `kvratio.simulate.engine` in each.

Only steps in which something can happen are executed: one that completes, outlives, is thinned or
arrives (the agenda and the arrivals); the step in which the cache would overflow; the first one
in which the next request might start; and the one after an eviction.
"""

from collections.abc import Callable

from kvratio.simulate.compiled import cache
from kvratio.simulate.compiled.compiler import cached, compiled, sources
from kvratio.simulate.compiled.state import NEVER, State
from kvratio.simulate.kernel import agenda, attempts, hooks, overflow, watch

SCANS = 4  # so many of the requests that an overflow evicts are looked for one by one

DONE, ROOM, LEARN, LIVELOCK, TOO_LONG = range(5)


@compiled
def _advance(state: State, events: int) -> int:
    """Execute at most `events` steps; say why it stopped.

    ROOM: call again, after enlarging the log and the tables. LEARN: call again, after
    learning from what has been observed in this step (the `learn` of what the policy assumes).
    """
    clock, rules = state.clock[0], state.rules[0]
    for _ in range(events):
        if not clock.observed:
            if not has_room(state):
                return ROOM
            if rules.timed:
                watch.note(state)
            clock.steps += 1
            observe(state)
            if clock.completed == state.requests.size:
                return DONE
            clock.observed = True
            if hooks.learns(rules.assumes, state):
                return LEARN
        clock.observed = False
        resolve(state)
        then = admit(state)
        if clock.partial >= 0:
            then = clock.now + 1
        elif clock.running > 0:
            then = min(then, state.agenda[0].due)
            then = min(then, (rules.memory - clock.offset) // clock.running)
        if rules.timed:
            # patience bounds the steps of which nothing is expected
            then = watch.pass_steps(state, min(then, clock.last_event + rules.patience + 2))
            if clock.partial >= 0:
                attempts.delay(state, clock.partial)
        else:
            then = until_arrival(state, then)
            clock.time = then
        count_work(state)
        if then - clock.last_event > rules.patience + 1:
            return LIVELOCK
        if then > rules.horizon or clock.time >= NEVER:
            return TOO_LONG
        clock.now = then
    return ROOM


@compiled
def has_room(state: State) -> bool:
    """Do the tables have space for all that a step might write?

    A step logs each running request at most once, and learns from it.
    """
    clock = state.clock[0]
    if state.log.size - clock.attempts < clock.running:
        return False
    if state.rules[0].timed and clock.moments == state.moments.size:
        return False
    fits: bool = hooks.has_room(state.rules[0].admits, state)
    return fits


@compiled
def until_arrival(state: State, then: int) -> int:
    """The step `then`, or that of the next arrival if it comes first; idle time is skipped."""
    clock = state.clock[0]
    if clock.arrived == state.arrivals.size:
        return then
    then = min(then, state.requests[state.arrivals[clock.arrived]].arrival)
    if clock.running == 0 and hooks.none_waits(state):
        clock.last_event = then - 1
    return then


@compiled
def observe(state: State) -> None:
    """Completions leave, arrivals join; what else is due in this step is noted."""
    clock, rules, requests = state.clock[0], state.rules[0], state.requests
    clock.due = 0
    while clock.listed > 0 and state.agenda[0].due == clock.now:
        request = state.agenda[0].request
        agenda.leave(state, request)
        if clock.now - requests[request].start == requests[request].output:
            attempts.complete(state, request)
        else:
            state.due[clock.due] = request
            clock.due += 1
    while clock.arrived < state.arrivals.size:
        request = state.arrivals[clock.arrived]
        if requests[request].arrival > clock.time:
            break
        hooks.arrived(rules.assumes, state, request)
        attempts.join(state, request)
        clock.arrived += 1
        clock.last_event = clock.now


@compiled
def resolve(state: State) -> None:
    """Promotions, thinning, overflow; `late` are those that join after this step's admissions."""
    clock, rules = state.clock[0], state.rules[0]
    clock.late = 0
    hooks.look(rules.assumes, state)
    promote(state)
    thin(state)
    excess = cache.need(state) - rules.memory
    clock.paused = excess > 0 and rules.pauses
    if excess > 0:
        evict(state, excess)


@compiled
def promote(state: State) -> None:
    """Of those that are due, end the stages that were outlived; the others stay due."""
    clock, stay = state.clock[0], 0
    for k in range(clock.due):
        request = state.due[k]
        if hooks.outlives(state.rules[0].assumes, state, request):
            attempts.promote(state, request)
        else:
            state.due[stay] = request
            stay += 1
    clock.due = stay


@compiled
def thin(state: State) -> None:
    """Of those that are still due, some do not survive; the others go on."""
    clock = state.clock[0]
    for k in range(clock.due):
        request = state.due[k]
        this = state.requests[request]
        if clock.now - this.start >= this.survives:
            attempts.thin(state, request)
        else:
            attempts.go_on(state, request)


@compiled
def evict(state: State, excess: int) -> None:
    """Evict until the next step fits, and until a round that has begun is over."""
    clock = state.clock[0]
    rounds = hooks.rounds(state.rules[0].evicts, state)
    scans = 0 if rounds else SCANS
    evicted, round_ = 0, 0
    while excess > 0 or (rounds and clock.listed > 0 and state.victims[0].rank == round_):
        if evicted == scans:
            overflow.arrange(state, rounds)
        if evicted < scans:
            place = overflow.first(state.rules[0].evicts, state)
        else:
            round_ = state.victims[0].rank
            place = overflow.take(state)
        victim = state.agenda[place]
        request = victim.request
        excess -= overflow.need(clock, victim)
        evicted += 1
        agenda.leave(state, request)
        attempts.evict(state, request)


@compiled
def admit(state: State) -> int:
    """Start what fits; then the late ones join.

    Returns the first later step in which a request might start if nothing else happens.
    """
    clock, rules = state.clock[0], state.rules[0]
    admits = rules.admits
    if rules.chunk > 0:
        watch.go_on(clock, rules, state.requests)
    hooks.begin(admits, state)
    blocked, opens = start_prefix(state)
    for k in range(clock.late):
        attempts.join(state, state.late[k])
    head = hooks.candidate(admits, state)
    hooks.finish(admits, state, head)
    if head == -1:
        # a phase begins when nothing runs, in the next step at the latest
        return clock.now + 1 if clock.queued > 0 and clock.running == 0 else NEVER
    return opens if head == blocked else clock.now + 1


@compiled
def start_prefix(state: State) -> tuple[int, int]:
    """Start the largest feasible prefix of the requests that may start, unless admission pauses.

    Returns the first request that may not start yet, and a step before which it cannot; (-2, NEVER)
    if no request is kept out.
    """
    clock, admits = state.clock[0], state.rules[0].admits
    while not clock.paused:
        head = hooks.candidate(admits, state)
        if head == -1:
            break
        if state.rules[0].chunk > 0 and clock.open <= 0:
            return head, clock.now + 1
        opens = hooks.earliest(admits, state, head)
        if opens > clock.now:
            return head, opens
        hooks.take(admits, state)
        attempts.start(state, head)
    return -2, NEVER


@compiled
def count_work(state: State) -> None:
    """Keep the largest work of a step: ends looked at, starts, moves in heaps."""
    clock = state.clock[0]
    clock.most_looked = max(clock.most_looked, clock.looked - clock.looked_before)
    clock.most_started = max(clock.most_started, clock.starts - clock.starts_before)
    clock.most_moves = max(clock.most_moves, clock.moves - clock.moves_before)
    clock.looked_before, clock.starts_before = clock.looked, clock.starts
    clock.moves_before = clock.moves


def _entry(version: int) -> Callable[[State, int], int]:
    @cached
    def advance(state: State, events: int) -> int:
        return _advance(state, events if version >= 0 else 0)

    return advance


advance = _entry(sources())
