"""A part of some requests: the first rows, a sample; see `kvratio.simulate.requests`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from kvratio.simulate.exact import Exact
from kvratio.simulate.workloads import Requests
from kvratio.theory.model import Instance

S = TypeVar("S", Requests, Instance)


def sample(seed: Sequence[int], size: int, count: int, in_time: bool) -> Sequence[int]:
    """Rows of a random sample, in order; in time, consecutive ones from a random one on.

    >>> sample([0], 10, 4, in_time=True)
    range(5, 9)
    """
    rng = np.random.default_rng(seed)
    if in_time:
        start = int(rng.integers(0, size - count + 1))
        return range(start, start + count)
    return sorted(rng.permutation(size)[:count].tolist())


def rows_of(source: S, rows: Sequence[int]) -> S:
    """The chosen rows of requests or of an instance, arrivals as they are."""

    def chosen(column: Any) -> Any:
        return (
            column.taken(rows)
            if isinstance(column, Exact)
            else column and tuple(column[i] for i in rows)
        )

    if isinstance(source, Instance):
        names = ("prompt", "output", "arrival", "lower", "upper")
        return replace(source, **{name: chosen(getattr(source, name)) for name in names})
    return replace(
        source,
        output=chosen(source.output),
        prompt=chosen(source.prompt),
        arrival=chosen(source.arrival),
        columns={name: chosen(values) for name, values in source.columns.items()},
        lines=chosen(source.lines),
    )


def from_0(source: S) -> S:
    """The same with the first arrival at 0."""
    if not source.arrival:
        return source
    moments: Any = source.arrival
    first = min(moments)
    if isinstance(source, Requests) and isinstance(moments, Exact):
        return replace(source, arrival=moments.since(first))
    return replace(source, arrival=tuple(moment - first for moment in moments))
