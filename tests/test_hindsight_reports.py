"""`kvratio optimal` and the repeated study of MC-SF."""

import doctest
import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

import kvratio.reports.optimal
import kvratio.reports.studies.hindsight.study
from kvratio import reports
from kvratio.proofs_check.certificate import read_certificate
from kvratio.proofs_check.optimality import check
from kvratio.reports.cli import cli, main
from kvratio.reports.studies.hindsight.study import (
    Trial,
    _append,
    as_lines,
    draw,
    in_order,
    read_trials,
    run_trial,
    run_trials,
    summarise,
)
from kvratio.reports.studies.hindsight.table import as_markdown
from kvratio.theory.checks import InputError
from kvratio.theory.hindsight.optimum import Effort

MODULES = (kvratio.reports.optimal, kvratio.reports.studies.hindsight.study)
FAST = Effort(moves=200, root_iterations=30, nodes=1)


@pytest.mark.parametrize("module", MODULES)
def test_examples(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0


@pytest.fixture
def instance_file(tmp_path: Path) -> Path:
    requests = [{"prompt": 1, "output": o} for o in (7, 4, 1, 4, 1)]
    file = tmp_path / "instance.json"
    file.write_text(json.dumps({"memory": 9, "requests": requests}))
    return file


def test_optimal_prints_and_writes_a_proof(instance_file: Path, tmp_path: Path) -> None:
    proof, data = tmp_path / "proof.json", tmp_path / "answer.json"
    arguments = ["optimal", str(instance_file), "--certificate", str(proof), "--json", str(data)]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    assert "status  optimal" in result.output
    certified = check(read_certificate(proof.read_text()))
    answer = json.loads(data.read_text())
    assert answer["lower"] == answer["upper"] == certified.lower == certified.upper
    assert len(answer["schedule"]) == 5


def test_optimal_asks_a_solver(instance_file: Path) -> None:
    result = CliRunner().invoke(cli, ["optimal", str(instance_file), "--solver", "highs"])
    assert "HIGHS says: optimal" in result.output


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        ('{"memory": 3, "requests": []}', [], "no requests"),
        ('{"memory": 3, "requests": [{"prompt": 1, "output": 3}]}', [], "can never fit"),
        ('{"memory": 3, "requests": [{"prompt": -1, "output": 1}]}', [], "prompt = -1"),
        ('{"memory": 3, "requests": [{"prompt": 1, "output": 1}]}', ["--solver", "x"], "solver"),
        (None, [], "a file that exists"),
    ],
)
def test_optimal_answers_bad_input_in_one_line(
    text: str | None,
    arguments: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "instance.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(SystemExit) as stopped:
        main(["optimal", str(file), *arguments])
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_draws_follow_the_models() -> None:
    for model in (1, 2):
        for trial in range(30):
            instance = draw(model, trial, 0)
            assert 30 <= instance.memory <= 50
            assert set(instance.prompt) <= set(range(1, 6))
            assert instance.lower == instance.output == instance.upper
            assert (max(instance.arrival) == 0) == (model == 1)
            assert instance == draw(model, trial, 0)


def test_a_trial_is_checked_and_its_line_is_stable() -> None:
    trial = run_trial(1, 0, FAST, 0)
    assert trial.lower <= trial.upper <= trial.mc_sf
    assert trial == run_trial(1, 0, FAST, 0)


def trial(number: int, mc_sf: int, lower: int, upper: int) -> Trial:
    return Trial(1, number, 0, FAST.moves, FAST.nodes, 40, 50, mc_sf, lower, upper, 1)


def test_resuming_keeps_what_is_there_and_drops_a_torn_line(tmp_path: Path) -> None:
    file = tmp_path / "trials.jsonl"
    there = [trial(0, 12, 10, 11), trial(1, 12, 10, 11)]
    file.write_text(as_lines(there) + '{"model": 1, "tri')
    assert read_trials(file) == there
    _append(file, trial(2, 5, 5, 5))
    assert read_trials(file) == [*there, trial(2, 5, 5, 5)]
    seen: list[tuple[int, int]] = []
    trials = run_trials(1, 3, 0, FAST, file, 1, lambda *progress: seen.append(progress))
    assert trials[:2] == there
    assert seen == [(3, 3)]


def test_trials_of_another_effort_are_not_counted(tmp_path: Path) -> None:
    file = tmp_path / "trials.jsonl"
    other = replace(trial(0, 12, 10, 11), moves=999)
    file.write_text(as_lines([other]))
    found = run_trials(1, 1, 0, FAST, file, 1, lambda _done, _of: None)
    assert found == [run_trial(1, 0, FAST, 0)]
    assert in_order(read_trials(file)) == [*found, other]


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "trials.jsonl"
    file.write_text('{"something": "else"}\n')
    with pytest.raises(InputError, match="JSON lines"):
        read_trials(file)


def test_the_published_page_follows_from_the_published_trials() -> None:
    folder = reports.PUBLISHED
    trials = {k: read_trials(folder / f"hindsight-{k}.jsonl") for k in (1, 2)}
    assert (folder / "hindsight.md").read_text(encoding="utf-8") == as_markdown(trials)
    for model, found in trials.items():
        for t in found:
            instance = draw(model, t.trial, t.seed)
            assert (t.memory, t.requests) == (instance.memory, instance.n)


def test_summary_by_hand() -> None:
    summary = summarise([trial(0, 12, 10, 12), trial(1, 12, 10, 11), trial(2, 5, 5, 5)])
    assert summary.optimal == 1  # only the third is proven optimal
    assert summary.not_optimal == 1  # only the second is proven not to be
    assert summary.proven == 1
    assert summary.worst == (12 / 11, 12 / 10)
    page = as_markdown({1: [trial(0, 12, 10, 12)]})
    assert "| model 1: worst ratio | 1.074 | 1.000 | 1.200 |" in page
