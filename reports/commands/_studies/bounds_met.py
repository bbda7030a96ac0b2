"""`kvratio study bounds-met`: runs beside the bounds that are proved for every finite instance."""

import sys
from pathlib import Path
from typing import Any

import click

from kvratio.reports.cli import Exit
from kvratio.reports.commands._studies._run import run_study, study_options
from kvratio.reports.commands._workers import computing


@click.command()
@click.option("--quick", is_flag=True, help="The smallest size only; a look, not evidence.")
@click.option("--seeds", type=int, default=5, show_default=True, help="Runs of each, at least 2.")
@click.option(
    "--examples", type=int, default=1000, show_default=True, help="Batches a search, at least 100."
)
@click.option("--check", is_flag=True, help="Repeat a slice; it must come out as published.")
@study_options("bounds-met", "bounds-met.json, bounds-met.md and the figure")
def command(quick: bool, seeds: int, examples: int, check: bool, **where: Any) -> None:
    """Simulate every policy that has a proved bound, beside its fluid value and the bound.

    For each law of lengths, over a grid of M and n; and search small batches for the runs that
    come closest to the bounds. The whole study takes about an hour on one core.

    \b
    Example: kvratio study bounds-met --quick --seeds 2 --examples 100
    """
    from kvratio.reports import PUBLISHED
    from kvratio.reports.output import write_text
    from kvratio.reports.studies.bounds_met import pages
    from kvratio.reports.studies.bounds_met.study import (
        DATA,
        QUICK_SIZES,
        SIZES,
        BoundsMet,
        read,
    )

    if check:
        sys.exit(_check(where["processes"], where["dask"]))
    out: Path = where["out"]
    publishing = out.resolve() == PUBLISHED.resolve()  # the report's figure is linked to
    sizes = QUICK_SIZES if quick else SIZES
    study = BoundsMet(sizes, seeds, examples, figures="report/figures/" if publishing else "")
    files = run_study(study, **where)
    if not publishing:
        figure = pages.figure(read(files[DATA]).rows)
        write_text(out / f"{figure.name}.svg", figure.svg)


def _check(processes: int | None, dask: str | None) -> Exit:
    """Say where what is published differs from a slice computed now; the exit status."""
    from kvratio.reports.studies.bounds_met.again import differences

    with computing(processes, dask, "bounds-met") as (executor, report):
        found = list(differences(None if processes == 1 else executor, report))
    click.echo(f"bounds-met: {'as published' if not found else 'DIFFERS'}")
    for line in found:
        click.echo(f"  {line}")
    return Exit.REFUSED if found else Exit.DONE
