"""Plans of learned slicing: fast ways against the definitions, and costs against a fluid queue."""

from itertools import product
from random import Random

import numpy as np
import pytest

from kvratio.simulate.learned import gittins, learning, plans
from kvratio.simulate.learned.gittins import Ints
from kvratio.simulate.learned.plans import Traffic

MEMORY = 700


def learned_tables(rng: Random) -> Ints:
    """What two classes of lengths have taught, some of them unfinished."""
    scales = [rng.choice((30, 400)) for _ in range(80)]
    lengths = [rng.randint(1, m) if rng.random() < 0.7 else 5 for m in scales]
    completed = [rng.random() < 0.8 for _ in scales]
    tables = learning.ignorance()
    gittins.estimate(np.array(scales), np.array(lengths), np.array(completed), tables)
    return tables


def some_requests(rng: Random, number: int) -> Ints:
    rows = [(rng.choice((0, 5, 90)), rng.choice((30, 400)), rng.choice((0, 0, 3, 20)))]
    rows += [(rng.randint(0, 99), rng.choice((30, 400)), 0) for _ in range(number - 1)]
    return np.array(rows, np.int64)


def columns() -> tuple[Ints, Ints]:
    return np.zeros(gittins.MOST_STAGES, np.int64), np.zeros(gittins.MOST_STAGES, np.int64)


@pytest.mark.parametrize(("seed", "keeps"), list(product(range(3), (False, True))))
def test_stages_from_profiles_are_the_stages(seed: int, keeps: bool) -> None:
    """Of every plan that is considered, to the last digit."""
    rng = Random(seed)
    tables, sample, ladder = learned_tables(rng), some_requests(rng, 6), plans.ladder(MEMORY)
    profiles, columns_of = plans.profiles(tables, sample, MEMORY, ladder), columns()[0]
    seen = 0
    for k in range(1 + gittins.FAMILIES + len(ladder)):
        count = plans.nth(ladder, k, columns_of)
        if count < 0:
            continue
        levels = np.zeros(gittins.MOST_STAGES, np.int64)
        levels[:count] = ladder[columns_of[:count]]
        for i, (s, m, known) in enumerate(sample.tolist()):
            table, kept, of = tables[gittins.class_of(m)], (keeps, keeps), (s, m, MEMORY - s)
            mine, theirs = columns(), columns()
            number = plans.stages_of(profiles, i, columns_of, count, keeps, mine)
            assert number == gittins.stages(table, of, known, kept, (levels, count), theirs)
            for a, b in zip(mine, theirs, strict=True):
                assert a[:number].tolist() == b[:number].tolist()
            seen += number > 2
    assert seen > 20


@pytest.mark.parametrize("m", [2, 3, 100, 1001, 1 << 20, gittins.MOST_MEMORY])
def test_the_bin_of_a_length_is_the_first_that_ends_there_or_later(m: int) -> None:
    ends = [gittins.tokens(j, m) for j in range(gittins.BINS)]
    for length in (*range(150), 12345, 10**6, gittins.MOST_MEMORY):
        expected = next((j for j, end in enumerate(ends) if end >= length), gittins.BINS - 1)
        assert gittins.bin_of(m, length) == expected


@pytest.mark.parametrize(("number", "different"), [(0, 1), (1, 1), (40, 3), (400, 9), (400, 400)])
def test_ascending_keeps_equals_in_their_order(number: int, different: int) -> None:
    rng = Random(number)
    kinds = [rng.randint(-(1 << 60), 1 << 60) for _ in range(different)]
    values = [rng.choice(kinds) for _ in range(number)]
    found = gittins.ascending(np.array(values, np.int64)).tolist()
    assert found == sorted(range(number), key=lambda i: values[i])


def test_rows_in_order_of_rank_also_where_ranks_are_huge() -> None:
    rng = Random(1)
    for most in (9, plans.MOST_RANK - 1, 1 << 61):
        ranks = [rng.choice((most, rng.randint(0, most), 7)) for _ in range(60)]
        rows = np.array([[rank, 1, 1, 0] for rank in ranks], np.int64)
        expected = sorted(range(60), key=lambda k: ranks[k])
        assert plans.in_order(rows).tolist() == expected


def test_equal_requests_have_the_rank_of_each() -> None:
    rng = Random(2)
    tables, levels = learned_tables(rng), np.array([60, 900, *[0] * 62])
    rows = np.repeat(some_requests(rng, 40), 3, axis=0)[rng.sample(range(120), 120)]
    found, stops, _ = gittins.ranks(tables, rows, MEMORY, levels, 2, False)
    for (s, m, known), rank, stop in zip(rows.tolist(), found, stops, strict=True):
        of, table = (s, m, MEMORY - s), tables[gittins.class_of(m)]
        plan = (levels, 2)
        assert rank == gittins.rank(table, of, known, (False, False), plan, columns())
        assert stop == gittins.cap(levels, 2, s, known, MEMORY - s)


# --- costs while requests arrive ----------------------------------------------------------------

SHORT, LONG = (30, 6), (400, 150)  # scale, length


def known_lengths() -> Ints:
    """Tables of two classes, each with one length."""
    tables = np.zeros((gittins.CLASSES, gittins.BINS), np.int64)
    for m, length in (SHORT, LONG):
        below = [gittins.tokens(j, m) < length for j in range(gittins.BINS)]
        tables[gittins.class_of(m)] = np.where(below, gittins.ONE, 0)
    return tables


def volume_of(kind: tuple[int, int]) -> int:
    m, length = kind
    return gittins.volume(50, gittins.tokens(gittins.bin_of(m, length), m))


def played(waiting: list[float], rates: list[float], horizon: float) -> float:
    """Area under the number of requests of a queue that serves short ones first: Euler's method."""
    work = [volume_of(SHORT) / MEMORY, volume_of(LONG) / MEMORY]
    left, now, area, tick = list(waiting), 0.0, 0.0, 0.02
    while now < horizon or sum(left) > 1e-6:
        room = tick
        for k in range(2):
            if now < horizon:
                left[k] += rates[k] * tick
            served = min(left[k], room / work[k])
            left[k] -= served
            room -= served * work[k]
        area += sum(left) * tick
        now += tick
    return area


@pytest.mark.parametrize("load", [0.0, 0.5, 0.95, 1.3])
@pytest.mark.parametrize("horizon", [40.0, 900.0])
def test_the_cost_in_traffic_is_that_of_a_fluid_queue(load: float, horizon: float) -> None:
    """Three short and one long, waiting and coming; the load is that of what comes."""
    mix = np.array([[50, SHORT[0], 0]] * 3 + [[50, LONG[0], 0]])
    per_request = (3 * volume_of(SHORT) + volume_of(LONG)) / 4 / MEMORY
    rate, waiting = load / per_request, 8.0
    tables, ladder = known_lengths(), plans.ladder(MEMORY)
    both = [plans.profiles(tables, mix, MEMORY, ladder)] * 2
    traffic = Traffic(mix, rate, horizon, waiting)
    found = plans.cost_in_traffic(*both, traffic, MEMORY, columns()[0], 0, False)
    shares = [3 / 4, 1 / 4]
    expected = played([waiting * x for x in shares], [rate * x for x in shares], horizon)
    assert found == pytest.approx(expected, rel=0.01)


def test_without_arrivals_it_is_the_cost_for_those_that_wait() -> None:
    """Up to the unit: plans stand in the same order."""
    rng = Random(4)
    tables, ladder = learned_tables(rng), plans.ladder(MEMORY)
    sample = some_requests(rng, 12)
    sample[:, 2] = 0  # requests of which something is known count with another weight there
    profiles = plans.profiles(tables, sample, MEMORY, ladder)
    still = Traffic(sample, 0.0, 1.0, float(len(sample)))
    column = columns()[0]
    pairs = []
    for k in range(1 + gittins.FAMILIES + len(ladder)):
        count = plans.nth(ladder, k, column)
        if count >= 0:
            alone = plans.cost(profiles, MEMORY, column, count, False)
            pairs.append(
                (
                    plans.cost_in_traffic(profiles, profiles, still, MEMORY, column, count, False),
                    alone,
                )
            )
    unit = pairs[0][1] / pairs[0][0]
    assert [alone / found for found, alone in pairs] == pytest.approx([unit] * len(pairs), rel=0.03)


def test_near_saturation_levels_must_pay_for_what_they_do_twice() -> None:
    """Unknown lengths of 40 or 150 tokens: in a batch and at a low load requests are cancelled soon
    after 40 tokens; at a load of 0.97 not before 150, that is never."""
    rng, m = Random(7), 400
    lengths = [40 if rng.random() < 0.75 else 150 for _ in range(200)]
    tables = learning.ignorance()
    gittins.estimate(np.full(200, m), np.array(lengths), np.ones(200, np.bool_), tables)
    sample, levels = np.array([[50, m, 0]] * 8), np.zeros(gittins.MOST_STAGES, np.int64)
    offered = np.mean([gittins.volume(50, k) for k in lengths]) / MEMORY

    def cancelled_at(load: float) -> int:
        traffic = Traffic(sample, load / offered, 10.0**5, 8.0)
        count = plans.choose_in_traffic(tables, sample, MEMORY, levels, False, traffic)
        return int(gittins.cap(levels, count, 50, 0, MEMORY - 50))

    alone = plans.choose(tables, sample, MEMORY, levels, False)
    assert 40 <= gittins.cap(levels, alone, 50, 0, MEMORY - 50) < 60
    assert 40 <= cancelled_at(0.3) < 60
    assert cancelled_at(0.97) >= 150


def test_nothing_is_expected_after_a_batch_nor_when_all_has_come() -> None:
    sample = np.zeros((1, 3), np.int64)
    share = gittins.ONE // 4
    batch = learning.Arrivals(9, at_first=9, first=3, latest=3)
    assert learning.flow(sample, batch, 500, share) is None
    ended = learning.Arrivals(9, at_first=1, first=0, latest=75)
    assert learning.flow(sample, ended, 100, share) is None
    going = learning.Arrivals(9, at_first=1, first=0, latest=76)
    found = learning.flow(sample, going, 100, share)
    assert found is not None
    assert found[1:] == (0.08, 25.0)
