"""`kvratio view`: schedules as a page to look at."""

from pathlib import Path
from typing import Any

import click

from kvratio.reports.commands._source import compare_source, source_options


@click.command()
@click.argument("files", metavar="[RUN.json]...", nargs=-1, type=click.Path())
@source_options
@click.option("--out", metavar="FILE", help="The page to write; default: RUN.html beside RUN.json.")
def command(files: tuple[str, ...], out: str | None, **options: Any) -> None:
    """Make a page that shows schedules: requests as bars over time, the cache below.

    RUN.json is written by kvratio simulate --save-run RUN.json, one file for all its policies.
    Several files are shown together if they are of the same requests. Without a file, the policies
    are simulated as by kvratio simulate, whose options choose them and the requests; --out names
    the page. It opens offline; two schedules stand side by side, with zoom, and details on hover or
    by the keyboard.

    \b
    Example: kvratio view run.json --out schedules.html
    Example: kvratio view --workload lmsys --requests 200 --policy a-min --out schedules.html
    """
    from kvratio.reports.output import check_page, check_target, quiet, say, write_text
    from kvratio.reports.render.html import view_page
    from kvratio.reports.runs import read_runs, together
    from kvratio.simulate.requests import files as files_of
    from kvratio.simulate.streams import existing, repeatable
    from kvratio.theory.checks import InputError

    for name in files:
        existing(name)
    unset = (None, (), 0, "cancel")
    chosen = [f"--{name}" for name, value in options.items() if value not in unset]
    if files and chosen:
        raise InputError("view", " ".join(chosen), "either files of runs or what to simulate")
    if (out is None and not files) or (out is not None and not out.strip()):
        raise InputError("out", out, "the name of a file")
    if out is None and not repeatable(Path(files[0])):
        raise InputError("out", out, "the name of a file (the runs come from a pipe)")
    target = Path(files[0]).with_suffix(".html") if out is None else Path(out)
    check_target(str(target))
    source = options["trace"] or options["workload"]
    check_page(target, [Path(name) for name in (*files, *(files_of(source) if source else ()))])
    if files:
        runs = together([read_runs(Path(name)) for name in files])
        write_text(target, view_page(runs.description, runs.runs))
    else:
        compare_source(**options).view(target)
    if not quiet(target):
        say(f"Page: {target}")
