"""The kernel's state: flat arrays of records, built from an instance and a declaration.

Numbers of 64 bits suffice (`fits`); where they might not, the reference engine runs instead.
"""

from dataclasses import asdict, dataclass
from inspect import get_annotations
from math import isqrt
from typing import Annotated, Any, NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from simulate.chance import request_keys
from simulate.policy import Admits, Assumes, Evicts, Learns, Order, Policy, Ties
from simulate.timing import Timing
from theory.model import Instance

Ints = npt.NDArray[np.int64]

NEVER = 1 << 62  # later than every step; also more credit than anything costs
BEYOND = 10**9  # the stage after the last cap: clamped to all that fits
LOG_ROWS = 1 << 16
FREE = -1  # the key of a free slot of a hash table
Word = Annotated[int, "64 bits, unsigned"]


@dataclass
class Rules:
    """The declaration, as numbers, and the limits of the run."""

    memory: int
    horizon: int  # steps beyond it are left to the reference engine
    patience: int
    order: int
    stages: int
    random_ties: bool
    look_ahead: bool
    slot: bool
    paced: bool
    newest: bool
    one_more: int
    live: bool
    thinned: bool
    # time: coefficients of `simulate.iteration`, in picoseconds
    timed: bool
    fixed: int
    weights: int
    cache: int
    token: int
    sample: int
    pair: int
    link: int


@dataclass
class Clock:
    """Everything that a run counts."""

    now: int
    arrived: int
    completed: int
    running: int
    base: int  # sum of prompt - start over running requests
    starts: int
    joins: int
    listed: int  # running requests on the agenda
    last_event: int
    paused: bool
    # slots: what those before their assumed length hold; and those past it, less a token a step
    slots: int
    overdue: int
    overdue_base: int
    # look-ahead: number of assumed ends; who is kept out, by which end, and its use
    ends: int
    blocked: int
    blocked_end: int
    blocked_use: int
    # sizes of the queue's tables
    queued: int
    buckets: int
    arena: int
    # pace
    volumes: int
    credit: int
    provided: int
    most_credit: int
    # scratch and output
    due: int
    late: int
    attempts: int
    # time: in a timed run nanoseconds, otherwise the step; those that start in this step; totals
    time: int
    moments: int
    started: int
    prompt: int
    pairs: int
    busy: int
    held_high: int
    held_low: int
    # counted work
    steps: int
    tests: int
    looked: int
    looked_before: int
    most_looked: int
    starts_before: int
    most_started: int


@dataclass
class Request:
    """One request. `survives`: tokens made when it is thinned; `rank`: how many attempts started
    before this one; `place`: its place on the agenda."""

    prompt: int
    output: int
    arrival: int
    upper: int
    key: Word
    assumed: int
    stage: int
    attempts: int
    start: int
    rank: int
    survives: int
    place: int
    overdue: bool


@dataclass
class Entry:
    """A running request on the agenda: its next event, and what an overflow asks for."""

    due: int
    rank: int
    request: int
    prompt: int
    start: int
    assumed: int


@dataclass
class End:
    """An assumed end: tokens in use then, and requests that still run then."""

    end: int
    use: int
    count: int


@dataclass
class Pair:
    """An entry of the queue's heap."""

    key: int
    request: int


@dataclass
class Bucket:
    """Equals in the queue: a stretch of the arena."""

    key: int
    offset: int
    length: int
    room: int


@dataclass
class Volume:
    """Volumes used by ended attempts of one assumed length, and those of full runs."""

    key: int
    used: int
    full: int


@dataclass
class Victim:
    """A running request in an overflow."""

    rank: int
    tie: Word
    last: int
    request: int


@dataclass
class Ended:
    """An attempt that has ended."""

    start: int
    end: int
    request: int
    finished: bool


@dataclass
class Moment:
    """A step that was executed: when it began, and when the next one did."""

    step: int
    time: int
    after: int


Row = TypeVar("Row")


class Rows(Protocol[Row]):
    """An array of records, or of integers."""

    size: int

    def __getitem__(self, index: int) -> Row: ...
    def __setitem__(self, index: int, row: Row) -> None: ...


class State(NamedTuple):
    """All arrays of a run."""

    rules: Rows[Rules]  # one
    clock: Rows[Clock]  # one
    requests: Rows[Request]
    arrivals: Rows[int]  # requests by (arrival, index)
    caps: Rows[int]
    agenda: Rows[Entry]  # heap of running requests by (due, rank)
    ends: Rows[End]  # assumed future: latest end first
    queue: Rows[Pair]  # heap of (key, request), or of (bucket's key, 0)
    buckets: Rows[Bucket]  # hash table
    arena: Rows[int]  # the buckets' contents
    old_buckets: Rows[Bucket]  # scratch for packing them
    old_arena: Rows[int]
    volumes: Rows[Volume]  # hash table
    due: Rows[int]  # scratch: those with an event in this step
    late: Rows[int]  # scratch: those that join the queue after the step's admissions
    victims: Rows[Victim]  # scratch: heap of an overflow
    log: Rows[Ended]  # attempts that have ended, until they are collected
    moments: Rows[Moment]  # executed steps of a timed run, until they are collected


def horizon(instance: Instance) -> int:
    """Up to this step, sums of start steps over running requests fit 64 bits."""
    return NEVER // 2 // max(1, min(instance.n, instance.memory))


def fits(instance: Instance, policy: Policy, timing: Timing | None = None) -> bool:
    """Are 64-bit integers and 32-bit indices enough to set out?"""
    if timing is not None and timing.iteration.bound(instance.memory) >= NEVER:
        return False
    volumes = 0.0
    if policy.admits is Admits.PACED:
        # every stage ends once, and is at most as long as the last
        assumed = np.minimum(_longest(instance, policy), instance.memory).astype(float)
        stages = 2 + np.searchsorted(policy.caps, instance.output)
        volumes = float((stages * assumed * (np.array(instance.prompt) + assumed)).sum())
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
    caps = [*policy.caps, BEYOND] if policy.assumes is Assumes.CAPS else []
    return State(
        rules=_rules(instance, policy, random_ties, timing),
        clock=_clock(),
        requests=_requests(instance, policy, seed, arrival),
        arrivals=_indices(by_arrival),
        caps=_indices(caps),
        agenda=_rows(concurrent + 1, Entry),
        # D distinct ends hold at least D * D / 4 tokens (`simulate.kernel.ahead`)
        ends=_rows(min(concurrent, 2 * isqrt(memory) + 1) + 1, End),
        queue=_rows(n, Pair),
        buckets=_table(slots, Bucket),
        arena=_indices(np.zeros(places)),
        old_buckets=_table(slots, Bucket),
        old_arena=_indices(np.zeros(places)),
        volumes=_table(64, Volume),
        due=_indices(np.zeros(concurrent)),
        late=_indices(np.zeros(concurrent)),
        victims=_rows(concurrent, Victim),
        log=_rows(max(concurrent, LOG_ROWS), Ended),
        moments=_rows(0 if timing is None else LOG_ROWS, Moment),
    )


def with_room(state: State) -> State:
    """The same state, with a larger table of volumes where a step might fill it."""
    clock = state.clock[0]
    needed = 2 * int(clock.volumes + clock.running)
    if state.volumes.size >= needed:
        return state
    from simulate.kernel.line import find

    volumes = _table(2 * needed, Volume)
    for k in range(state.volumes.size):
        entry = state.volumes[k]
        if entry.key != FREE:
            volumes[find(volumes, int(entry.key))] = entry
    return state._replace(volumes=volumes)


def _indices(values: Any) -> Any:
    """Numbers of requests, and caps: 32 bits hold them."""
    return np.array(values, dtype=np.int32)


def _rows(size: int, row: type) -> Any:
    """Zeros; the fields of a record are those of its class."""
    codes = {int: "i8", bool: "?", Word: "u8"}
    fields = [(name, codes[kind]) for name, kind in get_annotations(row).items()]
    return np.zeros(size, np.dtype(fields, align=True)).view(np.recarray)


def _table(least: int, row: type) -> Any:
    """An empty hash table with at least so many slots."""
    table = _rows(1 << max(0, least - 1).bit_length(), row)
    table.key = FREE
    return table


def _clock() -> Any:
    clock = _rows(1, Clock)
    clock.blocked = clock.provided = -1
    return clock


def _rules(instance: Instance, policy: Policy, random_ties: bool, timing: Timing | None) -> Any:
    rules = _rows(1, Rules)
    stages = {Assumes.CAPS: len(policy.caps) + 1, Assumes.LOWER_THEN_UPPER: 2}
    rules.memory = instance.memory
    rules.horizon = horizon(instance)
    rules.patience = min(patience(instance), NEVER)
    rules.order = policy.order
    rules.stages = stages.get(policy.assumes, 1)
    rules.random_ties = random_ties
    rules.look_ahead = policy.admits is Admits.LOOK_AHEAD
    rules.slot = policy.admits is Admits.SLOT
    rules.paced = policy.admits is Admits.PACED
    rules.newest = policy.evicts is Evicts.NEWEST
    rules.one_more = policy.learns is Learns.NEXT_TOKEN
    rules.live = policy.live
    rules.thinned = policy.thinned
    if timing is not None:
        rules.timed = True
        for name, coefficient in asdict(timing.iteration).items():
            setattr(rules, name, coefficient)
    return rules


def patience(instance: Instance) -> int:
    """As in `simulate.engine.run`."""
    return max(instance.output, default=0) * (1000 + sum(instance.output))


def _requests(instance: Instance, policy: Policy, seed: int, arrival: tuple[int, ...]) -> Any:
    requests = _rows(instance.n, Request)
    requests.prompt, requests.output = instance.prompt, instance.output
    requests.arrival = arrival
    first, requests.upper = _columns(instance, policy)
    requests.assumed = np.minimum(first, instance.memory - requests.prompt)
    requests.key = np.array(request_keys(seed, instance.n), dtype=np.uint64)
    return requests


def _columns(instance: Instance, policy: Policy) -> tuple[Ints, Ints]:
    """The lengths assumed at first, and in the stage after it (where stages are no caps)."""
    n, nothing = instance.n, np.ones(instance.n, dtype=np.int64)
    read = {name: np.array(getattr(instance, name), dtype=np.int64) for name in policy.sees}
    if policy.assumes is Assumes.CAPS:
        first = np.full(n, policy.caps[0] if policy.caps else BEYOND)
    else:
        first = read.get("output", read.get("lower", read.get("upper", nothing)))
    return first, read.get("upper", nothing)


def _longest(instance: Instance, policy: Policy) -> Ints:
    """No assumed length of a request exceeds this."""
    longest = np.maximum(*_columns(instance, policy))
    if policy.assumes is Assumes.CAPS:
        ladder = np.array([*policy.caps, BEYOND], dtype=np.int64)
        longest = ladder[np.searchsorted(policy.caps, instance.output)]
    return np.maximum(longest, np.array(instance.output, dtype=np.int64))
