"""`kvratio study hindsight`: MC-SF against the certified hindsight optimum."""

from typing import Any

import click

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
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of all randomness."
)
@click.option(
    "--moves",
    type=click.IntRange(1),
    default=300_000,
    show_default=True,
    help="Annealing moves a trial.",
)
@click.option(
    "--rebuilds",
    type=click.IntRange(0),
    default=600_000,
    show_default=True,
    help="Parts of the best schedule rebuilt, a trial.",
)
@click.option(
    "--rounds",
    type=click.IntRange(0),
    default=4,
    show_default=True,
    help="Rounds of profile cuts a trial; 0 for none.",
)
@click.option(
    "--requests",
    type=click.IntRange(1),
    help="Requests a trial, of model 1 alone; default: drawn from 40 to 60, as published.",
)
@click.option(
    "--certificates",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Keep the certificates of so many trials of each model.",
)
@click.option(
    "--nodes",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Nodes of the branching tree a trial.",
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
