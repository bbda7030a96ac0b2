"""Closed forms: a formula for evaluation, the text that says it, its digits.

A statement, a closed form and a value that are texts are read back here, so that `theory.bound` can
compare what they say.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import mpmath
import sympy

DIGITS = 12  # significant digits of a printed value
_GUARD = 40  # digits carried before rounding to DIGITS


@dataclass(frozen=True, slots=True)
class Formula:
    """A closed form: a sympy expression and, for reading, abbreviations used in it.

    `where` lists (symbol, expression) pairs; an expression may use the symbols of later pairs.

    >>> u, r = sympy.symbols("u r")
    >>> str(Formula(1 + r, ((r, sympy.sqrt(u)),)))
    'r + 1, r = sqrt(u)'
    """

    expression: Any
    where: tuple[tuple[Any, Any], ...] = ()

    def __str__(self) -> str:
        parts = [str(self.expression), *(f"{name} = {value}" for name, value in self.where)]
        return ", ".join(parts)

    def latex(self) -> str:
        """The formula in LaTeX, for mathematics mode."""
        pairs = (f"{sympy.latex(name)} = {sympy.latex(value)}" for name, value in self.where)
        return ",\\; ".join([sympy.latex(self.expression), *pairs])

    @property
    def full(self) -> Any:
        """The expression with the abbreviations put in."""
        return _put_in(self.expression, self.where)

    @property
    def parameters(self) -> frozenset[str]:
        """Names of the free symbols.

        >>> sorted(Formula(sympy.Symbol("u") / sympy.Symbol("l")).parameters)
        ['l', 'u']
        """
        return frozenset(str(symbol) for symbol in self.full.free_symbols)

    def at(self, values: Mapping[str, Any]) -> Any:
        """The value (a sympy number) at these parameters: exact, but for digamma functions.

        >>> Formula(sympy.Symbol("u") ** 2).at({"u": 3})
        9
        """
        full = self.full
        exact = {symbol: sympy.sympify(values[str(symbol)]) for symbol in full.free_symbols}
        if full.has(sympy.polygamma):  # exact harmonic numbers of thousands of terms would follow
            names = sorted(exact, key=str)
            with mpmath.workdps(_GUARD):
                points = [mpmath.mpf(str(sympy.N(exact[name], _GUARD))) for name in names]
                value = sympy.lambdify(names, full, "mpmath")(*points)
                return sympy.Float(str(value), _GUARD)
        for name, value in reversed(self.where):  # numbers in place of the long expressions
            exact[name] = sympy.sympify(value).subs(exact)
        return sympy.sympify(self.expression).subs(exact)

    def function(self) -> Callable[..., float]:
        """The closed form as a function of keyword arguments (floats), for drawing curves.

        >>> Formula(sympy.Symbol("u") ** 2).function()(u=0.5)
        0.25
        """
        names = sorted(self.parameters)
        evaluate = sympy.lambdify(names, self.full, "mpmath")
        return lambda **values: float(evaluate(*(mpmath.mpf(values[name]) for name in names)))


@cache  # the table asks for every formula at every point; as many as there are
def _put_in(expression: Any, where: tuple[tuple[Any, Any], ...]) -> Any:
    full = sympy.sympify(expression)
    for name, value in where:
        full = full.subs(name, value)
    return full


_PIECE = re.compile(r"\d+|[A-Za-z]+|\S")
_FUNCTIONS = {"sqrt": sympy.sqrt, "ln": sympy.log, "max": sympy.Max}


def read(text: str, *symbols: Any) -> Any:
    """The expression that a formula in a statement says; a factor beside another is a product.

    A statement that is put together from such texts, in a derivation that works with what they say,
    cannot be changed alone.

    >>> k, s = sympy.symbols("k s", positive=True)
    >>> read("2(s+2k-1)/(s k)", k, s)
    (4*k + 2*s - 2)/(k*s)
    """
    names = {str(symbol): symbol for symbol in symbols}
    parts: list[str] = []
    for piece in _PIECE.findall(text.replace("^", "**")):
        follows = parts and (parts[-1] == ")" or parts[-1].isalnum())
        applies = parts and parts[-1] in _FUNCTIONS
        if follows and not applies and (piece == "(" or piece.isalnum()):
            parts.append("*")
        parts += ["(", piece, ")"] if applies and piece != "(" else [piece]
    # `lambda` is a word of Python
    known = {"lambda_" if name == "lambda" else name: value for name, value in names.items()}
    source = " ".join("lambda_" if part == "lambda" else part for part in parts)
    return sympy.sympify(source, locals={**_FUNCTIONS, **known})


_NUMBER = re.compile(r"(?:.*-> )?((?:[\d\s+\-*/().]|sqrt|log|exp)+)")


def constant(closed_form: str) -> Any:
    """The number that a closed form without parameters is; None where it has some.

    >>> constant("CR / ln(1/alpha) -> 1/4"), constant("(1 + sqrt(2))/2"), constant("1/alpha")
    (1/4, 1/2 + sqrt(2)/2, None)
    """
    found = _NUMBER.fullmatch(closed_form)
    return sympy.sympify(found[1]) if found else None


def says(closed_form: str, formula: Formula) -> bool:
    """Is the text that of the formula, or, with alpha = l/u, one that reads the same?"""
    if str(formula.expression) in closed_form:
        return True
    low, high, alpha = sympy.symbols("l u alpha", positive=True)
    full = formula.full
    own = {str(symbol): symbol for symbol in full.free_symbols}
    names = {"l": low, "u": high, "alpha": alpha} | own
    head, *where = re.split(r", (?=\w+ = )", closed_form)
    try:
        said = read(head, *names.values())
        for name, text in (pair.split(" = ", 1) for pair in where):
            said = said.subs(sympy.Symbol(name), read(text, *names.values()))
    except (sympy.SympifyError, TypeError):  # no formula that `read` can read
        return False
    if "alpha" not in own:
        said = said.subs(alpha, names["l"] / names["u"])
    return said.free_symbols == full.free_symbols and is_zero(said - full)


def is_zero(expression: Any) -> bool:
    """Whether a sympy expression is identically zero (rational functions, radicals, logarithms).

    >>> x = sympy.Symbol("x", positive=True)
    >>> is_zero((x**2 - 1) / (x - 1) - x - 1)
    True
    """
    e = sympy.together(sympy.sympify(expression))
    return bool(sympy.cancel(e) == 0 or sympy.simplify(e) == 0)


def power_sums(polynomial: Any, over: Any, low: Any, high: Any) -> Any:
    """The sum of a polynomial in the symbol `over` from `low` to `high`.

    P(high + 1) - P(low), where P(x + 1) - P(x) is the polynomial: P has a Bernoulli polynomial for
    each power, and that it telescopes is checked. Much faster than `sympy.summation`.

    >>> k, n = sympy.symbols("k n")
    >>> sympy.factor(power_sums(k**2, k, 1, n))
    n*(n + 1)*(2*n + 1)/6
    """
    terms = sympy.Poly(polynomial, over)
    found = sympy.Poly(0, over)
    for (power,), factor in terms.terms():
        found += sympy.Poly(sympy.bernoulli(power + 1, over) / (power + 1), over) * factor
    if not (found.compose(sympy.Poly(over + 1, over)) - found - terms).is_zero:
        raise ArithmeticError(f"no closed sum of {polynomial}")
    total = found.as_expr()
    return total.subs(over, high + 1) - total.subs(over, low)


def digits(value: Any) -> str:
    """A number (Fraction, sympy or mpmath) to 12 significant digits, the same on every machine.

    >>> digits(10 - 12 * sympy.log(2)), digits(sympy.Rational(14, 9)), digits(sympy.oo)
    ('1.68223383328', '1.55555555556', 'inf')
    """
    if value == sympy.oo:
        return "inf"
    with mpmath.workdps(_GUARD):
        number = mpmath.mpf(str(sympy.N(sympy.sympify(value), _GUARD)))
        return str(mpmath.nstr(number, DIGITS, strip_zeros=False))
