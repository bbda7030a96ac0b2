"""The curves of the report: suprema where theory puts them, points on worst cases."""

from fractions import Fraction

import pytest

from kvratio.reports.sections import _points, curves
from kvratio.reports.sections._points import endless_points, two_length_points, worst_shares
from kvratio.reports.studies.convergence import Size
from kvratio.theory.forms import A_MIN, H_SF, ratio
from kvratio.theory.lengths import geometric
from kvratio.theory.ratios import built


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("SIZE", Size(60, 5)), ("SEEDS", 2), ("ALPHAS", (Fraction(1, 4),))):
        monkeypatch.setattr(_points, name, value)
    monkeypatch.setattr(_points, "QS", (Fraction(1, 2),))


@pytest.mark.parametrize("low", [2, 5, 10])
def test_the_worst_mixture_comes_close_to_the_closed_form(low: int) -> None:
    """P Theorem 6 without prompts: (3 - alpha)/2, reached at x_l/x_u = 1/alpha."""
    shares = worst_shares(A_MIN, low, 20)
    supremum = (3 - Fraction(low, 20)) / 2
    found = ratio(A_MIN, H_SF, shares, 0)
    assert supremum * Fraction(999, 1000) < found <= supremum


@pytest.mark.usefixtures("small")
def test_points_carry_the_ratio_of_their_forms_and_an_interval() -> None:
    heard: list[str] = []
    points = two_length_points(heard.append)
    assert {p.policy for p in points} == {"a-max", "a-min", "a-min-thinned", "a-l", "slicing"}
    assert all(p.half_width >= 0 and p.mean > 0.3 and p.x == Fraction(1, 4) for p in points)
    assert heard
    a_l = next(p for p in points if p.policy == "a-l")
    alpha = Fraction(1, 4)
    assert float(a_l.form) == pytest.approx(1 + alpha / (2 * (1 - alpha)), rel=1e-3)


@pytest.mark.usefixtures("small")
def test_endless_lengths_are_cut_where_hardly_any_are_left() -> None:
    points = endless_points("geometric", geometric, lambda _: None)
    assert {p.lengths for p in points} == {"geometric, q = 0.5, cut at 14"}
    assert Fraction(1, 2) ** 14 < Fraction(1, 10**4) <= Fraction(1, 2) ** 13


def test_curves_of_two_lengths_and_their_suprema() -> None:
    names = ("two_point", "promotion", "random_order")
    bounds = {bound.id: bound for name in names for bound in built(f"kvratio.theory.ratios.{name}")}
    plot = curves._against_alpha(bounds, [])
    by_label = {c.label: c for c in plot.curves}
    a_min = by_label[_points.A_MIN_CURVE]
    assert a_min.ys == pytest.approx([(3 - x) / 2 for x in a_min.xs])
    assert (a_min.peak, a_min.obtained) == ((0.0, 1.5), "derived")
    assert by_label[_points.A_L_CURVE].peak == (1.0, 3.0)
    assert by_label[_points.A_MAX_CURVE].peak is None  # it has no bound
    assert "A_min, s = 0: at most 1.5, near 0" in plot.figure.text
    with_prompts = curves._against_alpha_and_prompt(bounds)
    assert [c.peak for c in with_prompts.curves] == [(0.0, 1.5), None, None, None, None]
    last = with_prompts.curves[-1]
    assert last.ys == pytest.approx([(1 + x**-0.5) / 2 for x in last.xs])
