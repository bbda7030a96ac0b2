"""`kvratio study hindsight-proofs`: optima of few requests, proven."""

from typing import Any

import click

from kvratio.reports.commands._studies._run import run_study, study_options


@click.command()
@click.option(
    "--requests",
    "sizes",
    type=click.IntRange(1),
    multiple=True,
    default=(10, 12, 15),
    show_default=True,
    help="Numbers of requests. Repeatable.",
)
@click.option(
    "--trials", type=click.IntRange(1), default=20, show_default=True, help="Of each number."
)
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of all randomness."
)
@click.option(
    "--nodes",
    type=click.IntRange(1),
    default=600,
    show_default=True,
    help="Cases of branch and bound a draw.",
)
@click.option(
    "--rounds",
    type=click.IntRange(0),
    default=4,
    show_default=True,
    help="Rounds of profile cuts a draw.",
)
@click.option(
    "--certificates",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Keep the certificates of so many draws of each number.",
)
@study_options("hindsight-proofs", "hindsight-proofs.jsonl, hindsight-proofs.md and certificates")
def command(sizes: tuple[int, ...], **options: Any) -> None:
    """Prove the hindsight optimum of draws with few requests.

    Each bound is checked by the independent checker before it is counted.

    Example: kvratio study hindsight-proofs --requests 10 --trials 5
    """
    from kvratio.reports.studies.hindsight.proofs import Proofs

    own = ("trials", "seed", "nodes", "rounds", "certificates")
    study = Proofs(sizes, **{name: options.pop(name) for name in own})
    files = run_study(study, **options)
    click.echo(files["hindsight-proofs.md"], nl=False)
