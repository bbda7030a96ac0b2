"""`kvratio study predictions`: what narrower predictions save of the price of cancelling."""

from typing import Any

import click

from kvratio.reports.commands._studies._run import run_study, study_options


@click.command()
@click.option("--rho", "rhos", multiple=True, help="v(u)/v(l), at least 2; repeatable.")
@click.option(
    "--rounds",
    type=click.IntRange(1),
    help="Of the search for a policy; default 200, 500 for rho above 2,000.",
)
@study_options("predictions", "predictions.json and predictions.md")
def command(rhos: tuple[str, ...], rounds: int | None, **where: Any) -> None:
    """Enclose the price of cancelling for volumes in [v, rho v] by two certificates.

    A policy from above, lengths from below; both are searched in floating point and checked in
    whole numbers. The published table takes half an hour.

    Example: kvratio study predictions --rho 2 --rounds 50
    """
    from kvratio.reports.studies.predictions import RHOS, Predictions

    files = run_study(Predictions(rhos or RHOS, rounds), **where)
    click.echo(files["predictions.md"])
