"""`kvratio bounds`: the published table is what the derivations give; points; bad input."""

import csv
import doctest
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sympy

import kvratio.reports.bounds.table
from kvratio.reports import PUBLISHED
from kvratio.reports.bounds.table import (
    MODULES,
    at_point,
    collect,
    collected,
    examples,
    modules_at,
    point,
    renderings,
)
from kvratio.reports.cli import main
from kvratio.reports.output import differences, write_text
from kvratio.theory.bound import Bound, identity
from kvratio.theory.checks import InputError
from kvratio.theory.formula import Formula

NAMES = ["bounds.md", "bounds.csv", "bounds.tex", "bounds.json"]

L, U, S, A, Q = sympy.symbols("l u s alpha q")


def made(name: str, expression: object, family: str = "two lengths l < u") -> Bound:
    formula = Formula(expression)
    step = identity("a step with | and _", 1, 1)
    return Bound(
        id=name,
        statement="a statement",
        policy="A_min",
        family=family,
        benchmark="H-SF",
        closed_form=str(formula),
        value="inf",
        attained="where",
        source="ours",
        steps=(step,),
        formula=formula,
    )


SMALL = [
    made("ratio", (S + U) / (S + L)),
    made("no prompt", 3 - A, "two lengths l < u, s = 0"),
    made("geometric", 1 + Q, "geometric(q)"),
    replace(made("brackets", 1 + S), closed_form="E[o]/E[m]", formula=None),
]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command with three results in place of all."""

    def few(*_: object) -> Iterator[Bound]:
        return iter(SMALL)

    monkeypatch.setattr(kvratio.reports.bounds.table, "collect", few)
    monkeypatch.setattr(kvratio.reports.bounds.table, "collected", lambda *_: SMALL)


def run(*arguments: str) -> int:
    try:
        main(["bounds", *arguments])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_examples_of_the_documentation() -> None:
    assert doctest.testmod(kvratio.reports.bounds.table).failed == 0


@pytest.mark.slow
def test_the_published_table_is_regenerated_byte_for_byte() -> None:
    by_module = {module: list(collect(modules=[module])) for module in MODULES}
    bounds = [bound for found in by_module.values() for bound in found]
    texts = renderings(bounds, examples(bounds))
    assert sorted(texts) == sorted(NAMES)
    assert differences(texts, PUBLISHED) == []
    # at a point only modules with formulas to evaluate are derived
    for values in (
        point("1/4", None, "3", None),
        point(None, None, "1", "1/2"),
        point(None, (2, 9), None, "0.9"),
    ):
        few = [bound for module in modules_at(values) for bound in by_module[module]]
        rows = [bound.row() for bound in at_point(bounds, values)]
        assert [bound.row() for bound in at_point(few, values)] == rows != []


def test_two_processes_derive_what_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    order = (
        "kvratio.theory.finite.greedy",
        "kvratio.theory.ratios.endless_slots",
        "kvratio.theory.finite.thinned",
    )
    monkeypatch.setattr(kvratio.reports.bounds.table, "MODULES", order)
    monkeypatch.setattr(kvratio.reports.bounds.table, "SAME_SUMS", order[1:2])
    heard: list[str] = []
    alone = [bound.row() for bound in collect(modules=order)]
    for cores in (1, 2):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        assert [bound.row() for bound in collected(heard.append)] == alone
    assert heard == [*order, *order]


def test_all_renderings_show_the_same_rows() -> None:
    points = examples(SMALL)
    texts = renderings(SMALL, points)
    rows = json.loads(texts["bounds.json"])
    assert [row["id"] for row in rows] == [b.id for b in [*SMALL, *points]]
    assert {"id", "policy", "family", "benchmark", "closed_form", "value", "obtained"} <= set(
        rows[0]
    )
    table = list(csv.DictReader(io.StringIO(texts["bounds.csv"])))
    assert [row["value"] for row in table] == [row["value"] for row in rows]
    assert texts["bounds.tex"].count(r" \\") == len(SMALL) + 1
    for bound in SMALL:
        assert f"### {bound.id}" in texts["bounds.md"]
    body = [line for line in texts["bounds.md"].split("\n") if line.startswith("| ratio")]
    assert body[0].count(" | ") == 7


def test_a_single_changed_byte_is_found(tmp_path: Path) -> None:
    texts = renderings(SMALL, [])
    for name, text in texts.items():
        write_text(tmp_path / name, text)
    assert differences(texts, tmp_path) == []
    write_text(tmp_path / "bounds.csv", texts["bounds.csv"].replace("inf", "1.5", 1))
    (line,) = differences(texts, tmp_path)
    assert line.startswith("bounds.csv: line 2")
    (tmp_path / "bounds.md").unlink()
    write_text(tmp_path / "bounds.tex", texts["bounds.tex"][:-1])
    assert "bounds.md: missing" in differences(texts, tmp_path)
    assert len(differences(texts, tmp_path)) == 3


@pytest.mark.usefixtures("small")
def test_check_exits_with_one_on_a_difference(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--check") == 1  # the published copy has all results, not these three
    assert "bounds.csv: line" in capsys.readouterr().out


@pytest.mark.usefixtures("small")
def test_files_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--out", str(tmp_path)) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(NAMES)
    assert run("--json", "-", "--alpha", "1/4", "--prompt", "2") == 0
    out = capsys.readouterr().out
    rows = json.loads(out[out.index("[") :])
    assert [row["id"] for row in rows] == ["ratio @ l=1, s=2, u=4"]
    assert rows[0]["value"] == "2.00000000000"


@pytest.mark.usefixtures("small")
def test_the_table_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    out = capsys.readouterr().out
    assert "derived" in out
    assert "geometric" in out
    assert "E[o]" in out, "brackets are text"


def test_points_choose_the_formulas_that_they_determine() -> None:
    assert [b.id for b in at_point(SMALL, point("1/2", None, None, None))] == [
        "ratio @ l=1, s=0, u=2", "no prompt @ alpha=1/2",
    ]  # fmt: skip
    assert [b.id for b in at_point(SMALL, point(None, (2, 3), "5", "1/3"))] == [
        "ratio @ l=2, s=5, u=3", "geometric @ q=1/3",
    ]  # fmt: skip
    assert at_point(SMALL, point("1", None, None, None)) == []
    assert at_point([replace(SMALL[0], formula=None)], point("1/2", None, None, None)) == []


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (
            ["--alpha", "0"],
            "alpha: expected an exact rational number above 0 and at most 1, got '0'",
        ),
        (["--alpha", "3/2"], "alpha"),
        (["--alpha", "x"], "alpha"),
        (["--interval", "5", "4"], "u: .*got 4"),
        (["--interval", "0", "4"], "l: .*got 0"),
        (["--alpha", "1/3", "--interval", "1", "4"], "l/u of the interval"),
        (["--prompt", "-1"], "prompt: .*got '-1'"),
        (["--q", "1"], "q: .*got '1'"),
        (["--q", "0"], "q: .*got '0'"),
        (["--check", "--q", "1/2"], "the whole table"),
        (["--out", "/dev/null/x"], "a folder that can be written or made"),
        (["--json", "no/such/folder/x"], "file"),
    ],
)
def test_bad_input_is_one_line_and_exit_two(
    arguments: list[str], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    captured = capsys.readouterr()
    assert re.search(word, captured.err)
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_a_point_s_errors_are_input_errors() -> None:
    with pytest.raises(InputError, match="least 0"):
        point(None, None, "-3", None)
