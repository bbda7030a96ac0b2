"""`kvratio optimal` and the repeated study of MC-SF."""

import doctest
import json
from dataclasses import asdict, replace
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

import kvratio.reports.optimal
import kvratio.reports.studies.hindsight.readings
import kvratio.reports.studies.hindsight.study
import kvratio.reports.studies.hindsight.trials
from kvratio import reports
from kvratio.proofs_check.certificate import read_certificate
from kvratio.proofs_check.optimality import check
from kvratio.reports.cli import cli, main
from kvratio.reports.studies.hindsight import readings
from kvratio.reports.studies.hindsight.study import Hindsight
from kvratio.reports.studies.hindsight.table import as_markdown
from kvratio.reports.studies.hindsight.trials import (
    Trial,
    as_lines,
    draw,
    run_trial,
    summarise,
)
from kvratio.reports.studies.study import COLUMNS, carry_out
from kvratio.simulate.engine import run
from kvratio.simulate.journal import Journal
from kvratio.simulate.policies import POLICIES
from kvratio.theory.checks import InputError
from kvratio.theory.hindsight.optimum import Effort

MODULES = (
    kvratio.reports.optimal,
    kvratio.reports.studies.hindsight.readings,
    kvratio.reports.studies.hindsight.study,
    kvratio.reports.studies.hindsight.trials,
)
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
        ('{"memory": 3, "requests": [{"prompt": -1, "output": 1}]}', [], "requests[0].prompt: "),
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


def journal_row(study: Hindsight, k: int, found: Trial) -> dict[str, object]:
    return {
        "key": json.dumps([study.name, *study.plan()[k]]),
        "row": {"trial": asdict(found), "certificate": None},
    }


def test_resuming_keeps_what_is_there_and_drops_a_torn_line(tmp_path: Path) -> None:
    study = Hindsight((1,), 3, 0, FAST)
    there = [trial(0, 12, 10, 11), trial(1, 12, 10, 11), trial(2, 5, 5, 5)]
    journal = Journal(tmp_path / "trials.jsonl")
    journal.append([journal_row(study, 0, there[0]), journal_row(study, 1, there[1])])
    with journal.path.open("a") as stream:
        stream.write('[{"key": "tor')
    journal.trim()
    journal.append([journal_row(study, 2, there[2])])
    seen: list[tuple[int, int]] = []
    rows = carry_out(study, journal, None, lambda *progress: seen.append(progress))
    assert study.by_model(rows) == {1: there}
    assert seen == [(3, 3)]
    assert study.files(rows)["hindsight-1.jsonl"] == as_lines(there)


def test_trials_of_another_effort_are_not_counted(tmp_path: Path) -> None:
    study = Hindsight((1,), 1, 0, FAST)
    other = replace(study, effort=replace(FAST, moves=999))
    journal = Journal(tmp_path / "trials.jsonl")
    journal.append([journal_row(other, 0, trial(0, 12, 10, 11))])
    rows = carry_out(study, journal, None, lambda _done, _all: None)
    assert study.by_model(rows) == {1: [run_trial(1, 0, FAST, 0)]}
    assert len(journal.read()) == 2


@pytest.mark.parametrize(
    "text", ['{"something": "else"}', '[{"row": 1}]', '[{"key": "k", "x": 1}]']
)
def test_a_foreign_file_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "trials.jsonl"
    file.write_text(text + "\n")
    with pytest.raises(InputError, match="a journal of a sweep or a study"):
        carry_out(Hindsight(), Journal(file, frozenset(COLUMNS)), None, lambda _done, _all: None)


def test_the_published_page_follows_from_the_published_trials() -> None:
    folder = reports.PUBLISHED
    texts = {k: (folder / f"hindsight-{k}.jsonl").read_text(encoding="utf-8") for k in (1, 2)}
    trials = {k: [Trial(**json.loads(t)) for t in x.splitlines()] for k, x in texts.items()}
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


def test_the_reading_used_is_the_policy() -> None:
    """Ties by index and a scan that stops: the schedule of the policy `mc-sf`."""
    for k in range(12):
        instance = draw(1, k, 0, 9)
        found = readings.starts(instance, readings.TIES["by index"], goes_on=False)
        assert sum(found) + sum(instance.output) == run(instance, POLICIES["mc-sf"]).tel


def test_small_trials_show_every_reading_beside_the_optimum() -> None:
    effort = Effort(moves=2_000, rebuilds=2_000, rounds=2, nodes=400)
    study = Hindsight((1,), 2, 0, effort, requests=6, certificates=1)
    rows = carry_out(study, None, None, lambda _done, _all: None)
    files = study.files(rows)
    assert sorted(files) == ["certificates/1-0.json", "hindsight-1.jsonl", "hindsight.md"]
    (first, _) = study.by_model(rows)[1]
    certified = check(read_certificate(files["certificates/1-0.json"]))
    assert (certified.lower, certified.upper) == (first.lower, first.upper)
    assert files["hindsight.md"].count("the scan goes on") == len(readings.TIES)
    for found in readings.mean_ratios(study.by_model(rows)[1]):
        assert 1 <= found.low <= found.high


def test_a_number_of_requests_is_for_model_1() -> None:
    with pytest.raises(InputError, match="model 1 alone"):
        Hindsight((1, 2), 1, requests=8).plan()
