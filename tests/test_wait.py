"""WAIT and Nested WAIT (arXiv 2504.11320): by hand, and what the paper guarantees."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction
from math import ceil, log
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvratio.reports.cli import main
from kvratio.reports.compare.timed import compare_timed
from kvratio.simulate import engine
from kvratio.simulate.gpu.deployment import deployment
from kvratio.simulate.gpu.roofline import iteration_time
from kvratio.simulate.holding import HeldRun, Holds, run_holder, verify_held
from kvratio.simulate.iteration import IterationTime
from kvratio.simulate.kernel import run_timed
from kvratio.simulate.limits import EngineError
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.timing import Timing
from kvratio.simulate.view import View
from kvratio.simulate.wait import run_wait, scheduler_for, segment_ends, types_of
from kvratio.simulate.wait.schedulers import NestedWait, Wait
from kvratio.simulate.wait.thresholds import (
    RequestType,
    going_on,
    memory_of_nested,
    memory_of_wait,
    nested_thresholds,
    wait_thresholds,
)
from kvratio.theory.model import Instance, Schedule, ScheduleError, verify, volume

MILLISECOND = IterationTime(fixed=10**9)  # every iteration takes 1 ms
ONE = Fraction(1)


def wait_run(
    instance: Instance, kinds: list[tuple[int, int]], n: list[int], timing: Timing
) -> HeldRun:
    scheduler = Wait(n, lambda s, o: kinds.index((s, o)))
    found = run_holder(instance, scheduler, timing, ("wait", 0))
    verify_held(found.run.schedule, found.run.instance, found.holds)
    return found


def nested_run(instance: Instance, ends: list[int], n: list[int], timing: Timing) -> HeldRun:
    found = run_holder(instance, NestedWait(n, ends), timing, ("nested-wait", 0))
    verify_held(found.run.schedule, found.run.instance, found.holds)
    return found


def test_wait_by_hand() -> None:
    """Threshold 2, two tokens each, arrivals at 0, 5, 9 and 20 ms, iterations of 1 ms.

    The first two start at 5 ms and make a token; then nobody waits, so they hold. At 9 ms one
    waits, which is not enough; at 20 ms two do, and all move. Then nobody is to come: the last two
    make their second token.
    """
    ms = 10**6
    timing = Timing((0, 5 * ms, 9 * ms, 20 * ms), MILLISECOND)
    found = wait_run(Instance.of(10, [2] * 4, prompt=1), [(1, 2)], [2], timing)
    assert found.run.schedule.request == (0, 1, 2, 3)
    assert found.start == (5 * ms, 5 * ms, 20 * ms, 20 * ms)
    assert found.first == (6 * ms, 6 * ms, 21 * ms, 21 * ms)
    assert found.end == (21 * ms, 21 * ms, 22 * ms, 22 * ms)
    assert found.counts.generated_tokens == 8
    assert found.counts.peak_cache == 2 * 3 + 2 * 2
    # two hold 2 tokens each from 6 to 20 ms
    held = 4 * 1 + 4 * 14 + 10 * 1 + 6 * 1
    assert found.passed.held == held * ms
    assert found.seconds.busy == Fraction(3, 22)


def test_nested_wait_by_hand() -> None:
    """Segments of 1 and 2 tokens, thresholds 2 and 2: the longer ones wait for company.

    0 and 1 start together; 0 is done after a token, 1 waits at the entry of segment 2. 2 and 3
    start, 2 is done, so 1 and 3 are two; they move on when two more start (4 and 5). Then nobody
    is to come, and they make their last token.
    """
    ms = 10**6
    output = [1, 3, 1, 3, 1, 1]
    timing = Timing((0, 0, 10 * ms, 10 * ms, 20 * ms, 20 * ms), MILLISECOND)
    found = nested_run(Instance.of(40, output, prompt=2), [1, 3], [2, 2], timing)
    ends = dict(zip(found.run.schedule.request, found.end, strict=True))
    assert [ends[i] // ms for i in range(6)] == [1, 22, 11, 22, 21, 21]
    held = Counter[int]()
    for request, first, last in found.holds.stretches():
        held[request] += last - first
    # 1: up to 10 ms, in the iteration of 2 and 3, and up to 20 ms; 3: up to 20 ms; both: at 21 ms
    assert held == {1: 4, 3: 2}


@st.composite
def exact_types(draw: Callable[..., Any]) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """Types, thresholds, and the type of every request."""
    kinds = st.tuples(st.integers(0, 6), st.integers(1, 6))
    types = draw(st.lists(kinds, min_size=1, max_size=3, unique=True))
    n = [draw(st.integers(1, 3)) for _ in types]
    whose = draw(st.lists(st.integers(0, len(types) - 1), min_size=1, max_size=24))
    return types, n, whose


@settings(max_examples=200, deadline=None)
@given(exact_types(), st.data())
def test_wait_never_evicts_with_the_memory_of_its_thresholds(
    case: tuple[list[tuple[int, int]], list[int], list[int]], data: st.DataObject
) -> None:
    """M of equation (11) is enough, whatever arrives; at most n_j requests are in a stage."""
    types, n, whose = case
    kinds = [RequestType(s, o, ONE) for s, o in types]
    budget = int(memory_of_wait(kinds, n))
    assert budget == sum(k * volume(s, o) for k, (s, o) in zip(n, types, strict=True))
    arrival = tuple(data.draw(st.integers(0, 40)) * 500_000 for _ in whose)
    prompt, output = zip(*(types[j] for j in whose), strict=True)
    instance = Instance.of(budget, output, prompt=prompt)
    found = wait_run(instance, types, n, Timing(arrival, MILLISECOND))
    assert found.counts.evictions == 0
    assert found.counts.peak_cache <= budget
    starts = Counter((whose[a.request], a.start) for a in found.run.schedule.attempts())
    assert all(count <= n[kind] for (kind, _), count in starts.items())


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 9)), min_size=1, max_size=20),
    st.integers(14, 40),
    st.lists(st.integers(1, 3), min_size=3, max_size=3),
    st.booleans(),
    st.data(),
)
def test_any_budget_ends_and_is_kept(
    requests: list[tuple[int, int]], memory: int, n: list[int], nested: bool, data: st.DataObject
) -> None:
    """Thresholds too large for the budget evict, but every run ends and passes the verifier."""
    prompt, output = zip(*requests, strict=True)
    instance = Instance.of(memory, output, prompt=prompt)
    arrival = tuple(data.draw(st.integers(0, 30)) * 700_000 for _ in requests)
    timing = Timing(arrival, IterationTime.linear(10**9, 10**7))
    if nested:
        nested_run(instance, [2, 5, 9], n, timing)
    else:
        scheduler = Wait(n, lambda _, o: (o - 1) // 3)
        found = run_holder(instance, scheduler, timing, ("wait", 0))
        verify_held(found.run.schedule, found.run.instance, found.holds)


def test_example_2_of_the_paper() -> None:
    """4 a period, 1 token held in the first stage and 2 in the second, 12 in all: FCFS evicts when
    6 come at once, WAIT with threshold 4 never does and serves all."""
    ms = 10**6
    arrival = tuple([0] * 3 + [ms] * 6 + [k * ms for k in range(2, 40) for _ in range(4)])
    instance, timing = Instance.of(12, [2] * len(arrival)), Timing(arrival, MILLISECOND)
    assert memory_of_wait([RequestType(0, 2, Fraction(4))], [4]) == 12
    assert engine.run_timed(instance, POLICIES["fcfs"], timing).counts.evictions > 0
    found = wait_run(instance, [(0, 2)], [4], timing)
    assert found.counts.evictions == 0


def poisson(rates: list[int], seconds: int, seed: int) -> tuple[list[int], tuple[int, ...]]:
    """The types of requests in order, and their arrivals in nanoseconds."""
    rng = np.random.default_rng(seed)
    rows = sorted(
        (int(time), kind)
        for kind, rate in enumerate(rates)
        for time in rng.uniform(0, seconds * 1e9, rng.poisson(rate * seconds))
    )
    return [kind for _, kind in rows], tuple(time for time, _ in rows)


TYPES = [(10, 6), (10, 12)]
RATES = [60, 30]
LINEAR = IterationTime.linear(10 * 10**9, 5 * 10**6)  # 10 ms and 5 us a token


def linear_period(kinds: list[RequestType]) -> Callable[[tuple[int, ...]], Fraction]:
    """d0 + d1 M in seconds, equation (11)."""
    return lambda n: Fraction(1, 100) + memory_of_wait(kinds, n) / 200_000


def mean_latency(n: list[int], seconds: int, memory: int) -> float:
    whose, arrival = poisson(RATES, seconds, seed=1)
    prompt, output = zip(*(TYPES[j] for j in whose), strict=True)
    instance = Instance.of(memory, output, prompt=prompt)
    found = wait_run(instance, TYPES, n, Timing(arrival, LINEAR))
    assert found.counts.evictions == 0
    return float(found.seconds.latency.mean / 10**9)


@pytest.mark.parametrize(("kind", "better"), [("a100-40", True), ("a100-80", False)])
def test_wait_has_more_throughput_than_fcfs_where_the_cache_is_short(
    kind: str, better: bool
) -> None:
    """The paper's section 6.1, low demand: 10 prompt tokens, 10 or 20 output tokens, 1,000 of each
    a second, Llama-2-7B. FCFS loses to its evictions on 40 GB; on 80 GB it evicts little and is
    ahead, as it never waits."""
    whose, arrival = poisson([1000, 1000], 2, seed=0)
    gpu = deployment(f"llama-2-7b:{kind}")
    instance = Instance.of(gpu.budget, [(10, 20)[j] for j in whose], prompt=10)
    timing = Timing(arrival, iteration_time(gpu))
    fcfs = run_timed(instance, POLICIES["fcfs"], timing)
    wait = run_wait("wait", instance, timing)
    assert wait.counts.evictions == 0
    assert (fcfs.counts.evictions > 0) >= better
    assert (wait.seconds.tokens_per_second > fcfs.seconds.tokens_per_second) == better


def test_theorem_1_latency_is_bounded_with_strict_thresholds_and_grows_without() -> None:
    """Condition (11) strictly: mean latency does not grow with the horizon. With thresholds of 1
    and iterations in which more than 1 arrive it does."""
    kinds = [RequestType(s, o, Fraction(rate)) for (s, o), rate in zip(TYPES, RATES, strict=True)]
    period = linear_period(kinds)
    n = wait_thresholds(kinds, period, most=10_000)
    assert n is not None
    assert all(k.rate * period(n) < m for k, m in zip(kinds, n, strict=True))
    # none is larger than the period that it causes needs
    assert all(m - 1 <= k.rate * period(n) for k, m in zip(kinds, n, strict=True))
    memory = int(memory_of_wait(kinds, n))
    short, long = mean_latency(list(n), 20, memory), mean_latency(list(n), 80, memory)
    assert long < 1.3 * short
    slow = IterationTime.linear(40 * 10**9, 0)  # 40 ms: 25 of each type a second, not 60 and 30
    grows = []
    for seconds in (5, 20):
        whose, arrival = poisson(RATES, seconds, seed=1)
        prompt, output = zip(*(TYPES[j] for j in whose), strict=True)
        instance = Instance.of(memory, output, prompt=prompt)
        found = wait_run(instance, TYPES, [1, 1], Timing(arrival, slow))
        grows.append(found.seconds.latency.mean)
    assert grows[1] > 3 * grows[0]


NESTED = [
    RequestType(5, 4, Fraction(40)),
    RequestType(5, 8, Fraction(30)),
    RequestType(5, 12, Fraction(20)),
]


def nested_period(n: tuple[int, ...]) -> Fraction:
    return Fraction(1, 100) + memory_of_nested(NESTED, n) / 200_000


def test_theorem_2_memory_is_not_exceeded() -> None:
    """Thresholds satisfy (12); with the memory of (14) for delta = 1/2, 20 of 20 runs evict nobody,
    where the theorem promises each run half a chance."""
    n = nested_thresholds(NESTED, nested_period, most=10_000)
    assert n is not None
    assert nested_period(n) < n[0] / sum(kind.rate for kind in NESTED)
    shares = going_on(NESTED)
    assert all(Fraction(b, a) > p for a, b, p in zip(n, n[1:], shares, strict=False))
    iterations = 10 * 100  # 10 s of iterations of 10 ms or more
    buffer = 0.0
    for k in (1, 2):
        theta = 8 * (n[k] - n[k - 1] * shares[k - 1]) / n[k]
        buffer += (5 + NESTED[k - 1].output) * (n[k] + log(3 * iterations / 0.5) / theta)
    memory = ceil(memory_of_nested(NESTED, n) + buffer)
    for seed in range(20):
        whose, arrival = poisson([40, 30, 20], 10, seed)
        instance = Instance.of(memory, [NESTED[j].output for j in whose], prompt=5)
        found = nested_run(instance, [4, 8, 12], list(n), Timing(arrival, LINEAR))
        assert found.counts.evictions == 0


def test_memory_of_segments_against_a_sum_over_stages() -> None:
    n = (4, 3, 1)
    stages = [*[4] * 4, *[3] * 4, *[1] * 4]
    assert memory_of_nested(NESTED, n) == sum(m * (5 + g + 1) for g, m in enumerate(stages))


def test_types_of_the_requests_of_a_run() -> None:
    lengths = list(range(1, 100))
    ends = segment_ends(lengths)
    assert len(ends) == 10
    instance = Instance.of(500, lengths, prompt=lengths)
    kinds = types_of(instance, [k * 10**9 for k in range(99)], ends, one_prompt=False)
    assert sum(kind.rate for kind in kinds) == Fraction(99, 98)
    assert kinds[0].prompt == Fraction(sum(range(1, ends[0] + 1)), ends[0])
    timing = Timing((0,) * 99, LINEAR)
    assert isinstance(scheduler_for("wait", instance, timing), Wait)
    assert isinstance(scheduler_for("nested-wait", instance, timing), NestedWait)
    assert run_wait("wait", Instance.of(9, []), Timing((), LINEAR)).counts.evictions == 0


def test_forged_holds_are_refused() -> None:
    """The verifier of schedules with holds finds each kind of lie."""
    instance = Instance.of(6, [2, 2], prompt=1, arrival=[0, 1])
    schedule = Schedule.of([(0, 0, 3, True), (1, 1, 3, True)])
    assert verify_held(schedule, instance, Holds.of({(0, 1)})) == 6
    rows = list(schedule.attempts())
    lies: list[tuple[Iterable[tuple[int, int, int, bool]], set[tuple[int, int]], str]] = [
        (rows, set(), "runs past its last token"),
        (rows, {(0, 1), (1, 2)}, "holds where it does not run"),  # the last step makes a token
        (rows, {(0, 0)}, "holds where it does not run"),  # so does the first
        (rows, {(0, 1), (0, 3)}, "holds where it does not run"),
        (rows, {(0, 1), (1, 9)}, "holds where it does not run"),
        (rows, {(0, 1), (2, 1)}, "holds where it does not run"),
        ([(0, 0, 4, True), rows[1]], {(0, 1), (0, 2), (0, 3)}, "holds where it does not run"),
        ([(0, 0, 2, True), (1, 1, 2, True)], set(), "finished too early"),
        ([(0, 0, 0, False), *rows], {(0, 1)}, "empty attempt"),
        ([*rows, (2, 0, 1, True)], {(0, 1)}, "unknown request"),
        ([(0, 0, 3, False), rows[1]], {(0, 1)}, "cancelled when complete"),
        ([rows[0], (1, 0, 2, True)], {(0, 1)}, "starts before arrival"),
        (rows[:1], {(0, 1)}, "never completed"),
        ([*rows, (0, 3, 5, True)], {(0, 1)}, "runs after completion"),
        ([(0, 0, 2, False), (0, 1, 3, True), rows[1]], {(0, 1)}, "attempts overlap"),
    ]
    for forged, holds, reason in lies:
        with pytest.raises(ScheduleError, match=reason):
            verify_held(Schedule.of(list(forged)), instance, Holds.of(holds))
    twice = Holds(array("q", [0, 0]), array("q", [1, 1]), array("q", [2, 2]))
    with pytest.raises(ScheduleError, match="holds where it does not run"):
        verify_held(Schedule.of([(0, 0, 4, True), rows[1]]), instance, twice)
    with pytest.raises(ScheduleError, match="over budget"):
        verify_held(schedule, Instance.of(5, [2, 2], prompt=1, arrival=[0, 1]), Holds.of({(0, 1)}))


class Stubborn(Wait):
    """Holds whom it likes, or nobody ever moves."""

    def __init__(self, held: list[int]) -> None:
        super().__init__([1], lambda *_: 0)
        self.held = held

    def hold(self, view: View) -> list[int]:  # noqa: ARG002
        return self.held


def test_a_holder_that_breaks_the_model_is_stopped() -> None:
    instance, timing = Instance.of(9, [2, 2]), Timing((0, 0), LINEAR)
    with pytest.raises(EngineError, match="holds request 1, which does not run"):
        run_holder(instance, Stubborn([1]), timing, ("stubborn", 0))
    single, alone = Instance.of(9, [2]), Timing((0,), LINEAR)

    class Twice(Wait):
        def hold(self, view: View) -> list[int]:
            return super().hold(view) * 2

    with pytest.raises(EngineError, match="holds request 0, which does not run"):
        run_holder(single, Twice([1], lambda *_: 0), alone, ("twice", 0))

    class Never(Stubborn):
        def evict(self, view: View) -> list[int]:  # noqa: ARG002
            return []

    with pytest.raises(EngineError, match="no request moves, and none is to arrive"):
        run_holder(single, Never([]), alone, ("never", 0))


def test_without_holds_a_run_is_one_of_the_model() -> None:
    """Requests of one token never hold, so the exact model's verifier accepts the run."""
    instance, timing = Instance.of(9, [1] * 12, prompt=3), Timing((0, 0, 0, 10**7) * 3, LINEAR)
    found = wait_run(instance, [(3, 1)], [12], timing)
    assert len(found.holds) == 0
    verify(found.run.schedule, found.run.instance)


def test_comparison_and_command(capsys: pytest.CaptureFixture[str]) -> None:
    instance, timing = Instance.of(60, [5, 9, 2] * 9, prompt=4), Timing((0,) * 27, LINEAR)
    rows = compare_timed("x", instance, timing, ["wait", "nested-wait", "fcfs"]).rows()
    assert [row["policy"] for row in rows] == ["wait", "nested-wait", "fcfs"]
    assert all(row["ratio_to_lower_bound"] >= 1 for row in rows)
    with pytest.raises(SystemExit) as end:
        main(["simulate", "--policy", "wait"])
    assert end.value.code == 2
    assert "--gpu" in capsys.readouterr().err
    main(["simulate", "--gpu", "llama-2-7b:a100-80", "--workload", "lmsys:rate=20", "--requests",
          "40", "--policy", "nested-wait"])  # fmt: skip
    assert " nested-wait " in capsys.readouterr().out
