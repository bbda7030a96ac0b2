"""Schedules of small latency for `kvratio.proofs_check.sources`, which verifies them: published, or
searched.

`python -m kvratio.reports.good_schedules` searches for those that the ledger's study of MC-SF asks
for, and publishes what is missing; it can be interrupted, and goes on where it stopped.
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256

from kvratio import reports
from kvratio.reports.output import write_text
from kvratio.theory.hindsight.optimum import Effort, best_schedule
from kvratio.theory.hindsight.search import plain_schedule
from kvratio.theory.model import Instance, Schedule

PUBLISHED = reports.PUBLISHED / "good-schedules.json"
MOVES = 40_000  # of the annealing


def digest(instance: Instance) -> str:
    """What an instance is, but for the predictions, in 16 characters.

    >>> digest(Instance.of(4, [2, 2], interval=(1, 2))) == digest(Instance.of(4, [2, 2]))
    True
    """
    columns = (instance.memory, instance.prompt, instance.output, instance.arrival)
    return sha256(json.dumps(columns).encode()).hexdigest()[:16]


@lru_cache(maxsize=1)
def published() -> dict[str, list[int]]:
    """Start times (in steps) by digest."""
    if not PUBLISHED.exists():
        return {}
    known: dict[str, list[int]] = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    return known


def good_schedule(instance: Instance, seed: int) -> Schedule:
    """A schedule of small latency, every length known: the published one, or an annealed one.

    >>> instance = Instance.of(4, [2, 2, 3, 3])
    >>> from kvratio.theory.model import verify
    >>> verify(good_schedule(instance, seed=0), instance).tel
    15
    """
    starts = published().get(digest(instance))
    if starts is not None and len(starts) == instance.n:
        return plain_schedule(instance, starts)
    return best_schedule(instance, [], Effort(moves=MOVES), seed)


def publish(trials: Iterable[tuple[int, Instance]]) -> None:
    """Search for a schedule for every (seed, instance) that has none, and write them."""
    known = dict(published())
    for seed, instance in trials:
        key = digest(instance)
        if key not in known:
            known[key] = list(good_schedule(instance, seed).start)
            lines = (f'"{name}": {json.dumps(starts)}' for name, starts in sorted(known.items()))
            write_text(PUBLISHED, "{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    from kvratio.proofs_check.claims import mc_sf_study

    publish(mc_sf_study.trials())
