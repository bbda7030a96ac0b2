"""The state of the compiled WAIT and Nested WAIT: flat arrays of records."""

from dataclasses import dataclass
from typing import NamedTuple

from kvratio.simulate.compiled.state import Moment, Rows, Times

NOBODY = -1


@dataclass
class Rules(Times):
    """The algorithm, the limits of the run."""

    memory: int
    patience: int
    nested: bool


@dataclass
class Clock:
    """Everything that a run counts."""

    now: int
    time: int  # nanoseconds
    busy: int
    held_high: int
    held_low: int
    arrived: int
    completed: int
    seen: int  # of those completed, up to the last step
    last_event: int
    draining: bool
    running: int
    held: int  # tokens in the cache
    starts: int
    blocks: int
    # of this step: requests that move, and of these the starting ones; their tokens; completions
    moving: int
    started: int
    cache: int
    prompt: int
    pairs: int
    leaving: int
    # sizes of the logs
    attempts: int
    holds: int
    moments: int


@dataclass
class Request:
    """One request. `rank`: how many attempts started before this one; `still`: the first step in
    which it has not moved; `before` and `after`: neighbours among the running requests of
    its group, or in its queue."""

    prompt: int
    output: int
    arrival: int
    group: int
    made: int
    start: int
    rank: int
    still: int
    before: int
    after: int


@dataclass
class Group:
    """A type or a segment: its threshold, where a segment ends, the queue and the running requests
    of a type, in the order of their starts.

    All requests of Nested WAIT are of the first.
    """

    threshold: int
    end: int
    ready: bool
    queued: int
    queue_first: int
    queue_last: int
    running: int
    first: int
    last: int


@dataclass
class Block:
    """Running requests, neighbours, with equally many tokens made; the first so many move."""

    stage: int
    first: int
    count: int
    moving: int


@dataclass
class Attempt:
    """An attempt that has ended."""

    request: int
    start: int
    end: int
    rank: int
    finished: bool


@dataclass
class Hold:
    """A request made no token from a step up to the one before `end`."""

    request: int
    first: int
    end: int


class State(NamedTuple):
    """All arrays of a run. The blocks stand in the order of their requests, latest stage first."""

    rules: Rows[Rules]  # one
    clock: Rows[Clock]  # one
    requests: Rows[Request]
    arrivals: Rows[int]  # requests by (arrival, index)
    groups: Rows[Group]
    blocks: Rows[Block]
    old_blocks: Rows[Block]  # scratch for moving them
    attempts: Rows[Attempt]  # logs, until they are collected
    holds: Rows[Hold]
    moments: Rows[Moment]
