"""`kvratio convergence`: do simulated policies reach the latency that theory gives them?"""

from pathlib import Path

import click


@click.command()
@click.option("--quick", is_flag=True, help="Small sizes only; a look, not evidence.")
@click.option("--seeds", type=int, default=5, show_default=True, help="Runs of each, at least 2.")
@click.option("--json", "json_target", metavar="FILE|-", help="Write the rows as JSON.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write the table as Markdown.")
def command(quick: bool, seeds: int, json_target: str | None, markdown: Path | None) -> None:
    """Simulate the policies towards the fluid limit, beside the forms that theory gives them.

    \b
    Example: kvratio convergence --quick --seeds 2
    """
    from kvratio.reports.output import check_target, emit_json, write_text
    from kvratio.reports.progress import messages
    from kvratio.reports.studies.convergence import (
        COLUMNS,
        QUICK_SIZES,
        SIZES,
        cells,
        legend,
        markdown_text,
        study,
    )
    from kvratio.reports.terminal import print_table
    from kvratio.theory.checks import whole

    whole("seeds", seeds, least=2)
    check_target(json_target)
    check_target(None if markdown is None else str(markdown))
    with messages() as progress:
        rows = study(QUICK_SIZES if quick else SIZES, seeds, progress)
    if json_target is not None:
        emit_json(json_target, [row.to_json() for row in rows])
    if markdown is not None:
        write_text(markdown, markdown_text(rows))
    if json_target != "-":
        for law in dict.fromkeys(row.law for row in rows):
            chosen = [row for row in rows if row.law == law]
            print_table(law, COLUMNS, [cells(row) for row in chosen], legend(rows))
