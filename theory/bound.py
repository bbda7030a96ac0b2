"""The record of a result: what is claimed, its closed form and value, and what was checked.

A `Bound` holds a list of `Step`s. A step is made by one of the functions below, each of which
*performs* its check and raises `DerivationError` when it fails; `words` is for the sentences in
between. How a result was obtained is read off the steps, never typed:

    derived    every step passed an exact symbolic check (or is a sentence between such steps)
    certified  as derived, and some step checked an exact certificate or interval enclosure
    numeric    some step rests on floating point, or nothing was checked
    cited      some step is taken from a paper
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple

import sympy

from kvratio.theory.checks import InputError
from kvratio.theory.formula import Formula, constant, digits, is_zero, read, says


class DerivationError(ArithmeticError):
    """A step of a derivation does not hold. The message says which."""


class Step(NamedTuple):
    """One step: a sentence and the kind of check that it passed ("words": none is needed)."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One result about a competitive ratio. Fields are given by name.

    `id` is unique; `policy`, `family` (of length distributions) and `benchmark` say what is
    compared; `closed_form` is readable text; `value` has 12 significant digits (or is empty where
    the closed form has free parameters); `attained` says where the supremum is reached; `formula`
    is the closed form for evaluation (`at`), where there is one.

    Raises `DerivationError` where these contradict each other (see `contradiction`).
    """

    id: str
    statement: str
    policy: str
    family: str
    benchmark: str
    closed_form: str
    value: str
    attained: str
    source: str
    steps: tuple[Step, ...] = ()
    formula: Formula | None = None

    def __post_init__(self) -> None:
        if problem := contradiction(self):
            raise DerivationError(f"{self.id}: {problem}")

    def at(self, values: Mapping[str, Any]) -> "Bound":
        """The same result at given parameters, the value worked out there.

        Raises `InputError` when a parameter of the formula is missing.
        """
        if self.formula is None or not self.formula.parameters <= set(values):
            missing = sorted(self.formula.parameters - set(values)) if self.formula else "a formula"
            raise InputError("parameters", sorted(values), f"values for {missing} ({self.id})")
        used = {k: values[k] for k in sorted(self.formula.parameters)}
        point = ", ".join(f"{name}={value}" for name, value in used.items())
        value = digits(self.formula.at(used))
        return replace(self, id=f"{self.id}{_AT}{point}", value=value, attained=f"at {point}")

    @property
    def obtained(self) -> str:
        """How the result was obtained: the weakest kind of evidence among its steps.

        >>> bound = Bound(
        ...     id="one",
        ...     statement="1 is 1",
        ...     policy="FCFS",
        ...     family="all lengths",
        ...     benchmark="FCFS",
        ...     closed_form="1",
        ...     value="1.00000000000",
        ...     attained="everywhere",
        ...     source="here",
        ...     steps=(identity("trivial", 1, 1),),
        ... )
        >>> bound.obtained
        'derived'
        """
        kinds = {step.kind for step in self.steps}
        for weakest in ("cited", "numeric", "certified"):
            if weakest in kinds:
                return weakest
        return "derived" if "derived" in kinds else "numeric"

    def row(self) -> dict[str, Any]:
        """The record as plain data, for tables and JSON."""
        return {
            "id": self.id,
            "policy": self.policy,
            "family": self.family,
            "benchmark": self.benchmark,
            "closed_form": self.closed_form,
            "value": self.value,
            "obtained": self.obtained,
            "statement": self.statement,
            "attained": self.attained,
            "source": self.source,
            "steps": [{"text": step.text, "check": step.kind} for step in self.steps],
        }


_AT = " @ "  # between the id of a result and the parameters at which it is worked out
_TIMES = re.compile(r"(?<![\w.^/)])(\d+(?:\.\d+)?(?:/\d+)?) times\b")
_ENDS = re.compile(r"(?:the limit is|rising to|falls from .* to) ((?:[\d\s+\-*/().]|ln)+)$")
_BETWEEN = re.compile(r"is between (\d+\.\d+) and (\d+\.\d+)")


def contradiction(bound: Bound) -> str:
    """What is wrong between the parts of a result that must say the same; "" if nothing is.

    The closed form is the formula's text. The value of a closed form without parameters is that
    number. The numbers that the statement gives ("at most 5 times ...", "is between ... and ...")
    are the value, in as many digits as they have.

    >>> half = Bound(
    ...     id="half",
    ...     statement="FCFS is at most 0.50 times FCFS",
    ...     policy="FCFS",
    ...     family="all lengths",
    ...     benchmark="FCFS",
    ...     closed_form="1/2",
    ...     value="0.500000000000",
    ...     attained="nowhere",
    ...     source="here",
    ... )
    >>> replace(half, value="0.600000000000")
    Traceback (most recent call last):
    ...
    kvratio.theory.bound.DerivationError: half: the closed form 1/2 has the value 0.500000000000
    """
    if bound.formula is not None and not says(bound.closed_form, bound.formula):
        return f"the closed form {bound.closed_form} is not that of the formula {bound.formula}"
    exact = constant(bound.closed_form)
    if exact is not None and bound.value and digits(exact) != bound.value:
        return f"the closed form {bound.closed_form} has the value {digits(exact)}"
    if not bound.value or bound.value == "inf" or _AT in bound.id:
        return ""  # no number to compare; or that of one point, where the statement has all
    value = Fraction(bound.value)
    for text in _TIMES.findall(bound.statement):
        if abs(Fraction(text) - value) >= _last_digit(text, bound.value):
            return f"the statement says {text} times, the value is {bound.value}"
    if (end := _ENDS.search(bound.statement)) and digits(read(end[1])) != bound.value:
        return f"the statement ends at {end[1]}, the value is {bound.value}"
    for low, high in _BETWEEN.findall(bound.statement):
        slack = _last_digit(low, bound.value)
        if not Fraction(low) - slack <= value <= Fraction(high) + slack:
            return f"the statement says between {low} and {high}, the value is {bound.value}"
    return ""


def _last_digit(text: str, value: str) -> Fraction:
    """One unit in the last decimal of a rounded number; for a whole number or a fraction one of
    the value's own."""
    decimals = (text if "." in text else value).partition(".")[2]
    return Fraction(1, 10 ** len(decimals))


def words(text: str) -> Step:
    """A sentence between checked steps.

    >>> words("Put t = x_l / x_u.").kind
    'words'
    """
    return Step(text, "words")


def cited(text: str) -> Step:
    """A step taken from a paper without proof here; the text names it."""
    return Step(text, "cited")


def numeric(text: str) -> Step:
    """A step that rests on floating-point computation; the text says which."""
    return Step(text, "numeric")


def identity(text: str, left: Any, right: Any) -> Step:
    """Two expressions are identically equal.

    >>> x = sympy.Symbol("x")
    >>> identity("a square", (x + 1) ** 2, x**2 + 2 * x + 1).kind
    'derived'
    >>> identity("wrong", x, x + 1)
    Traceback (most recent call last):
    ...
    kvratio.theory.bound.DerivationError: wrong: x is not x + 1
    """
    if not is_zero(sympy.sympify(left) - sympy.sympify(right)):
        raise DerivationError(f"{text}: {left} is not {right}")
    return Step(text, "derived")


def same(text: str, left: Any, right: Any) -> None:
    """Two expressions that a derivation uses for one thing are identical; no step of its text.

    >>> same("half", sympy.Rational(1, 2), 1)
    Traceback (most recent call last):
    ...
    kvratio.theory.bound.DerivationError: half: 1/2 is not 1
    """
    identity(text, left, right)


def nonnegative(text: str, expression: Any, *symbols: Any) -> Step:
    """A rational function is >= 0 for all nonnegative values of its symbols.

    Proof: numerator and denominator have nonnegative coefficients only (sufficient, not
    necessary: substitute u = l + d, d >= 0, and the like, before calling).

    >>> x = sympy.Symbol("x")
    >>> nonnegative("sum", 1 + x, x).kind
    'derived'
    """
    top, bottom = sympy.fraction(sympy.cancel(sympy.together(expression)))
    polynomials = [sympy.Poly(part, *symbols) for part in (top, bottom)]
    signs = {bool(c >= 0) for p in polynomials for c in p.coeffs()}
    if signs != {True}:
        raise DerivationError(f"{text}: a coefficient of {expression} is negative")
    return Step(text, "derived")


def positive_between(text: str, polynomial: Any, symbol: Any, low: Any, high: Any) -> Step:
    """A polynomial in one symbol, with rational coefficients, is > 0 on the open interval.

    Proof: Sturm's theorem counts no root inside, and the sign at the middle is positive. `high`
    may be `sympy.oo`.

    >>> x = sympy.Symbol("x")
    >>> positive_between("inside", x * (1 - x), x, 0, 1).kind
    'derived'
    """
    poly = sympy.Poly(polynomial, symbol)
    middle = low + 1 if high == sympy.oo else sympy.Rational(low + high, 2)
    inner = poly
    for end in (low, high):
        while end != sympy.oo and inner.eval(end) == 0:
            inner = inner.quo(sympy.Poly(symbol - end, symbol))
    roots = inner.count_roots(low, None if high == sympy.oo else high)
    if roots or not poly.eval(middle) > 0:
        raise DerivationError(f"{text}: {polynomial} is not positive on ({low}, {high})")
    return Step(text, "derived")


def certified(text: str, check: Callable[[], bool]) -> Step:
    """An exact certificate or interval enclosure, checked here and now.

    >>> certified("an integer inequality", lambda: 2 * 2 < 5).kind
    'certified'
    >>> certified("a false one", lambda: 2 * 2 > 5)
    Traceback (most recent call last):
    ...
    kvratio.theory.bound.DerivationError: a false one: the check failed
    """
    if not check():
        raise DerivationError(f"{text}: the check failed")
    return Step(text, "certified")
