"""The kernel's state before step 0, from an instance and a declaration.

Numbers of 64 bits suffice (`fits`); where they might not, the reference engine runs instead.
"""

from dataclasses import asdict
from math import isqrt
from typing import Any

import numpy as np

from kvratio.simulate.chance import request_keys
from kvratio.simulate.engine import patience
from kvratio.simulate.kernel.state import (
    FREE,
    NEVER,
    Bucket,
    Clock,
    End,
    Ended,
    Entry,
    Ints,
    Known,
    Moment,
    Pair,
    Request,
    Rules,
    State,
    Victim,
    Volume,
    indices,
    rows,
    table,
)
from kvratio.simulate.learned.learning import due_after, ignorance
from kvratio.simulate.learned.pricing import BINS, MOST_MEMORY, MOST_REQUESTS, MOST_STAGES, scale
from kvratio.simulate.policy import Admits, Assumes, Evicts, Learns, Order, Policy, Ties
from kvratio.simulate.timing import Timing
from kvratio.theory.model import MOST_TOKENS, Instance

BEYOND = MOST_TOKENS  # the stage after the last cap: clamped to all that fits
LOG_ROWS = 1 << 16


def horizon(instance: Instance) -> int:
    """Up to this step, sums of start steps over running requests fit 64 bits."""
    return NEVER // 2 // max(1, min(instance.n, instance.memory))


def fits(instance: Instance, policy: Policy, timing: Timing | None = None) -> bool:
    """Are 64-bit integers and 32-bit indices enough to set out?"""
    if timing is not None and timing.iteration.bound(instance.memory) >= NEVER:
        return False
    if policy.prices and (instance.memory > MOST_MEMORY or instance.n > MOST_REQUESTS):
        return False
    volumes = 0.0
    if policy.admits is Admits.PACED:
        # every attempt but those evicted for lack of cache, each at most as long as the last
        assumed = np.minimum(_longest(instance, policy), instance.memory).astype(float)
        attempts = 2 + np.searchsorted(policy.caps, instance.output)
        if policy.thinned:  # each time its bound grows, up to the output
            attempts = attempts + np.array(instance.output, np.int64)
        volumes = float((attempts * assumed * (np.array(instance.prompt) + assumed)).sum())
    arrival = max(instance.arrival, default=0)
    return instance.n < 1 << 28 and arrival < horizon(instance) and volumes < NEVER


def build(instance: Instance, policy: Policy, seed: int, timing: Timing | None = None) -> State:
    """The state before step 0."""
    arrival = instance.arrival if timing is None else timing.arrival
    n, memory = instance.n, instance.memory
    concurrent = min(n, memory)  # each running request holds a token at least
    distinct = concurrent if policy.order is Order.ASSUMED_LENGTH else n
    random_ties = policy.ties is Ties.RANDOM and policy.order is not Order.JOINED
    slots, places = (4 * distinct, 4 * n + 4) if random_ties else (0, 0)
    by_arrival = np.argsort(np.array(arrival, np.int64), kind="stable")
    return State(
        rules=_rules(instance, policy, random_ties, timing),
        clock=_clock(policy),
        requests=_requests(instance, policy, seed, arrival),
        arrivals=indices(by_arrival),
        caps=indices(_ladder(policy) if policy.assumes is Assumes.CAPS else []),
        agenda=rows(concurrent + 1, Entry),
        # D distinct ends hold at least D * D / 4 tokens (`kvratio.simulate.kernel.ahead`)
        ends=rows(min(concurrent, 2 * isqrt(memory) + 1) + 1, End),
        queue=rows(n, Pair),
        buckets=table(slots, Bucket),
        arena=indices(np.zeros(places)),
        old_buckets=table(slots, Bucket),
        old_arena=indices(np.zeros(places)),
        phase=indices(np.zeros(n if policy.admits is Admits.STAGGERED else 0)),
        volumes=table(64, Volume),
        known=_known(instance, policy),
        tables=ignorance() if policy.prices else np.zeros((0, BINS), np.int64),
        levels=np.zeros(MOST_STAGES, np.int64),
        work=np.zeros(MOST_STAGES, np.int64),
        chances=np.zeros(MOST_STAGES, np.int64),
        due=indices(np.zeros(concurrent)),
        late=indices(np.zeros(concurrent)),
        victims=rows(concurrent, Victim),
        log=rows(max(concurrent, LOG_ROWS), Ended),
        moments=rows(0 if timing is None else LOG_ROWS, Moment),
    )


def with_room(state: State) -> State:
    """The same state, with a larger table of volumes where a step might fill it."""
    clock = state.clock[0]
    needed = 2 * int(clock.volumes + clock.running)
    if state.volumes.size >= needed:
        return state
    from kvratio.simulate.kernel.line import find

    volumes = table(2 * needed, Volume)
    for k in range(state.volumes.size):
        entry = state.volumes[k]
        if entry.key != FREE:
            volumes[find(volumes, int(entry.key))] = entry
    return state._replace(volumes=volumes)


def _clock(policy: Policy) -> Any:
    clock = rows(1, Clock)
    clock.blocked = clock.provided = -1
    clock.learn_at = due_after(0) if policy.prices else NEVER
    clock.square = 1
    return clock


def _known(instance: Instance, policy: Policy) -> Any:
    if not policy.prices:
        return rows(0, Known)
    known = rows(instance.n, Known)
    ends = zip(instance.lower, instance.upper, strict=True)
    known.scale = [scale(*interval) for interval in ends]
    return known


def _rules(instance: Instance, policy: Policy, random_ties: bool, timing: Timing | None) -> Any:
    rules = rows(1, Rules)
    stages = {
        Assumes.CAPS: len(policy.caps) + 1,
        Assumes.LOWER_THEN_UPPER: 2,
        Assumes.LEVELS: 2,  # now, and later
    }
    rules.memory = instance.memory
    rules.budget = policy.budget(instance.memory)
    rules.horizon = horizon(instance)
    rules.patience = min(patience(instance), NEVER)
    rules.order = policy.order
    rules.stages = stages.get(policy.assumes, 1)
    rules.random_ties = random_ties
    rules.look_ahead = policy.admits is Admits.LOOK_AHEAD
    rules.slot = policy.admits is Admits.SLOT
    rules.paced = policy.admits is Admits.PACED
    rules.staggered = policy.admits is Admits.STAGGERED
    rules.priced = policy.prices
    rules.newest = policy.evicts is Evicts.NEWEST
    rules.last = policy.evicts is Evicts.LAST
    rules.pauses = policy.evicts is not Evicts.SMALLEST_BOUND
    rules.cleared = policy.evicts is Evicts.CLEARED
    rules.kept = policy.kept
    rules.one_more = policy.learns is Learns.NEXT_TOKEN
    rules.live = policy.live
    rules.thinned = policy.thinned
    if timing is not None:
        rules.timed = True
        for name, coefficient in asdict(timing.iteration).items():
            setattr(rules, name, coefficient)
    return rules


def _requests(instance: Instance, policy: Policy, seed: int, arrival: tuple[int, ...]) -> Any:
    requests = rows(instance.n, Request)
    requests.prompt, requests.output = instance.prompt, instance.output
    requests.arrival = arrival
    first, requests.upper = _columns(instance, policy)
    requests.assumed = np.minimum(first, instance.memory - requests.prompt)
    requests.key = np.array(request_keys(seed, instance.n), dtype=np.uint64)
    return requests


def _columns(instance: Instance, policy: Policy) -> tuple[Ints, Ints]:
    """The lengths assumed at first, and in the stage after it (where stages are no caps)."""
    nothing = np.ones(instance.n, dtype=np.int64)
    read = {name: np.array(getattr(instance, name), dtype=np.int64) for name in policy.sees}
    upper = read.get("upper", nothing)
    if policy.assumes is Assumes.CAPS:
        first = np.full(instance.n, _ladder(policy)[0])
    elif policy.assumes is Assumes.LENGTH_CLASS:
        ladder = np.array(_ladder(policy), dtype=np.int64)
        first = ladder[np.searchsorted(policy.caps, read["output"])]
    elif policy.assumes is Assumes.LEVELS:
        first = nothing  # its first level, once it arrives
    elif policy.assumes is Assumes.MIDDLE:
        first = read["lower"] + (upper - read["lower"]) // 2
    else:
        first = read.get("output", read.get("lower", upper))
    return first, upper


def _ladder(policy: Policy) -> list[int]:
    """The caps, and beyond them all that fits."""
    return [*(min(cap, BEYOND) for cap in policy.caps), BEYOND]


def _longest(instance: Instance, policy: Policy) -> Ints:
    """No assumed length of a request exceeds this."""
    longest = np.maximum(*_columns(instance, policy))
    if policy.assumes is Assumes.CAPS:
        ladder = np.array(_ladder(policy), dtype=np.int64)
        longest = ladder[np.searchsorted(policy.caps, instance.output)]
    return np.maximum(longest, np.array(instance.output, dtype=np.int64))
