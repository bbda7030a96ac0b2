"""Finite instances: phases through pipelines, and one machine, against the proved constants."""

from fractions import Fraction
from itertools import count
from random import Random

import numpy as np
import pytest

from kvratio.proofs_check import one_machine as machine
from kvratio.proofs_check.pipelines import by_volume
from kvratio.theory.area import area_bound
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance, verify
from kvratio.theory.price import finite, one_machine

GROWTH = float(one_machine.growth())
K = 2.7283724269


def instance(seed: int) -> Instance:
    rng = np.random.default_rng(seed)
    memory, prompt = int(rng.integers(10, 300)), int(rng.integers(0, 9))
    longest, n = memory - prompt, int(rng.integers(1, 60))
    kinds = (
        rng.integers(1, longest + 1, n),
        np.minimum(rng.geometric(3 / longest, n), longest),
        np.where(rng.random(n) < 0.2, longest, 1),
        np.full(n, max(1, longest // 2)),
    )
    return Instance.of(memory, kinds[seed % 4].tolist(), prompt=prompt)


@pytest.mark.parametrize("seed", range(24))
def test_fixed_levels_keep_their_constant(seed: int) -> None:
    case = instance(seed)
    levels = ((case.prompt[0] + 1) * Fraction(2) ** r for r in count())
    made = verify(by_volume(case, levels, None), case).tel
    assert made <= int(finite.fixed_constant(2)) * area_bound(case)


@pytest.mark.parametrize("seed", range(12))
def test_a_random_offset_keeps_its_constant(seed: int) -> None:
    case, rng = instance(seed), Random(seed)
    totals = []
    for _ in range(20):
        start = Fraction(1.83 ** (2 * rng.random()))
        levels = (start * Fraction(183, 100) ** (2 * r) for r in count(-1))
        totals.append(verify(by_volume(case, levels, rng), case).tel)
    assert np.mean(totals) <= float(finite.random_constant(1.83)) * float(area_bound(case))


def test_a_pipeline_is_up_to_three_times_as_slow_as_its_volume() -> None:
    """No prompt, k = 1 with M just below the peak of two: t/(v(t)/M) tends to 3."""
    t = 1001
    memory = (3 * t + 1) // 2 - 1  # the peak of two does not fit
    made = verify(by_volume(Instance.of(memory, [t] * 9), iter([Fraction(t * (t + 1), 2)]), None),
        Instance.of(memory, [t] * 9))  # fmt: skip
    volume = t * (t + 1) / 2
    assert 2.5 < made.tel / (45 * volume / memory) < 3


MIXES = {
    "equal": [1.0] * 40,
    "powers": [float(3**k) for k in range(16)],
    "one long": [1.0] * 60 + [500.0],
    "profile": [(200 / (j + 0.5)) ** 2 for j in range(200)],
}


@pytest.mark.parametrize("name", MIXES)
def test_the_expectation_on_one_machine_is_what_is_played(name: str) -> None:
    times = MIXES[name]
    exact = one_machine.expected_total([Fraction(t) for t in times])
    ones = [1.0] * len(times)
    runs = [machine.offset_slicing(times, ones, GROWTH, seed) for seed in range(300)]
    error = 4 * np.std(runs) / np.sqrt(len(runs))
    assert abs(float(np.mean(runs)) - exact) < error + 1e-3 * exact
    best = one_machine.optimum([Fraction(t) for t in times])
    assert float(best) == pytest.approx(machine.optimum(times, ones))
    assert exact <= K * float(best)


@pytest.mark.parametrize("seed", range(6))
def test_weighted_jobs_stay_below_k(seed: int) -> None:
    rng = np.random.default_rng(seed)
    times = np.exp(rng.normal(0, rng.choice([1, 3]), 25))
    weights = np.exp(rng.normal(0, 2, 25))
    exact = one_machine.expected_total([Fraction(t) for t in times], [Fraction(w) for w in weights])
    best = machine.optimum(times.tolist(), weights.tolist())
    assert best <= exact <= K * best
    runs = [machine.offset_slicing(times.tolist(), weights.tolist(), GROWTH, s) for s in range(200)]
    assert float(np.mean(runs)) == pytest.approx(exact, rel=0.05)


def test_on_the_worst_profile_offset_slicing_beats_b_scaling() -> None:
    """n = 600, volumes with survival v^(-1/2): both near their constants, in their order."""
    times = [(600 / (j + 0.5)) ** 2 for j in range(600)]
    ones = [1.0] * 600
    best = machine.optimum(times, ones)
    ours = np.mean([machine.offset_slicing(times, ones, GROWTH, seed) for seed in range(20)])
    theirs = np.mean([machine.b_scaling(times, ones, 8.157, seed) for seed in range(20)])
    assert ours < theirs
    assert 2 < ours / best < K


def test_bad_input() -> None:
    with pytest.raises(InputError, match="times"):
        one_machine.expected_total([])
    with pytest.raises(InputError, match=r"times\[1\]"):
        one_machine.optimum([1, 0])
    with pytest.raises(InputError, match="weights"):
        one_machine.optimum([1, 2], [1])
