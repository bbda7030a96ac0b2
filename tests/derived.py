"""Mutants of a result, and what its parts say: for the tests of what is called derived."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from math import isclose, sqrt
from typing import Any

import sympy
from mpmath import workdps

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


def at(bound: Bound, **values: Any) -> float:
    """The closed form at a point."""
    assert bound.formula is not None
    with workdps(40):  # prompts of 1e16 beside outputs of 1
        return bound.formula.function()(**{k: float(values[k]) for k in bound.formula.parameters})


# where the formula of a row comes nearest to its value, or far beyond any
TINY, CLOSE = 1e-9, 1 - 1e-7
ENDS: dict[frozenset[str], list[dict[str, float]]] = {
    frozenset({"alpha"}): [{"alpha": a} for a in (TINY, 0.5, CLOSE, 0.01)],
    frozenset({"q"}): [{"q": q} for q in (CLOSE, 0.999999)],
    frozenset({"x"}): [{"x": x} for x in (1e-6, 0.5, 1, 2, 1e6)],
    frozenset({"u"}): [{"u": u} for u in (1, 2, 3, 4, 5, 1e9)],
    frozenset({"s", "u"}): [{"s": 0, "u": 1e9}],
    frozenset({"q", "s"}): [{"q": CLOSE, "s": 0}],
    frozenset({"l", "s", "u"}): [
        {"l": low, "u": low * a, "s": s}
        for low in (1, 1e8)
        for a in (1 + 1e-8, 2, 1e9)
        for s in (0, 1e16, 1e17)
    ],
}


NAMED = re.compile(r"(?:s = 0, )?(?P<name>[qux]) = (?P<at>[\d.]+)")  # where it is attained
PRINTED = re.compile(r"(printed )?value at alpha = 1/100")


def reaches(bound: Bound) -> bool:
    """The value is the supremum of the formula: no end of its domain is above, one is close."""
    if bound.formula is None or not bound.value:
        return True
    ends = ENDS[bound.formula.parameters]
    if PRINTED.match(bound.attained):
        ends = [{"alpha": 0.01}]
    elif named := NAMED.match(bound.attained):
        ends = [{"s": 0, named["name"]: float(named["at"])}, *ends]
    top = max(at(bound, **end) for end in ends)
    if bound.value == "inf":
        return top > 1e3
    claimed = float(bound.value)
    return top < claimed * (1 + 1e-6) and near(top, claimed, 1e-5)
