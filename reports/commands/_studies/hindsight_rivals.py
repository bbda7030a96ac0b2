"""`kvratio study hindsight-rivals`: our bounds beside those of HiGHS and CP-SAT."""

from typing import Any

import click

from kvratio.reports.commands._studies._hindsight import effort_options, size_options
from kvratio.reports.commands._studies._run import run_study, study_options


@click.command()
@size_options(1, 8, 10, 12, 15, 20, 50)
@click.option(
    "--seconds",
    type=click.FloatRange(0, min_open=True),
    default=20.0,
    show_default=True,
    help="For every method on every instance.",
)
@effort_options(seed=0)
@study_options("hindsight-rivals", "hindsight-rivals.jsonl and hindsight-rivals.md")
def command(sizes: tuple[int, ...], trials: int, seconds: float, seed: int, **where: Any) -> None:
    """Set our bounds on the hindsight optimum beside those of HiGHS and CP-SAT.

    Needs ortools (extra cp-sat). The answers depend on the machine; run it with --processes 1.

    Example: kvratio study hindsight-rivals --requests 8 --seconds 5
    """
    from kvratio.reports.studies.hindsight.rivals import Rivals

    files = run_study(Rivals(sizes, trials, seconds, seed), **where)
    click.echo(files["hindsight-rivals.md"], nl=False)
