"""The reference engine: a step loop written to be read and trusted.

The four phases of one step, in this order, here and in every other engine of this project:

1. *Observe.* Requests that made their last token in the previous step complete and leave; those
   that have arrived by now start to wait.
2. *Resolve.* The scheduler evicts: for its own reasons, and until the next step fits.
3. *Admit.* The scheduler starts waiting requests. Declared policies do not restart in this step
   what they thinned or evicted for lack of cache in phase 2 (P forms its set R_t before).
4. *Generate.* Every running request makes one token; the cache must hold them all.

Steps are of unit length, or iterations of a GPU that take time (`kvratio.simulate.timing`).

What becomes of an evicted request's tokens says the run's `Preemption` (`kvratio.theory.schedule`):
they are lost, as in P, or kept, as serving systems do; then the cache of prompt and tokens is
restored in the step in which the request starts again, which in steps costs nothing.

The engine alone knows the true lengths. It checks whatever a scheduler asks for, and a scheduler
that breaks the model ends the run with an `EngineError` that says where.
"""

import traceback
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from kvratio.simulate.chunks import Stretch, chunked
from kvratio.simulate.contender import contender, scheduler
from kvratio.simulate.declared import Declared
from kvratio.simulate.limits import (
    EngineError,
    LivelockError,
    SchedulerFault,
    check_attempts,
    patience,
)
from kvratio.simulate.policy import Policy
from kvratio.simulate.prefill import process
from kvratio.simulate.records import Run
from kvratio.simulate.timed import Moments, Passed, TimedRun, timed_run
from kvratio.simulate.timing import Timing, Watch
from kvratio.simulate.view import View
from kvratio.theory.checks import InputError, whole
from kvratio.theory.model import FullAttempt, Instance, Preemption, Schedule

HERE = Path(__file__).resolve().parent


class Scheduler(Protocol):
    """A policy at work on one instance: the protocol, and a base class with defaults.

    A subclass needs `admit` alone. The others do nothing until they are overridden; a scheduler
    that admits what may grow beyond the budget needs `evict`. `sees` names the hidden columns that
    it reads, of "output", "upper" and "lower".

    >>> from kvratio.theory.model import Instance
    >>> class OneByOne(Scheduler):
    ...     def admit(self, view):
    ...         return [] if view.running else list(view.waiting)[:1]
    >>> run(Instance.of(9, [3, 2, 1]), OneByOne).tel
    14
    """

    sees: frozenset[str] = frozenset()

    def arrive(self, view: View, request: int) -> None:
        """A request starts to wait for the first time; those of one step come by index."""

    def complete(self, view: View, request: int) -> None:
        """A request has made its last token; it leaves `view.running` right after this call."""

    def evict(self, view: View) -> Iterable[int]:  # noqa: ARG002 (a default)
        """The running requests to cancel now. Afterwards the next step must fit."""
        return ()

    @abstractmethod
    def admit(self, view: View) -> Iterable[int]:
        """The waiting requests to start now. Afterwards the next step must still fit."""
        raise NotImplementedError


class Engine:
    """One run, step by step. `run` is the usual way to use it.

    >>> from kvratio.simulate.policies import POLICIES
    >>> instance = Instance.of(10, [1, 1, 1, 1, 1], prompt=1, interval=(1, 4))
    >>> engine = Engine(instance, Declared(POLICIES["h-sf"], instance.n, seed=0))
    >>> while not engine.finished:
    ...     engine.step()
    >>> engine.view.now
    1
    """

    def __init__(
        self,
        instance: Instance,
        scheduler: Scheduler,
        timing: Timing | None = None,
        preemption: Preemption = Preemption.CANCEL,
    ) -> None:
        if timing is not None:
            timing.check(instance)
        self.instance = instance
        self.scheduler = scheduler
        self.timing = timing
        self.watch = None if timing is None else Watch(timing.iteration)
        arrivals = None if timing is None else timing.arrival
        self.view = View(instance, frozenset(scheduler.sees), arrivals, preemption)
        if timing is not None:
            self.view._chunk, self.view._swaps = timing.chunk, timing.swap is not None
        self.completed = 0
        self._arrival = instance.arrival if timing is None else timing.arrival
        # the next one stands last
        self._arrivals = sorted(
            range(instance.n), key=lambda i: (self._arrival[i], i), reverse=True
        )
        self._attempts: list[FullAttempt] = []
        self._swapped = 0  # tokens of the requests evicted in this step, where tokens are kept
        # running request: the step in which it really started, and how many had before
        self._since: dict[int, tuple[int, int]] = {}
        self._starts = 0
        self._stretches: list[tuple[int, Stretch]] = []

    @property
    def finished(self) -> bool:
        """Have all requests completed?"""
        return self.completed == self.instance.n

    @property
    def to_arrive(self) -> int:
        """Number of requests that have not arrived yet."""
        return len(self._arrivals)

    @property
    def schedule(self) -> Schedule:
        """The attempts that have ended so far, in order of their ends."""
        return Schedule.of(self._attempts)

    @property
    def stretches(self) -> list[Stretch]:
        """Steps of chunked prefill in which their requests made no token, in order of starts."""
        return [stretch for _, stretch in sorted(self._stretches)]

    def step(self) -> None:
        """The four phases of the current step; the last step of a run only observes."""
        self._observe()
        if self.finished:
            return
        self._swapped = 0
        for request in tuple(self.scheduler.evict(self.view)):
            self._evict(request)
        admitted = tuple(self.scheduler.admit(self.view))
        for request in admitted:
            self._start(request)
        self._generate(admitted)

    def _observe(self) -> None:
        view, output = self.view, self.instance.output
        for request in [i for i in view._running if view.made(i) == output[i]]:
            self.scheduler.complete(view, request)
            self._end(request, finished=True)
            self.completed += 1
        while self._arrivals and self._arrival[self._arrivals[-1]] <= view.time:
            request = self._arrivals.pop()
            view._waiting[request] = None
            self.scheduler.arrive(view, request)

    def _evict(self, request: int) -> None:
        view = self.view
        if request not in view._running:
            raise EngineError(f"step {view.now}: evicts request {request}, which does not run")
        made, whole_cache = view.made(request), request not in view._prefill
        self._end(request, finished=False)
        if view.preemption.keeps and made:
            view._kept[request] = made
        if whole_cache:
            self._swapped += view.prompt(request) + made
        view._waiting[request] = None

    def _end(self, request: int, finished: bool) -> None:
        """An attempt ends now."""
        view = self.view
        began, start = view._kept.pop(request, 0), view._running.pop(request)
        since, number = self._since.pop(request)
        if since < start and view._chunk is not None:
            stretch = Stretch(request, since, start, start < view.now)
            self._stretches.append((number, stretch))
        if start < view.now:
            self._attempts.append(FullAttempt(request, start, view.now, finished, began))
        view._prefill.pop(request, None)

    def _start(self, request: int) -> None:
        view = self.view
        if request not in view._waiting:
            raise EngineError(f"step {view.now}: admits request {request}, which does not wait")
        del view._waiting[request]
        view._running[request] = view.now
        self._since[request] = (view.now, self._starts)
        self._starts += 1

    def _generate(self, admitted: Sequence[int]) -> None:
        """Let a step pass; tokens made are `now - start`. Idle time is skipped in one go."""
        view = self.view
        need = view.need()
        over = need - view.memory
        if over > 0:
            raise EngineError(f"step {view.now}: {over} tokens over the budget")
        idle = not view._running and not view._waiting and self._arrivals
        view._now += 1
        if self.watch is None:
            if idle:
                view._now = max(view.now, self._arrival[self._arrivals[-1]])
        elif idle:
            view._time = self.watch.skip_to(self._arrival[self._arrivals[-1]])
        else:
            self._iterate(admitted, need)

    def _iterate(self, admitted: Sequence[int], need: int) -> None:
        """An iteration of a GPU: `kvratio.simulate.prefill` says what it processes."""
        view, timing = self.view, self.timing
        assert timing is not None
        assert self.watch is not None
        batch, restored = process(view, timing, self._cache, admitted, need)
        moved = self._swapped + restored if view.preemption.keeps else 0
        view._time = self.watch.iterate(batch, need - batch.cache, timing.swapping(moved))

    def _cache(self, request: int) -> int:
        """Tokens of its prompt and of those that have been kept."""
        return self.instance.prompt[request] + self.view._kept.get(request, 0)


def run_scheduler(
    instance: Instance,
    scheduler: Scheduler,
    progress: Callable[[int], None] | None = None,
    patience: int | None = None,
    preemption: Preemption = Preemption.CANCEL,
) -> Schedule:
    """Run any scheduler to the end and return all attempts.

    `progress` is called with the number of completed requests whenever it has grown. A run in
    which nothing arrives or completes for `patience` steps ends as a livelock; the default is a
    thousand longest outputs and the sum of all outputs.
    Raises `LivelockError` for that, and `EngineError` when the scheduler breaks the model.
    """
    engine = Engine(instance, scheduler, preemption=preemption)
    finish(engine, progress, patience)
    return engine.schedule


def _timed(
    instance: Instance,
    scheduler: Scheduler,
    timing: Timing,
    label: tuple[str, int],
    progress: Callable[[int], None] | None,
    patience: int | None,
    preemption: Preemption,
) -> TimedRun:
    engine = Engine(instance, scheduler, timing, preemption)
    finish(engine, progress, patience)
    return timed_record(engine, timing, engine.schedule, label)


def timed_record(
    engine: Engine, timing: Timing, schedule: Schedule, label: tuple[str, int]
) -> TimedRun:
    """The result of a timed engine that has finished. `label`: the policy's name and the seed."""
    watch = engine.watch
    assert watch is not None  # it is timed
    times = [*watch.times, watch.times[-1]]
    moments = Moments(range(len(watch.times)), times[:-1], times[1:])
    passed = Passed(watch.busy, watch.held)
    reading = engine.view.preemption
    found = timed_run(label, engine.instance, timing, schedule, moments, passed, reading)
    if timing.chunk is None:
        return found
    return chunked(found, engine.stretches, timing.chunk, timing.swap is not None)


def finish(
    engine: Engine, progress: Callable[[int], None] | None = None, patience: int | None = None
) -> None:
    """Step until all have completed, or until `patience` is at an end."""
    instance = engine.instance
    if patience is None:
        patience = 1000 * max(instance.output, default=0) + sum(instance.output)
    last_event, completed, waited_for = 0, 0, instance.n
    while not engine.finished:
        engine.step()
        now = engine.view.now
        if engine.completed > completed and progress is not None:
            progress(engine.completed)
        idle = not engine.view.running and not engine.view.waiting
        if idle or engine.completed > completed or engine.to_arrive < waited_for:
            last_event, completed, waited_for = now, engine.completed, engine.to_arrive
        elif now - last_event > patience:
            raise LivelockError(f"step {now}: nothing arrives or completes in {patience} steps")
        check_attempts(len(engine._attempts))


def run(
    instance: Instance,
    policy: Policy | Scheduler | Callable[..., Scheduler] | str,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
    preemption: Preemption | str = Preemption.CANCEL,
) -> Run:
    """Simulate a policy on an instance; same arguments, same result, everywhere.

    `policy`: a declared policy, whose every run ends (`simulate/README.md` says why, policy by
    policy), or whatever else `kvratio.simulate.contender` describes. `preemption`: "cancel", an
    evicted request's tokens are lost, or "keep".
    Raises `EngineError` when a scheduler breaks the model, raises or stops making progress.

    >>> from kvratio.simulate.policies import POLICIES
    >>> instance = Instance.of(10, [1, 1, 1, 1, 1], prompt=1, interval=(1, 4))
    >>> [run(instance, POLICIES[name]).tel for name in ("h-sf", "a-max")]  # P Example 1
    [5, 9]
    """
    whole("seed", seed)
    reading, player = Preemption.of(preemption), declared_or_own(policy)
    if isinstance(player, Policy):
        declared, most = Declared(player, instance.n, seed), patience(instance)
        schedule = run_scheduler(instance, declared, progress, most, reading)
        return Run(player.name, seed, instance, schedule, reading)
    with own(policy, instance.n, seed, reading) as (name, made):
        schedule = run_scheduler(instance, made, progress, preemption=reading)
        return Run(name, seed, instance, schedule, reading)


def run_timed(
    instance: Instance,
    policy: Policy | Scheduler | Callable[..., Scheduler] | str,
    timing: Timing,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
    preemption: Preemption | str = Preemption.CANCEL,
) -> TimedRun:
    """Simulate a policy in time, as `run` otherwise; the instance's own arrivals are 0.

    >>> from kvratio.simulate.iteration import IterationTime
    >>> from kvratio.simulate.policies import POLICIES
    >>> timing = Timing((0, 9), IterationTime(fixed=5_000))
    >>> run_timed(Instance.of(10, [3, 1]), POLICIES["fcfs"], timing).run.instance.arrival
    (0, 2)
    """
    whole("seed", seed)
    reading, player = Preemption.of(preemption), declared_or_own(policy)
    if isinstance(player, Policy):
        declared, label = Declared(player, instance.n, seed), (player.name, seed)
        most = patience(instance)
        return _timed(instance, declared, timing, label, progress, most, reading)
    with own(policy, instance.n, seed, reading) as (name, made):
        return _timed(instance, made, timing, (name, seed), progress, None, reading)


def declared_or_own(policy: Any) -> Any:
    """A `Policy` as it is; otherwise the player that the name or object stands for."""
    return policy if isinstance(policy, Policy) else contender(policy).player


@contextmanager
def own(policy: Any, n: int, seed: int, preemption: Preemption) -> Iterator[tuple[str, Scheduler]]:
    """The name of a scheduler of one's own, and one for a run of `n` requests.

    What its methods raise becomes a `SchedulerFault` that says where in its code.
    """
    chosen = contender(policy)
    chosen.check_preemption(preemption)
    try:
        yield chosen.name, scheduler(chosen.player, n, seed)
    except (EngineError, InputError):
        raise
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        theirs = [frame for frame in frames if HERE not in Path(frame.filename).resolve().parents]
        last = (theirs or frames)[-1]
        where = f"{Path(last.filename).name}, line {last.lineno}, in {last.name}"
        fault = f"the scheduler raised {type(error).__name__}: {error} ({where})"
        raise SchedulerFault(fault) from error
