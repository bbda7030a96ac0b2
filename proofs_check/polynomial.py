"""Exact polynomials in several variables over the rationals, and Sturm's theorem. Fractions only.

Enough algebra to check a proof, and no more: ring operations, substitution, a sufficient test of
nonnegativity on the orthant, and counting the real roots of a polynomial in one variable.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from typing import Union

Monomial = tuple[tuple[str, int], ...]  # (variable, exponent >= 1), sorted by variable
Scalar = int | Fraction
Like = Union["Poly", int, Fraction]
Coefficients = list[Fraction]  # of a polynomial in one variable, constant term first


class Poly:
    """A polynomial; build it from `variables` and arithmetic.

    >>> x, y = variables("x y")
    >>> (x + y) ** 2 == x**2 + 2 * x * y + y**2
    True
    """

    __slots__ = ("terms",)

    def __init__(self, terms: dict[Monomial, Fraction]) -> None:
        self.terms = {monomial: c for monomial, c in terms.items() if c}

    @staticmethod
    def of(value: Like) -> "Poly":
        """A number as a constant polynomial."""
        return value if isinstance(value, Poly) else Poly({(): Fraction(value)})

    def __add__(self, other: Like) -> "Poly":
        total = dict(self.terms)
        for monomial, c in Poly.of(other).terms.items():
            total[monomial] = total.get(monomial, Fraction(0)) + c
        return Poly(total)

    def __mul__(self, other: Like) -> "Poly":
        total: dict[Monomial, Fraction] = {}
        right = Poly.of(other).terms.items()
        for m, c in self.terms.items():
            for n, d in right:
                product = _times(m, n)
                total[product] = total.get(product, Fraction(0)) + c * d
        return Poly(total)

    def __neg__(self) -> "Poly":
        return Poly({monomial: -c for monomial, c in self.terms.items()})

    def __sub__(self, other: Like) -> "Poly":
        return self + -Poly.of(other)

    def __rsub__(self, other: Like) -> "Poly":
        return Poly.of(other) + -self

    def __truediv__(self, number: Scalar) -> "Poly":
        return Poly({monomial: c / number for monomial, c in self.terms.items()})

    def __pow__(self, exponent: int) -> "Poly":
        return reduce(Poly.__mul__, [self] * exponent, Poly.of(1))

    __radd__ = __add__
    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Poly | int | Fraction):
            return NotImplemented
        return self.terms == Poly.of(other).terms

    def __hash__(self) -> int:
        return hash(frozenset(self.terms.items()))

    def __repr__(self) -> str:
        parts = (
            "*".join([str(c), *(f"{v}^{e}" if e > 1 else v for v, e in monomial)])
            for monomial, c in sorted(self.terms.items())
        )
        return " + ".join(parts) or "0"

    def put(self, **values: Like) -> "Poly":
        """The polynomial with numbers or polynomials put in for variables.

        >>> x, d = variables("x d")
        >>> (x**2).put(x=1 + d) == 1 + 2 * d + d**2
        True
        """
        total = Poly({})
        for monomial, c in self.terms.items():
            term = Poly.of(c)
            for name, exponent in monomial:
                factor = values.get(name, Poly({((name, 1),): Fraction(1)}))
                term = term * Poly.of(factor) ** exponent
            total = total + term
        return total

    def nonnegative_coefficients(self) -> bool:
        """No coefficient is negative: then the polynomial is >= 0 where all variables are."""
        return min(self.terms.values(), default=Fraction(0)) >= 0

    def coefficients(self) -> Coefficients:
        """Coefficients of a polynomial in one variable, constant term first.

        >>> (x,) = variables("x")
        >>> (3 * x**2 - 1).coefficients()
        [Fraction(-1, 1), Fraction(0, 1), Fraction(3, 1)]
        """
        exponents = {sum(e for _, e in monomial): c for monomial, c in self.terms.items()}
        if len(exponents) < len(self.terms) or len({v for m in self.terms for v, _ in m}) > 1:
            raise ValueError(f"not a polynomial in one variable: {self}")
        return [exponents.get(e, Fraction(0)) for e in range(max(exponents, default=-1) + 1)]


def number(p: Poly) -> Fraction:
    """The value of a constant polynomial.

    >>> number(Poly.of(3))
    Fraction(3, 1)
    """
    if not set(p.terms) <= {()}:
        raise ValueError(f"not a number: {p}")
    return p.terms.get((), Fraction(0))


def variables(names: str) -> list[Poly]:
    """Variables by their names, separated by blanks."""
    return [Poly({((name, 1),): Fraction(1)}) for name in names.split()]


def _times(m: Monomial, n: Monomial) -> Monomial:
    if not m or not n:
        return m or n
    exponents = dict(m)
    for name, e in n:
        exponents[name] = exponents.get(name, 0) + e
    return tuple(sorted(exponents.items()))


def slope(p: Poly) -> Poly:
    """The derivative of a polynomial in one variable.

    >>> (x,) = variables("x")
    >>> slope(x**3 + 5) == 3 * x**2
    True
    """
    total = Poly({})
    for monomial, c in p.terms.items():
        for name, e in monomial:
            rest = ((name, e - 1),) if e > 1 else ()
            total = total + Poly({rest: c * e})
    return total


def telescopes(total: Callable[[Poly], Like], summand: Callable[[Poly], Like]) -> bool:
    """Whether sum of summand(k) for k = 1 ... m is total(m), for all m, by induction over m.

    >>> telescopes(lambda m: m**2, lambda k: 2 * k - 1)
    True
    """
    (m,) = variables("_m")
    step = Poly.of(total(m)) - Poly.of(total(m - 1)) - Poly.of(summand(m))
    return step == 0 and Poly.of(total(Poly.of(0))) == 0


def evaluate(p: Coefficients, x: Fraction) -> Fraction:
    """The value at x (Horner).

    >>> evaluate([Fraction(1), Fraction(2)], Fraction(3))
    Fraction(7, 1)
    """
    return reduce(lambda value, c: value * x + c, reversed(p), Fraction(0))


def derivative(p: Coefficients) -> Coefficients:
    """The derivative."""
    return [e * c for e, c in enumerate(p)][1:]


def roots_between(p: Coefficients, low: Fraction, high: Fraction) -> int:
    """Number of distinct real roots in the half-open interval (low, high], by Sturm's theorem.

    Neither end may be a root.

    >>> roots_between([Fraction(-2), Fraction(0), Fraction(1)], Fraction(1), Fraction(2))
    1
    """
    if evaluate(p, low) == 0 or evaluate(p, high) == 0:
        raise ValueError("an end of the interval is a root")
    chain = [p, derivative(p)]
    while chain[-1]:
        chain.append([-c for c in _remainder(chain[-2], chain[-1])])
    return _sign_changes(chain, low) - _sign_changes(chain, high)


def positive_between(p: Coefficients, low: Fraction, high: Fraction) -> bool:
    """Whether p(x) > 0 for every x of the open interval; roots at its ends are allowed.

    >>> positive_between([Fraction(0), Fraction(1), Fraction(-1)], Fraction(0), Fraction(1))
    True
    """
    if evaluate(p, (low + high) / 2) <= 0:
        return False
    for end in (low, high):
        while evaluate(p, end) == 0:
            p = _without_root(p, end)
    return roots_between(p, low, high) == 0


def _remainder(a: Coefficients, b: Coefficients) -> Coefficients:
    a = list(a)
    while len(a) >= len(b):
        factor = a[-1] / b[-1]
        shift = len(a) - len(b)
        a = [c - factor * b[e - shift] if e >= shift else c for e, c in enumerate(a)]
        while a and a[-1] == 0:
            a.pop()
    return a


def _without_root(p: Coefficients, root: Fraction) -> Coefficients:
    """p / (x - root), by synthetic division."""
    quotient = [Fraction(0)]
    for c in reversed(p[1:]):
        quotient.append(quotient[-1] * root + c)
    return quotient[:0:-1]


def _sign_changes(chain: list[Coefficients], x: Fraction) -> int:
    signs = [value > 0 for value in (evaluate(p, x) for p in chain) if value]
    return sum(a != b for a, b in pairwise(signs))
