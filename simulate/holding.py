"""Schedulers that hold: a request may keep its cache without making a token in a step.

The exact model has no such state, so `kvratio.theory.model.verify` does not apply; `verify_held`
checks a run of this engine from nothing. Everything else is as in `kvratio.simulate.engine`, in
time.
"""

from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from operator import add
from typing import Protocol

from kvratio.simulate.engine import Engine, Scheduler, finish, timed_record
from kvratio.simulate.iteration import Batch
from kvratio.simulate.limits import EngineError
from kvratio.simulate.timed import Counts, TimedRun
from kvratio.simulate.timing import Timing
from kvratio.simulate.view import View
from kvratio.theory.model import Attempt, Instance, Schedule, ScheduleError

NOT_RUNNING = "holds where it does not run"

Hold = tuple[int, int]  # a request, and a step in which it held its cache and made no token


@dataclass(frozen=True)
class Holds:
    """Stretches of steps in which a request held its cache and made no token, by request and step.

    Three columns of integers: the request, the first step, and the step after the last.
    """

    request: "array[int]"
    first: "array[int]"
    end: "array[int]"

    @classmethod
    def of(cls, holds: Iterable[Hold]) -> "Holds":
        """Join steps to stretches.

        >>> list(Holds.of([(0, 7), (1, 3), (0, 6), (0, 2)]).stretches())
        [(0, 2, 3), (0, 6, 8), (1, 3, 4)]
        """
        request, first, end = array("q"), array("q"), array("q")
        for i, step in sorted(holds):
            if request and (request[-1], end[-1]) == (i, step):
                end[-1] += 1
            else:
                request.append(i)
                first.append(step)
                end.append(step + 1)
        return cls(request, first, end)

    def __len__(self) -> int:
        return len(self.request)

    def stretches(self) -> Iterator[tuple[int, int, int]]:
        """The stretches one by one."""
        return zip(self.request, self.first, self.end, strict=True)

    @property
    def steps(self) -> int:
        """Steps of all stretches together."""
        return sum(self.end) - sum(self.first)


class Holder(Scheduler, Protocol):
    """A scheduler that may hold running requests."""

    def hold(self, view: View) -> Iterable[int]:
        """The running requests that make no token in this step; not those that start in it."""

    def drain(self) -> None:
        """No request is to arrive and none would ever move: move, whatever the reason."""


class HoldingEngine(Engine):
    """One run of a holder in time. A step in which no token is made ends at the next arrival.

    A held request is kept as if it had started a step later, so that `view.made` counts tokens.
    """

    scheduler: Holder

    def __init__(self, instance: Instance, scheduler: Holder, timing: Timing) -> None:
        super().__init__(instance, scheduler, timing)
        self.holds: list[Hold] = []
        self._draining = False

    def _generate(self, admitted: Sequence[int]) -> None:
        view, prompt = self.view, self.instance.prompt
        held = tuple(self.scheduler.hold(view))
        once = set(held)
        for request in held:
            if request not in view._running or request in admitted or request not in once:
                raise EngineError(f"step {view.now}: holds request {request}, which does not run")
            once.remove(request)
            view._running[request] += 1
            self.holds.append((request, view.now))
        need = view.need()
        over = need - self.instance.memory
        if over > 0:
            raise EngineError(f"step {view.now}: {over} tokens over the budget")
        moving = len(view._running) - len(held)
        resting = sum(prompt[i] + view.made(i) + 1 for i in held)  # their starts have moved
        view._now += 1
        assert self.watch is not None  # a holder runs in time
        if moving:
            prompts = [prompt[i] for i in admitted]
            pairs = sum(s * (s + 1) // 2 for s in prompts)
            batch = Batch(moving, len(prompts), need - resting, sum(prompts), pairs)
            view._time = self.watch.iterate(batch, resting)
        elif self._arrivals:
            view._time = self.watch.skip_to(self._arrival[self._arrivals[-1]], need)
        else:
            self._stand_still()

    def _stand_still(self) -> None:
        """No request moves and none is to arrive."""
        if self._draining:
            raise EngineError(f"step {self.view.now}: no request moves, and none is to arrive")
        self._draining = True
        self.scheduler.drain()
        assert self.watch is not None  # a holder runs in time
        self.view._time = self.watch.skip_to(self.watch.times[-1])


@dataclass(frozen=True)
class HeldRun(TimedRun):
    """A timed run with `holds`. An attempt's start is that of its first token, so that it lasts one
    step for every token and every hold."""

    holds: Holds

    @cached_property
    def counts(self) -> Counts:
        """Iterations, evictions and tokens; recomputed from the schedule and the holds."""
        schedule, instance = self.run.schedule, self.run.instance
        generated = sum(schedule.end) - sum(schedule.start) - self.holds.steps
        return Counts(
            iterations=max(schedule.end, default=0),
            evictions=len(schedule) - instance.n,
            generated_tokens=generated,
            wasted_tokens=generated - sum(instance.output),
            peak_cache=verify_held(schedule, instance, self.holds),
        )


def run_holder(
    instance: Instance,
    scheduler: Holder,
    timing: Timing,
    label: tuple[str, int],
    progress: Callable[[int], None] | None = None,
) -> HeldRun:
    """Run a holder to the end. `label`: the policy's name and the seed.

    Raises `EngineError` when the scheduler breaks the model or stands still.
    """
    engine = HoldingEngine(instance, scheduler, timing)
    finish(engine, progress)
    holds = Holds.of(engine.holds)
    schedule = _with_holds(engine.schedule, holds)
    timed = timed_record(engine, timing, schedule, label)
    columns = (timed.run, timed.arrival, timed.start, timed.first, timed.end, timed.passed)
    return HeldRun(*columns, holds)


def _with_holds(schedule: Schedule, holds: Holds) -> Schedule:
    """Attempts from their true starts: the engine's are later by the holds of the attempt."""
    stretches: dict[int, list[tuple[int, int]]] = {}
    for request, first, last in holds.stretches():
        stretches.setdefault(request, []).append((first, last))
    rows, ended = [], dict.fromkeys(schedule.request, 0)
    for request, start, end, finished in schedule.attempts():
        mine = [b - a for a, b in stretches.get(request, ()) if ended[request] <= a < end]
        ended[request] = end
        rows.append((request, start - sum(mine), end, finished))
    return Schedule.of(rows)


def verify_held(schedule: Schedule, instance: Instance, holds: Holds) -> int:
    """Check a schedule with holds from nothing, and return the peak of the cache in tokens.

    Work grows with attempts, holds and steps. Raises `kvratio.theory.model.ScheduleError` with the
    first violation; the reason may also be "holds where it does not run".

    >>> run = Schedule.of([(0, 0, 4, True)])
    >>> verify_held(run, Instance.of(5, [3], prompt=2), Holds.of({(0, 1)}))
    5
    """
    use = _Use(steps=max(schedule.end, default=0))
    stretches = deque(holds.stretches())
    last: dict[int, Attempt] = {}  # the last attempt of each request, so far
    for attempt in sorted(schedule.attempts()):
        _check_times(attempt, last.get(attempt.request), instance)
        rests = _rests(attempt, stretches)
        made = attempt.end - attempt.start - sum(end - first for first, end in rests)
        _check_tokens(attempt, made, instance.output[attempt.request])
        use.add(attempt, instance.prompt[attempt.request], made, rests)
        last[attempt.request] = attempt
    if stretches:
        raise ScheduleError(NOT_RUNNING, *stretches[0][:2])
    for i in range(instance.n):
        if i not in last or not last[i].finished:
            raise ScheduleError("never completed", i)
    cache = use.steps()
    peak = max(cache)
    if peak > instance.memory:
        raise ScheduleError("over budget", -1, cache.index(peak), peak - instance.memory)
    return peak


def _check_times(attempt: Attempt, before: Attempt | None, instance: Instance) -> None:
    """An attempt lasts, starts after the request's arrival and its attempt `before`."""
    i, start, end, _ = attempt
    if start >= end:
        raise ScheduleError("empty attempt", i, start)
    if not 0 <= i < instance.n:
        raise ScheduleError("unknown request", i, start)
    if start < instance.arrival[i]:
        raise ScheduleError("starts before arrival", i, start)
    if before is not None and before.finished:
        raise ScheduleError("runs after completion", i, start)
    if before is not None and start < before.end:
        raise ScheduleError("attempts overlap", i, start)


def _check_tokens(attempt: Attempt, made: int, output: int) -> None:
    """An attempt makes no more than the output, and finishes exactly if it makes all of it."""
    if made > output:
        raise ScheduleError("runs past its last token", attempt.request, attempt.end)
    if attempt.finished != (made == output):
        reason = "finished too early" if attempt.finished else "cancelled when complete"
        raise ScheduleError(reason, attempt.request, attempt.end)


def _rests(attempt: Attempt, stretches: deque[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """Take the stretches of an attempt from those that are left, in order.

    They stand after its first step, one after the other, and before its last step where it
    finishes, as a token is made there.
    """
    i, start, end, finished = attempt
    rests: list[tuple[int, int]] = []
    free, last = start + 1, end - finished
    while stretches and stretches[0] < (i, end):
        request, first, after = stretches.popleft()
        if request != i or not free <= first < after <= last:
            raise ScheduleError(NOT_RUNNING, request, first)
        rests.append((first, after))
        free = after
    return rests


class _Use:
    """The tokens in the cache step by step, from what changes at the beginning of each step."""

    def __init__(self, steps: int) -> None:
        self._level = [0] * (steps + 1)  # change of the tokens, beside those made
        self._moving = [0] * (steps + 1)  # change of the number of requests that make tokens

    def add(self, attempt: Attempt, prompt: int, made: int, rests: list[tuple[int, int]]) -> None:
        """An attempt holds its prompt and a token for each step that it did not rest."""
        _, start, end, _ = attempt
        self._level[start] += prompt
        self._level[end] -= prompt + made
        self._moving[start] += 1
        self._moving[end] -= 1
        for first, after in rests:
            self._moving[first] -= 1
            self._moving[after] += 1

    def steps(self) -> list[int]:
        """The tokens in each step."""
        return list(accumulate(map(add, self._level, accumulate(self._moving))))
