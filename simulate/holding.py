"""Schedulers that hold: a request may keep its cache without making a token in a step.

The exact model has no such state, so `theory.model.verify` does not apply; `verify_held` checks a
run of this engine from nothing. Everything else is as in `simulate.engine`, in time.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from simulate.engine import Engine, EngineError, Scheduler, finish, timed_record
from simulate.iteration import Batch
from simulate.timed import Counts, TimedRun
from simulate.timing import Timing
from simulate.view import View
from theory.model import Instance, Schedule, ScheduleError

Hold = tuple[int, int]  # a request, and a step in which it held its cache and made no token


class Holder(Scheduler, Protocol):
    """A scheduler that may hold running requests."""

    def hold(self, view: View) -> Iterable[int]:
        """The running requests that make no token in this step; not those that start in it."""

    def drain(self) -> None:
        """Nobody is to arrive any more and nobody would ever move: move, whatever the reason."""


class HoldingEngine(Engine):
    """One run of a holder in time. A step in which nobody makes a token ends at the next arrival.

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
        """Nobody moves and nobody is to come."""
        if self._draining:
            raise EngineError(f"step {self.view.now}: nobody moves, and nobody is to come")
        self._draining = True
        self.scheduler.drain()
        assert self.watch is not None  # a holder runs in time
        self.view._time = self.watch.skip_to(self.watch.times[-1])


@dataclass(frozen=True)
class HeldRun(TimedRun):
    """A timed run with `holds`. An attempt's start is that of its first token, so that it lasts one
    step for every token and every hold."""

    holds: tuple[Hold, ...] = ()

    @property
    def counts(self) -> Counts:
        """Iterations, evictions and tokens; recomputed from the schedule and the holds."""
        schedule, instance = self.run.schedule, self.run.instance
        steps = sum(schedule.end) - sum(schedule.start)
        return Counts(
            iterations=max(schedule.end, default=0),
            evictions=len(schedule) - instance.n,
            generated_tokens=steps - len(self.holds),
            wasted_tokens=steps - len(self.holds) - sum(instance.output),
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
    schedule = _with_holds(engine.schedule, engine.holds)
    timed = timed_record(engine, timing, schedule, label)
    columns = (timed.run, timed.arrival, timed.start, timed.first, timed.end, timed.passed)
    return HeldRun(*columns, tuple(engine.holds))


def _with_holds(schedule: Schedule, holds: Sequence[Hold]) -> Schedule:
    """Attempts from their true starts: the engine's are later by the holds of the attempt."""
    steps: dict[int, list[int]] = {}
    for request, step in holds:
        steps.setdefault(request, []).append(step)
    rows, ended = [], dict.fromkeys(schedule.request, 0)
    for request, start, end, finished in schedule.attempts():
        mine = [step for step in steps.get(request, ()) if ended[request] <= step < end]
        ended[request] = end
        rows.append((request, start - len(mine), end, finished))
    return Schedule.of(rows)


def verify_held(schedule: Schedule, instance: Instance, holds: Iterable[Hold]) -> int:
    """Check a schedule with holds, step by step, and return the peak of the cache in tokens.

    Raises `theory.model.ScheduleError` with the first violation.

    >>> verify_held(Schedule.of([(0, 0, 4, True)]), Instance.of(5, [3], prompt=2), {(0, 1)})
    5
    """
    resting = set(holds)
    done: set[int] = set()
    busy_until = [0] * instance.n
    cache = [0] * max(schedule.end, default=0)
    for i, start, end, finished in sorted(schedule.attempts(), key=lambda a: a.start):
        if start < instance.arrival[i]:
            raise ScheduleError("starts before arrival", i, start)
        if start < busy_until[i] or i in done:
            reason = "runs after completion" if i in done else "attempts overlap"
            raise ScheduleError(reason, i, start)
        busy_until[i], made = end, 0
        for step in range(start, end):
            made += (i, step) not in resting
            cache[step] += instance.prompt[i] + made
        if made > instance.output[i]:
            raise ScheduleError("runs past its last token", i, end)
        if finished != (made == instance.output[i]):
            reason = "finished too early" if finished else "cancelled when complete"
            raise ScheduleError(reason, i, end)
        done |= {i} if finished else set()
    for i in range(instance.n):
        if i not in done:
            raise ScheduleError("never completed", i)
    peak = max(cache, default=0)
    if peak > instance.memory:
        step = cache.index(peak)
        raise ScheduleError("over budget", -1, step, peak - instance.memory)
    return peak
