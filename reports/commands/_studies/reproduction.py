"""`kvratio study reproduction`: in which settings does each published statement hold?"""

import sys
from pathlib import Path

import click

from kvratio.reports.cli import Exit
from kvratio.reports.commands._studies._run import run_study, study_options
from kvratio.reports.commands._workers import computing


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="Folder with Vicuna's lengths.")
@click.option("--check", is_flag=True, help="Repeat a slice; it must come out as published.")
@study_options("reproduction", "reproduction.json, reproduction.md and the figures")
def command(
    data: Path | None,
    check: bool,
    out: Path,
    journal: Path,
    processes: int | None,
    dask: str | None,
) -> None:
    """Map the statements of arXiv 2508.14544's experiments over memory, size, arrivals and clock.

    Without --data, or where its file is not there, the rows of Vicuna's lengths are taken from the
    published map. The whole study takes about half an hour on two cores.

    \b
    Example: kvratio study reproduction --check
    """
    from kvratio.proofs_check.reproduction import read_map
    from kvratio.reports import PUBLISHED
    from kvratio.reports.output import write_text
    from kvratio.reports.studies.reproduction import pages
    from kvratio.reports.studies.reproduction.study import FILE, MAP, Reproduction
    from kvratio.theory.checks import InputError

    if data is not None and not data.is_dir():
        raise InputError("data", str(data), "a folder")
    if check:
        sys.exit(_check(processes, dask))
    publishing = out.resolve() == PUBLISHED.resolve()  # the report's figures are linked to
    study = Reproduction(data, figures="report/figures/" if publishing else "")
    if study.missing:
        where = "--data is not given" if data is None else f"not in {data}"
        click.echo(f"{FILE}: {where}; rows of Vicuna's lengths are the published ones", err=True)
    run_study(study, out, journal, processes, dask)
    if not publishing:
        for figure in pages.figures(read_map(out / MAP), study.seeds):
            write_text(out / f"{figure.name}.svg", figure.svg)


def _check(processes: int | None, dask: str | None) -> Exit:
    """Say where the published map differs from a slice computed now; the exit status."""
    from kvratio.reports.studies.reproduction.again import differences

    with computing(processes, dask, "reproduction") as (executor, report):
        found = list(differences(None if processes == 1 else executor, report))
    click.echo(f"reproduction: {'as published' if not found else 'DIFFERS'}")
    for line in found:
        click.echo(f"  {line}")
    return Exit.REFUSED if found else Exit.DONE
