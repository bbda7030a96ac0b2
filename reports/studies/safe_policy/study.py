"""The plan of `kvratio study safe-policy`, and what is measured of a run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np

from kvratio.reports.studies.safe_policy.grid import (
    BATCH,
    GOOD,
    SEEDS,
    TUNED,
    UNTOUCHED,
    Cell,
    cells,
)
from kvratio.reports.studies.study import Files, Study, Task
from kvratio.simulate.kernel import run
from kvratio.simulate.policies import named
from kvratio.simulate.records import Run
from kvratio.theory.area import lower_bound

READINGS = ("a-min", "a-min-live", "a-min-thinned", "a-min-staggered")
FCFS = "fcfs"
LEARNED = "learned-slicing"
# The best of these in a cell, with hindsight, is what a policy is held against
PEERS = (*READINGS, FCFS, "fcfs-watermark", "shortest-predicted", "slicing", LEARNED)
CLAIRVOYANT = "h-sf"
DIGITS = 6  # of a published number


class Measured(NamedTuple):
    """Of one run, in steps: mean latency, 99th percentile, means of the time to the first token and
    of the time for each later one; the share of its tokens that were lost; and the mean latency of
    the requests that need more than half the budget (None: there are none)."""

    mean: float
    p99: int
    ttft: float
    tpot: float
    lost: float
    large: float | None


def measured(found: Run) -> Measured:
    """What the study keeps of a run.

    >>> from kvratio.simulate.policies import POLICIES
    >>> measured(run(Instance.of(9, [3, 1], prompt=2), POLICIES["fcfs"]))
    Measured(mean=2.0, p99=3, ttft=1.0, tpot=1.0, lost=0.0, large=3.0)
    """
    schedule, instance, its = found.schedule, found.instance, found.measures
    request, start = np.array(schedule.request), np.array(schedule.start)
    finished = np.array(schedule.finished, dtype=bool)
    first = np.full(instance.n, its.makespan)
    np.minimum.at(first, request, start)
    end = np.zeros(instance.n, np.int64)
    end[request[finished]] = np.array(schedule.end)[finished]
    output, prompt = np.array(instance.output), np.array(instance.prompt)
    later = output > 1
    each = (end - first - 1)[later] / (output - 1)[later]
    large = (2 * (prompt + output) > instance.memory).nonzero()[0]
    waits = end - np.array(instance.arrival)
    return Measured(
        mean=_rounded(float(its.mean_latency)),
        p99=its.p99,
        ttft=_rounded(float(its.ttft)),
        tpot=_rounded(float(each.mean())) if len(each) else 0.0,
        lost=_rounded(its.wasted_tokens / its.generated_tokens),
        large=_rounded(float(waits[large].mean())) if len(large) else None,
    )


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


@dataclass(frozen=True, slots=True)
class SafePolicy(Study):
    """The policies on the grid; `data` is the folder of the trace files, None: built-in laws only.

    `part`: everything; "tuned" or "untouched" sources only; or "slice", the part for trying out
    parameters: tuned sources, first seed, a batch and a few loads.
    """

    name: ClassVar[str] = "safe-policy"

    data: str | None = None
    part: str = "all"
    seeds: int = SEEDS
    ours: tuple[str, ...] = ()

    def cells(self) -> Iterator[Cell]:
        """The cells of the part."""
        sources = {"tuned": TUNED, "untouched": UNTOUCHED, "slice": TUNED}
        chosen = sources.get(self.part, (*TUNED, *UNTOUCHED))
        here = [s for s in chosen if all(self._there(name) for name in s.files)]
        one_seed = self.part == "slice"
        for cell in cells(here, 1 if one_seed else self.seeds):
            if self.part != "slice" or in_slice(cell):
                yield cell

    def _there(self, name: str) -> bool:
        return self.data is not None and (Path(self.data) / name).is_file()

    def plan(self) -> list[Task]:
        """Two tasks a cell: what others' policies do, and ours, so that a new one of ours does not
        ask for the others again.

        >>> len(SafePolicy().plan()), SafePolicy(part="slice").plan()[0][1:7]
        (1350, ('lmsys', 0, 'one interval', 'batch', '0', 0))
        """
        groups = ((CLAIRVOYANT, *PEERS), self.ours)
        return [
            (self.data, *told(cell), *group) for group in groups if group for cell in self.cells()
        ]

    @staticmethod
    def row(task: Task) -> dict[str, Any]:
        """What is measured of each policy; with the clairvoyant one also a certified lower bound on
        the mean latency of every schedule."""
        folder, source, budget, prediction, arrivals, load, seed, *policies = task
        cell = Cell(source, budget, prediction, arrivals, Fraction(load), seed)
        instance = cell.instance(str(folder))
        found: dict[str, Any] = {
            name: tuple(measured(run(instance, named(name), seed))) for name in policies
        }
        if CLAIRVOYANT in policies:
            found["bound"] = _rounded(lower_bound(instance) / instance.n)
            found["memory"], found["requests"] = instance.memory, instance.n
        return found

    def files(self, rows: Sequence[dict[str, Any]]) -> Files:
        """The page and its numbers."""
        raise NotImplementedError


def in_slice(cell: Cell) -> bool:
    """Is a cell of a tuned source, and the first seed, in the part for trying out parameters?"""
    few = {Fraction(6, 10), Fraction(95, 100), Fraction(105, 100), Fraction(2)}
    usual = cell.arrivals == BATCH or cell.load in few
    return usual and (cell.prediction != GOOD or cell.budget != 2)


def told(cell: Cell) -> tuple[Any, ...]:
    """A cell as plain data."""
    return (
        cell.source,
        cell.budget,
        cell.prediction,
        cell.arrivals,
        str(cell.load),
        cell.seed,
    )
