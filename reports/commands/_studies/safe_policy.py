"""`kvratio study safe-policy`: which policy is safe to switch on, on all traces, at all loads?"""

from pathlib import Path
from typing import Any

import click

from kvratio.reports.commands._studies._run import run_study, study_options

PARTS = ("all", "few", "slice")


@click.command()
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the trace files; without it, built-in laws only.",
)
@click.option("--part", type=click.Choice(PARTS), default="all", show_default=True)
@click.option("--seeds", type=click.IntRange(1), default=3, show_default=True)
@click.option("--policy", "ours", multiple=True, help="Instead of ours; repeatable.")
@study_options("safe-policy", "safe-policy.md and safe-policy.json")
def command(data: Path | None, part: str, seeds: int, ours: tuple[str, ...], **where: Any) -> None:
    """Compare policies in batch and over time, on traces and laws, at loads of 0.3 to 2.

    The grid was fixed before our policy was tuned, on the sources called tuned; a third of the
    sources was kept out of that. "few" are a batch and four loads with one seed, "slice" those of
    the tuned sources. The whole grid takes about three quarters of an hour of processor time, the
    few cells six minutes.

    \b
    Example: kvratio study safe-policy --data ../shared/data --part slice
    """
    from kvratio.reports.studies.safe_policy.study import OURS, SafePolicy

    study = SafePolicy(None if data is None else str(data), part, seeds, ours or OURS)
    run_study(study, **where)
