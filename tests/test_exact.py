"""The checker's arithmetic against sympy, brute force, and definitions written otherwise."""

from fractions import Fraction
from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from kvratio.proofs_check import fluid, interval, two_point
from kvratio.proofs_check.certificate import CertificateError
from kvratio.proofs_check.claims import figure_3_geometric, mc_sf_study, t8_linear_geometric
from kvratio.proofs_check.evidence import quadratic
from kvratio.proofs_check.greedy import greedy
from kvratio.proofs_check.optimality import _weights
from kvratio.proofs_check.polynomial import (
    Poly,
    evaluate,
    number,
    positive_between,
    roots_between,
    telescopes,
    variables,
)
from kvratio.proofs_check.series import cleared, tail, total
from kvratio.proofs_check.verdict import Bearing, Finding, Rigour, Verdict, judge
from kvratio.theory.checks import InputError
from kvratio.theory.forms import (
    A_L,
    A_MAX,
    A_MIN,
    A_MIN_STAGGERED,
    A_RANDOM,
    AREA,
    H_SF,
    slicing,
    tel,
)
from kvratio.theory.model import Instance, verify

X = sympy.Symbol("x")
coefficients = st.lists(st.integers(-5, 5), min_size=1, max_size=6)


def poly(values: list[int], name: str = "x") -> Poly:
    (x,) = variables(name)
    return sum((c * x**e for e, c in enumerate(values)), Poly({}))


def as_sympy(p: Poly) -> Any:
    return sympy.Integer(0) + sum(
        sympy.Rational(c.numerator, c.denominator) * sympy.prod(sympy.Symbol(v) ** e for v, e in m)
        for m, c in p.terms.items()
    )


@settings(max_examples=30)
@given(coefficients, coefficients, coefficients)
def test_ring_operations_agree_with_sympy(a: list[int], b: list[int], c: list[int]) -> None:
    x, y = poly(a), poly(b, "y")
    mine = x * y - (poly(c) + 1) ** 2 / 3
    theirs = as_sympy(x) * as_sympy(y) - (as_sympy(poly(c)) + 1) ** 2 / 3
    assert sympy.expand(as_sympy(mine) - theirs) == 0
    assert sympy.expand(as_sympy(mine.put(x=y)) - theirs.subs(X, as_sympy(y))) == 0


@given(coefficients, st.integers(-4, 4), st.integers(1, 5))
def test_sturm_agrees_with_sympy(values: list[int], low: int, width: int) -> None:
    p = poly(values).coefficients()
    ends = Fraction(2 * low - 1, 3), Fraction(2 * low - 1, 3) + width
    if not p or 0 in [evaluate(p, end) for end in ends]:
        return
    theirs = sympy.Poly(as_sympy(poly(values)), X).count_roots(*ends)
    assert roots_between(p, *ends) == theirs
    assert positive_between(p, *ends) == (theirs == 0 and evaluate(p, ends[0]) > 0)


@pytest.mark.parametrize(
    ("values", "positive"),
    [([0, 1, -1], True), ([0, 1, -2], False), ([1, -4, 4], False), ([0, 0, 1], True)],
)
def test_positive_between_0_and_1(values: list[int], positive: bool) -> None:
    p = poly(values).coefficients()
    assert positive_between(p, Fraction(0), Fraction(1)) is positive


def test_misuse_is_noticed() -> None:
    x, y = variables("x y")
    with pytest.raises(ValueError, match="one variable"):
        (x * y).coefficients()
    with pytest.raises(ValueError, match="not a number"):
        number(x)
    with pytest.raises(ValueError, match="is a root"):
        roots_between([Fraction(0), Fraction(1)], Fraction(0), Fraction(1))
    with pytest.raises(ValueError, match="x\\^3"):
        cleared(x**3, "x", 2, y)


def test_false_sums_and_squares_are_rejected() -> None:
    assert not telescopes(lambda m: m**2 + 1, lambda k: 2 * k - 1)  # wrong at 0
    assert not telescopes(lambda m: m**2, lambda k: 2 * k)
    assert quadratic("indefinite", 1, -3, 1).outcome is Bearing.FAILED
    assert quadratic("negative", 1, 0, -1).outcome is Bearing.FAILED


@given(coefficients, st.integers(1, 4))
def test_series_agree_with_partial_sums(values: list[int], k: int) -> None:
    z = Fraction(1, 7)
    at = {"z": z, "r": 1 / (1 - z)}
    zz, r = variables("z r")
    p = poly(values, "k")
    partial = sum(evaluate(p.coefficients(), Fraction(i)) * z ** (i - 1) for i in range(k, 60))
    exact = number(tail(p, zz, r).put(k=k, **at)) * z ** (k - 1)
    assert abs(exact - partial) < Fraction(1, 10**30)
    assert number(total(p, zz, r).put(**at)) == number(tail(p, zz, r).put(k=1, **at))


small = st.integers(0, 6)


@given(small, st.integers(1, 5), small, small, small)
def test_two_point_forms_are_the_class_sums(s: int, low: int, d: int, x: int, y: int) -> None:
    p = two_point.Pair(*(Poly.of(v) for v in (s, low, d + 1, x, y)))
    shares, within = {low: x, low + d + 1: y}, (low, low + d + 1)
    forms = {
        "h-sf": two_point.h_sf(p),
        "a-l": two_point.a_l(p),
        "a-max": two_point.a_max(p),
        "a-random": two_point.a_random(p),
        "a-min": two_point.a_min_times_slot(p) / (s + low + d + 1),
    }
    for policy, form in forms.items():
        assert fluid.latency(policy, shares, s, within) == number(form)


@given(st.dictionaries(st.integers(2, 9), st.integers(1, 9), min_size=2, max_size=5), small)
def test_the_forms_agree_with_the_producers_forms(shares: dict[int, int], s: int) -> None:
    """Two derivations, `proofs_check.fluid` and `theory.forms`, that share no line."""
    within = (min(shares), max(shares))
    theirs = {
        "h-sf": H_SF,
        "area": AREA,
        "a-random": A_RANDOM,
        "a-max": A_MAX,
        "a-min": A_MIN,
        "a-min-staggered": A_MIN_STAGGERED,
    }
    exact = {k: Fraction(v) for k, v in shares.items()}
    for policy, form in theirs.items():
        assert fluid.latency(policy, shares, s, within) == tel(form, exact, Fraction(s), within)
    caps = (1, 3, 9)
    assert fluid.latency("slicing", shares, s, within, caps) == tel(
        slicing(caps), exact, Fraction(s), within
    )
    pair = {k: exact[k] for k in within}
    assert fluid.latency("a-l", pair, s, within) == tel(A_L, pair, Fraction(s), within)


@pytest.mark.parametrize(
    ("case", "named"),
    [
        (("a-mim", [1, 2], 0, (1, 2)), "policy"),
        (("", [1, 2], 0, (1, 2)), "policy"),
        (("A_min", [1, 2], 0, (1, 2)), "policy"),
        (("a-min", [], 0, (1, 2)), "lengths"),
        (("a-min", [1, 3], 0, (1, 2)), "lengths"),
        (("a-min", [1, 2], 0, (2, 3)), "lengths"),
        (("a-min", [0, 2], 0, (0, 2)), "lengths"),
        (("h-sf", [2, 2], 0, (1, 2)), "lengths"),
        (("a-l", [1, 2, 3], 0, (1, 3)), "lengths"),
        (("a-min", [1, 2], 0, (1, 2), (1, 2)), "caps"),
        (("slicing", [1, 2], 0, (1, 2)), "caps"),
        (("slicing", [1, 2], 0, (1, 2), (1,)), "caps"),
        (("slicing", [1, 2], 0, (1, 2), (2, 1, 2)), "caps"),
        (("slicing", [1, 2], 0, (1, 2), (0, 2)), "caps"),
    ],
)
def test_the_judge_guesses_no_form(case: Any, named: str) -> None:
    with pytest.raises(InputError, match=f"^{named}: expected "):
        list(fluid.stages(*case))


def test_every_dispatch_of_the_judge_is_total() -> None:
    with pytest.raises(CertificateError, match="unknown cut"):
        _weights(("gpa", 1, 2, 3), 0, 2, 4, 2)
    for model in (0, 3):
        with pytest.raises(InputError, match="1 or 2"):
            mc_sf_study.draw(model, 0)


def test_an_unknown_word_is_refused_before_the_first_stage() -> None:
    with pytest.raises(InputError, match="nearest: a-min"):
        fluid.stages("a-mim", [1, 2], 0, (1, 2))
    with pytest.raises(InputError, match=r"^policy"):
        fluid.latency("a-mim", {1: 1, 2: 1})
    with pytest.raises(InputError, match=r"^policy"):
        fluid.ratio("a-min", "h_fs", {1: 1, 2: 1})


@pytest.mark.parametrize("q", [Fraction(1, 4), Fraction(1, 2)])
def test_closed_forms_agree_with_partial_sums(q: Fraction) -> None:
    terms = range(1, 80)
    geometric = fluid.ratio("a-min", "h-sf", {k: q ** (k - 1) for k in terms})
    box = interval.ARITHMETICS[0].box(q, q)
    assert abs(float(figure_3_geometric.closed_form(box)) - geometric) < 1e-12
    linear = fluid.ratio("a-min", "h-sf", {k: k * q ** (k - 1) for k in terms})
    top, bottom = (evaluate(p.coefficients(), q) for p in t8_linear_geometric.printed())
    assert abs(top / bottom - linear) < 1e-12


@pytest.mark.parametrize("arithmetic", interval.ARITHMETICS, ids=lambda a: a.name)
def test_boxes_enclose(arithmetic: interval.Arithmetic) -> None:
    third = Fraction(1, 3)
    box = arithmetic.box(third, third)
    assert not arithmetic.below(3 * box, box - box + 1)
    assert not arithmetic.below(box - box + 1, 3 * box)
    across_zero = 1 / arithmetic.box(Fraction(-1), Fraction(1))
    assert not arithmetic.below(across_zero, box)
    assert not arithmetic.below(box, across_zero)


def test_false_inequalities_are_not_proved() -> None:
    one = Fraction(1)
    assert interval.below(lambda x: x * (1 - x), lambda x: x - x + 1 / 4, 0 * one, one) is None
    assert interval.below(lambda x: 1 / x, lambda x: x - x + 10, 0 * one, one) is None
    assert interval.below(lambda x: x, lambda x: x, one, one) is None


def test_one_implementation_alone_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    liar = interval.Arithmetic("liar", interval.ARITHMETICS[0].box, lambda _x, _y: True)
    monkeypatch.setattr(interval, "ARITHMETICS", (liar, interval.ARITHMETICS[1]))
    assert interval.below(lambda x: x, lambda x: x - 1, Fraction(0), Fraction(1)) is None


def test_the_middle_proves_a_box_with_the_slopes_only() -> None:
    def dip(x: Any) -> Any:  # 0 in the middle, 1 at both ends
        return (2 * x - 1) * (2 * x - 1)

    zero, one = Fraction(0), Fraction(1)
    assert interval.below(dip, lambda x: x - x + 1 / 2, zero, one) is None
    # x - x is wide on a wide box: without the slopes, hundreds of boxes
    found = interval.below(lambda x: x * x * x - x * x, lambda x: x - x + 1 / 1000, zero, one)
    assert found is not None
    assert max(found.values()) < 64


@given(st.fractions(min_value="1/8", max_value=1))
def test_slopes_agree_with_sympy(q: Fraction) -> None:
    def f(x: Any) -> Any:
        return (1 - x) / (x * x + 1) + 2 / x - 3 * x

    point = sympy.Rational(q.numerator, q.denominator)
    for mine, theirs in (
        (interval.slope(f)(q), sympy.diff(f(X), X)),
        (interval.slope(interval.slope(f))(q), sympy.diff(f(X), X, 2)),
    ):
        assert theirs.subs(X, point) == sympy.Rational(mine.numerator, mine.denominator)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=6), st.integers(0, 2))
def test_greedy_keeps_the_model(outputs: list[int], prompt: int) -> None:
    instance = Instance.of(8, outputs, prompt=prompt, interval=(1, 6))
    for assumed in (instance.output, instance.upper):
        verify(greedy(instance, assumed), instance)


KINDS = {kind: Finding(kind, Bearing.STEP, "") for kind in Rigour}
HOLDS, FAILS = (
    Finding(Rigour.SAMPLE, outcome, "") for outcome in (Bearing.HOLDS_HERE, Bearing.FAILS_HERE)
)
FAILED, AGAINST = (
    [Finding(kind, outcome, "") for kind in Rigour] for outcome in (Bearing.FAILED, Bearing.AGAINST)
)


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        ([], Verdict.OPEN),
        ([Finding(Rigour.EXACT, Bearing.WITHSTOOD, "")], Verdict.OPEN),
        ([Finding(Rigour.CITED, Bearing.STEP, "")], Verdict.CITED),
        ([Finding(k, Bearing.STEP, "") for k in Rigour], Verdict.CITED),
        (
            [Finding(Rigour.CITED, Bearing.STEP, ""), Finding(Rigour.EXACT, Bearing.AGAINST, "")],
            Verdict.REFUTED,
        ),
        (
            [Finding(Rigour.CITED, Bearing.STEP, ""), Finding(Rigour.EXACT, Bearing.FAILED, "")],
            Verdict.OPEN,
        ),
        ([KINDS[Rigour.EXACT]], Verdict.PROVED),
        ([KINDS[Rigour.EXACT], KINDS[Rigour.INTERVAL]], Verdict.CERTIFIED),
        (list(KINDS.values())[:3], Verdict.SUPPORTED),
        ([KINDS[Rigour.EXACT], FAILED[0]], Verdict.OPEN),
        ([KINDS[Rigour.SAMPLE], FAILED[2]], Verdict.OPEN),
        ([KINDS[Rigour.EXACT], AGAINST[0]], Verdict.REFUTED),
        ([KINDS[Rigour.EXACT], AGAINST[1]], Verdict.REFUTED),
        ([KINDS[Rigour.EXACT], AGAINST[2]], Verdict.CONTRADICTED),
        ([AGAINST[2], AGAINST[0]], Verdict.REFUTED),
        ([AGAINST[2], FAILED[0]], Verdict.CONTRADICTED),
        ([HOLDS], Verdict.SUPPORTED),
        ([FAILS], Verdict.CONTRADICTED),
        ([HOLDS, FAILS], Verdict.DEPENDS),
        ([HOLDS, FAILS, FAILED[2]], Verdict.OPEN),
        ([FAILS, FAILED[2]], Verdict.OPEN),
        ([HOLDS, FAILS, AGAINST[0]], Verdict.REFUTED),
    ],
)
def test_verdicts_follow_from_findings(findings: list[Finding], verdict: Verdict) -> None:
    assert judge(findings) is verdict
