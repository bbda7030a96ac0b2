"""The price of cancelling with predictions: closed forms and certificates, against brute force."""

import json
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import sqrt
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import sympy

import kvratio.theory.price.predictions
from kvratio.reports import PUBLISHED
from kvratio.reports.studies.predictions import Enclosed, Predictions, cells, enclosed, page
from kvratio.theory.bound import DerivationError
from kvratio.theory.checks import InputError
from kvratio.theory.price import best_policy, best_prices
from kvratio.theory.price.constant import enclosure
from kvratio.theory.price.enclosed import LengthsProof, PolicyProof
from kvratio.theory.price.predictions import bounds, cut_share, two_volumes

LEVELS = (10, 17, 30, 55)
# a quarter to the end first, a quarter up to 17, the rest up to 10 and then up to 30
RUNS = ((-1, 1, 1), (-1, 2, 1), (-1, 0, 2), (0, 4, 2), (2, 6, 1), (4, 6, 1), (4, 5, 1))
POLICY = PolicyProof(LEVELS, RUNS, (9, 7, 5, 3))


def paths(proof: PolicyProof) -> list[tuple[Fraction, list[int]]]:
    """Shares of requests and their stages, one path after another through the runs."""
    total = sum(k for a, _, k in proof.runs if a < 0)
    leaving = {a: sum(k for c, _, k in proof.runs if c == a) for a, _, _ in proof.runs}
    found: list[tuple[Fraction, list[int]]] = []

    def follow(share: Fraction, stages: list[int]) -> None:
        at = stages[-1] if stages else -1
        nexts = [(b, k) for a, b, k in proof.runs if a == at]
        if not nexts:
            found.append((share / total, stages))
        for b, k in nexts:
            follow(share * Fraction(k, leaving[at]), [*stages, b])

    follow(Fraction(total), [])
    return found


def cost(proof: PolicyProof, shares: dict[int, Fraction]) -> Fraction:
    """Twice the mean latency, request type by request type, from the definition of the policy.

    Within a stage the order is random: who completes there waits for half of it.
    """
    volumes = proof.levels
    types = [
        (share * x, volume, stages)
        for share, stages in paths(proof)
        for volume, x in shares.items()
    ]
    begun: list[Fraction] = []
    now = Fraction(0)
    for stage in range(proof.stages):
        begun.append(now)
        cap = volumes[proof.level(stage)]
        for mass, volume, stages in types:
            earlier = [volumes[proof.level(q)] for q in stages if q < stage]
            if stage in stages and all(volume > done for done in earlier):
                now += mass * min(volume, cap)
    begun.append(now)
    latency = Fraction(0)
    for mass, volume, stages in types:
        last = next(q for q in stages if volume <= volumes[proof.level(q)])
        latency += mass * (begun[last] + begun[last + 1])
    return latency


def area(shares: dict[int, Fraction]) -> Fraction:
    """The sum over pairs of the smaller volume."""
    return sum(
        (x * y * min(v, w) for v, x in shares.items() for w, y in shares.items()), Fraction(0)
    )


def drawn(rng: Random, volumes: tuple[int, ...]) -> dict[int, Fraction]:
    weights = {v: rng.randint(0, 9) ** 2 for v in volumes}
    weights[volumes[-1]] += 1
    return {v: Fraction(x, sum(weights.values())) for v, x in weights.items()}


def test_no_lengths_make_the_policy_cost_more_than_its_certificate_says() -> None:
    rng = Random(5)
    found = [drawn(rng, LEVELS) for _ in range(60)]
    between = [drawn(rng, (10, 11, 16, 20, 29, 31, 54, 55)) for _ in range(60)]
    assert all(cost(POLICY, x) <= POLICY.ratio * area(x) for x in (*found, *between))


def test_the_certificate_of_a_policy_is_nearly_attained() -> None:
    """On the lengths whose tails are its weights, made falling."""
    proof = best_policy.search(4.0, rounds=60)[0]
    tails = [*np.minimum.accumulate(np.array(proof.weights)).tolist(), 0]
    shares = {
        v: Fraction(a - b, tails[0])
        for v, (a, b) in zip(proof.levels, pairwise(tails), strict=True)
    }
    assert len(paths(proof)) < 10**4
    attained = cost(proof, shares) / area(shares)
    # a tail stands for the mean between two levels, of quotient 1.047
    assert proof.ratio * Fraction(96, 100) < attained < proof.ratio


def test_running_to_the_end_is_the_two_volumes_bound() -> None:
    for root in (Fraction(3, 2), Fraction(2), Fraction(3)):
        low = 36
        high = int(low * root**2)
        # z: 1 up to the smaller volume, 1/(1 + r) beyond
        whole = PolicyProof(
            (low, high), ((-1, 2, 1),), (root.numerator + root.denominator, root.denominator)
        )
        assert whole.ratio == (1 + root) / 2


@pytest.mark.parametrize("worse", [(9, 7, 5, 4), (9, 6, 5, 3), (30, 7, 5, 3)])
def test_other_weights_give_another_bound_that_holds(worse: tuple[int, ...]) -> None:
    other = replace(POLICY, weights=worse)
    assert other.ratio != POLICY.ratio
    x = drawn(Random(1), LEVELS)
    assert cost(POLICY, x) <= other.ratio * area(x)


# --- lengths ------------------------------------------------------------------------------------

TWO = LengthsProof((8, 18), (5, 2), (0, 12), (1,), 1)


def test_no_policy_costs_less_than_the_certificate_of_lengths_says() -> None:
    rng = Random(3)
    _, levels, means = best_policy.search(5.0, rounds=15)
    proof = best_prices.search(levels, means, 5.0)
    tails = [*proof.tails, 0]
    shares = {
        v: Fraction(a - b, tails[0])
        for v, (a, b) in zip(proof.levels, pairwise(tails), strict=True)
    }
    last = len(proof.levels) - 1
    for _ in range(25):
        runs: list[tuple[int, int, int]] = []
        for _ in range(rng.randint(1, 3)):  # random sequences of stages
            at = -1
            for level in sorted(rng.sample(range(last), rng.randint(0, 3))):
                runs.append((at, 2 * level, 1))
                at = 2 * level
            end = rng.choice([q for q in range(at + 1, 2 * last + 1) if q % 2 or q == 2 * last])
            runs.append((at, end, 1))
        merged = tuple((a, b, runs.count((a, b, 1))) for a, b, _ in dict.fromkeys(runs))
        policy = PolicyProof(proof.levels, merged, (1,) * (last + 1))
        assert cost(policy, shares) >= proof.ratio * area(shares)


def test_up_to_the_golden_ratio_squared_both_certificates_meet() -> None:
    assert TWO.ratio == Fraction(5, 4)
    assert PolicyProof((8, 18), ((-1, 2, 1),), (5, 2)).ratio == Fraction(5, 4)


def test_prices_beyond_the_golden_ratio_squared_prove_less() -> None:
    """r = 2: the same construction, where running to 1 first is cheaper."""
    beyond = LengthsProof((10, 40), (3, 1), (0, 20), (1000,), 1000)
    assert beyond.ratio < Fraction(3, 2)


@pytest.mark.parametrize("prices", [(2,), (3,)])
def test_other_prices_prove_less(prices: tuple[int, ...]) -> None:
    assert replace(TWO, prices=prices).ratio < TWO.ratio


# --- two volumes --------------------------------------------------------------------------------


def mixture(rho: Fraction, x: Fraction, q: Fraction) -> Fraction:
    """A share q up to 1, the others to their end, the rest of the first, by its definition."""
    count = q.denominator
    k = q.numerator
    runs = [(-1, 0, k), (-1, 1, count - k), (0, 2, k)]
    levels = (rho.denominator, rho.numerator)
    proof = PolicyProof(levels, tuple(run for run in runs if run[2]), (1, 1))
    shares = {levels[0]: 1 - x, levels[1]: x}
    return cost(proof, shares) / area(shares)


@pytest.mark.parametrize("rho", [Fraction(5, 2), Fraction(4), Fraction(10), Fraction(50)])
@pytest.mark.parametrize("x", [Fraction(1, 20), Fraction(3, 10), Fraction(1, 2), Fraction(4, 5)])
def test_the_best_mixture_on_two_volumes(rho: Fraction, x: Fraction) -> None:
    best = Fraction(str(two_volumes(sympy.Rational(rho), sympy.Rational(x))))
    share = Fraction(str(cut_share(sympy.Rational(rho), sympy.Rational(x))))
    assert mixture(rho, x, share) == best
    assert all(mixture(rho, x, Fraction(k, 20)) >= best for k in range(21))


def test_no_policy_is_better_on_two_volumes() -> None:
    """Prices by linear programming prove nearly as much as the mixture costs."""
    rho, x = 6.0, 0.4
    levels, tails = np.array([1.0, rho]), np.array([1.0, x])
    times = np.concatenate([[0.0], np.linspace(0.02, 5, 250)])
    prices = best_prices.best_prices(levels, tails, times)
    found = best_prices._proof(levels, tails, times, prices)
    exact = float(two_volumes(sympy.Rational(6), sympy.Rational(2, 5)))
    assert exact * 0.995 < found.ratio <= exact


def test_a_wrong_constant_breaks_the_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [bound.obtained for bound in bounds()] == ["derived", "derived"]
    module = kvratio.theory.price.predictions
    monkeypatch.setattr(module, "GOLDEN", sympy.Rational(5, 3))
    with pytest.raises(DerivationError):
        module.short_intervals()


# --- what is no certificate ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"runs": RUNS[:-1]}, "runs"),  # more enter the stage 4 than leave it
        ({"runs": (*RUNS, (2, 0, 1))}, "runs"),
        ({"runs": (*RUNS, (1, 3, 1))}, "runs"),  # after the end
        ({"weights": (9, 7, 5, 0)}, "weights"),
        ({"weights": (9, 7, 5)}, "weights"),
        ({"levels": (10, 30, 17, 55)}, "levels"),
    ],
)
def test_forged_policies(change: dict[str, Any], name: str) -> None:
    with pytest.raises(InputError, match=f"^{name}: expected"):
        replace(POLICY, **change)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"tails": (2, 5)}, "tails"),
        ({"tails": (5, 0)}, "tails"),
        ({"times": (1, 12)}, "prices"),
        ({"times": (0, 0)}, "times"),
        ({"prices": (-1,)}, "prices"),
        ({"prices": (1, 1)}, "prices"),
    ],
)
def test_forged_lengths(change: dict[str, Any], name: str) -> None:
    with pytest.raises(InputError, match=f"^{name}: expected"):
        replace(TWO, **change)


def test_numbers_beyond_64_bits_are_exact() -> None:
    large = 2**40
    levels, times, prices = (
        tuple(large * number for number in column) for column in (TWO.levels, TWO.times, TWO.prices)
    )
    other = replace(TWO, levels=levels, times=times, prices=prices, unit=large * TWO.unit)
    assert other.ratio == TWO.ratio


# --- the study ----------------------------------------------------------------------------------


def test_the_study_finds_the_price_of_short_intervals() -> None:
    study = Predictions(("2",), rounds=40)
    rows = [study.row(task) for task in study.plan()]
    files = study.files(rows)
    found = enclosed(json.loads(files["predictions.json"])[0])
    assert found.below < (1 + sqrt(2)) / 2 < float(found.above) < (1 + sqrt(2)) / 2 + 1e-4
    assert found.gap < 0.003
    assert "| 2 | " in files["predictions.md"]


def test_certificates_of_another_rho_are_refused() -> None:
    study = Predictions(("2",), rounds=2)
    row = study.row(study.plan()[0])
    with pytest.raises(InputError, match=r"^policy: rho: expected"):
        enclosed({**row, "rho": "3"})
    with pytest.raises(InputError, match="rho"):
        Predictions(("3/2",)).plan()


def published() -> list[Enclosed]:
    rows = json.loads((PUBLISHED / "predictions.json").read_text(encoding="utf-8"))
    return [enclosed(row) for row in rows]


def test_the_published_page_follows_from_the_published_certificates() -> None:
    found = published()
    assert (PUBLISHED / "predictions.md").read_text(encoding="utf-8") == page(found)
    assert all(one.below <= one.above <= enclosure().above for one in found)
    # the price rises with rho, so must both ends within their gaps
    assert all(a.below <= b.above for a, b in pairwise(found))
    assert all(one.above <= (1 + sqrt(one.rho)) / 2 + 1e-4 for one in found)
    assert len({cells(one) for one in found}) == len(found)


def test_the_readmes_table_is_what_is_published() -> None:
    text = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    shown = [" | ".join(cells(one)[:4]) for one in published()]
    assert sum(f"| {row} |" in text for row in shown) == 7
