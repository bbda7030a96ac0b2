"""The kernel's state: flat arrays of records, built from an instance and a declaration.

Numbers of 64 bits suffice (`fits`); where they might not, the reference engine runs instead.
"""

from math import isqrt
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from simulate.chance import request_keys
from simulate.policy import Admits, Assumes, Evicts, Learns, Order, Policy, Ties
from theory.model import Instance

Records = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]
Indices = npt.NDArray[np.int32]

NEVER = 1 << 62  # later than every step; also more credit than anything costs
BEYOND = 10**9  # the stage after the last cap: clamped to all that fits
LOG_ROWS = 1 << 16

I8, I4 = "i8", "i4"
COUNTED = ("steps", "tests", "looked", "most_looked", "starts", "most_started")
RULES = [
    (name, I8)
    for name in (
        "memory horizon patience order stages random_ties "
        "look_ahead slot paced newest one_more live thinned"
    ).split()
]
CLOCK = [
    (name, I8)
    for name in (
        # requests that arrived, completed, run; the sum of prompt - start over those that run
        "now arrived completed running base starts joins listed last_event paused "
        # slots: what those before their assumed length hold, and those past it
        "slots overdue overdue_base "
        # look-ahead: number of ends; who is kept out by which
        "ends blocked blocked_end blocked_use "
        # sizes of the queue's tables; pace
        "queued buckets arena volumes credit provided most_credit "
        # scratch, output
        "due late attempts "
        # counted work
        "steps tests looked looked_before most_looked starts_before most_started"
    ).split()
]
REQUEST = [
    *((name, I8) for name in "prompt output arrival upper assumed start rank survives due".split()),
    ("key", "u8"),
    *((name, I4) for name in "stage attempts place".split()),
    ("overdue", "?"),
]
END = [("end", I8), ("use", I8), ("count", I8)]
PAIR = [("key", I8), ("request", I4)]
BUCKET = [("key", I8), ("offset", I4), ("length", I4), ("room", I4)]
VOLUME = [("key", I8), ("used", I8), ("full", I8)]
VICTIM = [("rank", I8), ("tie", "u8"), ("last", I8), ("request", I4)]
LOG = [("start", I8), ("end", I8), ("request", I4), ("finished", "?")]


class State(NamedTuple):
    """All arrays of a run. `Any` stands for records, whose fields are listed above."""

    rules: Records  # one record: RULES
    clock: Records  # one record: CLOCK
    requests: Records  # REQUEST
    arrivals: Indices  # requests by (arrival, index)
    caps: Ints
    agenda: Indices  # heap of running requests by (due, rank)
    ends: Records  # assumed future: latest end first
    queue: Records  # heap of (key, request), or of (bucket's key, 0)
    buckets: Records  # hash table
    arena: Indices  # the buckets' contents
    volumes: Records  # hash table
    due: Indices  # scratch: those with an event in this step
    late: Indices  # scratch: those that join the queue after the step's admissions
    victims: Records  # scratch: heap of an overflow
    log: Records  # LOG: attempts that have ended, until they are collected


def horizon(instance: Instance) -> int:
    """Up to this step, sums of start steps over running requests fit 64 bits."""
    return NEVER // 2 // max(1, min(instance.n, instance.memory))


def fits(instance: Instance, policy: Policy) -> bool:
    """Are 64-bit integers and 32-bit indices enough to set out?"""
    volumes = 0.0
    if policy.admits is Admits.PACED:
        # every stage ends once, and is at most as long as the last
        assumed = np.minimum(_largest(instance, policy), instance.memory).astype(float)
        stages = 2 + np.searchsorted(policy.caps, instance.output)
        volumes = float((stages * assumed * (np.array(instance.prompt) + assumed)).sum())
    arrival = max(instance.arrival, default=0)
    return instance.n < 1 << 28 and arrival < horizon(instance) and volumes < NEVER


def _columns(instance: Instance, policy: Policy) -> tuple[Ints, Ints]:
    """The lengths assumed at first, and in the stage after it (where stages are no caps)."""
    n, nothing = instance.n, np.ones(instance.n, dtype=np.int64)
    read = {name: np.array(getattr(instance, name), dtype=np.int64) for name in policy.sees}
    first = {
        Assumes.OUTPUT: lambda: read["output"],
        Assumes.UPPER: lambda: read["upper"],
        Assumes.LOWER: lambda: read["lower"],
        Assumes.LOWER_THEN_UPPER: lambda: read["lower"],
        Assumes.NOTHING: lambda: nothing,
        Assumes.CAPS: lambda: np.full(n, policy.caps[0] if policy.caps else BEYOND),
    }[policy.assumes]()
    return first, read.get("upper", nothing)


def _largest(instance: Instance, policy: Policy) -> Ints:
    """No assumed length of a request exceeds this."""
    first, second = _columns(instance, policy)
    largest = np.maximum(first, np.array(instance.output, dtype=np.int64))
    if policy.assumes is Assumes.LOWER_THEN_UPPER:
        largest = np.maximum(largest, second)
    if policy.assumes is Assumes.CAPS:
        ladder = np.array([*policy.caps, BEYOND], dtype=np.int64)
        largest = np.maximum(largest, ladder[np.searchsorted(policy.caps, instance.output)])
    return largest


def build(instance: Instance, policy: Policy, seed: int) -> State:
    """The state before step 0."""
    n, memory = instance.n, instance.memory
    concurrent = min(n, memory)  # each running request holds a token at least
    distinct = concurrent if policy.order is Order.ASSUMED_LENGTH else n
    random_ties = policy.ties is Ties.RANDOM and policy.order is not Order.JOINED
    clock = np.zeros(1, CLOCK)
    clock["blocked"] = clock["provided"] = -1
    return State(
        rules=_rules(instance, policy, random_ties),
        clock=clock,
        requests=_requests(instance, policy, seed),
        arrivals=np.argsort(np.array(instance.arrival, np.int64), kind="stable").astype(np.int32),
        caps=np.array([*policy.caps, BEYOND] if policy.assumes is Assumes.CAPS else [], np.int64),
        agenda=np.zeros(concurrent, np.int32),
        # D distinct ends hold at least D * D / 4 tokens (`simulate.kernel.ahead`)
        ends=np.zeros(min(concurrent, 2 * isqrt(memory) + 1) + 1, END),
        queue=np.zeros(n, PAIR),
        buckets=_table(4 * distinct if random_ties else 0, BUCKET),
        arena=np.zeros(4 * n + 4 if random_ties else 0, np.int32),
        volumes=_table(64, VOLUME),
        due=np.zeros(concurrent, np.int32),
        late=np.zeros(concurrent, np.int32),
        victims=np.zeros(concurrent, VICTIM),
        log=np.zeros(max(concurrent, LOG_ROWS), LOG),
    )


def with_room(state: State) -> State:
    """The same state with larger tables where one may run full in the next step."""
    clock, old = state.clock[0], state.volumes
    needed = 2 * (clock["volumes"] + clock["running"])
    if old.size >= needed:
        return state
    from simulate.kernel.line import slot_of

    volumes = _table(2 * int(needed), VOLUME)
    for entry in old[old["key"] != -1]:
        volumes[slot_of(volumes, entry["key"])] = entry
    return state._replace(volumes=volumes)


def _table(least: int, record: list[tuple[str, str]]) -> Records:
    """An empty hash table with at least so many slots."""
    table = np.zeros(1 << max(0, least - 1).bit_length(), record)
    table["key"] = -1
    return table


def _rules(instance: Instance, policy: Policy, random_ties: bool) -> Records:
    rules = np.zeros(1, RULES)
    stages = {Assumes.CAPS: len(policy.caps) + 1, Assumes.LOWER_THEN_UPPER: 2}
    values = {
        "memory": instance.memory,
        "horizon": horizon(instance),
        "patience": min(max(instance.output, default=0) * (1000 + sum(instance.output)), NEVER),
        "order": policy.order,
        "stages": stages.get(policy.assumes, 1),
        "random_ties": random_ties,
        "look_ahead": policy.admits is Admits.LOOK_AHEAD,
        "slot": policy.admits is Admits.SLOT,
        "paced": policy.admits is Admits.PACED,
        "newest": policy.evicts is Evicts.NEWEST,
        "one_more": policy.learns is Learns.NEXT_TOKEN,
        "live": policy.live,
        "thinned": policy.thinned,
    }
    for name, value in values.items():
        rules[name] = value
    return rules


def _requests(instance: Instance, policy: Policy, seed: int) -> Records:
    requests = np.zeros(instance.n, REQUEST)
    for name in ("prompt", "output", "arrival"):
        requests[name] = getattr(instance, name)
    first, requests["upper"] = _columns(instance, policy)
    requests["assumed"] = np.minimum(first, instance.memory - requests["prompt"])
    requests["key"] = np.array(request_keys(seed, instance.n), dtype=np.uint64)
    return requests
