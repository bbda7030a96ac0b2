"""The kernel's state: flat arrays of records."""

from dataclasses import dataclass, fields
from functools import cache
from typing import Annotated, Any, NamedTuple, Protocol, TypeVar, cast

import numpy as np
import numpy.typing as npt

from kvratio.simulate.iteration import (
    MOST_DECODES,
    MOST_POINTS,
    MOST_PREFILLS,
    IterationTime,
)
from kvratio.theory.model import MOST_TOKENS

Ints = npt.NDArray[np.int64]

NEVER = 1 << 62  # later than every step; also more credit than anything costs
BEYOND = MOST_TOKENS  # a length that no budget exceeds
FREE = -1  # the key of a free slot of a hash table
Word = Annotated[int, "64 bits, unsigned"]
Small = Annotated[int, "32 bits"]  # tokens (at most `BEYOND`), attempts, requests


@dataclass
class Times:
    """Coefficients of `kvratio.simulate.iteration`, in picoseconds."""

    fixed: int
    weights: int
    cache: int
    token: int
    sample: int
    pair: int
    link: int
    request: int
    crowded: int
    crowd: int
    # those of `kvratio.simulate.gpu.profile.Profiled`, in nanoseconds
    decodes: int
    contexts: int
    prefills: int
    at_requests: Annotated[Any, MOST_DECODES]
    at_tokens: Annotated[Any, MOST_POINTS // MOST_DECODES]
    at_prompt: Annotated[Any, MOST_PREFILLS]
    decode: Annotated[Any, MOST_POINTS]
    prefill: Annotated[Any, MOST_PREFILLS]


@dataclass
class Rules(Times):
    """The declaration, as numbers, and the limits of the run."""

    memory: int
    budget: int  # of the admission tests
    horizon: int  # steps beyond it are left to the reference engine
    patience: int
    # words
    assumes: int
    order: int
    admits: int
    evicts: int
    stages: int
    random_ties: bool
    pauses: bool  # is no request admitted in a step with an overflow?
    kept: Word  # of 2^32 that run, so many survive a round of clearing
    learns: int
    live: bool
    thinned: bool
    keeps: bool  # does a preemption keep the tokens?
    timed: bool
    swap: int  # picoseconds a token between accelerators and host; 0: recompute
    chunk: int  # tokens that an iteration processes; 0: all of every prompt


@dataclass
class Clock:
    """Everything that a run counts."""

    now: int
    arrived: int
    completed: int
    observed: bool  # has this step been, before something was learned?
    running: int
    offset: int  # sum of prompt - start (`Request.start`) over running requests
    starts: int
    joins: int
    listed: int  # running requests on the agenda
    last_event: int
    paused: bool
    # sizes of the queue's tables
    queued: int
    buckets: int
    arena: int
    # scratch and output
    due: int
    late: int
    attempts: int
    # time: in a timed run nanoseconds, otherwise the step; what starts or is swapped in this step;
    # totals
    time: int
    moments: int
    started: int
    prompt: int
    pairs: int
    swapped: int
    # chunked prefill: the request whose prefill is under way, or -1, and its rest; in this step:
    # room for prompts, tokens that its chunk attends to, its tokens of cache that are not read, and
    # whether it has no chunk
    partial: int
    left: int
    open: int
    before: int
    resting: int
    waits: bool
    busy: int
    held_high: int
    held_low: int
    # counted work
    steps: int
    tests: int
    looked: int
    looked_before: int
    most_looked: int
    moves: int
    moves_before: int
    most_moves: int
    starts_before: int
    most_started: int


@dataclass
class Request:
    """A request. `survives`: tokens made when it is thinned; `rank`: how many attempts started
    before this one; `place`: its place on the agenda.

    `kept`: tokens with which its next attempt begins or, where it runs, its attempt began. `start`:
    that of its attempt, so many steps earlier: the step in which it would have started if it had
    made all its tokens in this attempt. Ages, cache and ends follow from it. Under chunked prefill
    its attempt counts as started in the step of its first token; `waited` steps have been before.

    64 bytes: a line of a processor's cache, and most of the memory of a run.
    """

    arrival: int
    key: Word
    start: int
    prompt: Small
    output: Small
    assumed: Small
    stage: Small
    attempts: Small
    kept: Small
    rank: Small
    survives: Small
    place: Small
    waited: Small


@dataclass
class Entry:
    """A running request on the agenda: its next event, and what an overflow asks for.

    `start` is `Request.start`; `began`, the tokens with which the attempt began, later it started.
    """

    due: int
    rank: int
    request: int
    prompt: int
    start: int
    began: int
    assumed: int


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
class Victim:
    """A running request in an overflow."""

    rank: int
    tie: Word
    last: int
    request: int


@dataclass
class Ended:
    """An attempt that has ended; `waited`: steps of chunked prefill before `start`."""

    start: int
    end: int
    request: int
    began: int
    waited: int
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
    """All arrays of a run. `own`: those of the words, by name (`kvratio.simulate.kernel.hooks`)."""

    rules: Rows[Rules]  # one
    clock: Rows[Clock]  # one
    own: Any
    requests: Rows[Request]
    arrivals: Rows[int]  # requests by (arrival, index)
    agenda: Rows[Entry]  # heap of running requests by (due, rank)
    queue: Rows[Pair]  # heap of (key, request), or of (bucket's key, 0)
    buckets: Rows[Bucket]  # hash table
    arena: Rows[int]  # the buckets' contents
    old_buckets: Rows[Bucket]  # scratch for packing them
    old_arena: Rows[int]
    due: Rows[int]  # scratch: those with an event in this step
    late: Rows[int]  # scratch: those that join the queue after the step's admissions
    victims: Rows[Victim]  # scratch: heap of an overflow
    log: Rows[Ended]  # attempts that have ended, until they are collected
    moments: Rows[Moment]  # executed steps of a timed run, until they are collected


def indices(values: Any) -> Any:
    """Numbers of requests, and caps: 32 bits hold them."""
    return np.array(values, dtype=np.int32)


def unused(size: int) -> Any:
    """Room for so many `indices`: zeros, which take memory when they are used."""
    return np.zeros(size, np.int32)


def rows(size: int, row: type) -> Any:
    """Zeros; the fields of a record are those of its class, `Annotated[Any, n]` n integers."""
    return _made(size, row) if size else _none(row)


def _made(size: int, row: type) -> Any:
    return np.zeros(size, _layout(row)).view(np.recarray)


@cache
def _none(row: type) -> Any:
    """No records: nothing can be changed in them, so that runs share them."""
    return _made(0, row)


@cache
def _layout(row: type) -> Any:
    codes = {int: "i8", bool: "?", Word: "u8", Small: "i4"}
    columns: list[Any] = [
        (name, codes[kind]) if kind in codes else (name, "i8", kind.__metadata__)
        for name, kind in [(field.name, cast(Any, field.type)) for field in fields(row)]
    ]
    # records already: making arrays of them is then a change of class alone
    return np.dtype((np.record, np.dtype(columns, align=True)))


def put_times(rules: Any, times: IterationTime) -> None:
    """Put the coefficients of iterations, or their table, into the one record of rules."""
    for field in fields(times):
        value = getattr(times, field.name)
        if field.name in rules.dtype.names:
            target = (
                rules[field.name][0, : len(value)]
                if isinstance(value, tuple)
                else rules[field.name]
            )
            target[:] = value


def table(least: int, row: type) -> Any:
    """An empty hash table with at least so many slots."""
    slots = rows(1 << max(0, least - 1).bit_length(), row)
    plain(slots)["key"] = FREE
    return slots


def plain(records: Any) -> Any:
    """The same records as an array whose fields are read and set ten times as fast."""
    return records.view(np.ndarray)
