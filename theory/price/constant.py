"""K, the price of cancelling: the minimum of K(y) = (2y - 3 + 1/y)/(ln y)^2 over y > 1.

y is the square root of b, the growth of the levels of offset slicing (`kvratio.theory.price.
offset`). K(y) falls, then rises: its derivative has the sign of

    h(y) = ln y - 2 (2y - 1)(y - 1)/(2y^2 - 1),

which is 0 at 1, falls and then rises (`single_minimum`). So the minimiser is the only root of h
above 1, and a change of sign encloses it. Enclosures are made of balls (python-flint's `arb`).
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import sympy
from flint import arb, ctx, fmpq

from kvratio.theory.bound import Bound, Step, certified, identity, nonnegative, words
from kvratio.theory.checks import whole
from kvratio.theory.formula import digits

Y = sympy.Symbol("y", positive=True)
SHOWN = 50  # digits of K in the table
GUARD_BITS = 64  # carried beyond the digits asked for
START = (Fraction(3), Fraction(4))  # h changes its sign between them
LOSES = "every policy that loses what it cancels"
OURS = "ours"
PRIOR = (
    "ours; the function of one common random offset and the deterministic constant 6.197: "
    "arXiv 2211.02044"
)


def price(y: Any) -> Any:
    """K(y), the constant of offset slicing with levels of growth y^2, as a sympy expression.

    >>> price(sympy.E)
    -3 + exp(-1) + 2*E
    """
    return (2 * y - 3 + 1 / y) / sympy.log(y) ** 2


def slope_sign(y: Any) -> Any:
    """h(y), which has the sign of the derivative of K(y).

    >>> slope_sign(sympy.Integer(1))
    0
    """
    return sympy.log(y) - 2 * (2 * y - 1) * (y - 1) / (2 * y**2 - 1)


@dataclass(frozen=True)
class Enclosure:
    """Rational ends around K and around its minimiser y."""

    below: Fraction
    above: Fraction
    y_below: Fraction
    y_above: Fraction

    @property
    def digits(self) -> str:
        """The digits of K on which both ends agree.

        >>> Enclosure(Fraction(27, 10), Fraction(274, 100), Fraction(3), Fraction(4)).digits
        '2.7'
        """
        ends = [_decimal(x) for x in (self.below, self.above)]
        same = next((i for i, (a, b) in enumerate(zip(*ends, strict=True)) if a != b), len(ends[0]))
        return ends[0][:same]


def _decimal(x: Fraction, places: int = 120) -> str:
    text = str(x.numerator * 10**places // x.denominator)
    return f"{text[:-places]}.{text[-places:]}"


@cache
def enclosure(places: int = SHOWN) -> Enclosure:
    """K and its minimiser, each within 10^-places; `places` from 1 to 100.

    >>> enclosure(12).digits[:14]
    '2.728372426930'
    """
    width = Fraction(1, 10 ** whole("places", places, least=1, most=100)) / 10
    before, ctx.prec = ctx.prec, 4 * places + GUARD_BITS
    try:
        low, high = START
        if not (_h(_ball(low)) < 0 and _h(_ball(high)) > 0):
            raise ArithmeticError("h does not change its sign between the starting points")
        while high - low > width:
            middle = Fraction(round((low + high) / 2 * 10 ** (places + 3)), 10 ** (places + 3))
            sign = _h(_ball(middle))
            if not (sign < 0 or sign > 0):
                raise ArithmeticError("more precision is needed to enclose the minimiser")
            low, high = (middle, high) if sign < 0 else (low, middle)
        # at a point for the upper end, over all of [low, high] for the lower
        above = _end(_k(_ball(low)).upper(), places, up=True)
        below = _end(_k(_ball(low).union(_ball(high))).lower(), places, up=False)
    finally:
        ctx.prec = before
    return Enclosure(below, above, low, high)


def _ball(x: Fraction) -> arb:
    return arb(fmpq(x.numerator, x.denominator))


def _h(y: arb) -> arb:
    return y.log() - 2 * (2 * y - 1) * (y - 1) / (2 * y * y - 1)


def _k(y: arb) -> arb:
    return (2 * y - 3 + 1 / y) / y.log() ** 2


def _end(x: arb, places: int, *, up: bool) -> Fraction:
    """A decimal fraction above (below) x."""
    scale = 10 ** (places + 2)
    rounded = int((x * scale).ceil().unique_fmpz() if up else (x * scale).floor().unique_fmpz())
    return Fraction(rounded, scale)


def value() -> Any:
    """K to 50 digits, for further computation (sympy.Float).

    >>> value().round(10)
    2.7283724269
    """
    return sympy.Float(enclosure().digits, SHOWN)


def single_minimum() -> tuple[Step, ...]:
    """K(y) falls before its minimiser and rises after it, for y > 1."""
    e = sympy.Symbol("e", nonnegative=True)
    rest = 4 * Y**4 - 12 * Y**3 + 12 * Y**2 - 6 * Y + 1
    shape = 4 * e**3 * (1 + e) / (1 + 2 * e)
    return (
        identity(
            "the derivative of K(y) is h(y) times a positive factor",
            sympy.diff(price(Y), Y),
            slope_sign(Y) * (2 * Y**2 - 1) / (Y**2 * sympy.log(Y) ** 3),
        ),
        identity("h(1) = 0", slope_sign(sympy.Integer(1)), 0),
        identity(
            "the derivative of h is a polynomial p(y) over y (2y^2 - 1)^2",
            sympy.diff(slope_sign(Y), Y),
            rest / (Y * (2 * Y**2 - 1) ** 2),
        ),
        identity(
            "with y = 1 + e: p = (1 + 2e)(4 e^3 (1 + e)/(1 + 2e) - 1)",
            sympy.expand(rest.subs(Y, 1 + e)),
            (1 + 2 * e) * (shape - 1),
        ),
        nonnegative("the fraction rises in e, so p changes its sign once", sympy.diff(shape, e), e),
        words("So h falls from 0, then rises for ever: it is negative and then positive."),
    )


def constant() -> Bound:
    """K: its equation and its digits."""
    found = enclosure()

    def encloses() -> bool:
        finer = enclosure(SHOWN + 10)
        return found.below <= finer.below <= finer.above <= found.above

    return Bound(
        id="price/K",
        statement="K = min over y > 1 of (2y - 3 + 1/y)/(ln y)^2 = "
        f"{found.digits}...; the minimiser y = {float(found.y_below):.10f}... is the only root "
        "above 1 of (2y^2 - 1) ln y = 2 (2y - 1)(y - 1), and b = y^2 = "
        f"{float(found.y_below**2):.7f}...",
        policy=LOSES,
        family="fluid limit, any lengths, any prompts",
        benchmark="area bound",
        closed_form="min over y > 1 of (2y - 3 + 1/y)/(ln y)^2",
        value=digits(value()),
        attained="by offset slicing with levels of growth b (see price/offset slicing/area)",
        source=PRIOR,
        steps=(
            *single_minimum(),
            certified(
                "h changes its sign between two fractions 10^-51 apart, and K(y) over all of that "
                "interval lies in the interval given (arb); ten digits more lie inside it",
                encloses,
            ),
            identity(
                "at the minimiser K = (2y^2 - 1)^2/(4 y (2y - 1)(y - 1))",
                (2 * Y - 3 + 1 / Y) / (2 * (2 * Y - 1) * (Y - 1) / (2 * Y**2 - 1)) ** 2,
                (2 * Y**2 - 1) ** 2 / (4 * Y * (2 * Y - 1) * (Y - 1)),
            ),
        ),
    )


def bounds() -> list[Bound]:
    """The constant.

    >>> [bound.obtained for bound in bounds()]
    ['certified']
    """
    return [constant()]
