"""The exact model: building instances, and a verifier that rejects every kind of bad schedule."""

import re
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvratio.simulate.request_files import parse_instance
from kvratio.theory.checks import InputError
from kvratio.theory.model import (
    MOST_STEPS,
    MOST_TOKENS,
    REASONS,
    FullAttempt,
    Instance,
    Preemption,
    Schedule,
    ScheduleError,
    verify,
    volume,
)

# two requests, s = 1, outputs 2 and 3, the second arrives at 1; M = 6
PAIR = Instance.of(6, [2, 3], prompt=1, arrival=[0, 1])
GOOD = [(0, 0, 2, True), (1, 1, 2, False), (1, 2, 5, True)]


def test_accepts_and_recomputes() -> None:
    done = verify(Schedule.of(GOOD), PAIR)
    # by hand: completions 2 and 5, arrivals 0 and 1; step 1 holds (1+2) + (1+1) = 5
    assert done.completion == (2, 5)
    assert done.tel == 6
    assert done.makespan == 5
    assert done.peak == 5


BROKEN: dict[str, list[tuple[Any, ...]]] = {
    "unknown request": [*GOOD, (2, 0, 1, True)],
    "empty attempt": [*GOOD[:1], (1, 1, 1, False), *GOOD[2:]],
    "starts before arrival": [GOOD[0], (1, 0, 3, True)],
    "runs past its last token": [(0, 0, 3, True), *GOOD[1:]],
    "finished too early": [(0, 0, 1, True), *GOOD[1:]],
    "cancelled when complete": [(0, 0, 2, False), *GOOD[1:]],
    "begins with lost tokens": [*GOOD[:2], (1, 2, 4, True, 1)],
    "begins with other tokens than were made": [*GOOD[:2], (1, 2, 3, True, 2)],
    "attempts overlap": [GOOD[0], (1, 1, 3, False), (1, 2, 5, True)],
    "runs after completion": [*GOOD, (0, 4, 5, False)],
    "completed twice": [*GOOD, (0, 5, 7, True)],
    "never completed": GOOD[:2],
    "over budget": [(0, 0, 2, True), (1, 1, 4, True)],
}


# by hand from the rows above: the request, and the step in which it first goes wrong
PLACES: dict[str, tuple[int, int | None]] = {
    "unknown request": (2, None),
    "empty attempt": (1, 1),
    "starts before arrival": (1, 0),
    "runs past its last token": (0, 2),
    "finished too early": (0, 1),
    "cancelled when complete": (0, 2),
    "begins with lost tokens": (1, 2),
    "begins with other tokens than were made": (1, 2),
    "attempts overlap": (1, 2),
    "runs after completion": (0, 4),
    "completed twice": (0, 5),
    "never completed": (1, None),
    "over budget": (1, 1),
}


def test_every_reason_has_its_broken_schedule() -> None:
    assert set(BROKEN) == set(REASONS)


@pytest.mark.parametrize("reason", REASONS)
def test_rejects(reason: str) -> None:
    instance = Instance.of(4, [2, 3], prompt=1, arrival=[0, 1]) if reason == "over budget" else PAIR
    keeps = reason == "begins with other tokens than were made"
    preemption = Preemption.KEEP if keeps else Preemption.CANCEL
    with pytest.raises(ScheduleError) as caught:
        verify(Schedule.of(BROKEN[reason]), instance, preemption)
    assert caught.value.reason == reason
    assert (caught.value.request, caught.value.step) == PLACES[reason]
    assert str(caught.value).startswith(reason)


@pytest.mark.parametrize(
    ("row", "reason", "step"),
    [
        ((5, 0, 1, True), "unknown request", None),
        ((-1, 0, 1, True), "unknown request", None),
        ((0, 7, 7, True), "empty attempt", 7),
        ((0, 8, 7, False), "empty attempt", 8),
        ((1, 7, 11, True), "runs past its last token", 10),
        ((1, 7, 8, True), "finished too early", 8),
        ((1, 7, 10, False), "cancelled when complete", 10),
        ((0, 2, 4, True), "completed twice", 2),  # from the moment of its completion on
        ((0, 2, 3, False), "runs after completion", 2),
        ((0, 1, 3, True), "attempts overlap", 1),
        ((1, 4, 5, False), "attempts overlap", 4),
    ],
)
def test_one_more_row_breaks_a_good_schedule(
    row: tuple[int, int, int, bool], reason: str, step: int | None
) -> None:
    with pytest.raises(ScheduleError) as caught:
        verify(Schedule.of([*GOOD, row]), PAIR)
    assert (caught.value.reason, caught.value.request) == (reason, row[0])
    assert caught.value.step == step


def test_nothing_is_done_at_once() -> None:
    nothing = verify(Schedule.of([]), Instance.of(3, []))
    assert nothing == ((), 0, 0, 0)


def test_latency_counts_from_the_arrivals() -> None:
    instance = Instance.of(4, [1, 1, 1], arrival=[3, 3, 5])
    rows = [(0, 3, 4, True), (1, 4, 5, True), (2, 8, 9, True)]
    assert verify(Schedule.of(rows), instance).tel == 1 + 2 + 4


def test_volumes_are_whole_numbers() -> None:
    assert [volume(2, g) for g in range(4)] == [0, 3, 7, 12]
    assert type(volume(1, 2)) is int


def test_over_budget_names_step_request_and_excess() -> None:
    # s = 0, both from 0: 2 (k + 1) tokens in step k; M = 5 is passed first in step 2, by 1
    with pytest.raises(ScheduleError) as caught:
        verify(Schedule.of([(0, 0, 4, True), (1, 0, 4, True)]), Instance.of(5, [4, 4]))
    assert (caught.value.step, caught.value.request, caught.value.over) == (2, 1, 1)
    assert "step 2" in str(caught.value)
    assert "1 tokens over" in str(caught.value)


@st.composite
def random_schedules(draw: st.DrawFn) -> tuple[Instance, Schedule]:
    """Requests with disjoint attempts, the last one complete, at a budget that may be too small."""
    rows, prompts, outputs = [], [], []
    for i in range(draw(st.integers(1, 5))):
        output = draw(st.integers(1, 6))
        time = draw(st.integers(0, 4))
        for made in draw(st.lists(st.integers(1, output), max_size=2)):
            if made < output:
                rows.append((i, time, time + made, False))
                time += made + draw(st.integers(0, 2))
        rows.append((i, time, time + output, True))
        prompts.append(draw(st.integers(0, 3)))
        outputs.append(output)
    memory = draw(st.integers(max(s + o for s, o in zip(prompts, outputs, strict=True)), 40))
    return Instance.of(memory, outputs, prompt=prompts), Schedule.of(draw(st.permutations(rows)))


@given(random_schedules())
def test_verify_agrees_with_a_count_of_every_step(case: tuple[Instance, Schedule]) -> None:
    instance, schedule = case
    use = [
        sum(
            instance.prompt[a.request] + step + 1 - a.start
            for a in schedule.attempts()
            if a.start <= step < a.end
        )
        for step in range(max(schedule.end))
    ]
    over = [step for step, tokens in enumerate(use) if tokens > instance.memory]
    if over:
        with pytest.raises(ScheduleError) as caught:
            verify(schedule, instance)
        assert caught.value.step == over[0]
        assert caught.value.over == use[over[0]] - instance.memory
    else:
        done = verify(schedule, instance)
        assert done.peak == max(use)
        assert done.tel == sum(a.end for a in schedule.attempts() if a.finished)


# --- building instances ------------------------------------------------------------------------


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


# --- tokens kept -------------------------------------------------------------------------------


KEPT = [(0, 0, 2, True), (1, 1, 2, False), (1, 2, 4, True, 1)]


def test_kept_tokens_are_not_made_again() -> None:
    done = verify(Schedule.of(KEPT), PAIR, Preemption.KEEP)
    # by hand: request 1 holds 1 + 1 in step 1, then with its token 1 + 1 + 1 and 1 + 1 + 2
    assert (done.completion, done.peak) == ((2, 4), 5)


def test_the_cache_of_kept_tokens_counts_from_the_first_step_on() -> None:
    # the resumed attempt holds 2 + 3 + 1 = 6 tokens at once
    rows = [(0, 0, 3, False), (0, 5, 7, True, 3)]
    instance = Instance.of(7, [5], prompt=2)
    assert verify(Schedule.of(rows), instance, Preemption.KEEP).peak == 2 + 5
    with pytest.raises(ScheduleError, match="over budget") as caught:
        verify(
            Schedule.of([*rows, (1, 5, 6, True)]),
            Instance.of(7, [5, 1], prompt=[2, 1]),
            Preemption.KEEP,
        )
    assert (caught.value.step, caught.value.over) == (5, 1)


@pytest.mark.parametrize("began", [0, 1, 3])
def test_an_attempt_begins_with_what_was_made(began: int) -> None:
    rows = [(0, 0, 2, False), (0, 5, 10 - began, True, began)]
    with pytest.raises(ScheduleError) as caught:
        verify(Schedule.of(rows), Instance.of(9, [5]), Preemption.KEEP)
    assert caught.value.reason == "begins with other tokens than were made"


def test_attempts_of_several_preemptions_add_up() -> None:
    rows = [(0, 0, 2, False), (0, 3, 4, False, 2), (0, 6, 8, True, 3)]
    assert verify(Schedule.of(rows), Instance.of(5, [5]), Preemption.KEEP).tel == 8


def test_rows_of_kept_tokens_are_read_back() -> None:
    schedule = Schedule.of(KEPT)
    assert schedule.to_json()[2] == [1, 2, 4, True, 1]
    assert Schedule.from_json(schedule.to_json()) == schedule
    assert list(schedule.full_attempts())[2] == FullAttempt(1, 2, 4, True, 1)
    assert Schedule.of(GOOD).to_json() == [list(row) for row in GOOD]
    with pytest.raises(InputError, match="began"):
        Schedule((0, 1), (0, 0), (1, 1), (True, True), (1,))


def test_an_unknown_reading_of_preemption() -> None:
    with pytest.raises(InputError, match="preemption: expected one of cancel, keep"):
        Preemption.of("lose")
