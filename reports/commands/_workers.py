"""Options that choose who computes, and how a stop is told; for commands that run sweeps."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor
from contextlib import contextmanager
from typing import Any

import click

from kvratio.reports.cli import Exit

GO_ON = "the same command goes on from here"
OPTIONS = (
    click.option("--processes", type=int, help="Worker processes; default one a core."),
    click.option("--dask", metavar="ADDRESS", help="Use the Dask cluster of this scheduler."),
)


def worker_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that `computing` takes."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@contextmanager
def computing(
    processes: int | None, dask: str | None, what: str = "simulations"
) -> Iterator[tuple[Executor, Callable[[int, int], None]]]:
    """An executor and a progress bar; says that stopped work can go on."""
    from kvratio.reports.output import say
    from kvratio.reports.progress import progress
    from kvratio.simulate.workers import workers

    try:
        with progress() as report, workers(processes, dask) as executor:
            yield executor, lambda done, total: report(what, done, total)
    except KeyboardInterrupt:
        click.echo(f"kvratio: stopped; {GO_ON}", err=True)
        raise
    except BrokenExecutor as error:
        say(f"kvratio: workers were lost ({error}); {GO_ON}", err=True)
        sys.exit(Exit.BAD_INPUT)
