"""Volume bounds against brute force, an independent linear program, and closed forms."""

import doctest
import itertools
import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import kvratio.theory.area
from kvratio.theory.area import area_bound, lower_bound, moment_bound, remaining_bound
from kvratio.theory.model import Instance, volume


def test_examples() -> None:
    assert doctest.testmod(kvratio.theory.area).failed == 0


def best_latency(instance: Instance) -> int:
    """The optimum by trying all start times up to a horizon that surely suffices."""
    horizon = max(instance.arrival) + sum(instance.output)
    latest = [range(a, horizon) for a in instance.arrival]
    best = sum(horizon + o for o in instance.output)
    for starts in itertools.product(*latest):
        latency = sum(starts) + sum(instance.output) - sum(instance.arrival)
        if latency >= best:
            continue
        cache = [0] * (horizon + max(instance.output))
        for s, o, t in zip(instance.prompt, instance.output, starts, strict=True):
            for j in range(1, o + 1):
                cache[t + j - 1] += s + j
        if max(cache) <= instance.memory:
            best = latency
    return best


@st.composite
def instances(draw: st.DrawFn, most: int = 3, longest: int = 4) -> Instance:
    n = draw(st.integers(1, most))
    column = st.integers(0, 3)
    prompt = draw(st.lists(column, min_size=n, max_size=n))
    output = draw(st.lists(st.integers(1, longest), min_size=n, max_size=n))
    arrival = draw(st.lists(column, min_size=n, max_size=n))
    least = max(s + o for s, o in zip(prompt, output, strict=True))
    return Instance.of(draw(st.integers(least, 12)), output, prompt=prompt, arrival=arrival)


@settings(max_examples=60, deadline=None)
@given(instances())
def test_no_bound_exceeds_the_optimum(instance: Instance) -> None:
    assert lower_bound(instance) <= best_latency(instance)


def test_the_brute_force_would_notice_a_wrong_bound() -> None:
    instance = Instance.of(10, [1, 1, 1, 1, 1, 1], prompt=1)
    assert best_latency(instance) == lower_bound(instance) == 7


@settings(max_examples=100, deadline=None)
@given(instances(most=6, longest=9))
def test_together_the_moments_beat_the_remaining_volumes(instance: Instance) -> None:
    together = Instance.of(instance.memory, instance.output, prompt=instance.prompt)
    assert moment_bound(together) >= remaining_bound(together) - Fraction(1, 10**9)


def test_remaining_bound_with_equal_arrivals_is_the_sorted_sum() -> None:
    rng = random.Random(5)
    output = [rng.randint(1, 40) for _ in range(30)]
    prompt = [rng.randint(0, 9) for _ in range(30)]
    volumes = sorted(volume(s, o) for s, o in zip(prompt, output, strict=True))
    expected = Fraction(sum((30 - r) * v for r, v in enumerate(volumes)), 64)
    assert remaining_bound(Instance.of(64, output, prompt=prompt)) == expected


@pytest.mark.parametrize("seed", range(6))
def test_moment_bound_is_the_optimum_of_its_transport_program(seed: int) -> None:
    """Work may be placed anywhere after the arrivals, in pieces: a linear program on a grid.

    Cell c of length 1/memory holds one token-step; its mean moment is (c + 1/2) / memory. All
    changes of the greedy solution happen at cell borders, so the grid loses nothing.
    """
    rng = random.Random(seed)
    memory, n = 6, 4
    prompt, arrival = [[rng.randint(0, 2) for _ in range(n)] for _ in range(2)]
    output = [rng.randint(1, 4) for _ in range(n)]
    volumes = [volume(s, o) for s, o in zip(prompt, output, strict=True)]
    cells = memory * max(arrival) + sum(volumes)
    cost = np.array([[(c + 0.5) / memory / v for c in range(cells)] for v in volumes])
    upper = [[0 if c < memory * a else 1 for c in range(cells)] for a in arrival]
    place = np.kron(np.eye(n), np.ones(cells))
    room = np.kron(np.ones(n), np.eye(cells))
    program = linprog(
        cost.ravel(),
        A_eq=place,
        b_eq=volumes,
        A_ub=room,
        b_ub=np.ones(cells),
        bounds=[(0, u) for row in upper for u in row],
    )
    way = sum(
        Fraction((s + j) * (2 * (o - j) + 1), 2 * v)
        for s, o, v in zip(prompt, output, volumes, strict=True)
        for j in range(1, o + 1)
    )
    instance = Instance.of(memory, output, prompt=prompt, arrival=arrival)
    assert float(moment_bound(instance)) == pytest.approx(
        program.fun + float(way) - sum(arrival), abs=1e-7
    )


def test_empty_instance() -> None:
    assert area_bound(Instance.of(5, [])) == 0


def test_light_load_needs_only_the_outputs() -> None:
    assert lower_bound(Instance.of(100, [5, 7], arrival=[0, 50])) == 12
