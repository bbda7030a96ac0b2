"""MC-SF against the certified hindsight optimum: `kvratio study hindsight`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from kvratio.reports.studies.hindsight.table import as_markdown
from kvratio.reports.studies.hindsight.trials import PUBLISHED, Trial, as_lines, run_trial
from kvratio.reports.studies.study import Files, Study, Task
from kvratio.theory.checks import whole
from kvratio.theory.hindsight.optimum import Effort

EFFORT = Effort(moves=60_000, nodes=1)


@dataclass(frozen=True, slots=True)
class Hindsight(Study):
    """`trials` instances of each model, enclosed with the same effort. Defaults as published."""

    name: ClassVar[str] = "hindsight"

    models: tuple[int, ...] = tuple(PUBLISHED)
    trials: int = 200
    seed: int = 0
    effort: Effort = EFFORT

    def plan(self) -> list[Task]:
        """A task for each trial: model, trial, seed and effort.

        >>> Hindsight(models=(1,), trials=1).plan()[0][:3]
        (1, 0, 0)
        """
        whole("trials", self.trials, least=1)
        its = self.effort
        effort = (its.moves, its.root_iterations, its.nodes)
        return [(m, k, self.seed, *effort) for m in self.models for k in range(self.trials)]

    @staticmethod
    def row(task: Task) -> dict[str, Any]:
        """Draw, simulate, enclose and check one trial."""
        model, trial, seed, moves, root_iterations, nodes = task
        effort = Effort(moves=moves, root_iterations=root_iterations, nodes=nodes)
        return asdict(run_trial(model, seed, effort, trial))

    def by_model(self, rows: Sequence[Mapping[str, Any]]) -> dict[int, list[Trial]]:
        """The trials of each model."""
        found = [Trial(**row) for row in rows]
        return {model: [t for t in found if t.model == model] for model in self.models}

    def files(self, rows: Sequence[Mapping[str, Any]]) -> Files:
        """The trials of each model as JSON lines, and the page."""
        found = self.by_model(rows)
        lines = {f"hindsight-{model}.jsonl": as_lines(trials) for model, trials in found.items()}
        return {**lines, "hindsight.md": as_markdown(found)}
