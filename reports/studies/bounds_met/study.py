"""`kvratio study bounds-met`: the grid of sizes, the searches, and the files."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from kvratio.reports.studies.bounds_met import pages
from kvratio.reports.studies.bounds_met.policies import all_laws
from kvratio.reports.studies.bounds_met.rows import Approach, Met, approach, compared, simulated
from kvratio.reports.studies.convergence import Size
from kvratio.reports.studies.study import Files, Study, Task
from kvratio.theory.checks import whole
from kvratio.theory.finite.policies import PROVED

DATA = "bounds-met.json"
SIZES = tuple(Size(memory, load) for memory in (250, 1000, 4000) for load in (4, 40))
QUICK_SIZES = (Size(250, 4),)
GRID, CLOSEST = "grid", "closest"


class Found(NamedTuple):
    """All that the study finds."""

    rows: list[Met]
    approaches: list[Approach]


@dataclass(frozen=True, slots=True)
class BoundsMet(Study):
    """Every law and size with `seeds` seeds; two searches of `examples` batches for `searched`.

    The defaults are as published. `figures`: where the page finds its figure.
    """

    name: ClassVar[str] = "bounds-met"

    sizes: tuple[Size, ...] = SIZES
    seeds: int = 5
    examples: int = 1000
    searched: tuple[str, ...] = (*PROVED, "las")
    figures: str = ""

    def plan(self) -> list[Task]:
        """A task for each law and size, and for each search.

        >>> BoundsMet().plan()[-1]
        ('closest', 'las', True, 1000, 0)
        """
        whole("seeds", self.seeds, least=2)
        whole("examples", self.examples, least=100)
        return [
            *(
                (GRID, law.name, size.memory, size.load, self.seeds)
                for law in all_laws()
                for size in self.sizes
            ),
            *(
                (CLOSEST, policy, mixed, self.examples, 0)
                for policy in self.searched
                for mixed in (False, True)
            ),
        ]

    @staticmethod
    def row(task: Task) -> dict[str, Any]:
        """The runs of a cell, or the closest approach."""
        kind, *rest = task
        return simulated(*rest) if kind == GRID else approach(*rest)

    def found(self, rows: Sequence[Any]) -> Found:
        """The rows of the plan, compared with fluid values and bounds."""
        return Found(list(self._met(rows)), list(self._approaches(rows)))

    def _met(self, rows: Sequence[Any]) -> Iterator[Met]:
        for (kind, *rest), row in zip(self.plan(), rows, strict=True):
            if kind == GRID:
                law, memory, load, _ = rest
                yield from compared(law, memory, load, row)

    def _approaches(self, rows: Sequence[Any]) -> Iterator[Approach]:
        for (kind, *_), row in zip(self.plan(), rows, strict=True):
            if kind == CLOSEST:
                yield Approach.from_json(row)

    def files(self, rows: Sequence[Any]) -> Files:
        """The rows as data, a line each, and the page."""
        found = self.found(rows)
        return {DATA: written(found), "bounds-met.md": pages.page(*found, self.figures)}


def written(found: Found) -> str:
    """As JSON.

    >>> read(written(Found([], [])))
    Found(rows=[], approaches=[])
    """
    parts = (
        (GRID, [json.dumps(row.to_json()) for row in found.rows]),
        (CLOSEST, [json.dumps(vars(at)) for at in found.approaches]),
    )
    lists = (f'"{name}": [\n' + ",\n".join(lines) + "\n]" for name, lines in parts)
    return "{\n" + ",\n".join(lists) + "\n}\n"


def read(text: str) -> Found:
    """What `written` writes."""
    data = json.loads(text)
    return Found(
        [Met.from_json(row) for row in data[GRID]],
        [Approach.from_json(row) for row in data[CLOSEST]],
    )
