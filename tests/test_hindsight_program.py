"""The integer program and its solvers; CP-SAT runs in a process of its own."""

import math

import pytest
from hypothesis import given, settings

from kvratio.theory.checks import InputError
from kvratio.theory.hindsight.program import build, horizon, installed, judge, solve, solver_name
from kvratio.theory.hindsight.search import plain_schedule
from kvratio.theory.hindsight.status import Status
from kvratio.theory.model import Instance, verify
from tests.test_hindsight import best_starts, instances


def one_by_one(instance: Instance) -> list[int]:
    now, starts = max(instance.arrival), []
    for o in instance.output:
        starts.append(now)
        now += o
    return starts


@settings(max_examples=10, deadline=None)
@given(instances())
def test_highs_finds_the_optimum(instance: Instance) -> None:
    answer = solve(instance, plain_schedule(instance, one_by_one(instance)))
    assert answer.status is Status.OPTIMAL
    assert answer.lower == best_starts(instance)[0]


@pytest.mark.parametrize("name", [n for n in installed() if n != "HIGHS"])
def test_other_solvers_agree(name: str) -> None:
    instance = Instance.of(9, [7, 4, 1, 4, 1], prompt=1, arrival=[0, 0, 1, 0, 2])
    answer = solve(instance, plain_schedule(instance, one_by_one(instance)), solver=name)
    assert answer.status is Status.OPTIMAL
    assert answer.lower == best_starts(instance)[0]


@settings(max_examples=60, deadline=None)
@given(instances())
def test_no_optimal_schedule_leaves_the_horizon(instance: Instance) -> None:
    best, optimal = best_starts(instance)
    last = horizon(instance, best)
    for starts in optimal:
        assert max(t + o for t, o in zip(starts, instance.output, strict=True)) <= last


def test_equal_requests_are_one_kind() -> None:
    program = build(Instance.of(9, [3, 3, 2, 3], arrival=[0, 0, 0, 1]), 9)
    assert program.members == [[0, 1], [2], [3]]
    assert program.cache.shape == (9, len(program.cost))


def test_a_time_limit_is_not_an_error() -> None:
    instance = Instance.of(47, [26, 5, 33, 41, 18, 30, 9, 37], prompt=3)
    schedule = plain_schedule(instance, one_by_one(instance))
    answer = solve(instance, schedule, seconds=0.01)
    assert answer.status is not Status.OPTIMAL
    assert answer.lower <= verify(schedule, instance).tel


def test_a_solvers_word_is_checked() -> None:
    instance = Instance.of(2, [2, 2])
    assert judge(instance, [0, 0], 4.0).status is Status.UNSOLVED  # over budget
    assert judge(instance, None, -math.inf).lower == 4
    assert judge(instance, [0, 2], 6.0000001).lower == 6  # not 7
    assert judge(instance, [0, 2], 5.2).status is Status.OPTIMAL  # 5.2 is 6 in whole steps
    assert judge(instance, [0, 3], 6.0).status is Status.FEASIBLE


def test_a_solver_that_is_not_installed() -> None:
    with pytest.raises(InputError, match="HIGHS"):
        solver_name("no-such-solver")
