"""The kernel's state before step 0, from an instance and a declaration.

Numbers of 64 bits suffice (`fits`); where they might not, the reference engine runs instead.
"""

from typing import Any

import numpy as np

from kvratio.simulate import words
from kvratio.simulate.chance import request_keys
from kvratio.simulate.compiled.state import (
    NEVER,
    Bucket,
    Clock,
    Ended,
    Entry,
    Moment,
    Pair,
    Request,
    Rules,
    State,
    Victim,
    indices,
    put_times,
    rows,
    table,
)
from kvratio.simulate.engine import patience
from kvratio.simulate.kernel import hooks
from kvratio.simulate.policy import Order, Policy, Ties
from kvratio.simulate.timing import Timing
from kvratio.theory.model import Instance, Preemption

LOG_ROWS = 1 << 16


def horizon(instance: Instance) -> int:
    """Up to this step, sums of start steps over running requests fit 64 bits."""
    return NEVER // 2 // max(1, min(instance.n, instance.memory))


def fits(instance: Instance, policy: Policy, timing: Timing | None = None) -> bool:
    """Are 64-bit integers and 32-bit indices enough to set out?"""
    if timing is not None:
        swapping = 2 * instance.memory * (timing.swap or 0)  # all out, and all in
        if timing.iteration.bound(instance.memory) + swapping >= NEVER:
            return False
    arrival = max(instance.arrival, default=0)
    if instance.n >= 1 << 28 or arrival >= horizon(instance):
        return False
    kinds = (policy.assumes, policy.admits)
    return all(words.of(word).countable(instance, policy) for word in kinds)


def build(
    instance: Instance,
    policy: Policy,
    seed: int,
    timing: Timing | None = None,
    preemption: Preemption = Preemption.CANCEL,
) -> State:
    """The state before step 0."""
    arrival = instance.arrival if timing is None else timing.arrival
    n, memory = instance.n, instance.memory
    concurrent = min(n, memory)  # each running request holds a token at least
    distinct = concurrent if policy.order is Order.ASSUMED_LENGTH else n
    random_ties = policy.ties is Ties.RANDOM and policy.order is not Order.JOINED
    slots, places = (4 * distinct, 4 * n + 4) if random_ties else (0, 0)
    by_arrival = np.argsort(np.array(arrival, np.int64), kind="stable")
    clock = rows(1, Clock)
    clock.partial = -1
    return State(
        rules=_rules(instance, policy, random_ties, timing, preemption),
        clock=clock,
        own=hooks.stores(instance, policy),
        requests=_requests(instance, policy, seed, arrival),
        arrivals=indices(by_arrival),
        agenda=rows(concurrent + 1, Entry),
        queue=rows(n, Pair),
        buckets=table(slots, Bucket),
        arena=indices(np.zeros(places)),
        old_buckets=table(slots, Bucket),
        old_arena=indices(np.zeros(places)),
        due=indices(np.zeros(concurrent)),
        late=indices(np.zeros(concurrent)),
        victims=rows(concurrent, Victim),
        log=rows(max(concurrent, LOG_ROWS), Ended),
        moments=rows(0 if timing is None else LOG_ROWS, Moment),
    )


def with_room(state: State, policy: Policy) -> State:
    """The same state, with larger tables where a step might fill them."""
    enlarged = getattr(words.file_of(policy.admits), "enlarged", None)
    if enlarged is None:
        return state
    name = policy.admits.name.lower()
    return state._replace(own=state.own._replace(**{name: enlarged(state)}))


def _rules(
    instance: Instance,
    policy: Policy,
    random_ties: bool,
    timing: Timing | None,
    preemption: Preemption,
) -> Any:
    rules = rows(1, Rules)
    rules.memory = instance.memory
    rules.budget = policy.budget(instance.memory)
    rules.horizon = horizon(instance)
    rules.patience = min(patience(instance), NEVER)
    rules.assumes, rules.order = policy.assumes, policy.order
    rules.admits, rules.evicts = policy.admits, policy.evicts
    rules.stages = words.of(policy.assumes).later_stages(policy) + 1
    rules.random_ties = random_ties
    rules.pauses = words.of(policy.evicts).pauses
    rules.kept = policy.kept
    rules.learns = policy.learns
    rules.live = policy.live
    rules.thinned = policy.thinned
    rules.keeps = preemption.keeps
    if timing is not None:
        rules.timed = True
        put_times(rules, timing.iteration)
        rules.swap, rules.chunk = timing.swap or 0, timing.chunk or 0
    return rules


def _requests(instance: Instance, policy: Policy, seed: int, arrival: tuple[int, ...]) -> Any:
    requests = rows(instance.n, Request)
    requests.prompt, requests.output = instance.prompt, instance.output
    requests.arrival = arrival
    first = words.of(policy.assumes).first(instance, policy)
    requests.assumed = np.minimum(first, instance.memory - requests.prompt)
    requests.key = np.array(request_keys(seed, instance.n), dtype=np.uint64)
    return requests
