"""What keeping the tokens is worth, as tables: a law a table, a policy a row."""

from collections.abc import Sequence

from kvratio.reports.document import Column, Kind, Obtained, Table
from kvratio.reports.studies.kept_worth import COLUMNS, Row, legend

TITLE = "What keeping the tokens is worth"


def tables(rows: Sequence[Row]) -> tuple[Table, ...]:
    """A table for each law; the legend stands under the last.

    >>> [table.caption for table in tables([Row("one of 3", "fcfs", 2.0, 1.5, None)])]
    ['What keeping the tokens is worth: one of 3']
    """
    columns = tuple(
        Column(name, Kind.TEXT)
        if name == "policy"
        else Column(name, obtained=Obtained.DERIVED if "form" in name else Obtained.SIMULATED)
        for name in COLUMNS
    )
    laws = list(dict.fromkeys(row.law for row in rows))
    return tuple(
        Table(
            f"kept-worth-{number}",
            f"{TITLE}: {law}",
            columns,
            tuple(row.cells() for row in rows if row.law == law),
            legend() if law == laws[-1] else "",
        )
        for number, law in enumerate(laws, start=1)
    )
