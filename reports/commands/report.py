"""`kvratio report`: the analysis report, as a page that opens in a browser."""

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
    """Compare policies and write a report: page, Markdown, CSV, JSON and a manifest.

    \b
    Example: kvratio report --workload lmsys --out reports/out
    """
    from reports.report import report_files, write_report
    from reports.terminal import comparison_table
    from theory.checks import InputError

    if out.exists() and not out.is_dir():
        raise InputError("out", str(out), "a folder, or a name that is free")
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
    return " ".join(words)
