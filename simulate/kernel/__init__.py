"""The fast engine: compiled and event-driven, with the schedules of `simulate.engine`.

It runs the declarations of `simulate.policy`, handed over as codes and numbers to one machine that
is compiled once (numba, cached on disk), and gives the same attempts in the same order, to the last
tie, as the reference engine; tests compare the two on random instances and declarations. Where the
reference works through every step and every running request, this one jumps from event to event.

- `machine`: the loop and the four phases; what an event is
- `ahead`: the look-ahead test, with the proof of when the head of the queue can start
- `agenda`, `line`, `overflow`, `pace`: next events, queue, eviction, paced admission
- `state`: the arrays; `compiled`: the compiler, exact arithmetic on 64-bit words

numba is imported at the first run, not before.
"""

from collections.abc import Callable
from typing import NamedTuple

from simulate import engine
from simulate.engine import EngineError
from simulate.policy import Policy
from simulate.records import Run
from theory.checks import whole
from theory.model import Instance

# Steps between two looks at the progress and at the keyboard: some tens of milliseconds.
STEPS_AT_ONCE = 50_000


class Work(NamedTuple):
    """Counted work of a run (P Theorem 3): in all, and the most in one step.

    `steps` were executed, the others passed over. `ends` are assumed ends looked at, in `tests`
    look-ahead tests and when requests start or leave. `starts` are attempts.
    """

    steps: int
    tests: int
    ends: int
    most_ends: int
    starts: int
    most_starts: int


def run(
    instance: Instance,
    policy: Policy,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Run:
    """Simulate a declared policy on an instance: `simulate.engine.run`, fast.

    `progress` is called with the number of completed requests from time to time, and at the end.
    Raises `EngineError` for a livelock, as the reference engine does.

    >>> from simulate.policies import POLICIES
    >>> instance = Instance.of(10, [1, 1, 1, 1, 1], prompt=1, interval=(1, 4))
    >>> [run(instance, POLICIES[name]).tel for name in ("h-sf", "a-max")]  # P Example 1
    [5, 9]
    """
    return run_counted(instance, policy, seed, progress)[0]


def run_counted(
    instance: Instance,
    policy: Policy,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
) -> tuple[Run, Work | None]:
    """Also count the work; None where the numbers need the reference engine's long integers.

    >>> from simulate.policies import POLICIES
    >>> instance = Instance.of(10, [1, 1, 1, 1, 1], prompt=1, interval=(1, 4))
    >>> run_counted(instance, POLICIES["h-sf"])[1].starts
    5
    """
    from simulate.kernel import state as memory

    whole("seed", seed)
    if not memory.fits(instance, policy):
        return engine.run(instance, policy, seed, progress), None
    from simulate.kernel import machine

    state = memory.build(instance, policy, seed)
    clock = state.clock[0]
    attempts = memory.Attempts(instance.n)
    status = machine.ROOM
    while status == machine.ROOM:
        state = memory.with_room(state)
        status = machine.advance(state, STEPS_AT_ONCE)
        attempts.collect(state)
        if progress is not None:
            progress(int(clock.completed))
    if status == machine.TOO_LONG:
        return engine.run(instance, policy, seed, progress), None
    if status == machine.LIVELOCK:
        patience = state.rules[0].patience
        step = clock.last_event + patience + 2
        raise EngineError(f"step {step}: nothing arrives or completes in {patience} steps")
    work = Work(
        steps=int(clock.steps),
        tests=int(clock.tests),
        ends=int(clock.looked),
        most_ends=int(clock.most_looked),
        starts=int(clock.starts),
        most_starts=int(clock.most_started),
    )
    del state  # its memory is large beside that of the schedule
    return Run(policy.name, seed, instance, attempts.schedule()), work
