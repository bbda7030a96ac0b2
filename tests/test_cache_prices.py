"""The bound by prices of the cache: brute force, a second definition, every policy, mutants."""

import doctest
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from itertools import combinations
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kvratio.theory.cache_prices
import kvratio.theory.machine
from kvratio.simulate.engine import run as reference
from kvratio.simulate.kernel import run
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.preemptive import PREEMPTIVE
from kvratio.theory import cache_prices
from kvratio.theory.area import area_bound, lower_bound, moment_bound, remaining_bound
from kvratio.theory.area_in_time import lower_bound_in_time
from kvratio.theory.cache_prices import Prices, bound_of, machine_prices, price_bound
from kvratio.theory.model import Instance, Preemption, volume


@pytest.mark.parametrize("module", [kvratio.theory.cache_prices, kvratio.theory.machine])
def test_examples(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0


def least_kept(instance: Instance) -> int:
    """The least total latency where preemption keeps tokens, over all schedules, step by step.

    Such schedules are the least restricted: every schedule that loses tokens is one of them, with
    its last attempts alone.
    """
    n, memory = instance.n, instance.memory

    @cache
    def least(now: int, made: tuple[int, ...]) -> int:
        left = [i for i in range(n) if made[i] < instance.output[i]]
        if not left:
            return 0
        here = [i for i in left if instance.arrival[i] <= now]
        later = [least(now + 1, made)] if len(here) < len(left) or not here else []
        for k in range(1, len(here) + 1):
            for chosen in combinations(here, k):
                if sum(instance.prompt[i] + made[i] + 1 for i in chosen) <= memory:
                    more = tuple(g + (i in chosen) for i, g in enumerate(made))
                    later.append(least(now + 1, more))
        return len(here) + min(later)

    return least(0, (0,) * n)


def tiny(rng: Random) -> Instance:
    memory, n = rng.randint(3, 8), rng.randint(1, 4)
    prompt = [rng.randint(0, memory - 2) for _ in range(n)]
    output = [rng.randint(1, min(4, memory - s)) for s in prompt]
    arrival = [rng.randint(0, rng.choice((1, 3, 8))) for _ in range(n)]
    return Instance.of(memory, output, prompt=prompt, arrival=arrival)


def any_prices(rng: Random, block: int | None = None) -> Prices:
    """Prices of no particular sense, falling or not."""
    each = [rng.choice((0, 1, 2, 3, 5, 8)) for _ in range(rng.randint(1, 9))]
    if rng.random() < 0.5:
        each.sort(reverse=True)
    return Prices(tuple(each), block or rng.choice((1, 1, 1, 2, 3)), rng.choice((2, 3, 4)))


@pytest.fixture(scope="module")
def optima() -> list[tuple[Instance, int]]:
    rng = Random(1)
    return [(instance, least_kept(instance)) for instance in (tiny(rng) for _ in range(80))]


def test_no_prices_whatever_exceed_the_optimum(optima: list[tuple[Instance, int]]) -> None:
    rng, met = Random(2), 0
    for instance, least in optima:
        assert price_bound(instance) <= least
        assert lower_bound(instance) <= least
        for _ in range(25):
            found = bound_of(instance, any_prices(rng))
            assert found <= least
            met += found > max(area_bound(instance), sum(instance.output))
    assert met  # some of them say what no other bound does


def plain(instance: Instance, prices: Prices, classes: int) -> Fraction:
    """The definition, token by token: every class of delays, every block that a token may see."""
    b, each = prices.block, prices.each

    def least(step: int, delays: int) -> int:
        """Least price of a token's steps from `step` to the last that the class allows."""
        last = step + delays - 1 if b == 1 else step // b * b + delays  # whole blocks
        return min(each[k] if k < len(each) else 0 for k in range(step // b, last // b + 1))

    total = Fraction(sum(instance.output))
    for r, s, o in zip(instance.arrival, instance.prompt, instance.output, strict=True):
        found, fewer, reach = [], 0, 1
        while fewer <= max(b * len(each), 99) and reach <= len(each) + 99:
            price = sum((s + j) * least(r + j - 1, b * reach) for j in range(1, o + 1))
            found.append(fewer + Fraction(price, 2**prices.digits))
            fewer, reach = b * reach, reach + max(1, reach // classes)
        total += min(found)
    return total - Fraction(instance.memory * b * sum(each), 2**prices.digits)


@pytest.mark.parametrize("seed", range(4))
def test_the_bound_is_its_definition(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also with classes that grow at once, and with groups of few blocks."""
    rng = Random(seed)
    monkeypatch.setattr(cache_prices, "CLASSES", (2, 3, 32, 5)[seed])
    monkeypatch.setattr(cache_prices, "GROUP", (1, 2, 1024, 5)[seed])
    for _ in range(25):
        n = rng.randint(1, 12)
        output = [rng.randint(1, 9) for _ in range(n)]
        prompt = [rng.randint(0, 5) for _ in range(n)]
        arrival = [rng.randint(0, 30) for _ in range(n)]
        instance = Instance.of(20, output, prompt=prompt, arrival=arrival)
        each = tuple(rng.randint(0, 3) for _ in range(rng.randint(1, 60)))
        prices = Prices(each, rng.choice((1, 2, 5)), rng.randint(0, 5))
        assert bound_of(instance, prices) == plain(instance, prices, cache_prices.CLASSES)


def test_large_numbers_wrap_around_and_come_back() -> None:
    """Steps near 10^12 and prices that use 62 bits: running sums overflow, costs do not."""
    far = 10**12 - 40
    outputs, prompts, arrivals = [3, 9, 4], [10**6, 0, 5], [0, 1, 5]
    near = Instance.of(2 * 10**6, outputs, prompt=prompts, arrival=arrivals)
    top = max(volume(s, o) for s, o in zip(prompts, outputs, strict=True))
    high = (cache_prices.LARGEST - 1) // top
    each = tuple(high * k // 40 for k in range(40, 0, -1))
    found = bound_of(near, Prices(each, 1, 36))
    assert found == plain(near, Prices(each, 1, 36), cache_prices.CLASSES)
    gap = Instance.of(2 * 10**6, outputs, prompt=prompts, arrival=[0, 1, far])
    assert price_bound(gap) <= sum(outputs) + 10
    long = Prices(each[:3], cache_prices.LONGEST - 1, 36)
    late = Instance.of(
        2 * 10**6, outputs, prompt=prompts, arrival=[a + 2**32 - 7 for a in arrivals]
    )
    assert bound_of(late, long) == plain(late, long, cache_prices.CLASSES)
    for refused in (Prices((high + 1,), 1, 36), Prices((1,), cache_prices.LONGEST, 36)):
        assert bound_of(near, refused) == sum(outputs)  # such numbers might not fit


def test_the_price_of_one_request_by_hand() -> None:
    """One token after a prompt of one: 2 units of work, done from 2 to 4 (a step is 4 units), when
    the request's use is halfway to its end. Over them the price falls from 2 / (4 * 2) to 0, on
    average 1/8; over the whole step that is 1/16."""
    assert machine_prices(Instance.of(4, [1], prompt=1)) == Prices((2**40 // 16, 0), 1, 40)


def test_machine_prices_stay_within_their_integers() -> None:
    instance = Instance.of(10**9, [10**8] * 6, prompt=10**8, arrival=range(6))
    prices = machine_prices(instance)
    assert volume(10**8, 10**8) * max(prices.each) < cache_prices.LARGEST
    assert 0 <= prices.digits <= cache_prices.DIGITS
    assert price_bound(instance) <= 6 * 6 * 10**8


def test_a_price_falls_by_one_over_the_volume() -> None:
    """One machine from start to end, all of one volume: a straight line down to 0."""
    instance = Instance.of(10, [4] * 40)  # volume 10: a request a step
    prices = machine_prices(instance)
    assert prices.block == 1
    steps = np.diff(np.array(prices.each, dtype=np.float64)[5:-2]) / 2**prices.digits
    assert steps == pytest.approx(-1 / 10)


def crowded(rng: Random, n: int, load: Fraction, memory: int = 200) -> Instance:
    """Requests whose volume comes at `load` times the rate at which the cache offers it."""
    output = [rng.choice((2, 5, 9, 30)) for _ in range(n)]
    prompt = [rng.randint(0, 20) for _ in range(n)]
    total = sum(volume(s, o) for s, o in zip(prompt, output, strict=True))
    span = int(total / (memory * load))
    return Instance.of(
        memory, output, prompt=prompt, arrival=[rng.randint(0, span) for _ in range(n)]
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(sorted(POLICIES)), st.sampled_from(list(Preemption)))
def test_no_policy_is_below_the_bound(seed: int, name: str, reading: Preemption) -> None:
    rng = Random(seed)
    instance = crowded(rng, rng.randint(2, 120), Fraction(rng.randint(5, 15), 10))
    found = run(instance, POLICIES[name], seed, preemption=reading)
    assert price_bound(instance) <= lower_bound(instance) <= found.tel


@pytest.mark.parametrize("name", PREEMPTIVE)
def test_no_policy_that_keeps_tokens_is_below_the_bound(name: str) -> None:
    rng = Random(name)
    for load in (Fraction(9, 10), Fraction(1), Fraction(3, 2)):
        instance = crowded(rng, 60, load)
        found = reference(instance, name, preemption="keep")
        assert price_bound(instance) <= lower_bound(instance) <= found.tel


def test_near_load_one_prices_say_more_than_the_other_bounds() -> None:
    gains = []
    for seed in range(5):
        instance = crowded(Random(seed), 1500, Fraction(21, 20), 1000)
        others = max(
            remaining_bound(instance), moment_bound(instance), Fraction(sum(instance.output))
        )
        gains.append(price_bound(instance) / others)
        assert area_bound(instance) == price_bound(instance)
    assert min(gains) > 1


def test_all_together_nothing_changes() -> None:
    for arrival in (0, 7):
        instance = Instance.of(30, [5, 9, 2, 2], prompt=3, arrival=arrival)
        assert area_bound(instance) == max(moment_bound(instance), remaining_bound(instance), 18)


def test_in_time_the_bound_follows_the_arrivals() -> None:
    """Iterations of 5: arrivals are rounded down to whole units, latencies count from the truth."""
    rng = Random(3)
    for _ in range(20):
        instance = crowded(rng, 50, Fraction(11, 10))
        shift = [rng.randint(0, 4) for _ in range(instance.n)]
        arrival = [5 * a + d for a, d in zip(instance.arrival, shift, strict=True)]
        found = lower_bound_in_time(instance, arrival, least=5)
        assert found >= 5 * price_bound(instance) - sum(shift)


SOURCE = Path(cache_prices.__file__)
MUTANTS = {
    "delays cost one more": ("(delay << digits) + price", "(delay + 1 << digits) + price"),
    "tokens cannot reach the next block": ("_wider(each, 1) if block > 1 else each", "each"),
    "delays reach one block less": ("block * reach, max(", "block * (reach + 1), max("),
    "the cache has less room": ("paid = instance.memory", "paid = (instance.memory - 1)"),
    "a token holds one more": ("(s + 1 - a) * (q0", "(s + 2 - a) * (q0"),
    "a request makes one more token": ("until(a + o)", "until(a + o + 1)"),
    "the last price goes on": ("np.append(each, 0)", "np.append(each, each[-1:].sum())"),
    "latencies are one longer": ("sum(instance.output) + F", "sum(instance.output) + 1 + F"),
    "minima forget the own block": ("np.minimum(least[:-more], least[more:])", "least[:-more]"),
}  # fmt: skip


def changed(old: str, new: str) -> Callable[[Instance, Prices], Fraction]:
    text = SOURCE.read_text()
    assert text.count(old) == 1, old
    names: dict[str, Any] = {"__name__": cache_prices.__name__}
    exec(compile(text.replace(old, new), str(SOURCE), "exec"), names)
    mutant: Callable[[Instance, Prices], Fraction] = names["bound_of"]
    return mutant


def alone(instance: Instance, prices: Prices) -> Fraction:
    """The least latency plus price of one request, less the whole cache's, over all placements."""
    (s,), (o,), (r,) = instance.prompt, instance.output, instance.arrival
    each = [p for p in prices.each for _ in range(prices.block)] + [0] * (r + o)
    costs = (
        steps[-1] + 1 - r
        + Fraction(sum((s + j) * each[t] for j, t in enumerate(steps, 1)), 2**prices.digits)
        for steps in combinations(range(r, len(each)), o)
    )  # fmt: skip
    whole = instance.memory * prices.block * sum(prices.each)
    return min(costs) - Fraction(whole, 2**prices.digits)


@pytest.fixture(scope="module")
def ones() -> list[tuple[Instance, Prices, Fraction]]:
    """Single requests before prices, with the least that they can have."""
    rng, found = Random(5), []
    for _ in range(300):
        o, s = rng.randint(1, 2), rng.randint(0, 3)
        instance = Instance.of(9, [o], prompt=s, arrival=rng.randint(0, 4))
        prices = any_prices(rng)
        found.append((instance, prices, alone(instance, prices)))
    return found


def test_no_single_request_has_less_than_its_cost(
    ones: list[tuple[Instance, Prices, Fraction]],
) -> None:
    found = [least - bound_of(instance, prices) for instance, prices, least in ones]
    assert min(found) == 0


@pytest.mark.parametrize("mutant", MUTANTS)
def test_every_part_one_too_strong_is_caught(
    mutant: str,
    optima: list[tuple[Instance, int]],
    ones: list[tuple[Instance, Prices, Fraction]],
) -> None:
    wrong, rng = changed(*MUTANTS[mutant]), Random(4)
    caught = any(wrong(instance, prices) > least for instance, prices, least in ones)
    assert caught or any(
        wrong(instance, any_prices(rng)) > least for instance, least in optima for _ in range(25)
    )
