"""Measures against a recomputation step by step."""

from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvratio.simulate.engine import run
from kvratio.simulate.measures import cache_profile, latencies, measure, percentile, tokens_at
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.records import Run
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance, Schedule, volume
from tests.strategies import instances

# s = 1, 2; o = 2, 3; arrivals 0, 1; M = 9. Request 1 starts, is cancelled, starts again.
PAIR = Instance.of(9, [2, 3], prompt=[1, 2], arrival=[0, 1])
SCHEDULE = Schedule.of([(0, 0, 2, True), (1, 1, 2, False), (1, 4, 7, True)])


def test_by_hand() -> None:
    # cache: 2, then 3 + 3, nothing in steps 2 and 3, then 3, 4, 5
    result = measure(SCHEDULE, PAIR)
    assert result.tel == 2 + (7 - 1)
    assert result.mean_latency == 4
    assert (result.p50, result.p95, result.p99) == (2, 6, 6)
    assert result.ttft == Fraction((0 + 1 - 0) + (1 + 1 - 1), 2)  # the first attempt's token counts
    assert result.makespan == 7
    assert result.evictions == 1
    assert result.generated_tokens == 6
    assert result.wasted_tokens == 1
    assert result.peak_cache == 6
    assert result.mean_cache == Fraction(2 + 6 + 0 + 0 + 3 + 4 + 5, 7 * 9)


def use(schedule: Schedule, instance: Instance, step: int) -> int:
    """Tokens in the cache in one step, by the model's definition."""
    return sum(
        instance.prompt[a.request] + step + 1 - a.start
        for a in schedule.attempts()
        if a.start <= step < a.end
    )


@given(instances(), st.sampled_from(sorted(POLICIES)), st.integers(0, 3))
def test_against_a_count_of_every_step(instance: Instance, name: str, seed: int) -> None:
    schedule = run(instance, POLICIES[name], seed).schedule
    result = measure(schedule, instance)
    attempts = list(schedule.attempts())
    steps = sorted({k for a in attempts for k in range(a.start, a.end)})  # others hold nothing
    cache = [use(schedule, instance, k) for k in steps]
    completion = {a.request: a.end for a in attempts if a.finished}
    latency = [completion[i] - instance.arrival[i] for i in range(instance.n)]
    first = [min(a.start for a in attempts if a.request == i) for i in range(instance.n)]
    lost = sum(a.end - a.start for a in attempts if not a.finished)
    n = max(instance.n, 1)
    assert result.tel == sum(latency)
    assert result.mean_latency == Fraction(sum(latency), n)
    assert result.ttft == Fraction(sum(f + 1 for f in first) - sum(instance.arrival), n)
    assert result.makespan == max(completion.values(), default=0)
    assert result.evictions == sum(not a.finished for a in attempts)
    assert result.wasted_tokens == lost
    assert result.generated_tokens == lost + sum(instance.output)
    assert result.peak_cache == max(cache, default=0)
    assert result.mean_cache * max(result.makespan, 1) * instance.memory == sum(cache)
    for value, share in ((result.p50, 0.5), (result.p95, 0.95), (result.p99, 0.99)):
        if latency:
            assert value == sorted(latency)[max(ceil(share * n - 1e-9), 1) - 1]
    if latency:
        assert latencies(schedule, instance).tolist() == latency
        asked = np.array([*steps, max(steps) + 1, max(steps) + 7])
        assert tokens_at(asked, cache_profile(schedule, instance)).tolist() == [*cache, 0, 0]


@given(
    st.lists(st.integers(0, 20), min_size=1, max_size=30),
    st.fractions(min_value=Fraction(1, 1000), max_value=1),
)
def test_percentile_is_the_smallest_value_that_the_share_does_not_exceed(
    values: list[int], share: Fraction
) -> None:
    # nearest rank: the smallest value that at least `share` of all values do not exceed
    enough = [v for v in values if Fraction(sum(w <= v for w in values), len(values)) >= share]
    assert percentile(np.array(values), share) == min(enough)


@pytest.mark.parametrize("share", [0, Fraction(-1, 2), Fraction(3, 2), 0.5])
def test_percentile_refuses_other_shares(share: Fraction) -> None:
    with pytest.raises(InputError, match="share"):
        percentile(np.array([1, 2]), share)


def test_the_empty_instance() -> None:
    result = measure(Schedule.of([]), Instance.of(5, []))
    assert set(result.to_json().values()) == {0}


def test_to_json_is_plain_numbers() -> None:
    data = measure(SCHEDULE, PAIR).to_json()
    assert data["mean_latency"] == 4.0
    assert data["mean_cache"] == pytest.approx(20 / 63, rel=1e-15)
    assert all(type(value) in (int, float) for value in data.values())


def test_times_far_away() -> None:
    # 100 requests, five at a time (s = 0, o = 1, M = 5), from step 10^12 on: first tokens after
    # 1, 2, ..., 20 steps, five requests each
    instance = Instance.of(5, [1] * 100, arrival=10**12)
    result = run(instance, POLICIES["fcfs"]).measures
    assert result.ttft == result.mean_latency == Fraction(21, 2)
    assert (result.peak_cache, result.makespan) == (5, 10**12 + 20)


@given(instances(), st.sampled_from(sorted(POLICIES)))
def test_records_survive_json(instance: Instance, name: str) -> None:
    result = run(instance, POLICIES[name], seed=4)
    data = result.to_json()
    assert Run.from_json(data) == result
    assert data["measures"] == result.measures.to_json()
    assert (data["policy"], data["seed"]) == (name, 4)


def test_the_empty_schedule_has_no_profile_to_speak_of() -> None:
    empty, nobody = Schedule.of([]), Instance.of(5, [])
    assert latencies(empty, nobody).tolist() == []
    assert tokens_at(np.array([0, 3]), cache_profile(empty, nobody)).tolist() == [0, 0]


def test_token_steps_beyond_64_bits_are_exact() -> None:
    most, n = 10**9, 30
    instance = Instance.of(most, [most - 5] * n, prompt=5)
    one_by_one = [(i, i * most, i * most + most - 5, True) for i in range(n)]
    found = measure(Schedule.of(one_by_one), instance)
    area = n * volume(5, most - 5)
    assert area > 1 << 63
    assert found.mean_cache == Fraction(area, found.makespan * most)
