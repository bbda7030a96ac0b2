"""The exact model: a verifier that rejects every kind of bad schedule."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvratio.simulate.policies.slicing import slicing
from kvratio.theory.checks import InputError
from kvratio.theory.model import (
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


def test_over_budget_names_a_request_that_runs() -> None:
    """The third one started last, but it has ended when the first two become too large."""
    instance = Instance.of(17, [10, 10, 2])
    rows = [(0, 0, 10, True), (1, 0, 10, True), (2, 5, 7, True)]
    with pytest.raises(ScheduleError) as caught:
        verify(Schedule.of(rows), instance)
    found = caught.value
    assert (found.reason, found.request, found.step, found.over) == ("over budget", 1, 8, 1)


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


def test_a_budget_of_nothing_is_named_before_its_requests() -> None:
    with pytest.raises(InputError, match="memory: expected a whole number, at least 1, got 0"):
        Instance.from_json({"memory": 0, "requests": [{"prompt": 1, "output": 0}]})


def test_caps_of_a_policy() -> None:
    """As many as its documentation says."""
    assert len(slicing(range(1, 2001)).caps) == 2000
    with pytest.raises(InputError, match="at most 2000"):
        slicing(range(1, 2002))
