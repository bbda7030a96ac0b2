"""The judge's own definition of the bound by prices, and the bound as an invariant of the kit."""

from fractions import Fraction
from random import Random

import pytest

import kvratio as kv
from kvratio.proofs_check.priced import certifies, priced
from kvratio.simulate.kernel import run
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.testing.bound import least_tel
from kvratio.theory import area
from kvratio.theory.cache_prices import Prices, bound_of, machine_prices, price_bound
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance
from tests.test_cache_prices import least_kept, tiny


def steps(prices: Prices) -> list[Fraction]:
    """Step by step."""
    return [Fraction(p, 2**prices.digits) for p in prices.each for _ in range(prices.block)]


def any_prices(rng: Random) -> list[Fraction]:
    return [Fraction(rng.choice((0, 0, 1, 2, 3, 5)), 4) for _ in range(rng.randint(0, 9))]


def test_no_prices_prove_more_than_the_optimum() -> None:
    rng, met = Random(5), 0
    for _ in range(40):
        instance = tiny(rng)
        least = least_kept(instance)
        for _ in range(20):
            found = priced(instance, any_prices(rng))
            assert found <= least
            met += found > sum(instance.output)
    assert met


def test_what_the_theory_certifies_is_certified_by_the_judge() -> None:
    rng, close = Random(6), 0
    for _ in range(30):
        n = rng.randint(2, 12)
        prompt = [rng.randint(0, 9) for _ in range(n)]
        output = [rng.randint(1, 9) for _ in range(n)]
        arrival = [rng.randint(0, 2 * n) for _ in range(n)]
        instance = Instance.of(rng.randint(19, 40), output, prompt=prompt, arrival=arrival)
        prices = machine_prices(instance)
        assert certifies(instance, steps(prices), price_bound(instance))
        close += priced(instance, steps(prices)) <= Fraction(101, 100) * price_bound(instance)
        rough = Prices((5, 3, 2, 1), block=rng.choice((1, 2)), digits=3)
        assert certifies(instance, steps(rough), bound_of(instance, rough))
    assert close > 15  # the two are not far apart either


@pytest.mark.parametrize("more", [Fraction(1, 1000), Fraction(3)])
def test_the_judge_refuses_what_prices_do_not_prove(more: Fraction) -> None:
    instance = Instance.of(3, [2, 2, 2], prompt=1, arrival=[0, 0, 1])
    prices = [Fraction(1, 2)] * 4
    proved = priced(instance, prices)
    assert certifies(instance, prices, proved)
    assert not certifies(instance, prices, proved + more)
    with pytest.raises(InputError, match="none below 0"):
        priced(instance, [Fraction(-1)])


def test_a_price_of_a_step_that_nobody_can_use_is_paid_in_vain() -> None:
    """Before the first arrival, too: M tokens are paid and none is used."""
    instance = Instance.of(4, [2], arrival=[3])
    assert priced(instance, [Fraction(1, 4)]) == 2 - 1


def test_the_certified_bound_is_an_invariant_of_the_kit(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked on every run; a bound above the truth would be a violation, as a run below it."""
    asked: list[Instance] = []

    def counted(instance: Instance) -> int:
        asked.append(instance)
        return lower(instance)

    lower = area.lower_bound
    monkeypatch.setattr(area, "lower_bound", counted)
    assert kv.check("fcfs", seconds=0.001, only=["lower-bound"]).passed
    assert asked
    monkeypatch.setattr(area, "lower_bound", lambda instance: lower(instance) + 10**6)
    (found,) = kv.check("fcfs", seconds=0.001, only=["lower-bound"]).violated
    assert "is certain" in found.told


def test_it_sees_what_counting_does_not() -> None:
    """Requests of 10 steps, one a step, before room for some four: 132 against 90."""
    instance = Instance.of(20, [10] * 9, arrival=range(9))
    assert least_tel(instance) < area.lower_bound(instance) <= run(instance, POLICIES["h-sf"]).tel
