"""The state of the compiled policies that rank: flat arrays of records."""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from kvratio.simulate.compiled.state import Moment, Rows, Times


class Ranking(IntEnum):
    """What a rank is, `kvratio.simulate.preemptive`."""

    ATTAINED = 0  # volume held so far
    REMAINING_VOLUME = 1  # of a true length
    PREDICTED = 2  # what is left of a prediction; beyond a share of it none is preempted


@dataclass
class Rules(Times):
    """The policy, and the limits of the run."""

    memory: int
    ranking: int
    timed: bool
    swap: int  # picoseconds a token between accelerators and host; 0: recompute


@dataclass
class Clock:
    """Everything that a run counts; `time`: nanoseconds in a timed run, otherwise the step."""

    now: int
    time: int
    busy: int
    held_high: int
    held_low: int
    arrived: int
    completed: int
    running: int
    waiting: int
    need: int  # tokens that the running requests hold in the next step
    # of this step: requests that start with a prefill, their tokens; tokens that are swapped
    started: int
    prompt: int
    pairs: int
    swapped: int
    # sizes of the logs
    attempts: int
    moments: int


@dataclass
class Request:
    """A request. `made`: tokens that it has; `began`: with how many its attempt began; `place`:
    among all, by arrival and index; `key`: its rank, twice, and one more if it waits."""

    prompt: int
    output: int
    arrival: int
    place: int
    predicted: int
    protected: int
    made: int
    began: int
    start: int
    key: int
    stops: bool


@dataclass
class Attempt:
    """An attempt that has ended."""

    request: int
    start: int
    end: int
    began: int
    finished: bool


class State(NamedTuple):
    """All arrays of a run."""

    rules: Rows[Rules]  # one
    clock: Rows[Clock]  # one
    requests: Rows[Request]
    arrivals: Rows[int]  # requests by (arrival, index)
    waiting: Rows[int]  # heap by (key, place)
    running: Rows[int]  # in the order of their starts
    ranked: Rows[int]  # the same by (key, place)
    chosen: Rows[int]  # scratch: those that start in this step
    attempts: Rows[Attempt]  # that have ended, until they are collected
    moments: Rows[Moment]  # steps, until they are collected
