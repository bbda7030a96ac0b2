"""What a run leaves behind, collected piece by piece from the kernel's logs."""

from itertools import chain
from typing import Any, cast

import numpy as np

from kvratio.simulate.chunks import Stretch
from kvratio.simulate.compiled.state import Ints, State, plain
from kvratio.simulate.timed import Moments
from kvratio.theory.model import Column, Schedule

TABLE = 16  # so many times as long as the numbers may the table of their objects be
FEW = 1 << 12  # so few numbers take next to no memory, each an object of its own


class Attempts:
    """The attempts that have ended: arrays, piece by piece, until the run is over.

    Only then do they become Python's integers, one object for equal ones where that is cheap:
    millions of attempts stay within a gigabyte.
    """

    def __init__(self, n: int, keeps: bool) -> None:
        self._n, self._keeps, self._count = n, keeps, 0
        self._pieces: list[tuple[Ints, Ints, Ints]] = []  # start, end, request; ~ of a finished one
        self._began: list[Ints] = []
        self._stretches: list[Stretch] = []

    def __len__(self) -> int:
        return self._count

    def collect(self, state: State) -> None:
        """Empty the log."""
        clock, log = state.clock[0], plain(state.log)
        ended = log[: clock.attempts]
        clock.attempts = 0
        if ended["waited"].any():
            self._collect_waiting(ended[ended["waited"] > 0])
        ended = ended[ended["start"] < ended["end"]]
        if not len(ended):
            return
        request = ended["request"].astype(np.int32)
        request = np.where(ended["finished"], ~request, request)
        self._pieces.append((_short(ended["start"]), _short(ended["end"]), request))
        if self._keeps:
            self._began.append(_short(ended["began"]))
        self._count += len(ended)

    def _collect_waiting(self, waited: Any) -> None:
        start = waited["start"]
        columns = (waited["request"], start - waited["waited"], start, start < waited["end"])
        self._stretches += map(Stretch, *(column.tolist() for column in columns))

    def prefills(self) -> list[Stretch]:
        """Steps of chunked prefill, in the order of starts: one at most begins in a step."""
        return sorted(self._stretches, key=lambda stretch: stretch.first)

    def schedule(self) -> Schedule:
        """All attempts, which are forgotten here, piece by piece."""
        start, end = self._steps()
        codes = [piece[2] for piece in self._pieces]
        self._pieces.clear()
        finished = tuple(chain.from_iterable((code < 0).tolist() for code in codes))
        numbers = np.arange(self._n).astype(object)
        each = (numbers[np.where(code < 0, ~code, code)].tolist() for code in codes)
        request = tuple(chain.from_iterable(each))
        began = tuple(chain.from_iterable(map(_shared, self._began)))
        self._began.clear()
        return Schedule(request, start, end, finished, began)

    def _steps(self) -> tuple[Column, Column]:
        """Starts and ends, which share their integers within a piece."""
        starts: list[int] = []
        ends: list[int] = []
        for k, (start, end, request) in enumerate(self._pieces):
            steps = _shared(np.concatenate([start, end]))
            starts += steps[: len(start)]
            ends += steps[len(start) :]
            self._pieces[k] = (start[:0], end[:0], request)
        found = tuple(starts)
        starts.clear()
        return found, tuple(ends)


class MomentsLog:
    """The executed steps of a timed run, as arrays."""

    def __init__(self) -> None:
        self._pieces: list[tuple[Ints, Ints, Ints]] = []

    def collect(self, state: State) -> None:
        """Empty the log."""
        clock, log = state.clock[0], plain(state.moments)
        noted = log[: clock.moments]
        self._pieces.append((noted["step"].copy(), noted["time"].copy(), noted["after"].copy()))
        clock.moments = 0

    def moments(self) -> Moments:
        """All executed steps."""
        columns = zip(*self._pieces, strict=True)
        return Moments(*(cast(Any, np.concatenate(pieces)) for pieces in columns))


def _short(values: Ints) -> Ints:
    """A copy in 32 bits, where they are enough."""
    return values.astype(np.int32 if values.max() < 1 << 31 else np.int64)


def _shared(values: Ints) -> list[int]:
    """Python's integers; one object for equal ones where a table of all is not much longer."""
    few = len(values) < FEW
    low, high = (0, 0) if few else (int(values.min()), int(values.max()))
    if few or high - low >= TABLE * len(values):
        numbers: list[int] = values.tolist()
        return numbers
    places = values - low
    occurring = np.zeros(high - low + 1, np.bool_)
    occurring[places] = True
    found = np.flatnonzero(occurring)
    table = np.empty(high - low + 1, object)
    table[found] = found + low
    return list(table[places])
