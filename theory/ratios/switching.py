"""A_min or A_l on the two endless families, with a prompt: where they change places.

A_l with the threshold 1 runs every request for one token and the rest, in random order, again from
the start (own lengths; with the threshold 1 the first stage is the same in slots). With a prompt of
s tokens let D(q) be A_l's form less A_min's (`kvratio.theory.ratios.series` closes the latter),

    D = a(q) + b(q) G(q) + c(q) G(q^2),   G(z) = sum of z^(i-1)/(s + i) = 2F1(1, s+1; s+2; z)/(s+1).

D(0) = 0, and D is negative up to a q* and positive from there to `LAST`: by coverings with balls
(python-flint's `arb`), each cell by its middle and a bound of the slope. As all benchmarks are the
same for both policies, q* does not depend on the benchmark. At s = 0 see `endless_means`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from typing import Any

import mpmath
import sympy
from flint import arb, arb_poly, fmpq

from kvratio.theory.bound import Bound, certified, identity, words
from kvratio.theory.forms import A_MIN, OWN
from kvratio.theory.formula import digits
from kvratio.theory.ratios.coverings import ball, covered, precision
from kvratio.theory.ratios.endless import FAMILIES, Family
from kvratio.theory.ratios.series import close, q, s
from kvratio.theory.ratios.thresholds import m, promoted, y

PROMPTS = (1, 3, 10, 30, 100)
LAST = Fraction(3, 4)  # largest q that is looked at
_WIDTH = Fraction(1, 10**12)  # half the length of the root's enclosure
_CELL = Fraction(1, 64)
_SMALLEST = Fraction(1, 10**14)
_HALF = Fraction(1, 2)
_FIELD = sympy.QQ.frac_field(q)  # rational functions of q, exact


@cache
def factors(family: Family) -> tuple[Any, Any, Any]:
    """The factors of 1, G(q) and G(q^2) in D, in q and s.

    >>> from kvratio.theory.ratios.endless import GEOMETRIC
    >>> free, one, two = (factor.subs(q, 0) for factor in factors(GEOMETRIC))
    >>> sympy.factor(free + (one + two) / (s + 1))  # as G(0) = 1/(s + 1)
    0
    """
    a_l = promoted(family.weight, OWN, OWN, truncated=False).value.subs({m: 1, y: q})
    a_min = close(A_MIN, family.weight)
    # F(z) = sum of z^i/(s + i) = z G(z)
    parts = (a_l - a_min.rational, -a_min.f1 * q, -a_min.f2 * q**2)
    free, one, two = (sympy.cancel(sympy.together(part)) for part in parts)
    return free, one, two


def _function(factors: Sequence[Any], near_one: bool) -> Callable[[arb, Sequence[arb]], arb]:
    """The sum of the factors, each a fraction in q, times 1, G and its derivative: of balls.

    `near_one`: the function is of 1 - q.
    """
    below = factors[0].denom
    for factor in factors[1:]:
        below = below.lcm(factor.denom)
    parts = [*(factor.numer * below.exquo(factor.denom) for factor in factors), below]
    if near_one:
        (x,) = below.ring.gens
        parts = [part.compose(x, 1 - x) for part in parts]
    *tops, bottom = map(_polynomial, parts)
    return lambda at, sums: (
        sum((top(at) * one for top, one in zip(tops, sums, strict=True)), arb(0)) / bottom(at)
    )


def _polynomial(part: Any) -> arb_poly:
    coefficients = [arb(0)] * (part.degree() + 1 if part else 1)
    for (power,), c in part.terms():
        coefficients[power] = arb(fmpq(int(c.numerator), int(c.denominator)))
    return arb_poly(coefficients)


@dataclass(frozen=True)
class Switch:
    """D for one family at one prompt."""

    family: Family
    prompt: int

    @cached_property
    def _functions(self) -> tuple[Callable[[arb, Sequence[arb]], arb], ...]:
        """D and its slope, of q and G; the same times (1 - q)^2, of 1 - q, for q near 1."""
        x, none = _FIELD.gens[0], _FIELD.zero
        free, one, two = self._factors
        value = (free, one, two, none, none)
        slope = (free.diff(x), one.diff(x), two.diff(x), one, 2 * x * two)
        # ((1 - q)^2 D)' = (1 - q)^2 D' - 2 (1 - q) D
        square = (1 - x) ** 2
        scaled = [square * part for part in value]
        turned = [
            square * rise - 2 * (1 - x) * part for rise, part in zip(slope, value, strict=True)
        ]
        return (
            *(_function(factors, near_one=False) for factors in (value, slope)),
            *(_function(factors, near_one=True) for factors in (scaled, turned)),
        )

    @cached_property
    def _factors(self) -> tuple[Any, Any, Any]:
        """The factors of 1, G(q) and G(q^2) in D, as rational functions of q."""
        free, one, two = (part.subs(s, self.prompt) for part in factors(self.family))
        return _FIELD.from_sympy(free), _FIELD.from_sympy(one), _FIELD.from_sympy(two)

    def _sum(self, z: arb) -> arb:
        return z.hypgeom_2f1(1, self.prompt + 1, self.prompt + 2) / (self.prompt + 1)

    def _slope_of_sum(self, z: arb) -> arb:
        return z.hypgeom_2f1(2, self.prompt + 2, self.prompt + 3) / (self.prompt + 2)

    def _at(self, at: arb, near_one: bool) -> tuple[arb, arb]:
        """D and D', or both for (1 - q)^2 D."""
        sums = [of(z) for of in (self._sum, self._slope_of_sum) for z in (at, at * at)]
        value, slope = self._functions[2:] if near_one else self._functions[:2]
        point = 1 - at if near_one else at
        return value(point, [arb(1), *sums]), slope(point, [arb(1), *sums])

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
        free, one, two = (_FIELD.to_sympy(factor).subs(q, 0) for factor in self._factors)
        with precision():
            return (
                identity(
                    "D(0) = 0, as G(0) = 1/(s + 1)",
                    free + (one + two) * sympy.Rational(1, self.prompt + 1),
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
