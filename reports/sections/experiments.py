"""Published experiments repeated: what comes out here beside what was published."""

import json
from collections.abc import Iterator
from typing import Any

from kvratio.reports import PUBLISHED
from kvratio.reports.document import Section
from kvratio.reports.material import Material
from kvratio.reports.studies.experiments import EXPERIMENTS, pages
from kvratio.reports.studies.experiments.evaluate import evaluate
from kvratio.reports.studies.experiments.plan import Experiment
from kvratio.simulate.workers import workers

LEAD = (
    "Each experiment says what was run, sets the published statements beside our numbers, and "
    "ends with all policies at the largest size. Every number has an interval over seeds. "
    "`kvratio study experiments NAME` repeats one."
)


def section(material: Material) -> Section:
    """One part for every experiment whose result is published, or that can be run here."""
    parts = tuple(pages.section(result) for result in _results(material))
    return Section(
        "experiments",
        "Experiments",
        (LEAD,),
        parts,
        f"{len(parts)} published and own experiments on traces, with intervals",
    )


def _results(material: Material) -> Iterator[dict[str, Any]]:
    for name, experiment in EXPERIMENTS.items():
        file = f"experiments/{name}.json"
        if material.redo is not None:
            yield _again(experiment, material)
        elif (PUBLISHED / file).is_file():
            yield json.loads(material.published(file))


def _again(experiment: Experiment, material: Material) -> dict[str, Any]:
    """Run an experiment, or go on with it; settings whose files are not there are left out."""
    assert material.redo is not None
    target = material.redo / f"{experiment.name}.parquet"

    def report(done: int, total: int) -> None:
        material.progress(experiment.name, done, total)

    with workers(material.processes) as executor:
        return evaluate(experiment, material.data, target, executor, report, experiment.seeds)
