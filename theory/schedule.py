"""The shape of a schedule: attempts as columns of integers, and readings of preemption.

What a schedule must satisfy says `kvratio.theory.model`. This module imports nothing of ours but
the validators.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from kvratio.theory.checks import InputError, one_of, same_length, whole

Column = tuple[int, ...]


class Preemption(StrEnum):
    """What becomes of the tokens of a preempted request: lost, or kept."""

    CANCEL = "cancel"
    KEEP = "keep"

    @classmethod
    def of(cls, name: Any) -> "Preemption":
        """The reading with a name. Raises `InputError` for any other.

        >>> Preemption.of("keep").keeps
        True
        """
        return cls(one_of("preemption", name, list(map(str, cls))))

    @property
    def keeps(self) -> bool:
        """Are the tokens kept?"""
        return self is Preemption.KEEP


class Attempt(NamedTuple):
    """One run of one request: it holds cache in steps `start` ... `end - 1`."""

    request: int
    start: int
    end: int
    finished: bool


class FullAttempt(NamedTuple):
    """An attempt, and with how many tokens it began, which earlier ones had made and kept."""

    request: int
    start: int
    end: int
    finished: bool
    began: int = 0


@dataclass(frozen=True, slots=True)
class Schedule:
    """Every attempt of every request, as columns of equal length, in any order.

    `end - start` is the number of tokens made; `finished[k]` is False for a preempted attempt.
    `began`: the tokens with which each attempt began; empty where all began with none.
    """

    request: Column
    start: Column
    end: Column
    finished: tuple[bool, ...]
    began: Column = ()

    def __post_init__(self) -> None:
        for name in ("start", "end", "finished"):
            same_length(name, getattr(self, name), len(self.request), "request")
        if any(self.began):
            same_length("began", self.began, len(self.request), "request")
        else:
            object.__setattr__(self, "began", ())

    @classmethod
    def of(cls, attempts: Sequence[tuple[Any, ...]]) -> "Schedule":
        """Build from rows (request, start, end, finished), perhaps with `began` as a fifth.

        >>> len(Schedule.of([(0, 0, 3, True)]))
        1
        >>> Schedule.of([(0, 0, 1, False), (0, 4, 6, True, 1)]).began
        (0, 1)
        """
        rows = [FullAttempt(*row) for row in attempts]
        return cls(*(zip(*rows, strict=True) if rows else ((),) * 5))

    @property
    def origin(self) -> Column:
        """Of each attempt the step in which one from nothing would have started to hold as much.

        In step k an attempt holds prompt + k + 1 - origin tokens.

        >>> Schedule.of([(0, 0, 5, False), (0, 7, 9, True, 5)]).origin
        (0, 2)
        """
        if not self.began:
            return self.start
        return tuple(start - began for start, began in zip(self.start, self.began, strict=True))

    def __len__(self) -> int:
        return len(self.request)

    def attempts(self) -> Iterator[Attempt]:
        """The attempts one by one, in the stored order, without the tokens they began with."""
        return map(Attempt, self.request, self.start, self.end, self.finished)

    def full_attempts(self) -> Iterator[FullAttempt]:
        """The attempts one by one, with the tokens that each began with."""
        columns: list[Any] = [self.request, self.start, self.end, self.finished]
        return map(FullAttempt, *columns, *([self.began] if self.began else []))

    def to_json(self) -> list[list[Any]]:
        """Rows [request, start, end, finished], with the tokens begun with where these are kept."""
        return list(map(list, self.full_attempts() if self.began else self.attempts()))

    @classmethod
    def from_json(cls, data: Any) -> "Schedule":
        """Read the rows that `to_json` writes.

        >>> Schedule.from_json([[0, 0, 3, True]]).end
        (3,)
        """
        if not isinstance(data, list):
            raise InputError("schedule", data, "a list of [request, start, end, finished] rows")
        for k, row in enumerate(data):
            if not isinstance(row, list) or len(row) not in (4, 5) or not isinstance(row[3], bool):
                required = "[request, start, end, true or false], perhaps with the tokens kept"
                raise InputError(f"schedule[{k}]", row, required)
            for name, value in zip(("request", "start", "end"), row[:3], strict=True):
                whole(f"schedule[{k}].{name}", value)
            for value in row[4:]:
                whole(f"schedule[{k}].began", value)
        return cls.of([tuple(row) for row in data])
