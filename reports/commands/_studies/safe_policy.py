"""`kvratio study safe-policy`: which policy is safe to switch on, on all traces, at all loads?"""

from pathlib import Path
from typing import Any

import click

from kvratio.reports.commands._studies._run import run_study, study_options

PARTS = ("all", "tuned", "untouched", "slice")


@click.command()
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the trace files; without it, built-in laws only.",
)
@click.option("--part", type=click.Choice(PARTS), default="all", show_default=True)
@click.option("--seeds", type=click.IntRange(1), default=3, show_default=True)
@click.option("--policy", "ours", multiple=True, help="Ours to compare; repeatable.")
@study_options("safe-policy", "safe-policy.md and safe-policy.json")
def command(data: Path | None, part: str, seeds: int, ours: tuple[str, ...], **where: Any) -> None:
    """Compare policies in batch and over time, on traces and laws, at loads of 0.3 to 2.

    The grid was fixed before our policy was tuned, on the sources called tuned; a third of the
    sources was kept out of that. "slice" is the part for trying out parameters. The whole grid
    takes about half an hour of processor time.

    \b
    Example: kvratio study safe-policy --data ../shared/data --part slice
    """
    from kvratio.reports.studies.safe_policy.study import SafePolicy

    study = SafePolicy(None if data is None else str(data), part, seeds, ours)
    run_study(study, **where)
