"""Gittins ranks in the kernel: `kvratio.simulate.learned.knowledge` in flat arrays.

These are the kernel's functions for the words LEVELS and GITTINS (`kvratio.simulate.words`). They
bring the compiler, as `gittins` does, so they do not stand in the files of the words.
What is learned is the same code for both engines; the kernel stops for it (`learn`) after having
observed a step, and goes on with the step then.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numpy as np

from kvratio.simulate.compiled import cache
from kvratio.simulate.compiled.compiler import compiled
from kvratio.simulate.compiled.state import Ints, Rows, State, plain, rows
from kvratio.simulate.learned import gittins, learning
from kvratio.simulate.learned.compiled import cached
from kvratio.simulate.learned.gittins import Flags
from kvratio.simulate.policy import Policy
from kvratio.theory.model import Instance

AWAY, WAITING, RUNNING, DONE = range(4)


@dataclass
class Numbers:
    """`due_at`: completions at which to learn next; `levels`: their number in the plan; `wanted`:
    tokens that all waiting requests would need in their first step; `square`: root of the number
    of the next arrival that is exempt. `horizon` (of ONE), `overtaking`: of the policy. `first`,
    `latest`: steps of arrivals; `at_first`: how many came in the first. `owed`: the sum of the
    prices of the waiting requests; `longest`: the most that it has been; `typical`: the price of
    one; `placed`: `longest` when they were last put in order."""

    due_at: int
    levels: int
    wanted: int
    square: int
    horizon: int
    first: int
    latest: int
    at_first: int
    overtaking: int
    owed: int
    longest: int
    typical: int
    placed: int


@dataclass
class Known:
    """What is known of a request: its scale, the tokens that its output exceeds, where it is,
    whether it is never evicted at a level, the step in which it came; of one that waits, its
    price."""

    scale: int
    known: int
    status: int
    exempt: bool
    came: int
    price: int


class Store(NamedTuple):
    """The arrays of learned ranks."""

    numbers: Rows[Numbers]  # one
    known: Rows[Known]
    survival: Ints  # of lengths, by class and bin
    levels: Ints  # of the plan
    volumes: Ints  # scratch: stages of a request
    completions: Ints


def store(instance: Instance, policy: Policy, used: bool) -> Store:
    """Before anything has been seen."""
    known, numbers = rows(instance.n if used else 0, Known), rows(1, Numbers)
    fields = plain(numbers)
    fields["due_at"], fields["square"] = learning.due_after(0), 1
    fields["horizon"], fields["overtaking"] = policy.ahead, policy.overtaking
    if used:
        lower, upper = np.array(instance.lower), np.array(instance.upper)
        plain(known)["scale"] = np.minimum(lower + upper, gittins.MOST_MEMORY)
    return Store(
        numbers=numbers,
        known=known,
        survival=learning.ignorance() if used else np.zeros((0, gittins.BINS), np.int64),
        levels=np.zeros(gittins.MOST_STAGES, np.int64),
        volumes=np.zeros(gittins.MOST_STAGES, np.int64),
        completions=np.zeros(gittins.MOST_STAGES, np.int64),
    )


@compiled
def arrived(state: State, request: int) -> None:
    """Nothing is known; every k^2-th to arrive is exempt."""
    mine: Store = state.own.levels
    numbers = mine.numbers[0]
    if state.clock[0].arrived + 1 == numbers.square * numbers.square:
        mine.known[request].exempt = True
        numbers.square += 1
    mine.known[request].came = numbers.latest = state.clock[0].now
    if state.clock[0].arrived == 0:
        numbers.first = numbers.latest
    if numbers.first == numbers.latest:
        numbers.at_first += 1
    assume(state, request)


@compiled
def completed(state: State, request: int) -> None:
    """The length is known."""
    mine: Store = state.own.levels
    this = mine.known[request]
    this.status, this.known = DONE, state.requests[request].output


@compiled
def key(state: State, request: int) -> int:
    """A request joins the queue; its place there."""
    mine: Store = state.own.levels
    this, numbers = mine.known[request], mine.numbers[0]
    this.status = WAITING
    numbers.wanted += state.requests[request].prompt + state.requests[request].kept + 1
    rank = gittins_rank(state, request, state.rules[0].keeps)
    this.price = gittins.price(rank, state.rules[0].memory)
    numbers.owed += this.price
    numbers.longest = max(numbers.longest, numbers.owed)
    return place(state, request, rank)


@compiled
def place(state: State, request: int, rank: int) -> int:
    """The place in the queue of a request with this rank."""
    mine: Store = state.own.levels
    numbers, memory = mine.numbers[0], state.rules[0].memory
    if numbers.overtaking == 0:
        return rank
    steps = gittins.allowance(numbers.longest, memory, numbers.overtaking)
    price, came = gittins.price(rank, memory), mine.known[request].came
    found: int = gittins.place(came, steps, price, numbers.typical)
    return found


@compiled
def started(state: State, request: int) -> None:
    """A request leaves the queue."""
    mine: Store = state.own.levels
    mine.known[request].status = RUNNING
    mine.numbers[0].owed -= mine.known[request].price
    mine.numbers[0].wanted -= state.requests[request].prompt + state.requests[request].kept + 1


@compiled
def evicted(state: State, request: int) -> None:
    """The output exceeds what an attempt has made that goes on, or was evicted just now."""
    mine: Store = state.own.levels
    this = mine.known[request]
    this.known = max(this.known, state.clock[0].now - state.requests[request].start)
    assume(state, request)


@compiled
def assume(state: State, request: int) -> None:
    """The assumed length is the end of the next stage."""
    mine: Store = state.own.levels
    this, known, count = state.requests[request], mine.known[request].known, mine.numbers[0].levels
    most = state.rules[0].memory - this.prompt
    this.assumed = gittins.cap(mine.levels, count, this.prompt, known, most)


@compiled
def gittins_rank(state: State, request: int, kept: bool) -> int:
    """Token-steps a completion."""
    mine: Store = state.own.levels
    this, known, count = state.requests[request], mine.known[request], mine.numbers[0].levels
    facts = (this.prompt, known.scale, state.rules[0].memory - this.prompt)
    table = mine.survival[gittins.class_of(known.scale)]
    scratch, both = (mine.volumes, mine.completions), (kept, state.rules[0].keeps)
    return gittins.rank(table, facts, known.known, both, (mine.levels, count), scratch)


@compiled
def look(state: State) -> None:
    """Give the requests that are due their next levels; mark as waiting those to evict.

    These have reached a level, and the head of the queue has a lower rank than their rest, which
    would stand behind it, and the waiting requests do not all fit.
    """
    mine: Store = state.own.levels
    clock, numbers = state.clock[0], mine.numbers[0]
    urgent = clock.queued > 0 and cache.need(state) + numbers.wanted > state.rules[0].memory
    for k in range(clock.due):
        request = state.due[k]
        this = state.requests[request]
        ended = clock.now - this.start >= this.assumed
        evicted(state, request)
        if not ended or not urgent or mine.known[request].exempt:
            continue
        rest, head = gittins_rank(state, request, True), state.queue[0]
        if rest > mine.known[head.request].price and place(state, request, rest) > head.key:
            mine.known[request].status = WAITING


@compiled
def outlives(state: State, request: int) -> bool:
    """Has `look` marked the request?"""
    mine: Store = state.own.levels
    return mine.known[request].status == WAITING


@compiled
def promote(state: State, request: int) -> None:
    """`look` has assumed the next level."""


@compiled
def learns(state: State) -> bool:
    """Is there something to learn, or the queue to be put in order?"""
    mine: Store = state.own.levels
    clock, numbers = state.clock[0], mine.numbers[0]
    if clock.completed >= numbers.due_at:
        return True
    if numbers.overtaking == 0 or numbers.latest != clock.now:
        return False
    outgrown: bool = gittins.outgrown(numbers.longest, numbers.placed)
    return outgrown


def learn(state: State) -> None:
    """Learn from all that has been seen, and put the queue in the order of the new ranks.

    All running requests are due, to go on by the new plan.
    """
    clock, requests = state.clock[0], cast(Any, state.requests)
    mine: Store = state.own.levels
    known, numbers, queue = cast(Any, mine.known), mine.numbers[0], cast(Any, state.queue)
    lengths, completed, rows, of, running = gathered(known, requests, int(clock.now))
    waiting, came = of
    seen = learning.Seen(lengths[0], lengths[1], completed, rows)
    memory, keeps = int(state.rules[0].memory), bool(state.rules[0].keeps)
    plan = (mine.levels, int(numbers.levels))
    found = learning.learn(seen, memory, mine.survival, plan, keeps, _flow(state))
    numbers.levels, numbers.due_at = found.levels, learning.due_after(int(clock.completed))
    prices = np.minimum(found.rank, memory * memory)
    numbers.owed = int(prices.sum())
    numbers.longest = numbers.placed = max(numbers.longest, numbers.owed)
    numbers.typical = learning.typical(prices, int(numbers.typical))
    places = found.rank
    if numbers.overtaking:
        steps = gittins.allowance(int(numbers.longest), memory, int(numbers.overtaking))
        typical = int(numbers.typical)
        places = gittins.places(came, steps, prices, typical, found.first)
    order = gittins.ascending(places)  # sorted, and so a heap
    put(known, requests, queue, (waiting, prices, found.stop), (places, order))
    cast(Any, state.due)[: len(running)] = running[np.argsort(requests.rank[running])]
    clock.due, clock.listed = len(running), 0


@cached
def put(
    known: Any, requests: Any, queue: Any, of: tuple[Ints, Ints, Ints], at: tuple[Ints, Ints]
) -> None:
    """Of the requests that wait, new prices and ends of stages; the queue from their places."""
    waiting, prices, stops = of
    places, order = at
    for k in range(len(waiting)):
        known[waiting[k]].price, requests[waiting[k]].assumed = prices[k], stops[k]
        queue[k].key, queue[k].request = places[order[k]], waiting[order[k]]


@cached
def gathered(known: Any, requests: Any, now: int) -> tuple[Ints, Flags, Ints, Ints, Ints]:
    """Of those that have arrived: scales and lengths, as in `learning.Seen`, and which have
    completed; rows (prompt, scale, known) of those that wait; their numbers and their steps of
    arrival; those that run."""
    size, waits, runs = 0, 0, 0
    for i in range(len(known)):
        status = known[i].status
        size += status != AWAY
        waits += status == WAITING
        runs += status == RUNNING
    lengths, completed = np.empty((2, size), np.int64), np.empty(size, np.bool_)
    rows, of = np.empty((waits, 3), np.int64), np.empty((2, waits), np.int64)
    running = np.empty(runs, np.int64)
    k, waits, runs = 0, 0, 0
    for i in range(len(known)):
        status, length = known[i].status, known[i].known
        if status == AWAY:
            continue
        if status == WAITING:
            rows[waits, 0], rows[waits, 1] = requests[i].prompt, known[i].scale
            rows[waits, 2] = length
            of[0, waits], of[1, waits] = i, known[i].came
            waits += 1
        elif status == RUNNING:
            length = max(length, now - requests[i].start)
            running[runs] = i
            runs += 1
        lengths[0, k], lengths[1, k], completed[k] = known[i].scale, length, status == DONE
        k += 1
    return lengths, completed, rows, of, running


def _flow(state: State) -> learning.Flow | None:
    """What is expected to come."""
    mine: Store = state.own.levels
    numbers, requests, known = mine.numbers[0], cast(Any, state.requests), cast(Any, mine.known)
    if not numbers.horizon:
        return None
    arrived = int(state.clock[0].arrived)
    of = cast(Any, state.arrivals)[learning.sampled(arrived)]
    sample = np.zeros((len(of), 3), np.int64)
    sample[:, 0], sample[:, 1] = requests.prompt[of], known.scale[of]
    times = (int(numbers.at_first), int(numbers.first), int(numbers.latest))
    arrivals = learning.Arrivals(arrived, *times)
    return learning.flow(sample, arrivals, int(state.clock[0].now), int(numbers.horizon))
