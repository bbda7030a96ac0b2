"""What every study is: a plan of tasks, a row for each, and files made from the rows.

A study is a dataclass whose fields are its options. `plan` lists tasks as plain data; `row`
computes one of them, in any process, from the task alone; `files` makes the tables and pages. Rows
go to a journal as they are finished, so that a stopped study goes on from there, and are used in
the order of the plan, so that the result does not show who computed what when.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, as_completed
from typing import Any, ClassVar

from kvratio.simulate.journal import Journal

Task = tuple[Any, ...]  # what a row depends on, as plain data
Files = dict[str, str]  # texts by file name
COLUMNS = ("key", "row")  # of a study's journal


class Study(ABC):
    """One study with its options."""

    name: ClassVar[str]

    @abstractmethod
    def plan(self) -> Sequence[Task]:
        """The tasks, each once. Raises `InputError` for options that are out of range."""

    @staticmethod
    @abstractmethod
    def row(task: Task) -> Any:
        """The result of a task as plain data. Same task, same row."""

    @abstractmethod
    def files(self, rows: Sequence[Any]) -> Files:
        """The files of the study, by name within its folder, from the rows of the plan."""


def carry_out(
    study: Study,
    journal: Journal | None,
    executor: Executor | None,
    report: Callable[[int, int], None],
) -> list[Any]:
    """The rows of the plan, in its order; those that the journal has are not computed again.

    Without an executor they are computed in this process. `report(done, all)` is called at the
    start and after each row. Raises `InputError` for a file that is no journal.
    """
    plan = study.plan()
    keys = {task: json.dumps([study.name, *task]) for task in plan}
    known = {row["key"]: row["row"] for row in journal.read()} if journal else {}
    if journal:
        journal.path.parent.mkdir(parents=True, exist_ok=True)
        journal.trim()
    todo = [task for task in plan if keys[task] not in known]
    done = len(plan) - len(todo)
    report(done, len(plan))
    for task, row in _computed(study, todo, executor):
        known[keys[task]] = json.loads(json.dumps(row))  # the same, read from a journal or not
        if journal:
            journal.append([{"key": keys[task], "row": row}])
        done += 1
        report(done, len(plan))
    return [known[keys[task]] for task in plan]


def _computed(
    study: Study, todo: Sequence[Task], executor: Executor | None
) -> Iterator[tuple[Task, Any]]:
    """Tasks with their rows, in the order in which they are finished."""
    if executor is None:
        for task in todo:
            yield task, study.row(task)
        return
    waiting = {executor.submit(study.row, task): task for task in todo}
    try:
        for future in as_completed(waiting):
            yield waiting[future], future.result()
    finally:
        for future in waiting:
            future.cancel()
