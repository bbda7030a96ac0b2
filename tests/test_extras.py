"""What is optional: the core runs without it, and what needs it says how to install it."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from kvratio._extras import EXTRAS, explained, missing
from kvratio.theory.checks import InputError

ROOT = Path(__file__).parent.parent
IMPORTED_AS = {"python-flint": "flint"}
SIMULATE = "simulate --workload two-point:l=5,u=20,q=0.2 --requests 9 --memory 99 --policy fcfs"


def requirements(extra: str) -> set[str]:
    """The packages that an extra names itself, as they are imported."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {line.split(">")[0].split("[")[0] for line in project["optional-dependencies"][extra]}
    return {IMPORTED_AS.get(name, name) for name in named - {"kvratio"}}


def run(arguments: str, program: str = "") -> subprocess.CompletedProcess[str]:
    """The command, or a program, where no optional package can be imported."""
    block = f"import sys; sys.modules.update(dict.fromkeys({sorted(EXTRAS)}))\n"
    program = program or "from kvratio.reports.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", block + program, *arguments.split()]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.mark.parametrize("extra", ["theory", "report", "sweep"])
def test_the_hints_name_the_extra_that_brings_the_package(extra: str) -> None:
    assert {name for name, brought in EXTRAS.items() if brought == extra} == requirements(extra)


@pytest.mark.parametrize("command", [SIMULATE, "list policies", "gpu --model llama-3-8b --help"])
def test_the_core_simulates(command: str) -> None:
    done = run(command)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("command", "extra"),
    [("bounds", "theory"), ("check", "theory"), ("report", "report"), ("view x.json", "report")],
)
def test_a_missing_package_is_one_line_with_the_remedy(command: str, extra: str) -> None:
    done = run(command)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert f'pip install "kvratio[{extra}]"' in done.stderr


def test_a_note_without_its_compiler_is_refused_before_long_work() -> None:
    program = "sys.modules['typst'] = None\nfrom kvratio.reports.cli import main\n"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{program}main(['report', '--pdf'])"],
        capture_output=True, text=True, check=False, cwd=ROOT, timeout=120,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stdout == ""
    assert "typst" in done.stderr
    assert 'pip install "kvratio[report]"' in done.stderr


def test_the_public_interface_says_it_too() -> None:
    program = "import kvratio as kv\ntry:\n    kv.claim('h-sf-2x')\nexcept kv.InputError as error:"
    assert 'pip install "kvratio[theory]"' in run("", program + "\n    print(error)").stdout


def test_other_missing_modules_are_not_hidden() -> None:
    assert missing(ModuleNotFoundError("no", name="someones_own")) is None

    @explained
    def broken() -> None:
        raise ModuleNotFoundError("no", name="someones_own")

    with pytest.raises(ModuleNotFoundError, match="no"):
        broken()

    @explained
    def optional() -> None:
        raise ModuleNotFoundError("no", name="sympy.core")

    with pytest.raises(InputError, match="theory"):
        optional()
