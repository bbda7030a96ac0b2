"""WAIT and Nested WAIT, compiled: `kvratio.simulate.holding.run_holder` for these two, fast.

The state before the first step, the run (`kvratio.simulate.wait.steps`), and its result from the
logs.
"""

from array import array
from collections.abc import Callable
from typing import Any

import numpy as np

from kvratio.simulate.compiled.state import NEVER, Ints, Moment, indices, put_times, rows
from kvratio.simulate.holding import HeldRun, Holds
from kvratio.simulate.limits import LivelockError
from kvratio.simulate.timed import Moments, Passed, timed_run
from kvratio.simulate.timing import Timing
from kvratio.simulate.wait import steps
from kvratio.simulate.wait.schedulers import Batches, NestedWait, Wait
from kvratio.simulate.wait.state import (
    NOBODY,
    Attempt,
    Block,
    Clock,
    Group,
    Hold,
    Request,
    Rules,
    State,
)
from kvratio.theory.checks import whole
from kvratio.theory.model import Instance, Schedule

LOG_ROWS = 1 << 16
STEPS_AT_ONCE = 10_000  # between two looks at the progress and at the keyboard


def run(
    instance: Instance,
    scheduler: Wait | NestedWait,
    timing: Timing,
    name: str,
    progress: Callable[[int], None] | None = None,
) -> HeldRun | None:
    """Run to the end; None where the numbers need the reference engine's long integers.

    Raises `LivelockError` as the reference engine does.

    >>> from kvratio.simulate.iteration import IterationTime
    >>> timing = Timing((0,) * 4, IterationTime.linear(10**9, 10**6))
    >>> scheduler = Wait([2], lambda prompt, output: 0)
    >>> run(Instance.of(20, [2, 2, 2, 2], prompt=1), scheduler, timing, "wait").holds.steps
    2
    """
    # a coefficient may be large, and times add up
    if timing.iteration.bound(instance.memory) >= NEVER or instance.n >= 1 << 28:
        return None
    state = _build(instance, scheduler, timing)
    clock, logs = state.clock[0], _Logs()
    status = steps.ROOM
    while status == steps.ROOM:
        status = steps.advance(state, STEPS_AT_ONCE)
        logs.collect(state)
        if progress is not None:
            progress(int(clock.completed))
    if status == steps.TOO_LONG:
        return None
    if status == steps.LIVELOCK:
        patience = state.rules[0].patience
        raise LivelockError(f"step {clock.now}: nothing arrives or completes in {patience} steps")
    passed = Passed(int(clock.busy), (int(clock.held_high) << 32) + int(clock.held_low))
    timed = timed_run((name, 0), instance, timing, logs.schedule(), logs.moments(), passed)
    columns = (timed.run, timed.arrival, timed.start, timed.first, timed.end, timed.passed)
    return HeldRun(*columns, logs.holds())


def _build(instance: Instance, scheduler: Batches, timing: Timing) -> State:
    """The state before step 0."""
    n = instance.n
    concurrent = min(n, instance.memory)  # each running request holds a token at least
    log = max(2 * concurrent + 1, LOG_ROWS)
    arrival = np.array(timing.arrival, dtype=np.int64)
    rules, clock = rows(1, Rules), rows(1, Clock)
    rules.memory = instance.memory
    rules.patience = 1000 * max(instance.output, default=0) + sum(instance.output)
    rules.nested = isinstance(scheduler, NestedWait)
    put_times(rules, timing.iteration)
    requests = rows(n, Request)
    requests.prompt, requests.output = instance.prompt, instance.output
    requests.arrival = arrival
    groups = rows(len(scheduler.thresholds), Group)
    groups.threshold = [min(threshold, NEVER) for threshold in scheduler.thresholds]
    groups.first = groups.last = NOBODY
    if isinstance(scheduler, NestedWait):
        groups.end = [min(end, NEVER) for end in scheduler.ends]
    elif isinstance(scheduler, Wait):
        requests.group = [
            _type(scheduler, *of) for of in zip(instance.prompt, instance.output, strict=True)
        ]
    return State(
        rules=rules,
        clock=clock,
        requests=requests,
        arrivals=indices(np.argsort(arrival, kind="stable")),
        groups=groups,
        blocks=rows(concurrent + 1, Block),
        old_blocks=rows(concurrent + 1, Block),
        attempts=rows(log, Attempt),
        holds=rows(log, Hold),
        moments=rows(LOG_ROWS, Moment),
    )


def _type(scheduler: Wait, prompt: int, output: int) -> int:
    """The number of a type, which compiled code does not check."""
    return whole("type", scheduler.type_of(prompt, output), most=len(scheduler.thresholds) - 1)


class _Logs:
    """What a run leaves behind, collected piece by piece."""

    def __init__(self) -> None:
        self._pieces: dict[str, list[Any]] = {"attempts": [], "holds": [], "moments": []}

    def collect(self, state: State) -> None:
        """Empty the state's logs."""
        clock: Any = state.clock[0]
        for name, pieces in self._pieces.items():
            pieces.append(getattr(state, name)[: clock[name]].copy())
            clock[name] = 0

    def schedule(self) -> Schedule:
        """All attempts: in a step those that complete, by their starts, then the evicted."""
        log = self._all("attempts")
        order = np.lexsort((np.where(log.finished, log.rank, -log.rank), ~log.finished, log.end))
        columns = (log.request, log.start, log.end, log.finished)
        return Schedule(*(tuple(column[order].tolist()) for column in columns))

    def holds(self) -> Holds:
        """All stretches, by request and step."""
        holds = self._all("holds")
        order = np.lexsort((holds.first, holds.request))
        return Holds(
            *(_column(column[order]) for column in (holds.request, holds.first, holds.end))
        )

    def moments(self) -> Moments:
        """All steps."""
        moments = self._all("moments")
        return Moments(moments.step, moments.time, moments.after)

    def _all(self, name: str) -> Any:
        """All rows of a log, which is forgotten."""
        return np.concatenate(self._pieces.pop(name)).view(np.recarray)


def _column(values: Ints) -> "array[int]":
    column = array("q")
    column.frombytes(np.ascontiguousarray(values, dtype=np.int64).tobytes())
    return column
