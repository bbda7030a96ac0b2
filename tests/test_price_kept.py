"""Tokens kept: area bound, slices, restarts, against enumeration and random lengths."""

import json
import random
import re
from fractions import Fraction
from functools import cache
from itertools import accumulate, combinations
from math import log, sqrt

import pytest
from click.testing import CliRunner

from kvratio.reports.cli import cli
from kvratio.theory.area import remaining_bound
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance
from kvratio.theory.price import kept_slices
from kvratio.theory.price.kept_slices import caps, constant, form, growth_constant, plan


def v(s: Fraction | int, k: int) -> Fraction:
    return Fraction(s * k) + Fraction(k * (k + 1), 2)


def area(s: int, shares: list[Fraction]) -> Fraction:
    """The sum of (s + k) S_k^2."""
    tails = [*accumulate(reversed(shares))][::-1]
    return sum(((s + k) * tail**2 for k, tail in enumerate(tails, start=1)), Fraction(0))


def least_kept(memory: int, prompts: tuple[int, ...], outputs: tuple[int, ...]) -> int:
    """The least latency when stopped requests keep their tokens: every choice in every step."""

    @cache
    def least(made: tuple[int, ...]) -> int:
        left = [i for i, o in enumerate(outputs) if made[i] < o]
        if not left:
            return 0
        return len(left) + min(
            least(tuple(g + (i in run) for i, g in enumerate(made)))
            for k in range(1, len(left) + 1)
            for run in combinations(left, k)
            if sum(prompts[i] + made[i] + 1 for i in run) <= memory
        )

    return least((0,) * len(outputs))


def test_no_schedule_that_keeps_its_tokens_is_below_the_area_bound() -> None:
    rng = random.Random(4)
    for _ in range(60):
        memory, n = rng.randint(3, 9), rng.randint(1, 4)
        prompts = tuple(rng.randint(0, memory - 1) for _ in range(n))
        outputs = tuple(rng.randint(1, min(4, memory - s)) for s in prompts)
        instance = Instance.of(memory, outputs, prompt=prompts)
        assert least_kept(memory, prompts, outputs) >= remaining_bound(instance)


def random_shares(rng: random.Random, l: int, u: int) -> list[Fraction]:  # noqa: E741
    some = [Fraction(rng.choice([0, 0, 1, 4]), rng.choice([1, 3, 20])) for _ in range(l, u)]
    return [Fraction(0)] * (l - 1) + some + [Fraction(1, rng.choice([1, 10, 100]))]


@pytest.mark.parametrize("s", [0, 3, 200])
def test_slices_stay_below_the_constant_of_their_caps(s: int) -> None:
    rng = random.Random(s)
    for _ in range(60):
        l = rng.choice([1, 2, 6])  # noqa: E741
        u = l + rng.randint(0, 50)
        load, growth = rng.choice([0, 1, 7]), rng.choice([Fraction(3, 2), 2, 4, 9])
        tops = caps(s, l, u, growth)
        shares = random_shares(rng, l, u)
        assert form(s, tops, shares, load) <= constant(s, l, tops, load) * area(s, shares)


@pytest.mark.parametrize("growth", [1, 2, 3, 4, 9, 25])
def test_slices_that_grow_by_g_stay_below_the_closed_constant(growth: int) -> None:
    rng = random.Random(growth)
    for _ in range(60):
        s, l, u = rng.choice([0, 5, 90]), rng.choice([1, 3]), 60  # noqa: E741
        tops, size = [l], v(s, l)
        while tops[-1] < u:  # the most that is allowed, or less
            room = [
                k for k in range(tops[-1] + 1, u + 1) if v(s, k) - v(s, tops[-1]) <= growth * size
            ]
            if not room:  # one token more is more than that
                break
            size = v(s, room[-1]) - v(s, tops[-1])
            tops.append(room[-1])
        shares = random_shares(rng, l, tops[-1])
        assert form(s, tops, shares) <= float(growth_constant(growth)) * float(area(s, shares))


@pytest.mark.parametrize(("growth", "falls"), [(2, 2.0), (4, 2.0), (9, 3.0)])
def test_the_closed_constant_is_nearly_attained(growth: int, falls: float) -> None:
    """Lengths just above levels of growing volume, the share of the longer ones falling by it."""
    s, tops = 10**12, [100]  # with so long prompts each token has the same volume
    for k in range(1, {2: 8, 4: 5, 9: 4}[growth]):
        tops.append(tops[-1] + 100 * growth**k)
    shares = [Fraction(0)] * (tops[-1])
    left = Fraction(1)
    for top in tops[:-1]:
        shares[top] = left - left / Fraction(falls)  # just above the level
        left /= Fraction(falls)
    shares[-1] += left
    value, bound = form(s, tops, shares) / area(s, shares), growth_constant(growth)
    assert value <= float(bound) * (1 + 1e-6)
    assert value > float(bound) - {2: 0.03, 4: 0.45, 9: 0.8}[growth]


def test_single_tokens_are_least_attained_service() -> None:
    shares = [Fraction(1, 3), Fraction(0), Fraction(1, 6), Fraction(1, 2)]
    tails = [sum(shares[k:], Fraction(0)) for k in range(5)]
    expected = sum((2 + k + 1) * tails[k] * (tails[k] + tails[k + 1]) for k in range(4))
    assert form(2, (1, 2, 3, 4), shares) == expected <= 2 * area(2, shares)


def test_restarts_add_their_recomputation() -> None:
    # s = 2, caps 1 and 3, half of length 1 and half of 3: half restart with 1 token each
    shares = [Fraction(1, 2), Fraction(0), Fraction(1, 2)]
    assert form(2, (1, 3), shares, 5) - form(2, (1, 3), shares) == 5 * (2 + 1) * Fraction(1, 4)


def test_restarts_are_logarithmically_many() -> None:
    for s, growth in ((0, 2), (100, 4), (0, 16)):
        stages = len(caps(s, 1, 10**4, growth))
        assert stages <= log(v(s, 10**4) / v(s, 1)) / log(growth) + 1


def test_the_best_growth_rises_with_the_cost_of_restarts() -> None:
    chosen = [plan(40, 1, 2000, 16_492, Fraction(1, cost)) for cost in (10**6, 10**4, 500)]
    growths = [found.growth for found in chosen]
    assert growths == sorted(set(growths))
    assert [f.constant for f in chosen] == sorted(f.constant for f in chosen)


def test_the_slope_of_the_constant_vanishes_at_the_best_growth() -> None:
    def cost(g: float, h: float) -> float:
        return 1 + sqrt(g) + 2 * h * g / (g - 1)

    for h in (0.2, 1.0, 8.0):
        g = min(
            (2 + k / 1000 for k in range(60_000)),
            key=lambda x: abs((x - 1) ** 2 - 4 * h * sqrt(x)),
        )
        assert cost(g, h) <= min(cost(g * 0.9 + 0.1, h), cost(g * 1.1, h)) + 1e-9


def test_every_result_is_derived_or_certified() -> None:
    found = kept_slices.bounds()
    assert {bound.obtained for bound in found} == {"derived", "certified"}
    assert len({bound.id for bound in found}) == len(found)


def test_the_plan_has_a_door_on_the_command_line() -> None:
    asked = ["bounds", "--kept-slices", "--interval", "1", "1000", "--prompt", "1000"]
    given = [*asked, "--memory", "16492", "--restart", "1/1000", "--json", "-"]
    told = json.loads(CliRunner().invoke(cli, given).output)
    chosen = plan(1000, 1, 1000, 16_492, Fraction(1, 1000))
    best = min(told["plans"], key=lambda row: Fraction(row["constant"]))
    assert told["growth"] == best["growth"] == str(chosen.growth) == "16"
    assert best == {"growth": "16", "caps": [*chosen.caps], "constant": str(chosen.constant)}
    shown = CliRunner().invoke(cli, given[:-2]).output
    assert "16 *" in shown
    gpu = [*asked, "--gpu", "llama-3-8b:h100", "--json", "-"]
    derived = json.loads(CliRunner().invoke(cli, gpu).output)
    assert 0 < Fraction(derived["restart"]) < Fraction(1, 100)  # a token against a full iteration


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (["--restart", "-1", "--memory", "10"], "restart cost: expected .* at least 0, got '-1'"),
        (["--memory", "10"], "--restart: expected a number"),
        (["--restart", "1"], "--memory: expected a number"),
        (["--restart", "1", "--memory", "0"], "memory: expected .* at least 1, got 0"),
        (["--restart", "1", "--memory", "9", "--ladder"], "no option of the other tables"),
    ],
)
def test_the_door_refuses_bad_input_with_one_error(given: list[str], error: str) -> None:
    asked = ["bounds", "--kept-slices", "--interval", "1", "10", *given]
    found = CliRunner().invoke(cli, asked).exception
    assert isinstance(found, InputError)
    assert re.search(error, str(found))


def test_a_restart_cost_needs_its_table() -> None:
    for given in (["--restart", "1"], ["--memory", "9"], ["--gpu", "llama-3-8b:h100"]):
        found = CliRunner().invoke(cli, ["bounds", *given]).exception
        assert isinstance(found, InputError)
        assert f"{given[0]}: expected --kept-slices with it" in str(found)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: plan(0, 1, 10, 100, -1), "restart cost: expected .*, got -1"),
        (lambda: constant(0, 1, (2, 4), Fraction(-1, 2)), "restart cost: expected .*, got -1/2"),
        (lambda: form(0, (1, 2), [1, 1], -3), "restart cost: expected .*, got -3"),
        (lambda: constant(0, 1, (4, 4), 0), "caps"),
        (lambda: form(0, (1,), [1, 1]), "caps"),
        (lambda: caps(0, 1, 10, 1), "growth: expected .* above 1, got 1"),
        (lambda: growth_constant(Fraction(1, 2)), "g: expected .*, got 1/2"),
    ],
)
def test_bad_input_is_one_clear_error(call: object, error: str) -> None:
    with pytest.raises(InputError, match=error):
        call()  # type: ignore[operator]
