"""Formulas of sympy for the compiler Typst, in its mathematics mode.

What the printer does not know is an error, not a guess: a formula in the note is whole or absent.
"""

import re
from itertools import pairwise
from typing import Any

import sympy
from sympy.parsing.sympy_parser import parse_expr
from sympy.printing.precedence import PRECEDENCE, precedence
from sympy.printing.printer import Printer

from kvratio.reports.render.mathml import GREEK

FUNCTIONS = {"log": "ln", "Max": "max", "Min": "min"}
RELATIONS = {
    sympy.Equality: "=",
    sympy.Unequality: "≠",
    sympy.LessThan: "≤",
    sympy.GreaterThan: "≥",
    sympy.StrictLessThan: "<",
    sympy.StrictGreaterThan: ">",
}
# what a closed form may consist of; nothing else is read
KNOWN = {
    "sqrt", "log", "exp", "Max", "Min", "Piecewise", "Eq", "polygamma", "expint", "Integer",
    "Float", "Rational", "Symbol", "pi",
}  # fmt: skip


class TypstPrinter(Printer):  # type: ignore[misc]
    """Expressions of the closed forms: sums, quotients, powers, the functions in `KNOWN`."""

    printmethod = "_typst"

    def emptyPrinter(self, expr: Any) -> str:  # noqa: N802 (sympy's name)
        """Refuse what no rule prints."""
        raise TypeError(f"no rule prints {type(expr).__name__} {expr}")

    def _inner(self, expr: Any, level: int, *, strict: bool = False) -> str:
        """An operand, in brackets where it binds less than `level` (strict: or as much)."""
        own = precedence(expr)
        text: str = self._print(expr)
        return f"lr(({text}))" if own < level or (strict and own == level) else text

    def _print_Symbol(self, expr: Any) -> str:  # noqa: N802
        return symbol(expr.name)

    def _print_Integer(self, expr: Any) -> str:  # noqa: N802
        return str(expr.p) if expr.p >= 0 else f"−{-expr.p}"

    def _print_Rational(self, expr: Any) -> str:  # noqa: N802
        return f"{'−' if expr.p < 0 else ''}frac({abs(expr.p)}, {expr.q})"

    def _print_Float(self, expr: Any) -> str:  # noqa: N802
        return f"{float(expr):.12g}".replace("-", "−")

    def _print_Exp1(self, _expr: Any) -> str:  # noqa: N802
        return "e"

    def _print_Pi(self, _expr: Any) -> str:  # noqa: N802
        return "π"

    def _print_Infinity(self, _expr: Any) -> str:  # noqa: N802
        return "∞"

    def _print_Add(self, expr: Any) -> str:  # noqa: N802
        out = ""
        for term in self._as_ordered_terms(expr):
            negative = term.could_extract_minus_sign() and not term.is_Add
            text = self._inner(-term if negative else term, PRECEDENCE["Add"], strict=negative)
            sign = "−" if negative else "+" if out else ""
            out += f" {sign} {text}" if sign else text
        return out.strip()

    def _print_Mul(self, expr: Any) -> str:  # noqa: N802
        if expr.could_extract_minus_sign():
            return f"−{self._inner(-expr, PRECEDENCE['Mul'])}"
        above, below = sympy.fraction(expr, exact=True)
        if below != 1:
            return f"frac({self._print(above)}, {self._print(below)})"
        # as it was written: a number first, then the factors in sympy's order
        factors = expr.as_ordered_factors()
        parts = [self._inner(factor, PRECEDENCE["Mul"]) for factor in factors]
        out = parts[0]
        for before, part in pairwise(parts):
            clash = before[-1].isdigit() and part[0].isdigit()
            out += (" dot " if clash else " ") + part
        return out

    def _print_Pow(self, expr: Any) -> str:  # noqa: N802
        base, exponent = expr.as_base_exp()
        if exponent == sympy.Rational(1, 2):
            return f"sqrt({self._print(base)})"
        if exponent.could_extract_minus_sign() and exponent.is_Rational:
            return f"frac(1, {self._print(base**-exponent)})"
        if exponent == 1:
            return str(self._print(base))
        simple = base.is_Symbol or (base.is_Integer and base >= 0) or base is sympy.E
        body = self._print(base) if simple else f"lr(({self._print(base)}))"
        return f"attach({body}, t: {self._print(exponent)})"

    def _print_exp(self, expr: Any) -> str:
        return f"attach(e, t: {self._print(expr.args[0])})"

    def _print_Function(self, expr: Any) -> str:  # noqa: N802
        name = type(expr).__name__
        if name not in FUNCTIONS:
            raise TypeError(f"no rule prints the function {name}")
        return f'op("{FUNCTIONS[name]}") {self._arguments(expr.args)}'

    _print_Max = _print_Min = _print_Function  # noqa: N815

    def _print_polygamma(self, expr: Any) -> str:
        order, argument = expr.args
        body = "ψ" if order == 0 else f"attach(ψ, t: lr(({self._print(order)})))"
        return f"{body} {self._arguments((argument,))}"

    def _print_expint(self, expr: Any) -> str:
        order, argument = expr.args
        return f'attach("E", b: {self._print(order)}) {self._arguments((argument,))}'

    def _arguments(self, args: Any) -> str:
        return "lr((" + r"\, ".join(self._print(one) for one in args) + "))"

    def _print_Relational(self, expr: Any) -> str:  # noqa: N802
        sign = RELATIONS[type(expr)]
        return f"{self._print(expr.lhs)} {sign} {self._print(expr.rhs)}"

    def _print_Piecewise(self, expr: Any) -> str:  # noqa: N802
        rows = []
        for value, condition in expr.args:
            when = '"otherwise"' if condition == sympy.true else f'"for" {self._print(condition)}'
            rows.append(f"{self._print(value)} quad & {when}")
        return f"cases({', '.join(rows)})"

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        """Positive terms first, so that no sum begins with a sign without need."""
        terms = expr.as_ordered_terms(order)
        return sorted(terms, key=lambda term: bool(term.could_extract_minus_sign()))


def symbol(name: str) -> str:
    """A symbol by name: Greek letters as such, digits and what follows `_` below the line.

    >>> symbol("rho"), symbol("T1"), symbol("x_l")
    ('ρ', 'attach(T, b: 1)', 'attach(x, b: l)')
    """
    first, _, below = name.partition("_")
    if not below and first.rstrip("0123456789") != first:
        stem = first.rstrip("0123456789")
        first, below = stem, first[len(stem) :]
    shown = GREEK.get(first, first)
    shown = shown if len(shown) == 1 else f'"{shown}"'
    below = GREEK.get(below, below)
    subscript = below if len(below) == 1 or below.isdigit() else f'"{below}"'
    return f"attach({shown}, b: {subscript})" if below else shown


def typst(expression: Any) -> str:
    """An expression as the content of a Typst formula. Raises `TypeError` for what no rule prints.

    >>> x = sympy.Symbol("alpha")
    >>> typst(sympy.Rational(3, 2) - x / 2)
    'frac(3, 2) − frac(α, 2)'
    """
    return str(TypstPrinter().doprint(expression))


def parsed(text: str) -> list[tuple[str, Any]] | None:
    """A closed form in Python's notation as pairs: a name ("" for the form itself) and what it
    stands for; None where it is no such form but words.

    >>> parsed("1 + r, r = sqrt(u)")
    [('', r + 1), ('r', sqrt(u))]
    >>> parsed("at least (b + 1)/2") is None
    True
    """
    allowed = {name: getattr(sympy, name) for name in KNOWN}
    found = []
    for part in _top_level(text):
        name, equals, value = part.rpartition(" = ")
        if equals and not name.isidentifier():
            return None
        names = set(re.findall(r"[A-Za-z_]\w*", value)) - KNOWN - {"True"}
        local = {word: sympy.Symbol(word) for word in names}
        try:
            expression = parse_expr(value, local_dict=local, global_dict=dict(allowed))
        except (SyntaxError, TypeError, NameError, AttributeError, ValueError):
            return None
        if not isinstance(expression, sympy.Basic):
            return None
        found.append((name, expression))
    return found if found and not found[0][0] else None


def _top_level(text: str) -> list[str]:
    """The text at its commas outside of brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]
