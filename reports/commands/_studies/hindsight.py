"""`kvratio study hindsight`: MC-SF against the certified hindsight optimum."""

from typing import Any

import click

from kvratio.reports.commands._studies._hindsight import effort_options
from kvratio.reports.commands._studies._run import run_study, study_options


@click.command()
@click.option(
    "--model",
    "models",
    type=click.IntRange(1, 2),
    multiple=True,
    default=(1, 2),
    show_default=True,
    help="1: all requests at step 0; 2: Poisson arrivals. Repeatable.",
)
@click.option(
    "--trials", type=click.IntRange(1, 10_000), default=200, show_default=True, help="Of a model."
)
@effort_options(seed=0, moves=300_000, rebuilds=600_000, rounds=4, certificates=0, nodes=1)
@click.option(
    "--requests",
    type=click.IntRange(1),
    help="Requests a trial, of model 1 alone; default: drawn from 40 to 60, as published.",
)
@study_options("hindsight", "hindsight-1.jsonl, hindsight-2.jsonl, hindsight.md and certificates")
def command(
    models: tuple[int, ...],
    trials: int,
    seed: int,
    moves: int,
    rebuilds: int,
    rounds: int,
    nodes: int,
    requests: int | None,
    certificates: int,
    **where: Any,
) -> None:
    """Repeat the synthetic study of MC-SF with certified optima.

    Each trial is checked by the independent checker before it is counted.

    Example: kvratio study hindsight --trials 20
    """
    from kvratio.reports.studies.hindsight.study import Hindsight
    from kvratio.theory.hindsight.optimum import Effort

    chosen = tuple(dict.fromkeys(models))
    effort = Effort(moves=moves, rebuilds=rebuilds, rounds=rounds, nodes=nodes)
    study = Hindsight(chosen, trials, seed, effort, requests, certificates)
    files = run_study(study, **where)
    click.echo(files["hindsight.md"], nl=False)
