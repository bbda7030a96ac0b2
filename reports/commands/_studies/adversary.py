"""`kvratio study adversary`: search for bad instances, certify the worst."""

from typing import Any

import click

from kvratio.reports.commands._studies._run import run_study, study_options


@click.command()
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--policy", "policies", multiple=True, help="Repeatable; default all.")
@click.option("--requests", type=int, default=8, show_default=True, help="Most requests.")
@click.option("--memory", type=int, default=16, show_default=True, help="Largest budget (tokens).")
@click.option("--tries", type=int, default=500, show_default=True, help="Candidates of a start.")
@click.option("--starts", type=int, default=3, show_default=True, help="Starts of a search.")
@study_options("adversary", "the page, the instances and the certificates")
def command(
    seed: int,
    policies: tuple[str, ...],
    requests: int,
    memory: int,
    tries: int,
    starts: int,
    **where: Any,
) -> None:
    """Search for bad instances of every policy and certify the worst.

    Writes adversary.md and adversary.json, an instance file and an optimality certificate for each
    policy, and, when no policy is named, the worst mixes in the fluid limit. The full search takes
    a few minutes.

    Example: kvratio study adversary --policy fcfs --tries 100 --starts 1 --requests 5 --memory 8
    """
    from kvratio.reports.studies.adversary.search import Limits
    from kvratio.reports.studies.adversary.study import Adversary

    limits = Limits(requests=requests, memory=memory, tries=tries, starts=starts)
    run_study(Adversary(policies, limits, seed), **where)
