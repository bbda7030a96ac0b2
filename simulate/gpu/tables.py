"""Tables of measured iterations: CSV files of numbers with a header; errors name file and line."""

import csv
import io
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from kvratio.simulate.streams import opened
from kvratio.theory.checks import InputError, rational

MOST_ROWS = 100_000
MOST = 10**7  # tokens, requests, milliseconds: far more than one iteration has


class Line(NamedTuple):
    """A row: where it stands, for messages, and its cells by column."""

    place: str
    texts: dict[str, str]

    def number(self, column: str, least: int = 0) -> int:
        """A whole number."""
        exact = self.exact(column)
        if exact.denominator != 1 or exact < least:
            required = f"a whole number, at least {least}"
            raise InputError(f"{self.place}: {column}", self.texts[column], required)
        return int(exact)

    def exact(self, column: str, above: int | None = None) -> Fraction:
        """A decimal number, exactly."""
        where = f"{self.place}: {column}"
        return rational(where, self.texts[column], least=0, above=above, most=MOST)


def lines(path: Path, columns: Sequence[str]) -> Iterator[Line]:
    """The rows of a file that has these columns, and perhaps others, in any order.

    Raises `InputError` for a file that is not there, is no CSV, or lacks a column or a cell.

    >>> file = getfixture("tmp_path") / "a.csv"
    >>> _ = file.write_text("b,a\\n1,2\\n")
    >>> [line.number("a") for line in lines(file, ["a"])]
    [2]
    """
    with opened(path) as stream:
        try:
            text = stream.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise InputError(str(path), "bytes that are no UTF-8", "a CSV file") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    try:
        for count, row in enumerate(reader):
            place = f"{path}, line {reader.line_num}"
            if not row:
                continue
            if header is None:
                header = [cell.strip() for cell in row]
                missing = [name for name in columns if name not in header]
                if missing or len(set(header)) < len(header):
                    required = f"the columns {', '.join(columns)}, each once"
                    raise InputError(place, ",".join(header), required)
                continue
            if len(row) != len(header) or count > MOST_ROWS:
                required = f"{len(header)} cells, and at most {MOST_ROWS:,} rows"
                raise InputError(place, ",".join(row), required)
            yield Line(place, dict(zip(header, (cell.strip() for cell in row), strict=True)))
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}", str(error), "a CSV file") from None
    if header is None:
        raise InputError(str(path), "no rows", f"a header with {', '.join(columns)}")
