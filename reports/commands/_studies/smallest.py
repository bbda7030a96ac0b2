"""`kvratio study smallest`: all small instances, and how far from the optimum each policy is."""

from typing import Any

import click

from kvratio.reports.commands._studies._run import run_study, study_options


@click.command()
@click.option("--requests", default=6, show_default=True, help="Most requests an instance.")
@click.option("--memory", default=8, show_default=True, help="Largest budget, in tokens.")
@click.option("--h-sf-requests", default=7, show_default=True, help="The same for H-SF alone.")
@click.option("--h-sf-memory", default=10, show_default=True, help="The same for H-SF alone.")
@click.option("--seeds", default=16, show_default=True, help="Runs of a policy that evicts.")
@study_options("smallest", "smallest.md, smallest.json and the certificates")
def command(
    requests: int, memory: int, h_sf_requests: int, h_sf_memory: int, seeds: int, **where: Any
) -> None:
    """Enumerate all small instances and find the worst ratios to the optimum.

    All requests are at time 0 with a common prompt. The full study takes the better part of an
    hour on two cores.

    Example: kvratio study smallest --requests 4 --memory 4 --h-sf-requests 4 --h-sf-memory 4
    """
    from kvratio.reports.studies.smallest.study import Smallest

    run_study(Smallest(requests, memory, h_sf_requests, h_sf_memory, seeds), **where)
