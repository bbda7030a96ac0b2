"""A_min or A_l on the two endless families, with a prompt: where they change places.

A_l with the threshold 1 runs every request for one token and the rest, in random order, again from
the start (own lengths; with the threshold 1 the first stage is the same in slots). With a prompt of
s tokens let D(q) be A_l's form less A_min's (`kvratio.theory.ratios.series` closes the latter),

    D = a(q) + b(q) G(q) + c(q) G(q^2),   G(z) = sum of z^(i-1)/(s + i) = 2F1(1, s+1; s+2; z)/(s+1).

D(0) = 0, and D is negative up to a q* and positive from there to `LAST`: by coverings with balls
(python-flint's `arb`), each cell by its middle and a bound of the slope. As all benchmarks are the
same for both policies, q* does not depend on the benchmark. At s = 0 see `endless_means`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from typing import Any

import mpmath
import sympy
from flint import arb

from kvratio.theory.bound import Bound, certified, identity, words
from kvratio.theory.forms import A_MIN, OWN
from kvratio.theory.formula import digits
from kvratio.theory.ratios.coverings import ball, covered, function, p, precision
from kvratio.theory.ratios.endless import FAMILIES, Family
from kvratio.theory.ratios.series import close, q, s
from kvratio.theory.ratios.thresholds import m, promoted, y

PROMPTS = (1, 3, 10, 30, 100)
LAST = Fraction(3, 4)  # largest q that is looked at
_WIDTH = Fraction(1, 10**12)  # half the length of the root's enclosure
_CELL = Fraction(1, 64)
_SMALLEST = Fraction(1, 10**14)
_HALF = Fraction(1, 2)
_NAMES = sympy.symbols("G1 G2 H1 H2")  # G(q), G(q^2) and the derivative of G there


@cache
def difference(family: Family) -> Any:
    """D in q, s, G1 and G2.

    >>> from kvratio.theory.ratios.endless import GEOMETRIC
    >>> sympy.factor(difference(GEOMETRIC).subs({q: 0, _NAMES[0]: 1 / (s + 1)}))
    0
    """
    a_l = promoted(family.weight, OWN, OWN, truncated=False).value.subs({m: 1, y: q})
    a_min = close(A_MIN, family.weight)
    # F(z) = sum of z^i/(s + i) = z G(z)
    parts = (a_l - a_min.rational, -a_min.f1 * q, -a_min.f2 * q**2)
    first, second, third = (sympy.cancel(sympy.together(part)) for part in parts)
    return first + second * _NAMES[0] + third * _NAMES[1]


def _collected(expression: Any) -> Any:
    """The factor of 1, G1 and G2, each in lowest terms."""
    others = sorted(expression.free_symbols - {*_NAMES}, key=str)
    linear = sympy.Poly(expression, *_NAMES, domain=sympy.QQ.frac_field(*others))
    return sum(linear.coeff_monomial(name) * name for name in (sympy.Integer(1), *_NAMES))


@dataclass(frozen=True)
class Switch:
    """D for one family at one prompt."""

    family: Family
    prompt: int

    @cached_property
    def _functions(self) -> tuple[Callable[..., arb], ...]:
        """D and its slope, of q and G; the same times (1 - q)^2, of p = 1 - q, for q near 1."""
        value = self._difference
        slope = (
            sympy.diff(value, q)
            + sympy.diff(value, _NAMES[0]) * _NAMES[2]
            + sympy.diff(value, _NAMES[1]) * _NAMES[3] * 2 * q
        )
        # ((1 - q)^2 D)' = (1 - q)^2 D' - 2 (1 - q) D
        scaled = (1 - q) ** 2 * value, (1 - q) ** 2 * slope - 2 * (1 - q) * value
        near = [_collected(part).subs(q, 1 - p) for part in scaled]
        return (
            *(function(q, *_NAMES)(part) for part in (value, slope)),
            *(function(p, *_NAMES)(part) for part in near),
        )

    @cached_property
    def _difference(self) -> Any:
        return _collected(difference(self.family).subs(s, self.prompt))

    def _sum(self, z: arb) -> arb:
        return z.hypgeom_2f1(1, self.prompt + 1, self.prompt + 2) / (self.prompt + 1)

    def _slope_of_sum(self, z: arb) -> arb:
        return z.hypgeom_2f1(2, self.prompt + 2, self.prompt + 3) / (self.prompt + 2)

    def _at(self, at: arb, near_one: bool) -> tuple[arb, arb]:
        """D and D', or both for (1 - q)^2 D."""
        sums = [of(z) for of in (self._sum, self._slope_of_sum) for z in (at, at * at)]
        value, slope = self._functions[2:] if near_one else self._functions[:2]
        point = 1 - at if near_one else at
        return value(point, *sums), slope(point, *sums)

    @cached_property
    def root(self) -> Fraction:
        """q* in floating point; its enclosure is checked."""
        with mpmath.workdps(30):
            value = lambda x: mpmath.mpf(float(self._at(arb(str(x)), False)[0]))  # noqa: E731
            low = mpmath.mpf(1) / (4 * (self.prompt + 4))
            found = mpmath.findroot(value, (low, mpmath.mpf("0.4")), solver="illinois", tol=1e-20)
            return Fraction(int(found * 10**15), 10**15)

    def sign(self, low: Fraction, high: Fraction, sign: int) -> bool:
        """Has D this sign on all of [low, high]? By its middle and a bound of the slope."""

        def holds(a: Fraction, b: Fraction) -> bool:
            near_one = a >= _HALF
            value, _ = self._at(ball((a + b) / 2, (a + b) / 2), near_one)
            _, slope = self._at(ball(a, b), near_one)
            return bool(sign * (value + slope * ball(-(b - a) / 2, (b - a) / 2)) > 0)

        return covered(low, high, holds, _CELL, _SMALLEST)

    def falls(self, high: Fraction) -> bool:
        """Is the slope of D negative on [0, high]?"""
        return covered(
            Fraction(0),
            high,
            lambda a, b: bool(self._at(ball(a, b), False)[1] < 0),
            _CELL,
            _SMALLEST,
        )

    def steps(self) -> tuple[Any, ...]:
        """The proof, carried out."""
        near, low, high = self.root / 20, self.root - _WIDTH, self.root + _WIDTH
        start = self._difference.subs(q, 0)
        with precision():
            return (
                identity(
                    "D(0) = 0, as G(0) = 1/(s + 1)",
                    start.subs(dict.fromkeys(_NAMES[:2], sympy.Rational(1, self.prompt + 1))),
                    0,
                ),
                certified("D falls from there: covering", lambda: self.falls(near)),
                certified("D < 0 up to q* - 1e-12: covering", lambda: self.sign(near, low, -1)),
                certified(
                    f"D > 0 from q* + 1e-12 to {LAST}: covering",
                    lambda: self.sign(high, LAST, 1),
                ),
            )


def switch(family: Family, prompt: int) -> Bound:
    """Where A_min and A_l with the threshold 1 change places, with a prompt of so many tokens."""
    found = Switch(family, prompt)
    with precision():
        at = digits(sympy.Rational(found.root.numerator, found.root.denominator))
    return Bound(
        id=f"{family.name}/switch/s={prompt}",
        statement=f"A_l with the threshold 1 has the smaller latency below this q, A_min above it"
        f" (up to q = {LAST})",
        policy="A_l, A_min",
        family=f"{family.label}, s = {prompt}",
        benchmark="both",
        closed_form="0 = D(q), A_l's form less A_min's",
        value=at,
        attained="q*",
        source="ours",
        steps=(words("D = a + b G(q) + c G(q^2), G(z) = sum of z^(i-1)/(s + i)."), *found.steps()),
    )


def bounds() -> list[Bound]:
    """Every result of this module."""
    return [switch(family, prompt) for family in FAMILIES for prompt in PROMPTS]
