"""Inequalities over a whole interval by branch and bound in outward-rounded arithmetic.

A function is written once, with + - * / and `log`, and evaluated on boxes by two independent
implementations of interval arithmetic: python-flint's `arb` and `mpmath.iv`. An inequality counts
as certified only if both prove it. `Dual` numbers carry a derivative along: where a box is too
wide for the values alone, the mean value theorem with the slopes over the box may do.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
from flint import arb, ctx, fmpq

PRECISION = 96  # bits; boxes are far wider than this, so it only has to be ample
MOST_BOXES = 8_000  # a proof that needs more is given up

Function = Callable[[Any], Any]


@dataclass(frozen=True)
class Arithmetic:
    """One implementation: how to enclose [low, high], and to prove that a box is below a number."""

    name: str
    box: Callable[[Fraction, Fraction], Any]
    below: Callable[[Any, Any], bool]


def _arb_box(low: Fraction, high: Fraction) -> Any:
    ends = [arb(fmpq(x.numerator, x.denominator)) for x in (low, high)]
    return ends[0].union(ends[1])


def _iv_box(low: Fraction, high: Fraction) -> Any:
    ends = [mpmath.iv.mpf(x.numerator) / x.denominator for x in (low, high)]
    return mpmath.iv.mpf([ends[0].a, ends[1].b])


def _iv_below(x: Any, y: Any) -> bool:
    return bool((x - y).b < 0)  # infinities and NaN compare false


ARITHMETICS = (
    Arithmetic("arb", _arb_box, lambda x, y: bool(x < y)),
    Arithmetic("mpmath.iv", _iv_box, _iv_below),
)


@contextmanager
def _precision() -> Iterator[None]:
    before = ctx.prec, mpmath.iv.prec
    ctx.prec = mpmath.iv.prec = PRECISION
    try:
        yield
    finally:
        ctx.prec, mpmath.iv.prec = before


def log(x: Any) -> Any:
    """The natural logarithm of a box of either kind, or of a `Dual` of boxes."""
    if isinstance(x, Dual):
        return Dual(log(x.value), x.slope / x.value)
    return x.log() if isinstance(x, arb) else mpmath.iv.log(x)


@dataclass(frozen=True)
class Dual:
    """A value with its derivative with respect to the one variable."""

    value: Any
    slope: Any

    def __add__(self, other: Any) -> "Dual":
        y = _dual(other)
        return Dual(self.value + y.value, self.slope + y.slope)

    def __mul__(self, other: Any) -> "Dual":
        y = _dual(other)
        return Dual(self.value * y.value, self.slope * y.value + self.value * y.slope)

    def __neg__(self) -> "Dual":
        return Dual(-self.value, -self.slope)

    def __sub__(self, other: Any) -> "Dual":
        return self + -_dual(other)

    def __rsub__(self, other: Any) -> "Dual":
        return _dual(other) + -self

    def __truediv__(self, other: Any) -> "Dual":
        y = _dual(other)
        slope = (self.slope * y.value - self.value * y.slope) / (y.value * y.value)
        return Dual(self.value / y.value, slope)

    def __rtruediv__(self, other: Any) -> "Dual":
        return _dual(other) / self

    __radd__ = __add__
    __rmul__ = __mul__


def _dual(x: Any) -> Dual:
    return x if isinstance(x, Dual) else Dual(x, 0)


def slope(f: Function) -> Function:
    """The derivative of f, to be evaluated on boxes."""
    return lambda x: f(Dual(x, 1)).slope


def below(f: Function, g: Function, low: Fraction, high: Fraction) -> dict[str, int] | None:
    """Prove f < g on [low, high]: the number of boxes that each arithmetic needed, or None.

    >>> below(lambda x: x * x, lambda x: x + 1, Fraction(0), Fraction(1))
    {'arb': 1, 'mpmath.iv': 1}
    >>> below(lambda x: x, lambda x: x * x, Fraction(0), Fraction(1)) is None
    True
    """
    boxes: dict[str, int] = {}
    for arithmetic in ARITHMETICS:
        count = _cover(arithmetic, f, g, low, high)
        if count is None:
            return None
        boxes[arithmetic.name] = count
    return boxes


def _cover(a: Arithmetic, f: Function, g: Function, low: Fraction, high: Fraction) -> int | None:
    """Bisect until f < g is proved on every piece; depth first, so that failure is found soon."""
    with _precision():
        pending, proved = [(low, high)], 0
        while pending:
            left, right = pending.pop()
            if _proved(a, f, g, left, right):
                proved += 1
            elif left == right or proved + len(pending) > MOST_BOXES or len(pending) > PRECISION:
                return None
            else:
                middle = (left + right) / 2
                pending += [(middle, right), (left, middle)]
        return proved


def _proved(a: Arithmetic, f: Function, g: Function, left: Fraction, right: Fraction) -> bool:
    """Is f < g on one box: by the values there, else by the middle and the slopes over the box.

    By the mean value theorem, f - g at x is f - g at the middle m plus (x - m) times a slope of
    f - g within the box.
    """
    x = a.box(left, right)
    if a.below(f(x), g(x)):
        return True
    if left == right:
        return False
    middle = a.box((left + right) / 2, (left + right) / 2)
    slopes = _dual(f(Dual(x, 1))).slope - _dual(g(Dual(x, 1))).slope
    return a.below(f(middle) - g(middle) + slopes * (x - middle), 0)
