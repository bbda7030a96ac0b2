"""What the sections of a report are made from: the runs, the published files, how much to redo."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from kvratio.reports import PUBLISHED
from kvratio.reports.compare.steps import Comparison
from kvratio.reports.progress import Report, silent
from kvratio.reports.studies.study import COLUMNS, Study, carry_out
from kvratio.simulate.journal import Journal
from kvratio.simulate.workers import workers

T = TypeVar("T")


@dataclass
class Material:
    """Input of every section.

    `redo` is None for a report that reads what `reports/published/` holds, otherwise the folder in
    which the long studies keep their results so far; everything is then computed anew, experiments
    with the trace files that are in the folder `data`, in `processes` processes (None: one a core,
    1: this one). `progress` is told what is being worked on.
    """

    comparison: Comparison
    seed: int = 0
    redo: Path | None = None
    data: Path | None = None
    progress: Report = silent
    processes: int | None = None
    read: dict[str, str] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)

    def once(self, what: str, make: Callable[[], T]) -> T:
        """What several sections need, made at first use."""
        if what not in self.made:
            self.made[what] = make()
        found: T = self.made[what]
        return found

    def published(self, name: str) -> str:
        """The text of a published file; its SHA-256 is noted in `read` for the manifest."""
        data = (PUBLISHED / name).read_bytes()
        self.read[name] = hashlib.sha256(data).hexdigest()
        return data.decode("utf-8")

    def rows(self, study: Study) -> list[Any]:
        """The rows of a study, computed anew; what the folder `redo` has of them is kept."""
        assert self.redo is not None
        journal = Journal(self.redo / f"{study.name}.jsonl", frozenset(COLUMNS))

        def report(done: int, total: int) -> None:
            self.progress(study.name, done, total)

        if self.processes == 1:
            return carry_out(study, journal, None, report)
        with workers(self.processes) as executor:
            return carry_out(study, journal, executor, report)

    def origin(self, name: str) -> str:
        """Where a section's numbers come from, for the reader."""
        if self.redo is not None:
            return "Computed anew for this report."
        return f"Read from `reports/published/{name}` (SHA-256 {self.read[name][:12]}...)."
