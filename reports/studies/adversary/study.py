"""The search for bad instances of every policy: `kvratio study adversary`."""

import json
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from typing import Any, ClassVar

from kvratio.reports.studies.adversary.fluid import SUITE, Fluid, row
from kvratio.reports.studies.adversary.search import CONTENDERS, Limits, search
from kvratio.reports.studies.adversary.table import (
    Worst,
    as_json,
    markdown,
    worst_from_json,
    worst_of,
)
from kvratio.reports.studies.study import Files, Study, Task
from kvratio.theory.checks import one_of, whole

BY_POLICY = {contender.policy: contender for contender in CONTENDERS}
FINITE, FLUID = "finite", "fluid"
LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Adversary(Study):
    """A search for each policy (default: all of them, and the mixes of the fluid limit)."""

    name: ClassVar[str] = "adversary"

    policies: tuple[str, ...] = ()
    limits: Limits = LIMITS
    seed: int = 0

    def plan(self) -> list[Task]:
        """A task for each search: its kind, the policy or the case, the seed and the limits.

        >>> Adversary(policies=("fcfs",)).plan()[0][:3]
        ('finite', 'fcfs', 0)
        """
        for name in ("requests", "memory", "tries", "starts"):
            least = 2 if name in ("requests", "memory") else 1
            whole(name, getattr(self.limits, name), least=least)
        chosen = [one_of("policy", name, BY_POLICY) for name in self.policies or BY_POLICY]
        tasks: list[Task] = [(FINITE, name, self.seed, *astuple(self.limits)) for name in chosen]
        return tasks + [(FLUID, *case, self.seed) for case in SUITE if not self.policies]

    @staticmethod
    def row(task: Task) -> dict[str, Any]:
        """Search, measure anew and certify the worst instance, or the worst mix."""
        kind, *rest = task
        if kind == FLUID:
            *case, seed = rest
            return row(Fluid(*case), seed)
        policy, seed, *limits = rest
        contender = BY_POLICY[policy]
        worst, files = worst_of(contender, search(contender, Limits(*limits), seed))
        return {"worst": asdict(worst), "files": files}

    def worst(self, rows: Sequence[dict[str, Any]]) -> list[Worst]:
        """The worst instance of each policy."""
        return [worst_from_json(row["worst"]) for row in rows if "worst" in row]

    def files(self, rows: Sequence[dict[str, Any]]) -> Files:
        """The page, the data, and an instance file and a certificate for each policy."""
        files = {name: text for row in rows for name, text in row.get("files", {}).items()}
        data = as_json(self.worst(rows), [row for row in rows if "worst" not in row], self.seed)
        text = json.dumps(data, indent=1) + "\n"
        return {**files, "adversary.json": text, "adversary.md": markdown(data)}
