"""The fast engine: compiled and event-driven, with the schedules of `kvratio.simulate.engine`.

It runs the declarations of `kvratio.simulate.policy` (and, in `kvratio.simulate.ranked`, three
policies that preempt for better requests), handed over as codes and numbers to one machine that is
compiled once (numba, cached on disk), and gives the same attempts in the same order, to the last
tie, as the reference engine; tests compare the two on random instances and declarations. Where the
reference works through every step and every running request, this one jumps from event to event.

- `machine`: the loop and the four phases; `attempts`: starts and ends; what an event is
- `hooks`: what the words of a declaration do, each in its file of `kvratio.simulate.words`
- `agenda`, `overflow`: next events, evictions
- `watch`: time, in timed runs
- `build`: from a declaration to the arrays (`kvratio.simulate.compiled`); `logs`: from them to a
  schedule

numba is imported at the first run, not before.
"""

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from kvratio._compiled import disabled
from kvratio.simulate import engine, ranked, words
from kvratio.simulate.chunks import Stretch, chunked
from kvratio.simulate.limits import EngineError, check_attempts
from kvratio.simulate.policy import Policy
from kvratio.simulate.records import Run
from kvratio.simulate.timed import Moments, Passed, TimedRun, timed_run
from kvratio.simulate.timing import Timing
from kvratio.theory.checks import whole
from kvratio.theory.model import Instance, Preemption, Schedule

# Steps between two looks at the progress and at the keyboard: some tens of milliseconds.
STEPS_AT_ONCE = 50_000


class Work(NamedTuple):
    """Counted work of a run (P Theorem 3): in all, and the most in one step.

    `steps` were executed, the others passed over. `ends` are assumed ends looked at, in `tests`
    look-ahead tests and when requests start or leave. `starts` are attempts. `moves` are the levels
    gone up and down in heaps (events, queue, overflow), and the running requests examined for
    eviction.
    """

    steps: int
    tests: int
    ends: int
    most_ends: int
    starts: int
    most_starts: int
    moves: int
    most_moves: int


def run(
    instance: Instance,
    policy: Policy | Any,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
    preemption: Preemption | str = Preemption.CANCEL,
) -> Run:
    """Simulate a policy on an instance: `kvratio.simulate.engine.run`, fast if it is declared.

    `progress` is called with the number of completed requests from time to time, and at the end.
    Raises `EngineError` for a livelock and for evictions without end, as the reference engine does.

    >>> from kvratio.simulate.policies import POLICIES
    >>> instance = Instance.of(10, [1, 1, 1, 1, 1], prompt=1, interval=(1, 4))
    >>> [run(instance, POLICIES[name]).tel for name in ("h-sf", "a-max")]  # P Example 1
    [5, 9]
    """
    if not isinstance(policy, Policy):
        reading = Preemption.of(preemption)
        found = ranked.run(instance, policy, whole("seed", seed), progress, reading)
        return found or engine.run(instance, policy, seed, progress, reading)
    return run_counted(instance, policy, seed, progress, preemption)[0]


def run_counted(
    instance: Instance,
    policy: Policy,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
    preemption: Preemption | str = Preemption.CANCEL,
) -> tuple[Run, Work | None]:
    """Also count the work; None where the numbers need the reference engine's long integers.

    >>> from kvratio.simulate.policies import POLICIES
    >>> instance = Instance.of(10, [1, 1, 1, 1, 1], prompt=1, interval=(1, 4))
    >>> run_counted(instance, POLICIES["h-sf"])[1].starts
    5
    """
    reading = Preemption.of(preemption)
    found = _execute(instance, policy, seed, progress, preemption=reading)
    if found is None:
        return engine.run(instance, policy, seed, progress, reading), None
    return Run(policy.name, seed, instance, found.schedule, reading), found.work


def run_timed(
    instance: Instance,
    policy: Policy | Any,
    timing: Timing,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
    preemption: Preemption | str = Preemption.CANCEL,
) -> TimedRun:
    """Simulate a policy in time: `kvratio.simulate.engine.run_timed`, fast if it is declared.

    >>> from kvratio.simulate.iteration import IterationTime
    >>> from kvratio.simulate.policies import POLICIES
    >>> timing = Timing((0, 9), IterationTime(fixed=5_000))
    >>> run_timed(Instance.of(10, [3, 1]), POLICIES["fcfs"], timing).run.instance.arrival
    (0, 2)
    """
    reading = Preemption.of(preemption)
    if not isinstance(policy, Policy):
        run = ranked.run_timed(instance, policy, timing, whole("seed", seed), progress, reading)
        return run or engine.run_timed(instance, policy, timing, seed, progress, reading)
    timing.check(instance)
    found = _execute(instance, policy, seed, progress, timing, reading)
    if found is None:
        return engine.run_timed(instance, policy, timing, seed, progress, reading)
    label, times = (policy.name, seed), (found.moments, found.passed)
    timed = timed_run(label, instance, timing, found.schedule, *times, reading)
    if timing.chunk is None:
        return timed
    return chunked(timed, found.prefills, timing.chunk, timing.swap is not None)


def compiled_here() -> bool:
    """Has this process compiled the machine, or loaded it from the cache folder?

    >>> from kvratio.simulate.policies import POLICIES
    >>> _ = run(Instance.of(10, [3]), POLICIES["h-sf"])
    >>> compiled_here()
    True
    """
    machine = sys.modules.get(f"{__name__}.machine")
    return machine is not None and bool(getattr(machine.advance, "signatures", ()))


class _Found(NamedTuple):
    schedule: Schedule
    work: Work
    moments: Moments
    passed: Passed
    prefills: list[Stretch]


def _execute(
    instance: Instance,
    policy: Policy,
    seed: int,
    progress: Callable[[int], None] | None,
    timing: Timing | None = None,
    preemption: Preemption = Preemption.CANCEL,
) -> _Found | None:
    """None where the numbers need the reference engine's long integers."""
    from kvratio.simulate.kernel import build

    whole("seed", seed)
    if disabled() or not build.fits(instance, policy, timing):
        return None
    from kvratio.simulate.kernel import logs, machine

    state = build.build(instance, policy, seed, timing, preemption)
    clock = state.clock[0]
    attempts, moments = logs.Attempts(instance.n, preemption.keeps), logs.MomentsLog()
    status = machine.ROOM
    while status in (machine.ROOM, machine.LEARN):
        if status == machine.LEARN:
            words.kernel_of(policy.assumes).learn(state)
        state = build.with_room(state, policy)
        status = machine.advance(state, STEPS_AT_ONCE)
        attempts.collect(state)
        check_attempts(len(attempts))
        if status != machine.LEARN:  # that is within a step, and its end is not noted yet
            moments.collect(state)
        if progress is not None:
            progress(int(clock.completed))
    if status == machine.TOO_LONG:
        return None
    if status == machine.LIVELOCK:
        patience = state.rules[0].patience
        step = clock.last_event + patience + 2
        raise EngineError(f"step {step}: nothing arrives or completes in {patience} steps")
    record: Any = clock  # whose fields are slow to read one by one
    counts = dict(zip(record.dtype.names, record.item(), strict=True))
    work = Work(
        steps=counts["steps"],
        tests=counts["tests"],
        ends=counts["looked"],
        most_ends=counts["most_looked"],
        starts=counts["starts"],
        most_starts=counts["most_started"],
        moves=counts["moves"],
        most_moves=counts["most_moves"],
    )
    passed = Passed(counts["busy"], (counts["held_high"] << 32) + counts["held_low"])
    del state  # its memory is large beside that of the schedule
    schedule, prefills = attempts.schedule(), attempts.prefills()
    return _Found(schedule, work, moments.moments(), passed, prefills)
