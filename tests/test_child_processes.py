"""Child processes: a damaged or missing cache of the compiler, modules in the current folder."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kvratio import _compiled
from kvratio.theory.hindsight.child import ask
from kvratio.theory.hindsight.search import plain_schedule
from kvratio.theory.model import Instance
from tests.command import kvratio, program

ROOT = Path(__file__).parent.parent
INSTANCE = b'{"memory": 9, "requests": [{"prompt": 1, "output": 2}, {"prompt": 0, "output": 3}]}'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


SMALL = """
import numba, sys
from kvratio._compiled import compiled_on_disk
from small import one_more
print(compiled_on_disk(one_more)(1))
"""


def compiled(cache: Path, code: str = SMALL) -> subprocess.CompletedProcess[str]:
    Path("small.py").write_text("def one_more(x):\n    return x + 1\n")
    env = os.environ | {"NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": f"{ROOT}:."}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_a_damaged_cache_of_the_compiler_is_told_and_ignored(folder: Path) -> None:
    cache = folder / "cache"
    assert compiled(cache).stdout == "2\n"
    files = [path for path in cache.rglob("*") if path.suffix in (".nbi", ".nbc")]
    assert len(files) == 2
    for path in files:
        path.write_bytes(b"" if path.suffix == ".nbi" else b"\x80\x04damaged")
        again = compiled(cache)
        assert (again.returncode, again.stdout) == (0, "2\n")
        assert "damaged, so it is compiled anew" in again.stderr
        assert "Traceback" not in again.stderr
    assert compiled(cache).stderr == ""  # it was written anew


def test_a_cache_that_cannot_be_written_is_told_and_ignored(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Cache:
        def load_overload(self, *_: object) -> None:
            return None

        def save_overload(self, *_: object) -> None:
            raise OSError(28, "No space left on device")

    cache: Any = Cache()
    _compiled._forgive(cache)
    assert cache.load_overload() is None
    cache.save_overload()
    assert "not written (OSError)" in capsys.readouterr().err


def test_without_the_compiler_the_reference_engine_runs() -> None:
    Path("i.json").write_bytes(INSTANCE)
    words = ("simulate", "--trace", "i.json", "--policy", "a-min", "--json", "-")
    done = program(*words, capture_output=True, env=os.environ | {"NUMBA_DISABLE_JIT": "1"})
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == json.loads(kvratio(*words).out)


def test_child_processes_do_not_import_from_the_current_folder() -> None:
    pytest.importorskip("ortools")
    for name in ("json", "subprocess", "random"):
        Path(f"{name}.py").write_text('raise SystemExit("a stray module was run")')
    instance = Instance.of(2, [2, 2])
    assert ask(instance, 4, plain_schedule(instance, [0, 2]), 10.0)[1] == 6.0


def test_every_child_that_is_python_is_started_without_the_current_folder() -> None:
    for file in (*ROOT.glob("theory/**/*.py"), *ROOT.glob("reports/**/*.py")):
        text = file.read_text()
        for begin in ('[sys.executable, "-m"', '[sys.executable, "-c"', '[python, "-c"'):
            assert begin not in text, f"{file.name}: {begin}"
