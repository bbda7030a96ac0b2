"""Learned slicing: the constant 4, ranks by brute force, both engines, and where it stands."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import islice, pairwise
from random import Random

import numpy as np
import pytest

import kvratio.theory.forms
from kvratio.simulate import engine, kernel
from kvratio.simulate.declared import Declared
from kvratio.simulate.learned import gittins, plans
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.policy import Admits, Assumes, Order, Ties
from kvratio.simulate.server import Server
from kvratio.simulate.workloads import synthetic
from kvratio.theory import learned as theorem
from kvratio.theory.area import lower_bound
from kvratio.theory.bound import DerivationError
from kvratio.theory.checks import InputError
from kvratio.theory.forms import AREA, volume
from kvratio.theory.model import Instance, verify

OURS = POLICIES["learned-slicing"]
A_MIN = ("a-min", "a-min-live", "a-min-thinned")
NO_LEVELS = np.zeros(gittins.MOST_STAGES, np.int64)


def mean_latency(instance: Instance, policy: str) -> Fraction:
    return Fraction(kernel.run(instance, POLICIES[policy]).tel, instance.n)


def plan_latency(volumes: Sequence[int], levels: Sequence[int]) -> int:
    """x'Qx of a plan with one request a volume, by definition, stage by stage."""
    total, left = 0, sorted(volumes)
    for level in levels:
        time = sum(min(v, level) for v in left)
        after = [v for v in left if v > level]
        total += time * (len(left) + len(after))
        left = after
    return total


def test_the_theorems_are_derived() -> None:
    assert [(b.obtained, b.value) for b in theorem.bounds()] == [
        ("derived", "4.00000000000"),
        ("certified", "3.63912916667"),
        ("derived", "4.51562500000"),
    ]


def test_the_supremum_of_the_four_families_is_approached_and_not_passed() -> None:
    """Plans of all four families, stage by stage, on volumes just above their levels."""
    below, above = theorem.enclosed_supremum()
    union = sorted(f * 4**k for k in range(14) for f in theorem.FACTORS)
    best = 0.0
    for power in (0.4, 0.5, 0.6):
        tails = np.array([float(c) ** -power for c in union])
        shares = tails - np.append(tails[1:], 0)
        volumes = np.array([c * (1 + 1e-9) for c in union])
        total = 0.0
        for factor in theorem.FACTORS:
            after = 0.0
            for k in range(16):
                level = factor * 4.0**k
                used = np.where(volumes > after, np.minimum(volumes, level), 0)
                wait = shares[volumes > after].sum() + shares[volumes > level].sum()
                total, after = total + float(shares @ used) * float(wait) / 4, level
        area = float(np.sum(np.diff(volumes, prepend=0) * tails**2))
        best = max(best, total / area)
    assert 0.93 * float(below) < best <= float(above)


@pytest.mark.parametrize("factors", [(5, 7, 10, 15), (5, 7, 10), (4, 7, 10, 14)])
def test_other_levels_do_not_pass(
    factors: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(theorem, "FACTORS", factors)
    with pytest.raises(DerivationError):
        theorem.four()


def test_coarser_bins_do_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theorem, "BIN", theorem.BIN**2)
    with pytest.raises(DerivationError):
        theorem.learned()


def test_mean_of_four_on_random_volumes() -> None:
    """Mixed prompts: volumes are all that counts."""
    random = Random(1)
    families = [list(islice(theorem.levels(f), 14)) for f in theorem.FACTORS]
    for _ in range(200):
        top = random.choice((3, 40, 10**6))
        volumes = [int(top ** random.random()) for _ in range(random.randint(1, 12))]
        ordered = sorted(volumes)
        area = sum(v * (2 * (len(ordered) - k) - 1) for k, v in enumerate(ordered))
        mean = Fraction(sum(plan_latency(volumes, levels) for levels in families), 4)
        assert mean <= 4 * area


@pytest.mark.parametrize("s", [0, 7, 1000])
def test_best_of_four_as_forms(s: int) -> None:
    """A common prompt: `kvratio.theory.forms.slicing` with the families' caps."""
    generator = np.random.default_rng(s)
    for _ in range(15):
        low = int(generator.integers(1, 4))
        high = low + int(generator.integers(1, 60))
        lengths = generator.choice(np.arange(low, high + 1), size=2, replace=False)
        shares = {int(k): int(generator.integers(1, 100)) for k in lengths}
        ratios = [
            kvratio.theory.forms.ratio(
                kvratio.theory.forms.slicing(theorem.caps(f, s, low, high)),
                AREA,
                shares,
                s,
                (low, high),
            )
            for f in theorem.FACTORS
        ]
        assert min(ratios) <= sum(ratios) / 4 <= 4


def test_caps_follow_the_levels() -> None:
    for factor in theorem.FACTORS:
        caps = theorem.caps(factor, 9, 1, 500)
        assert caps[-1] == 500
        for cap in caps[:-1]:
            below = max(x for x in islice(theorem.levels(factor), 20) if x < volume(cap + 1, 9))
            assert volume(cap, 9) <= below


def test_one_definition_of_the_levels_in_two_rooms() -> None:
    assert tuple(gittins.FACTORS.tolist()) == theorem.FACTORS
    assert Fraction(gittins.PER_OCTAVE + 1, gittins.PER_OCTAVE) == theorem.BIN


@pytest.mark.parametrize("m", [2, 3, 100, 1001, 1 << 20])
def test_bins_round_up_by_a_sixteenth(m: int) -> None:
    for length in (*range(1, 200), 12345, 10**6, gittins.MOST_MEMORY):
        j = gittins.bin_of(m, length)
        end = gittins.tokens(j, m)
        assert length <= end <= Fraction(17, 16) * length
        assert gittins.tokens(j - 1, m) < length


def test_the_price_of_a_plan_is_the_form() -> None:
    """One class, a table of its lengths: the estimate is x'Qx of slicing at the levels."""
    s, m, memory = 3, 64, 100
    lengths = {4: 5, 9: 2, 40: 1}
    eighths = gittins.ONE // 8
    table = np.array(
        [
            sum(x for k, x in lengths.items() if k > gittins.tokens(j, m)) * eighths
            for j in range(gittins.BINS)
        ]
    )
    tables = np.tile(table, (gittins.CLASSES, 1))
    levels = np.array([volume(6, s), volume(20, s), *[0] * 10])
    sample = np.array([[s, m, 0]])
    for count, caps in ((0, (40,)), (1, (6, 40)), (2, (6, 20, 40))):
        exact = kvratio.theory.forms.tel(kvratio.theory.forms.slicing(caps), lengths, s)
        profiles = plans.profiles(tables, sample, memory, levels[:2])
        columns = np.arange(gittins.MOST_STAGES)
        found = plans.cost(profiles, memory, columns, count, False)
        assert found == eighths**2 * exact


def test_survival_is_kaplan_and_meier() -> None:
    m, n = 256, 1 << 12
    done, passed = np.zeros(gittins.BINS, np.int64), np.zeros(gittins.BINS, np.int64)
    done[gittins.bin_of(m, 8)] = n  # n of 2n end at 8, a half of the others is lost at 20
    passed[gittins.bin_of(m, 20)] = n // 2
    done[gittins.bin_of(m, 50)] = n // 2
    table = np.zeros(gittins.BINS, np.int64)
    gittins.survival(done, passed, np.zeros(gittins.BINS, np.int64), table)
    share = [table[gittins.bin_of(m, k)] / gittins.ONE for k in (7, 8, 48, 50)]
    assert np.allclose(share, [1, 0.5, 0.5, 0], atol=0.01)


def test_both_engines_cut_and_replan() -> None:
    """Enough requests for several plans, some with levels; wrong predictions."""
    outputs = synthetic("two-point:l=2,u=60,q=0.1", 300, 3).output
    late = [k // 3 for k in range(300)]
    for arrival in (0, late):
        instance = Instance.of(400, outputs, prompt=20, arrival=arrival, interval=(1, 30))
        found = engine.run(instance, OURS)
        schedule = found.schedule
        verify(schedule, instance)
        assert kernel.run(instance, OURS) == found
        cut = {
            e - b
            for b, e, f in zip(schedule.start, schedule.end, schedule.finished, strict=True)
            if not f
        }
        assert cut


def test_outputs_are_not_read() -> None:
    """Before the first of two instances' outputs differ, their schedules agree."""
    outputs = synthetic("uniform:l=10,u=40", 60, 0).output
    other = [*outputs[:59], 40]
    runs = [
        kernel.run(Instance.of(500, o, prompt=5, interval=(10, 40)), OURS).schedule
        for o in (outputs, other)
    ]
    starts = [sorted(x for x in zip(r.start, r.request, strict=True) if x[0] < 10) for r in runs]
    assert starts[0] == starts[1]


def test_empty_and_bad_input() -> None:
    assert kernel.run(Instance.of(5, []), OURS).tel == 0
    with pytest.raises(InputError, match="memory: expected"):
        kernel.run(Instance.of(gittins.MOST_MEMORY + 1, [1]), OURS)


def test_nobody_is_cancelled_where_all_fit() -> None:
    """Arrivals over time before a large budget: levels are learned, and nobody is cancelled."""
    requests = synthetic("lmsys:rate=20", 600, 0)
    roomy = requests.instance(200_000, (1, 1000), rate=Fraction(5))
    assert kernel.run(roomy, OURS).measures.evictions == 0
    tight = requests.instance(4_000, (1, 1000), rate=Fraction(5))
    assert kernel.run(tight, OURS).measures.evictions > 0


@pytest.mark.parametrize(
    ("l", "u", "q", "s", "memory", "gain"),
    [(1, 100, "0.09", 1000, 200_000, 4), (1, 100, "0.1", 100, 20_000, 3)],
)
def test_two_lengths_with_prompts(
    l: int,  # noqa: E741
    u: int,
    q: str,
    s: int,
    memory: int,
    gain: int,
) -> None:
    """Where A_min's ratio has no bound: within the certified 289/64 of the area bound."""
    outputs = synthetic(f"two-point:l={l},u={u},q={q}", 5_000, 0).output
    instance = Instance.of(memory, outputs, prompt=s, interval=(l, u))
    mine = mean_latency(instance, OURS.name)
    assert mine * instance.n <= Fraction(289, 64) * lower_bound(instance)
    assert gain * mine * Fraction(7, 10) < min(mean_latency(instance, name) for name in A_MIN)


@pytest.mark.parametrize("workload", ["lmsys", "uniform:l=50,u=500"])
def test_below_a_min(workload: str) -> None:
    requests = synthetic(workload, 2_000, 0)
    prompt = None if workload == "lmsys" else 50
    instance = requests.instance(16_492, requests.support or (1, 1000), prompt=prompt)
    mine = mean_latency(instance, OURS.name)
    assert mine < min(mean_latency(instance, name) for name in A_MIN)


def test_levels_ascend() -> None:
    for factor in theorem.FACTORS:
        assert all(4 * a <= b <= 4 * a + 4 for a, b in pairwise(islice(theorem.levels(factor), 9)))


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("order", Order.ARRIVAL),
        ("assumes", Assumes.NOTHING),
        ("ties", Ties.RANDOM),
        ("admits", Admits.LOOK_AHEAD),
        ("thinned", True),
    ],
)
def test_words_that_do_not_go_with_prices(word: str, other: object) -> None:
    with pytest.raises(InputError, match="expected"):
        replace(OURS, **{word: other})


def test_a_cancelled_request_is_forgotten() -> None:
    """A live server withdraws one that waits and one that runs, and gets less memory."""
    server = Server(12, Declared(OURS, n=4, seed=0))
    running, waiting = server.submit(output=8, prompt=2), server.submit(output=9, prompt=2)
    last = server.submit(output=3, prompt=1)
    for _ in range(3):
        server.step()
    server.cancel(running)
    server.cancel(waiting)
    server.resize(9)
    while not server.idle:
        server.step()
    assert [a.request for a in server.schedule.attempts() if a.finished] == [last]
