"""The best threshold as q -> 1, and the proof that no q is worse: coverings in ball arithmetic.

In units of the scale of the lengths, p = 1 - q, X = m p (the threshold), y = q^m, sigma = s p, a
form times p^2 is a polynomial Phi(p, X, y) once sigma is a given function of p; so is a benchmark
Beta(p). As p -> 0 with X fixed, y -> exp(-X): the limit is Phi(0, X, exp(-X)) / Beta(0). Claimed:

    for every q some whole threshold m has a ratio of at most
    L = min over X of the limit, taken at X = r; and L is the supremum over q.

Proof, each part by a covering with balls (python-flint's `arb`, every operation rounded outwards):

- *minimum*: r is enclosed as a root of the slope; the limit is convex around r, and above L
  elsewhere up to some X; beyond, stage 1 alone takes longer than L * Beta(0).
- *far*: for q away from 1, a threshold found by search is below L on each cell of q.
- *near*: for p in (0, p0] there is a whole m with |m p - r| <= p/2. On the segment from (0, r) to
  (p, m p) the ratio changes at the rate p (d/dp + (X - r)/p d/dX), and d/dp + |d/dX|/2 < 0 on the
  whole box [0, p0] x [r - p0/2, r + p0/2]. There y = exp(-X g(p)), g(p) = -ln(1 - p)/p.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

import mpmath
import sympy
from flint import arb, ctx, fmpq

from kvratio.theory.bound import Step, certified
from kvratio.theory.ratios.series import q, s
from kvratio.theory.ratios.thresholds import m, y

p, X = sympy.symbols("p X", positive=True)
PRECISION = 160  # bits
_ROOT_WIDTH = Fraction(1, 10**32)  # half the length of the root's enclosure
_NEAR = Fraction(1, 20)  # p0
_CONVEX = Fraction(1, 10)  # the limit is convex this far around its minimum
_SMALLEST_CELL = Fraction(1, 10**7)


def scaled(form: Any, prompt: Any = 0) -> Any:
    """A form times p^2 in p, X, y, its prompt sigma/p with sigma the given function of p.

    >>> scaled(m * (1 - q) * y / (1 - q) ** 2)
    X*y
    """
    return sympy.cancel(scaled_for_every_prompt(form).subs(sigma, prompt))


sigma = sympy.Symbol("sigma", nonnegative=True)


@lru_cache(maxsize=64)
def scaled_for_every_prompt(form: Any) -> Any:
    """A form times p^2 in p, X, y and sigma = s p."""
    places = {m: X / p, s: sigma / p, q: 1 - p}
    return sympy.cancel(sympy.together((form * p**2).subs(places, simultaneous=True)))


def ball(low: Fraction, high: Fraction) -> arb:
    """The shortest ball that contains [low, high].

    >>> 1 in ball(Fraction(0), Fraction(2))
    True
    """
    middle, radius = (low + high) / 2, (high - low) / 2
    radius = arb(fmpq(radius.numerator, radius.denominator))
    return arb(fmpq(middle.numerator, middle.denominator)) + radius * arb(0, 1)


def function(*names: Any) -> Callable[[Any], Callable[..., arb]]:
    """Makes a rational function with rational coefficients a function of balls."""

    def made(expression: Any) -> Callable[..., arb]:
        top, bottom = sympy.fraction(sympy.together(sympy.sympify(expression)))
        return _quotient(sympy.Poly(top, *names), sympy.Poly(bottom, *names))

    return made


def _quotient(top: Any, bottom: Any) -> Callable[..., arb]:
    """The quotient of two polynomials as a function of balls."""
    (over, above), (under, below) = map(_evaluated, (top, bottom))
    factor = arb(under) / over
    return lambda *at: factor * above(*at) / below(*at)


@lru_cache(maxsize=256)  # slopes share a denominator, a ratio and its slope both parts
def _evaluated(polynomial: Any) -> tuple[int, Callable[..., arb]]:
    """A whole number, and that number times the polynomial, as a function of balls."""
    # whole coefficients: no float can slip in through a printed 1/2
    factor, whole = polynomial.clear_denoms(convert=True)
    return int(factor), sympy.lambdify(whole.gens, whole.as_expr(), modules=[])


def _slope(top: Any, bottom: Any, name: Any) -> Callable[..., arb]:
    """The derivative of the quotient of two polynomials by one of their symbols."""
    return _quotient(top.diff(name) * bottom - top * bottom.diff(name), bottom * bottom)


def covered(
    low: Fraction,
    high: Fraction,
    holds: Callable[[Fraction, Fraction], bool],
    cell: Fraction,
    smallest: Fraction = _SMALLEST_CELL,
) -> bool:
    """Does a property hold on all of [low, high]? Cells are halved until it does on each.

    Gives up (False) when a cell would be smaller than `smallest`.

    >>> covered(Fraction(0), Fraction(1), lambda a, b: b - a < Fraction(1, 3), Fraction(1))
    True
    """
    open_cells = [(low, high)]
    while open_cells:
        a, b = open_cells.pop()
        if b - a <= cell and holds(a, b):
            continue
        if b - a < smallest:
            return False
        open_cells += [(a, (a + b) / 2), ((a + b) / 2, b)]
    return True


@dataclass(frozen=True)
class BestThreshold:
    """The claim for one form and benchmark, both scaled; `first` is the time of stage 1 in p, X, y.

    `guess` is near the best X of the limit, `beyond` an X from which stage 1 alone is too long.
    """

    form: Any
    benchmark: Any
    first: Any
    guess: float
    beyond: int

    @cached_property
    def ratio(self) -> Any:
        """The ratio in p, X, y."""
        return sympy.cancel(sympy.together(self.form / self.benchmark))

    @cached_property
    def limit(self) -> Any:
        """The limit of the ratio as p -> 0, a polynomial in X and y = exp(-X)."""
        return sympy.expand(self.ratio.subs(p, 0))

    @cached_property
    def slope(self) -> Any:
        """The derivative of the limit by X, in X and y."""
        return _along(self.limit)

    @cached_property
    def root(self) -> Fraction:
        """The best X in the limit, to within `_ROOT_WIDTH`."""
        with mpmath.workdps(60):
            function = sympy.lambdify(X, self.slope.subs(y, sympy.exp(-X)), "mpmath")
            found = mpmath.findroot(function, self.guess)
            return Fraction(int(found * 10**40), 10**40)

    @property
    def promoted_share(self) -> Any:
        """exp(-r); the share promoted is (1 + r) exp(-r) in the linearly weighted family."""
        return mpmath.exp(-mpmath.mpf(self.root.numerator) / self.root.denominator)

    @cached_property
    def value(self) -> Any:
        """L to 40 digits."""
        at = sympy.Rational(self.root.numerator, self.root.denominator)
        return sympy.N(self.limit.subs({y: sympy.exp(-X)}).subs(X, at), 40)

    def steps(self) -> tuple[Step, ...]:
        """The proof, carried out."""
        text = "each q has a whole threshold of ratio at most L: covering,"
        with precision():
            return (
                certified("the limit has its minimum L at X = r", self._is_minimum),
                certified(f"{text} q <= 1 - {_NEAR}", self._far),
                certified(f"{text} q > 1 - {_NEAR} (whole m next to r/p)", self._near),
            )

    @property
    def _r(self) -> arb:
        return ball(self.root - _ROOT_WIDTH, self.root + _ROOT_WIDTH)

    def _at_limit(self, expression: Any) -> Callable[[arb], arb]:
        evaluate = function(X, y)(expression)
        return lambda x: evaluate(x, (-x).exp())

    def _is_minimum(self) -> bool:
        slope, curve = self._at_limit(self.slope), self._at_limit(_along(self.slope))
        value = self._at_limit(self.limit)
        top = value(self._r)
        low, high = self.root - _ROOT_WIDTH, self.root + _ROOT_WIDTH
        stage = function(p, X, y)(self.first / self.benchmark)
        end = arb(self.beyond)
        return (
            bool(slope(ball(low, low)) < 0)
            and bool(slope(ball(high, high)) > 0)
            and covered(
                low - _CONVEX, high + _CONVEX, lambda a, b: bool(curve(ball(a, b)) > 0), _CONVEX
            )
            and all(
                covered(a, b, lambda a, b: bool(value(ball(a, b)) > top), _CONVEX)
                for a, b in (
                    (Fraction(0), low - _CONVEX),
                    (high + _CONVEX, Fraction(self.beyond)),
                )
            )
            and bool(stage(arb(0), end, (-end).exp()) > top)
        )

    def _far(self) -> bool:
        value = self._at_limit(self.limit)(self._r)
        evaluate = function(p, X, y)(self.ratio)

        def below(a: Fraction, b: Fraction) -> bool:
            at = ball(a, b)
            near = max(1, round(float(self.root) * 2 / float(a + b)))
            tried = range(max(1, near // 2), near + 2) if near < 20 else (near - 1, near)
            return any(bool(evaluate(at, at * n, (1 - at) ** n) < value) for n in tried)

        return covered(_NEAR, Fraction(1), below, Fraction(1, 50))

    def _near(self) -> bool:
        ratio = self.ratio
        top, bottom = (sympy.Poly(part, p, X, y) for part in sympy.fraction(ratio))
        functions = [_slope(top, bottom, name) for name in (p, X, y)]
        wide = _NEAR / 2 + _ROOT_WIDTH

        def falls(box: tuple[arb, arb]) -> bool:
            at, x = box
            g, slope = _log_over(at)
            power = (-x * g).exp()
            d_p, d_x, d_y = (function(at, x, power) for function in functions)
            total_p = d_p - d_y * power * x * slope
            total_x = d_x - d_y * power * g
            return bool(total_p + abs(total_x) / 2 < 0)

        return all(map(falls, _boxes(_NEAR, self.root - wide, self.root + wide, 10)))


def _along(expression: Any) -> Any:
    """The derivative by X where y = exp(-X)."""
    return sympy.expand(sympy.diff(expression, X) - y * sympy.diff(expression, y))


def _boxes(width: Fraction, low: Fraction, high: Fraction, n: int) -> Iterator[tuple[arb, arb]]:
    for a in range(n):
        for b in range(n):
            step = (high - low) / n
            yield (
                ball(width * a / n, width * (a + 1) / n),
                ball(low + step * b, low + step * (b + 1)),
            )


def _log_over(at: arb) -> tuple[arb, arb]:
    """g(p) = -ln(1 - p)/p = 1 + p/2 + p^2/3 + ... and its derivative, for 0 <= p <= 1/20.

    Six terms; the rest of g lies in [0, p^6], that of g' in [0, p^5], since p <= 1/20.
    """
    rest = ball(Fraction(0), Fraction(1))
    g = sum((at**n / (n + 1) for n in range(6)), arb(0)) + at**6 * rest
    slope = sum((n * at ** (n - 1) / (n + 1) for n in range(1, 6)), arb(0)) + at**5 * rest
    return g, slope


@contextmanager
def precision() -> Iterator[None]:
    """Carry `PRECISION` bits inside a `with`."""
    before = ctx.prec
    ctx.prec = PRECISION
    try:
        yield
    finally:
        ctx.prec = before
