"""Building instances and schedules, and reading them from files."""

import re
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest

from kvratio.simulate.request_files import parse_instance
from kvratio.theory.checks import InputError
from kvratio.theory.model import (
    MOST_STEPS,
    MOST_TOKENS,
    Instance,
    Schedule,
)

# two requests, s = 1, outputs 2 and 3, the second arrives at 1; M = 6
PAIR = Instance.of(6, [2, 3], prompt=1, arrival=[0, 1])
GOOD = [(0, 0, 2, True), (1, 1, 2, False), (1, 2, 5, True)]


def test_one_number_or_interval_stands_for_all() -> None:
    instance = Instance.of(10, [2, 3], prompt=1, arrival=4, interval=(2, 5))
    assert instance == Instance(10, (1, 1), (2, 3), (4, 4), (2, 2), (5, 5))
    assert instance == Instance.of(10, [2, 3], prompt=[1, 1], arrival=[4, 4], interval=[(2, 5)] * 2)
    mixed = Instance.of(10, [2, 3], interval=[(1, 2), [3, 7]])
    assert (mixed.lower, mixed.upper) == ((1, 3), (2, 7))


def test_arrays_become_plain_columns() -> None:
    instance = Instance.of(
        10,
        np.array([2, 3]),
        prompt=np.array([1, 0]),
        arrival=np.array([0, 4]),
        interval=np.array([[1, 2], [3, 7]]),
    )
    assert instance == Instance(10, (1, 0), (2, 3), (0, 4), (1, 3), (2, 7))
    assert set(map(type, instance.output + instance.lower)) == {int}


def test_without_an_interval_only_the_budget_is_known() -> None:
    instance = Instance.of(10, [2, 3, 1], prompt=[3, 0, 9])
    assert (instance.lower, instance.upper) == ((1, 1, 1), (7, 10, 1))
    requests = [{"prompt": 3, "output": 2}, {"prompt": 0, "output": 3}, {"prompt": 9, "output": 1}]
    assert Instance.from_json({"memory": 10, "requests": requests}) == instance


def test_common_prompt() -> None:
    assert Instance.of(10, [1, 2], prompt=[3, 4]).common_prompt is None
    assert Instance.of(10, [1, 2], prompt=0).common_prompt == 0
    assert Instance.of(10, []).common_prompt is None


def test_the_limits_themselves_are_allowed() -> None:
    largest = Instance.of(MOST_TOKENS, [MOST_TOKENS], arrival=[MOST_STEPS])
    assert (largest.memory, largest.output, largest.arrival) == (10**9, (10**9,), (10**12,))
    assert Instance.of(1, [1], interval=(1, 1)).upper == (1,)
    assert Instance.of(1, [1], interval=(10**9, 10**9)).upper == (10**9,)


@pytest.mark.parametrize(
    ("memory", "columns", "argument"),
    [
        (0, {"output": []}, "memory"),
        (0, {"output": [], "interval": (1, 1)}, "memory"),
        (10**9 + 1, {"output": []}, "memory"),
        (9, {"output": [0]}, "output[0]"),
        (9, {"output": [1, -1]}, "output[1]"),
        (9, {"output": [1, 2.5]}, "output[1]"),
        (9, {"output": [True, 1]}, "output[0]"),
        (9, {"output": [1, 2], "prompt": [0]}, "prompt"),
        (9, {"output": [1, 2], "prompt": [0, -1]}, "prompt[1]"),
        (9, {"output": [1, 2], "prompt": -1}, "prompt"),
        (9, {"output": [1], "arrival": [-1]}, "arrival[0]"),
        (9, {"output": [1], "arrival": -1}, "arrival"),
        (9, {"output": [1], "arrival": [10**12 + 1]}, "arrival[0]"),
        (9, {"output": [1], "arrival": 10**12 + 1}, "arrival"),
        (9, {"output": [1, 1], "interval": (0, 3)}, "lower[0]"),
        (9, {"output": [1], "interval": [(1, 0)]}, "upper[0]"),
        (9, {"output": [1], "interval": [(1, 10**9 + 1)]}, "upper[0]"),
        (9, {"output": [1], "interval": [(3, 2)]}, "request 0: interval"),
        (9, {"output": [1, 1], "interval": [(1, 3)]}, "interval"),
        (9, {"output": [1], "interval": [(1, 3, 4)]}, "interval[0]"),
        (9, {"output": [1], "interval": [(1,)]}, "interval[0]"),
        (9, {"output": [1], "interval": ["13"]}, "interval[0]"),
        (9, {"output": [1, 1], "interval": [(1, 3), 4]}, "interval[1]"),
        (9, {"output": [1], "prompt": 9}, "request 0: prompt + output"),
        (9, {"output": [1], "prompt": 12}, "request 0: prompt + output"),
    ],
)
def test_bad_columns_are_named(memory: int, columns: dict[str, Any], argument: str) -> None:
    with pytest.raises(InputError) as caught:
        Instance.of(memory, **columns)
    assert caught.value.argument == argument


def test_instances_and_schedules_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        PAIR.memory = 7
    with pytest.raises(FrozenInstanceError):
        Schedule.of(GOOD).request = ()


def test_columns_of_a_schedule_have_one_length() -> None:
    with pytest.raises(InputError, match="start"):
        Schedule((0, 1), (0,), (1, 1), (True, True))
    with pytest.raises(InputError, match="end"):
        Schedule((0, 1), (0, 0), (1,), (True, True))
    with pytest.raises(InputError, match="finished"):
        Schedule((0, 1), (0, 0), (1, 1), (True,))


@pytest.mark.parametrize(
    "data",
    [
        {},
        [(0, 0, 3, True)],
        [[0, 0, 3]],
        [[0, 0, 3, True, -1]],
        [[0, 0, 3, True, 1, 1]],
        [[0, 0, 3, 1]],
        [["0", 0, 3, True]],
        [[0, -1, 3, True]],
        [[0, 0, 3.0, True]],
        ["0000"],
    ],
)
def test_bad_rows_of_a_schedule(data: Any) -> None:
    with pytest.raises(InputError, match="schedule"):
        Schedule.from_json(data)


def test_empty_files() -> None:
    assert Instance.from_json({"memory": 9, "requests": []}) == Instance.of(9, [])
    assert Schedule.from_json([]) == Schedule.of([])
    assert len(Schedule.of([])) == 0


def test_request_that_can_never_fit_is_named() -> None:
    with pytest.raises(InputError, match=r"request 1: prompt \+ output: .*memory = 10.*got 11"):
        Instance.of(10, [6, 7], prompt=4)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "instance file"),
        ("[]", "instance"),
        ('{"memory": 0, "requests": []}', "memory: .*got 0"),
        ('{"memory": 9, "requests": 3}', "requests: .*got 3"),
        ('{"memory": 9}', "instance"),
        ('{"memory": 9, "requests": [], "more": 1}', "instance"),
        ('{"memory": 9, "requests": [[]]}', r"requests\[0\]"),
        (
            '{"memory": 9, "requests": [{"prompt": 1, "output": 0}]}',
            r"\.output: .*got 0",
        ),
        (
            '{"memory": 9, "requests": [{"prompt": -1, "output": 1}]}',
            r"0\]\.prompt: .*got -1",
        ),
        (
            '{"memory": 9, "requests": [{"prompt": 1, "output": 2, "arrival": -1}]}',
            r"requests\[0\].arrival: .*got -1",
        ),
        (
            '{"memory": 9, "requests": [{"prompt": 1, "output": 2, "interval": [0, 2]}]}',
            r"requests\[0\].interval\[0\]: .*got 0",
        ),
        (
            '{"memory": 9, "requests": [{"prompt": 1, "output": 2, "interval": [1, 0]}]}',
            r"requests\[0\].interval\[1\]: .*got 0",
        ),
        (
            '{"memory": 9, "requests": [{"prompt": 1, "output": 2, "interval": 3}]}',
            r"requests\[0\].interval: .*got 3",
        ),
        ('{"memory": 9, "requests": [{"prompt": 9, "output": 1}]}', r"prompt \+ output"),
        ('{"memory": 9, "requests": [{"prompt": 1}]}', r"requests\[0\]"),
        (
            '{"memory": 9, "requests": [{"prompt": 1, "output": 2.5}]}',
            r"0\]\.output: .*got 2\.5",
        ),
        ('{"memory": 9, "requests": [{"prompt": true, "output": 2}]}', r"requests\[0\].prompt"),
        ('{"memory": 9, "requests": [{"prompt": 1, "output": 2, "extra": 1}]}', r"requests\[0\]"),
        (
            '{"memory": 9, "requests": [{"prompt": 1, "output": 2, "interval": [3, 2]}]}',
            r"request 0: interval: .*got \[3, 2\]",
        ),
        (
            '{"memory": 9, "requests": [{"prompt": 1, "output": 2, "interval": [1]}]}',
            r"requests\[0\].interval",
        ),
    ],
)
def test_bad_instance_files(text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_instance(text)
    assert re.search(words, str(caught.value))


def test_json_round_trip() -> None:
    assert Instance.from_json(PAIR.to_json()) == PAIR
    tight = Instance.of(5, [1, 2], prompt=[4, 0], interval=(1, 1))
    assert Instance.from_json(tight.to_json()) == tight
    assert Schedule.from_json(Schedule.of(GOOD).to_json()) == Schedule.of(GOOD)
