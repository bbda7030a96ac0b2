"""What no policy can be: the game of `proofs_check.blind` by brute force, and by the engines."""

from fractions import Fraction
from functools import cache
from itertools import pairwise, product

import pytest

from kvratio.proofs_check.blind import Lengths, Order, beaten, best, in_order, least_mean
from kvratio.proofs_check.claims.never_worse import (
    BEHIND,
    INTERVALS,
    LONG,
    SHORT,
    THREE,
    TWO,
    UNITS,
    alone,
    around,
    behind,
)
from kvratio.simulate import engine
from kvratio.simulate.kernel import run
from kvratio.simulate.policies import POLICIES
from kvratio.theory.model import Instance

Seen = tuple[frozenset[Lengths], frozenset[int]]  # lengths that are still possible; the complete


def total_by_steps(
    possible: frozenset[Lengths], orders: list[Order], weights: dict[Lengths, Fraction] | None,
    limit: Fraction, horizon: int,
) -> Fraction:  # fmt: skip
    """Step by step, without any of the thoughts of the module: in each step a policy idles, goes on
    or starts any request. The least largest ratio over the possible lengths (with `weights` the
    least mean); `limit`: nothing above it is looked for."""
    n = len(orders[0])

    @cache
    def least(seen: Seen, now: int, running: int, made: int, spent: int) -> Fraction:
        lengths, complete = seen
        if len(complete) == n:
            found = [Fraction(spent, best(one, orders)) for one in lengths]
            if weights is None:
                return max(found)
            return sum(
                (weights[one] * Fraction(spent, best(one, orders)) for one in lengths), Fraction(0)
            )
        if now == horizon:
            return limit
        results = [least(seen, now + 1, -1, 0, spent)] if running < 0 else []
        for j in set(range(n)) - complete:
            tokens = made + 1 if j == running else 1
            over = frozenset(one for one in lengths if one[j] == tokens)
            parts = []
            if over:
                parts.append(least((over, complete | {j}), now + 1, -1, 0, spent + now + 1))
            if lengths - over:
                parts.append(least((lengths - over, complete), now + 1, j, tokens, spent))
            results.append(max(parts) if weights is None else sum(parts, Fraction(0)))
        return min(results)

    return min(limit, least((possible, frozenset()), 0, -1, 0, 0))


@pytest.mark.parametrize("values", [(1, 2), (1, 3), (1, 2, 3), (2, 3)])
def test_the_game_of_two_requests_is_that_of_single_steps(values: tuple[int, ...]) -> None:
    every = frozenset(product(values, repeat=2))
    value = total_by_steps(every, [*TWO], None, Fraction(4), 4 * max(values))
    assert 1 < value < 2
    assert beaten(values, TWO, value)
    assert not beaten(values, TWO, value + Fraction(1, 1000))


def test_after_the_first_completion_three_requests_are_told_all() -> None:
    """So what is proved is at most what single steps give."""
    every = frozenset(product((1, 2), repeat=3))
    value = total_by_steps(every, [*THREE], None, Fraction(4), 9)
    assert not beaten((1, 2), THREE, value + Fraction(1, 1000))
    shown = max(c for k in range(1000, 2000) if beaten((1, 2), THREE, c := Fraction(k, 1000)))
    assert 1 < shown <= value


def test_the_least_mean_is_that_of_single_steps() -> None:
    weights = {(1, 3): 2, (3, 1): 1, (2, 3): 1, (1, 1): 1}
    shares = {pair: Fraction(w, 5) for pair, w in weights.items()}
    value = total_by_steps(frozenset(weights), [*TWO], shares, Fraction(4), 12)
    assert least_mean(weights, TWO, (1, 2, 3)) == value


def test_who_knows_more_is_not_beaten() -> None:
    assert not beaten([5], TWO, Fraction(1) + Fraction(1, 1000))  # lengths are known
    assert least_mean({(1, 9): 1}, TWO, [1, 9]) == 1
    assert beaten(range(3, 85), TWO, Fraction(19, 10)), "two requests: near 2 with longer ones"
    assert not beaten(range(3, 85), TWO, Fraction(2))


SOME = [(LONG, SHORT, SHORT), (SHORT, LONG, SHORT), (SHORT, SHORT, LONG), (4, 9, 17)]


@pytest.mark.parametrize("lengths", SOME)
def test_the_engines_run_the_rivals_in_these_orders(lengths: Lengths) -> None:
    plain = alone(LONG, lengths)
    assert all(low <= SHORT and high >= LONG for low, high in INTERVALS)
    instance = Instance.of(plain.memory, lengths, prompt=plain.prompt, interval=INTERVALS)
    for name, order in zip(("fcfs", "shortest-predicted", "a-min"), THREE, strict=True):
        for found in (run(instance, POLICIES[name]), engine.run(instance, POLICIES[name])):
            assert found.measures.tel == in_order(lengths, order)


def test_some_instance_shows_it_of_our_policies() -> None:
    for name in ("guarded-slicing", "learned-slicing"):
        ratios = []
        for lengths in SOME[:3]:
            plain = alone(LONG, lengths)
            instance = Instance.of(plain.memory, lengths, prompt=plain.prompt, interval=INTERVALS)
            mine = run(instance, POLICIES[name]).measures.tel
            ratios.append(Fraction(mine, best(lengths, THREE)))
        assert max(ratios) >= 2


def test_the_engines_run_the_long_request_first_or_last() -> None:
    first, short = (
        run(behind(), POLICIES[name]).measures for name in ("fcfs", "shortest-predicted")
    )
    assert (first.tel, first.p99) == (BEHIND + UNITS * (BEHIND + 1), BEHIND + 1)
    assert (short.tel, short.p99) == (2 * UNITS + BEHIND, UNITS + BEHIND)


def test_no_schedule_is_below_the_bound_around_a_long_request() -> None:
    """All ways to give steps to units, before and after the long one."""
    long, units = 3, 4
    for t in range(5):
        free = [*range(t), *range(t + long, t + long + units + 1)]
        totals = []
        for steps in product(free, repeat=units):
            if all(a < b for a, b in pairwise(steps)) and all(
                i <= step for i, step in enumerate(steps)
            ):
                totals.append(t + long + sum(step + 1 - i for i, step in enumerate(steps)))
        assert min(totals) >= around(t, long, units)
    assert around(0, long, units) == long + units * (long + 1)
