"""Mutants of a result, and what its parts say: for the tests of what is called derived."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from math import isclose, sqrt

import sympy

from kvratio.theory.bound import Bound
from kvratio.theory.formula import Formula, digits

NUMBERS = re.compile(r"(\d+(?:\.\d+)?(?:/\d+)?) times\b")


def near(one: float, other: float, tolerance: float = 1e-9) -> bool:
    return isclose(one, other, rel_tol=tolerance)


def value(text: str, **values: float) -> float:
    """A formula as one writes it by hand, at numbers; x is lambda."""
    source = text.replace("lambda", "x").replace("^", "**").replace("x l", "x*l")
    source = re.sub(r"(\d)(?=[a-z(])", r"\1*", source)
    source = re.sub(r"(?<![a-z])([luskx])(?=\()", r"\1*", source)
    return float(eval(source, {"sqrt": sqrt}, dict(values)))


def checked(bound: Bound) -> int:
    """The steps of the derivation that carry a check."""
    return sum(step.kind != "words" for step in bound.steps)


def mutants(bound: Bound, compared: bool) -> Iterator[tuple[str, Callable[[], Bound]]]:
    """The same result with one part changed; the formula where it is `compared` with something."""
    keep = [k for k, step in enumerate(bound.steps) if step.kind != "words"]
    for gone in {keep[0], keep[-1]}:
        steps = (*bound.steps[:gone], *bound.steps[gone + 1 :])
        yield "steps", partial(replace, bound, steps=steps)
    if name_of_number := NUMBERS.search(bound.statement):
        other = str(sympy.Rational(name_of_number[1]) + 1)
        start, end = name_of_number.span(1)
        text = bound.statement[:start] + other + bound.statement[end:]
        yield "statement", lambda: replace(bound, statement=text)
    if bound.formula is not None and compared:
        more = Formula(bound.formula.expression + 1, bound.formula.where)
        yield "formula alone", lambda: replace(bound, formula=more)
        yield "formula", lambda: replace(bound, formula=more, closed_form=str(more))
    if bound.value:
        other = "7" if bound.value == "inf" else digits(sympy.Rational(bound.value) * 21 / 20)
        yield "value", lambda: replace(bound, value=other)
