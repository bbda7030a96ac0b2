"""Offset slicing: its levels, its offsets, and smallest cases worked out by hand."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from math import isqrt
from pathlib import Path

import mpmath
import numpy as np
import pytest

import kvratio.simulate.chance
from kvratio.reports.studies.convergence import Law, laws, outputs
from kvratio.reports.studies.experiments import offset, published
from kvratio.simulate import kernel
from kvratio.simulate.chance import BITS, Purpose, draw
from kvratio.simulate.declared import Declared
from kvratio.simulate.engine import run
from kvratio.simulate.policies import POLICIES, named
from kvratio.simulate.policies.offset_slicing import GROWTH, offset_slicing
from kvratio.simulate.policy import Admits, Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.assumes import offset_levels
from kvratio.simulate.words.assumes.offset_levels import GRID, levels, most_tokens
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance, volume
from kvratio.theory.price import whole_lengths
from kvratio.theory.price.constant import enclosure


def fixed_offsets(monkeypatch: pytest.MonkeyPatch, of_key: dict[int, Fraction]) -> None:
    """Independent offsets as given, by the request's key."""

    def fixed(key: int, counter: int, purpose: Purpose) -> int:
        if purpose is Purpose.OFFSET:
            return int(of_key[key] * 2**BITS)
        return draw(key, counter, purpose)

    monkeypatch.setattr(kvratio.simulate.chance, "draw", fixed)
    monkeypatch.setattr(kvratio.simulate.chance, "request_keys", lambda _seed, n: list(range(n)))


def rows(instance: Instance, policy: Policy) -> set[tuple[int, int, int, bool]]:
    return set(run(instance, policy).schedule.attempts())


def test_its_growth_is_that_of_the_constant() -> None:
    found = enclosure(12)
    assert abs(GROWTH - found.y_below**2) < Fraction(1, 10**4)


# --- levels ------------------------------------------------------------------------------------


@pytest.mark.parametrize("growth", [Fraction(3, 2), GROWTH, Fraction(1000)])
def test_levels_are_the_powers_rounded_down(growth: Fraction) -> None:
    """Against mpmath, in 60 digits, at offsets and exponents all over the table."""
    table = levels(growth)
    assert len(table) == GRID
    with mpmath.workdps(60):
        for offset in range(0, GRID, 331):
            for k, level in enumerate(table[offset]):
                power = mpmath.mpf(growth.numerator) / growth.denominator
                exact = power ** (k + mpmath.mpf(offset) / GRID)
                assert level == min(int(mpmath.floor(exact)), offset_levels.MOST_VOLUME)


def test_levels_at_a_quarter_are_fourth_roots() -> None:
    """b = 16: 16^(k + 1/4) = 2 16^k, 16^(k + 1/2) = 4 16^k: exact powers are not missed."""
    table = levels(Fraction(16))
    assert table[GRID // 4][:4] == (2, 32, 512, 8192)
    assert table[GRID // 2][:4] == (4, 64, 1024, 16384)


def test_the_last_level_allows_all_that_any_budget_holds() -> None:
    for growth in (Fraction(3, 2), GROWTH):
        assert all(row[-1] == offset_levels.MOST_VOLUME for row in levels(growth))


@pytest.mark.parametrize("prompt", [0, 1, 7, 1000])
def test_most_tokens_by_trying(prompt: int) -> None:
    for level in range(1, 3000, 7):
        found = most_tokens(level, prompt, 10**6)
        assert volume(prompt, found) <= level < volume(prompt, found + 1)
    assert most_tokens(10**18, prompt, 50) == 50


# --- offsets -----------------------------------------------------------------------------------


def offsets(classes: int, n: int, seed: int) -> list[int]:
    policy = offset_slicing(classes=classes)
    scheduler = Declared(policy, n, seed)
    assert isinstance(scheduler.assumption, offset_levels.Word)
    return [scheduler.assumption.offset(i) for i in range(n)]


@pytest.mark.parametrize("classes", [1, 4, 64])
def test_each_block_has_every_class_once(classes: int) -> None:
    found = offsets(classes, 4 * classes, seed=3)
    evenly = {j * GRID // classes for j in range(classes)}
    for first in range(0, len(found), classes):
        block = found[first : first + classes]
        assert {(x - block[0]) % GRID for x in block} == evenly
    assert len({x % (GRID // classes) for x in found}) == 1  # one phase for all


def test_a_class_is_uniform_for_every_place_and_the_phase_uniform() -> None:
    places = [Counter[int]() for _ in range(4)]
    halves = 0
    for seed in range(600):
        found = offsets(4, 4, seed)
        halves += found[0] % (GRID // 4) >= GRID // 8
        for place, x in zip(places, found, strict=True):
            place[x * 4 // GRID] += 1
    # 600 trials: standard deviations 10.6 and 12.2; six of them
    assert all(abs(place[j] - 150) < 64 for place in places for j in range(4))
    assert abs(halves - 300) < 74


def test_independent_offsets_do_not_depend_on_the_number_of_requests() -> None:
    assert offsets(0, 5, seed=1) == offsets(0, 9, seed=1)[:5]
    assert offsets(4, 5, seed=1) == offsets(4, 9, seed=1)[:5]
    assert len(set(offsets(0, 50, seed=1))) > 40


# --- by hand -----------------------------------------------------------------------------------

FOUR = offset_slicing(growth=4, classes=0)


def test_a_request_alone_runs_up_to_its_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    # s = 0, b = 4, offset 0: levels 1, 4, 16, 64 allow 1 (1 <= 1), 2 (3 <= 4), 5 (15 <= 16) and 10
    # tokens. o = 6, M = 10: 0-1, 1-3, 3-8 are cancelled, then all ten fit.
    fixed_offsets(monkeypatch, {0: Fraction(0)})
    assert rows(Instance.of(10, [6]), FOUR) == {
        (0, 0, 1, False),
        (0, 1, 3, False),
        (0, 3, 8, False),
        (0, 8, 14, True),
    }


def test_levels_that_allow_no_more_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    # s = 5: a token has volume 6, two 13, seven 35 + 28 = 63. Offset 0: 16 is the first level with
    # a token (two), 64 allows seven, then M = 20 allows all.
    fixed_offsets(monkeypatch, {0: Fraction(0)})
    assert rows(Instance.of(20, [8], prompt=5), FOUR) == {
        (0, 0, 2, False),
        (0, 2, 9, False),
        (0, 9, 17, True),
    }


def test_the_smaller_volume_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    # s = 0, M = 3, o = 3, 3. Offset 0: levels 1, 4, 16 allow 1, 2, then all three. Offset 1/2:
    # 2, 8: 1, then all three. Both run 0-1 (volume 1). Then request 0 is next with volume 3 (two
    # tokens) before 6, alone: beside it 1 + 1 fits in step 1 (2 <= 3), 2 + 2 in step 2 does not:
    # the last admitted, request 1, is evicted. Step 3: request 0 is at its level, and both assume
    # three; whoever starts first is alone from its second token on.
    fixed_offsets(monkeypatch, {0: Fraction(0), 1: Fraction(1, 2)})
    found = rows(Instance.of(3, [3, 3]), FOUR)
    assert {(0, 0, 1, False), (1, 0, 1, False), (0, 1, 3, False), (1, 1, 2, False)} <= found
    ends = sorted(end for _, _, end, finished in found if finished)
    assert ends == [6, 9]


def test_a_lower_level_of_a_longer_prompt_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    # s = 0 and 2, M = 5. Offset 0 for both: request 0 has volumes 1, 3; request 1 allows one token
    # (volume 3) at the level 4. Step 0: 1 + 3 = 4 fit. Request 1 completes; request 0 goes on.
    fixed_offsets(monkeypatch, {0: Fraction(0), 1: Fraction(0)})
    assert rows(Instance.of(5, [2, 1], prompt=[0, 2]), FOUR) == {
        (0, 0, 1, False),
        (1, 0, 1, True),
        (0, 1, 3, True),
    }


def test_nothing_is_read() -> None:
    assert not POLICIES["offset-slicing"].sees
    narrow = Instance.of(30, [9, 3, 5], prompt=1, interval=(1, 1))
    wide = Instance.of(30, [9, 3, 5], prompt=1, interval=(5, 90))
    policy = POLICIES["offset-slicing"]
    assert run(narrow, policy).schedule == run(wide, policy).schedule


# --- parameters --------------------------------------------------------------------------------


def test_by_its_name_with_parameters() -> None:
    policy = named("offset-slicing:growth=8.16,classes=1")
    assert (policy.growth, policy.classes) == (Fraction(204, 25), 1)
    assert replace(policy, name=POLICIES["slicing"].name).randomised


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("growth=1.4", "growth"),
        ("growth=x", "growth"),
        ("classes=-1", "classes"),
        ("classes=5000", "classes"),
        ("classes=1/2", "classes"),
        ("admits=slots", "admits"),
    ],
)
def test_parameters_out_of_range(text: str, name: str) -> None:
    with pytest.raises(InputError, match=f"^{name}: expected"):
        named(f"offset-slicing:{text}")


@pytest.mark.parametrize("classes", [0, 1, 5, 64])
@pytest.mark.parametrize("admits", [Admits.NEXT_STEP, Admits.PACED, Admits.LOOK_AHEAD])
def test_both_engines_at_a_large_budget(classes: int, admits: Admits) -> None:
    """Volumes near 2^59, where 64-bit integers are nearly full: the schedules are the same."""
    policy = replace(offset_slicing(classes=classes), admits=admits)
    outputs = [3, 17, 40, 200, 5]
    prompts = [0, 10**9 - 200, 5 * 10**8, 10, 999]
    instance = Instance.of(10**9, outputs, prompt=prompts)
    assert kernel.run(instance, policy, 2) == run(instance, policy, 2)


def test_the_first_length_is_assumed_when_a_request_arrives() -> None:
    policy = offset_slicing(classes=0)
    instance = Instance.of(1000, [5], prompt=3)
    scheduler = Declared(policy, 1, seed=0)
    scheduler.arrive(View(instance, policy.sees), 0)
    assert isinstance(scheduler.assumption, offset_levels.Word)
    mine = levels(GROWTH)[scheduler.assumption.offset(0)]
    level = next(x for x in mine if x >= 4)  # the volume of one token
    tokens = (isqrt(7 * 7 + 8 * level) - 7) // 2
    assert scheduler.assumed(0) == tokens


# --- what it costs -----------------------------------------------------------------------------


def over_form(law: Law, policy: Policy, memory: int, load: int) -> float:
    """Simulated latency over that of the fluid form on whole lengths, mean of three seeds."""
    lengths = outputs(law, load * memory)
    matrix, _ = whole_lengths.form(law.prompt, law.low, law.high, float(GROWTH))
    count = Counter(lengths)
    tails = np.cumsum([count[k] for k in range(law.high, law.low - 1, -1)])[::-1].astype(float)
    predicted = tails @ matrix @ tails / (2 * memory)
    order = np.random.default_rng(0).permutation(len(lengths))
    instance = Instance.of(memory, np.array(lengths)[order].tolist(), prompt=law.prompt)
    return float(np.mean([kernel.run(instance, policy, seed).tel for seed in range(3)]) / predicted)


FROM_ONE = [law for law in laws() if law.low == 1]  # the form leaves out attempts below l


@pytest.mark.parametrize("law", FROM_ONE, ids=lambda law: law.name)
def test_with_paced_starts_it_approaches_its_form(law: Law) -> None:
    """As M and n/M grow."""
    paced = named("offset-slicing:classes=4,admits=paced")
    far, near = over_form(law, paced, 250, load=10), over_form(law, paced, 2500, load=20)
    assert 1 < near < 1.2
    assert near - 1 < 0.8 * (far - 1)


@pytest.mark.parametrize("law", FROM_ONE, ids=lambda law: law.name)
def test_greedy_admission_stays_above_the_form_but_near(law: Law) -> None:
    assert 1.02 < over_form(law, POLICIES["offset-slicing"], 1000, load=10) < 1.2


def test_the_documents_table_is_what_is_published() -> None:
    text = (Path(__file__).parent.parent / "simulate" / "README.md").read_text(encoding="utf-8")
    shown = (offset.SLICING, offset.STAGGERED, "learned-slicing", "fcfs", "h-sf")
    mine: dict[str, tuple[float, ...]] = {}
    for name in ("offset-worst", "offset-traces"):
        found: dict[str, dict[str, float]] = {}
        for row in published(name)["rows"]:
            found.setdefault(row["setting"], {})[row["policy"]] = row["to_bound"]["mean"]
        for setting, by_policy in found.items():
            numbers = tuple(by_policy[policy] for policy in shown)
            assert f"| {setting} | {' | '.join(f'{x:.2f}' for x in numbers)} |" in text
            mine[setting] = numbers
    bad = [setting.label for setting in (offset.LONG, *offset.WORST[:-1])]
    assert all(mine[setting][0] < mine[setting][1] for setting in bad)
    assert all(mine[setting.label][0] > mine[setting.label][2] for setting in offset.TRACES)
    assert (len(bad), len(offset.TRACES)) == (7, 5)
