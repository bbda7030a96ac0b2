"""Sweeps: same bytes whoever computes, nothing lost when stopped, foreign input refused."""

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import kvratio.simulate.cells
from kvratio.simulate.cells import Cell, Chunk, code_digest, file_digests, key, simulate_chunk
from kvratio.simulate.gpu.deployment import deployment
from kvratio.simulate.gpu.roofline import iteration_by
from kvratio.simulate.journal import Journal
from kvratio.simulate.kernel import run, run_timed
from kvratio.simulate.limits import EngineError
from kvratio.simulate.policies import POLICIES, named
from kvratio.simulate.predictions import predict
from kvratio.simulate.results import read_rows
from kvratio.simulate.sweep import cells_of, sweep
from kvratio.simulate.timing import Timing
from kvratio.simulate.workers import workers
from kvratio.simulate.workloads import synthetic
from kvratio.theory.checks import InputError

ROOT = Path(__file__).parent.parent
AXES: dict[str, list[Any]] = {
    "workloads": ["lmsys"],
    "requests": [400],
    "memory": [4000],
    "predictions": ["1:1000", "relative:0.5"],
    "policies": ["h-sf", "a-min"],
    "seeds": [0, 1, 2],
}


class Here(Executor):
    """Computes at once, in this process; fails from the `broken`-th chunk on."""

    def __init__(self, broken: int = 10**9) -> None:
        self.chunks: list[Chunk] = []
        self.broken = broken

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if len(self.chunks) < self.broken:
            self.chunks += args
            future.set_result(fn(*args, **kwargs))
        return future


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kvratio.simulate.sweep.REQUESTS_A_CHUNK", 800)


def serial(cells: list[Cell], folder: Path) -> bytes:
    target = folder / "serial.parquet"
    sweep(cells, target, Here())
    return target.read_bytes()


def test_rows_are_those_of_single_runs(tmp_path: Path) -> None:
    policies = [*AXES["policies"], "slicing:caps=8,64"]
    rows = sweep(cells_of({**AXES, "policies": policies}), tmp_path / "s.parquet", Here())
    assert len(rows) == 18
    for row in rows:
        drawn = synthetic("lmsys", 400, row["seed"])
        instance = drawn.instance(4000, predict(row["prediction"], drawn))
        expected = run(instance, named(row["policy"]), row["seed"]).measures
        assert row["obtained"] == "simulated"
        assert row["error"] is None
        assert {k: row[k] for k in expected.to_json()} == expected.to_json()
    assert read_rows(tmp_path / "s.parquet") == rows


def test_rows_in_seconds_are_those_of_timed_runs(tmp_path: Path) -> None:
    gpu = "llama-2-70b:a100-80x2"
    cell = Cell("a-min", "lmsys:rate=50", requests=300, prediction="1:1000", gpu=gpu, seed=4)
    equal = replace(cell, policy="h-sf", memory=4000, iteration="5e7:0")
    rows = sweep([cell, equal, replace(equal, gpu=None, timed="20")], tmp_path / "s", Here())
    assert [row["memory"] for row in rows] == [37751, 4000, 4000]
    drawn = synthetic("lmsys:rate=50", 300, 4)
    instance = drawn.instance(37751, predict("1:1000", drawn))
    timing = Timing.of(drawn, iteration_by(deployment(gpu), "fitted"))
    expected = run_timed(instance, POLICIES["a-min"], timing, 4)
    assert rows[0]["total_ns"] == expected.seconds.latency.mean * 300
    numbers = {k: v for k, v in expected.seconds.to_json().items() if k != "mean_cache"}
    assert {k: rows[0][k] for k in numbers} == numbers
    assert rows[0]["evictions"] == expected.run.measures.evictions
    # iterations of 50 ms, or 20 steps a second
    assert rows[1]["latency_mean_s"] == pytest.approx(rows[2]["mean_latency"] / 20, rel=0.02)
    assert rows[2]["total_ns"] is None
    assert read_rows(tmp_path / "s") == rows


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"gpu": "llama"}, "MODEL:ACCELERATOR"),
        ({"gpu": "llama-3-8b:h100", "timed": "3"}, "no steps a second"),
        ({"gpu": "llama-3-8b:h100", "iteration": "fast"}, "roofline, line, profile:FILE, or"),
        ({"memory": 9, "prompt": -1}, "prompt"),
    ],
)
def test_cells_that_cannot_be(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Cell("h-sf", "lmsys", requests=3, **given)


def test_same_bytes_with_processes_and_in_any_order(tmp_path: Path) -> None:
    cells = cells_of(AXES)
    expected = serial(cells, tmp_path)
    target = tmp_path / "s.parquet"
    with ThreadPoolExecutor(3) as threads:
        sweep(cells, target, threads)
    assert target.read_bytes() == expected
    target.unlink()
    seen: list[tuple[int, int]] = []
    with workers(processes=2) as executor:
        sweep(cells, target, executor, lambda done, total: seen.append((done, total)))
    assert target.read_bytes() == expected
    assert seen[0] == (0, 12)
    assert seen[-1] == (12, 12)


class StoppedError(Exception):
    """Stops a sweep in the middle."""


def test_a_stopped_sweep_goes_on_where_it_stopped(tmp_path: Path) -> None:
    cells, target = cells_of(AXES), tmp_path / "s.parquet"

    def stop(done: int, _total: int) -> None:
        if done >= 4:
            raise StoppedError

    with pytest.raises(StoppedError):
        sweep(cells, target, Here(broken=3), stop)
    journal = Journal.beside(target)
    assert len(journal.read()) == 4
    assert not target.exists()
    with journal.path.open("ab") as stream:
        stream.write(b'[{"key": "torn')
    rest = Here()
    sweep(cells, target, rest)
    assert sum(len(chunk.cells) for chunk in rest.chunks) == 8
    assert not journal.path.exists()
    assert target.read_bytes() == serial(cells, tmp_path)


def test_a_grown_sweep_computes_only_what_is_new(tmp_path: Path) -> None:
    target = tmp_path / "s.parquet"
    sweep(cells_of(AXES), target, Here())
    grown = cells_of({**AXES, "seeds": [0, 1, 2, 3]})
    new = Here()
    sweep(grown, target, new)
    assert {cell.seed for chunk in new.chunks for cell in chunk.cells} == {3}
    assert target.read_bytes() == serial(grown, tmp_path)


def test_another_simulator_computes_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cells, target = cells_of(AXES), tmp_path / "s.parquet"
    sweep(cells, target, Here())
    monkeypatch.setattr("kvratio.simulate.cells.code_digest", lambda: "another")
    monkeypatch.setattr("kvratio.simulate.sweep.code_digest", lambda: "another")
    again = Here()
    sweep(cells, target, again)
    assert sum(len(chunk.cells) for chunk in again.chunks) == 12


def test_a_worker_with_another_simulator_refuses() -> None:
    chunk = Chunk((Cell("h-sf", "lmsys", 4000, 4),), "0" * 64, {})
    with pytest.raises(InputError, match="version of the sweep"):
        simulate_chunk(chunk)


def test_every_word_of_a_cell_changes_its_key(tmp_path: Path) -> None:
    trace = tmp_path / "t.csv"
    trace.write_text("prompt_tokens,output_tokens\n1,2\n")
    cell = Cell("h-sf", str(trace), 4000, 1)
    before = file_digests([cell])
    changed = [
        replace(cell, policy="a-min"),
        replace(cell, memory=4001),
        replace(cell, requests=None),
        replace(cell, prediction="1:9"),
        replace(cell, prompt=3),
        replace(cell, timed="1/2"),
        replace(cell, gpu="llama-3-8b:h100"),
        replace(cell, gpu="llama-3-8b:h100", iteration="line"),
        replace(cell, seed=1),
    ]
    keys = {key(c, before) for c in [cell, *changed]}
    trace.write_text("prompt_tokens,output_tokens\n1,3\n")
    assert len({*keys, key(cell, file_digests([cell]))}) == len(changed) + 2
    with pytest.raises(InputError, match="same content"):
        simulate_chunk(Chunk((cell,), code_digest(), before))


def test_neighbours_share_what_does_not_depend_on_policy_or_seed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = tmp_path / "chat.csv"
    trace.write_text("prompt_tokens,output_tokens\n" + "3,7\n5,2\n1,9\n" * 4)
    asked: list[Any] = []
    made = kvratio.simulate.cells.requests

    def counted(*words: Any) -> Any:
        asked.append(words)
        return made(*words)

    monkeypatch.setattr(kvratio.simulate.cells, "requests", counted)
    kvratio.simulate.cells._last.cache_clear()
    policies = ["h-sf", "a-min", "a-random"]
    for workload, take, instances in ((str(trace), "first", 1), ("lmsys", "first", 5),
                                      (str(trace), "sample", 5)):  # fmt: skip
        axes = {"workloads": [workload], "requests": [9], "memory": [900], "takes": [take]}
        cells = cells_of({**axes, "policies": policies, "seeds": list(range(5))})
        digests = file_digests(cells)
        asked.clear()
        rows = simulate_chunk(Chunk(tuple(cells), code_digest(), digests))
        assert len(asked) == instances, "a regression value"
        for cell, row in zip(cells, rows, strict=True):
            kvratio.simulate.cells._last.cache_clear()
            assert row == simulate_chunk(Chunk((cell,), code_digest(), digests))[0]


def test_a_livelock_is_a_row_and_bad_input_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="can never fit"):
        sweep([Cell("h-sf", "histogram:9=1", 5, 2)], tmp_path / "s.parquet", Here())

    def stuck(*_: object, **__: object) -> None:
        raise EngineError("step 7: nothing completes")

    monkeypatch.setattr(kvratio.simulate.cells, "run", stuck)
    (row,) = sweep([Cell("h-sf", "histogram:1=1", 5, 2)], tmp_path / "s.parquet", Here())
    assert row["error"] == "step 7: nothing completes"
    assert pq.read_table(tmp_path / "s.parquet")["tel"].to_pylist() == [None]


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b'{"x": 1}\n', b"[[1]]\n", b'[{"tel": 1}]\n'])
def test_foreign_files_are_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    target = tmp_path / "s.parquet"
    for file in (target, Journal.beside(target).path):
        file.write_bytes(content)
        with pytest.raises(InputError, match=r"(of|by) a sweep"):
            sweep(cells_of(AXES), target, Here())
        assert file.read_bytes() == content
        file.unlink()


def test_a_parquet_file_of_others_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "s.parquet"
    pq.write_table(pa.table({"x": [1]}), target)
    with pytest.raises(InputError, match="columns of a sweep"):
        sweep(cells_of(AXES), target, Here())
