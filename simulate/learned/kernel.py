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
    of the next arrival that is exempt."""

    due_at: int
    levels: int
    wanted: int
    square: int


@dataclass
class Known:
    """What is known of a request: its scale, the tokens that its output exceeds, where it is, and
    whether it is never evicted at a level."""

    scale: int
    known: int
    status: int
    exempt: bool


class Store(NamedTuple):
    """The arrays of learned ranks."""

    numbers: Rows[Numbers]  # one
    known: Rows[Known]
    survival: Ints  # of lengths, by class and bin
    levels: Ints  # of the plan
    volumes: Ints  # scratch: stages of a request
    completions: Ints


def store(instance: Instance, policy: Policy, used: bool) -> Store:  # noqa: ARG001
    """Before anything has been seen."""
    known, numbers = cast(Any, rows(instance.n if used else 0, Known)), rows(1, Numbers)
    numbers.due_at, numbers.square = learning.due_after(0), 1
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
    assume(state, request)


@compiled
def completed(state: State, request: int) -> None:
    """The length is known."""
    mine: Store = state.own.levels
    this = mine.known[request]
    this.status, this.known = DONE, state.requests[request].output


@compiled
def key(state: State, request: int) -> int:
    """A request joins the queue: its rank."""
    mine: Store = state.own.levels
    mine.known[request].status = WAITING
    mine.numbers[0].wanted += state.requests[request].prompt + state.requests[request].kept + 1
    return gittins_rank(state, request, state.rules[0].keeps)


@compiled
def started(state: State, request: int) -> None:
    """A request leaves the queue."""
    mine: Store = state.own.levels
    mine.known[request].status = RUNNING
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

    These have reached a level, and the head of the queue has a lower rank than their rest, and the
    waiting requests do not all fit.
    """
    mine: Store = state.own.levels
    clock = state.clock[0]
    urgent = clock.queued > 0 and cache.need(state) + mine.numbers[0].wanted > state.rules[0].memory
    for k in range(clock.due):
        request = state.due[k]
        this = state.requests[request]
        ended = clock.now - this.start >= this.assumed
        evicted(state, request)
        higher = ended and urgent and gittins_rank(state, request, True) > state.queue[0].key
        if higher and not mine.known[request].exempt:
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
    found = learning.learn(seen, memory, mine.survival, plan, keeps)
    numbers.levels, numbers.due_at = found.levels, learning.due_after(int(clock.completed))
    waiting = np.flatnonzero(known.status == WAITING)
    requests.assumed[waiting] = found.stop
    order = np.argsort(found.rank, kind="stable")  # sorted, and so a heap
    queue.key[: clock.queued] = found.rank[order]
    queue.request[: clock.queued] = waiting[order]
    running = np.flatnonzero(known.status == RUNNING)
    cast(Any, state.due)[: len(running)] = running[np.argsort(requests.rank[running])]
    clock.due, clock.listed = len(running), 0
