"""Traces from files: CSV with a header, or JSON Lines. Malformed rows are reported by line.

Known columns, any of which names may be used:

- arrival: `arrival_s` (seconds), `TIMESTAMP` (Azure: date and time), `timestamp` (Mooncake: ms);
- prompt: `prompt_tokens`, `ContextTokens` (Azure), `input_length` (Mooncake);
- output: `output_tokens`, `GeneratedTokens` (Azure), `output_length` (Mooncake).

Only the output is required. Further columns whose cells are all numbers are kept by name.
"""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from simulate.workloads import Requests
from theory.checks import InputError

Row = dict[str, Any]


def read_trace(path: Path) -> Requests:
    """Read a trace; the suffix `.jsonl` means JSON Lines, anything else CSV with a header.

    Raises `InputError` naming file, line and reason for the first malformed row.
    """
    rows = list(_json_lines(path) if path.suffix == ".jsonl" else _csv_rows(path))
    if not rows:
        raise InputError(str(path), "no rows", "at least one request")
    names = rows[0][1]
    output_column = _known(names, ("output_tokens", "GeneratedTokens", "output_length"))
    if output_column is None:
        required = "a column output_tokens, GeneratedTokens or output_length"
        raise InputError(f"{path}, line 1", ", ".join(map(str, names)), required)
    prompt_column = _known(names, ("prompt_tokens", "ContextTokens", "input_length"))
    taken = {output_column, prompt_column, *CLOCKS}
    return Requests(
        str(path),
        output=_tokens(path, rows, output_column, 1),
        prompt=None if prompt_column is None else _tokens(path, rows, prompt_column, 0),
        arrival=_arrivals(path, rows, names),
        columns=_numbers(rows, [name for name in names if name not in taken]),
    )


def _csv_rows(path: Path) -> Iterator[tuple[int, Row]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        try:
            for row in reader:
                if None in row or None in row.values():
                    required = f"{len(reader.fieldnames or ())} cells, as in the header"
                    raise InputError(f"{path}, line {reader.line_num}", _cells(row), required)
                yield reader.line_num, row
        except (csv.Error, UnicodeDecodeError) as error:
            raise InputError(f"{path}, line {reader.line_num + 1}", str(error), "CSV") from None


def _cells(row: Row) -> list[Any]:
    return [value for value in row.values() if value is not None]


def _json_lines(path: Path) -> Iterator[tuple[int, Row]]:
    with path.open("rb") as stream:
        for line, raw in enumerate(stream, start=1):
            if not raw.strip():
                continue
            try:
                row = json.loads(raw)
            except (ValueError, RecursionError) as error:
                raise InputError(f"{path}, line {line}", str(error), "a JSON object") from None
            if not isinstance(row, dict):
                raise InputError(f"{path}, line {line}", row, "a JSON object")
            yield line, row


def _known(names: Row, known: tuple[str, ...]) -> str | None:
    return next((name for name in known if name in names), None)


def _tokens(path: Path, rows: list[tuple[int, Row]], column: str, least: int) -> tuple[int, ...]:
    result = []
    for line, row in rows:
        cell = row.get(column)
        number = cell if isinstance(cell, str | int) and not isinstance(cell, bool) else ""
        try:
            tokens = int(number)
        except ValueError:
            tokens = least - 1
        if tokens < least:
            required = f"a whole number of tokens, at least {least}"
            raise InputError(f"{path}, line {line}: {column}", cell, required)
        result.append(tokens)
    return tuple(result)


def _seconds(cell: Any) -> Fraction:
    return Fraction(str(cell))


def _milliseconds(cell: Any) -> Fraction:
    return Fraction(str(cell)) / 1000


def _date_and_time(cell: Any) -> Fraction:
    whole, _, part = str(cell).partition(".")
    digits = part.removesuffix("Z").partition("+")[0]
    moment = datetime.fromisoformat(whole.removesuffix("Z"))
    return Fraction(int((moment - datetime(1970, 1, 1)).total_seconds())) + Fraction(f"0.{digits}0")


CLOCKS: dict[str, Callable[[Any], Fraction]] = {
    "arrival_s": _seconds,
    "TIMESTAMP": _date_and_time,
    "timestamp": _milliseconds,
}


def _arrivals(path: Path, rows: list[tuple[int, Row]], names: Row) -> tuple[Fraction, ...] | None:
    """Seconds; those of dated rows count from the earliest row."""
    column = _known(names, tuple(CLOCKS))
    if column is None:
        return None
    result = []
    for line, row in rows:
        try:
            second = CLOCKS[column](row[column])
        except (KeyError, TypeError, ValueError, ZeroDivisionError):
            second = Fraction(-1)
        if second < 0:
            required = "a time of arrival, not negative"
            raise InputError(f"{path}, line {line}: {column}", row.get(column), required)
        result.append(second)
    origin = min(result) if column == "TIMESTAMP" else 0
    return tuple(second - origin for second in result)


def _numbers(rows: list[tuple[int, Row]], names: list[str]) -> dict[str, tuple[Fraction, ...]]:
    """The columns that hold nothing but numbers."""
    result = {}
    for name in names:
        try:
            result[name] = tuple(Fraction(str(row[name])) for _, row in rows)
        except (KeyError, ValueError, ZeroDivisionError):
            continue
    return result
