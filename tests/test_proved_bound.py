"""The kit's invariant `proved-bound`: bounds that hold, bounds that do not, and bad ones."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from kvratio.simulate.testing import NonConforming, check_policy, examine
from kvratio.simulate.testing.cases import Case
from kvratio.simulate.testing.invariants.proved import closeness
from kvratio.simulate.testing.subject import subject_of
from kvratio.theory.checks import InputError
from kvratio.theory.finite import admission
from kvratio.theory.finite.policies import PROVED, upper_bound
from kvratio.theory.model import Instance
from tests.broken import FirstComeFirstServed

ONLY = ("proved-bound",)


def declared(policy: str) -> Callable[[Instance], Fraction | None]:
    return lambda instance: upper_bound(policy, instance)


@pytest.mark.parametrize("policy", PROVED)
def test_proved_bounds_hold(policy: str) -> None:
    (result,) = examine(policy, only=ONLY, examples=60, proved_bound=declared(policy)).results
    assert result.outcome == "held"


@pytest.mark.parametrize("policy", ["h-sf", "a-max", "gsa"])
@pytest.mark.parametrize(
    "broken", [lambda m, p: Fraction(100, 99) * (m - p + 1), lambda m, _: m], ids=["1 %", "no e"]
)
def test_a_slightly_smaller_bound_is_found_out(
    policy: str, broken: Callable[[int, int], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "room", broken)
    (result,) = examine(policy, only=ONLY, examples=200, proved_bound=declared(policy)).results
    assert result.outcome == "violated"
    assert result.case is not None
    assert result.case.size <= 4


def test_nothing_is_claimed_without_a_bound() -> None:
    assert examine("h-sf", only=ONLY, examples=5).results[0].outcome == "not claimed"


def test_a_ratio_is_held_against_good_schedules() -> None:
    check_policy("svf", only=ONLY, examples=60, proved_bound=1 + Fraction(2, 1) / Fraction(1, 50))
    check_policy("gsa", only=ONLY, examples=60, proved_bound=Fraction(140, 3))
    with pytest.raises(NonConforming, match=r"where at most .* is declared"):
        check_policy("a-max", only=ONLY, examples=200, proved_bound=1.01)


def test_a_class_may_say_it_of_itself() -> None:
    class Mine(FirstComeFirstServed):
        @staticmethod
        def proved_bound(instance: Instance) -> int | None:
            return None if any(instance.arrival) else instance.n

    (result,) = examine(Mine, only=ONLY, examples=60).results
    assert result.outcome == "violated"


def test_closeness_is_latency_over_the_bound() -> None:
    subject = subject_of("h-sf", proved_bound=lambda _: 10)
    assert closeness(subject, Case(Instance.of(9, [5]))) == 0.5
    assert (
        closeness(subject_of("h-sf", proved_bound=lambda _: None), Case(Instance.of(9, [5])))
        is None
    )


@pytest.mark.parametrize("bad", ["2", float("nan"), float("inf"), 0.99, True, -1, [2]])
def test_a_bound_that_is_no_number_or_below_1_is_one_clear_error(bad: Any) -> None:
    with pytest.raises(InputError, match="proved_bound: expected a number of at least 1"):
        check_policy("fcfs", only=ONLY, examples=5, proved_bound=bad)
    with pytest.raises(InputError, match=r"proved_bound\(instance\): expected a number"):
        check_policy("fcfs", only=ONLY, examples=5, proved_bound=lambda _: bad)
