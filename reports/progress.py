"""Progress of long work, on standard error, only when a person watches."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Protocol

SECONDS = 0.1  # a line is redrawn at most this often; drawing may cost more than simulating


class Report(Protocol):
    """Tells what is being worked on, and how much of it is done (`total` None: unknown)."""

    def __call__(self, what: str, done: int = 0, total: int | None = None) -> None: ...


def silent(what: str, done: int = 0, total: int | None = None) -> None:
    """A `Report` that shows nothing."""


@contextmanager
def progress() -> Iterator[Report]:
    """A line for each piece of work with a known total, and one for what is done besides."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TaskID

    console = Console(stderr=True)
    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    tasks: dict[str, TaskID] = {}
    drawn: dict[str, float] = {}
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        besides = bars.add_task("starting", total=None)

        def report(what: str, done: int = 0, total: int | None = None) -> None:
            bars.update(besides, visible=total is None)
            if total is None:
                bars.update(besides, description=what)
                return
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            now = monotonic()
            if done == total or now - drawn.get(what, 0.0) >= SECONDS:
                drawn[what] = now
                bars.update(tasks[what], completed=done, total=total)

        yield report
