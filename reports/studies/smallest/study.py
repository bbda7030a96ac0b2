"""The study of small instances: `kvratio study smallest`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from kvratio.reports.studies.smallest.contenders import CONTENDERS, Tally, Unit, tallies, units
from kvratio.reports.studies.smallest.table import markdown, summary
from kvratio.reports.studies.study import Files, Study, Task
from kvratio.theory.checks import whole

H_SF = CONTENDERS[0]
BY_KEY = {contender.key: contender for contender in CONTENDERS}


@dataclass(frozen=True, slots=True)
class Smallest(Study):
    """All instances up to `requests` requests and `memory` tokens; for H-SF up to sizes of its own.

    `seeds`: runs of a policy that evicts at random. The defaults are those that are published.
    """

    name: ClassVar[str] = "smallest"

    requests: int = 6
    memory: int = 8
    h_sf_requests: int = 7
    h_sf_memory: int = 10
    seeds: int = 16

    def plan(self) -> list[Task]:
        """A task for each unit: the unit, the seeds, and the keys of its contenders.

        >>> len(Smallest(requests=1, memory=2, h_sf_requests=2, h_sf_memory=2).plan())
        8
        """
        for name in ("requests", "memory", "h_sf_requests", "h_sf_memory"):
            whole(name, getattr(self, name), least=1)
        whole("seeds", self.seeds, least=2)
        complete = dict.fromkeys(units(self.requests, self.memory), tuple(BY_KEY))
        alone = dict.fromkeys(units(self.h_sf_requests, self.h_sf_memory), (H_SF.key,))
        return [(*unit, self.seeds, *keys) for unit, keys in (alone | complete).items()]

    @staticmethod
    def row(task: Task) -> dict[str, Any]:
        """The tallies of a unit's contenders, by key."""
        n, memory, prompt, shortest, seeds, *keys = task
        unit = Unit(n, memory, prompt, shortest)
        found = tallies(unit, seeds, [BY_KEY[key] for key in keys])
        return {key: tally.to_json() for key, tally in found.items()}

    def data(self, rows: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The study as plain data, and its certificates by file name."""
        results = {
            (Unit(*task[:4]), key): Tally.from_json(tally)
            for task, row in zip(self.plan(), rows, strict=True)
            for key, tally in row.items()
        }
        return summary(results, self.seeds)

    def files(self, rows: Sequence[dict[str, Any]]) -> Files:
        """The page, the data, and a certificate for every optimum that the page links to."""
        data, certificates = self.data(rows)
        proofs = {name: json.dumps(proof) + "\n" for name, proof in certificates.items()}
        text = json.dumps(data, indent=2) + "\n"
        return {**proofs, "smallest.json": text, "smallest.md": markdown(data)}
