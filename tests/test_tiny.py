"""Algorithm 2 on paper: its expected latencies are those of the simulators, and it can overflow."""

from collections.abc import Callable
from fractions import Fraction
from math import sqrt
from statistics import fmean, stdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvratio.proofs_check.claims.mc_sf_study import draw
from kvratio.proofs_check.claims.slices_and_classes import draw as draw_many
from kvratio.proofs_check.evidence import overflow, proportions
from kvratio.proofs_check.greedy import greedy, pipeline
from kvratio.proofs_check.pipelines import gba, gsa, parallel
from kvratio.proofs_check.tiny import AlgorithmTwo, OverBudgetError
from kvratio.proofs_check.verdict import Bearing
from kvratio.simulate.kernel import run
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.policies.gsa import SLICES
from kvratio.simulate.policies.gsa import gba as engine_gba
from kvratio.theory.model import Instance, Schedule, ScheduleError, verify

RUNS = 400


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize(
    ("memory", "prompt", "outputs"),
    [(4, 0, (4, 4)), (5, 0, (1, 4, 4)), (6, 1, (1, 2, 3, 5)), (7, 0, (6, 6, 6)), (9, 2, (2, 4, 7))],
)
def test_the_expectation_is_the_mean_of_many_simulated_runs(
    memory: int, prompt: int, outputs: tuple[int, ...], live: bool
) -> None:
    expected = AlgorithmTwo(memory, prompt, live=live).latency(outputs, lower=1)
    instance = Instance.of(memory, outputs, prompt=prompt, interval=(1, 9))
    policy = POLICIES["a-min-live" if live else "a-min"]
    values = [float(run(instance, policy, seed).tel) for seed in range(RUNS)]
    error = stdev(values) / sqrt(RUNS)
    assert abs(fmean(values) - expected) <= 5 * error + 1e-9


def test_the_literal_reading_overflows_from_two_tokens_and_three_requests_on() -> None:
    literal = AlgorithmTwo(2, literal=True)
    with pytest.raises(OverBudgetError, match="3 tokens"):
        literal.latency([2, 2, 2], lower=1)
    assert literal.latency([1, 2], lower=1) == AlgorithmTwo(2).latency([1, 2], lower=1)
    assert overflow("", {(1, 1, 1): literal, (2, 2): literal}).outcome is Bearing.WITHSTOOD
    assert overflow("", {(1, 1, 1): literal, (2, 2, 2): literal}).outcome is Bearing.AGAINST


def test_one_request_alone_and_many_that_fit() -> None:
    assert AlgorithmTwo(9).latency([5], lower=2) == 5
    assert AlgorithmTwo(9).latency([3, 3, 3], lower=3) == 9
    assert AlgorithmTwo(1).latency([1, 1, 1], lower=1) == Fraction(1 + 2 + 3)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("model", [1, 2])
def test_mc_sf_by_its_definition_is_the_simulator_s(model: int, seed: int) -> None:
    instance = draw(model, seed)
    ours = verify(greedy(instance, instance.output), instance).tel
    assert ours == run(instance, POLICIES["mc-sf"]).tel


@pytest.mark.parametrize("seed", range(3))
def test_svf_by_its_definition_is_the_simulator_s(seed: int) -> None:
    instance = draw(1, seed)
    volumes = [
        s * o + o * (o + 1) // 2 for s, o in zip(instance.prompt, instance.output, strict=True)
    ]
    ours = verify(greedy(instance, instance.output, volumes), instance).tel
    assert ours == run(instance, POLICIES["svf"]).tel


def test_a_pipeline_that_is_too_dense_is_no_schedule() -> None:
    instance = Instance.of(5, [4, 4, 4])
    assert verify(pipeline(instance, 1), instance).tel == 4 + 8 + 12
    with pytest.raises(ScheduleError, match="budget"):
        verify(pipeline(instance, 3), instance)


@given(st.integers(0, 4), st.integers(1, 9), st.integers(0, 40))
def test_the_widest_pipeline_is_the_one_that_fits(prompt: int, length: int, spare: int) -> None:
    """Its peak by the formula is the peak of its schedule, when requests are many."""
    memory = prompt + length + spare
    k = parallel(memory, prompt, length)
    instance = Instance.of(memory, [length] * (3 * k + 6), prompt=prompt)
    assert verify(pipeline(instance, k), instance)
    with pytest.raises(ScheduleError, match="budget"):
        verify(pipeline(instance, k + 1), instance)


@pytest.mark.parametrize("policy", [gsa, gba])
@pytest.mark.parametrize("seed", range(6))
def test_slices_and_classes_make_valid_schedules(
    policy: Callable[[Instance], Schedule], seed: int
) -> None:
    instance = draw_many(seed)
    made = policy(instance)
    assert verify(made, instance).tel >= sum(instance.output)
    cancelled = any(not attempt.finished for attempt in made.attempts())
    assert cancelled == (policy is gsa)


@pytest.mark.parametrize("seed", range(4))
def test_gsa_and_gba_on_paper_are_those_of_the_simulator(seed: int) -> None:
    """But for when a phase ends (with the last slot, or the last request) and ties."""
    instance = draw_many(seed)
    for made, policy in ((gsa(instance), SLICES), (gba(instance), engine_gba(growth=2))):
        simulated = run(instance, policy).tel
        assert verify(made, instance).tel == pytest.approx(simulated, rel=0.01)


@pytest.mark.parametrize(
    ("ours", "against"), [((0, 40), True), ((16, 40), False), ((23, 40), False), ((40, 40), True)]
)
def test_proportions_are_compared_exactly(ours: tuple[int, int], against: bool) -> None:
    from scipy.stats import fisher_exact

    finding = proportions("", ours, (114, 200))
    assert (finding.outcome is Bearing.AGAINST) is against
    table = np.array([[ours[0], ours[1] - ours[0]], [114, 86]])
    less = Fraction(*ours) < Fraction(114, 200)
    p = float(fisher_exact(table, "less" if less else "greater").pvalue)
    assert (p <= 1 / 40) is against
    assert f"p = {p:.2g}" in finding.text
