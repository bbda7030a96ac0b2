"""Signs of a(q) + b(q) ln(1 + q) on (0, 1), proved exactly through rational bounds of ln(1 + q).

The diagonal Pade approximant of ln(1 + q) is below it and the next one above: their derivatives
differ from 1/(1 + q) by a fraction whose numerator and denominator have positive coefficients.
A function that is linear in the logarithm lies between its values at the two bounds.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import sympy

from kvratio.theory.bound import DerivationError, Step, identity, nonnegative, positive_between
from kvratio.theory.ratios.series import q


class LogBounds(NamedTuple):
    """Rational functions with below <= ln(1 + q) <= above for q >= 0, and the proof."""

    below: Any
    above: Any
    steps: tuple[Step, ...]


def _pade(top: int, bottom: int) -> Any:
    """The Pade approximant of ln(1 + q) with these degrees."""
    series = [sympy.Integer(0)]
    series += [sympy.Rational((-1) ** (n + 1), n) for n in range(1, top + bottom + 1)]
    unknown = sympy.symbols(f"b1:{bottom + 1}")
    denominator = [sympy.Integer(1), *unknown]

    def product(n: int) -> Any:
        return sum(denominator[m] * series[n - m] for m in range(min(n, bottom) + 1))

    solved = sympy.solve([product(n) for n in range(top + 1, top + bottom + 1)], unknown, dict=True)
    numerator = sum(sympy.sympify(product(n)).subs(solved[0]) * q**n for n in range(top + 1))
    below = sum(sympy.sympify(b).subs(solved[0]) * q**m for m, b in enumerate(denominator))
    return sympy.factor(numerator / below)


@lru_cache(maxsize=8)
def log_bounds(degree: int) -> LogBounds:
    """Bounds of ln(1 + q), closer with the degree (2 is already good to 10^-4 at q = 1).

    >>> log_bounds(1).below
    2*q/(q + 2)
    """
    below, above = _pade(degree, degree), _pade(degree + 1, degree)
    steps = (
        identity("both bounds vanish at q = 0, as ln(1 + q)", (below**2 + above**2).subs(q, 0), 0),
        nonnegative("lower bound: 1/(1 + q) - its derivative", 1 / (1 + q) - _slope(below), q),
        nonnegative("upper bound: its derivative - 1/(1 + q)", _slope(above) - 1 / (1 + q), q),
    )
    return LogBounds(below, above, steps)


def _slope(ratio: Any) -> Any:
    """The derivative of a rational function, its numerator and denominator expanded."""
    top, bottom = (sympy.Poly(part, q) for part in sympy.fraction(ratio))
    above = top.diff(q) * bottom - top * bottom.diff(q)
    return above.as_expr() / (bottom * bottom).as_expr()


def log_sign(text: str, a: Any, b: Any, low: Any, high: Any, bounds: LogBounds) -> tuple[Step, ...]:
    """a + b ln(1 + q) > 0 on (low, high): it is so with both bounds in place of the logarithm.

    >>> len(log_sign("ln(1 + q) > 0", sympy.Integer(0), sympy.Integer(1), 0, 1, log_bounds(1)))
    2
    """
    steps = []
    for name, bound in (("lower", bounds.below), ("upper", bounds.above)):
        top, bottom = sympy.fraction(sympy.cancel(sympy.together(a + b * bound)))
        steps.append(
            positive_between(f"{text} (with the {name} bound)", top * bottom, q, low, high)
        )
    return tuple(steps)


def peak(a: Any, b: Any, value: Any, bounds: LogBounds) -> tuple[Any, Any, tuple[Step, ...]]:
    """The maximiser of a function with derivative a + b ln(1 + q) that rises, then falls.

    Returns (maximiser, maximum) to 40 digits, and the proof that the derivative is positive before
    and negative after an interval of length 2e-9 around the maximiser.
    """
    slope = a + b * sympy.log(1 + q)
    grid = [sympy.Rational(n, 100) for n in range(1, 100)]
    first = next((x for x in grid if slope.evalf(subs={q: x}) < 0), None)
    if first is None:
        raise DerivationError("the function does not fall before q = 1")
    at = sympy.nsolve(slope, q, (first - sympy.Rational(1, 100), first), solver="bisect", prec=40)
    width = sympy.Rational(1, 10**9)
    centre = sympy.Rational(int(at * 10**9), 10**9)
    steps = (
        *log_sign("rising before", a, b, 0, centre - width, bounds),
        *log_sign("falling after", -a, -b, centre + width, 1, bounds),
    )
    return at, sympy.N(value.subs(q, at), 40), steps
