"""Preemption that keeps the tokens, from the command line to saved runs, sweeps and the viewer."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import kvratio as kv
from kvratio.reports.commands import simulate, view
from kvratio.reports.compare.steps import compare
from kvratio.reports.runs import read_runs
from kvratio.reports.viewer import help_text, title, viewer
from kvratio.simulate.cells import Cell, Chunk, code_digest, simulate_chunk
from kvratio.simulate.gpu.deployment import deployment
from kvratio.simulate.gpu.host import swap_time
from kvratio.simulate.requests import Spec, requests
from kvratio.simulate.sweep import cells_of
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance

# M = 6, outputs 4, 4: FCFS evicts request 1 with 3 tokens (`tests/test_keep.py`, by hand)
INSTANCE = Instance.of(6, [4, 4])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "two.json"
    path.write_text(json.dumps(INSTANCE.to_json()))
    return path


def test_simulate_says_what_was_kept_and_the_viewer_shows_it(file: Path, tmp_path: Path) -> None:
    saved, rows = tmp_path / "run.json", tmp_path / "rows.json"
    asked = ["--workload", str(file), "--policy", "fcfs", "--preemption", "keep"]
    result = CliRunner().invoke(simulate.command, [*asked, "--save-run", str(saved)])
    assert result.exit_code == 0, result.output
    assert "preempted requests keep their tokens" in result.output
    assert "restored" in result.output
    assert "wasted" not in result.output
    read = read_runs(saved)
    assert read.runs == compare("", INSTANCE, ["fcfs"], preemption="keep").runs
    shown = viewer("runs", "", read.runs, 1).data["runs"][0]
    assert shown["began"] == [0, 0, 3]
    page = tmp_path / "page.html"
    shown_page = CliRunner().invoke(view.command, [str(saved), "--out", str(page)])
    assert shown_page.exit_code == 0, shown_page.output
    assert "keeps its tokens" in page.read_text()
    assert "keeps" not in help_text(compare("", INSTANCE, ["fcfs"]).runs)
    CliRunner().invoke(simulate.command, [*asked, "--json", str(rows)])
    assert json.loads(rows.read_text())[0]["restored_tokens"] == 3


def test_a_saved_run_of_the_other_reading_is_refused(file: Path, tmp_path: Path) -> None:
    saved = tmp_path / "run.json"
    asked = ["--workload", str(file), "--policy", "fcfs", "--preemption", "keep"]
    CliRunner().invoke(simulate.command, [*asked, "--save-run", str(saved)])
    saved.write_text(saved.read_text().replace('"preemption": "keep", ', ""))
    with pytest.raises(InputError, match="begins with lost tokens: request 1"):
        read_runs(saved)


def test_runs_of_both_readings_have_names_of_their_own() -> None:
    both = [compare("", INSTANCE, ["fcfs"], preemption=p).runs[0] for p in ("cancel", "keep")]
    assert [title(run, both) for run in both] == ["FCFS, tokens lost", "FCFS, tokens kept"]


def test_a_sweep_has_a_column_for_it() -> None:
    cells = cells_of(
        {
            "workloads": ["histogram:4=1"],
            "requests": [9],
            "memory": [10],
            "policies": ["fcfs"],
            "preemptions": ["cancel", "keep"],
        }
    )
    lost, kept = simulate_chunk(Chunk(tuple(cells), code_digest(), {}))
    assert (lost["preemption"], kept["preemption"]) == ("cancel", "keep")
    assert lost["wasted_tokens"] > 0 == kept["wasted_tokens"]
    assert kept["restored_tokens"] > 0
    assert "restored_tokens" not in lost
    with pytest.raises(InputError, match="preemption: expected one of cancel"):
        Cell("fcfs", "lmsys", preemption="lose")


def test_the_public_comparison() -> None:
    kept = kv.compare(INSTANCE, ["fcfs"], preemption="keep")
    assert kept.rows()[0]["tel"] == 4 + 5
    assert "restored" in repr(kept)
    assert kv.compare(INSTANCE, ["fcfs"]).rows()[0]["tel"] == 4 + 8
    trace = kv.workload("histogram:4=1", requests=9, memory=10)
    assert kv.compare(trace, ["fcfs"], preemption="keep").rows()[0]["wasted_tokens"] == 0


def test_in_seconds_it_is_recomputed_or_swapped() -> None:
    asked = {"requests": 40, "memory": 1500, "gpu": "llama-2-70b:a100-80x2"}
    drawn = requests(Spec("lmsys", **asked, preemption="swap"))
    assert drawn.timing is not None
    assert drawn.timing.swap == swap_time(deployment("llama-2-70b:a100-80x2"))
    assert "swapped to the host" in drawn.description
    again = drawn.preempting("recompute")
    assert again.timing is not None
    assert again.timing.swap is None
    row = kv.compare(again, ["fcfs"], preemption="recompute").rows()[0]
    assert row["restored_tokens"] > 0


@pytest.mark.parametrize("word", ["recompute", "swap"])
def test_how_to_restore_is_a_question_of_seconds(word: str) -> None:
    with pytest.raises(InputError, match="expected keep in steps"):
        Spec("lmsys", preemption=word)


def test_wait_has_its_own_way() -> None:
    trace = kv.workload("lmsys", requests=20)
    with pytest.raises(InputError, match="expected cancel for wait"):
        kv.compare(trace, ["wait"], gpu="llama-3-8b:h100", preemption="keep")


def test_a_link_of_every_accelerator() -> None:
    from kvratio.simulate.gpu.catalogue import ACCELERATORS
    from kvratio.simulate.gpu.host import HOST_LINKS

    assert set(HOST_LINKS) == {accelerator.name for accelerator in ACCELERATORS.values()}


def test_bytes_over_the_link() -> None:
    # 80 layers, 8 KV heads of 128, keys and values of 2 bytes: 327,680 bytes a token, half on each
    # of two; 32 GB/s of which 0.8: 6.4 microseconds
    assert swap_time(deployment("llama-2-70b:a100-80x2")) == 327_680 // 2 * 10**12 // 25_600_000_000
