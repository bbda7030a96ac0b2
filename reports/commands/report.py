"""`kvratio report`: everything that is known, as pages with tables and figures."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from kvratio.reports.cli import Exit
from kvratio.reports.commands._source import CANCEL, compare_source, source_options
from kvratio.theory.checks import printable

Options = Mapping[str, Any]  # those of `source_options`, by name


@click.command()
@source_options
@click.option("--out", default="reports/out", show_default=True, help="The folder to write.")
@click.option("--full", is_flag=True, help="Compute everything anew; takes hours, goes on later.")
@click.option(
    "--data", type=click.Path(path_type=Path), help="With --full: the experiments' trace files."
)
@click.option(
    "--only",
    multiple=True,
    metavar="SECTION",
    help="Make this section; repeatable (--sections lists them). Default: all but the studies.",
)
@click.option("--all", "every", is_flag=True, help="Make the studies' sections as well.")
@click.option("--sections", "listed", is_flag=True, help="List the sections and end.")
@click.option("--png", is_flag=True, help="Write the figures as PNG as well.")
@click.option("--pdf", is_flag=True, help="Write a technical note, note.pdf, as well.")
@click.option("--check", is_flag=True, help="Compare with reports/published/report.")
@click.option("--write", is_flag=True, help="Regenerate reports/published/report as well.")
def command(
    out: str,
    full: bool,
    data: Path | None,
    only: tuple[str, ...],
    every: bool,
    listed: bool,
    png: bool,
    pdf: bool,
    check: bool,
    write: bool,
    **options: Any,
) -> None:
    """Write the report: pages, Markdown, tables (CSV, LaTeX), figures (SVG), a manifest.

    The pages open offline, index.html first. With requests of your own (--trace, --workload) it
    begins with them: which policy wins, by how much, against a certified bound. Then come the
    verdicts with their evidence and the bounds. --all makes curves with simulated points and the
    studies too, which are linked otherwise. What takes long is read from reports/published, unless
    --full. The folder is new, empty, or holds a
    report. An interrupt keeps the sections that are done. Exit status: 1 if --check finds a
    difference, 130 after an interrupt.

    \b
    Example: kvratio report --trace azure.csv --timed 20 --out reports/azure
    Example: kvratio report --trace chat.csv --only policies --only schedules --out chat
    """
    from kvratio.reports.folder import check_report_folder, write_report
    from kvratio.reports.note import compiler
    from kvratio.reports.output import check_folder, folder
    from kvratio.reports.report import report_files
    from kvratio.reports.sections import ABOUT, SECTIONS
    from kvratio.theory.checks import one_of

    if listed:
        for name, about in ABOUT.items():
            click.echo(f"{name:12}  {about}")
        return
    _check_options(full, data, check or write, {**options, "only": only})
    makers = [SECTIONS[one_of("section", name, SECTIONS)] for name in dict.fromkeys(only)]
    if pdf:
        compiler.check()
    target = folder("out", out)
    check_folder(target)
    check_report_folder(target)
    comparison = compare_source(**options)
    redo = target / "studies" if full else None
    words = _words(options, only, {"all": every, "full": full, "pdf": pdf}, data)
    studies = every or full or check or write
    document, material, missing = _document(
        comparison, words, options, redo, data, makers, studies=studies
    )
    also = {}
    if pdf and not missing:
        from kvratio.reports.note.make import note

        document = compiler.named(document)
        also[compiler.NAME] = note(document, material)
    made = report_files(document, comparison, images=png, also=also, whole=check or write)
    write_report(target, made)
    _tell(comparison, target, len(made), missing)
    if missing:
        sys.exit(Exit.INTERRUPTED)
    _publish(made, check, write)


def _check_options(full: bool, data: Path | None, published: bool, options: Options) -> None:
    """Refuse options that do not go together."""
    from kvratio.theory.checks import InputError

    given = _without_usual_preemption(options)
    chosen = [f"--{name}" for name, value in given.items() if value not in (None, (), 0)]
    if published and (chosen or full):
        raise InputError("--check, --write", " ".join(chosen) or "--full", "the default report")
    if data is not None and not (full and data.is_dir()):
        raise InputError("data", str(data), "a folder, and --full")


def _document(
    comparison: Any,
    words: str,
    options: Options,
    redo: Path | None,
    data: Path | None,
    makers: Sequence[Any],
    *,
    studies: bool,
) -> tuple[Any, Any, str]:
    """The document, its material, and what an interrupt left out of it ("" if nothing)."""
    from kvratio.reports.material import Material
    from kvratio.reports.progress import progress
    from kvratio.reports.report import Interrupted, make_document
    from kvratio.reports.sections import SECTIONS
    from kvratio.simulate.requests import DEFAULT_WORKLOAD, files

    if redo is not None:
        redo.mkdir(parents=True, exist_ok=True)
    missing = ", ".join(comparison.unfinished)
    # interrupted: the rest is not begun
    sections = (SECTIONS["policies"],) if missing else makers or None
    source = options["trace"] or options["workload"]
    read = [Path(name) for name in files(source or DEFAULT_WORKLOAD)]
    with progress() as report:
        material = Material(comparison, options["seed"], redo, data, report)
        try:
            document = make_document(
                material, words, read, sections, chosen=source is not None, studies=studies
            )
            return document, material, missing
        except Interrupted as interrupt:
            return interrupt.document, material, missing or "some sections"


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
    from kvratio.reports.folder import write_report
    from kvratio.reports.report import PUBLISHED, compare_published, published_part

    if write:
        write_report(PUBLISHED, published_part(made))
    if check:
        different = compare_published(made)
        for line in different:
            click.echo(line)
        click.echo("not as published: run kvratio report --write" if different else "as published")
        sys.exit(bool(different))


def _without_usual_preemption(options: Options) -> Options:
    return {n: value for n, value in options.items() if (n, value) != ("preemption", CANCEL)}


def _words(
    options: Options, only: Sequence[str], flags: Mapping[str, bool], data: Path | None
) -> str:
    """The command line that repeats the report."""
    words = ["kvratio", "report"]
    for name, value in _without_usual_preemption(options).items():
        if name == "policies":
            words += [word for policy in value for word in ("--policy", policy)]
        elif name == "skip_invalid":
            words += ["--skip-invalid"] if value else []
        elif value is not None:
            words += [f"--{name}", str(value)]
    words += [word for name in only for word in ("--only", name)]
    words += [f"--{name}" for name, given in flags.items() if given]
    words += ["--data", str(data)] if data else []
    return printable(shlex.join(words))
