"""WAIT and Nested WAIT compiled: the runs of the readable ones, to the nanosecond."""

from collections.abc import Callable
from random import Random

import numpy as np
import pytest

from kvratio.simulate import wait
from kvratio.simulate.holding import run_holder
from kvratio.simulate.iteration import MOST_PS, IterationTime
from kvratio.simulate.limits import LivelockError
from kvratio.simulate.timing import Timing
from kvratio.simulate.wait import fast, run_wait, scheduler_for, steps
from kvratio.simulate.wait.schedulers import NestedWait, Wait
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance
from tests.test_timing import random_profile

TIMES = (
    IterationTime.linear(10**8, 10**6),
    IterationTime(fixed=1, token=7000, sample=2000, pair=3000, link=1000),
    IterationTime(fixed=10**8, weights=5 * 10**7, cache=10**6, token=10**6, sample=3, pair=9),
    IterationTime(fixed=10**7, cache=10**5, request=70_001, crowded=90_001, crowd=5),
    random_profile(Random("table"), 60, 25 * 60),
)
LINEAR = TIMES[0]
Case = tuple[Instance, Timing, Callable[[], Wait | NestedWait]]


def random_case(rng: Random) -> Case:
    """A few requests before a small budget, thresholds of any size, arrivals over time."""
    memory, n = rng.randint(3, 60), rng.randint(1, 25)
    most, common = rng.randint(1, memory), rng.randint(0, memory // 4)
    same = rng.random() < 0.7
    prompt = [common if same else rng.randint(0, memory - 1) for _ in range(n)]
    output = [rng.randint(1, min(most, memory - s)) for s in prompt]
    latest = rng.choice((0, 5, 40, 200))
    arrival = tuple(rng.randint(0, latest) * 10**5 for _ in range(n))
    ends = sorted(rng.sample(range(1, most + 1), rng.randint(1, min(4, most))))
    thresholds = [rng.randint(1, rng.choice((1, 3, 6, 30))) for _ in ends]
    factor, nested = rng.randint(1, 5), rng.random() < 0.5

    def scheduler() -> Wait | NestedWait:
        if nested:
            return NestedWait(thresholds, ends)
        return Wait(thresholds, lambda s, o: (s + factor * o) % len(ends))

    return Instance.of(memory, output, prompt=prompt), Timing(arrival, rng.choice(TIMES)), scheduler


def test_random_cases_have_the_runs_of_the_readable_ones() -> None:
    rng = Random("wait")
    evictions = holds = 0
    for _ in range(2000):
        instance, timing, scheduler = random_case(rng)
        found = fast.run(instance, scheduler(), timing, "any")
        assert found == run_holder(instance, scheduler(), timing, ("any", 0)), (instance, timing)
        assert found.counts.peak_cache <= instance.memory  # the verifier accepts it
        evictions, holds = evictions + found.counts.evictions, holds + found.holds.steps
    assert min(evictions, holds) > 10_000  # the cases are no idle ones


@pytest.mark.parametrize("name", wait.TITLES)
def test_many_requests_have_the_run_of_the_readable_ones(name: str) -> None:
    """Thresholds from rates; logs that fill up many times, and several pieces."""
    rng = np.random.default_rng(3)
    output = np.minimum(rng.geometric(0.03, 1500), 200)
    arrival = tuple(np.sort(rng.integers(0, 10**9, 1500)).tolist())
    instance = Instance.of(4000, output, prompt=rng.integers(1, 30, 1500))
    timing = Timing(arrival, TIMES[2])
    progress: list[int] = []
    found = run_wait(name, instance, timing, progress.append)
    assert found == run_holder(instance, scheduler_for(name, instance, timing), timing, (name, 0))
    assert len(found.holds) > 1000
    assert progress == sorted(progress)
    assert progress[-1] == 1500


def test_logs_are_emptied_when_they_are_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "LOG_ROWS", 8)
    monkeypatch.setattr(fast, "STEPS_AT_ONCE", 5)
    rng = Random("logs")
    for _ in range(50):
        instance, timing, scheduler = random_case(rng)
        found = fast.run(instance, scheduler(), timing, "any")
        assert found == run_holder(instance, scheduler(), timing, ("any", 0))


@pytest.mark.parametrize(
    ("instance", "timing"),
    [
        # an iteration may take more picoseconds; 5,000 iterations do take more nanoseconds
        (Instance.of(10, [2, 3], prompt=1), Timing((0, 5), IterationTime(MOST_PS, pair=MOST_PS))),
        (Instance.of(5000, [5000]), Timing((0,), IterationTime(MOST_PS))),
    ],
)
def test_numbers_beyond_64_bits_go_to_the_readable_ones(instance: Instance, timing: Timing) -> None:
    scheduler = scheduler_for("wait", instance, timing)
    assert fast.run(instance, scheduler, timing, "wait") is None
    run = run_wait("wait", instance, timing)
    assert run == run_holder(instance, scheduler, timing, ("wait", 0))


def test_a_livelock_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run ends; were it not so, the run would say it as the reference engine does."""
    monkeypatch.setattr(steps, "advance", lambda *_: steps.LIVELOCK)
    with pytest.raises(LivelockError, match="nothing arrives or completes in 2002 steps"):
        fast.run(Instance.of(9, [2]), NestedWait([1], [2]), Timing((0,), LINEAR), "x")


@pytest.mark.parametrize("kind", [-1, 1])
def test_a_type_without_a_threshold_is_refused(kind: int) -> None:
    with pytest.raises(InputError, match="type"):
        fast.run(Instance.of(9, [2]), Wait([1], lambda *_: kind), Timing((0,), LINEAR), "x")


def test_an_evicted_request_waits_anew() -> None:
    """By hand: 5 tokens. Both start in step 0 and hold in step 1, as nobody waits; nobody is to
    come, so they move in step 2. Then they need 6: the second goes. The first has 4 tokens at its
    end and leaves no room beside it."""
    timing = Timing((0, 0), IterationTime(fixed=10**9))
    found = fast.run(Instance.of(5, [3, 3], prompt=1), Wait([2], lambda *_: 0), timing, "wait")
    assert found is not None
    attempts = list(found.run.schedule.attempts())
    assert attempts == [(1, 0, 2, False), (0, 0, 4, True), (1, 4, 7, True)]
    assert list(found.holds.stretches()) == [(0, 1, 2), (1, 1, 2)]


def test_many_end_between_two_looks_at_the_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four a step, one token each, forty of them: the logs have room for nine."""
    monkeypatch.setattr(fast, "LOG_ROWS", 3)
    timing = Timing((0,) * 40, IterationTime(fixed=10**9))
    found = fast.run(Instance.of(4, [1] * 40), Wait([4], lambda *_: 0), timing, "wait")
    assert found is not None
    assert found.run.schedule.start == tuple(k // 4 for k in range(40))


@pytest.mark.parametrize("n", [5, 6])
def test_every_request_may_be_a_block_of_its_own(n: int) -> None:
    """One comes an iteration, and all move: then there are n stages at once. In step n nobody is
    there to start, so all hold; nobody is to come, so they move from then on."""
    timing = Timing(tuple(k * 10**9 for k in range(n)), IterationTime(fixed=10**12))
    found = fast.run(Instance.of(9 * n, [9] * n), NestedWait([1], [9]), timing, "nested-wait")
    assert found is not None
    attempts = list(found.run.schedule.attempts())
    assert [row[1:3] for row in attempts] == [(k, k + 10) for k in range(n)]


def test_who_stands_before_a_segment_moves_though_others_are_behind() -> None:
    """Segments of two stages, thresholds 1 and 2; requests 0 to 3 come one an iteration. 0 has made
    two tokens in step 2 and holds, as it is alone; 1 has so in step 3, when 3 starts and 2 stands
    behind them with one token: all move. In step 4 nobody starts, so all hold; then all move."""
    timing = Timing(tuple(k * 10**9 for k in range(4)), IterationTime(fixed=10**12))
    instance, scheduler = Instance.of(99, [4] * 4), NestedWait([1, 2], [2, 4])
    found = fast.run(instance, scheduler, timing, "nested-wait")
    assert found is not None
    attempts = list(found.run.schedule.attempts())
    assert attempts == [(0, 0, 6, True), (1, 1, 6, True), (2, 2, 7, True), (3, 3, 8, True)]
    assert sorted(found.holds.stretches()) == [
        (0, 2, 3),
        (0, 4, 5),
        (1, 4, 5),
        (2, 4, 5),
        (3, 4, 5),
    ]
