"""`las`, `srv` and `trail` compiled: the schedules of `kvratio.simulate.preemptive`, fast.

Their ranks change while a request runs and stay while it waits. So the waiting requests are a heap,
and only those that run are ranked anew in a step. A step costs what runs, and what starts.

- `state`: the arrays; `steps`: the run, compiled
- here: from an instance to the arrays, and from the logs to a result

What is not known here (`mlfq`, schedulers of one's own, chunked prefill, numbers beyond 64 bits) is
left to the reference engine.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import numpy as np

from kvratio._compiled import disabled
from kvratio.simulate.compiled.state import NEVER, Moment, indices, put_times, rows
from kvratio.simulate.contender import contender
from kvratio.simulate.limits import check_attempts
from kvratio.simulate.preemptive import (
    LeastAttained,
    LimitedPreemption,
    Preemptive,
    ShortestRemainingVolume,
)
from kvratio.simulate.ranked.state import Attempt, Clock, Ranking, Request, Rules, State
from kvratio.simulate.records import Run
from kvratio.simulate.timed import Moments, Passed, TimedRun, timed_run
from kvratio.simulate.timing import Timing
from kvratio.theory.model import Instance, Preemption, Schedule

LOG_ROWS = 1 << 16
STEPS_AT_ONCE = 10_000  # between two looks at the progress and at the keyboard
RANKINGS = {
    LeastAttained: Ranking.ATTAINED,
    ShortestRemainingVolume: Ranking.REMAINING_VOLUME,
    LimitedPreemption: Ranking.PREDICTED,
}
SAME = ("rank", "evict", "admit", "arrive", "complete")  # methods that a subclass must not change


class Ranked(NamedTuple):
    """A class of schedulers that is known here, its ranking, and the name of its runs."""

    kind: Any
    ranking: Ranking
    name: str


def known(policy: Any) -> Ranked | None:
    """What is run here of what `kvratio.simulate.contender` describes, None for everything else.

    >>> known("las").ranking.name, known("mlfq")
    ('ATTAINED', None)
    """
    chosen = contender(policy)
    kind = chosen.player
    if isinstance(kind, type) and issubclass(kind, Preemptive):
        for base, ranking in RANKINGS.items():
            if all(getattr(kind, name) is getattr(base, name) for name in SAME):
                return Ranked(kind, ranking, chosen.name)
    return None


def run(
    instance: Instance,
    policy: Any,
    seed: int,
    progress: Callable[[int], None] | None,
    preemption: Preemption,
) -> Run | None:
    """As `kvratio.simulate.engine.run`; None where that has to run.

    >>> run(Instance.of(4, [3, 3, 3]), "las", 0, None, Preemption.KEEP).measures.evictions
    3
    """
    found = _execute(instance, policy, progress, None, preemption)
    if found is None:
        return None
    return Run(found.name, seed, instance, found.schedule, preemption)


def run_timed(
    instance: Instance,
    policy: Any,
    timing: Timing,
    seed: int,
    progress: Callable[[int], None] | None,
    preemption: Preemption,
) -> TimedRun | None:
    """As `kvratio.simulate.engine.run_timed`; None where that has to run."""
    timing.check(instance)
    found = _execute(instance, policy, progress, timing, preemption)
    if found is None:
        return None
    label, times = (found.name, seed), (found.moments, found.passed)
    return timed_run(label, instance, timing, found.schedule, *times, preemption)


class _Found(NamedTuple):
    name: str
    schedule: Schedule
    moments: Moments
    passed: Passed


def _execute(
    instance: Instance,
    policy: Any,
    progress: Callable[[int], None] | None,
    timing: Timing | None,
    preemption: Preemption,
) -> _Found | None:
    chosen = None if disabled() or not preemption.keeps else known(policy)
    if chosen is None or instance.n >= 1 << 28 or max(instance.arrival, default=0) >= NEVER // 2:
        return None
    if timing is not None:
        swapping = 2 * instance.memory * (timing.swap or 0)  # all out, and all in
        if timing.chunk is not None or timing.iteration.bound(instance.memory) + swapping >= NEVER:
            return None
    from kvratio.simulate.ranked import steps  # imports numba

    state = _build(instance, chosen, timing)
    clock = state.clock[0]
    attempts: list[Any] = []
    moments: list[Any] = []
    status = steps.ROOM
    while status == steps.ROOM:
        status = steps.advance(state, STEPS_AT_ONCE)
        attempts.append(cast(Any, state.attempts)[: clock.attempts].copy())
        moments.append(cast(Any, state.moments)[: clock.moments].copy())
        clock.attempts = clock.moments = 0
        check_attempts(sum(map(len, attempts)))
        if progress is not None:
            progress(int(clock.completed))
    if status == steps.TOO_LONG:
        return None
    log, seen = (np.concatenate(pieces).view(np.recarray) for pieces in (attempts, moments))
    columns = (log.request, log.start, log.end, log.finished, log.began)
    schedule = Schedule(*(tuple(column.tolist()) for column in columns))
    passed = Passed(int(clock.busy), (int(clock.held_high) << 32) + int(clock.held_low))
    return _Found(chosen.name, schedule, Moments(seen.step, seen.time, seen.after), passed)


def _build(instance: Instance, chosen: Ranked, timing: Timing | None) -> State:
    """The state before step 0."""
    n = instance.n
    concurrent = min(n, instance.memory)  # each running request holds a token at least
    arrival = np.array(instance.arrival if timing is None else timing.arrival, dtype=np.int64)
    rules, requests = rows(1, Rules), rows(n, Request)
    rules.memory, rules.ranking = instance.memory, chosen.ranking
    if timing is not None:
        rules.timed, rules.swap = True, timing.swap or 0
        put_times(rules, timing.iteration)
    requests.prompt, requests.output = instance.prompt, instance.output
    requests.arrival = arrival
    if chosen.ranking is Ranking.PREDICTED:
        middle = (np.array(instance.lower) + np.array(instance.upper)) // 2
        requests.predicted = middle
        share = chosen.kind.share
        requests.protected = [int(share * predicted) for predicted in middle.tolist()]
    order = np.argsort(arrival, kind="stable")
    requests.place[order] = np.arange(n)
    return State(
        rules=rules,
        clock=rows(1, Clock),
        requests=requests,
        arrivals=indices(order),
        waiting=indices(np.zeros(n)),
        running=indices(np.zeros(concurrent)),
        ranked=indices(np.zeros(concurrent)),
        chosen=indices(np.zeros(n)),
        attempts=rows(max(2 * concurrent + 1, LOG_ROWS), Attempt),
        moments=rows(LOG_ROWS, Moment),
    )
