"""Where the rows of a sweep go: a journal while it runs, one Parquet file at its end.

The journal is a file of JSON lines beside the Parquet file, a line for each chunk, written in one
go as soon as the chunk is done: whatever stops the sweep, only chunks in work are lost. The Parquet
file holds the rows in the order of the cells, so that its bytes do not show who computed what when.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from kvratio.simulate.cells import Row
from kvratio.simulate.whole import replacing
from kvratio.theory.checks import InputError

TIMES, STATISTICS = ("latency", "ttft", "tpot"), ("mean", "p50", "p95", "p99")
SCHEMA = pa.schema(
    [
        ("key", pa.string()),
        ("policy", pa.string()),
        ("workload", pa.string()),
        ("memory", pa.int64()),
        ("requests", pa.int64()),
        ("prediction", pa.string()),
        ("prompt", pa.int64()),
        ("timed", pa.string()),
        ("gpu", pa.string()),
        ("iteration", pa.string()),
        ("seed", pa.int64()),
        ("take", pa.string()),
        ("obtained", pa.string()),
        ("error", pa.string()),
        ("tel", pa.int64()),
        ("mean_latency", pa.float64()),
        ("p50", pa.int64()),
        ("p95", pa.int64()),
        ("p99", pa.int64()),
        ("ttft", pa.float64()),
        ("makespan", pa.int64()),
        ("evictions", pa.int64()),
        ("generated_tokens", pa.int64()),
        ("wasted_tokens", pa.int64()),
        ("peak_cache", pa.int64()),
        ("mean_cache", pa.float64()),
        # runs in seconds only
        ("total_ns", pa.int64()),
        *(
            (f"{name}_{statistic}_s", pa.float64())
            for name, statistic in product(TIMES, STATISTICS)
        ),
        ("span_s", pa.float64()),
        ("tokens_per_second", pa.float64()),
        ("requests_per_second", pa.float64()),
        ("busy", pa.float64()),
    ]
)


@dataclass(frozen=True, slots=True)
class Journal:
    """Finished rows of a sweep that is not finished, in `path`."""

    path: Path

    @classmethod
    def beside(cls, target: Path) -> "Journal":
        """The journal of the sweep whose result goes to `target`.

        >>> Journal.beside(Path("out/s.parquet")).path.name
        's.parquet.partial'
        """
        return cls(target.with_name(target.name + ".partial"))

    def read(self) -> list[Row]:
        """The rows so far; a line that was torn when the sweep was killed is dropped.

        Raises `InputError` for a file that is no journal.
        """
        if not self.path.exists():
            return []
        text = self.path.read_bytes()
        try:
            lines = [json.loads(line) for line in text.split(b"\n")[:-1]]
            rows = [row for line in lines for row in line]
            if not all(row.keys() <= set(SCHEMA.names) and "key" in row for row in rows):
                raise TypeError
        except (ValueError, TypeError, AttributeError):
            required = "a journal of a sweep (remove it to start over)"
            raise InputError("file", str(self.path), required) from None
        return rows

    def trim(self) -> None:
        """Cut off a torn last line, before appending."""
        if self.path.exists():
            with self.path.open("r+b") as stream:
                stream.truncate(stream.read().rfind(b"\n") + 1)

    def append(self, rows: Sequence[Row]) -> None:
        """Add the rows of a chunk as one line, in one write."""
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            os.write(handle, json.dumps(rows).encode() + b"\n")
        finally:
            os.close(handle)

    def remove(self) -> None:
        """Done with."""
        self.path.unlink(missing_ok=True)


def read_rows(path: Path) -> list[Row]:
    """The rows of a sweep's Parquet file; none if there is no file.

    Raises `InputError` for a file that no sweep has written.
    """
    if not path.exists():
        return []
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError):
        raise InputError("file", str(path), "a Parquet file written by a sweep") from None
    if not table.schema.equals(SCHEMA):
        required = f"the columns of a sweep: {', '.join(SCHEMA.names)}"
        raise InputError("file", str(path), required)
    rows: list[Row] = table.to_pylist()
    return rows


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Write the Parquet file through a temporary file and a rename."""
    table = pa.Table.from_pylist(list(rows), schema=SCHEMA)
    with replacing(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")
