"""Formulas on pages: closed forms as readers of mathematics write them."""

import json
import re

from kvratio import reports
from kvratio.reports.render.closed_forms import closed_form
from tests.page import Page


def test_cases_stand_under_each_other() -> None:
    drawn = str(closed_form("Piecewise((1 + x, x >= 2), (x/2, True)), x = sqrt(u)"))
    assert drawn.count("<mtr>") == 2
    assert "<mtext>otherwise</mtext>" in drawn
    assert drawn.endswith("<math><mi>x</mi><mo>=</mo><msqrt><mi>u</mi></msqrt></math>")


def test_names_of_sympy_become_those_of_mathematics() -> None:
    drawn = str(closed_form("log(q + 1) + exp(2*x) + polygamma(0, s) - expint(1, x) + Max(1, s)"))
    assert "<mi>ln</mi>" in drawn
    assert "<msup><mi>e</mi>" in drawn
    assert "<msub><mi>ψ</mi><mn>0</mn></msub>" in drawn
    assert "<msub><mi>E</mi><mn>1</mn></msub>" in drawn
    assert not re.search("log|exp|polygamma|Max", drawn)


def test_an_equation_and_the_id_of_another_bound() -> None:
    assert closed_form("Eq(s/l, (b - 1)/b), b = 1/sqrt(alpha)") == closed_form(
        "s/l = (b - 1)/b, b = 1/sqrt(alpha)"
    )
    assert closed_form("geometric/A_min/H-SF at s = 1") == "geometric/A_min/H-SF at s = 1"
    assert closed_form("Piecewise((1, x") == "Piecewise((1, x", "what cannot be read stays"
    assert "<i>" not in closed_form("a < b & <i>")


def test_every_published_closed_form_is_well_formed_and_has_no_python() -> None:
    rows = json.loads((reports.PUBLISHED / "bounds.json").read_text(encoding="utf-8"))
    found = {row["closed_form"] for row in rows}
    assert len(found) > 100
    typeset = [str(closed_form(text)) for text in found]
    for drawn in typeset:
        Page(f"<p>{drawn}</p>")
        assert "**" not in drawn
        assert "Piecewise" not in drawn
    assert sum("<math>" in drawn for drawn in typeset) > 0.9 * len(found)
