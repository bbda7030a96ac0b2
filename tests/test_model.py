"""The exact model: building instances, and a verifier that rejects every kind of bad schedule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.inputs import parse_instance
from theory.checks import InputError
from theory.model import REASONS, Instance, Schedule, ScheduleError, verify

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


BROKEN = {
    "unknown request": [*GOOD, (2, 0, 1, True)],
    "empty attempt": [*GOOD[:1], (1, 1, 1, False), *GOOD[2:]],
    "starts before arrival": [GOOD[0], (1, 0, 3, True)],
    "runs past its last token": [(0, 0, 3, True), *GOOD[1:]],
    "finished too early": [(0, 0, 1, True), *GOOD[1:]],
    "cancelled when complete": [(0, 0, 2, False), *GOOD[1:]],
    "attempts overlap": [GOOD[0], (1, 1, 3, False), (1, 2, 5, True)],
    "runs after completion": [*GOOD, (0, 4, 5, False)],
    "completed twice": [*GOOD, (0, 5, 7, True)],
    "never completed": GOOD[:2],
    "over budget": [(0, 0, 2, True), (1, 1, 4, True)],
}


def test_every_reason_has_its_broken_schedule() -> None:
    assert set(BROKEN) == set(REASONS)


@pytest.mark.parametrize("reason", REASONS)
def test_rejects(reason: str) -> None:
    instance = Instance.of(4, [2, 3], prompt=1, arrival=[0, 1]) if reason == "over budget" else PAIR
    with pytest.raises(ScheduleError) as caught:
        verify(Schedule.of(BROKEN[reason]), instance)
    assert caught.value.reason == reason


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


def test_request_that_can_never_fit_is_named() -> None:
    with pytest.raises(InputError, match=r"request 1: prompt \+ output = 11: .* memory = 10"):
        Instance.of(10, [6, 7], prompt=4)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "instance file"),
        ("[]", "instance"),
        ('{"memory": 0, "requests": []}', "memory = 0"),
        ('{"memory": 9, "requests": 3}', "requests = 3"),
        ('{"memory": 9, "requests": [{"prompt": 1}]}', "requests[0]"),
        ('{"memory": 9, "requests": [{"prompt": 1, "output": 2.5}]}', "requests[0].output = 2.5"),
        ('{"memory": 9, "requests": [{"prompt": true, "output": 2}]}', "requests[0].prompt"),
        ('{"memory": 9, "requests": [{"prompt": 1, "output": 2, "extra": 1}]}', "requests[0]"),
        (
            '{"memory": 9, "requests": [{"prompt": 1, "output": 2, "interval": [3, 2]}]}',
            "request 0: interval = [3, 2]",
        ),
        (
            '{"memory": 9, "requests": [{"prompt": 1, "output": 2, "interval": [1]}]}',
            "requests[0].interval",
        ),
    ],
)
def test_bad_instance_files(text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_instance(text)
    assert words in str(caught.value)


def test_json_round_trip() -> None:
    assert Instance.from_json(PAIR.to_json()) == PAIR
    assert Schedule.from_json(Schedule.of(GOOD).to_json()) == Schedule.of(GOOD)
