"""What a scheduler may see, and what it may not."""

from collections.abc import Iterable

import pytest

from kvratio.simulate.engine import run_scheduler
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.view import HIDDEN_COLUMNS, HiddenError, View
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance

INSTANCE = Instance.of(9, [2, 3], prompt=[1, 2], arrival=[0, 4], interval=[(1, 5), (2, 6)])


@pytest.mark.parametrize("column", HIDDEN_COLUMNS)
def test_only_declared_columns_can_be_read(column: str) -> None:
    assert getattr(View(INSTANCE, frozenset({column})), column)(0) == getattr(INSTANCE, column)[0]
    others = frozenset(HIDDEN_COLUMNS) - {column}
    with pytest.raises(HiddenError, match=f"{column} of request 0: not declared"):
        getattr(View(INSTANCE, others), column)(0)


@pytest.mark.parametrize("column", ["prompt", "arrival", *HIDDEN_COLUMNS])
def test_nothing_is_known_of_a_request_before_it_arrives(column: str) -> None:
    view = View(INSTANCE, frozenset(HIDDEN_COLUMNS))
    with pytest.raises(HiddenError, match="request 1 has not arrived yet"):
        getattr(view, column)(1)
    view._now = 4  # the engine's privilege
    assert getattr(view, column)(1) == getattr(INSTANCE, column)[1]


def test_unknown_columns_are_refused() -> None:
    with pytest.raises(InputError, match=r"sees: .*'seed'"):
        View(INSTANCE, frozenset({"seed"}))


def test_running_and_waiting_are_read_only() -> None:
    view = View(INSTANCE, frozenset())
    with pytest.raises(TypeError):
        view.running[0] = 0
    with pytest.raises(TypeError):
        del view.waiting[0]
    for name in ("now", "memory", "running", "waiting"):
        with pytest.raises(AttributeError):
            setattr(view, name, 7)


class Peeks:
    """Starts one request at a time, after a look at a column that it did not declare."""

    name = "peeks"

    def __init__(self, column: str) -> None:
        self.column = column
        self.sees = frozenset(HIDDEN_COLUMNS) - {column}

    def arrive(self, view: View, request: int) -> None:
        getattr(view, self.column)(request)

    def complete(self, view: View, request: int) -> None: ...

    def evict(self, view: View) -> Iterable[int]:  # noqa: ARG002
        return ()

    def admit(self, view: View) -> Iterable[int]:
        return () if view.running else list(view.waiting)[:1]


@pytest.mark.parametrize("column", HIDDEN_COLUMNS)
def test_a_scheduler_that_reaches_for_undeclared_data_is_stopped(column: str) -> None:
    with pytest.raises(HiddenError, match=column):
        run_scheduler(INSTANCE, Peeks(column))


def test_what_each_policy_declares() -> None:
    declared = {name: set(policy.sees) for name, policy in POLICIES.items()}
    expected = {
        "h-sf": {"output"},
        "a-random": {"output"},
        "a-max": {"upper"},
        "mc-sf": {"upper"},
        "mc-benchmark": {"upper"},
        "a-min": {"lower"},
        "a-min-live": {"lower"},
        "a-min-thinned": {"lower"},
        "a-l": {"lower", "upper"},
        "fcfs": set(),
    }
    assert {name: declared[name] for name in expected} == expected


def test_time_is_the_step_unless_arrivals_have_times() -> None:
    instance = Instance.of(5, [1, 2])
    assert View(instance, frozenset()).time == 0
    timed = View(instance, frozenset(), arrivals=(0, 7))
    assert timed.time == 0
    assert timed.arrival(0) == 0
    with pytest.raises(HiddenError):
        timed.arrival(1)
