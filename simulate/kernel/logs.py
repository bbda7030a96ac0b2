"""What a run leaves behind, collected piece by piece from the kernel's logs."""

from typing import Any, cast

import numpy as np

from kvratio.simulate.chunks import Stretch
from kvratio.simulate.compiled.state import Ints, State
from kvratio.simulate.timed import Moments
from kvratio.theory.model import Schedule


class Attempts:
    """The attempts that have ended, as lists of Python's integers.

    Columns are filled from the log piece by piece, and equal numbers of a piece share one object:
    that keeps millions of attempts within a gigabyte.
    """

    def __init__(self, n: int, keeps: bool) -> None:
        self._numbers = np.arange(n).astype(object)
        self._columns: tuple[list[Any], ...] = ([], [], [], [], *([[]] if keeps else []))
        self._stretches: list[Stretch] = []

    def __len__(self) -> int:
        return len(self._columns[0])

    def collect(self, state: State) -> None:
        """Empty the log."""
        clock, log = state.clock[0], cast(Any, state.log).view(np.ndarray)  # read ten times as fast
        ended = log[: clock.attempts]
        clock.attempts = 0
        if ended["waited"].any():
            self._collect_waiting(ended[ended["waited"] > 0])
        ended = ended[ended["start"] < ended["end"]]
        steps = _shared(np.concatenate([ended["start"], ended["end"]]))
        pieces = [
            self._numbers[ended["request"]].tolist(),
            steps[: len(ended)],
            steps[len(ended) :],
            ended["finished"].tolist(),
        ]
        if len(self._columns) > len(pieces):  # tokens are kept
            pieces.append(_shared(ended["began"].copy()))
        for column, piece in zip(self._columns, pieces, strict=True):
            column.extend(piece)

    def _collect_waiting(self, waited: Any) -> None:
        start = waited["start"]
        columns = (waited["request"], start - waited["waited"], start, start < waited["end"])
        self._stretches += map(Stretch, *(column.tolist() for column in columns))

    def prefills(self) -> list[Stretch]:
        """Steps of chunked prefill, in the order of starts: one at most begins in a step."""
        return sorted(self._stretches, key=lambda stretch: stretch.first)

    def schedule(self) -> Schedule:
        """All attempts, which are forgotten here: a column is held once, not twice."""
        columns = []
        for column in self._columns:
            columns.append(tuple(column))
            column.clear()
        return Schedule(*columns)


class MomentsLog:
    """The executed steps of a timed run, as arrays."""

    def __init__(self) -> None:
        self._pieces: list[tuple[Ints, Ints, Ints]] = []

    def collect(self, state: State) -> None:
        """Empty the log."""
        clock, log = state.clock[0], cast(Any, state.moments)
        noted = log[: clock.moments]
        self._pieces.append((noted.step.copy(), noted.time.copy(), noted.after.copy()))
        clock.moments = 0

    def moments(self) -> Moments:
        """All executed steps."""
        columns = zip(*self._pieces, strict=True)
        return Moments(*(cast(Any, np.concatenate(pieces)) for pieces in columns))


def _shared(values: Ints) -> list[int]:
    """Python's integers; one object for equal ones where a table of all is no longer."""
    if not len(values):
        return []
    low, high = int(values.min()), int(values.max())
    if high - low < len(values):
        values = np.arange(low, high + 1).astype(object)[values - low]
    numbers: list[int] = values.tolist()
    return numbers
