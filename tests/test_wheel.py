"""The wheel and the sdist: one top-level name, and no other project's modules are in the way.

The wheel is built from the tracked files and installed into an environment of its own, which shares
the third-party packages of the one that runs the tests.
"""

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("theory", "simulate", "proofs_check", "reports")
TOYS = {
    "a package simulate": {
        "simulate/__init__.py": "def answer(): return 42",
        "tests/test_it.py": "from simulate import answer\ndef test(): assert answer() == 42",
    },
    "a module simulate": {
        "simulate.py": "def answer(): return 42",
        "test_it.py": "from simulate import answer\ndef test(): assert answer() == 42",
    },
    "a package reports": {
        "reports/__init__.py": "",
        "reports/page.py": "TITLE = 'ours'",
        "tests/test_it.py": "from reports.page import TITLE\ndef test(): assert TITLE == 'ours'",
    },
}
CONFIGURATION = "[pytest]\npythonpath = .\n"

pytestmark = pytest.mark.xdist_group("wheel")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist, built from a copy of the tracked files."""
    folder = tmp_path_factory.mktemp("built")
    copy = folder / "copy"
    copy.mkdir()
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        source, target = ROOT / name, copy / name
        if source.is_symlink() or source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_symlink():
                target.symlink_to(os.readlink(source))
            else:
                target.write_bytes(source.read_bytes())
    for kind in ("--wheel", "--sdist"):
        command = [sys.executable, "-m", "build", kind, "--no-isolation", "--outdir", folder, copy]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def python(built: Path) -> Path:
    """The interpreter of an environment with the wheel and the third-party packages of this one."""
    environment = built / "environment"
    venv.create(environment, with_pip=False)
    library = sysconfig.get_path("purelib", vars={"base": str(environment)})
    with zipfile.ZipFile(wheel(built)) as archive:
        archive.extractall(library)  # a wheel of plain modules needs no more
    shared = [path for path in sys.path if Path(path).name == "site-packages"]
    (Path(library) / "shared.pth").write_text("\n".join(shared) + "\n")
    add_script(environment / "bin" / "pytest")
    return environment / "bin" / "python"


def add_script(path: Path) -> None:
    """The script that pip makes of an entry point; its folder, not the current one, is on the path.

    The shared packages bring the entry point, but no script for this environment.
    """
    (entry,) = entry_points(group="console_scripts", name=path.name)
    lines = [
        f"#!{path.parent / 'python'}",
        f"import sys\nfrom {entry.module} import {entry.attr}",
        f"sys.exit({entry.attr}())",
    ]
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o755)


def wheel(folder: Path) -> Path:
    (found,) = folder.glob("*.whl")
    return found


def tops(names: list[str]) -> set[str]:
    return {name.split("/")[0] for name in names}


def test_the_wheel_has_one_top_level_name(built: Path) -> None:
    names = zipfile.ZipFile(wheel(built)).namelist()
    assert {top for top in tops(names) if not top.endswith(".dist-info")} == {"kvratio"}
    assert "kvratio/py.typed" in names
    assert "kvratio/reports/page/paint.js" in names
    assert not any("/tests/" in name or "/out/" in name for name in names)


def test_the_sdist_builds_the_same_wheel(built: Path, tmp_path: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as unpacked:
        unpacked.extractall(tmp_path, filter="data")
    (source,) = (path for path in tmp_path.iterdir() if path.is_dir())
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path]
    subprocess.run([*command, source], capture_output=True, check=True)
    first, second = (
        {name: archive.read(name) for name in archive.namelist() if not name.endswith("RECORD")}
        for archive in map(zipfile.ZipFile, (wheel(built), wheel(tmp_path)))
    )
    assert first == second


def test_nothing_of_ours_is_importable_by_another_name(python: Path, tmp_path: Path) -> None:
    code = (
        "import importlib.util as u, kvratio\n"
        f"print([n for n in {ROOMS} if u.find_spec(n) is not None], kvratio.__file__)"
    )
    done = subprocess.run(
        [python, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("[] ")
    assert str(python.parent.parent) in done.stdout


@pytest.mark.parametrize("name", TOYS)
@pytest.mark.parametrize("command", ["python -m pytest", "pytest"])
def test_other_people_s_projects_pass(
    python: Path, tmp_path: Path, name: str, command: str
) -> None:
    """With kvratio installed and its plugin loaded."""
    for file, text in {**TOYS[name], "pytest.ini": CONFIGURATION}.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text + "\n")
    program, *arguments = command.split()
    done = subprocess.run(
        [python.parent / program, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr
    assert "kvratio" in done.stdout.split("plugins:")[1].splitlines()[0]


def test_the_command_line_runs_from_the_wheel(python: Path, tmp_path: Path) -> None:
    command = [python, "-m", "kvratio", "simulate", "--memory", "9", "--requests", "3"]
    chosen = ["--workload", "uniform:l=1,u=5", "--policy", "h-sf"]
    done = subprocess.run(
        [*command, *chosen], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "H-SF" in done.stdout
