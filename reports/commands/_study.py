"""Options of long studies: where the results go, and where they are kept until all are there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


def study_options(out: str, files: str, keep: str) -> Callable[[Callable[..., Any]], Any]:
    """Add `--out` and `--keep`; `files` says what is written to the folder `out`."""
    options = (
        click.option(
            "--out",
            type=click.Path(file_okay=False, path_type=Path),
            default=Path(out),
            show_default=True,
            help=f"Folder for {files}.",
        ),
        click.option(
            "--keep",
            type=click.Path(dir_okay=False, path_type=Path),
            default=Path(keep),
            show_default=True,
            help="Results so far; an interrupted study goes on from there.",
        ),
    )

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return add
