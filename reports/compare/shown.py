"""What one does with a comparison in a notebook or a script: a table, a frame, a figure, a page."""

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kvratio._extras import explained
from kvratio.theory.checks import InputError, printable

if TYPE_CHECKING:
    from kvratio.reports.compare.plot import Drawing


class Shown:
    """Mixed into the comparisons in steps and in time."""

    description: str
    runs: tuple[Any, ...]

    def rows(self) -> list[dict[str, Any]]:
        """One object a policy and seed."""
        raise NotImplementedError

    def _table(self) -> tuple[tuple[str, ...], list[tuple[str, ...]], str]:
        """Heads, cells and a legend, as the terminal shows them."""
        from kvratio.reports.compare import table
        from kvratio.reports.compare.timed import TimedComparison

        if isinstance(self, TimedComparison):
            columns = table.timed_columns(self)
            return columns, table.timed_cells(self), table.timed_legend(self)
        comparison: Any = self
        columns = table.step_columns(comparison)
        return columns, table.comparison_cells(comparison), table.step_legend(comparison)

    def __repr__(self) -> str:
        from io import StringIO

        from rich.console import Console

        from kvratio.reports.terminal import UNLIMITED, table_of

        out = StringIO()
        console = Console(file=out, width=UNLIMITED, markup=False, emoji=False, highlight=False)
        columns, cells, legend = self._table()
        console.print(printable(self.description))
        console.print(table_of(columns, cells))
        console.print(legend)
        return "\n".join(line.rstrip() for line in out.getvalue().splitlines())

    def _repr_html_(self) -> str:
        """The table in a notebook."""
        columns, cells, legend = self._table()
        return html_table(self.description, columns, cells, legend)

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame` of `rows()`: a row a policy and seed.

        Raises `InputError` if pandas is not installed.
        """
        rows = [{k: v for k, v in row.items() if k != "obtained"} for row in self.rows()]
        return data_frame(rows)

    @explained
    def plot(self) -> "Drawing":
        """The distribution of latencies, a curve a policy; a notebook shows it, `save` writes it.

        The curves are those of the first seed.
        """
        from kvratio.reports.compare.plot import latency_drawing

        return latency_drawing(self._first_runs())

    @explained
    def view(self, target: str | Path) -> Path:
        """Write a page that shows the schedules of the first seed, request by request."""
        from kvratio.reports.compare.table import run_in_steps
        from kvratio.reports.output import check_page, check_target, write_text
        from kvratio.reports.render.html import view_page

        path = Path(target)
        check_target(str(path))
        check_page(path)
        runs = [run_in_steps(run) for run in self._first_runs()]
        write_text(path, view_page(self.description, runs))
        return path

    def _first_runs(self) -> list[Any]:
        """One a policy: that of the least seed."""
        from kvratio.reports.compare.table import run_in_steps

        first: dict[str, Any] = {}
        for run in self.runs:
            first.setdefault(run_in_steps(run).policy, run)
        return list(first.values())


def data_frame(rows: list[dict[str, Any]]) -> Any:
    """A `pandas.DataFrame`, or `InputError` if pandas is not installed."""
    try:
        import pandas
    except ImportError:
        fix = 'pip install pandas, or "kvratio[notebook]"'
        raise InputError("to_pandas", "pandas", "an installed package", fix) from None
    return pandas.DataFrame(rows)


def html_table(
    title: str, columns: tuple[str, ...], cells: list[tuple[str, ...]], legend: str
) -> str:
    """A plain table; text from outside is escaped.

    >>> "<b>" in html_table("<b>", ("x",), [("<b>",)], "")
    False
    """
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in cells
    )
    foot = escape(legend).replace("\n", "<br>")
    return (
        f"<p>{escape(title)}</p>\n<table>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody>\n</table>\n<p><small>{foot}</small></p>"
    )
