"""Where the time of a comparison goes, phase by phase: `kvratio simulate --profile`."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, NamedTuple

from kvratio.simulate.records import Run
from kvratio.theory.model import Instance

COLUMNS = ("phase", "seconds", "share", "events", "events/s")
LEGEND = (
    "Wall-clock time of this run. Events: arrivals, starts and ends of attempts (completed or\n"
    "cancelled), which any exact engine must touch. All phases: {total:.3f} s; engine: {engine}."
)
LOADING = "loading the engine, or compiling it"
ONE = Instance.of(4, [2], prompt=1)  # enough to load an engine, or to compile it


class Phase(NamedTuple):
    """`seconds` on the clock; `events` of the runs in it, 0 for what is no run."""

    name: str
    seconds: float
    events: int = 0


@dataclass
class Stopwatch:
    """Collects the phases in their order; `engine` is the name of the one that ran."""

    phases: list[Phase] = field(default_factory=list)
    engine: str = ""

    @contextmanager
    def phase(self, name: str) -> Iterator[list[Run]]:
        """Time what happens within; the runs put into the list are counted as its work."""
        runs: list[Run] = []
        began = perf_counter()
        yield runs
        self.phases.append(Phase(name, perf_counter() - began, sum(map(events, runs))))

    def cells(self) -> tuple[list[tuple[str, ...]], str]:
        """The rows of `COLUMNS`, formatted, and the legend."""
        total = sum(phase.seconds for phase in self.phases)
        rows: list[tuple[str, ...]] = [
            (
                name,
                f"{seconds:.3f}",
                f"{seconds / max(total, 1e-9):.0%}",
                f"{count:,}" if count else "",
                f"{count / max(seconds, 1e-9):,.0f}" if count else "",
            )
            for name, seconds, count in self.phases
        ]
        return rows, LEGEND.format(total=total, engine=self.engine)


def phase(stopwatch: Stopwatch | None, name: str) -> AbstractContextManager[list[Any]]:
    """A phase of the stopwatch, or nothing without one.

    >>> with phase(None, "nothing is timed") as runs:
    ...     runs
    []
    """
    return nullcontext([]) if stopwatch is None else stopwatch.phase(name)


def events(run: Run) -> int:
    """Arrivals, starts of attempts and their ends.

    >>> from kvratio.simulate import engine
    >>> from kvratio.simulate.policies import POLICIES
    >>> events(engine.run(Instance.of(4, [2, 1]), POLICIES["h-sf"]))
    6
    """
    return run.instance.n + 2 * len(run.schedule.request)
