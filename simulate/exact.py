"""A column of exact numbers in eight bytes each."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

FINEST = 10**18  # the largest common denominator; finer numbers are kept as fractions


class Exact(Sequence[Fraction]):
    """Fractions, kept as whole multiples of one over a common denominator where 64 bits hold them.

    Reads as a tuple of fractions does, and equals one with the same numbers.

    >>> column = Exact([Fraction(1, 4), Fraction(2)])
    >>> column[1], column == (Fraction(1, 4), 2), max(column)
    (Fraction(2, 1), True, Fraction(2, 1))
    """

    def __init__(self, values: Iterable[Fraction | int] = ()) -> None:
        self._tops: Any = array("q")
        self._bottom = 1  # 0: `_tops` are fractions
        for value in values:
            self.append(value)

    def append(self, value: Fraction | int) -> None:
        """Add a number; a finer one than before rescales the column, which happens few times."""
        if self._bottom and self._bottom % value.denominator:
            bottom = lcm(self._bottom, value.denominator)
            if bottom > FINEST:
                self._as_fractions()
            else:
                self._rescale(bottom)
        try:
            if self._bottom:
                self._tops.append(value.numerator * (self._bottom // value.denominator))
            else:
                self._tops.append(Fraction(value))
        except OverflowError:
            self._as_fractions()
            self._tops.append(Fraction(value))

    def _rescale(self, bottom: int) -> None:
        factor = bottom // self._bottom
        try:
            self._tops = array("q", (top * factor for top in self._tops))
            self._bottom = bottom
        except OverflowError:
            self._as_fractions()

    def _as_fractions(self) -> None:
        self._tops, self._bottom = list(self), 0

    def __len__(self) -> int:
        return len(self._tops)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return tuple(self[k] for k in range(*index.indices(len(self))))
        return Fraction(self._tops[index], self._bottom) if self._bottom else self._tops[index]

    def __iter__(self) -> Iterator[Fraction]:
        bottom = self._bottom
        return (Fraction(top, bottom) for top in self._tops) if bottom else iter(self._tops)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Exact | tuple):
            return NotImplemented
        return len(other) == len(self) and all(a == b for a, b in zip(self, other, strict=True))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def order(self) -> list[int] | None:
        """Indices in ascending order, equals as they stand; None if they ascend already."""
        tops = self._tops
        if all(tops[k - 1] <= tops[k] for k in range(1, len(tops))):
            return None
        return sorted(range(len(tops)), key=tops.__getitem__)

    def taken(self, rows: Iterable[int]) -> "Exact":
        """The numbers of these rows."""
        found = Exact()
        found._bottom = self._bottom
        chosen = (self._tops[k] for k in rows)
        found._tops = array("q", chosen) if isinstance(self._tops, array) else list(chosen)
        return found

    def since(self, origin: Fraction) -> "Exact":
        """The same less `origin`, which is one of them."""
        if not self._bottom:
            return Exact(value - origin for value in self)
        top = origin.numerator * (self._bottom // origin.denominator)
        found = Exact()
        found._bottom, found._tops = self._bottom, array("q", (t - top for t in self._tops))
        return found
