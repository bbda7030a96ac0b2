"""A sweep on a real Dask cluster of two worker processes, one of which is killed in the middle."""

import os
import signal
from pathlib import Path

import pytest
from distributed import LocalCluster

from kvratio.simulate.sweep import cells_of, sweep
from kvratio.simulate.workers import workers
from kvratio.theory.checks import InputError
from tests.test_sweep import Here


def test_a_killed_worker_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kvratio.simulate.sweep.REQUESTS_A_CHUNK", 3000)
    cells = cells_of(
        {
            "workloads": ["lmsys"],
            "requests": [1500],
            "memory": [8000],
            "predictions": ["1:1000"],
            "policies": ["h-sf", "a-min"],
            "seeds": range(8),
        }
    )
    sweep(cells, tmp_path / "serial.parquet", Here())
    target = tmp_path / "dask.parquet"
    killed: list[int] = []
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:

        def report(done: int, total: int) -> None:
            if 0 < done < total and not killed:
                killed.append(next(iter(cluster.workers.values())).pid)
                os.kill(killed[0], signal.SIGKILL)

        with workers(dask=cluster.scheduler_address) as executor:
            sweep(cells, target, executor, report)
    assert killed
    assert target.read_bytes() == (tmp_path / "serial.parquet").read_bytes()


def test_no_scheduler_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kvratio.simulate.workers.CONNECT_SECONDS", 0.5)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with pytest.raises(InputError, match="running Dask scheduler"), workers(dask=address):
            pass
