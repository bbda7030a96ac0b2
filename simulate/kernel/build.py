"""The kernel's state before step 0, from an instance and a declaration.

Numbers of 64 bits suffice (`fits`); where they might not, the reference engine runs instead.
"""

from typing import Any

import numpy as np

from kvratio.simulate import words
from kvratio.simulate.chance import keys
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
    plain,
    put_times,
    rows,
    table,
    unused,
)
from kvratio.simulate.kernel import hooks
from kvratio.simulate.limits import patience
from kvratio.simulate.policy import Order, Policy, Ties
from kvratio.simulate.timing import Timing
from kvratio.theory.model import Instance, Preemption

LOG_ROWS = 1 << 16
LOG_SHARE = 16  # attempts a request: a small run has no use for a large log


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
    plain(clock)["partial"] = -1
    return State(
        rules=_rules(instance, policy, random_ties, timing, preemption),
        clock=clock,
        own=hooks.stores(instance, policy),
        requests=_requests(instance, policy, seed, arrival),
        arrivals=indices(by_arrival),
        agenda=rows(concurrent + 1, Entry),
        queue=rows(n, Pair),
        buckets=table(slots, Bucket),
        arena=unused(places),
        old_buckets=table(slots, Bucket),
        old_arena=unused(places),
        due=unused(concurrent),
        late=unused(concurrent),
        victims=rows(concurrent, Victim),
        log=rows(max(concurrent, min(LOG_ROWS, LOG_SHARE * n)), Ended),
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
    fields = plain(rules)
    fields["memory"] = instance.memory
    fields["budget"] = policy.budget(instance.memory)
    fields["horizon"] = horizon(instance)
    fields["patience"] = min(patience(instance), NEVER)
    fields["assumes"], fields["order"] = policy.assumes, policy.order
    fields["admits"], fields["evicts"] = policy.admits, policy.evicts
    fields["stages"] = words.of(policy.assumes).later_stages(policy) + 1
    fields["random_ties"] = random_ties
    fields["pauses"] = words.of(policy.evicts).pauses
    fields["kept"] = policy.kept
    fields["learns"] = policy.learns
    fields["live"] = policy.live
    fields["thinned"] = policy.thinned
    fields["keeps"] = preemption.keeps
    if timing is not None:
        fields["timed"] = True
        put_times(rules, timing.iteration)
        fields["swap"], fields["chunk"] = timing.swap or 0, timing.chunk or 0
    return rules


def _requests(instance: Instance, policy: Policy, seed: int, arrival: tuple[int, ...]) -> Any:
    requests = rows(instance.n, Request)
    fields = plain(requests)
    fields["prompt"], fields["output"] = instance.prompt, instance.output
    fields["arrival"] = arrival
    first = words.of(policy.assumes).first(instance, policy)
    fields["assumed"] = np.minimum(first, instance.memory - fields["prompt"])
    fields["key"] = keys(seed, instance.n)
    return requests
