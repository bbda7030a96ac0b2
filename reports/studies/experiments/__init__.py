"""Published experiments repeated, and the same on public traces; `kvratio study experiments NAME`.

- `plan`: what an experiment is; `lmsys`, `mc_sf`, `traces`, `ours`, `offset`: the experiments
- `evaluate`: from a sweep's rows to means with intervals, and the statements beside them
- `pages`: a result as a Markdown page, a figure, and a section of the HTML report
"""

import json
from collections.abc import Iterable
from typing import Any

from kvratio import reports
from kvratio.reports.document import Section
from kvratio.reports.studies.experiments import lmsys, mc_sf, offset, ours, traces
from kvratio.reports.studies.experiments.pages import section
from kvratio.reports.studies.experiments.plan import Experiment
from kvratio.theory.checks import InputError, one_of

EXPERIMENTS: dict[str, Experiment] = {
    experiment.name: experiment
    for module in (lmsys, mc_sf, traces, ours, offset)
    for experiment in module.EXPERIMENTS
}

__all__ = ["EXPERIMENTS", "published", "sections"]

PUBLISHED = reports.PUBLISHED / "experiments"
FIGURES = "../report/figures/"  # linked to by the published pages


def published(name: str) -> dict[str, Any]:
    """The published result of an experiment, or `InputError` when there is none.

    >>> published("lmsys-1")["experiment"]
    'lmsys-1'
    """
    file = PUBLISHED / f"{one_of('experiment', name, EXPERIMENTS)}.json"
    if not file.is_file():
        raise InputError("experiment", name, "one whose result is published")
    result: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return result


def sections(names: Iterable[str] = tuple(EXPERIMENTS)) -> list[Section]:
    """The published results as sections of a report, in the order given.

    >>> [section.id for section in sections(["mc-sf"])]
    ['experiment-mc-sf']
    """
    return [section(published(name)) for name in names]
