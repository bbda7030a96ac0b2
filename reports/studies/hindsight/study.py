"""MC-SF against the certified hindsight optimum: `kvratio study hindsight`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from kvratio.reports.studies.hindsight.table import as_markdown
from kvratio.reports.studies.hindsight.trials import PUBLISHED, Trial, as_lines, certified_trial
from kvratio.reports.studies.study import Files, Study, Task
from kvratio.theory.checks import InputError, whole
from kvratio.theory.hindsight.optimum import Effort

EFFORT = Effort(moves=300_000, rebuilds=600_000, rounds=4, nodes=1)


@dataclass(frozen=True, slots=True)
class Hindsight(Study):
    """`trials` instances of each model, enclosed with the same effort. Defaults for a full run.

    `requests` sets the number of requests of model 1 (None: drawn, as published). The certificates
    of the first `certificates` trials of each model are kept.
    """

    name: ClassVar[str] = "hindsight"

    models: tuple[int, ...] = tuple(PUBLISHED)
    trials: int = 200
    seed: int = 0
    effort: Effort = EFFORT
    requests: int | None = None
    certificates: int = 0

    def plan(self) -> list[Task]:
        """A task for each trial: model, trial, seed, effort, requests, certificate or none.

        >>> Hindsight(models=(1,), trials=1).plan()[0][:3]
        (1, 0, 0)
        """
        whole("trials", self.trials, least=1)
        if self.requests is not None and self.models != (1,):
            raise InputError("requests", self.requests, "model 1 alone (--model 1)")
        its = self.effort
        effort = (its.moves, its.root_iterations, its.nodes, its.rebuilds, its.rounds)
        return [
            (m, k, self.seed, *effort, self.requests, k < self.certificates)
            for m in self.models
            for k in range(self.trials)
        ]

    @staticmethod
    def row(task: Task) -> dict[str, Any]:
        """Draw, simulate, enclose and check one trial; with its certificate if that is kept."""
        model, trial, seed, moves, root_iterations, nodes, rebuilds, rounds, requests, keep = task
        effort = Effort(
            moves=moves,
            root_iterations=root_iterations,
            nodes=nodes,
            rebuilds=rebuilds,
            rounds=rounds,
        )
        found, proof = certified_trial(model, seed, effort, trial, requests)
        return {"trial": asdict(found), "certificate": proof if keep else None}

    def by_model(self, rows: Sequence[Mapping[str, Any]]) -> dict[int, list[Trial]]:
        """The trials of each model."""
        found = [Trial(**row["trial"]) for row in rows]
        return {model: [t for t in found if t.model == model] for model in self.models}

    def files(self, rows: Sequence[Mapping[str, Any]]) -> Files:
        """The trials of each model as JSON lines, the page, and the certificates that are kept."""
        found = self.by_model(rows)
        lines = {f"hindsight-{model}.jsonl": as_lines(trials) for model, trials in found.items()}
        proofs = {
            f"certificates/{row['trial']['model']}-{row['trial']['trial']}.json": json.dumps(
                row["certificate"]
            )
            + "\n"
            for row in rows
            if row["certificate"]
        }
        return {**lines, "hindsight.md": as_markdown(found), **proofs}
