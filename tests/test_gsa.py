"""Staggered pipelines, GSA and GBA: the formula by brute force, schedules by hand, guarantees."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvratio.simulate import kernel
from kvratio.simulate.engine import run
from kvratio.simulate.policies import POLICIES, named
from kvratio.simulate.policies.gsa import gba, gsa
from kvratio.simulate.words.admits.staggered import parallelism, peak
from kvratio.theory.area import lower_bound
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance
from tests import bruteforce


def optimum(instance: Instance) -> int:
    """The least total latency over all vectors of start times."""
    return bruteforce.optimum(instance.memory, instance.prompt, instance.output, instance.arrival)


Rows = set[tuple[int, int, int, bool]]


def rows(instance: Instance, name: str) -> Rows:
    """All attempts as a set."""
    return set(run(instance, named(name)).schedule.attempts())


# --- the pipeline ----------------------------------------------------------------------------


@given(st.integers(0, 9), st.integers(1, 30), st.integers(1, 50))
def test_the_peak_is_that_of_the_pipeline(prompt: int, length: int, parallel: int) -> None:
    """Add up every step of a pipeline that is longer than a period of its pattern."""
    starts = [j * length // parallel for j in range(4 * parallel + 4)]
    held = [
        sum(prompt + step - start + 1 for start in starts if start <= step < start + length)
        for step in range(3 * length + 1)
    ]
    assert max(held) == peak(prompt, length, parallel)


@given(st.integers(0, 9), st.integers(1, 30), st.integers(1, 50))
def test_the_peak_grows_with_the_parallelism(prompt: int, length: int, parallel: int) -> None:
    assert peak(prompt, length, parallel) < peak(prompt, length, parallel + 1)


@given(st.integers(0, 9), st.integers(1, 30), st.integers(0, 200))
def test_the_parallelism_is_the_largest_that_fits(prompt: int, length: int, more: int) -> None:
    memory = prompt + length + more
    best = max(k for k in range(1, memory + 1) if peak(prompt, length, k) <= memory)
    assert parallelism(memory, prompt, length) == best
    # as many as the source states: floor((2 M - tau + 1) / (2 s + tau + 1))
    assert best >= (2 * memory - length + 1) // (2 * prompt + length + 1)


# --- by hand ---------------------------------------------------------------------------------


def test_gba_runs_class_after_class_in_pipelines() -> None:
    # s = 0, M = 6, o = 3, 3, 3, 1, 3, classes up to 1, 3, 9. First 3: 0-1. Class 3 from 1: the
    # peak of k = 3 is 1 + 2 + 3 = 6, of k = 4 it is 8: the j-th starts floor(j 3 / 3) steps later.
    assert rows(Instance.of(6, [3, 3, 3, 1, 3]), "gba:growth=3") == {
        (3, 0, 1, True),
        (0, 1, 4, True),
        (1, 2, 5, True),
        (2, 3, 6, True),
        (4, 4, 7, True),
    }


def test_gsa_cancels_at_the_slice_and_begins_the_next_phase() -> None:
    # s = 1, M = 7, slices 1, 2, 4: o = 2, 1, 3. Slice 1: k = 3 (2 tokens each) start at 0. Slice 2
    # for 0 and 2 from 1: the peak of k = 2 is 2 + 3 = 5, of k = 3 it is 8: at 1 and 2. 0 completes
    # at 3, 2 is cut at 4. Slice 4: 4-7.
    assert rows(Instance.of(7, [2, 1, 3], prompt=1), "gsa") == {
        (0, 0, 1, False),
        (1, 0, 1, True),
        (2, 0, 1, False),
        (0, 1, 3, True),
        (2, 2, 4, False),
        (2, 4, 7, True),
    }


def test_starts_are_kept_though_a_request_ends_early() -> None:
    # s = 0, M = 4, class up to 4, one at a time (k = 1): 1 starts at 4 although 0 ends at 3
    assert rows(Instance.of(4, [3, 3]), "gba:growth=4") == {(0, 0, 3, True), (1, 4, 7, True)}


def test_newcomers_wait_for_the_phase_after() -> None:
    # s = 0, M = 4. Class up to 4: 0 from 0. 1 (class 1) arrives at 1, and starts when 0 has ended,
    # before 2 (class 4), which arrived at 1 as well.
    instance = Instance.of(4, [4, 1, 4], arrival=[0, 1, 1])
    assert rows(instance, "gba:growth=4") == {(0, 0, 4, True), (1, 4, 5, True), (2, 5, 9, True)}


def test_a_phase_of_different_prompts_is_that_of_the_longest() -> None:
    # M = 12, o = 2, s = 0, 4, 0: as if all had 4: the peak of k = 2 is 5 + 6 = 11: 0, 1 and 2
    assert rows(Instance.of(12, [2] * 3, prompt=[0, 4, 0]), "gba:growth=2") == {
        (0, 0, 2, True),
        (1, 1, 3, True),
        (2, 2, 4, True),
    }


def test_slices_and_classes_grow() -> None:
    assert gsa(growth=3, first=4).caps[:4] == (4, 12, 36, 108)
    assert gba(growth="3/2").caps[:6] == (1, 2, 3, 4, 6, 8)
    assert named("gsa:growth=4,first=2").caps[:3] == (2, 8, 32)


@pytest.mark.parametrize("text", ["gsa:first=0", "gsa:growth=1", "gba:first=x", "gba:caps=3"])
def test_bad_parameters(text: str) -> None:
    with pytest.raises(InputError):
        named(text)


# --- published guarantees --------------------------------------------------------------------

# total latency over that of the optimum, at most
PUBLISHED = {"gsa": Fraction("61.92"), "gba": Fraction("10.67")}
LARGE_MEMORY = {"gsa": 32, "gba": Fraction("6.75")}


@st.composite
def tiny_batches(draw: st.DrawFn) -> Instance:
    """Few enough for the true optimum by brute force."""
    memory = draw(st.integers(3, 9))
    prompt = draw(st.integers(0, memory // 2))
    lengths = st.integers(1, memory - prompt)
    return Instance.of(memory, draw(st.lists(lengths, min_size=1, max_size=4)), prompt=prompt)


@pytest.mark.parametrize("name", PUBLISHED)
@settings(max_examples=40, deadline=None)
@given(instance=tiny_batches())
def test_published_ratios_hold_against_the_optimum(name: str, instance: Instance) -> None:
    assert run(instance, POLICIES[name]).tel <= PUBLISHED[name] * optimum(instance)


def batches(memory: int, share: Fraction) -> Sequence[Instance]:
    """Batches of one prompt with prompt + output <= share M, of several kinds."""
    rng = np.random.default_rng(7)
    most = int(share * memory)
    found = []
    for prompt in (0, most // 10, most // 2):
        longest = most - prompt
        tails = (longest / (1 + rng.integers(0, longest, 3000))).astype(int) + 1
        for lengths in (
            rng.integers(1, longest + 1, 3000),
            np.minimum(longest, tails),
            np.where(rng.random(3000) < 0.97, 1, longest),
            np.full(3000, longest),
        ):
            found.append(Instance.of(memory, lengths, prompt=prompt))
    return found


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_ratios_hold_against_the_area_bound(name: str) -> None:
    """The bound is below the optimum, so this is more than what is published."""
    for instance in batches(2000, Fraction(1)):
        tel = kernel.run(instance, POLICIES[name]).tel
        assert tel <= PUBLISHED[name] * lower_bound(instance)
    for instance in batches(20_000, Fraction(1, 100)):
        tel = kernel.run(instance, POLICIES[name]).tel
        assert tel <= LARGE_MEMORY[name] * lower_bound(instance)


def test_fcfs_keeps_no_such_ratio() -> None:
    """What H-SF needs is at least the optimum; long ones in front make FCFS worse than that."""
    instance = Instance.of(20_000, [10_000] * 50 + [1] * 3000, prompt=4000)
    reachable = kernel.run(instance, POLICIES["h-sf"]).tel
    assert kernel.run(instance, POLICIES["fcfs"]).tel > PUBLISHED["gsa"] * reachable


@settings(max_examples=60, deadline=None)
@given(instance=tiny_batches(), data=st.data())
def test_svf_keeps_its_ratio_against_the_optimum(instance: Instance, data: st.DataObject) -> None:
    """arXiv 2606.22327, Theorem 3.2: 1 + 2 / (1 - alpha) when s + o <= alpha M, any prompts."""
    prompt = [data.draw(st.integers(0, instance.memory - o)) for o in instance.output]
    mixed = Instance.of(instance.memory + 1, instance.output, prompt=prompt)
    columns = zip(mixed.prompt, mixed.output, strict=True)
    alpha = Fraction(max(s + o for s, o in columns), mixed.memory)
    assert run(mixed, POLICIES["svf"]).tel <= (1 + 2 / (1 - alpha)) * optimum(mixed)


@pytest.mark.parametrize("share", [Fraction(1, 2), Fraction(1, 100)])
def test_svf_keeps_its_ratio_against_the_area_bound(share: Fraction) -> None:
    for instance in batches(20_000, share):
        tel = kernel.run(instance, POLICIES["svf"]).tel
        assert tel <= (1 + 2 / (1 - share)) * lower_bound(instance)
