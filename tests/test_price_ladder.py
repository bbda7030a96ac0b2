"""The ladder and offset slicing on whole lengths, against brute force."""

import math
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from kvratio.reports import PUBLISHED
from kvratio.reports.bounds import ladder as shown
from kvratio.reports.cli import main
from kvratio.reports.document import Figure
from kvratio.reports.sections import SECTIONS
from kvratio.reports.sections.ladder import section
from kvratio.theory import adversary
from kvratio.theory.checks import InputError
from kvratio.theory.forms import AREA, ratio
from kvratio.theory.forms import slicing as caps_form
from kvratio.theory.price import ladder, lower, whole_lengths
from kvratio.theory.slicing import proved_caps

RUNGS = {rung.name: rung for rung in ladder.rungs()}


def brute(tails: np.ndarray, s: int, growth: float) -> float:
    """x'Qx of offset slicing on lengths 1 ... u: offsets one by one, stages one by one."""
    u, classes = len(tails), 400
    shares = tails - np.append(tails[1:], 0)
    volumes = np.array([k * (2 * s + k + 1) / 2 for k in range(1, u + 1)])
    events, caps = [], []
    for j in range(classes):
        level = growth ** ((j + 0.5) / classes)
        ladder_of = [growth**-k * level for k in range(1, 40)] + [
            growth**k * level for k in range(40)
        ]
        caps.append(0)
        for at in ladder_of:
            if volumes[0] <= at <= volumes[-1] * growth:
                events.append((at, j))
    total = 0.0
    for at, j in sorted(events):
        cap = int(np.searchsorted(volumes, at, side="right"))
        cap = min(cap, u)
        before, caps[j] = caps[j], cap
        if cap == before:
            continue
        used = np.minimum(np.arange(u), cap - 1)
        time = float(sum(shares[i] * volumes[used[i]] for i in range(before, u))) / classes
        left = sum(float(tails[c]) if c < u else 0.0 for c in caps) / classes
        total += 2 * time * left
    return total


@pytest.mark.parametrize(("s", "growth"), [(0, 13.8), (3, 13.8), (0, 5.0)])
def test_the_matrix_is_what_the_stages_do(s: int, growth: float) -> None:
    p, _ = whole_lengths.form(s, 1, 12, growth)
    rng = np.random.default_rng(7)
    for _ in range(3):
        tails = np.sort(rng.random(12))[::-1]
        assert float(tails @ p @ tails) == pytest.approx(brute(tails, s, growth), rel=0.02)


@pytest.mark.parametrize("benchmark", ["h-sf", "area"])
def test_random_tails_stay_below_the_enclosure(benchmark: str) -> None:
    found = whole_lengths.worst_ratio(2, 1, 60, benchmark)
    assert found.below <= found.above < 2.7284
    p, volumes = whole_lengths.form(2, 1, 60, whole_lengths.best_growth())
    lengths = np.arange(1, 61)
    charge = lengths * (2 + lengths) if benchmark == "h-sf" else volumes
    rng = np.random.default_rng(3)
    for _ in range(200):
        tails = np.minimum.accumulate(rng.random(60) ** rng.choice([0.2, 1, 5]) / lengths)
        value = float(tails @ p @ tails) / float(np.diff(charge, prepend=0) @ tails**2)
        assert value <= found.above


def test_against_h_sf_without_prompts_it_is_far_below_a_min() -> None:
    """A_min 2.333 and slicing with doubling caps 2.299 at u = 100 (published maxima)."""
    assert whole_lengths.worst_ratio(0, 1, 100).above < 1.41


def test_bad_input() -> None:
    with pytest.raises(InputError, match="growth"):
        whole_lengths.form(0, 1, 5, 1.0)
    with pytest.raises(InputError, match=r"u: .*got 3000"):
        whole_lengths.form(0, 1, 3000, 4.0)
    with pytest.raises(InputError, match="benchmark"):
        whole_lengths.worst_ratio(0, 1, 5, "optimum")
    with pytest.raises(InputError, match="prompt"):
        RUNGS["A_min"].at("none", 5)


@pytest.mark.parametrize("prompt", ["0", "l"])
@pytest.mark.parametrize("u", [5, 30])
def test_every_rung_by_its_own_worst_lengths(prompt: str, u: int) -> None:
    s = {"0": 0, "l": 1}[prompt]
    for name, policy in (("H-SF", "h-sf"), ("A_min", "a-min"), ("A_random", "a-random")):
        problem = adversary.Problem(policy, "area", upper=u, prompt=Fraction(s))
        found = float(adversary.worst_case(problem).ratio)
        assert RUNGS[name].at(prompt, u) == pytest.approx(found, rel=1e-6)
    slots = adversary.Problem("a-max", "area", upper=u, prompt=Fraction(s))
    assert RUNGS["A_max (slot model)"].at(prompt, u) == pytest.approx(
        float(adversary.worst_case(slots).ratio), rel=1e-6
    )


def test_no_rung_for_unknown_lengths_is_below_the_lower_bound() -> None:
    for u in ladder.TABLE:
        least = float(lower.least_ratio(0, 1, u).ratio)
        for name in ("tokens lost", "one common offset", "fixed caps", "A_min"):
            assert RUNGS[name].at("0", u) >= least


def test_the_proved_caps_are_below_their_rung() -> None:
    caps = caps_form(proved_caps(0, 1, 100))
    halving = {1: 2**6} | {cap + 1: 2 ** (6 - k) for k, cap in enumerate((2, 6, 14, 30, 62), 1)}
    assert 3 < ratio(caps, AREA, halving, 0, (1, 100)) <= 5
    assert RUNGS["fixed caps"].at("0", 100) == 5


def test_long_prompts_are_the_limit_of_prompts() -> None:
    for name in ("A_random", "A_max (slot model)"):
        formula = ladder._formula(RUNGS[name].bound)
        at = formula(s=1e7, l=1.0, u=50.0)
        assert at == pytest.approx(RUNGS[name].at("long", 50), rel=1e-3)
    assert math.isclose(RUNGS["tokens lost"].at("long", 10), (1 + math.sqrt(10)) / 2)


def test_the_report_has_the_ladder_before_the_bounds() -> None:
    assert list(SECTIONS).index("price") < list(SECTIONS).index("bounds")
    assert SECTIONS["price"] is section
    material = SimpleNamespace(
        progress=lambda _said: None,
        redo=None,
        published=lambda name: (PUBLISHED / name).read_text(encoding="utf-8"),
        origin=lambda name: f"from {name}",
    )
    made = section(cast(Any, material))
    assert [block.name for block in made.all_blocks() if isinstance(block, Figure)] == [
        shown.NAME,
        "predictions",
    ]
    drawn = [block for block in made.blocks if isinstance(block, Figure)]
    assert [figure.name for figure in drawn] == [shown.NAME]
    assert "At alpha = 1/1000, s = 0" in drawn[0].text


def test_the_table_the_figure_and_the_section(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown.figure() == shown.figure()
    assert [row[0] for row in shown.table().rows] == list(RUNGS)
    main(["bounds", "--ladder"])
    assert "tokens lost           <= 2.728" in capsys.readouterr().out
    with pytest.raises(SystemExit) as end:
        main(["bounds", "--ladder", "--alpha", "1/2"])
    assert end.value.code == 2
