"""The command for sweeps, as a person uses and stops it."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kvratio.reports.cli import main
from kvratio.reports.sweep_config import cells_of_config, read_config
from kvratio.simulate.cells import Cell
from kvratio.simulate.journal import Journal
from kvratio.simulate.results import read_rows
from kvratio.simulate.sweep import sweep
from kvratio.theory.checks import InputError
from tests.test_sweep import Here, serial

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kvratio.simulate.sweep.REQUESTS_A_CHUNK", 800)


CONFIG = """
memory = 4000
policies = ["h-sf", "a-min"]
workloads = "lmsys"
requests = 4000
seeds = 120
"""


def command(config: Path, out: Path) -> list[str]:
    words = ["sweep", str(config), "--out", str(out), "--processes", "1"]
    return [sys.executable, "-m", "kvratio", *words]


def output_of(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout


def children(pid: int) -> list[str]:
    return output_of("pgrep", "-P", str(pid)).split()


def runs(pid: str) -> bool:
    return output_of("ps", "-o", "stat=", "-p", pid).strip()[:1] not in ("", "Z")


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_command_goes_on_and_leaves_no_orphans(tmp_path: Path, stop: int) -> None:
    config, out = tmp_path / "c.toml", tmp_path / "s.parquet"
    config.write_text(CONFIG)
    journal = Journal.beside(out)
    started = subprocess.Popen(command(config, out), cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: journal.path.exists() and bool(journal.read()))
        workers_of_it = children(started.pid)
    finally:
        started.send_signal(stop)
        error = started.communicate()[1]
    assert workers_of_it
    assert started.returncode == (130 if stop == signal.SIGINT else -stop)
    assert ("goes on from here" in error) == (stop == signal.SIGINT)
    wait_until(lambda: not any(map(runs, workers_of_it)))
    cells = read_config(config)
    done = len(journal.read())
    assert 0 < done < len(cells)
    assert not out.exists()
    rest = Here()
    sweep(cells, out, rest)
    assert sum(len(chunk.cells) for chunk in rest.chunks) == len(cells) - done
    if stop == signal.SIGKILL:
        assert out.read_bytes() == serial(cells, tmp_path)


def test_the_command_takes_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "s.parquet"
    words = "--workload histogram:3=1,5=2 --memory 40 --requests 9 --policy a-min --predict 1:5"
    main(["sweep", *words.split(), "--seeds", "2", "--processes", "1", "--out", str(out)])
    assert capsys.readouterr().out == f"{out}: 2 simulations\n"
    cells = [Cell("a-min", "histogram:3=1,5=2", 40, 9, "1:5", seed=k) for k in (0, 1)]
    assert out.read_bytes() == serial(cells, tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("memory = ", "TOML"),
        ("memory = 9\nworkloads = 'lmsys'", "policies"),
        ("memory = 9\nworkloads = 'lmsys'\npolicies = 'none'", "one of"),
        ("memory = 9\nworkloads = 'lmsys'\npolicies = []", "at least one entry"),
        ("memory = '9'\nworkloads = 'lmsys'\npolicies = 'h-sf'", "a whole number"),
        ("memory = 9\nworkloads = 3\npolicies = 'h-sf'", "a text"),
        ("memory = 0\nworkloads = 'lmsys'\npolicies = 'h-sf'", "at least 1"),
        ("memory = 9\nworkloads = 'lmsys'\npolicies = 'h-sf'\nseed = 3", "seed"),
        ("memory = 9\nworkloads = 'lmsys'\npolicies = 'h-sf'\nseeds = 0", "at least 1"),
        ("memory = 9\nworkloads = 'lmsys'\npolicies = 'h-sf'\ntimed = 'x'", "rational"),
        ("memory = 9\nworkloads = 'no.csv'\npolicies = 'h-sf'", "a file that exists"),
        ("memory = 9\nworkloads = 'lmsys'\npolicies = 'h-sf'", "it can never fit"),
        ("sweep = 3", r"\[\[sweep\]\]"),
        (None, "a file that exists"),
    ],
)
def test_bad_configurations_are_answered_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, message: str
) -> None:
    config = tmp_path / "c.toml"
    if text is not None:
        config.write_text(text)
    with pytest.raises(SystemExit) as stopped:
        main(["sweep", str(config), "--out", str(tmp_path / "s.parquet"), "--processes", "1"])
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert message.replace("\\", "") in error
    assert error.count("\n") == 1
    assert not (tmp_path / "s.parquet").exists()


def test_blocks_inherit_and_override() -> None:
    cells = cells_of_config(
        {
            "memory": 99,
            "policies": "h-sf",
            "seeds": [7],
            "sweep": [{"workloads": "lmsys", "requests": 3}, {"workloads": "x.csv", "memory": [5]}],
        }
    )
    assert cells == [Cell("h-sf", "lmsys", 99, 3, seed=7), Cell("h-sf", "x.csv", 5, seed=7)]


def test_options_and_a_file_exclude_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["sweep", "c.toml", "--policy", "h-sf", "--out", str(tmp_path / "s.parquet")]
    with pytest.raises(SystemExit):
        main(words)
    assert "either a file or options" in capsys.readouterr().err


def test_without_dask_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SystemExit):
        main(["sweep", "--dask", "tcp://x:1", "--out", str(tmp_path / "s.parquet")])
    assert 'pip install "kvratio[distributed]"' in capsys.readouterr().err


def test_traces_of_any_columns_and_with_wrong_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.csv").write_text("in,out\n1,2\n3,0\n2,4\n")
    words = ["sweep", "--workload", "own.csv", "--policy", "fcfs", "--memory", "20"]
    words += ["--columns", "prompt=in,output=out", "--processes", "1", "--out", "s.parquet"]
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    main([*words, "--skip-invalid"])
    (row,) = read_rows(Path("s.parquet"))
    assert (row["requests"], row["tel"], row["skip_invalid"]) == (2, 6, True)
    block = {"workloads": "own.csv", "policies": "fcfs", "memory": 20}
    block |= {"columns": "prompt=in,output=out", "skip_invalid": True}
    (cell,) = cells_of_config(block)
    assert (cell.columns, cell.skip_invalid) == (row["columns"], True)
    with pytest.raises(InputError, match="skip_invalid: expected true or false, got 'yes'"):
        cells_of_config({**block, "skip_invalid": "yes"})
