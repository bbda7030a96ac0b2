"""The kit itself: what it says of sound policies, its records, its reports, its bound."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kvratio.simulate.testing
from kvratio.simulate.declared import Declared
from kvratio.simulate.engine import Scheduler, run
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.testing import (
    INVARIANTS,
    Case,
    Family,
    NonConforming,
    Stuck,
    Violation,
    check_policy,
    examine,
    reproduce,
)
from kvratio.simulate.testing.bound import least_tel
from kvratio.simulate.testing.cases import instance_code
from kvratio.simulate.testing.history import History, Step, listen, watch
from kvratio.simulate.testing.limit import limited
from kvratio.simulate.testing.strategies import instances
from kvratio.simulate.testing.subject import subject_of
from kvratio.simulate.view import View
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance, Schedule
from tests import broken
from tests.bruteforce import optimum

NAMES = sorted(POLICIES)


@pytest.mark.parametrize("name", NAMES)
def test_shipped_policies_keep_what_they_claim(name: str) -> None:
    # what it calls compiled is compiled before: the compiler's time is not that of a run
    run(Instance.of(100, [3, 4] * 20, prompt=20, arrival=range(40)), POLICIES[name])
    check_policy(name, examples=25)


# --- records ---------------------------------------------------------------------------------


def told(step: Step) -> tuple[Any, ...]:
    sets = (step.completed, step.waiting, step.evicted, step.admitted)
    return (step.now, dict(step.running), *map(sorted, sets))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25)
@given(instance=instances(), seed=st.integers(0, 3))
def test_steps_recomputed_from_a_schedule_are_those_that_were_watched(
    name: str, instance: Instance, seed: int
) -> None:
    watched = watch(instance, Declared(POLICIES[name], instance.n, seed))
    assert watched.schedule == run(instance, POLICIES[name], seed).schedule
    heard = listen(instance, lambda i: run(i, POLICIES[name], seed).schedule)
    assert [told(step) for step in heard.steps] == [told(step) for step in watched.steps]


def test_a_stuck_system_is_heard_up_to_the_step_it_reached() -> None:
    def simulate(_: Instance) -> Schedule:
        raise Stuck(3, [(0, 0, 2, True), (1, 2, 3, False)])

    history = listen(Instance.of(9, [2, 3]), simulate)
    assert history.livelock
    assert [(step.now, sorted(step.generating())) for step in history.steps] == [
        (0, [0]),
        (1, [0]),
        (2, [1]),
    ]


def test_attempts_that_break_the_model_have_no_steps() -> None:
    instance = Instance.of(9, [2])
    history = listen(instance, lambda _: Schedule.of([(0, 0, 1, True)]))
    assert (history.steps, str(history.malformed)) == (
        (),
        "finished too early: request 0, step 1",
    )


# --- the bound -------------------------------------------------------------------------------


@settings(max_examples=60)
@given(
    instance=instances(max_requests=4, max_memory=7).filter(lambda i: max(i.arrival, default=0) < 9)
)
def test_the_lower_bound_is_never_above_the_optimum(instance: Instance) -> None:
    best = optimum(
        instance.memory, list(instance.prompt), list(instance.output), list(instance.arrival)
    )
    assert least_tel(instance) <= best


def test_the_lower_bound_of_one_after_the_other_is_exact() -> None:
    # s = 1, M = 3, o = 2: one at a time. Volumes 5: completions at least 2, 4, 5; truly 2, 4, 6
    assert least_tel(Instance.of(3, [2, 2, 2], prompt=1)) == 11
    assert least_tel(Instance.of(2, [1, 1, 1], prompt=1)) == 6  # volumes 2: 1, 2, 3, as they are


def test_a_bound_from_outside_is_used() -> None:
    # the certified optimum of P Example 1 is 5; a bound of 6 would be wrong, and is held against it
    (held,) = examine("h-sf", only=("lower-bound",), examples=20, lower_bound=least_tel).results
    assert held.outcome == "held"
    options: Any = {"only": ("lower-bound",), "examples": 20}
    (found,) = examine("h-sf", lower_bound=lambda i: least_tel(i) + 9, **options).results
    assert "is certain" in found.told


# --- reports ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target", [broken.ForgetsTheNextToken, broken.Peeks, broken.FearsLargeMemories]
)
def test_the_pasted_code_raises_the_same_violation(target: type) -> None:
    (found,) = examine(target, only=(broken.BREAKS[target],), examples=300).results
    with pytest.raises(Violation) as caught:
        exec(found.code(), {})
    assert str(caught.value) == found.told


@pytest.mark.parametrize("name", ["a-min", "tests.broken:Sound"])
def test_code_names_what_can_be_imported(name: str) -> None:
    *imports, expression = subject_of(name).code
    space: dict[str, Any] = {}
    exec("\n".join([*imports, f"target = {expression}"]), space)
    assert space["target"] in (POLICIES["a-min"], broken.Sound)


@given(instance=instances())
def test_instances_survive_their_code(instance: Instance) -> None:
    assert eval(instance_code(instance), {"Instance": Instance}) == instance


def test_the_report_of_a_policy_that_fails() -> None:
    with pytest.raises(NonConforming) as caught:
        check_policy(broken.ForgetsTheNextToken, examples=40, only=("budget", "termination"))
    (found,) = caught.value.conformance.violated
    code = "".join(f"    {line}".rstrip() + "\n" for line in found.code().splitlines())
    assert str(caught.value) == (
        "tests.broken:ForgetsTheNextToken violates budget\n\n"
        "budget: violated by tests.broken:ForgetsTheNextToken\n"
        f"  {INVARIANTS['budget'].statement}\n"
        f"  {found.told}\n"
        f"  A smallest case found (2 requests), to paste:\n\n{code}"
    )


def test_the_whole_report_lists_every_invariant() -> None:
    report = str(examine("fcfs", examples=2))
    assert report.splitlines()[:2] == ["fcfs", "budget: held"]
    assert "ignores-upper: held" in report
    assert "non-clairvoyance: not claimed" in str(examine("h-sf", examples=2))


def test_searches_are_deterministic() -> None:
    options: Any = {"examples": 20, "only": ("maximal-prefix", "determinism")}
    one, two = (str(examine(broken.OneAStep, **options)) for _ in range(2))
    assert one == two


def test_progress_names_what_is_tried() -> None:
    seen: list[str] = []
    examine("fcfs", examples=1, only=("budget", "termination"), progress=seen.append)
    assert seen == ["budget", "termination"]


# --- errors and endless runs -----------------------------------------------------------------


class Raises(broken.ForgetsTheNextToken):
    """Breaks "budget", and raises an error where more than `most` requests wait."""

    most = 5

    def admit(self, view: View) -> list[int]:
        assert len(view.waiting) <= self.most
        return super().admit(view)


class RaisesAlways(Raises):
    most = -1


def test_an_error_in_few_runs_is_one_finding_among_others() -> None:
    found = examine(Raises, examples=25)
    assert {r.invariant.name for r in found.violated} == {"sound-decisions", "budget"}
    (error,) = (r for r in found.violated if r.invariant.name == "sound-decisions")
    assert error.case is not None
    assert error.case.size == Raises.most + 1


def test_an_error_in_every_run_is_the_only_finding() -> None:
    found = examine(RaisesAlways, examples=60)
    assert [r.outcome for r in found.results] == ["violated", *["not run"] * (len(INVARIANTS) - 1)]


def endless(instance: Instance, seed: int) -> History:  # noqa: ARG001 (what a run is called with)
    while True:
        pass


def test_the_time_limit_holds_in_other_threads() -> None:
    with ThreadPoolExecutor(1) as pool:
        play = limited(endless, 0.05)
        runs = [pool.submit(play, Instance.of(1, [1]), 0).result() for _ in range(3)]
    assert {run.stopped for run in runs} == {"the run took longer than 0.05 s"}


def test_the_time_limit_leaves_another_timer_alone() -> None:
    signal.setitimer(signal.ITIMER_REAL, 3600)
    try:
        assert limited(endless, 0.05)(Instance.of(1, [1]), 0).livelock
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def test_a_run_within_the_limit_is_not_ended_later() -> None:
    """In a thread of its own, where an exception could still be under way after the run."""
    quick = limited(lambda instance, _: History(instance, ()), 0.001)
    with ThreadPoolExecutor(1) as pool:
        runs = [pool.submit(quick, Instance.of(1, [1]), 0) for _ in range(300)]
    assert all(run.exception() is None for run in runs)


# --- what can be tested ----------------------------------------------------------------------


def make_fcfs(n: int, seed: int) -> Scheduler:
    return Declared(POLICIES["fcfs"], n, seed)


@pytest.mark.parametrize(
    "target",
    [
        "fcfs",
        POLICIES["fcfs"],
        "tests.test_testing:make_fcfs",
        make_fcfs,
        broken.Sound,
        "tests.broken:System",
    ],
)
def test_everything_that_can_be_tested(target: Any) -> None:
    assert examine(target, examples=3, only=("budget",)).passed


@pytest.mark.parametrize(
    "target",
    [
        *("a-mini", "simulate.nothing:At", "tests.broken:Nobody", ":", 5, broken.Sound()),
        lambda: object(),
        lambda memory: memory,
    ],
)
def test_everything_else_is_refused(target: Any) -> None:
    with pytest.raises(InputError, match="target"):
        check_policy(target)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(InputError, match=r"only: .*got 'budgets'"):
        examine("fcfs", only=("budgets",))
    with pytest.raises(InputError, match=r"invariant: .*got 'budgets'"):
        reproduce("fcfs", "budgets", Case(Instance.of(1, [1])))
    with pytest.raises(InputError, match="examples"):
        examine("fcfs", examples=0)
    with pytest.raises(InputError, match="memory"):
        Family(2, longest=9, memory=9).instances(8)


def test_without_hypothesis_one_line_says_what_to_install() -> None:
    code = "import sys; sys.modules['hypothesis'] = None; import kvratio.simulate.testing"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    last = result.stderr.strip().splitlines()[-1]
    assert last == (
        'ImportError: kvratio.simulate.testing needs hypothesis: pip install "kvratio[testing]"'
    )


def test_the_readme_lists_every_invariant_as_it_is() -> None:
    text = (Path(kvratio.simulate.testing.__file__).parent / "README.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert rows == [f"| `{i.name}` | {i.statement} | {i.scope} |" for i in INVARIANTS.values()]
