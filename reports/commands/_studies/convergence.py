"""`kvratio study convergence`: do simulated policies reach the latency that theory gives them?"""

from pathlib import Path
from typing import Any

import click

from kvratio.reports.commands._studies._run import run_study, study_options


@click.command()
@click.option("--quick", is_flag=True, help="Small sizes only; a look, not evidence.")
@click.option("--seeds", type=int, default=5, show_default=True, help="Runs of each, at least 2.")
@click.option("--json", "json_target", metavar="FILE|-", help="Write the rows as JSON.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write the table as Markdown.")
@study_options("convergence", "convergence.json and convergence.md")
def command(
    quick: bool, seeds: int, json_target: str | None, markdown: Path | None, **where: Any
) -> None:
    """Simulate the policies towards the fluid limit, beside the forms that theory gives them.

    \b
    Example: kvratio study convergence --quick --seeds 2
    """
    import json

    from kvratio.reports.output import check_target, emit_json, write_text
    from kvratio.reports.studies.convergence import (
        COLUMNS,
        QUICK_SIZES,
        SIZES,
        Convergence,
        Row,
        cells,
        legend,
    )
    from kvratio.reports.terminal import print_table

    check_target(json_target)
    check_target(None if markdown is None else str(markdown))
    files = run_study(Convergence(QUICK_SIZES if quick else SIZES, seeds), **where)
    data = json.loads(files["convergence.json"])
    if json_target is not None:
        emit_json(json_target, data)
    if markdown is not None:
        write_text(markdown, files["convergence.md"])
    if json_target != "-":
        rows = [Row.from_json(entry) for entry in data]
        for law in dict.fromkeys(row.law for row in rows):
            chosen = [row for row in rows if row.law == law]
            print_table(law, COLUMNS, [cells(row) for row in chosen], legend(rows))
