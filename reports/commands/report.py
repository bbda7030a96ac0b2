"""`kvratio report`: the analysis report, as a page that opens in a browser."""

import shlex
from pathlib import Path
from typing import Any

import click

from reports.commands._source import compare_source, source_options


@click.command()
@source_options
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("reports/out"), show_default=True
)
def command(out: Path, **options: Any) -> None:
    """Write a comparison as a page with figures.

    The folder gets index.html, report.md, policies.csv, policies.json and manifest.json, which
    holds the command and the SHA-256 of each file.

    \b
    Example: kvratio report --workload lmsys --out reports/out
    """
    from reports.output import check_folder
    from reports.report import report_files, write_report
    from reports.terminal import comparison_table

    check_folder(out)
    comparison = compare_source(**options)
    write_report(out, report_files(comparison, _words(options), options["seed"]))
    comparison_table(comparison)
    click.echo(f"Page: {out / 'index.html'}")


def _words(options: dict[str, Any]) -> str:
    """The command line that repeats the report."""
    words = ["kvratio", "report"]
    for name, value in options.items():
        if name == "policies":
            words += [word for policy in value for word in ("--policy", policy)]
        elif value is not None:
            words += [f"--{name}", str(value)]
    return shlex.join(words)
