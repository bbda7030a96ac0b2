"""`kvratio report`: everything that is known, as one page with tables and figures."""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from kvratio.reports.cli import Exit
from kvratio.reports.commands._source import compare_source, source_options
from kvratio.theory.checks import printable

Options = Mapping[str, Any]  # those of `source_options`, by name


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
    from kvratio.reports.output import check_folder, folder
    from kvratio.reports.report import report_files, write_report

    _check_options(full, data, check or write, options)
    target = folder("out", out)
    check_folder(target)
    comparison = compare_source(**options)
    redo = target / "studies" if full else None
    document, missing = _document(comparison, _words(options, full, data), options, redo, data)
    made = report_files(document, comparison)
    write_report(target, made)
    _tell(comparison, target, len(made), missing)
    if missing:
        sys.exit(Exit.INTERRUPTED)
    _publish(made, check, write)


def _check_options(full: bool, data: Path | None, published: bool, options: Options) -> None:
    """Refuse options that do not go together."""
    from kvratio.theory.checks import InputError

    chosen = [f"--{name}" for name, value in options.items() if value not in (None, (), 0)]
    if published and (chosen or full):
        raise InputError("--check, --write", " ".join(chosen) or "--full", "the default report")
    if data is not None and not (full and data.is_dir()):
        raise InputError("data", str(data), "a folder, and --full")


def _document(
    comparison: Any, words: str, options: Options, redo: Path | None, data: Path | None
) -> tuple[Any, str]:
    """The document, and what an interrupt left out of it ("" if nothing)."""
    from kvratio.reports.material import Material
    from kvratio.reports.progress import progress
    from kvratio.reports.report import Interrupted, make_document
    from kvratio.reports.sections import policies
    from kvratio.simulate.requests import DEFAULT_WORKLOAD, files

    if redo is not None:
        redo.mkdir(parents=True, exist_ok=True)
    missing = ", ".join(comparison.unfinished)
    sections = (policies.section,) if missing else None  # interrupted: the rest is not begun
    read = [
        Path(name) for name in files(options["trace"] or options["workload"] or DEFAULT_WORKLOAD)
    ]
    with progress() as report:
        material = Material(comparison, options["seed"], redo, data, report)
        try:
            return make_document(material, words, read, sections), missing
        except Interrupted as interrupt:
            return interrupt.document, missing or "some sections"


def _tell(comparison: Any, target: Path, files: int, missing: str) -> None:
    """The comparison as a table, where the page is, and what it lacks."""
    from kvratio.reports.compare.table import comparison_table
    from kvratio.reports.output import say
    from kvratio.reports.report import PAGE

    comparison_table(comparison)
    say(f"Page: {target / PAGE}  ({files} files)")
    if missing:
        say(f"interrupted: the page lacks {missing}", err=True)


def _publish(made: Mapping[str, bytes], check: bool, write: bool) -> None:
    """Regenerate the published report, or compare with it: exit status 1 where it differs."""
    from kvratio.reports.report import PUBLISHED, compare_published, published_part, write_report

    if write:
        write_report(PUBLISHED, published_part(made))
    if check:
        different = compare_published(made)
        for line in different:
            click.echo(line)
        click.echo("not as published: run kvratio report --write" if different else "as published")
        sys.exit(bool(different))


def _words(options: Options, full: bool, data: Path | None) -> str:
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
