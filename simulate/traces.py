"""Traces from files: CSV with a header, or JSON Lines. Malformed rows are reported by line.

Known columns, any of which names may be used:

- arrival: `arrival_s` (seconds), `TIMESTAMP` (Azure: date and time), `timestamp` (Mooncake: ms);
- prompt: `prompt_tokens`, `ContextTokens` (Azure), `input_length` (Mooncake);
- output: `output_tokens`, `GeneratedTokens` (Azure), `output_length` (Mooncake).

Only the output is required. Further columns whose cells are all numbers are kept by name.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from kvratio.simulate.workloads import Requests
from kvratio.theory.checks import InputError, rational

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
        raise InputError(f"{path}: columns", ", ".join(map(str, names)), required)
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
    reader = csv.reader(io.StringIO(_utf8(path), newline=""))
    header: list[str] = []
    try:
        for cells in reader:
            where = f"{path}, line {reader.line_num}"
            if not "".join(cells).strip():
                continue
            if not header:
                header = [name.strip() for name in cells]
                if len(set(header)) < len(header):
                    raise InputError(where, header, "a header that names each column once")
            elif len(cells) != len(header):
                raise InputError(where, cells, f"{len(header)} cells, as in the header")
            else:
                yield reader.line_num, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}", str(error), "CSV") from None


def _utf8(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}, line {line}", data[error.start : error.end], "UTF-8") from None


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
        digits = str(cell).strip()
        tokens = int(digits) if re.fullmatch(r"[0-9]{1,18}", digits) else -1
        if tokens < least:
            required = f"a whole number of tokens, at least {least}"
            raise InputError(f"{path}, line {line}: {column}", cell, required)
        result.append(tokens)
    return tuple(result)


def _seconds(cell: Any) -> Fraction:
    return rational("seconds", str(cell))


def _milliseconds(cell: Any) -> Fraction:
    return _seconds(cell) / 1000


# Azure's fractions of a second have seven digits, one more than `datetime` keeps; its trace of 2024
# adds an offset from UTC.
MOMENT = re.compile(r"(.+?\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?")


def _date_and_time(cell: Any) -> Fraction:
    match = MOMENT.fullmatch(str(cell).strip())
    if match is None:
        raise ValueError
    day_and_time, fraction, offset = match.groups()
    moment = datetime.fromisoformat(day_and_time + (offset or "Z"))
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return since.days * 86400 + since.seconds + Fraction(fraction or 0)


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
        except (KeyError, ValueError):
            second = Fraction(-1)
        if second < 0:
            required = "a time of arrival, not negative"
            raise InputError(f"{path}, line {line}: {column}", row.get(column), required)
        result.append(second)
    origin = min(result) if column == "TIMESTAMP" else 0
    return tuple(second - origin for second in result)


def _numbers(rows: list[tuple[int, Row]], names: list[str]) -> dict[str, tuple[Fraction, ...]]:
    """The columns that hold nothing but numbers."""
    exact = cache(lambda text: rational("number", text))  # lengths and quantiles recur
    result = {}
    for name in names:
        try:
            result[name] = tuple(exact(str(row[name])) for _, row in rows)
        except (KeyError, ValueError):
            continue
    return result
