"""The pytest plugin, run in a session of its own."""

import os
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
    result.assert_outcomes(passed=len(INVARIANTS) - 5, skipped=5)
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
    result.stderr.fnmatch_lines(["ERROR: target: expected something that*"])


def test_loading_the_plugin_imports_next_to_nothing() -> None:
    code = (
        "import sys, pytest; before = set(sys.modules); import kvratio.simulate.pytest_plugin;"
        "new = set(sys.modules) - before;"
        "print(sorted(new - {'kvratio', 'kvratio.simulate', 'kvratio.simulate.pytest_plugin'}))"
    )
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout.strip() == "[]"


SCHEDULERS = """
class Hasty:
    sees = frozenset()
    def arrive(self, view, request): pass
    def complete(self, view, request): pass
    def evict(self, view): return []
    def admit(self, view): return list(view.waiting)

class Failing(Hasty):
    def admit(self, view):
        return [1 / 0]

class SometimesFailing(Hasty):
    def admit(self, view):
        assert len(view.waiting) < 6
        return list(view.waiting)

class Misspelt(Hasty):
    sees = frozenset({"ouput"})

class Endless(Hasty):
    def admit(self, view):
        while True: pass
"""
CACHED = (*OPTIONS[:2], *OPTIONS[4:])  # with pytest's cache, which --lf and --sw need


@pytest.fixture
def mine(session: pytest.Pytester) -> pytest.Pytester:
    """A folder with schedulers of one's own, which is not on the path."""
    session.makepyfile(mysched=SCHEDULERS)
    return session


def test_ids_can_be_given_back(mine: pytest.Pytester) -> None:
    first = mine.runpytest_subprocess(
        *CACHED, "-rf", "--kvratio-policy=mysched:Hasty", "-k", "budget or sound"
    )
    first.assert_outcomes(passed=1, failed=1, deselected=len(INVARIANTS) - 2)
    identity = "kvratio-policy=mysched:Hasty::budget"
    first.stdout.fnmatch_lines([f"FAILED {identity}*"])
    mine.runpytest_subprocess(*CACHED, identity).assert_outcomes(failed=1)
    mine.runpytest_subprocess(*CACHED, identity, "-n2", "-p", "xdist").assert_outcomes(failed=1)
    policy = mine.runpytest_subprocess(*CACHED, "kvratio-policy=mysched:Hasty", "-k", "budget")
    policy.assert_outcomes(failed=1, deselected=len(INVARIANTS) - 1)
    unknown = mine.runpytest_subprocess(*CACHED, "kvratio-policy=mysched:Hasty::budgets")
    assert unknown.ret == pytest.ExitCode.USAGE_ERROR


def test_ids_printed_in_a_subfolder_can_be_given_back_there(mine: pytest.Pytester) -> None:
    mine.makeini("[pytest]")  # the root is where this file is
    folder = mine.mkdir("below")
    (mine.path / "mysched.py").rename(folder / "mysched.py")
    mine.chdir()
    os.chdir(folder)
    first = mine.runpytest_subprocess(
        *CACHED, "-rf", "--kvratio-policy=mysched:Hasty", "-k", "budget"
    )
    first.stdout.fnmatch_lines(["FAILED ../kvratio-policy=mysched:Hasty::budget*"])
    identity = "../kvratio-policy=mysched:Hasty::budget"
    mine.runpytest_subprocess(*CACHED, identity).assert_outcomes(failed=1)
    mine.runpytest_subprocess(*CACHED, identity, "--lf").assert_outcomes(failed=1)


@pytest.mark.parametrize("option", ["--lf", "--sw"])
def test_failures_are_found_again(mine: pytest.Pytester, option: str) -> None:
    chosen = (*CACHED, "--kvratio-policy=mysched:Hasty", "-k", "sound or budget")
    mine.runpytest_subprocess(*chosen, option).assert_outcomes(
        failed=1, passed=0 if option == "--sw" else 1, deselected=len(INVARIANTS) - 2
    )
    again = mine.runpytest_subprocess(*chosen, option)
    assert again.parseoutcomes()["failed"] == 1
    assert "passed" not in again.parseoutcomes()


def test_a_scheduler_that_raises_is_one_failure_with_its_traceback(mine: pytest.Pytester) -> None:
    result = mine.runpytest_subprocess(*OPTIONS, "--kvratio-policy=mysched:Failing")
    result.assert_outcomes(failed=1, skipped=len(INVARIANTS) - 1)
    result.stdout.fnmatch_lines(
        ["*mysched.py*in admit*", "*return [[]1 / 0[]]*", "*ZeroDivisionError*"]
    )
    result.stdout.fnmatch_lines(["*not run: the policy raises an error*"])


def test_a_rare_error_hides_nothing_else(mine: pytest.Pytester) -> None:
    chosen = ("--kvratio-policy=mysched:SometimesFailing", "-k", "budget or sound or termination")
    result = mine.runpytest_subprocess(*OPTIONS, "--kvratio-examples=100", *chosen)
    result.assert_outcomes(failed=2, passed=1, deselected=len(INVARIANTS) - 3)
    result.stdout.fnmatch_lines(["*AssertionError*"])
    result.stdout.fnmatch_lines(["*budget: violated by*"])


def test_a_selection_without_that_failure_fails_too(mine: pytest.Pytester) -> None:
    chosen = ("--kvratio-policy=mysched:Failing", "-k", "budget")
    result = mine.runpytest_subprocess(*OPTIONS, *chosen)
    result.assert_outcomes(failed=1, deselected=len(INVARIANTS) - 1)


def test_an_id_narrows_what_the_option_names(mine: pytest.Pytester) -> None:
    named = ("--kvratio-policy=mysched:Hasty", "kvratio-policy=mysched:Hasty::budget")
    mine.runpytest_subprocess(*OPTIONS, *named).assert_outcomes(failed=1)


def test_a_misspelt_column_is_a_usage_error(mine: pytest.Pytester) -> None:
    result = mine.runpytest_subprocess(*OPTIONS, "--kvratio-policy=mysched:Misspelt")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: sees: expected names of output*"])


def test_an_endless_run_is_reported_with_its_case(mine: pytest.Pytester) -> None:
    chosen = ("-k", "termination", "--kvratio-case-seconds=0.2", "--kvratio-examples=3")
    result = mine.runpytest_subprocess(*OPTIONS, "--kvratio-policy=mysched:Endless", *chosen)
    result.assert_outcomes(failed=1, deselected=len(INVARIANTS) - 1)
    result.stdout.fnmatch_lines(["*the run took longer than 0.2 s*", "*Instance.of(*"])


def test_a_session_without_policies_is_left_alone(mine: pytest.Pytester) -> None:
    mine.makepyfile(
        test_own="import sys\ndef test(): assert 'kvratio.simulate.testing' not in sys.modules"
    )
    result = mine.runpytest_subprocess("-p", "kvratio.simulate.pytest_plugin")
    result.assert_outcomes(passed=1)
