"""Mutation testing sees the faults that it puts in; in a process of its own, as it forks."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.thorough.mutation import interpreted
from tests.thorough.targets import TARGETS

ROOT = Path(__file__).parent.parent
ATTEMPT = """
import json, sys
from pathlib import Path
from tests.thorough import mutation
module, before, after, test, folder = json.load(sys.stdin)
mutation.LOG, mutation.TIMES = Path(folder, "log"), Path(folder, "times")
code = (mutation.ROOT / module).read_text()
assert before in code
print([mutation.attempt(module, t, [test], None)[0] for t in (code, code.replace(before, after))])
"""
SEEN = "['survived', 'killed']"
CASES = [
    (
        "simulate/queue.py",
        "if not self._random:",
        "if self._random:",
        "tests/test_queue.py",
        SEEN,
    ),
    # compiled: without an interpreter the cache would give the code without the fault
    (
        "simulate/kernel/attempts.py",
        "clock.offset += this.prompt - this.start",
        "clock.offset += 1",
        "tests/test_kernel.py::test_random_batches_have_the_reference_schedules[policy0]",
        SEEN,
    ),
    (
        "simulate/gpu/host.py",
        "import Fraction",
        "import Fraction",
        "tests/test_queue.py",
        "['unused', 'unused']",
    ),
]


@pytest.mark.parametrize(("module", "before", "after", "test", "outcomes"), CASES)
def test_a_fault_is_seen(
    module: str, before: str, after: str, test: str, outcomes: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ATTEMPT],
        input=json.dumps([module, before, after, test, str(tmp_path)]),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.returncode) == (outcomes, 0), done.stderr


def test_what_python_runs_instead_of_the_compiler() -> None:
    assert interpreted("simulate/words/admits/slot.py", "")
    assert interpreted("theory/hindsight/profile.py", "@compiled_on_disk\ndef f() -> None: ...\n")
    assert not interpreted("theory/hindsight/branch.py", "def compiled() -> None: ...\n")


def test_every_target_is_a_module_and_its_tests_exist() -> None:
    for group in TARGETS.values():
        for module, tests in group.items():
            assert (ROOT / module).is_file()
            files = [word.partition("::")[0] for word in tests if "/" in word]
            for file in files:
                assert (ROOT / file.removeprefix("--deselect=")).is_file(), (module, file)
