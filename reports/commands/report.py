"""`kvratio report`: everything that is known, as one page with tables and figures."""

import shlex
import sys
from pathlib import Path
from typing import Any

import click

from kvratio.reports.cli import Exit
from kvratio.reports.commands._source import compare_source, source_options
from kvratio.theory.checks import printable


@click.command()
@source_options
@click.option("--out", default="reports/out", show_default=True, help="The folder to write.")
@click.option("--full", is_flag=True, help="Compute everything anew; takes hours, goes on later.")
@click.option(
    "--data", type=click.Path(path_type=Path), help="With --full: the experiments' trace files."
)
@click.option("--check", is_flag=True, help="Compare with reports/published/report.")
@click.option("--write", is_flag=True, help="Regenerate reports/published/report as well.")
def command(
    out: str, full: bool, data: Path | None, check: bool, write: bool, **options: Any
) -> None:
    """Write the report: a page, Markdown, tables (CSV, LaTeX), figures (SVG, PNG), a manifest.

    The page opens offline. It holds the verdicts with their evidence, the bounds, curves with
    simulated points, and the policies compared on the chosen requests; what takes long is read
    from reports/published, unless --full. An interrupt keeps the sections that are done. Exit
    status: 1 if --check finds a difference, 130 after an interrupt.

    \b
    Example: kvratio report --trace azure.csv --timed 20 --out reports/azure
    """
    from kvratio.reports.compare.table import comparison_table
    from kvratio.reports.material import Material
    from kvratio.reports.output import check_folder, folder, say
    from kvratio.reports.progress import progress
    from kvratio.reports.report import (
        PAGE,
        PUBLISHED,
        Interrupted,
        compare_published,
        make_document,
        published_part,
        report_files,
        write_report,
    )
    from kvratio.reports.sections import policies
    from kvratio.simulate.requests import DEFAULT_WORKLOAD, files
    from kvratio.theory.checks import InputError

    target = folder("out", out)
    check_folder(target)
    chosen = [f"--{name}" for name, value in options.items() if value not in (None, (), 0)]
    if (check or write) and (chosen or full):
        raise InputError("--check, --write", " ".join(chosen) or "--full", "the default report")
    if data is not None and not (full and data.is_dir()):
        raise InputError("data", str(data), "a folder, and --full")
    comparison = compare_source(**options)
    source = options["trace"] or options["workload"] or DEFAULT_WORKLOAD
    read = [Path(name) for name in files(source)]
    redo = target / "studies" if full else None
    if redo is not None:
        redo.mkdir(parents=True, exist_ok=True)
    stopped = bool(comparison.unfinished)
    sections = (policies.section,) if stopped else None
    with progress() as report:
        material = Material(comparison, options["seed"], redo, data, report)
        try:
            words = _words(options, full, data)
            document = make_document(material, words, read, sections)
        except Interrupted as interrupt:
            document, stopped = interrupt.document, True
    made = report_files(document, comparison)
    write_report(target, made)
    comparison_table(comparison)
    say(f"Page: {target / PAGE}  ({len(made)} files)")
    if stopped:
        missing = ", ".join(comparison.unfinished) or "some sections"
        say(f"interrupted: the page lacks {missing}", err=True)
        sys.exit(Exit.INTERRUPTED)
    if write:
        write_report(PUBLISHED, published_part(made))
    if check:
        different = compare_published(made)
        for line in different:
            click.echo(line)
        click.echo("not as published: run kvratio report --write" if different else "as published")
        sys.exit(bool(different))


def _words(options: dict[str, Any], full: bool, data: Path | None) -> str:
    """The command line that repeats the report."""
    words = ["kvratio", "report"]
    for name, value in options.items():
        if name == "policies":
            words += [word for policy in value for word in ("--policy", policy)]
        elif name == "skip_invalid":
            words += ["--skip-invalid"] if value else []
        elif value is not None:
            words += [f"--{name}", str(value)]
    words += ["--full"] if full else []
    words += ["--data", str(data)] if data else []
    return printable(shlex.join(words))
