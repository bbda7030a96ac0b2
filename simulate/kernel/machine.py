"""The kernel's loop: from event to event, the four phases of `kvratio.simulate.engine` in each.

Only steps in which something can happen are executed: one that completes, outlives, is thinned or
arrives (the agenda and the arrivals); the step in which the cache would overflow; the first one
in which the head of the queue might start; and the one after an eviction.
"""

from collections.abc import Callable

from kvratio.simulate.chance import Purpose
from kvratio.simulate.kernel import (
    agenda,
    ahead,
    line,
    overflow,
    pace,
    phase,
    prices,
    thinning,
    watch,
)
from kvratio.simulate.kernel.compiled import cached, compiled, draw, sources
from kvratio.simulate.kernel.state import NEVER, State
from kvratio.simulate.policy import Order

QUEUE = int(Purpose.QUEUE)
BY_LENGTH, BY_ARRIVAL = int(Order.ASSUMED_LENGTH), int(Order.ARRIVAL)
JOINED, BY_VOLUME, BY_PRICE = int(Order.JOINED), int(Order.VOLUME), int(Order.PRICE)

SCANS = 4  # so many victims of an overflow are looked for one by one

DONE, ROOM, LEARN, LIVELOCK, TOO_LONG = range(5)


@compiled
def _advance(state: State, events: int) -> int:
    """Execute at most `events` steps; say why it stopped.

    ROOM: call again, after making room in the log and the tables. LEARN: call again, after
    learning from what has been observed in this step (`kvratio.simulate.kernel.prices`).
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
            if clock.completed >= clock.learn_at:
                return LEARN
        clock.observed = False
        resolve(state)
        then = admit(state)
        if clock.running > 0:
            then = min(then, state.agenda[0].due)
            then = min(then, (rules.memory - clock.base) // clock.running)
        if rules.timed:
            # patience bounds the steps of which nothing is expected
            then = watch.pass_steps(state, min(then, clock.last_event + rules.patience + 2))
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
    """Is there room for all that a step might write?

    A step logs each running request at most once, and learns from it.
    """
    clock = state.clock[0]
    if state.log.size - clock.attempts < clock.running:
        return False
    if state.rules[0].timed and clock.moments == state.moments.size:
        return False
    return state.volumes.size >= 2 * (clock.volumes + clock.running)


@compiled
def until_arrival(state: State, then: int) -> int:
    """The step `then`, or that of the next arrival if it comes first; idle time is skipped."""
    clock = state.clock[0]
    if clock.arrived == state.arrivals.size:
        return then
    then = min(then, state.requests[state.arrivals[clock.arrived]].arrival)
    if clock.running == 0 and line.is_empty(clock):
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
        if clock.now - requests[request].start < requests[request].output:
            state.due[clock.due] = request
            clock.due += 1
            continue
        if rules.paced:
            pace.ended(state, request)
        if rules.priced:
            prices.completes(state, request)
        end(state, request, True)
        clock.completed += 1
        clock.last_event = clock.now
        clock.cleared = False
    while clock.arrived < state.arrivals.size:
        request = state.arrivals[clock.arrived]
        if requests[request].arrival > clock.time:
            break
        if rules.priced:
            prices.arrives(state, request)
        join(state, request)
        clock.arrived += 1
        clock.last_event = clock.now


@compiled
def resolve(state: State) -> None:
    """Promotions, thinning, overflow; `late` are those that join after this step's admissions."""
    clock, rules, requests = state.clock[0], state.rules[0], state.requests
    clock.late = 0
    if rules.priced:
        prices.reach_levels(state)
    for k in range(clock.due):
        request = state.due[k]
        if outlives(state, request):
            promote(state, request)
            state.due[k] = -1
    for k in range(clock.due):
        request = state.due[k]
        if request < 0:
            continue
        if clock.now - requests[request].start >= requests[request].survives:
            if rules.paced:
                pace.ended(state, request)
            evict(state, request)
        elif rules.priced:
            agenda.enter(state, request, next_event(state, request))
        else:
            go_on_overdue(state, request)
    excess = clock.base + clock.running * (clock.now + 1) - rules.memory
    clock.paused = excess > 0 and rules.pauses
    if rules.cleared:
        clear(state, excess)
        return
    evicted = 0
    while excess > 0:
        if evicted == SCANS:
            overflow.arrange(state)
        place = overflow.first(state) if evicted < SCANS else overflow.take(state)
        evicted += 1
        excess -= cancel(state, place)


@compiled
def clear(state: State, excess: int) -> None:
    """Whole rounds of clearing, until the next step fits."""
    if excess <= 0:
        return
    clock = state.clock[0]
    overflow.draw_rounds(state)
    clock.cleared = True
    round_ = 0
    while excess > 0 or (clock.listed > 0 and state.victims[0].rank == round_):
        round_ = state.victims[0].rank
        excess -= cancel(state, overflow.take(state))


@compiled
def cancel(state: State, place: int) -> int:
    """Evict who stands at a place of the agenda for lack of cache; returns the tokens freed."""
    victim = state.agenda[place]
    freed, request = overflow.need(state.clock[0], victim), victim.request
    agenda.leave(state, request)
    evict(state, request)
    return freed


@compiled
def admit(state: State) -> int:
    """The largest feasible prefix of the queue, then the late ones join.

    Returns the first later step in which the head might start if nothing else happens.
    """
    clock, rules = state.clock[0], state.rules[0]
    if rules.paced:
        pace.provide(state)
    then, head = NEVER, -1
    if rules.staggered and not clock.paused:
        phase.begin(state)
    while not clock.paused:
        head = candidate(state)
        if head < 0:
            break
        then = startable(state, head)
        if then > clock.now:
            break
        if rules.staggered:
            clock.member += 1
        else:
            line.take(state)
        start(state, head)
    for k in range(clock.late):
        join(state, state.late[k])
    following = candidate(state)
    if rules.paced:
        pace.forget(state, following)
    if following == -1:
        return clock.now + 1 if clock.queued > 0 and clock.running == 0 else NEVER
    return then if following == head and then > clock.now else clock.now + 1


@compiled
def candidate(state: State) -> int:
    """Who is to start next: the head of the queue, or of the running phase; -1 for nobody."""
    clock = state.clock[0]
    if state.rules[0].staggered:
        return state.phase[clock.member] if clock.member < clock.members else -1
    return line.head(state) if clock.queued > 0 else -1


@compiled
def startable(state: State, request: int) -> int:
    """A step before which the head cannot start; not after `now` exactly if it can start now.

    Between events the next step never gets easier and slots never get free, so NEVER stands for
    "not before the next event"; credit grows by `memory` a step. An empty cache takes everyone.
    """
    clock, rules, this = state.clock[0], state.rules[0], state.requests[request]
    if rules.staggered and phase.due(state) > clock.now:
        return phase.due(state)
    if clock.running == 0:
        return clock.now
    if rules.slot:
        held = clock.slots + clock.overdue_base + clock.overdue * clock.now
        return clock.now if held + this.prompt + this.assumed <= rules.budget else NEVER
    need = clock.base + clock.running * (clock.now + 1)
    if need + this.prompt + 1 > rules.budget:
        return NEVER
    if rules.look_ahead:
        return ahead.earliest(state, request)
    if rules.paced:
        missing = pace.cost(state, request) - clock.credit
        return clock.now + max(0, (missing + rules.memory - 1) // rules.memory)
    return clock.now


@compiled
def start(state: State, request: int) -> None:
    """A waiting request starts to run."""
    clock, rules, this = state.clock[0], state.rules[0], state.requests[request]
    this.start, this.rank = clock.now, clock.starts
    clock.starts += 1
    clock.running += 1
    clock.base += this.prompt - clock.now
    if rules.look_ahead:
        ahead.include(state, clock.now + this.assumed, this.prompt - clock.now)
    if rules.paced:
        clock.credit = max(0, clock.credit - pace.cost(state, request))
    if rules.timed:
        watch.begin(clock, this)
    if rules.priced:
        prices.starts(state, request)
    clock.slots += this.prompt + this.assumed
    this.overdue = False
    this.survives = thinning.survival(state, request) if rules.thinned else NEVER
    agenda.enter(state, request, next_event(state, request))


@compiled
def end(state: State, request: int, finished: bool) -> None:
    """An attempt ends now; the request has left the agenda."""
    clock, rules, this = state.clock[0], state.rules[0], state.requests[request]
    entry = state.log[clock.attempts]
    entry.request, entry.finished = request, finished
    entry.start, entry.end = this.start, clock.now
    clock.attempts += 1
    clock.running -= 1
    clock.base -= this.prompt - this.start
    if this.overdue:
        clock.overdue -= 1
        clock.overdue_base -= this.prompt + 1 - this.start
    else:
        clock.slots -= this.prompt + this.assumed
    if rules.look_ahead and this.start + this.assumed > clock.now:
        ahead.exclude(state, this.start + this.assumed, this.prompt - this.start)


@compiled
def next_event(state: State, request: int) -> int:
    """When a running request completes, outlives what was assumed (if it matters) or is thinned."""
    rules, this = state.rules[0], state.requests[request]
    step = this.start + min(this.output, this.survives)
    matters = this.stage + 1 < rules.stages or (rules.slot and not this.overdue)
    return min(step, this.start + this.assumed) if matters else step


@compiled
def outlives(state: State, request: int) -> bool:
    """Has it made all tokens of its stage and goes on, with another stage to come?"""
    this = state.requests[request]
    if state.rules[0].priced:
        return state.known[request].status == prices.WAITING
    more = this.stage + 1 < state.rules[0].stages
    return more and state.clock[0].now - this.start >= this.assumed


@compiled
def promote(state: State, request: int) -> None:
    """End the attempt and wait for the next stage."""
    this = state.requests[request]
    if state.rules[0].paced:
        pace.ended(state, request)
    end(state, request, False)
    if not state.rules[0].priced:
        this.stage += 1
        learn(state, request, state.caps[this.stage] if state.caps.size else this.upper)
    join(state, request)


@compiled
def evict(state: State, request: int) -> None:
    """End an attempt by thinning or overflow, and learn from the tokens made."""
    clock, this = state.clock[0], state.requests[request]
    end(state, request, False)
    if state.rules[0].priced:
        prices.reach(state, request)
    else:
        learn(state, request, clock.now - this.start + state.rules[0].one_more)
    state.late[clock.late] = request
    clock.late += 1


@compiled
def go_on_overdue(state: State, request: int) -> None:
    """From now on its slot grows with every token."""
    clock, this = state.clock[0], state.requests[request]
    this.overdue = True
    clock.slots -= this.prompt + this.assumed
    clock.overdue += 1
    clock.overdue_base += this.prompt + 1 - this.start
    agenda.enter(state, request, next_event(state, request))


@compiled
def learn(state: State, request: int, bound: int) -> None:
    """Raise the assumed length, never above what fits."""
    this = state.requests[request]
    most = state.rules[0].memory - this.prompt
    this.assumed = max(this.assumed, min(bound, most))


@compiled
def join(state: State, request: int) -> None:
    """Enter the queue; `attempts` counts how often."""
    clock, order, this = state.clock[0], state.rules[0].order, state.requests[request]
    key = 0
    if order == BY_LENGTH:
        key = this.assumed
    elif order == BY_ARRIVAL:
        key = this.arrival
    elif order == JOINED:
        key = clock.joins
    elif order == BY_VOLUME:
        key = pace.volume(this.prompt, this.assumed)
    elif order == BY_PRICE:
        key = prices.waits(state, request)
    line.join(state, key, request, draw(this.key, this.attempts, QUEUE))
    this.attempts += 1
    clock.joins += 1


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
