"""What the commands of all studies share: where results go, who computes, how a study goes on."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kvratio.reports.commands._workers import computing, worker_options

if TYPE_CHECKING:
    from kvratio.reports.studies.study import Study


def study_options(name: str, files: str) -> Callable[[Callable[..., Any]], Any]:
    """Add `--out`, `--journal`, `--processes` and `--dask`; `files` says what goes to `--out`."""
    options = (
        click.option(
            "--out",
            type=click.Path(file_okay=False, path_type=Path),
            default=Path("reports/out", name),
            show_default=True,
            help=f"Folder for {files}.",
        ),
        click.option(
            "--journal",
            "--keep",  # its name until 0.2
            "journal",
            type=click.Path(dir_okay=False, path_type=Path),
            default=Path("reports/out", f"{name}.jsonl"),
            show_default=True,
            help="Finished rows; a stopped study goes on from there.",
        ),
    )

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        command = worker_options(command)
        for option in reversed(options):
            command = option(command)
        return command

    return add


def run_study(
    study: "Study", out: Path, journal: Path, processes: int | None, dask: str | None
) -> dict[str, str]:
    """Carry out a study, write its files to the folder `out`, say where they are; the texts."""
    from kvratio.reports.output import check_folder, say, write_text
    from kvratio.reports.studies.study import COLUMNS, carry_out
    from kvratio.simulate.journal import Journal

    plan = study.plan()
    check_folder(out)
    with computing(processes, dask, study.name) as (executor, report):
        kept = Journal(journal, frozenset(COLUMNS))
        rows = carry_out(study, kept, None if processes == 1 else executor, report)
    files = study.files(rows)
    for name, text in files.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        write_text(out / name, text)
    pages = ", ".join(str(out / name) for name in files if name.endswith(".md"))
    say(f"{study.name}: {len(plan)} rows, {pages}", err=True)
    return files
