"""The bench: what it computes from times, and what it says of a rival that is not there."""

import json
import sys
from pathlib import Path

import pytest

from kvratio.reports.cli import main
from kvratio.reports.studies import bench
from kvratio.simulate import kernel
from kvratio.simulate.policies import POLICIES
from kvratio.theory.checks import InputError


def test_a_rival_that_is_not_installed_is_skipped_with_a_word() -> None:
    result = bench.rival(sys.executable, bench.workload(3))
    assert "seconds" not in result
    assert "dynamo" in result["skipped"]


def test_a_rival_python_that_does_not_exist_is_skipped_with_a_word() -> None:
    assert "no/such/python" in bench.rival("no/such/python", bench.workload(3))["skipped"]


def test_the_rivals_time_is_read(tmp_path: Path) -> None:
    """A stand-in that answers as the rival's program does, after its own log lines."""
    stand_in = tmp_path / "python"
    stand_in.write_text("#!/bin/sh\necho some log\nwc -l < $4 | xargs printf '[1.5, %d]\\n'\n")
    stand_in.chmod(0o755)
    result = bench.rival(str(stand_in), bench.workload(4))
    assert (result["seconds"], result["requests"]) == (1.5, 4)


def test_too_few_requests_are_refused() -> None:
    with pytest.raises(InputError):
        bench.Bench(requests=10).plan()


@pytest.fixture
def compiled() -> None:
    """Compiling takes more memory than any run; the processes find the result in the cache."""
    kernel.run(bench.workload(1), POLICIES["h-sf"])


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("policy", bench.GROWING)
def test_workload_w_takes_less_than_200_mib(policy: str) -> None:
    """The run by itself; the whole process, with the libraries that are installed, is shown."""
    peak = bench.peak_memory(policy, bench.REQUESTS)
    print(f"{policy}: process {peak.process:.0f} MiB, run {peak.run:.0f} MiB")
    assert 0 <= peak.run < 200  # what was free before may be enough for the run
    assert 20 + peak.run < peak.process


@pytest.mark.usefixtures("compiled")
def test_the_memory_of_a_run_is_seen() -> None:
    """A million attempts: three numbers each at least."""
    requests = 10**6
    assert bench.peak_memory("h-sf", requests).run * 2**20 > 24 * requests


@pytest.mark.usefixtures("compiled")
def test_a_process_does_not_count_the_memory_of_the_one_that_started_it() -> None:
    ballast = bytearray(1 << 29)
    ballast[:: 1 << 12] = bytes([1]) * (1 << 17)  # every page is in use
    small = bench.peak_memory("h-sf", 10)
    assert small.run < 1
    assert small.process < len(ballast) >> 20


def test_the_command_writes_results_and_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a small workload, times as they come."""
    monkeypatch.setattr(bench, "REFERENCE_REQUESTS", 20)
    fake = {"peak": lambda policy, n: bench.Peak(n, len(policy))}
    monkeypatch.setattr(bench, "MEASUREMENTS", {**bench.MEASUREMENTS, **fake})
    monkeypatch.setattr(bench, "workload", lambda n=50, whole=bench.workload: whole(min(n, 50)))
    target, plot = tmp_path / "bench.json", tmp_path / "growth.svg"
    main(["study", "bench", "--requests", "2000", "--json", str(target), "--plot", str(plot)])
    result = json.loads(target.read_text())
    assert {row["policy"] for row in result["growth"]} == set(bench.GROWING)
    assert all(row["seconds"] > 0 for row in result["kernel"] + result["reference"])
    assert [n for n, _ in result["growth"][0]["points"]] == [1000, 2000]
    assert "exponent" in plot.read_text()
    assert "skipped" in capsys.readouterr().out
