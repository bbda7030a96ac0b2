"""Draws: known answers of the generator, uniformity where the policies rely on it."""

from collections import Counter
from itertools import permutations

import pytest

from kvratio.simulate.chance import BITS, Purpose, draw, request_keys
from kvratio.simulate.declared import Declared
from kvratio.simulate.engine import Engine, run
from kvratio.simulate.policies import POLICIES
from kvratio.theory.model import Instance


def within(count: int, trials: int, p: float, sigmas: float = 6.0) -> bool:
    """Is a binomial count within six standard deviations of its mean?

    By Bernstein's inequality a right program fails with probability at most
    2 exp(-18 / (1 + 2 / sd)), below 1e-6 for the standard deviations above 10 used here. Seeds are
    fixed, so the outcome never changes by itself.
    """
    sd = (trials * p * (1 - p)) ** 0.5
    assert sd > 10
    return abs(count - trials * p) <= sigmas * sd


def test_draws_are_splitmix64() -> None:
    # the published first outputs of splitmix64 for seed 0 (rosettacode.org, "Pseudo-random
    # numbers/Splitmix64", and the reference implementation by Vigna)
    assert [draw(0, 0, purpose) for purpose in list(Purpose)[:3]] == [
        0xE220A8397B1DCDAF,
        0x6E789E6AA1B965F4,
        0x06C45D188009454F,
    ]


def test_draws_do_not_meet() -> None:
    draws = [
        draw(key, counter, purpose)
        for key in request_keys(3, 20)
        for counter in range(50)
        for purpose in Purpose
    ]
    assert len(set(draws)) == len(draws)  # a collision has probability below 1e-12
    assert all(0 <= value < 2**BITS for value in draws)


def test_keys_depend_on_the_seed_and_not_on_the_number_of_requests() -> None:
    assert request_keys(1, 5) != request_keys(2, 5)
    assert request_keys(1, 9)[:5] == request_keys(1, 5)
    assert request_keys(1, 0) == []


@pytest.mark.parametrize("purpose", list(Purpose))
def test_draws_are_uniform_in_every_counter(purpose: Purpose) -> None:
    keys = request_keys(0, 4000)
    for counter in (0, 1, 7):
        eighths = Counter(draw(key, counter, purpose) >> (BITS - 3) for key in keys)
        assert all(within(eighths[k], 4000, 1 / 8) for k in range(8))


def order_of_starts(instance: Instance, name: str, seed: int) -> tuple[int, ...]:
    attempts = run(instance, POLICIES[name], seed).schedule.attempts()
    return tuple(a.request for a in sorted(attempts, key=lambda a: a.start))


@pytest.mark.parametrize("name", ["a-max", "a-min", "a-min-live", "a-min-thinned", "a-random"])
def test_ties_in_the_queue_are_uniform(name: str) -> None:
    # one at a time, nobody outlives a prediction: the order of starts is a random permutation
    instance = Instance.of(1, [1, 1, 1], interval=(1, 1))
    seen = Counter(order_of_starts(instance, name, seed) for seed in range(1800))
    assert all(within(seen[order], 1800, 1 / 6) for order in permutations(range(3)))


@pytest.mark.parametrize("name", ["a-max", "a-min"])
def test_a_newcomer_has_the_chance_of_those_who_wait(name: str) -> None:
    # Requests 0, 1, 2 at step 0, request 3 at step 1, one at a time. At step 1 three equals wait:
    # 3 is next with probability 1/3, and each place after that is as likely.
    instance = Instance.of(1, [1] * 4, arrival=[0, 0, 0, 1], interval=(1, 1))
    place = Counter(order_of_starts(instance, name, seed).index(3) for seed in range(1800))
    assert all(within(place[k], 1800, 1 / 3) for k in (1, 2, 3))


@pytest.mark.parametrize("name", ["a-min", "a-min-live"])
def test_ties_in_an_overflow_are_uniform(name: str) -> None:
    # s = 0, M = 3, three of length 2, bound 1: all make a token, then two of them must go
    # (6 - 2 > 3, 6 - 2 - 2 <= 3): the survivor is each with probability 1/3
    instance = Instance.of(3, [2, 2, 2], interval=(1, 2))
    survivors = Counter()
    for seed in range(1800):
        engine = Engine(instance, Declared(POLICIES[name], 3, seed))
        engine.step()
        engine.step()
        (survivor,) = (i for i, start in engine.view.running.items() if start == 0)
        survivors[survivor] += 1
    assert all(within(survivors[i], 1800, 1 / 3) for i in range(3))


def test_draws_of_consecutive_overflows_are_independent() -> None:
    keys = request_keys(0, 2000)
    first = [draw(k, 10, Purpose.EVICT) >> (BITS - 1) for k in keys]
    second = [draw(k, 11, Purpose.EVICT) >> (BITS - 1) for k in keys]
    both = Counter(zip(first, second, strict=True))
    assert all(within(both[pair], 2000, 1 / 4) for pair in both)


def test_thinning_survives_with_the_stated_probability() -> None:
    # s = 3, l = 2, memory for all: from bound 2 an attempt makes j tokens with probability
    # (s + 2) / (s + j); requests have their own draws, so the count is binomial
    n, s, bound, longest = 3000, 3, 2, 12
    instance = Instance.of(n * (s + longest), [longest] * n, prompt=s, interval=(bound, longest))
    engine = Engine(instance, Declared(POLICIES["a-min-thinned"], n, seed=5))
    while engine.view.now <= longest:
        engine.step()
    made = [end for _, start, end, _ in engine.schedule.attempts() if start == 0]
    assert len(made) == n
    for j in range(bound + 1, longest + 1):
        survivors = sum(tokens >= j for tokens in made)
        assert within(survivors, n, (s + bound) / (s + j))
