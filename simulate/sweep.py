"""Sweeps: policies x workloads x predictions x memory x seeds, on many processors, resumable.

Cells are cut into chunks, the chunks computed by any `concurrent.futures.Executor`, and the rows
written to one Parquet file. A sweep that is stopped, by Ctrl-C or by a killed machine, goes on
where it stopped: rows already in the journal or in the Parquet file are not computed again, also
when the sweep has grown since. Same cells, same bytes, on any worker and in any order.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from kvratio.simulate.cells import (
    Cell,
    Chunk,
    Row,
    code_digest,
    file_digests,
    files_of,
    key,
    simulate_chunk,
)
from kvratio.simulate.journal import Journal
from kvratio.simulate.requests import DEFAULT_REQUESTS, files
from kvratio.simulate.results import SCHEMA, read_rows, write_rows
from kvratio.simulate.streams import copied
from kvratio.theory.checks import InputError

# Handing a chunk to another process costs some milliseconds; so many requests take 50 ms or more
# (measured: 4 microseconds a request for the fastest policies, drawing included).
REQUESTS_A_CHUNK = 15_000

# The lists that a sweep multiplies, and the one field of a cell that each fills.
AXES = {
    "workloads": "workload",
    "requests": "requests",
    "predictions": "prediction",
    "memory": "memory",
    "prompts": "prompt",
    "timed": "timed",
    "gpus": "gpu",
    "iterations": "iteration",
    "takes": "take",
    "preemptions": "preemption",
    "columns": "columns",
    "skip_invalid": "skip_invalid",
    "chunks": "chunk",
    "seeds": "seed",
    "policies": "policy",
}
MOST_CELLS = 1_000_000  # some hundred bytes each
NEEDED = {"workloads", "policies"}


def cells_of(axes: Mapping[str, Sequence[Any]]) -> list[Cell]:
    """The product of the axes, policies varying fastest so that they share an instance.

    `axes`: a list for each of workloads and policies, and optionally for requests, takes,
    predictions, memory, prompts, timed, gpus, iterations, chunks, preemptions, seeds. Raises
    `InputError` for other names and missing or empty lists.

    >>> axes = {"workloads": ["lmsys"], "requests": [9], "memory": [999]}
    >>> [cell.policy for cell in cells_of({**axes, "policies": ["h-sf", "a-min"]})]
    ['h-sf', 'a-min']
    """
    if not NEEDED <= set(axes) <= set(AXES):
        required = f"{', '.join(sorted(NEEDED))}, and any of {', '.join(set(AXES) - NEEDED)}"
        raise InputError("axes", sorted(axes), required)
    for name, values in axes.items():
        if not values:
            raise InputError(name, list(values), "at least one entry")
    count = prod(map(len, axes.values()))
    if count > MOST_CELLS:
        raise InputError("axes", f"{count} cells", f"at most {MOST_CELLS}")
    given = [name for name in AXES if name in axes]
    fields = [AXES[name] for name in given]
    chosen = product(*(axes[name] for name in given))
    return [Cell(**dict(zip(fields, values, strict=True))) for values in chosen]


def sweep(
    cells: Iterable[Cell],
    target: Path,
    executor: Executor,
    report: Callable[[int, int], None] = lambda _done, _all: None,
) -> list[Row]:
    """Compute the rows of all cells and write them to `target`; returns them in the cells' order.

    `report(done, all)` is called after each chunk. Raises `InputError` for cells that cannot be
    built, and whatever stops the executor; the rows until then are kept for the next time. Pipes
    and standard input are copied, to a folder that the workers can read.
    """
    wanted = list(dict.fromkeys(cells))
    with copied(files_of(wanted)) as copies:
        return _sweep(wanted, target, executor, report, copies)


def _sweep(
    wanted: Sequence[Cell],
    target: Path,
    executor: Executor,
    report: Callable[[int, int], None],
    copies: Mapping[str, str],
) -> list[Row]:
    digests = file_digests(wanted)
    keys = {cell: key(cell, digests) for cell in wanted}
    journal = Journal.beside(target, SCHEMA.names)
    known = {row["key"]: row for row in (*read_rows(target), *journal.read())}
    journal.trim()
    todo = [cell for cell in wanted if keys[cell] not in known]
    done = len(wanted) - len(todo)
    report(done, len(wanted))
    waiting = [
        executor.submit(simulate_chunk, Chunk(chunk, code_digest(), digests, copies))
        for chunk in chunks(todo)
    ]
    try:
        for future in as_completed(waiting):
            rows = future.result()
            journal.append(rows)
            known |= {row["key"]: row for row in rows}
            done += len(rows)
            report(done, len(wanted))
    finally:
        for future in waiting:
            future.cancel()
    result = [dict.fromkeys(SCHEMA.names) | known[keys[cell]] for cell in wanted]
    write_rows(target, result)
    journal.remove()
    return result


def chunks(cells: Sequence[Cell]) -> Iterator[tuple[Cell, ...]]:
    """Consecutive cells of at least `REQUESTS_A_CHUNK` requests together (the last may have fewer).

    A whole file counts as enough.

    >>> small = [Cell("h-sf", "lmsys", 999, requests=10_000, seed=seed) for seed in range(5)]
    >>> [len(chunk) for chunk in chunks(small)]
    [2, 2, 1]
    """
    collected: list[Cell] = []
    total = 0
    for cell in cells:
        collected.append(cell)
        total += cell.requests or (REQUESTS_A_CHUNK if files(cell.workload) else DEFAULT_REQUESTS)
        if total >= REQUESTS_A_CHUNK:
            yield tuple(collected)
            collected, total = [], 0
    if collected:
        yield tuple(collected)
