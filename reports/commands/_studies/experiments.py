"""`kvratio study experiments`: a published experiment repeated, or the same on a public trace."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kvratio.reports.cli import Exit
from kvratio.reports.commands._workers import computing, worker_options

if TYPE_CHECKING:
    from kvratio.reports.studies.experiments.plan import Experiment


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--data", type=click.Path(path_type=Path), help="Folder with the trace files.")
@click.option("--seeds", type=int, help="Default: as published here.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("reports/out/experiments"),
    show_default=True,
    help="Where NAME.md, NAME.json and NAME.svg go.",
)
@click.option(
    "--runs",
    type=click.Path(path_type=Path),
    default=Path("reports/out/experiments"),
    show_default=True,
    help="Where NAME.parquet goes, with every single run.",
)
@click.option("--check", is_flag=True, help="Repeat the smallest sizes; they must come out again.")
@worker_options
def command(
    names: tuple[str, ...],
    data: Path | None,
    seeds: int | None,
    out: Path,
    runs: Path,
    check: bool,
    processes: int | None,
    dask: str | None,
) -> None:
    """Repeat experiments; without a NAME, list them.

    Results carry intervals over seeds, and stand beside what was published. A stopped experiment
    goes on where it stopped. What needs a file that is not in --data is left out, and said so.

    \b
    Example: kvratio study experiments lmsys-1
    """
    from kvratio.reports.output import check_folder, emit_json, write_text
    from kvratio.reports.studies.experiments import EXPERIMENTS, FIGURES, PUBLISHED
    from kvratio.reports.studies.experiments.evaluate import evaluate
    from kvratio.reports.studies.experiments.pages import figures, markdown
    from kvratio.theory.checks import InputError, one_of, whole

    if not names:
        for experiment in EXPERIMENTS.values():
            click.echo(f"{experiment.name:14} {experiment.title} ({experiment.source})")
        return
    chosen = [EXPERIMENTS[one_of("experiment", name, EXPERIMENTS)] for name in names]
    if seeds is not None:
        whole("seeds", seeds, least=2)
    if data is not None and not data.is_dir():
        raise InputError("data", str(data), "a folder")
    if check:
        sys.exit(_check(chosen, data, processes, dask))
    for folder in (out, runs):
        check_folder(folder)
        folder.mkdir(parents=True, exist_ok=True)
    for experiment in chosen:
        _say_what_is_missing(experiment, data)
        target = runs / f"{experiment.name}.parquet"
        with computing(processes, dask) as (executor, report):
            result = evaluate(experiment, data, target, executor, report, seeds or experiment.seeds)
        emit_json(str(out / f"{experiment.name}.json"), result)
        publishing = out.resolve() == PUBLISHED.resolve()  # the report's figures are linked to
        for figure in () if publishing else figures(result):
            write_text(out / f"{figure.name}.svg", figure.svg)
        page = markdown(result, FIGURES if publishing else "")
        write_text(out / f"{experiment.name}.md", page)
        click.echo(page)


def _say_what_is_missing(experiment: "Experiment", data: Path | None) -> None:
    from kvratio.reports.output import say
    from kvratio.reports.studies.experiments.evaluate import available
    from kvratio.reports.studies.experiments.traces import ORIGINALS

    for name in available(experiment, data)[1]:
        where = "--data is not given" if data is None else f"not in {data}"
        say(f"{name}: {where}; left out. Public original: {ORIGINALS[name]}", err=True)


def _check(
    chosen: "list[Experiment]", data: Path | None, processes: int | None, dask: str | None
) -> int:
    from kvratio.reports.studies.experiments.again import differences

    status = 0
    for experiment in chosen:
        with computing(processes, dask) as (executor, report):
            found = differences(experiment, data, executor, report)
        click.echo(f"{experiment.name}: {'as published' if not found else 'DIFFERS'}")
        for line in found:
            click.echo(f"  {line}")
        status = Exit.REFUSED if found else status
    return status
