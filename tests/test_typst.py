"""Text and formulas for Typst: nothing in a text is markup, and a formula keeps its value."""

import json
import random
from importlib.resources import files
from math import isclose
from typing import Any

import pytest
import sympy
import typst

from kvratio.reports import PUBLISHED
from kvratio.reports.document import Column, Headline, Kind, Obtained, Table
from kvratio.reports.note.compiler import compiled
from kvratio.reports.render.mathml import formula
from kvratio.reports.render.typst import block, closed_form, formulas, from_mathml, prose, words
from kvratio.reports.render.typst_printer import parsed, symbol
from kvratio.reports.render.typst_printer import typst as printed
from tests.pdf import letters, reader
from tests.typst_values import value

HOSTILE = (
    "#panic(1)",
    "$x$ $",
    "*bold* _emphasis_",
    "@reference <label>",
    "<img src=x onerror=alert(1)>",
    "\"quoted\" 'single'",
    "back\\slash \\",
    "line\nbreak",
    "= heading",
    "- item",
    "// comment /* */",
    "`raw",
    "[brackets] ]",
    "#{",
    ')]; #read("/etc/passwd")',
    "\\u{41}",
    "https://example.com/a",
    "~ -- ...",
)


def rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((PUBLISHED / "bounds.json").read_text())
    return found


def test_every_closed_form_keeps_its_value() -> None:
    checked = 0
    for text in dict.fromkeys(row["closed_form"] for row in rows()):
        for _, expression in parsed(text) or ():
            if expression.has(sympy.Piecewise, sympy.polygamma, sympy.expint, sympy.Rel):
                continue
            names = sorted(expression.free_symbols, key=str)
            values = {name: 1.25 + 0.375 * k for k, name in enumerate(names)}
            true = complex(expression.subs(values).evalf())
            if abs(true.imag) > 0 or not isclose(true.real, true.real):
                continue
            given = {}
            for name, number in values.items():
                inner = symbol(name.name)
                given[name.name] = number
                if "attach" in inner:  # with an index, as it is printed
                    given[f"{inner[7]}_{inner.split(': ')[1][:-1]}"] = number
            assert isclose(value(printed(expression), given), true.real, rel_tol=1e-9), text
            checked += 1
    assert checked > 50


def test_a_changed_print_has_another_value() -> None:
    x = sympy.Symbol("x")
    text = printed((1 + x) / (2 * x))
    assert isclose(value(text, {"x": 3.0}), 4 / 6)
    assert not isclose(value(text.replace("2 x", "2 + x"), {"x": 3.0}), 4 / 6)


def random_expression(draw: random.Random, depth: int) -> str:
    """Python's notation, which formulas in sentences have as well."""
    if depth == 0:
        return draw.choice(["x", "y", "2", "3", "alpha", "7"])
    a, b = (random_expression(draw, depth - 1) for _ in range(2))
    return draw.choice([f"({a} + {b})", f"({a} - {b})", f"{a}*{b}", f"({a})/({b})", f"({a})^2"])


@pytest.mark.parametrize("stacked", [False, True])
def test_formulas_in_sentences_keep_their_value(stacked: bool) -> None:
    draw = random.Random(7)
    values = {"x": 1.5, "y": 2.75, "alpha": 0.3}
    for _ in range(300):
        text = random_expression(draw, 3)
        try:
            true = eval(text.replace("^", "**"), {}, values)
        except ZeroDivisionError:
            continue
        drawn = formula(text)
        assert drawn is not None
        made = from_mathml(str(drawn), stacked=stacked)
        assert isclose(value(made, values), true, rel_tol=1e-9, abs_tol=1e-12), (text, made)


def test_fractions_on_the_line_have_the_brackets_they_need() -> None:
    made = formulas("(3 - alpha)/2 and 1/(2 x) and a/b")
    assert "lr((3 − α)) slash 2" in made
    assert "1 slash lr((2 thin x))" in made
    assert "a slash b" in made


def test_what_no_rule_prints_is_an_error_and_words_stay_words() -> None:
    with pytest.raises(TypeError, match="no rule prints"):
        printed(sympy.Integral(sympy.Symbol("x")))
    assert parsed("min over y > 1 of y") is None
    assert parsed("__import__('os').getcwd()") is None
    assert "whatever" in closed_form("whatever it takes")


def test_text_from_outside_is_shown_and_not_obeyed() -> None:
    parts = []
    for text in HOSTILE:
        columns = (Column(text, Kind.TEXT), Column("n", obtained=Obtained.CITED))
        table = Table("t", text, columns, ((text, text),), text)
        parts += [words(text), prose(text, words), block(table), block((Headline(text, text),))]
    look = (files("kvratio.reports") / "page" / "note.typ").read_text(encoding="utf-8")
    pages = reader(compiled("\n\n".join([look, *parts]))).pages
    shown = "".join(map(letters, pages))
    for text in HOSTILE:
        plain = "".join(text.split())
        least = 4 if "`" in text else 8  # the first of two backticks marks code
        assert shown.count(plain) >= least, text


def test_the_compiler_refuses_what_is_wrong() -> None:
    with pytest.raises(typst.TypstError):
        compiled("#panic()")
