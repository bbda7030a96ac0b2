"""Bounds in steps as bounds in time, on modelled deployments and on drawn ones."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvratio.simulate.engine import run_timed as reference
from kvratio.simulate.gpu.deployment import deployment
from kvratio.simulate.gpu.roofline import iteration_by
from kvratio.simulate.iteration import Batch, IterationTime
from kvratio.simulate.kernel import run_timed as kernel
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.testing.strategies import instances
from kvratio.simulate.timing import Timing
from kvratio.theory.area import area_bound
from kvratio.theory.finite.policies import PROVED, upper_bound
from kvratio.theory.finite.seconds import Affine, at_least, at_most, held, loses
from kvratio.theory.model import Instance

NAMES = ("llama-3-8b:h100", "llama-2-70b:a100-80x2")
MODELLED = [iteration_by(deployment(d), by) for d in NAMES for by in ("roofline", "fitted")]
some = st.integers(0, 10**6)
DRAWN = st.builds(
    IterationTime, fixed=st.integers(1, 10**7), weights=some, cache=some, token=some, sample=some,
    pair=some, link=some, request=some, crowded=some, crowd=st.integers(0, 9),
)  # fmt: skip
TIMES = st.one_of(st.sampled_from(MODELLED), DRAWN)
BATCHES = instances(batch=True, right=True, max_requests=10, max_memory=40)


@settings(max_examples=200, deadline=None)
@given(times=TIMES, prompts=st.lists(st.integers(0, 9), max_size=4), data=st.data())
def test_an_iteration_lies_between_the_lines(
    times: IterationTime, prompts: list[int], data: st.DataObject
) -> None:
    """Some requests start, others have made tokens; no peak is above 30."""
    made = data.draw(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 15)), max_size=4))
    running = len(prompts) + len(made)
    if not running:
        return
    cache = sum(s + 1 for s in prompts) + sum(s + g + 1 for s, g in made)
    pairs = sum(s * (s + 1) // 2 for s in prompts)
    batch = Batch(running, len(prompts), cache, sum(prompts), pairs)
    low, high = (Affine(*pair) for pair in times.between(30))
    exact = 1000 * times.nanoseconds(batch)
    assert low.fixed + low.token * cache <= exact <= high.fixed + high.token * cache


@pytest.mark.parametrize("run_timed", [reference, kernel], ids=["reference", "kernel"])
@settings(max_examples=120, deadline=None)
@given(instance=BATCHES, times=TIMES, policy=st.sampled_from(sorted(PROVED)))
def test_runs_in_time_lie_between_their_bounds(
    run_timed, instance: Instance, times: IterationTime, policy: str
) -> None:
    if not instance.n:
        return
    run = run_timed(instance, POLICIES[policy], Timing((0,) * instance.n, times))
    latency = run.seconds.latency.mean * instance.n
    peak = max(s + o for s, o in zip(instance.prompt, instance.output, strict=True))
    low, high = (Affine(*pair) for pair in times.between(peak))
    assert at_least(instance, low) <= latency
    bound = upper_bound(policy, instance)
    if bound is not None:
        assert latency <= at_most(bound, instance.memory, high)


@settings(max_examples=60, deadline=None)
@given(instance=BATCHES, times=TIMES)
def test_ratios_in_time(instance: Instance, times: IterationTime) -> None:
    """`loses` is what stands between both sides, for the area bound of a batch."""
    if not instance.n:
        return
    low, high = (Affine(*pair) for pair in times.between(instance.memory))
    area = Fraction(held(instance), instance.memory)
    assert area <= area_bound(instance)
    above = at_most(3 * area, instance.memory, high)
    assert above <= 3 * loses(instance.memory, low, high) * at_least(instance, low)


def test_broken_lines_are_found_out() -> None:
    """A line 1 % too low from above, or too high from below, on runs where both are sharp."""
    times = IterationTime(fixed=10**6, cache=10**4)
    case = Instance.of(1, [1] * 50)
    run = kernel(case, POLICIES["h-sf"], Timing((0,) * 50, times))
    latency = run.seconds.latency.mean * 50
    low, high = (Affine(*pair) for pair in times.between(1))
    bound = upper_bound("h-sf", case)
    assert bound is not None
    assert latency <= at_most(bound, 1, high) < latency * Fraction(101, 100)
    assert latency * Fraction(99, 100) < at_least(case, low) <= latency
