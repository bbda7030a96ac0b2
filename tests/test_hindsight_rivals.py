"""The comparison of methods: every method's bounds hold on small instances."""

import json

import pytest

from kvratio import reports
from kvratio.reports.studies.hindsight.rivals import METHODS, OURS, Answered, Rivals, as_markdown
from kvratio.reports.studies.hindsight.trials import draw
from kvratio.theory.hindsight.program import linear_bound
from kvratio.theory.hindsight.search import generate
from kvratio.theory.model import Instance
from tests.bruteforce import optimum
from tests.test_relaxation import linear_relaxation


@pytest.mark.parametrize("method", METHODS)
def test_every_method_encloses_the_optimum(method: str) -> None:
    if method == "CP-SAT":
        pytest.importorskip("ortools")
    instance = draw(1, 0, 0, 4)
    best = optimum(instance.memory, instance.prompt, instance.output, instance.arrival)
    row = Answered(**Rivals.row((4, 0, 0, 20.0, method)))
    assert row.lower is not None
    assert row.lower <= best <= row.first
    if row.upper is not None:
        assert row.lower == best == row.upper


def test_the_linear_program_is_the_relaxation() -> None:
    instance = Instance.of(9, [5, 4, 7, 2], prompt=[1, 0, 2, 0])
    first = generate(instance, range(4))
    value = linear_relaxation(instance, 40)
    assert linear_bound(instance, first) in (int(value), int(value) + 1)


def test_the_page_has_a_row_an_instance_and_a_dash_for_no_bound() -> None:
    answers = [
        Answered(8, 0, method, 120, None if method != OURS else 118, None, 1.0)
        for method in METHODS
    ]
    page = as_markdown(answers, 5.0)
    assert page.endswith("| 8 | 0 | 120 | 118, 1.7 %, 1.0 s | - | - | - |\n")


def test_the_published_page_follows_from_its_rows() -> None:
    """And where two methods claim to have proven an optimum, it is the same."""
    text = (reports.PUBLISHED / "hindsight-rivals.jsonl").read_text(encoding="utf-8")
    answers = [Answered(**json.loads(line)) for line in text.splitlines()]
    page = (reports.PUBLISHED / "hindsight-rivals.md").read_text(encoding="utf-8")
    assert page == as_markdown(answers, Rivals().seconds)
    for n in {a.requests for a in answers}:
        its = [a for a in answers if a.requests == n]
        lowers = [a.lower for a in its if a.lower is not None]
        assert max(lowers) <= min(a.upper for a in its if a.upper is not None)
