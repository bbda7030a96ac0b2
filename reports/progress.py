"""Progress of long work, on standard error, only when a person watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

# A progress bar is redrawn at most this often (completions); drawing costs more than simulating.
EVERY = 50


@contextmanager
def completions(total: int) -> Iterator[Callable[[str, int], None]]:
    """A bar a policy, moved by calls with the policy's name and its completed requests.

    Until the first call it says why that may take long: the engine is compiled on its first use.
    """
    from rich.console import Console
    from rich.progress import Progress, TaskID

    console = Console(stderr=True)
    tasks: dict[str, TaskID] = {}
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bars:
        starting = bars.add_task("starting (the first use compiles, half a minute)", total=None)

        def report(name: str, done: int) -> None:
            bars.update(starting, visible=False)
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            if done == total or done % EVERY == 0:
                bars.update(tasks[name], completed=done)

        yield report


@contextmanager
def messages() -> Iterator[Callable[[str], None]]:
    """A spinner that says what is being worked on."""
    from rich.console import Console

    with Console(stderr=True).status("starting") as status:
        yield lambda text: status.update(text)


@contextmanager
def counted(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar moved by calls with the number of pieces of work done and their total."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    console = Console(stderr=True)
    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
