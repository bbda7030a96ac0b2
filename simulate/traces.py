"""Traces: CSV with a header, JSON Lines, or a JSON document; row by row, wrong rows by their line.

The columns and units that are known are in `kvratio.simulate.formats`. Only the output is required.
Arrivals are counted from the first where they are dates or epoch times, and rows that are not in
the order of their arrivals are put in it. Further columns of numbers are kept by name.
"""

import csv
import io
import json
import re
from array import array
from collections.abc import Generator, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from kvratio.simulate.exact import Exact
from kvratio.simulate.formats import (
    ARRIVAL,
    DATES,
    EPOCH,
    UNITS,
    Columns,
    asked_for,
    is_date,
    recognised,
    seconds,
    why_without,
)
from kvratio.simulate.streams import opened
from kvratio.simulate.workloads import Requests
from kvratio.theory.checks import InputError, rational

Row = dict[str, Any]
# a row that is wrong by its form comes as the error that says so
Rows = Iterator[tuple[int, Row | InputError]]
LONGEST_LINE = 1 << 24  # bytes
TOKENIZER = (
    "numbers of tokens",
    "this file has texts: count them with your model's tokenizer into a CSV with the columns "
    "prompt_tokens,output_tokens",
)


def read_trace(
    path: Path, *, columns: str | None = None, most: int | None = None, skip_invalid: bool = False
) -> Requests:
    """Read a trace: JSON Lines if it begins with "{" (or is named .jsonl), otherwise CSV.

    `columns`: which columns hold what, if they have names of their own (`formats.asked_for`).
    `most`: read no more requests than that, from the beginning. `skip_invalid`: leave wrong rows
    out, and count them. Raises `InputError` naming file, line and reason for a wrong row.
    """
    with opened(path) as stream:
        return read_rows(path, stream, columns, most, skip_invalid)


def read_rows(
    path: Path, stream: Any, columns: str | None, most: int | None, skip_invalid: bool
) -> Requests:
    """The same from a stream that is open."""
    is_csv = not is_json_lines(path, stream.peek(1))
    rows = _csv_rows(path, stream) if is_csv else _json_lines(path, stream)
    try:
        return collect(path, rows, is_csv, columns, most, skip_invalid)
    finally:
        rows.close()  # before the stream is


def is_json_lines(path: Path, head: bytes) -> bool:
    """Is it JSON Lines, by its name or by how it begins?

    >>> is_json_lines(Path("-"), b'{"output_length": 3}'), is_json_lines(Path("a.csv"), b"{a},b")
    (True, False)
    """
    suffixes = Path(str(path)).suffixes
    return ".jsonl" in suffixes or (".csv" not in suffixes and head.lstrip().startswith(b"{"))


def read_document(
    path: Path, data: Any, columns: str | None, most: int | None, skip_invalid: bool
) -> Requests:
    """A JSON document that is no instance: a list of rows, or the result of vLLM's benchmark.

    >>> read_document(Path("b"), {"input_lens": [3], "output_lens": [4]}, None, None, False).output
    (4,)
    """
    if isinstance(data, dict) and {"input_lens", "output_lens"} <= set(data):
        pairs = zip(data["input_lens"], data["output_lens"], strict=False)
        data = [{"input_lens": s, "output_lens": o} for s, o in pairs]
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise InputError(str(path), data, "an instance, a list of requests, or lengths")
    if data and "conversations" in data[0]:
        raise InputError(str(path), "conversations", *TOKENIZER)
    return collect(path, iter(enumerate(data, start=1)), False, columns, most, skip_invalid, "row")


def collect(
    path: Path,
    rows: Rows,
    is_csv: bool,
    columns: str | None,
    most: int | None,
    skip_invalid: bool,
    place: str = "line",
) -> Requests:
    """Requests from rows; `place` is what the numbers of the rows count."""
    asked = asked_for(columns)
    table: _Table | None = None
    skipped = 0
    for number, row in rows:
        if table is None and isinstance(row, dict):
            table = _Table(path, place, recognised(str(path), row, asked, is_csv), row)
        try:
            if isinstance(row, InputError):
                raise row
            assert table is not None
            table.add(number, row)
        except InputError:
            if not skip_invalid:
                raise
            skipped += 1
            continue
        if len(table.output) == most:
            break
    if table is None:
        raise InputError(str(path), "no rows", "at least one request")
    return table.requests(skipped)


class _Table:
    """The columns so far; equal lengths share one object, so that a row takes few bytes."""

    def __init__(self, path: Path, place: str, names: Columns, first: Row) -> None:
        self.path, self.place, self.names = path, place, names
        self.output: list[int] = []
        self.prompt: list[int] = []
        self.arrival = Exact()
        self.lines = array("Q")
        self.without = names.without
        self.unit = names.unit
        taken = {names.output, names.prompt, names.arrival, *ARRIVAL}
        self.further = {name: Exact() for name in first if name not in taken}
        self._known: dict[int, int] = {}
        if names.arrival is not None:
            cell = first.get(names.arrival)
            if is_date(cell):
                self.unit = DATES
            elif self.unit is None:
                fix = f"add --columns unit={', unit='.join(UNITS[:2])}"
                raise InputError(f"{path}: {names.arrival}", cell, "a known unit", fix)

    def add(self, number: int, row: Row) -> None:
        """Add a row, or raise `InputError` and add nothing."""
        names = self.names
        output = self._tokens(number, row, names.output, 1)
        prompt = 0 if names.prompt is None else self._tokens(number, row, names.prompt, 0)
        if names.arrival is not None:
            self.arrival.append(self._time(number, row, names.arrival))
        elif not self.without:
            self.without = why_without(row)
        self.output.append(output)
        if names.prompt is not None:
            self.prompt.append(prompt)
        self.lines.append(number)
        for name in list(self.further):
            try:
                self.further[name].append(_number(str(row[name])))
            except (KeyError, ValueError):
                del self.further[name]

    def _tokens(self, number: int, row: Row, column: str, least: int) -> int:
        cell = row.get(column)
        digits = str(cell).strip()
        tokens = int(digits) if re.fullmatch(r"[0-9]{1,18}", digits) else -1
        if tokens < least:
            expected = f"a whole number of tokens, at least {least}"
            fix = "a failed request? --skip-invalid leaves such rows out" if tokens == 0 else ""
            raise InputError(f"{self.path}, {self.place} {number}: {column}", cell, expected, fix)
        return self._known.setdefault(tokens, tokens)

    def _time(self, number: int, row: Row, column: str) -> Any:
        cell = row.get(column)
        try:
            second = seconds(cell, self.unit or "")
        except ValueError:
            second = None
        if second is None or second < 0:
            required = "a time of arrival, not negative"
            raise InputError(f"{self.path}, {self.place} {number}: {column}", cell, required)
        return second

    def requests(self, skipped: int) -> Requests:
        """The rows in the order of their arrivals, which count from the first if they are dates."""
        if not self.output:
            raise InputError(str(self.path), f"{skipped} rows left out", "at least one request")
        arrival = self.arrival if self.names.arrival is not None else None
        order = None if arrival is None else arrival.order()
        columns = self.further
        if arrival is not None and order is not None:
            arrival = arrival.taken(order)
            self.output = [self.output[k] for k in order]
            self.prompt = [self.prompt[k] for k in order] if self.prompt else []
            self.lines = array("Q", (self.lines[k] for k in order))
            columns = {name: column.taken(order) for name, column in columns.items()}
        if arrival is not None and (self.unit == DATES or arrival[0] >= EPOCH):
            arrival = arrival.since(arrival[0])
        return Requests(
            str(self.path),
            output=tuple(self.output),
            prompt=None if self.names.prompt is None else tuple(self.prompt),
            arrival=arrival,
            columns=columns,
            lines=self.lines,
            skipped=skipped,
            without=self.without,
        )


@lru_cache(maxsize=4096)  # lengths and quantiles recur
def _number(text: str) -> Any:
    return rational("number", text)


def _csv_rows(path: Path, stream: Any) -> Generator[tuple[int, Row | InputError], None, None]:
    text = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")
    reader = csv.reader(_lines(path, text))
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
                required = f"{len(header)} cells, as in the header"
                yield reader.line_num, InputError(where, cells, required)
            else:
                yield reader.line_num, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}", str(error), "CSV") from None
    finally:
        text.detach()


def _lines(path: Path, text: io.TextIOWrapper) -> Iterator[str]:
    """The lines, none of which may fill the memory; what is not UTF-8 is named by its line."""
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise InputError(
                f"{path}, line {number}", line[:40], f"at most {LONGEST_LINE} characters"
            )
        if not line.isascii() and (bad := re.search("[\udc80-\udcff]+", line)):
            data = bad[0].encode("utf-8", "surrogateescape")
            raise InputError(f"{path}, line {number}", data[:1], "UTF-8")
        yield line


def _json_lines(path: Path, stream: Any) -> Generator[tuple[int, Row | InputError], None, None]:
    number = 0
    while raw := stream.readline(LONGEST_LINE):
        number += 1
        if len(raw) == LONGEST_LINE:
            raise InputError(f"{path}, line {number}", raw[:40], f"at most {LONGEST_LINE} bytes")
        if not raw.strip():
            continue
        try:
            row = json.loads(raw)
        except (ValueError, RecursionError) as error:
            yield number, InputError(f"{path}, line {number}", str(error), "a JSON object")
            continue
        if not isinstance(row, dict):
            yield number, InputError(f"{path}, line {number}", row, "a JSON object")
            continue
        if "conversations" in row:
            raise InputError(f"{path}, line {number}", "conversations", *TOKENIZER)
        yield number, row
