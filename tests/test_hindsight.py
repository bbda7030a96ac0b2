"""The hindsight optimum: bounds against brute force, certificates against the checker."""

import doctest
import importlib
import itertools
import json
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvratio.proofs_check.certificate import read_certificate
from kvratio.proofs_check.optimality import check
from kvratio.theory.checks import InputError
from kvratio.theory.hindsight.branch import branch
from kvratio.theory.hindsight.cuts import Ahead, Budget, Gap, standard_cuts
from kvratio.theory.hindsight.optimum import Effort, Status, best_schedule, optimum
from kvratio.theory.hindsight.relaxation import SCALE, Relaxation
from kvratio.theory.hindsight.search import anneal, generate, plain_schedule
from kvratio.theory.model import Instance, Schedule, verify

MODULES = (
    "branch", "child", "cuts", "optimum", "profile", "program", "rebuild", "relaxation", "search",
    "separate", "smooth", "stopped", "tighten",
)  # fmt: skip
SMALL = Effort(moves=2_000, root_iterations=200, iterations=40, nodes=400)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"kvratio.theory.hindsight.{name}")).failed == 0


def best_starts(instance: Instance) -> tuple[int, list[list[int]]]:
    """The optimum by depth-first search over all start times, and all optimal start vectors."""
    n, output, prompt = instance.n, instance.output, instance.prompt
    use = [0] * (2 * sum(output) + max(instance.arrival) + 1)
    best, found = sum(output) * (n + 1) + 1, []
    rest = [sum(output[i:]) for i in range(n + 1)]

    def place(i: int, latency: int, starts: list[int]) -> None:
        nonlocal best, found
        if i == n:
            if latency < best:
                best, found = latency, []
            found.append(starts)
            return
        t = instance.arrival[i]
        while latency + t - instance.arrival[i] + rest[i] <= best:
            tokens = range(output[i])
            if all(use[t + j] + prompt[i] + 1 + j <= instance.memory for j in tokens):
                for j in tokens:
                    use[t + j] += prompt[i] + 1 + j
                place(i + 1, latency + t + output[i] - instance.arrival[i], [*starts, t])
                for j in tokens:
                    use[t + j] -= prompt[i] + 1 + j
            t += 1

    place(0, 0, [])
    return best, found


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    memory = draw(st.integers(3, 9))
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, 2), st.integers(1, memory), st.integers(0, 2)),
            min_size=1,
            max_size=4,
        )
    )
    prompt = [min(s, memory - o) for s, o, _ in rows]
    arrival = [a for *_, a in rows]
    return Instance.of(memory, [o for _, o, _ in rows], prompt=prompt, arrival=arrival)


CUTS = [Gap(k, b, p) for k in (1, 2, 3) for b in (2, 3, 5) for p in (0, 4)]
CUTS += [Ahead(k, g) for k in (1, 2, 3) for g in (1, 2)]


@settings(max_examples=80, deadline=None)
@given(instances(), st.randoms(use_true_random=False))
def test_every_schedule_keeps_every_cut(instance: Instance, rng: random.Random) -> None:
    """Serial schedules with random delays, the densest there are, against each constraint."""
    order = list(range(instance.n))
    rng.shuffle(order)
    schedule = generate(instance, order, [rng.randrange(4) for _ in order])
    assert_kept(instance, schedule.start)


def assert_kept(instance: Instance, starts: tuple[int, ...]) -> None:
    for cut in (Budget(), *(c for c in CUTS if c.limit(instance) > 0)):
        load: dict[int, int] = {}
        for i, start in enumerate(starts):
            zone = cut.zone(instance, i)
            for x, weight in enumerate(zone.weights):
                step = start + zone.first + x
                load[step] = load.get(step, 0) + weight
        assert max(load.values(), default=0) <= cut.limit(instance), cut


def test_the_cut_test_can_fail() -> None:
    with pytest.raises(AssertionError):
        assert_kept(Instance.of(9, [8, 8]), (0, 0))


@settings(max_examples=60, deadline=None)
@given(instances(), st.integers(0, 2**32 - 1))
def test_random_prices_never_exceed_the_optimum(instance: Instance, seed: int) -> None:
    rng = np.random.default_rng(seed)
    cuts = standard_cuts(instance)
    relaxation = Relaxation(instance, cuts, 12)
    prices = rng.integers(0, SCALE // 2, (1 + len(cuts), 12)) * rng.integers(0, 2)
    assert relaxation.bound(prices).steps <= best_starts(instance)[0]


@settings(max_examples=40, deadline=None)
@given(instances())
def test_optimum_encloses_brute_force_and_its_certificate_is_accepted(instance: Instance) -> None:
    best, _ = best_starts(instance)
    outcome = optimum(instance, effort=SMALL)
    assert outcome.lower <= best <= outcome.upper
    assert verify(outcome.schedule, instance).tel == outcome.upper
    certified = check(read_certificate(json.dumps(outcome.certificate)))
    assert certified.lower <= outcome.lower
    assert certified.upper == outcome.upper


def test_most_small_instances_are_proven_optimal() -> None:
    rng = random.Random(3)
    proven = 0
    for _ in range(20):
        output = [rng.randint(1, 7) for _ in range(5)]
        instance = Instance.of(9, output, prompt=[rng.randint(0, 2) for _ in output])
        proven += optimum(instance, effort=SMALL).status is Status.OPTIMAL
    assert proven >= 15


def test_the_relaxations_use_is_the_cache_of_the_schedule() -> None:
    instance = Instance.of(20, [5, 9, 3], prompt=[1, 0, 4], arrival=[0, 2, 1])
    relaxation = Relaxation(instance, (Gap(1, 10, 0), Ahead(2, 3)), 30)
    starts = np.array([3, 2, 7])
    use = relaxation._use(starts)
    prices = np.arange(90).reshape(3, 30) % 7
    costs = relaxation._costs(prices)[np.arange(3), starts].sum()
    assert costs == int((use * prices).sum())
    expected = [0] * 30
    for s, o, t in zip(instance.prompt, instance.output, starts, strict=True):
        for j in range(o):
            expected[t + j] += s + 1 + j
    assert use[0].tolist() == expected


def test_orders_without_delays_may_all_miss_the_optimum() -> None:
    """Starting earlier means holding more cache: serial generation alone is not enough."""
    instance = Instance.of(4, [4, 2, 4, 2])
    orders = itertools.permutations(range(4))
    serial = min(verify(generate(instance, order), instance).tel for order in orders)
    assert (serial, best_starts(instance)[0]) == (20, 19)
    annealed = anneal(instance, [range(4)], moves=5_000, seed=0)
    assert verify(annealed, instance).tel == 19


def test_annealing_is_reproducible() -> None:
    rng = random.Random(0)
    instance = Instance.of(30, [rng.randint(1, 25) for _ in range(15)], prompt=2)
    first, second = (anneal(instance, [range(15)], moves=3_000, seed=4) for _ in range(2))
    assert first == second


def test_warm_starts_are_never_worsened_and_lose_their_cancellations() -> None:
    instance = Instance.of(5, [3, 3])
    warm = Schedule.of([(0, 0, 2, False), (0, 6, 9, True), (1, 0, 3, True)])
    outcome = optimum(instance, effort=Effort(moves=1, nodes=1), warm=[warm])
    assert outcome.upper <= 9 + 3
    assert all(attempt.finished for attempt in outcome.schedule.attempts())


def test_a_time_limit_leaves_an_interval() -> None:
    rng = random.Random(1)
    instance = Instance.of(40, [rng.randint(1, 35) for _ in range(30)], prompt=3)
    outcome = optimum(instance, effort=Effort(seconds=0.01))
    assert outcome.status is Status.FEASIBLE
    assert 0 < outcome.lower < outcome.upper


def test_large_instances_get_the_area_bound() -> None:
    instance = Instance.of(16_492, [1 + i % 900 for i in range(100_000)], prompt=40)
    outcome = optimum(instance)
    assert outcome.certificate is None
    assert 0 < outcome.lower < outcome.upper


def test_no_requests() -> None:
    with pytest.raises(InputError, match="no requests"):
        optimum(Instance.of(5, []))


def test_a_case_without_schedules_is_refuted() -> None:
    """M = 3 and two requests of length 2 started together: one high price shows it."""
    instance = Instance.of(3, [2, 2])
    search = branch(
        Relaxation(instance, (), 6),
        plain_schedule(instance, [0, 4]),
        root_iterations=1,
        iterations=1,
        nodes=500,
    )
    assert (search.lower, search.upper) == (5, 5)


def test_more_chains_are_never_worse(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first chain is the same, whatever follows it; the others have seeds of their own."""
    monkeypatch.setattr("kvratio.theory.hindsight.optimum.CHAIN", 20)
    rng, better = random.Random(5), 0
    for seed in range(10):
        instance = Instance.of(30, [rng.randint(1, 30) for _ in range(12)])
        one = best_schedule(instance, [], Effort(moves=20, rebuilds=20), seed)
        five = best_schedule(instance, [], Effort(moves=100, rebuilds=100), seed)
        latency = verify(five, instance).tel
        assert latency <= verify(one, instance).tel
        better += latency < verify(one, instance).tel
    assert better


@pytest.mark.parametrize("part", ["anneal", "rebuild", "climb", "separate", "choose"])
def test_an_interrupt_anywhere_leaves_certified_bounds(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(2)
    prompt = [rng.randint(1, 4) for _ in range(8)]
    instance = Instance.of(30, [rng.randint(1, 30 - s) for s in prompt], prompt=prompt)
    where = {
        "anneal": ("search", "_run"),
        "rebuild": ("rebuild", "_search"),
        "climb": ("smooth", "soft_minimum"),
        "separate": ("tighten", "separate"),
        "choose": ("branch", "_choose"),
    }
    module = importlib.import_module(f"kvratio.theory.hindsight.{where[part][0]}")
    calls, whole = itertools.count(), getattr(module, where[part][1])

    def interrupted(*arguments: object) -> object:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return whole(*arguments)

    monkeypatch.setattr(module, where[part][1], interrupted)
    effort = Effort(moves=400_000, rebuilds=80_000, rounds=2, nodes=60)
    warm = [plain_schedule(instance, [sum(instance.output[:i]) for i in range(8)])]
    outcome = optimum(instance, effort=effort, warm=warm)
    assert outcome.interrupted
    certified = check(read_certificate(json.dumps(outcome.certificate)))
    assert certified.lower <= outcome.lower <= outcome.upper == certified.upper
