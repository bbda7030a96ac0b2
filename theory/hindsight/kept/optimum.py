"""The hindsight optimum with preemption that keeps the tokens, between certified bounds.

A verified schedule gives the upper bound. Prices of the cache in each step, and of having completed
by it, give a lower bound for every instance, about the area bound or better. Where that leaves a
gap, states that the prices do not exclude are searched step by step: for small instances until the
two bounds agree. Prices and the extent of the search are the certificate; the checker searches
anew.
"""

from collections.abc import Sequence
from time import monotonic
from typing import Any

from kvratio.theory.area import lower_bound
from kvratio.theory.checks import InputError
from kvratio.theory.hindsight.kept.prices import LIMIT, SCALE, Kept, Prices
from kvratio.theory.hindsight.kept.search import Rest, Searched, search
from kvratio.theory.hindsight.kept.serve import improve
from kvratio.theory.hindsight.kept.states import schedule_of
from kvratio.theory.hindsight.optimum import Effort, Outcome
from kvratio.theory.hindsight.status import Status
from kvratio.theory.hindsight.stopped import Stopped
from kvratio.theory.model import Instance, Preemption, Schedule, verify

FORMAT, VERSION = "kvratio-kept-optimality", 1
SEARCHED = 1_000_000  # most entries of the tables for which states are searched


def optimum_kept(
    instance: Instance,
    *,
    effort: Effort | None = None,
    seed: int = 0,
    warm: Sequence[Schedule] = (),
) -> Outcome:
    """Certified bounds on the least total latency of schedules that keep their tokens.

    Of `effort` count `moves` (of handicaps), `root_iterations` (of prices), `nodes` (ways through a
    step that are tried) and `seconds`. `warm`: schedules known beforehand, with the tokens kept or
    without preemption. Raises `InputError` for an instance without requests; a limit never raises,
    it leaves a wider interval.

    >>> outcome = optimum_kept(Instance.of(4, [4, 4, 4]))  # 24 without preemption
    >>> outcome.status, outcome.lower, outcome.upper
    (<Status.OPTIMAL: 'optimal'>, 19, 19)
    """
    if not instance.n:
        raise InputError("instance", "no requests", "at least one request")
    effort = effort or Effort()
    deadline = monotonic() + effort.seconds
    interrupted, limit = False, monotonic() + effort.seconds / 3
    try:
        found = improve(instance, moves=effort.moves, seed=seed, deadline=limit)
    except Stopped as stop:
        interrupted, found = True, stop.found
    schedule = min((found, *warm), key=lambda known: _latency(known, instance))
    upper, area = _latency(schedule, instance), lower_bound(instance)
    kept = Kept.of(instance, max(schedule.end)) if _small(instance, max(schedule.end)) else None
    if kept is None:
        return Outcome(_status(area, upper), area, upper, schedule, None, 0, interrupted)
    limit = monotonic() + (deadline - monotonic()) / 2
    iterations = 0 if interrupted else effort.root_iterations
    prices = kept.rounded(kept.improve(upper, iterations=iterations, deadline=limit))
    lower = min(upper, -(-int(kept.bound(prices, SCALE)) // SCALE))
    steps = total = 0
    if lower < upper and kept.size <= SEARCHED and not interrupted:
        try:
            lower, better, steps, total = _close(kept, prices, lower, upper, effort.nodes, deadline)
        except KeyboardInterrupt:
            interrupted, better = True, None
        if better is not None:
            schedule = schedule_of(instance, kept.kinds, better.path)
            upper = _latency(schedule, instance)
    certificate = _certificate(instance, schedule, lower, upper, prices, steps)
    lower = max(lower, area)
    status = _status(lower, upper)
    return Outcome(status, lower, upper, schedule, certificate, total, interrupted)


def _close(
    kept: Kept, prices: Prices, lower: int, upper: int, most: int, deadline: float
) -> tuple[int, Searched | None, int, int]:
    """Raise the lower bound by searching, to the optimum if the limits allow.

    Returns it, a better path if there is one, the full steps tried for that bound, and all ways
    tried.
    """
    rest, better, proven, total = Rest(kept, prices), None, 0, 0
    for below in (upper, *range(lower + 1, upper)):
        if lower >= upper:
            break
        first = below == upper and not total
        allowed = most // 2 if first else most - total
        tried = search(kept, rest, below, most=allowed, deadline=deadline)
        total += tried.looked
        if tried.latency is not None:
            better, upper = tried, tried.latency
        if tried.whole:  # nothing is below, or nothing below what was found
            lower, proven = min(below, upper), tried.full
        elif not first:
            break
    return lower, better, proven, total


def _small(instance: Instance, horizon: int) -> bool:
    """Are the tables small enough?"""
    return sum(instance.output) * (max(horizon, *instance.arrival, 0) + 1) <= LIMIT


def _latency(schedule: Schedule, instance: Instance) -> int:
    return verify(schedule, instance, Preemption.KEEP).tel


def _status(lower: int, upper: int) -> Status:
    return Status.OPTIMAL if lower == upper else Status.FEASIBLE


def _certificate(
    instance: Instance,
    schedule: Schedule,
    lower: int,
    upper: int,
    prices: Prices,
    ways: int,
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "instance": instance.to_json(),
        "schedule": schedule.to_json(),
        "lower": lower,
        "upper": upper,
        "scale": SCALE,
        "cache": _trimmed(prices.cache.tolist()),
        "done": _trimmed(prices.done.tolist()),
        "search": ways,
    }


def _trimmed(prices: list[int]) -> list[int]:
    """Without the zeros at the end."""
    while prices and not prices[-1]:
        prices.pop()
    return prices
