"""Algorithm 2 as printed, on average: exact expectations, and what the proof says of each step."""

from fractions import Fraction
from itertools import combinations_with_replacement, product
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvratio.proofs_check.tiny import AlgorithmTwo
from kvratio.simulate.engine import run as reference
from kvratio.simulate.kernel import run as kernel
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.testing.strategies import instances
from kvratio.theory.bound import DerivationError
from kvratio.theory.checks import InputError
from kvratio.theory.finite import printed
from kvratio.theory.finite.policies import mean_bound
from kvratio.theory.model import Instance

READINGS = ("a-min", "a-min-live")


@pytest.mark.parametrize("reading", READINGS)
def test_exact_expectations_are_below_the_bound(reading: str) -> None:
    """Over all ties, by the judge's enumeration."""
    for memory, n, low in product((3, 4), (1, 2, 3), (1, 2)):
        for outputs in combinations_with_replacement(range(low, memory + 1), n):
            case = Instance.of(memory, outputs, interval=(low, max(outputs)))
            exact = AlgorithmTwo(memory, live=reading == "a-min-live").latency(outputs, low)
            bound = mean_bound(reading, case)
            assert bound == printed.a_min(case)
            assert bound is not None
            assert exact <= bound


@pytest.mark.parametrize("reading", READINGS)
@settings(max_examples=60, deadline=None)
@given(
    case=instances(max_requests=10, max_memory=20, batch=True, right=True), seed=st.integers(0, 9)
)
def test_progress_and_evictions_are_as_the_proof_has_them(
    reading: str, case: Instance, seed: int
) -> None:
    """J in all, and an overflow leaves a third of those that run, and one."""
    attempts = sorted(reference(case, POLICIES[reading], seed).schedule.attempts(), key=_start)
    bounds, progress = [max(1, low) for low in case.lower], 0
    for i, start, stop, done in attempts:
        progress += max(0, stop - start - bounds[i]) + done
        bounds[i] = max(bounds[i], stop - start)
    assert progress <= sum(case.output) - sum(max(1, low) for low in case.lower) + case.n
    for t in {stop for _, _, stop, done in attempts if not done}:
        ran = [(stop, done) for _, start, stop, done in attempts if start < t <= stop]
        incomplete = [stop for stop, done in ran if not (done and stop == t)]
        evicted = sum(stop == t for stop in incomplete)
        assert evicted <= min((len(incomplete) + 1) // 2, len(incomplete) - 1)


def _start(attempt: tuple[int, int, int, bool]) -> int:
    return attempt[1]


def test_means_of_larger_runs() -> None:
    """Far below: the factor is what a proof gives."""
    case = Instance.of(60, [1] * 150 + [3] * 50, interval=(1, 3))
    for reading in READINGS:
        mean = fmean(kernel(case, POLICIES[reading], seed).tel for seed in range(5))
        assert mean < float(printed.a_min(case)) / 1000


def test_fewer_than_two_thirds_is_too_much_to_say() -> None:
    """Of three equal ones at an overflow by three tokens two go."""
    assert printed._evicted(3, 0, 0) == 2
    assert printed._evicted(1, 0, 0) == 0
    assert printed._evicted(2, 1, 0) == 2


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("FACTOR", "3^(c u) 24^(c - 1) c u"),
        ("FACTOR", "3^(c u + 1) 23^(c - 1) c u"),
        ("SHARE", 1),
    ],
)
def test_another_number_in_what_is_said_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, wrong: str | int
) -> None:
    (bound,) = printed.bounds()
    assert bound.obtained == "certified"
    monkeypatch.setattr(printed, name, wrong)
    with pytest.raises(DerivationError):
        printed.bounds()


def test_a_class_that_may_lose_all_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printed, "_evicted", lambda n, h, k: (n + h - k + 1) // 2)
    with pytest.raises(DerivationError, match="the last stays"):
        printed.bounds()


def test_conditions() -> None:
    assert printed.a_min(Instance.of(9, [])) == 0
    assert printed.a_min(Instance.of(9, [1], interval=(1, 1))) == Fraction(9)
    with pytest.raises(InputError, match="request 0: lower: expected at most 1, its output"):
        printed.a_min(Instance.of(9, [1], interval=(2, 2)))
    with pytest.raises(InputError, match="arrival"):
        printed.a_min(Instance.of(9, [1], arrival=[1], interval=(1, 1)))
