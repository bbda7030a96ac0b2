"""Where the rows of a sweep go at its end: one Parquet file.

While it runs they are in the journal beside that file (`kvratio.simulate.journal`), a line for each
chunk. The Parquet file holds the rows in the order of the cells, so that its bytes do not show
which worker computed what, or when.
"""

from collections.abc import Iterable
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
        ("preemption", pa.string()),
        ("columns", pa.string()),
        ("skip_invalid", pa.bool_()),
        ("chunk", pa.int64()),  # tokens of an iteration, where prefill is chunked
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
        ("restored_tokens", pa.int64()),  # where any were kept and restored
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
