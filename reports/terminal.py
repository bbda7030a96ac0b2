"""Tables for the terminal."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from kvratio.theory.checks import printable

# of lines of text, in characters, so that what is printed does not depend on the terminal
WIDTH = 120
# of a table of numbers: as wide as it needs. A terminal that is narrower wraps the lines, which is
# better than numbers whose last digits are cut off.
UNLIMITED = 1000


class _Terminal(Console):
    """Standard output; a closed pipe is the command line's to answer (rich would end with 1)."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console(width: int = WIDTH, *, err: bool = False) -> Console:
    """Standard output or error; brackets and colons in names of files are text, not styles."""
    return _Terminal(width=width, markup=False, emoji=False, highlight=False, stderr=err)


def print_table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    caption: str,
    *,
    err: bool = False,
) -> None:
    """Print a table with a title above and a caption below."""
    out = console(UNLIMITED, err=err)
    out.print(printable(title), style="italic")
    out.print(table_of(columns, rows))
    out.print(caption, style="dim italic")


def table_of(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table whose first column is text, the others numbers aligned to the right."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for k, name in enumerate(columns):
        table.add_column(name, justify="left" if k == 0 else "right", no_wrap=True)
    for row in rows:
        table.add_row(*map(printable, row))
    return table
