"""The hindsight optimum between certified bounds: search, relaxation, branch and bound together.

It is the optimum of schedules without preemption, which cancelling (the tokens are lost) cannot
improve. Preemption that keeps the tokens can: with M = 4 and three outputs of 4, 19 instead of 24.
That optimum is in `kvratio.theory.hindsight.kept`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from kvratio.theory.area import lower_bound
from kvratio.theory.checks import InputError
from kvratio.theory.hindsight.branch import branch, tree_rows
from kvratio.theory.hindsight.cuts import standard_cuts
from kvratio.theory.hindsight.rebuild import rebuild
from kvratio.theory.hindsight.relaxation import LIMIT, Relaxation
from kvratio.theory.hindsight.search import anneal, plain_schedule
from kvratio.theory.hindsight.status import Status
from kvratio.theory.hindsight.stopped import Stopped
from kvratio.theory.hindsight.tighten import suits
from kvratio.theory.model import Instance, Schedule, verify

SEARCHED = 2_000  # most requests for which orders are searched (a table of pairs is kept)
# Rebuilds of one chain (annealing, then rebuilding); more are more chains. Chains end up to 0.7 %
# apart (n = 58), and a chain that goes on gains less than a new one.
CHAIN = 200_000
APART = 7_000_000  # seeds of the chains


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try. Counts, not seconds, so that a run can be repeated exactly.

    `moves` of annealing and `rebuilds` of parts of the schedules found, in chains; subgradient
    `root_iterations` and `iterations` a node, at most `nodes` bounded; `seconds` is a further limit
    on everything. With `rounds` of profile cuts (where they suit the instance) the prices come from
    the smooth dual instead of subgradient steps. With `search` (units of work) schedules that the
    root's prices do not exclude are enumerated, if there are few requests.
    """

    moves: int = 100_000
    rebuilds: int = 0
    root_iterations: int = 2_000
    iterations: int = 60
    nodes: int = 100_000
    rounds: int = 0
    search: int = 0
    seconds: float = float("inf")


@dataclass(frozen=True, slots=True)
class Outcome:
    """`lower` <= optimum <= `upper`, the latency of `schedule`, in steps.

    `certificate` is the plain data of an optimality certificate; it is None for large instances,
    where the bound is the area bound alone, and it proves less than `lower` only where the area
    bound is the better one. `nodes` is the number of cases bounded. `interrupted`: Ctrl-C ended the
    search, and these are the best bounds so far.
    """

    status: Status
    lower: int
    upper: int
    schedule: Schedule
    certificate: dict[str, Any] | None
    nodes: int
    interrupted: bool = False

    @property
    def gap(self) -> float:
        """(upper - lower) / upper."""
        return (self.upper - self.lower) / self.upper if self.upper else 0.0


def optimum(
    instance: Instance,
    *,
    effort: Effort | None = None,
    seed: int = 0,
    warm: Sequence[Schedule] = (),
    report: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Certified bounds on the least total latency with full knowledge, and a schedule.

    Of schedules without preemption, which is that of all that lose the tokens of the preempted.

    `warm` are schedules known beforehand (of clairvoyant policies, say). Raises `InputError` for
    an instance without requests; a limit never raises, it leaves a wider interval, and so does
    Ctrl-C once a schedule is known.

    >>> outcome = optimum(Instance.of(9, [7, 4, 1, 4, 1], prompt=1))
    >>> outcome.status, outcome.lower, outcome.upper
    (<Status.OPTIMAL: 'optimal'>, 22, 22)
    """
    if not instance.n:
        raise InputError("instance", "no requests", "at least one request")
    effort = effort or Effort()
    deadline = monotonic() + effort.seconds
    interrupted = False
    try:
        schedule = best_schedule(instance, warm, effort, seed, monotonic() + effort.seconds / 3)
    except Stopped as stop:
        interrupted, schedule = True, stop.found
    area = lower_bound(instance)
    horizon = max(schedule.end)
    cuts = standard_cuts(instance)
    if instance.n * (horizon + 1) * (1 + len(cuts)) > LIMIT:
        upper = verify(schedule, instance).tel
        return Outcome(_status(area, upper), area, upper, schedule, None, 0, interrupted)
    relaxation = Relaxation(instance, cuts, horizon)
    search = branch(
        relaxation,
        schedule,
        root_iterations=effort.root_iterations,
        iterations=effort.iterations,
        nodes=effort.nodes,
        rounds=effort.rounds if suits(relaxation) else 0,
        units=effort.search,
        seed=seed,
        deadline=monotonic() if interrupted else deadline,
        report=report,
    )
    lower, upper = search.lower, search.upper
    prices, tree = tree_rows(search.root, lower)
    certificate = {
        "format": "kvratio-optimality",
        "version": 3 if search.enumerated else 2 if relaxation.profiles else 1,
        "instance": instance.to_json(),
        "schedule": search.schedule.to_json(),
        "lower": lower,
        "upper": upper,
        "scale": relaxation.scale,
        "cuts": [cut.to_json() for cut in relaxation.cuts],
        "prices": prices,
        "tree": tree,
    }
    lower = max(lower, area)
    status = _status(lower, upper)
    stopped = interrupted or search.interrupted
    return Outcome(status, lower, upper, search.schedule, certificate, search.bounded, stopped)


def _status(lower: int, upper: int) -> Status:
    return Status.OPTIMAL if lower == upper else Status.FEASIBLE


def best_schedule(
    instance: Instance,
    warm: Sequence[Schedule],
    effort: Effort,
    seed: int,
    deadline: float = float("inf"),
) -> Schedule:
    """The best of the given schedules (without their cancelled attempts) and annealed orders.

    Ctrl-C raises `Stopped` with the best so far, `KeyboardInterrupt` if there is none.
    """
    schedules = [_without_cancellations(instance, schedule) for schedule in warm]
    try:
        if instance.n > SEARCHED:
            schedules.append(_one_by_one(instance))
        else:
            orders = _orders(instance, schedules)
            for moves, rebuilds, its in _chains(effort, seed):
                found = anneal(instance, orders, moves=moves, seed=its, deadline=deadline)
                schedules.append(found)
                if rebuilds and monotonic() < deadline:
                    found = rebuild(instance, found, moves=rebuilds, seed=its, deadline=deadline)
                    schedules.append(found)
                if monotonic() > deadline:
                    break
    except KeyboardInterrupt as stop:
        schedules += [stop.found] if isinstance(stop, Stopped) else []
        if not schedules:
            raise
        raise Stopped(_best(instance, schedules)) from None
    return _best(instance, schedules)


def _chains(effort: Effort, seed: int) -> Iterator[tuple[int, int, int]]:
    """Moves, rebuilds and seed of every chain; the first one has the given seed.

    >>> list(_chains(Effort(moves=500, rebuilds=2 * CHAIN), 7))
    [(250, 200000, 7), (250, 200000, 7000007)]
    """
    chains = max(1, effort.rebuilds // CHAIN)
    for k in range(chains):
        yield effort.moves // chains, effort.rebuilds // chains, seed + k * APART


def _best(instance: Instance, schedules: Sequence[Schedule]) -> Schedule:
    return min(schedules, key=lambda schedule: verify(schedule, instance).tel)


def _orders(instance: Instance, schedules: Sequence[Schedule]) -> list[tuple[int, ...]]:
    """Orders to anneal from: of the schedules' starts, and by the earliest completion."""
    # the release of memory, not the length, decides: shortest first is the usual good start
    shortest = sorted(range(instance.n), key=lambda i: instance.arrival[i] + instance.output[i])
    started = [sorted(range(instance.n), key=s.start.__getitem__) for s in schedules]
    return list(dict.fromkeys(tuple(order) for order in (*started, shortest)))


def _without_cancellations(instance: Instance, schedule: Schedule) -> Schedule:
    """Dropping cancelled attempts only frees memory; rows then stand in the order of requests."""
    verify(schedule, instance)
    starts = {a.request: a.start for a in schedule.attempts() if a.finished}
    return plain_schedule(instance, [starts[i] for i in range(instance.n)])


def _one_by_one(instance: Instance) -> Schedule:
    """One request after the other, shortest first within what has arrived: always feasible."""
    now, starts = 0, [0] * instance.n
    for i in sorted(range(instance.n), key=lambda i: (instance.arrival[i], instance.output[i])):
        starts[i] = max(now, instance.arrival[i])
        now = starts[i] + instance.output[i]
    return plain_schedule(instance, starts)
