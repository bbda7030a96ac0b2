"""What a text says: its formulas, worked out in floating point; and texts with another number."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from math import exp, log, sqrt, tanh
from typing import Any

import pytest

from kvratio.theory.bound import Bound, DerivationError
from tests.derived import checked, mutants

Check = Callable[[Bound], bool]
TOKEN = re.compile(r"\d+(?:\.\d+)?|[A-Za-z_]\w*|\*\*|[<>=]=|\S")
FUNCTIONS = {"sqrt": sqrt, "ln": log, "log": log, "exp": exp, "coth": lambda x: 1 / tanh(x)}
UNREADABLE = (ArithmeticError, AssertionError, SyntaxError, NameError, TypeError, ValueError)
WORDS = ("if", "else", "and", "or", "<", ">")


def said(text: str, **values: Any) -> float:
    """A formula as it stands in a text, at numbers: `2y`, `ln y`, `K (s + l)`."""
    known = FUNCTIONS | values
    source: list[str] = []
    before = ""
    for token in TOKEN.findall(text.replace("^", "**")):
        starts = token[0].isalnum() or token == "("
        ends = before not in WORDS and (before[-1:].isalnum() or before == ")")
        if starts and token not in WORDS and ends:
            if not callable(known.get(before)):
                source.append("*")
            elif token != "(":
                token, before = f"({token})", ""
        source.append(token)
        before = ")" if token[0] == "(" and len(token) > 1 else token
    return float(eval(" ".join(source), known))


def between(text: str, start: str, end: str) -> str:
    assert text.count(start) >= 1, (start, text)
    return text.partition(start)[2].partition(end)[0]


def least(function: Callable[[float], float], low: float, high: float) -> float:
    """The least value of a function with one minimum: golden section."""
    share = (sqrt(5) - 1) / 2
    while high - low > 1e-9:
        a, b = high - share * (high - low), low + share * (high - low)
        low, high = (low, b) if function(a) < function(b) else (a, high)
    return function((low + high) / 2)


NUMBER = re.compile(r"(?<![\w.^=])\d+(?:\.\d+)?(?![\w.:])")


def other_texts(bound: Bound) -> Iterator[Bound]:
    """The closed form with one of its numbers changed."""
    for found in NUMBER.finditer(bound.closed_form):
        more = str(int(float(found[0])) + 1)
        text = bound.closed_form[: found.start()] + more + bound.closed_form[found.end() :]
        try:
            yield replace(bound, closed_form=text)
        except DerivationError:
            continue


def problem(bound: Bound, counts: Mapping[str, int], numeric: Mapping[str, Check]) -> str:
    """What is wrong with a result, apart from what its constructor refuses; "" if nothing is.

    `counts`: how many checks each derivation has; `numeric`: what some are compared with.
    """
    if checked(bound) != counts[bound.id]:
        return f"{counts[bound.id]} checks were counted, {checked(bound)} are there"
    try:
        right = numeric[bound.id](bound) if bound.id in numeric else True
    except (
        ArithmeticError,
        AssertionError,
        SyntaxError,
        NameError,
        TypeError,
        ValueError,
    ) as error:
        return f"a text that cannot be read ({error!r})"
    return "" if right else "another number than what is said"


def no_mutant_is_accepted(
    bound: Bound, counts: Mapping[str, int], numeric: Mapping[str, Check]
) -> None:
    """Neither another part of a result, nor another number in its closed form."""
    assert not problem(bound, counts, numeric)
    compared = bound.id in numeric
    for part, mutant in mutants(bound, compared and bound.formula is not None):
        if part in ("statement", "value") and not compared:
            continue  # tied to each other by the constructor
        try:
            assert problem(mutant(), counts, numeric), part
        except DerivationError:
            continue
    for other in other_texts(bound) if compared else ():
        assert problem(other, counts, numeric), other.closed_form


def results_held(
    rows: Callable[[], Mapping[str, Bound]],
    counts: Mapping[str, int],
    numeric: Mapping[str, Check],
) -> tuple[Callable[[], None], Callable[[str], None]]:
    """The two tests of the results of some modules; they are made in the first of these."""

    def test_every_result_of_these_modules_has_its_line() -> None:
        assert set(rows()) == set(counts)
        assert set(numeric) <= set(counts)

    @pytest.mark.parametrize("name", sorted(counts))
    def test_a_result_and_no_mutant_of_it_is_accepted(name: str) -> None:
        no_mutant_is_accepted(rows()[name], counts, numeric)

    return (
        test_every_result_of_these_modules_has_its_line,
        test_a_result_and_no_mutant_of_it_is_accepted,
    )
