"""Do published results come out again? A slice of each experiment, computed anew."""

import json
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kvratio.reports.studies.experiments import published
from kvratio.reports.studies.experiments.evaluate import Report, available, evaluate
from kvratio.reports.studies.experiments.plan import Experiment


def smallest(experiment: Experiment) -> Experiment:
    """The experiment at the smallest size of each setting, with all its policies."""
    settings = tuple(replace(s, requests=(min(s.requests),)) for s in experiment.settings)
    return replace(experiment, settings=settings, statements=(), instead=None)


def differences(
    experiment: Experiment, folder: Path | None, executor: Executor, report: Report
) -> list[str]:
    """Where the smallest sizes, computed anew, differ from the published result; a line each.

    Settings whose files are not in the folder are not looked at; without any setting that can be
    run there is nothing to differ.
    """
    result = published(experiment.name)
    part = smallest(experiment)
    if not available(part, folder)[0]:
        return []
    with TemporaryDirectory() as scratch:
        target = Path(scratch) / "runs.parquet"
        again = evaluate(part, folder, target, executor, report, result["seeds"])
    stored = {_name(row): row for row in result["rows"]}
    return list(_lines(again, stored))


def _name(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["setting"], row["requests"], row["policy"]


def _lines(again: dict[str, Any], stored: dict[tuple[Any, ...], Any]) -> Iterator[str]:
    for row in again["rows"]:
        there = stored.get(_name(row))
        if there is None:
            yield f"{_name(row)}: not published"
        elif json.dumps(row, sort_keys=True) != json.dumps(there, sort_keys=True):
            keys = [key for key in row if row[key] != there.get(key)]
            yield f"{_name(row)}: {', '.join(f'{k} {there.get(k)} -> {row[k]}' for k in keys)}"
