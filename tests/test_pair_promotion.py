"""Two lengths: A_l with the better of its thresholds, and the cells with prompts."""

import doctest
from fractions import Fraction

import pytest

import kvratio.theory.ratios.pair_promotion as pair
from kvratio.theory.bound import Bound
from kvratio.theory.forms import A_MIN, AREA, H_SF, OWN, SLOTS, Form, promotion, ratio
from kvratio.theory.ratios import pair_others
from kvratio.theory.ratios.pair_promotion import OWN as BOTH_OWN
from kvratio.theory.ratios.pair_promotion import never_above, shape

RESULTS: dict[str, Bound] = {row.id: row for m in (pair, pair_others) for row in m.bounds()}
LONG = [Fraction(k, 40) for k in range(1, 41)]
LONG += [Fraction(1, 40 * k) for k in (2, 3, 4, 5, 7, 10, 14, 20, 28, 40, 57, 74)]


def test_examples_of_the_documentation() -> None:
    assert doctest.testmod(pair).failed == 0


def worst(form: Form, bench: Form, l: int, u: int, s: int) -> float:  # noqa: E741
    return max(float(ratio(form, bench, {l: 1 - y, u: y}, s, (l, u))) for y in LONG)


def best(reading: str, bench: Form, l: int, u: int, s: int) -> float:  # noqa: E741
    """The best of all thresholds between l and u, for the worst share: l or u wins."""
    found = {m: worst(promotion(m, reading, reading), bench, l, u, s) for m in {l, l + 1, u - 1, u}}
    assert min(found.values()) == min(found[l], found[u])
    return min(found.values())


@pytest.mark.parametrize("reading", [OWN, SLOTS])
@pytest.mark.parametrize(("bench", "name"), [(H_SF, "H-SF"), (AREA, "area")])
def test_the_better_threshold_never_exceeds_its_supremum(reading, bench, name) -> None:
    for case in ("s=0", "s=l"):
        every = RESULTS.get(f"two-point/A_l {reading}, {reading}/{name}/all prompts")
        row = every or RESULTS[f"two-point/A_l {reading}, {reading}/{name}/{case}"]
        found = [
            best(reading, bench, 30, u, 30 if case == "s=l" else 0)
            for u in (33, 45, 49, 60, 65, 71, 78, 90, 150, 900)
        ]
        assert max(found) <= float(row.value) + 1e-9
        assert max(found) >= 0.95 * float(row.value)  # finite l, a coarse grid of u


def test_at_own_lengths_three_halves_for_every_prompt() -> None:
    row = RESULTS[f"two-point/A_l {BOTH_OWN}/H-SF/all prompts"]
    for s in (0, 1, 7, 100, 10**5):
        for u in (11, 14, 20, 35, 41, 80):
            found, claimed = (
                best(OWN, H_SF, 10, u, s),
                float(row.at({"l": 10, "u": u, "s": s}).value),
            )
            assert found <= claimed + 1e-9 <= 1.5 + 2e-9
            assert found == pytest.approx(claimed, rel=0.02)


def test_a_min_with_a_prompt_as_long_as_the_short_output() -> None:
    for name, bench in (("H-SF", H_SF), ("area", AREA)):
        value = float(RESULTS[f"two-point/A_min/{name}/s=l"].value)
        found = [worst(A_MIN, bench, 40, 40 * a, 40) for a in (2, 10, 100, 400)]
        assert found == sorted(found)
        assert value - 0.05 < found[-1] < value


def test_a_bound_that_is_too_small_is_refused() -> None:
    top, bottom = shape(A_MIN, "s=l"), shape(AREA, "s=l")
    limit = Fraction(RESULTS["two-point/A_min/area/s=l"].value)
    for shift, holds in ((Fraction(1, 10**6), True), (Fraction(-1, 10**6), False)):
        assert never_above(limit + shift, top, bottom, Fraction(0), Fraction(1)) is holds
