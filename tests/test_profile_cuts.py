"""Profile cuts and the smooth dual: limits by brute force, validity for schedules, exact bounds."""

import json
import random
from itertools import combinations_with_replacement

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvratio.proofs_check.certificate import read_certificate
from kvratio.proofs_check.optimality import check
from kvratio.theory.hindsight.cuts import standard_cuts
from kvratio.theory.hindsight.optimum import Effort, optimum
from kvratio.theory.hindsight.profile import UNITS, Profile, profile_of
from kvratio.theory.hindsight.relaxation import Relaxation
from kvratio.theory.hindsight.search import generate
from kvratio.theory.hindsight.separate import _lift, _limit, _monotone, room, separate, together
from kvratio.theory.hindsight.smooth import LADDER, Smooth, soft_minimum
from kvratio.theory.hindsight.tighten import occurring, tighten
from kvratio.theory.model import Instance
from tests.bruteforce import optimum as brute_force
from tests.certificates import heaviest
from tests.test_relaxation import linear_relaxation


def random_table(rng: np.random.Generator, memory: int, share: float) -> np.ndarray:
    raw = rng.random((memory + 1, memory + 1)) * (rng.random((memory + 1, memory + 1)) < share)
    raw[0] = 0
    return _monotone(raw)


def corners(table: np.ndarray) -> list[tuple[int, int, float]]:
    """Every profile of positive weight."""
    return [(int(u), int(d), float(table[u, d])) for u, d in np.argwhere(table > 0)]


@pytest.mark.parametrize("seed", range(12))
def test_limits_and_rooms_are_those_of_all_multisets(seed: int) -> None:
    rng = np.random.default_rng(seed)
    memory = int(rng.integers(3, 7))
    table = random_table(rng, memory, 0.15)
    every = [(u, d, table[u, d]) for u in range(1, memory + 1) for d in range(memory - u + 1)]
    assert _limit(table) == pytest.approx(heaviest(memory, every))
    found = room(table)
    for u, d, _ in every:
        # one of (u, d), worth a lot, with any others
        added = [(u, d, 100.0), *(c for c in every if c[2] > 0)]
        alone = heaviest_with_one(memory, added)
        assert found[u, d] == pytest.approx(1 - (alone - 100.0))


def heaviest_with_one(memory: int, items: list[tuple[int, int, float]]) -> float:
    """The heaviest multiset with exactly one of the first item."""

    def fit(chosen: list[tuple[int, int, float]]) -> bool:
        steps = range(memory + 1)
        return all(sum(u + e for u, d, _ in chosen if d >= e) <= memory for e in steps)

    def grow(chosen: list[tuple[int, int, float]], first: int) -> float:
        best = sum(w for *_, w in chosen)
        for k in range(first, len(items)):
            if fit([*chosen, items[k]]):
                best = max(best, grow([*chosen, items[k]], k))
        return best

    return grow([items[0]], 1)


def test_the_heaviest_multisets_of_every_size_are_given_and_can_go_on() -> None:
    rng = np.random.default_rng(4)
    for _ in range(30):
        memory = int(rng.integers(4, 12))
        use = rng.integers(1, memory, 6)
        rest = np.array([rng.integers(0, memory - u + 1) for u in use])
        order = np.argsort(-rest)
        use, rest, weight = use[order], rest[order], rng.random(6)
        values, taken = together(memory, use, rest, weight)
        items = list(zip(use.tolist(), rest.tolist(), weight.tolist(), strict=True))
        for size, (value, members) in enumerate(zip(values, taken, strict=True)):
            assert value == pytest.approx(weight @ members)
            assert members.sum() in (size, 0)  # 0: so many never fit
            steps = range(memory + 1)
            assert all((members * (use + e))[rest >= e].sum() <= memory for e in steps)
            assert value == pytest.approx(heaviest_of(memory, items, size))
        assert values.max() == pytest.approx(heaviest(memory, items))


def heaviest_of(memory: int, items: list[tuple[int, int, float]], size: int) -> float:
    """The heaviest multiset of so many items that can go on, 0 if there is none."""
    sums = [0.0]
    for chosen in combinations_with_replacement(items, size):
        steps = range(memory + 1)
        if all(sum(u + e for u, d, _ in chosen if d >= e) <= memory for e in steps):
            sums.append(sum(w for *_, w in chosen))
    return max(sums)


def test_lifting_keeps_the_limit_and_lowers_nothing() -> None:
    rng = np.random.default_rng(6)
    raised = 0
    for _ in range(20):
        table = random_table(rng, 10, 0.05)
        if table.max() == 0:
            continue
        table /= _limit(table)
        lifted = _lift(table, np.ones_like(table))
        assert (lifted >= table - 1e-12).all()
        assert _limit(lifted) <= 1 + 1e-6
        raised += int((lifted > table + 1e-6).sum())
    assert raised > 50


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_schedule_keeps_profile_cuts(seed: int) -> None:
    """Tables found on random fractional steps, against dense schedules with random delays."""
    rng = np.random.default_rng(seed)
    memory = int(rng.integers(6, 20))
    prompt = rng.integers(0, 3, 6)
    output = rng.integers(1, memory - prompt + 1)
    instance = Instance.of(memory, output.tolist(), prompt=prompt.tolist())
    now = np.zeros((memory + 1, memory + 1))
    for s, o in zip(prompt, output, strict=True):
        j = int(rng.integers(1, o + 1))
        now[s + j, o - j] += rng.random()
    cut = separate(memory, now, now)
    if cut is None:
        return
    assert (cut.table(memory) * now).sum() > cut.limit(instance)
    schedule = generate(instance, rng.permutation(6).tolist(), rng.integers(0, 4, 6).tolist())
    assert_kept(instance, cut, schedule.start)


def assert_kept(instance: Instance, cut: Profile, starts: tuple[int, ...]) -> None:
    load: dict[int, int] = {}
    for i, start in enumerate(starts):
        for x, weight in enumerate(cut.zone(instance, i).weights):
            load[start + x] = load.get(start + x, 0) + weight
    assert max(load.values()) <= cut.limit(instance)


def test_the_cut_test_can_fail() -> None:
    with pytest.raises(AssertionError):
        assert_kept(Instance.of(10, [8, 8]), Profile(((6, 0, 1),)), (0, 0))


def test_a_table_is_its_corners() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        table = np.floor(random_table(rng, 9, 0.2) * UNITS).astype(np.int64)
        assert (profile_of(table).table(9) == table).all()


def drawn(seed: int, n: int) -> Instance:
    rng = random.Random(seed)
    memory = rng.randint(30, 50)
    prompt = [rng.randint(1, 5) for _ in range(n)]
    return Instance.of(memory, [rng.randint(1, memory - s) for s in prompt], prompt=prompt)


@pytest.mark.parametrize("seed", range(4))
def test_the_smooth_dual_comes_near_the_linear_relaxation(seed: int) -> None:
    instance = drawn(seed, 8)
    horizon = sum(instance.output)
    best = linear_relaxation(instance, horizon)
    smooth = Smooth.of(Relaxation(instance, (), horizon))
    for tau in (*LADDER, 0.1):
        smooth.climb(tau, 200)
    assert 0.99 * best <= smooth.bound() <= best + 1e-6


def test_the_slope_of_the_smooth_dual_is_its_difference_quotient() -> None:
    instance = drawn(3, 6)
    relaxation = Relaxation(instance, standard_cuts(instance), sum(instance.output))
    relaxation.add([Profile(((3, 4, 10), (9, 2, 40)))])
    smooth = Smooth.of(relaxation)
    smooth.extend([0, 0], [5, 9])
    rng = np.random.default_rng(0)
    smooth.y = rng.random(len(smooth.y))

    def value(y: np.ndarray) -> float:
        return float(soft_minimum(smooth.costs(y), 2.0)[0] - y.sum())

    slope = smooth._slope(smooth.shares(2.0))
    for k in [*rng.integers(0, len(smooth.y), 5), -1, -2]:
        step = np.zeros_like(smooth.y)
        step[k] = 1e-4
        quotient = (value(smooth.y + step) - value(smooth.y - step)) / 2e-4
        assert slope[k] == pytest.approx(quotient, abs=1e-5)


def test_occurring_counts_whole_schedules() -> None:
    instance = Instance.of(9, [3, 2], prompt=[1, 0])
    relaxation = Relaxation(instance, (), 6)
    shares = np.zeros((2, 7))
    shares[0, 1] = shares[1, 2] = 1
    found = occurring(relaxation, shares)
    assert {tuple(map(int, p)) for p in np.argwhere(found)} == {
        (1, 2, 2), (2, 3, 1), (3, 4, 0), (2, 1, 1), (3, 2, 0),
    }  # fmt: skip


def test_profile_cuts_raise_the_bound_and_are_certified() -> None:
    instance = drawn(1, 12)
    plain = optimum(instance, effort=Effort(moves=3_000, nodes=1))
    tight = optimum(instance, effort=Effort(moves=3_000, nodes=1, rounds=3))
    assert tight.upper == plain.upper
    assert tight.lower > plain.lower
    assert tight.certificate is not None
    assert tight.certificate["version"] == 2
    certified = check(read_certificate(json.dumps(tight.certificate)))
    assert (certified.lower, certified.upper) == (tight.lower, tight.upper)


def test_the_same_seed_gives_the_same_certificate() -> None:
    first, second = (
        optimum(drawn(2, 9), effort=Effort(moves=2_000, nodes=5, rounds=2), seed=3)
        for _ in range(2)
    )
    assert first.certificate == second.certificate


@pytest.mark.parametrize("seed", range(3))
def test_bounds_with_profile_cuts_never_exceed_the_optimum(seed: int) -> None:
    rng = random.Random(seed)
    prompt = [rng.randint(0, 2) for _ in range(5)]
    instance = Instance.of(12, [rng.randint(1, 12 - s) for s in prompt], prompt=prompt)
    best = brute_force(instance.memory, instance.prompt, instance.output, instance.arrival)
    outcome = optimum(instance, effort=Effort(moves=2_000, nodes=60, rounds=3))
    assert outcome.lower <= best <= outcome.upper
    check(read_certificate(json.dumps(outcome.certificate)))


def test_cuts_without_prices_are_dropped() -> None:
    instance = drawn(5, 10)
    relaxation = Relaxation(instance, standard_cuts(instance), sum(instance.output))
    smooth = tighten(relaxation, 10**6, rounds=2, seed=0)
    assert relaxation.profiles == len(relaxation.cuts) + 1 - relaxation.plain
    assert set(smooth.tables.tolist()) == set(range(relaxation.profiles))
