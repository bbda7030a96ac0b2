"""The engine that a comparison runs on while the fast one is not compiled."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kvratio._compiled import compiled_on_disk, folder
from kvratio.reports.compare.steps import compare
from kvratio.simulate import cold
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.requests import Spec, requests

ROOT = Path(__file__).parent.parent
FEW = [POLICIES[name] for name in ("fcfs", "a-min")]


@pytest.fixture
def never_compiled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """As on a machine whose cache folder is empty."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(cold.kernel, "compiled_here", lambda: False)
    return tmp_path


@pytest.mark.usefixtures("never_compiled")
def test_small_comparisons_do_not_wait_for_the_compiler() -> None:
    assert cold.engine_for(2_000, 3, FEW) is cold.REFERENCE
    assert cold.engine_for(2_001, 3, FEW) is cold.COMPILED
    assert cold.engine_for(10, 1, [POLICIES["learned-slicing"]]) is cold.COMPILED


def test_once_compiled_always_compiled(
    never_compiled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cold.note_compiled()  # nothing has been compiled: nothing is noted
    assert not list(never_compiled.iterdir())
    monkeypatch.setattr(cold.kernel, "compiled_here", lambda: True)
    cold.note_compiled()
    monkeypatch.setattr(cold.kernel, "compiled_here", lambda: False)
    assert [path.name for path in never_compiled.iterdir()] == [cold.marker().name]
    assert cold.engine_for(10, 1, FEW) is cold.COMPILED


def test_both_engines_give_the_same_table(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = requests(Spec("two-point:l=5,u=20,q=0.2", requests=60, memory=200)).instance
    tables = []
    for engine in (cold.REFERENCE, cold.COMPILED):
        monkeypatch.setattr("kvratio.reports.compare.steps.engine_for", lambda *_, e=engine: e)
        tables.append(repr(compare("the same", drawn, ["fcfs", "a-min", "a-max"], seeds=2)))
    assert tables[0] == tables[1]


def test_the_first_table_needs_no_compiler(tmp_path: Path) -> None:
    """With an empty cache folder a small comparison does not even import numba."""
    program = (
        "import sys; from kvratio.reports.cli import cli; cli.main(sys.argv[1:], "
        "standalone_mode=False); print('numba' in sys.modules)"
    )
    arguments = "simulate --workload two-point:l=5,u=20,q=0.2 --requests 50 --policy a-l"
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments.split(), "--memory", "500"],
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout.splitlines()[-1] == "False"
    assert not list(tmp_path.iterdir())


def add(a: int, b: int) -> int:
    return a + b


def test_compiled_code_is_kept_in_the_chosen_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("kvratio._compiled.folder", lambda: tmp_path / "new")
    import numba

    before = numba.config.CACHE_DIR
    assert compiled_on_disk(add)(2, 3) == 5
    assert list((tmp_path / "new").rglob("*.nbi"))
    assert before == numba.config.CACHE_DIR


def test_without_a_folder_it_is_compiled_for_this_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    assert compiled_on_disk(add)(2, 3) == 5


def test_the_default_folder_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert tmp_path in folder().parents
    assert folder().name == "kvratio"
