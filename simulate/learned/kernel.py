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
from kvratio.simulate.compiled.state import Ints, Rows, State, rows
from kvratio.simulate.learned import gittins, learning
from kvratio.simulate.policy import Policy
from kvratio.theory.model import Instance

AWAY, WAITING, RUNNING, DONE = range(4)


@dataclass
class Numbers:
    """`due_at`: completions at which to learn next; `levels`: their number in the plan; `wanted`:
    tokens that all waiting requests would need in their first step; `square`: root of the number
    of the next arrival that is exempt. `gain` (of ONE), `overtaking`: of the policy; `before`:
    arrivals when there was last something to learn; `owed`: the sum of the prices of the waiting
    requests; `longest`: the most that it has been; `typical`: the price of one."""

    due_at: int
    levels: int
    wanted: int
    square: int
    gain: int
    before: int
    overtaking: int
    owed: int
    longest: int
    typical: int


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
    known, numbers = cast(Any, rows(instance.n if used else 0, Known)), rows(1, Numbers)
    numbers.due_at, numbers.square = learning.due_after(0), 1
    numbers.gain = policy.least_gain
    numbers.overtaking = policy.overtaking
    if used:
        ends = zip(instance.lower, instance.upper, strict=True)
        known.scale = [gittins.scale(*interval) for interval in ends]
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
    mine.known[request].came = state.clock[0].now
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
    """Is there something to learn?"""
    mine: Store = state.own.levels
    return state.clock[0].completed >= mine.numbers[0].due_at


def learn(state: State) -> None:
    """Learn from all that has been seen, and put the queue in the order of the new ranks.

    All running requests are due, to go on by the new plan.
    """
    clock, requests = state.clock[0], cast(Any, state.requests)
    mine: Store = state.own.levels
    known, numbers, queue = cast(Any, mine.known), mine.numbers[0], cast(Any, state.queue)
    here = known.status != AWAY
    made = np.where(known.status == RUNNING, clock.now - requests.start, 0)
    seen = learning.Seen(
        prompt=requests.prompt[here],
        scale=known.scale[here],
        known=known.known[here],
        length=np.maximum(known.known, made)[here],
        completed=known.status[here] == DONE,
        waiting=known.status[here] == WAITING,
    )
    memory, keeps = int(state.rules[0].memory), bool(state.rules[0].keeps)
    plan = (mine.levels, int(numbers.levels))
    gain = int(numbers.gain) if clock.arrived > numbers.before else 0
    numbers.before = clock.arrived
    found = learning.learn(seen, memory, mine.survival, plan, keeps, gain)
    numbers.levels, numbers.due_at = found.levels, learning.due_after(int(clock.completed))
    waiting = np.flatnonzero(known.status == WAITING)
    requests.assumed[waiting] = found.stop
    prices = np.minimum(found.rank, memory * memory)
    known.price[waiting] = prices
    numbers.owed = int(prices.sum())
    numbers.longest = max(numbers.longest, numbers.owed)
    numbers.typical = learning.typical(prices.tolist(), int(numbers.typical))
    places = _places(numbers, memory, known.came[waiting], found.rank)
    order = np.argsort(places, kind="stable")  # sorted, and so a heap
    queue.key[: clock.queued] = places[order]
    queue.request[: clock.queued] = waiting[order]
    running = np.flatnonzero(known.status == RUNNING)
    cast(Any, state.due)[: len(running)] = running[np.argsort(requests.rank[running])]
    clock.due, clock.listed = len(running), 0


def _places(numbers: Any, memory: int, came: Ints, rank: Ints) -> Ints:
    """`place` of all that wait."""
    if not numbers.overtaking:
        return rank
    steps = gittins.allowance(int(numbers.longest), memory, int(numbers.overtaking))
    prices = np.minimum(rank, memory * memory)
    each = (prices << gittins.SHARE_BITS) // (prices + int(numbers.typical) + 1)
    found: Ints = (came << gittins.SHARE_BITS) + steps * each
    return found
