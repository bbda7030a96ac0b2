"""Endless families: closed sums against truncated exact sums and a proven tail."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import sympy

from kvratio.theory.forms import (
    A_MIN,
    A_MIN_STAGGERED,
    AREA,
    H_SF,
    Form,
    geometric_caps,
    ratio,
    slicing,
    tel,
)
from kvratio.theory.formula import digits
from kvratio.theory.lengths import geometric, linear_geometric
from kvratio.theory.matrices import matrix_float
from kvratio.theory.ratios import (
    endless,
    lacunary,
    prompts,
)
from kvratio.theory.ratios.series import close, logarithms, q, tail_sum
from tests.closed_forms import at, results


def truncated(form: Form, family: str, at_q: Fraction, prompt: int, n: int) -> Fraction:
    lengths = {"geometric": geometric, "linear geometric": linear_geometric}[family](at_q)
    return tel(form, {k: lengths.pmf(k) for k in range(1, n + 1)}, prompt, (1, n))


def tail_bound(family: str, at_q: Fraction, prompt: int, n: int) -> Fraction:
    """Every form here has Q_ij <= 3 (i + s) j for i <= j: the pairs with j > n add at most

    6 (E[o] + s) * sum_{j > n} j x_j, and that sum is closed by `tail_sum`.
    """
    lengths = {"geometric": geometric, "linear geometric": linear_geometric}[family](at_q)
    i = sympy.Symbol("i", positive=True)
    weight = {"geometric": 1 - q, "linear geometric": i * (1 - q) ** 2}[family]
    beyond = (q**n * tail_sum(sympy.expand(i * weight), q).subs(i, n + 1)).subs(
        q, sympy.Rational(at_q.numerator, at_q.denominator)
    )
    return 6 * (lengths.mean + prompt) * Fraction(int(beyond.p), int(beyond.q))


@pytest.mark.parametrize("family", ["geometric", "linear geometric"])
@pytest.mark.parametrize(
    ("form", "prompt"),
    [(A_MIN, 0), (A_MIN, 1), (A_MIN, 4), (A_MIN_STAGGERED, 0), (H_SF, 0), (H_SF, 4), (AREA, 3)],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_sums_to_infinity(family: str, form: Form, prompt: int) -> None:
    at_q, n = Fraction(1, 2), 70
    partial = truncated(form, family, at_q, prompt, n)
    rest = tail_bound(family, at_q, prompt, n)
    i = sympy.Symbol("i", positive=True)
    weight = {"geometric": 1 - q, "linear geometric": i * (1 - q) ** 2}[family]
    closed = close(form, weight, prompt)
    logs = logarithms(prompt)
    value = closed.rational + closed.f1 * logs[0] + closed.f2 * logs[1]
    exact = sympy.N(value.subs(q, sympy.Rational(1, 2)), 40)
    gap = exact - sympy.Rational(partial.numerator, partial.denominator)
    assert -sympy.Float("1e-30") <= gap <= sympy.Rational(rest.numerator, rest.denominator)
    assert rest < Fraction(1, 10**12)


def test_coefficients_stay_below_the_tail_bound_s_assumption() -> None:
    for form, prompt in product((A_MIN, A_MIN_STAGGERED, H_SF, AREA), (0, 2, 50)):
        big = matrix_float(form, prompt, 1, 40)
        k = np.arange(1, 41)
        limit = 3 * (np.minimum.outer(k, k) + prompt) * np.maximum.outer(k, k)
        assert (big <= limit).all()


def test_a_prompt_that_is_not_whole_uses_the_hypergeometric_sum() -> None:
    half = sympy.Rational(1, 2)
    direct = sum(sympy.Rational(1, 3) ** i / (half + i) for i in range(1, 80))
    assert abs(sympy.N(logarithms(half)[0].subs(q, sympy.Rational(1, 3)) - direct, 30)) < 1e-28


@pytest.mark.parametrize("family", ["geometric", "linear geometric"])
@pytest.mark.parametrize("benchmark", ["H-SF", "area"])
def test_closed_forms_rise_to_their_supremum(family: str, benchmark: str) -> None:
    bound = results()[f"{family}/A_min/{benchmark}/s=0"]
    values = [float(bound.at({"q": Fraction(k, 40)}).value) for k in range(1, 40)]
    assert values == sorted(values)
    assert values[-1] < float(bound.value)


def test_uniform_lengths() -> None:
    for key, form, benchmark in (
        ("uniform/A_min/H-SF/s=0", A_MIN, H_SF),
        ("uniform/staggered A_min/area/s=0", A_MIN_STAGGERED, AREA),
    ):
        top = Fraction(results()[key].value).limit_denominator(1000)
        for u in (1, 2, 7, 30):
            exact = ratio(form, benchmark, dict.fromkeys(range(1, u + 1), 1), 0)
            assert at(key, u=u) == pytest.approx(float(exact), rel=1e-11)
            assert exact < top


@pytest.mark.parametrize("family", endless.FAMILIES, ids=lambda family: family.name)
def test_slicing_on_endless_lengths(family: endless.Family) -> None:
    at_q = Fraction(7, 10)
    exact = truncated(slicing(geometric_caps(200)), family.name, at_q, 0, 200)
    assert float(lacunary.slicing_value(family)(0.7)) == pytest.approx(float(exact), rel=1e-12)


def test_limits_of_the_families() -> None:
    assert results()["geometric/A_min/H-SF/s=0"].value == digits(10 - 12 * sympy.log(2))
    assert results()["linear geometric/A_min/H-SF/s=0"].value == digits(sympy.Rational(14, 9))
    assert results()["geometric/A_min/H-SF/long prompts"].value == digits(sympy.Integer(2))
    assert results()["linear geometric/A_min/H-SF/long prompts"].value == digits(
        sympy.Rational(8, 5)
    )


def test_prompts_exceed_the_constants_that_the_paper_prints() -> None:
    assert float(results()["geometric/A_min/H-SF/s=1"].value) > 1.7
    assert float(results()["linear geometric/A_min/H-SF/s=1"].value) > 14 / 9
    for family in ("geometric", "linear geometric"):
        ceiling = float(results()[f"{family}/A_min/H-SF/all prompts"].value)
        for prompt in prompts.S_VALUES:
            assert float(results()[f"{family}/A_min/H-SF/s={prompt}"].value) < ceiling
