"""What both engines share, stated a third time in plain Python, from the definitions.

The differential tests compare the two engines; where both call one function they cannot see a
fault in it. Each test here fails when the fault that it names is planted.
"""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from kvratio.reports.compare.table import TIMED_COLUMNS, timed_cells
from kvratio.reports.compare.timed import TimedComparison
from kvratio.simulate import engine, limits
from kvratio.simulate.iteration import Batch, IterationTime
from kvratio.simulate.kernel.build import fits, horizon
from kvratio.simulate.learned import gittins
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.timing import Timing
from kvratio.simulate.wait import segment_ends
from kvratio.simulate.wait.thresholds import RequestType, nested_thresholds, wait_thresholds
from kvratio.theory.area import moment_bound
from kvratio.theory.model import Instance

SECOND = IterationTime(fixed=10**12)  # every iteration takes a second


@pytest.mark.parametrize("seed", range(4))
def test_survival_counts_who_is_at_risk_and_imagines_one_more(seed: int) -> None:
    """Without the hazard of the imagined request the tables differ from the first bin on."""
    rng = Random(seed)
    ended = [rng.randint(1, 60) for _ in range(rng.randint(1, 40))]
    lost = [rng.randint(0, 60) for _ in range(rng.randint(0, 40))]  # the last bin outlived
    hazard = [rng.choice((0, 1, gittins.ONE // 7, gittins.ONE)) for _ in range(gittins.BINS)]
    table = [gittins.ONE]
    for j in range(1, gittins.BINS):
        risk = sum(k >= j for k in ended) + sum(k >= j for k in lost) + 1
        dies = ended.count(j) + Fraction(hazard[j], gittins.ONE)
        table.append(floor(table[-1] * (1 - dies / risk)))
    done, passed, found = (np.zeros(gittins.BINS, np.int64) for _ in range(3))
    for bins, counted in ((done, Counter(ended)), (passed, Counter(lost))):
        for j, count in counted.items():
            bins[j] = count
    gittins.survival(done, passed, np.array(hazard), found)
    assert found.tolist() == table


def test_the_first_attempt_makes_the_first_token() -> None:
    """With 4 tokens two outputs of 3 evict each other; the last attempt's token comes later."""
    instance = Instance.of(4, [3, 3], interval=(1, 3))
    run = engine.run_timed(instance, POLICIES["a-min"], Timing((0, 0), SECOND))
    starts: dict[int, list[int]] = {0: [], 1: []}
    for attempt in run.run.schedule.attempts():
        starts[attempt.request].append(attempt.start)
    assert max(map(len, starts.values())) > 1
    first = [(min(begun) + 1) * 10**9 for begun in starts.values()]
    last = [(max(begun) + 1) * 10**9 for begun in starts.values()]
    assert first != last
    assert run.seconds.ttft.mean == Fraction(sum(first), 2)


def test_percentiles_stand_under_their_headers() -> None:
    """One request a second, 100 of them: latencies 1 ... 100 s."""
    instance = Instance.of(1, [1] * 100)
    timing = Timing((0,) * 100, SECOND)
    run = engine.run_timed(instance, POLICIES["fcfs"], timing)
    comparison = TimedComparison("a hundred", instance, (run,), run, 10**9)
    row = dict(zip(TIMED_COLUMNS, timed_cells(comparison)[0], strict=True))
    assert {name: row[name] for name in ("mean", "p50", "p95", "p99")} == {
        "mean": "50.50",
        "p50": "50.00",
        "p95": "95.00",
        "p99": "99.00",
    }


@pytest.mark.parametrize(("memory", "output"), [(3, [2]), (7, [1, 2, 4]), (11, [3, 3, 5, 7])])
def test_the_area_bound_is_rounded_down(memory: int, output: list[int]) -> None:
    """Smallest volume first on one machine: mean moments of use, then what is left to the end."""
    exact, clock = Fraction(0), Fraction(0)
    for o in sorted(output):
        v = Fraction(o * (o + 1), 2)
        middle = clock + v / memory / 2
        # token t of o fills the cache by t in its step: the way from the mean of these moments
        mean = sum((Fraction(t) - Fraction(1, 2)) * t for t in range(1, o + 1)) / v
        exact += middle + o - mean
        clock += v / memory
    found = moment_bound(Instance.of(memory, output))
    assert exact - Fraction(1, 10**6) < found <= exact
    assert found < exact or exact.denominator & (exact.denominator - 1) == 0


def test_equations_11_and_12_of_wait_are_strict() -> None:
    """Where n_j / rate_j equals the period, one more is needed."""
    one = [RequestType(1, 1, Fraction(2))]
    assert wait_thresholds(one, lambda _n: Fraction(1), most=100) == (3,)
    assert wait_thresholds(one, lambda _n: Fraction(999, 1000), most=100) == (2,)
    two = [RequestType(1, 1, Fraction(1)), RequestType(1, 2, Fraction(1))]
    assert nested_thresholds(two, lambda _n: Fraction(1), most=100) == (3, 2)  # 2 / 3 > 1 / 2
    assert nested_thresholds(two, lambda _n: Fraction(3, 2), most=100) == (4, 3)  # not 2 of 4


@pytest.mark.parametrize("seed", range(6))
def test_segments_end_at_the_tenths_of_the_lengths(seed: int) -> None:
    rng = Random(seed)
    output = [rng.randint(1, rng.choice((12, 300))) for _ in range(rng.randint(30, 90))]
    tenths = {
        next(x for x in sorted(output) if 10 * sum(o <= x for o in output) >= k * len(output))
        for k in range(1, 11)
    }
    few = len(set(output)) <= 10
    assert segment_ends(output) == sorted(set(output) if few else tenths)


@pytest.mark.parametrize(("n", "memory"), [(1, 9), (3, 9), (9, 3), (1000, 16)])
def test_sums_of_start_steps_fit_64_bits(n: int, memory: int) -> None:
    """Of at most min(n, M) running requests, each started by the horizon; twice that fits, too."""
    most = min(n, memory)
    last = horizon(Instance.of(memory, [1] * n))
    assert most * last <= 2**61 < most * (last + 1)


def test_arrivals_beyond_the_horizon_are_left_to_the_reference_engine() -> None:
    """Four million requests at a time: a start of 2^39 is one too late. No list of so many here."""
    many: Any = SimpleNamespace(n=1 << 22, memory=1 << 22, arrival=(0,))
    for arrival, fine in ((2**39 - 1, True), (2**39, False)):
        many.arrival = (0, arrival)
        assert fits(many, POLICIES["fcfs"]) is fine


def test_the_duration_of_an_iteration() -> None:
    """The larger of movement and arithmetic, then what comes beside both, rounded up to 1 ns."""
    rng = Random(1)
    for _ in range(300):
        c = {name: rng.randint(0, 4000) for name in NAMES} | {"fixed": rng.randint(1, 4000)}
        prompts = [rng.randint(0, 30) for _ in range(rng.randint(0, 5))]  # of those that start
        decoding = [rng.randint(2, 40) for _ in range(rng.randint(1, 5))]  # what each holds
        running, held = len(prompts) + len(decoding), sum(s + 1 for s in prompts) + sum(decoding)
        processed = sum(prompts) + len(decoding)
        pairs = sum(s * (s + 1) // 2 for s in prompts)
        attended = pairs + sum(k - 1 for k in decoding)  # the new token, to those before it
        moved = c["weights"] + c["cache"] * held
        worked = c["token"] * processed + c["sample"] * running + c["pair"] * attended
        beside = c["link"] * processed + c["request"] * running
        beside += c["crowded"] * max(0, processed - c["crowd"])
        batch = Batch(running, len(prompts), held, sum(prompts), pairs)
        whole = c["fixed"] + max(moved, worked) + beside
        assert IterationTime(**c).nanoseconds(batch) == ceil(Fraction(whole, 1000))


NAMES = ("weights", "cache", "token", "sample", "pair", "link", "request", "crowded", "crowd")


def test_what_a_policy_may_fill_keeps_and_waits_for() -> None:
    """A reserve is rounded up, the survivors of a clearing down; patience as its text says."""
    for memory, part in ((15, Fraction(1, 10)), (7, Fraction(1, 3)), (1, Fraction(1, 2))):
        reserved = replace(POLICIES["fcfs"], reserve=part)
        assert reserved.budget(memory) == memory - ceil(memory * part)
    clearing = replace(POLICIES["beta-clearing"], clearing=Fraction(1, 3))
    assert clearing.kept == floor(2**32 * Fraction(2, 3))
    assert limits.patience(Instance.of(10, [2, 3, 4])) == 10 * (1000 + 2 + 3 + 4)
