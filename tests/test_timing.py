"""Runs in time: durations and arrivals from their definitions; the kernel against the engine."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvratio.simulate import engine, kernel
from kvratio.simulate.declared import Declared
from kvratio.simulate.engine import Engine
from kvratio.simulate.gpu.deployment import deployment
from kvratio.simulate.gpu.profile import Profiled
from kvratio.simulate.gpu.roofline import iteration_time
from kvratio.simulate.iteration import Batch, IterationTime
from kvratio.simulate.kernel import build
from kvratio.simulate.limits import EngineError
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.policy import Policy
from kvratio.simulate.timed import Moments, Passed, TimedRun, timed_run
from kvratio.simulate.timing import Timing
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance, Schedule, verify
from tests.test_kernel import declarations, random_instance

BATCH = 60  # random instances a policy
ROOFLINE = IterationTime(
    fixed=2_000_000, weights=9_000_000, cache=200_000, token=900_000, sample=7_000, pair=1_234,
    link=10_001, request=30_003, crowded=50_021, crowd=7,
)  # fmt: skip


def random_profile(rng: Random, most: int, prompts: int) -> Profiled:
    """A table for up to `most` requests, tokens of each, and `prompts` prompt tokens at once."""

    def up_to(largest: int) -> tuple[int, ...]:
        return tuple(
            sorted({1, largest + 2, *rng.choices(range(1, largest + 2), k=rng.randint(0, 4))})
        )

    axes = up_to(most), up_to(most), up_to(prompts)
    durations = [rng.randint(1, 10**6) for _ in range(len(axes[0]) * len(axes[1]) + len(axes[2]))]
    grid, starts = durations[: -len(axes[2])], durations[-len(axes[2]) :]
    return Profiled(
        1000 * min(durations), *(0,) * 9, *map(len, axes), *axes, tuple(grid), tuple(starts)
    )


@st.composite
def timed_instances(draw: Callable[..., Any]) -> tuple[Instance, Timing]:
    """A few requests before a small budget, with arrivals close together or far apart."""
    memory = draw(st.integers(2, 30))
    n = draw(st.integers(1, 9))
    prompt = draw(st.lists(st.integers(0, memory - 1), min_size=n, max_size=n))
    output = [draw(st.integers(1, memory - s)) for s in prompt]
    ends = st.tuples(st.integers(1, memory), st.integers(1, memory))
    interval = [(min(e), max(e)) for e in draw(st.lists(ends, min_size=n, max_size=n))]
    unit = draw(st.sampled_from([0, 1, 4_000, 10**6]))
    arrival = tuple(unit * draw(st.integers(0, 20)) for _ in range(n))
    if draw(st.booleans()):
        table = random_profile(Random(draw(st.integers(0, 1000))), 2 * memory, n * memory)
        return Instance.of(memory, output, prompt=prompt, interval=interval), Timing(arrival, table)
    coefficients = [draw(st.integers(0, 10**7)) for _ in range(8)]
    times = IterationTime(
        draw(st.integers(1, 10**7)), *coefficients, crowd=draw(st.integers(0, 20))
    )
    return Instance.of(memory, output, prompt=prompt, interval=interval), Timing(arrival, times)


def step_times(found: TimedRun, times: IterationTime) -> list[int]:
    """When every step began, from the schedule alone: the definition, step by step."""
    schedule, instance, arrival = found.run.schedule, found.run.instance, found.arrival
    time, result = 0, [0]
    for step in range(max(schedule.end)):
        going = [a for a in schedule.attempts() if a.start <= step < a.end]
        starts = [instance.prompt[a.request] for a in going if a.start == step]
        seen = {i for i in range(instance.n) if arrival[i] <= time}
        done = {a.request for a in schedule.attempts() if a.finished and a.end <= step}
        if seen == done:
            time = min(arrival[i] for i in range(instance.n) if i not in seen)
        else:
            held = sum(instance.prompt[a.request] + step + 1 - a.start for a in going)
            pairs = sum(s * (s + 1) // 2 for s in starts)
            batch = Batch(len(going), len(starts), held, sum(starts), pairs)
            time += times.nanoseconds(batch)
        result.append(time)
    return result


@settings(max_examples=150, deadline=None)
@given(timed_instances(), st.sampled_from(sorted(POLICIES)))
def test_times_follow_from_the_schedule(case: tuple[Instance, Timing], name: str) -> None:
    """Arrivals are seen in the first step that begins no earlier; times are sums of durations."""
    instance, timing = case
    found = engine.run_timed(instance, POLICIES[name], timing, seed=3)
    verify(found.run.schedule, found.run.instance)
    times = step_times(found, timing.iteration)
    schedule = found.run.schedule
    for arrival, step in zip(timing.arrival, found.run.instance.arrival, strict=True):
        assert times[step] >= arrival
        assert step == 0 or times[step - 1] < arrival
    assert found.start == tuple(times[step] for step in schedule.start)
    assert found.first == tuple(times[step + 1] for step in schedule.start)
    assert found.end == tuple(times[step] for step in schedule.end)


@settings(max_examples=60, deadline=None)
@given(timed_instances(), st.sampled_from(sorted(POLICIES)))
def test_with_everyone_at_0_the_schedule_is_that_of_unit_steps(
    case: tuple[Instance, Timing], name: str
) -> None:
    instance, timing = case
    timed = engine.run_timed(
        instance, POLICIES[name], Timing((0,) * instance.n, timing.iteration), seed=5
    )
    assert timed.run == engine.run(instance, POLICIES[name], seed=5)


@settings(max_examples=60, deadline=None)
@given(timed_instances())
def test_steps_of_one_nanosecond_are_unit_steps(case: tuple[Instance, Timing]) -> None:
    """Arrivals in nanoseconds are then arrivals in steps, but for idle time, which is skipped."""
    instance, timing = case
    arrival = tuple(time % 7 for time in timing.arrival)
    unit = Timing(arrival, IterationTime(fixed=1000))
    timed = engine.run_timed(instance, POLICIES["fcfs"], unit)
    plain = engine.run(replace(instance, arrival=arrival), POLICIES["fcfs"])
    assert timed.end == plain.schedule.end
    assert timed.seconds.latency.mean == plain.measures.mean_latency


def by_hand() -> TimedRun:
    """Iterations take 1 ns, and 1 ns a token held.

    Request 0 (prompt 2, 3 tokens) holds 3, 4, 5 tokens: iterations end at 4, 9, 15. Request 1
    (prompt 3, 2 tokens) arrives at 12, during the third, and holds 4, 5 tokens: 20, 26.
    """
    timing = Timing((0, 12), IterationTime.linear(1000, 1000))
    return engine.run_timed(Instance.of(10, [3, 2], prompt=[2, 3]), POLICIES["fcfs"], timing)


def test_a_run_by_hand() -> None:
    found = by_hand()
    assert found.start == (0, 15)
    assert found.first == (4, 20)
    assert found.end == (15, 26)
    assert found.run.instance.arrival == (0, 3)
    seconds = found.seconds
    assert seconds.latency.mean == Fraction(15 + 14, 2)
    assert (seconds.latency.p50, seconds.latency.p95) == (14, 15)
    assert seconds.ttft.mean == Fraction(4 + 8, 2)
    assert seconds.tpot == (Fraction(5 + 6, 2), 5, 6, 6)  # (15 - 4) // 2 and (26 - 20) // 1
    assert seconds.span == 26
    assert seconds.tokens_per_second == Fraction(5 * 10**9, 26)
    assert seconds.requests_per_second == Fraction(2 * 10**9, 26)
    assert seconds.busy == 1
    held = 3 * 4 + 4 * 5 + 5 * 6 + 4 * 5 + 5 * 6
    assert seconds.mean_cache == Fraction(held, 10 * 26)
    assert seconds.to_json()["latency_mean_s"] == 14.5e-9


def test_the_seed_is_0_unless_another_is_named() -> None:
    instance, timing = Instance.of(6, [3] * 5, interval=(1, 6)), Timing((0,) * 5, ROOFLINE)
    policy = POLICIES["a-min"]
    assert engine.run_timed(instance, policy, timing) == engine.run_timed(
        instance, policy, timing, seed=0
    )
    assert engine.run(instance, policy) == engine.run(instance, policy, seed=0)


def test_idle_time_is_not_busy() -> None:
    timing = Timing((0, 100), IterationTime.linear(1000, 1000))
    found = engine.run_timed(Instance.of(10, [1, 1], prompt=2), POLICIES["fcfs"], timing)
    assert found.end == (4, 104)
    assert found.seconds.span == 104
    assert found.seconds.busy == Fraction(8, 104)


def test_nobody_at_all() -> None:
    found = engine.run_timed(Instance.of(10, []), POLICIES["fcfs"], Timing((), ROOFLINE))
    assert found.seconds.span == 0
    assert found.seconds.to_json()["busy"] == 0


def test_huge_times_are_exact() -> None:
    """Beyond 64 bits Python's integers go on."""
    slow = IterationTime(fixed=10**18, weights=10**18, pair=10**18)
    instance = Instance.of(10**6, [2, 3], prompt=[500_000, 0])
    found = engine.run_timed(instance, POLICIES["fcfs"], Timing((0, 5), slow))
    assert max(found.end) > 1 << 64
    done = dict(zip(found.run.schedule.request, found.end, strict=True))
    assert found.seconds.latency.p99 == max(done[0], done[1] - 5)


def test_arrivals_in_steps_and_in_time_exclude_each_other() -> None:
    timing = Timing((0,), ROOFLINE)
    with pytest.raises(InputError, match="arrival"):
        Engine(Instance.of(9, [1], arrival=4), Declared(POLICIES["fcfs"], 1, 0), timing)
    with pytest.raises(InputError, match="arrival times"):
        engine.run_timed(Instance.of(9, [1, 1]), POLICIES["fcfs"], timing)
    with pytest.raises(InputError, match=r"arrival\[0\]"):
        Timing((-1,), ROOFLINE)


def test_missing_moments_are_noticed() -> None:
    instance, schedule = Instance.of(9, [2]), Schedule.of([(0, 0, 2, True)])
    timing, passed = Timing((0,), ROOFLINE), Passed(0, 0)
    full = Moments([0, 2], [0, 20], [10, 20])
    assert timed_run(("any", 0), instance, timing, schedule, full, passed).end == (20,)
    for steps in ([0, 1], [0, 3]):
        forged = full._replace(step=steps)
        with pytest.raises(InputError, match="moments"):
            timed_run(("any", 0), instance, timing, schedule, forged, passed)


def test_arrival_order_is_that_of_times() -> None:
    """Two that are seen in the same step are served in the order in which they came."""
    timing = Timing((0, 3, 2), IterationTime.linear(5000, 0))
    instance = Instance.of(4, [1, 2, 2], prompt=2)
    found = engine.run_timed(instance, POLICIES["fcfs"], timing)
    assert found.run.schedule.request == (0, 2, 1)


def near(draw: Callable[..., Any], times: IterationTime) -> int:
    """An arrival near the boundary of a step."""
    steps, off = draw(st.integers(0, 60)), draw(st.integers(-1, 1))
    return int(steps * -(-times.fixed // 1000) + off)


@settings(max_examples=300, deadline=None)
@given(timed_instances(), declarations(), st.integers(0, 2**64), st.data())
def test_kernel_and_engine_agree_in_time(
    case: tuple[Instance, Timing], policy: Policy, seed: int, data: st.DataObject
) -> None:
    instance, timing = case
    if data.draw(st.booleans()):
        arrival = tuple(max(0, near(data.draw, timing.iteration)) for _ in range(instance.n))
        timing = replace(timing, arrival=arrival)
    fast = kernel.run_timed(instance, policy, timing, seed)
    assert fast == engine.run_timed(instance, policy, timing, seed)


@pytest.mark.parametrize("policy", POLICIES.values())
def test_random_batches_agree_in_time(policy: Policy) -> None:
    rng = Random(policy.title)
    for _ in range(BATCH):
        instance, seed = replace_arrivals(random_instance(rng)), rng.randrange(1000)
        unit = rng.choice([10**5, 10**6, 10**8])
        arrival = tuple(unit * rng.randint(0, 60) for _ in range(instance.n))
        table = random_profile(rng, instance.memory, instance.n * instance.memory)
        timing = Timing(arrival, rng.choice((ROOFLINE, table)))
        fast = kernel.run_timed(instance, policy, timing, seed)
        assert fast == engine.run_timed(instance, policy, timing, seed), (instance, seed)
        verify(fast.run.schedule, fast.run.instance)


def replace_arrivals(instance: Instance) -> Instance:
    return replace(instance, arrival=(0,) * instance.n)


def test_a_gpu_under_load_agrees() -> None:
    """A hundred seconds of requests on Llama-3-8B, an H100, with a small cache."""
    rng = np.random.default_rng(4)
    output, prompt = rng.integers(1, 400, 700), rng.integers(1, 900, 700)
    instance = Instance.of(20_000, output, prompt=prompt, interval=[(1, 500)] * 700)
    arrival = tuple(np.sort(rng.integers(0, 10 * 10**9, 700)).tolist())
    timing = Timing(arrival, iteration_time(deployment("llama-3-8b:h100")))
    for name in ("fcfs", "a-min", "mc-sf", "slicing"):
        fast = kernel.run_timed(instance, POLICIES[name], timing, 1)
        assert fast == engine.run_timed(instance, POLICIES[name], timing, 1)
        assert 0 < fast.seconds.busy <= 1
        assert 0 < fast.seconds.mean_cache <= 1


def test_many_moments_are_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    """The logs are emptied and used again; progress is told."""
    monkeypatch.setattr(build, "LOG_ROWS", 16)
    instance, timing = Instance.of(40, [3] * 200, prompt=4), Timing((0,) * 200, ROOFLINE)
    reports: list[int] = []
    fast = kernel.run_timed(instance, POLICIES["fcfs"], timing, progress=reports.append)
    assert fast == engine.run_timed(instance, POLICIES["fcfs"], timing)
    assert len(reports) > 3
    assert reports[-1] == 200


def test_times_beyond_64_bits_go_to_the_reference_engine() -> None:
    slow = IterationTime(fixed=10**18, weights=10**18, pair=10**18)
    assert not build.fits(Instance.of(10**6, [1]), POLICIES["fcfs"], Timing((0,), slow))
    late = Timing((10**18, 0), IterationTime(fixed=10**18))
    patient = Instance.of(10, [3, 3])
    assert build.fits(patient, POLICIES["fcfs"], late)
    for instance, timing in (
        (patient, late),
        (Instance.of(10**6, [2, 3]), replace(late, iteration=slow)),
    ):
        fast = kernel.run_timed(instance, POLICIES["fcfs"], timing)
        assert fast == engine.run_timed(instance, POLICIES["fcfs"], timing)


def test_time_that_runs_out_is_left_to_the_reference_engine() -> None:
    """Thousands of iterations of 10^15 ns: the kernel stops at 2^62 ns and hands over."""
    ages = IterationTime(fixed=10**18)
    instance = Instance.of(3, [2] * 3000, prompt=1)
    timing = Timing((0,) * 3000, ages)
    assert build.fits(instance, POLICIES["fcfs"], timing)
    fast = kernel.run_timed(instance, POLICIES["fcfs"], timing)
    assert max(fast.end) > 1 << 62
    assert fast == engine.run_timed(instance, POLICIES["fcfs"], timing)


def test_a_livelock_is_named_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    instance, timing = Instance.of(10, [6, 6, 6], prompt=2), Timing((50,) * 3, ROOFLINE)
    monkeypatch.setattr(build, "patience", lambda _: 3)
    monkeypatch.setattr(engine, "patience", lambda _: 3)
    with pytest.raises(EngineError) as fast:
        kernel.run_timed(instance, POLICIES["fcfs"], timing)
    with pytest.raises(EngineError) as reference:
        engine.run_timed(instance, POLICIES["fcfs"], timing)
    assert str(fast.value) == str(reference.value)
