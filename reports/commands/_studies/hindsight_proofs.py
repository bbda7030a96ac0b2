"""`kvratio study hindsight-proofs`: optima of few requests, proven."""

from typing import Any

import click

from kvratio.reports.commands._studies._hindsight import effort_options, size_options
from kvratio.reports.commands._studies._run import run_study, study_options


@click.command()
@size_options(20, 10, 12, 15)
@effort_options(seed=0, nodes=600, rounds=4, certificates=0)
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
