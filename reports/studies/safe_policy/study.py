"""The plan of `kvratio study safe-policy`, and its files."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

from kvratio.reports.studies.safe_policy import curve, page
from kvratio.reports.studies.safe_policy.grid import (
    BATCH,
    GOOD,
    SEEDS,
    SOURCES,
    TUNED,
    UNTOUCHED,
    Cell,
    cells,
)
from kvratio.reports.studies.safe_policy.measured import measured, rounded
from kvratio.reports.studies.safe_policy.page import Found
from kvratio.reports.studies.study import Files, Study, Task
from kvratio.simulate.kernel import run
from kvratio.simulate.policies import named
from kvratio.theory.area import lower_bound

READINGS = ("a-min", "a-min-live", "a-min-thinned", "a-min-staggered")
FCFS = "fcfs"
LEARNED = "learned-slicing"
OURS = (
    "guarded-slicing",
    *(f"guarded-slicing:overtaking={times}" for times in (16, 4)),
)
# The best of these in a cell, with hindsight, is what a policy is held against
PEERS = (*READINGS, FCFS, "fcfs-watermark", "shortest-predicted", "slicing", LEARNED)
BESIDE = (LEARNED, "shortest-predicted", "a-min-live", FCFS)  # ours in the trade-off
CLAIRVOYANT = "h-sf"
FIGURE = "safe-policy.svg"
FEW_LOADS = tuple(Fraction(x, 100) for x in (60, 95, 105, 200))


@dataclass(frozen=True, slots=True)
class SafePolicy(Study):
    """The policies on the grid; `data` is the folder of the trace files, None: built-in laws only.

    `part`: everything; "few", a batch and four of the loads with the first seed; or "slice", of
    these the sources that are open to tuning: the part for trying out parameters.
    """

    name: ClassVar[str] = "safe-policy"

    data: str | None = None
    part: str = "all"
    seeds: int = SEEDS
    ours: tuple[str, ...] = OURS

    def cells(self) -> Iterator[Cell]:
        """The cells of the part."""
        chosen = TUNED if self.part == "slice" else (*TUNED, *UNTOUCHED)
        here = [s for s in chosen if all(self._there(name) for name in s.files)]
        whole = self.part == "all"
        for cell in cells(here, self.seeds if whole else 1):
            if whole or among_few(cell):
                yield cell

    def _there(self, name: str) -> bool:
        return self.data is not None and (Path(self.data) / name).is_file()

    def plan(self) -> list[Task]:
        """What others' policies and the first of ours do in all cells, then the rest of ours on the
        sources that are open to tuning.

        >>> len(SafePolicy().plan()), SafePolicy(part="slice").plan()[0][1:7]
        (4320, ('lmsys', 0, 'one interval', 'batch', '0', 0))
        """
        found = [
            (self.data, *told(cell), *group)
            for group in ((CLAIRVOYANT, *PEERS), self.ours[:1])
            for cell in self.cells()
        ]
        tuned = [cell for cell in self.cells() if SOURCES[cell.source].tuned]
        return found + [(self.data, *told(cell), name) for name in self.ours[1:] for cell in tuned]

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
            found["bound"] = rounded(lower_bound(instance) / instance.n)
            found["memory"], found["requests"] = instance.memory, instance.n
        return found

    def files(self, rows: Sequence[dict[str, Any]]) -> Files:
        """The cells as JSON, one a line, and the page."""
        places = [
            (source, budget, prediction, arrivals, load)
            for _, source, budget, prediction, arrivals, load, *_ in self.plan()
        ]
        found = page.averaged(places, rows, PEERS)
        lines = ",\n".join(json.dumps(cell.to_json(), separators=(",", ":")) for cell in found)
        text = self.page(found)
        files: Files = {"safe-policy.json": f"[\n{lines}\n]\n", "safe-policy.md": text}
        if any(cell.tuned for cell in found):
            files[FIGURE] = self.figure(found)
        return files

    def figure(self, found: Sequence[Found]) -> str:
        """Mean against tail, as SVG, on the sources that were open to tuning."""
        tuned = [cell for cell in found if cell.tuned]
        return curve.figure(tuned, self.ours, BESIDE, FCFS)

    def page(self, found: Sequence[Found]) -> str:
        """The study as a Markdown document."""
        parts = {
            "Sources that were open to tuning": [cell for cell in found if cell.tuned],
            "Untouched sources": [cell for cell in found if not cell.tuned],
        }
        lines = ["# Is there a policy that is safe to switch on?", "", self.legend(found)]
        for title, part in parts.items():
            if part:
                lines += ["", f"## {title}", "", *self.tables(part)]
        return "\n".join(lines) + "\n"

    def tables(self, part: Sequence[Found]) -> list[str]:
        """What the policies do in some cells."""
        wanted = [*self.ours, *reversed(PEERS), CLAIRVOYANT]
        names = [name for name in wanted if all(name in cell.of for cell in part)]
        lines = [", ".join(dict.fromkeys(cell.place[0] for cell in part))]
        lines += ["", *page.overview(part, names, FCFS)]
        mine = self.ours[0]
        if all(name in names for name in self.ours):
            lines += ["", "### The trade-off", "", f"![{curve.TITLE}]({FIGURE})", ""]
            lines += curve.table(part, [*self.ours, *BESIDE], FCFS)
        sections = {
            "what is met": page.properties(part, mine, FCFS),
            "by load": page.by_load(part, mine, FCFS, (LEARNED,)),
            "where it loses": page.worst(part, mine),
        }
        for title, table in sections.items():
            lines += ["", f"### `{mine}`: {title}", "", *table]
        large = page.near_memory(part, [n for n in names if n != CLAIRVOYANT], FCFS)
        return [*lines, "", "### Requests that need more than half the budget", "", *large]

    def legend(self, found: Sequence[Found]) -> str:
        """What the columns mean."""
        whole = self.part == "all"
        few = "a batch and the loads " + ", ".join(f"{float(load):g}" for load in FEW_LOADS)
        seeds = self.seeds if whole else 1
        return (
            f"{len(found)} cells: sources, three budgets, three predictions, arrivals (batch, "
            f"Poisson, those of the trace where it has any), "
            f"{'loads' if whole else f'of the loads only {few}'}; {seeds} "
            f"seed{'s' * (seeds > 1)}{', means over them' * (seeds > 1)}. "
            "Simulated, in steps; what is cancelled is lost. Load: the total volume of the "
            "requests over memory times span. Best: the least mean latency in the cell among "
            f"{', '.join(f'`{name}`' for name in PEERS)}, known only afterwards. Others: the same "
            f"without `{LEARNED}`. TTFT, TPOT: means of the time to the first token, and of the "
            "time for each later one; over FCFS's, in the median cell. p99 / FCFS in the overview: "
            f"timed cells with load below 1. No policy below {page.MUCH_BETTER}: cells in which a "
            "certified lower bound on every schedule is above that share of the best. One "
            "interval: [1, longest]; good: real quantiles where a file has any (otherwise lengths "
            "and quantiles of ssjf, beside Mooncake of Castillo), (1 ± 1/2) times the output for "
            "built-in laws; wrong: the good ones dealt out at random. Parameters of our policy "
            "were chosen on cells of the tuned sources alone; its variants ran only there."
        )


def among_few(cell: Cell) -> bool:
    """Is a cell with the first seed one of the few?"""
    usual = cell.arrivals == BATCH or cell.load in FEW_LOADS
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
