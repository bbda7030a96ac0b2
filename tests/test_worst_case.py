"""`kvratio worst-case`: what it prints and writes, and how it ends."""

import json
import re
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from kvratio.proofs_check.copositive import check
from kvratio.reports import worst
from kvratio.reports.cli import cli, main
from kvratio.theory.adversary import Problem


def run(*arguments: str) -> str:
    result = CliRunner().invoke(cli, ["worst-case", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_witness_bound_and_certificate(tmp_path: Path) -> None:
    file = tmp_path / "certificate.json"
    options = ("--policy", "slicing", "--caps", "1,2,4,8", "--u", "8", "--prompt", "1/2")
    row = json.loads(run(*options, "--certificate", str(file), "--json", "-"))
    proved = check(file.read_text())
    assert [str(proved.bound.numerator), str(proved.bound.denominator)] == row["upper_bound"]
    problem = Problem("slicing", "h-sf", 1, 8, Fraction(1, 2), (1, 2, 4, 8))
    exact = problem.ratio({int(k): x for k, x in row["witness"].items()})
    assert [str(exact.numerator), str(exact.denominator)] == row["ratio"]
    assert 0 <= proved.bound - exact < Fraction(1, 10**6)


@pytest.mark.parametrize("policy", ["a-min", "a-min-staggered", "slicing"])
def test_many_lengths_go_through_the_structure(policy: str) -> None:
    shown = run("--policy", policy, "--u", "500", "--l", "2", "--benchmark", "area")
    assert "upper bound" in shown
    assert "none" not in shown


def test_an_interrupt_keeps_the_witness(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_arguments: object) -> dict[str, object]:
        raise KeyboardInterrupt

    monkeypatch.setattr(worst, "_apart", interrupted)
    shown = run("--policy", "a-random", "--u", "4", "--lengths", "1,4")
    assert "ratio         2.500000000000" in shown
    assert "upper bound   none" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--u", "0"], "upper: expected a whole number, at least 1 and at most 1000000000, got 0"),
        (["--u", "4", "--prompt", "0.5x"], "prompt: expected an exact rational number"),
        (
            ["--u", "4", "--caps", "1,a"],
            "caps: expected whole numbers separated by commas, got '1,a'",
        ),
        (["--u", "4", "--policy", "a-best"], "policy: expected one of"),
        (["--u", "400", "--certificate", "c.json"], "certificate: expected at most 150"),
        (["--u", "4", "--json", "no/such/folder/x"], "file: .*got 'no/such/folder/x'"),
        (["--u", "4", "--certificate", "no/such/folder/x"], "file: .*got 'no/such/folder/x'"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["worst-case", *arguments])
    captured = capsys.readouterr()
    assert caught.value.code == 2
    assert re.match(f"kvratio: {message}", captured.err)
    assert captured.err.count("\n") == 1
