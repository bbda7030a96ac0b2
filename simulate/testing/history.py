"""What a scheduler knew and did, step by step: the record on which the invariants are checked.

A scheduler of ours runs in the reference engine and is watched. A system, that is foreign code
with an engine of its own, hands over its attempts; the steps are recomputed from them.
"""

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kvratio.simulate.engine import Scheduler, run_scheduler
from kvratio.simulate.limits import EngineError, LivelockError
from kvratio.simulate.view import HiddenError, View
from kvratio.theory.model import (
    MOST_TOKENS,
    FullAttempt,
    Instance,
    Preemption,
    Schedule,
    ScheduleError,
    verify,
)

OURS = Path(__file__).parent.parent  # the folder of the simulator


@dataclass
class Step:
    """What a scheduler knew and did in one step.

    `completed` since the step before; `running` (request -> start) and `waiting` as the scheduler
    found them, before its evictions; `kept` are the tokens that earlier attempts of these have
    made and a preemption has kept, and `keeps` says whether preemptions do; `bounds` and `learned`
    are the assumed lengths before and after the evictions, where the scheduler has any (`assumed`).
    """

    now: int
    completed: tuple[int, ...]
    running: Mapping[int, int]
    waiting: tuple[int, ...]
    evicted: tuple[int, ...] = ()
    admitted: tuple[int, ...] = ()
    bounds: Mapping[int, int] = field(default_factory=dict)
    learned: Mapping[int, int] = field(default_factory=dict)
    kept: Mapping[int, int] = field(default_factory=dict)
    keeps: bool = False

    def made(self, request: int) -> int:
        """Tokens that a running request has made and not lost."""
        return self.now - self.running[request] + self.kept.get(request, 0)

    def begins(self, request: int) -> int:
        """Tokens with which an attempt begins that starts in this step, after the evictions."""
        if request in self.evicted:
            return self.made(request) if self.keeps else 0
        return self.kept.get(request, 0)

    def generating(self) -> dict[int, int]:
        """Those that make a token in this step -> the tokens that they have before it."""
        stay = {i: self.made(i) for i in self.running if i not in self.evicted}
        return {**stay, **{i: self.begins(i) for i in self.admitted}}


@dataclass(frozen=True)
class History:
    """A run: every step, and the schedule if the run came to its end.

    `stopped` says in words why it did not, and `livelock`, `hidden` and `raised` of which kind
    that was: no progress for long, an undeclared read, an error in the scheduler's own code, whose
    `traceback` begins where that code does.
    `malformed` tells how the attempts of a system break the model, the budget apart; there are no
    steps then. `tel` is the total latency that the system itself reports, if it does.
    """

    instance: Instance
    steps: Sequence[Step]
    schedule: Schedule | None = None
    tel: int | None = None
    stopped: str = ""
    livelock: bool = False
    hidden: bool = False
    raised: bool = False
    traceback: str = ""
    malformed: ScheduleError | None = None


class Recorder:
    """A scheduler that is recorded; its decisions are those of the scheduler alone."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.sees = scheduler.sees
        self.steps: list[Step] = []
        self._scheduler = scheduler
        self._assumed: Callable[[int], int] | None = getattr(scheduler, "assumed", None)
        self._completed: list[int] = []

    def arrive(self, view: View, request: int) -> None:
        """Pass on."""
        self._scheduler.arrive(view, request)

    def complete(self, view: View, request: int) -> None:
        """Note and pass on."""
        self._completed.append(request)
        self._scheduler.complete(view, request)

    def evict(self, view: View) -> Iterable[int]:
        """Begin a step."""
        completed, self._completed = tuple(self._completed), []
        step = Step(view.now, completed, dict(view.running), tuple(view.waiting))
        step.kept, step.keeps = dict(view._kept), view.preemption.keeps
        self.steps.append(step)
        step.bounds = self._bounds(step)
        step.evicted = tuple(self._scheduler.evict(view))
        return step.evicted

    def admit(self, view: View) -> Iterable[int]:
        """End a step."""
        step = self.steps[-1]
        step.learned = self._bounds(step)
        step.admitted = tuple(self._scheduler.admit(view))
        return step.admitted

    def _bounds(self, step: Step) -> dict[int, int]:
        if self._assumed is None:
            return {}
        return {i: self._assumed(i) for i in (*step.running, *step.waiting)}


def patience(instance: Instance) -> int:
    """Steps without an arrival or a completion that are called a livelock.

    Serving one request after the other takes the sum of the outputs, and restarting each from
    every length it can reach a small multiple of that; this is far more, and still quick.
    """
    return 100 + 20 * sum(instance.output)


def watch(
    instance: Instance, scheduler: Scheduler, preemption: Preemption = Preemption.CANCEL
) -> History:
    """Run a scheduler in the reference engine, whatever becomes of it.

    >>> from kvratio.simulate.declared import Declared
    >>> from kvratio.simulate.policies import POLICIES
    >>> history = watch(Instance.of(3, [2, 1]), Declared(POLICIES["h-sf"], 2, seed=0))
    >>> [(step.now, step.completed, step.admitted) for step in history.steps]
    [(0, (), (1, 0)), (1, (1,), ())]
    """
    recorder = Recorder(scheduler)
    try:
        limit = patience(instance)
        schedule = run_scheduler(instance, recorder, patience=limit, preemption=preemption)
    except LivelockError as error:
        return History(instance, recorder.steps, stopped=str(error), livelock=True)
    except EngineError as error:
        return History(instance, recorder.steps, stopped=str(error))
    except HiddenError as error:
        return History(instance, recorder.steps[:-1], stopped=str(error), hidden=True)
    except Exception as error:  # whatever the scheduler's own code raises is a finding about it
        return _failed(instance, recorder.steps[:-1], error)
    return History(instance, recorder.steps, schedule)


def _failed(instance: Instance, steps: Sequence[Step], error: Exception) -> History:
    told = f"{type(error).__name__}: {error}"
    frames = traceback.extract_tb(error.__traceback__)
    theirs = next((k for k, f in enumerate(frames) if not _is_ours(f.filename)), len(frames))
    lines = traceback.format_list(frames[theirs:] or frames[-1:])
    text = "".join(["Traceback (most recent call last):\n", *lines, told])
    return History(instance, steps, stopped=told, raised=True, traceback=text)


def _is_ours(file: str) -> bool:
    """Is this a file of the simulator, which only passes the error on?"""
    return OURS in Path(file).parents


@dataclass(frozen=True)
class SystemRun:
    """What a system returns: its attempts, and the total latency that it reports itself."""

    schedule: Schedule
    tel: int | None = None


class Stuck(Exception):  # noqa: N818 (a state of a system, not an error of ours)
    """Raised by a system that makes no progress: its attempts so far, and the step reached."""

    def __init__(self, step: int, attempts: Sequence[tuple[Any, ...]]) -> None:
        self.step, self.attempts = step, attempts
        super().__init__(f"step {step}: no progress")


def listen(
    instance: Instance,
    simulate: Callable[[Instance], Schedule | SystemRun],
    preemption: Preemption = Preemption.CANCEL,
) -> History:
    """Run a system, which has its own engine, and recompute its steps from its attempts.

    >>> serial = Schedule.of([(0, 0, 2, True), (1, 2, 3, True)])
    >>> history = listen(Instance.of(3, [2, 1]), lambda _: serial)
    >>> [(step.now, step.completed, step.admitted) for step in history.steps]
    [(0, (), (0,)), (1, (), ()), (2, (0,), (1,))]
    """
    try:
        result = simulate(instance)
    except Stuck as stuck:
        attempts = [FullAttempt(*row) for row in stuck.attempts]
        steps = tuple(_steps(instance, attempts, stuck.step, preemption))
        return History(instance, steps, stopped=str(stuck), livelock=True)
    except Exception as error:  # as in `watch`
        return _failed(instance, (), error)
    run = result if isinstance(result, SystemRun) else SystemRun(result)
    schedule, tel = run.schedule, run.tel
    malformed = _malformed(instance, schedule, preemption)
    if malformed is not None:
        return History(instance, (), schedule, tel, malformed=malformed)
    attempts = list(schedule.full_attempts())
    until = max((attempt.end for attempt in attempts), default=0)
    steps = tuple(_steps(instance, attempts, until, preemption))
    return History(instance, steps, schedule, tel)


def _malformed(
    instance: Instance, schedule: Schedule, preemption: Preemption
) -> ScheduleError | None:
    """The first violation of the model that `verify` finds with a budget that is never reached."""
    columns = (instance.prompt, instance.output, instance.arrival, instance.lower, instance.upper)
    try:
        verify(schedule, Instance(MOST_TOKENS, *columns), preemption)
    except ScheduleError as error:
        return error
    return None


def _steps(
    instance: Instance, attempts: list[FullAttempt], until: int, preemption: Preemption
) -> Iterator[Step]:
    """The steps before `until`, idle time skipped as the reference engine skips it.

    A run that was stopped may have attempts that neither completed nor were evicted; they end at
    `until`.
    """
    known = [a for a in attempts if 0 <= a.request < instance.n]
    done = {a.request: a.end for a in known if a.finished}
    now, last = 0, -1
    while now < until:
        run = [
            a
            for a in sorted(known, key=lambda a: a.start)
            if a.start < now and (now < a.end or (now == a.end and not a.finished))
        ]
        running = {a.request: a.start for a in run}
        waiting = tuple(
            i
            for i in range(instance.n)
            if instance.arrival[i] <= now < done.get(i, until) and i not in running
        )
        completed = tuple(a.request for a in known if a.finished and last < a.end <= now)
        evicted = tuple(a.request for a in known if a.end == now and not a.finished)
        admitted = tuple(a.request for a in known if a.start == now)
        step = Step(now, completed, running, waiting, evicted, admitted)
        if preemption.keeps:
            over = {a.request: a.began + a.end - a.start for a in known if a.end < now}
            step.keeps, step.kept = True, {**over, **{a.request: a.began for a in run}}
        yield step
        now, last = now + 1, now
        if not running and not waiting:
            now = max(now, min((a for a in instance.arrival if a > last), default=until))
