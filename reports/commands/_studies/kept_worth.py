"""`kvratio study kept-worth`: what keeping the tokens of evicted requests is worth."""

from typing import Any

import click

from kvratio.reports.commands._studies._run import run_study, study_options


@click.command()
@click.option("--seeds", type=int, default=3, show_default=True, help="Runs of each policy.")
@click.option("--load", type=int, default=10, show_default=True, help="Requests a token of M.")
@study_options("kept-worth", "kept-worth.json and kept-worth.md")
def command(seeds: int, load: int, **where: Any) -> None:
    """Run policies with tokens lost and kept, beside the forms that are derived for both.

    A_min's readings, A_l, slicing, learned slicing and FCFS, on six laws of output lengths.

    Example: kvratio study kept-worth --seeds 1 --load 2
    """
    from kvratio.reports.studies.kept_worth import KeptWorth

    files = run_study(KeptWorth(seeds, load), **where)
    click.echo(files["kept-worth.md"])
