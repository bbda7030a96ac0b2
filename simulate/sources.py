"""The requests of a sweep, from one text: a built-in workload, a trace file, or two of them.

- "lmsys", "geometric:q=0.9,rate=5": a built-in workload (`simulate.workloads`), drawn by the seed;
- "traces/azure.csv", "lengths.jsonl": a file (`simulate.traces`), the whole or a random part;
- "A + B": prompts and arrivals of A beside output lengths and further columns (predictions) of B,
  each request of A with a row of B drawn at random, with replacement. So nothing is known of how
  prompts and outputs depend on each other: a result must say that it was combined.
"""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np

from kvratio.simulate.traces import read_trace
from kvratio.simulate.workloads import KEYS, Requests, synthetic
from kvratio.theory.checks import InputError, whole

BESIDE = " + "
PART, ROWS = 1, 2  # independent streams of randomness of one seed


def files(workload: str) -> list[str]:
    """The trace files that a workload's text names.

    >>> files("lmsys + data/lengths.csv")
    ['data/lengths.csv']
    """
    return [part for part in workload.split(BESIDE) if not _built_in(part)]


def digest(path: str) -> str:
    """SHA-256 of a file, or `InputError`.

    >>> digest("no-such.csv")
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: file = 'no-such.csv': required a file that exists
    """
    if not Path(path).is_file():
        raise InputError("file", path, "a file that exists")
    return sha256(Path(path).read_bytes()).hexdigest()


def draw(
    workload: str,
    count: int | None,
    seed: int,
    digests: Mapping[str, str],
    in_time: bool = False,
) -> Requests:
    """`count` requests of a workload, by the seed; None: a file's requests, all of them.

    A part of a file is a random sample without replacement, in the order of the file; with
    `in_time` it is a run of consecutive requests from a random one on, the first of which arrives
    at 0, so that bursts stay what they were. `digests`: SHA-256 of each file that is named; another
    content is refused with `InputError`.

    >>> drawn = draw("lmsys + geometric:q=0.9", 5, 0, {})
    >>> len(drawn), drawn.prompt == draw("lmsys", 5, 0, {}).prompt
    (5, True)
    """
    first, *second = workload.split(BESIDE)
    if len(second) > 1:
        raise InputError("workload", workload, f"at most two sources, joined by {BESIDE!r}")
    requests = _one(first, count, seed, digests, in_time)
    if not second:
        return requests
    lengths = _one(second[0], len(requests) if _built_in(second[0]) else None, seed, digests, False)
    rows = np.random.default_rng([seed, ROWS]).integers(0, len(lengths), len(requests))
    drawn = _rows(lengths, rows.tolist())
    return replace(
        drawn, source=workload, prompt=requests.prompt, arrival=requests.arrival, support=None
    )


def _built_in(part: str) -> bool:
    return part.partition(":")[0] in (*KEYS, "histogram")


def _one(
    part: str, count: int | None, seed: int, digests: Mapping[str, str], in_time: bool
) -> Requests:
    if _built_in(part):
        if count is None:
            raise InputError("requests", None, f"a number of requests for the workload {part}")
        return synthetic(part, count, seed)
    requests = _file(part, digests[part])
    if count is None:
        return requests
    if whole("requests", count, least=1) > len(requests):
        raise InputError("requests", count, f"at most the {len(requests)} requests of {part}")
    rng = np.random.default_rng([seed, PART])
    if in_time:
        start = int(rng.integers(0, len(requests) - count + 1))
        return _rows(requests, list(range(start, start + count)))
    return _rows(requests, sorted(rng.permutation(len(requests))[:count].tolist()))


@lru_cache(maxsize=8)
def _file(path: str, expected: str) -> Requests:
    if digest(path) != expected:
        raise InputError("file", path, "the same content here as where the sweep was started")
    return read_trace(Path(path))


def _rows(requests: Requests, rows: list[int]) -> Requests:
    """The chosen rows; the first arrival becomes 0."""
    arrival = requests.arrival and tuple(requests.arrival[i] for i in rows)
    first = min(arrival) if arrival else Fraction(0)
    return replace(
        requests,
        output=tuple(requests.output[i] for i in rows),
        prompt=requests.prompt and tuple(requests.prompt[i] for i in rows),
        arrival=arrival and tuple(moment - first for moment in arrival),
        columns={name: tuple(v[i] for i in rows) for name, v in requests.columns.items()},
    )
