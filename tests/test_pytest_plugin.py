"""The pytest plugin, run in a session of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from kvratio.simulate.testing import INVARIANTS, Violation
from tests.broken import BREAKS, OneAStep

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parent.parent
OPTIONS = (
    "-p",
    "kvratio.simulate.pytest_plugin",
    "-p",
    "no:cacheprovider",
    "--kvratio-examples=12",
    "-rs",
)


@pytest.fixture
def session(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.syspath_prepend(ROOT)
    return pytester


def test_a_sound_policy_passes_every_invariant_that_it_claims(session: pytest.Pytester) -> None:
    result = session.runpytest(*OPTIONS, "--kvratio-policy=h-sf")
    result.assert_outcomes(passed=len(INVARIANTS) - 3, skipped=3)
    result.stdout.fnmatch_lines(['*not claimed; applies to those that do not declare "output"*'])


def test_a_violation_is_reported_as_code_to_paste(session: pytest.Pytester) -> None:
    session.makepyfile(test_other="def test_of_the_project(): assert False")
    selected = ("-k", "maximal or budget")
    result = session.runpytest(*OPTIONS, "--kvratio-policy=tests.broken:OneAStep", *selected)
    result.assert_outcomes(passed=1, failed=1, deselected=len(INVARIANTS) - 2)
    lines = result.outlines
    first = next(k for k, line in enumerate(lines) if line.startswith("    from tests.broken"))
    last = next(k for k, line in enumerate(lines) if line.startswith("    reproduce("))
    code = "\n".join(line.removeprefix("    ") for line in lines[first : last + 1])
    with pytest.raises(Violation):
        exec(code, {})
    assert f"{BREAKS[OneAStep]}: violated by tests.broken:OneAStep" in lines


def test_files_among_a_project_s_testpaths_are_left_out_too(session: pytest.Pytester) -> None:
    session.makeini("[pytest]\ntestpaths = test_other.py")
    session.makepyfile(test_other="def test_of_the_project(): assert False")
    result = session.runpytest(*OPTIONS, "--kvratio-policy=fcfs", "-k", "budget or project")
    result.assert_outcomes(passed=1, deselected=len(INVARIANTS) - 1)


def test_the_project_s_own_tests_run_when_they_are_named(session: pytest.Pytester) -> None:
    own = session.makepyfile(test_own="def test_of_the_project(): pass")
    result = session.runpytest(*OPTIONS, "--kvratio-policy=fcfs", "-k", "budget or project", own)
    result.assert_outcomes(passed=2, deselected=len(INVARIANTS) - 1)


def test_a_policy_that_cannot_be_found_is_a_usage_error(session: pytest.Pytester) -> None:
    result = session.runpytest(*OPTIONS, "--kvratio-policy=tests.broken:Nobody")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: target = 'tests.broken:Nobody': required something that*"])


def test_loading_the_plugin_imports_next_to_nothing() -> None:
    code = (
        "import sys, pytest; before = set(sys.modules); import kvratio.simulate.pytest_plugin;"
        "new = set(sys.modules) - before;"
        "print(sorted(new - {'kvratio', 'kvratio.simulate', 'kvratio.simulate.pytest_plugin'}))"
    )
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout.strip() == "[]"
