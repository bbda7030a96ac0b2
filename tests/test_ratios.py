"""The closed forms against exact evaluation, brute force over lengths, and forged derivations."""

import doctest
import importlib
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import sympy

from kvratio.theory.bound import (
    Bound,
    DerivationError,
    certified,
    cited,
    identity,
    nonnegative,
    numeric,
    positive_between,
    words,
)
from kvratio.theory.checks import InputError
from kvratio.theory.forms import (
    A_L,
    A_MAX,
    A_MIN,
    A_MIN_STAGGERED,
    A_RANDOM,
    AREA,
    H_SF,
    Form,
    ratio,
    slicing,
)
from kvratio.theory.formula import Formula, digits
from kvratio.theory.matrices import matrix_float
from kvratio.theory.ratios import (
    endless,
    promotion,
    random_order,
    two_point,
)
from kvratio.theory.ratios.binary import Binary, larger_root, lemma_bound
from kvratio.theory.ratios.logs import log_bounds, log_sign
from kvratio.theory.ratios.random_order import completing_squares
from kvratio.theory.ratios.series import close, q, s
from tests.closed_forms import at, results

PACKAGE = "kvratio.theory.ratios"
MODULES = [
    "",
    "uniform",
    "lacunary",
    "binary",
    "two_point",
    "promotion",
    "random_order",
    "series",
    "logs",
    "endless",
    "prompts",
]
POINTS = [(1, 2, 0), (1, 10, 0), (2, 5, 1), (3, 40, 7), (1, 30, 200), (6, 7, 2)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_the_documentation(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"{PACKAGE}.{name}".rstrip("."))).failed == 0


def test_every_result_has_its_own_name_and_its_checks() -> None:
    assert results(), "and no two of one name: `results` would raise"
    for bound in results().values():
        kinds = {step.kind for step in bound.steps}
        assert bound.obtained == "numeric" or kinds & {"derived", "certified"}, bound.id
        assert ("numeric" in kinds) == (bound.obtained == "numeric"), bound.id


# two lengths: the closed forms are the maxima of the exact forms


def best_over_shares(form: Form, benchmark: Form, l: int, u: int, prompt: int) -> float:  # noqa: E741
    """Maximum over a fine grid of shares of long requests, exact at every point of the grid."""
    long = [Fraction(1)] + [Fraction(k, 200) for k in range(1, 200)]
    long += [Fraction(1, k) for k in range(220, 30000, 600)]
    return max(float(ratio(form, benchmark, {l: 1 - y, u: y}, prompt, (l, u))) for y in long)


TWO_POINT = {
    "two-point/A_min/H-SF": (A_MIN, H_SF),
    "two-point/A_min/area": (A_MIN, AREA),
    "two-point/A_l/H-SF": (A_L, H_SF),
    "two-point/A_l/area": (A_L, AREA),
    "two-point/A_max/H-SF": (A_MAX, H_SF),
}


@pytest.mark.parametrize("key", TWO_POINT)
@pytest.mark.parametrize(("l", "u", "prompt"), POINTS)
def test_two_point_closed_form_is_the_maximum(key: str, l: int, u: int, prompt: int) -> None:  # noqa: E741
    claimed = at(key, l=l, u=u, s=prompt)
    found = best_over_shares(*TWO_POINT[key], l, u, prompt)
    assert found <= claimed + 1e-11  # the value is printed to 12 digits
    assert found == pytest.approx(claimed, rel=2e-3)  # the grid's resolution


@pytest.mark.parametrize(("l", "u", "prompt"), POINTS)
def test_slicing_on_two_lengths(l: int, u: int, prompt: int) -> None:  # noqa: E741
    for key, benchmark in (("two-point/slicing/area", AREA), ("two-point/slicing/H-SF", H_SF)):
        claimed = at(key, l=l, u=u, s=prompt)
        found = best_over_shares(slicing((l, u)), benchmark, l, u, prompt)
        assert found <= claimed + 1e-11
        assert found == pytest.approx(claimed, rel=2e-3)


@pytest.mark.parametrize("benchmark", [H_SF, AREA])
def test_staggered_a_min_on_two_lengths(benchmark: Form) -> None:
    formula, _ = lemma_bound(A_MIN_STAGGERED, benchmark, prompt=0)
    for l, u in ((1, 2), (1, 20), (3, 7)):  # noqa: E741
        claimed = float(formula.at({"l": l, "u": u}))
        found = best_over_shares(A_MIN_STAGGERED, benchmark, l, u, 0)
        assert found <= claimed + 1e-11
        assert found == pytest.approx(claimed, rel=2e-3)


def test_special_cases_agree_with_the_general_formula() -> None:
    for l, u in ((1, 100), (3, 4), (2, 5), (5, 9)):  # noqa: E741
        alpha = Fraction(l, u)
        for policy in ("A_min", "A_l"):
            key = f"two-point/{policy}/H-SF"
            assert at(f"{key}/s=0", alpha=alpha) == pytest.approx(at(key, l=l, u=u, s=0))
            far = at(key, l=l, u=u, s=10**12)
            assert at(f"{key}/long prompts", alpha=alpha) == pytest.approx(far, rel=1e-9)
        worst = at("two-point/A_min/H-SF/worst prompt", alpha=alpha)
        tried = [at("two-point/A_min/H-SF", l=l, u=u, s=p) for p in (0, 1, 2, 5, 9, 100, 10**9)]
        assert max(tried) <= worst + 1e-11


def test_the_numbers_of_the_notes() -> None:
    """l = 1, u = 100: what Lemma 2 gives where P's Theorem 6 says 1.495."""
    shown = {0: 1.495, 1: 1.69, 10: 2.53, 100: 4.30, 1000: 5.31}
    for prompt, value in shown.items():
        assert at("two-point/A_min/H-SF", l=1, u=100, s=prompt) == pytest.approx(value, abs=0.005)


def test_the_switch_is_where_the_two_ratios_meet() -> None:
    alpha_0 = (3 - 5**0.5) / 2
    assert float(results()["two-point/switch/s=0"].value) == pytest.approx(alpha_0)
    b = Fraction(9, 5)  # a = b^2; the prompt at which the two meet
    sigma = (b**2 - b - 1) * (b**2 - b + 1) / (b * (2 - b))
    l = 25 * sigma.denominator  # noqa: E741
    u, prompt = l * b**2, l * sigma
    values = {"l": l, "u": u, "s": prompt}
    a_l, a_min = (at(f"two-point/{p}/H-SF", **values) for p in ("A_l", "A_min"))
    assert a_l == pytest.approx(a_min, rel=1e-11)


@pytest.mark.parametrize(
    "key",
    [
        "two-point/A_min/H-SF",
        "two-point/A_l/H-SF",
        "two-point/A_max/H-SF",
        "all lengths/A_random/H-SF",
    ],
)
def test_ratios_scale_with_lengths_and_prompt(key: str) -> None:
    for c in (2, 7):
        small, large = at(key, l=2, u=9, s=3), at(key, l=2 * c, u=9 * c, s=3 * c)
        assert small == pytest.approx(large, rel=1e-11)


# all lengths: A_max and A_random exactly


@pytest.mark.parametrize(("l", "u", "prompt"), POINTS)
@pytest.mark.parametrize(("benchmark", "name"), [(H_SF, "H-SF"), (AREA, "area")])
def test_a_max_is_attained_and_never_exceeded(
    benchmark: Form,
    name: str,
    l: int,  # noqa: E741
    u: int,
    prompt: int,
) -> None:
    claimed = at(f"all lengths/A_max/{name}", l=l, u=u, s=prompt)
    z = claimed / (prompt + u)
    slope = [prompt + (2 * k - 1 if benchmark is H_SF else k) for k in range(l + 1, u + 1)]
    tails = [1.0] + [1 / (2 * z * w) for w in slope] + [0.0]
    assert all(x >= y for x, y in pairwise(tails))
    exact = [Fraction(x).limit_denominator(10**9) for x in tails]
    witness = {l + n: exact[n] - exact[n + 1] for n in range(len(exact) - 1)}
    assert float(ratio(A_MAX, benchmark, witness, prompt, (l, u))) == pytest.approx(
        claimed, rel=1e-7
    )
    rng = np.random.default_rng(3)
    top, bottom = matrix_float(A_MAX, prompt, l, u), matrix_float(benchmark, prompt, l, u)
    for _ in range(300):
        x = rng.dirichlet(np.full(u - l + 1, rng.choice([0.05, 0.3, 1.0])))
        assert x @ top @ x <= claimed * (x @ bottom @ x) * (1 + 1e-9)


@pytest.mark.parametrize(("benchmark", "name"), [(H_SF, "H-SF"), (AREA, "area")])
def test_a_random_has_its_worst_case_on_two_lengths(benchmark: Form, name: str) -> None:
    rng = np.random.default_rng(5)
    for l, u, prompt in POINTS:  # noqa: E741
        claimed = at(f"all lengths/A_random/{name}", l=l, u=u, s=prompt)
        found = best_over_shares(A_RANDOM, benchmark, l, u, prompt)
        assert found == pytest.approx(claimed, rel=2e-3)
        top, bottom = matrix_float(A_RANDOM, prompt, l, u), matrix_float(benchmark, prompt, l, u)
        for _ in range(200):
            x = rng.dirichlet(np.full(u - l + 1, rng.choice([0.05, 0.3, 1.0])))
            assert x @ top @ x <= claimed * (x @ bottom @ x) * (1 + 1e-9)


def test_theorem_2_is_refuted_and_theorem_1_holds() -> None:
    for u in (2, 10, 100, 10_000):
        exact = at("all lengths/A_max/H-SF", l=1, u=u, s=0)
        printed_below = u * (1 + u**0.5) / 2
        assert exact < printed_below
        assert exact <= at("all lengths/A_max/H-SF/s=0", alpha=Fraction(1, u)) + 1e-9
        assert exact <= u * (1 + u) / 2
    # the paper's own instance: alpha = 1/100, a/b = 1/10, that is x_l / x_u = 10
    own = ratio(A_MAX, H_SF, {1: 10, 100: 1}, 0)
    assert own == Fraction(3025, 253)
    assert own < 12 < 550


def test_h_sf_is_twice_the_fluid_optimum_at_most() -> None:
    for l, u, prompt in POINTS:  # noqa: E741
        claimed = at("all lengths/H-SF/area", u=u, s=prompt)
        assert float(ratio(H_SF, AREA, {u: 1}, prompt)) == pytest.approx(claimed)
        mixed = {k: Fraction(1, k) for k in range(l, u + 1)}
        assert float(ratio(H_SF, AREA, mixed, prompt)) <= claimed


def test_the_bound_for_any_lengths_holds_on_random_histograms() -> None:
    rng = np.random.default_rng(11)
    for _ in range(200):
        u = int(rng.integers(2, 40))
        x = rng.dirichlet(np.full(u, rng.choice([0.05, 0.5])))
        k = np.arange(1, u + 1.0)
        tails = np.cumsum(x[::-1])[::-1]
        first, second = (tails**2).sum(), ((2 * k - 1) * tails**2).sum()
        bound = max(x @ k / first, (x @ k) ** 2 / second)
        prompt = float(rng.choice([0, 1, 10, 1000]))
        top, bottom = matrix_float(A_MIN, prompt, 1, u), matrix_float(H_SF, prompt, 1, u)
        assert x @ top @ x <= bound * (x @ bottom @ x) * (1 + 1e-9)


# the checks themselves can fail


@pytest.mark.parametrize(
    "forged",
    [
        lambda: identity("3/2 for every prompt", two_point.RHO[1], sympy.Integer(2)),
        lambda: nonnegative("1 - x", 1 - sympy.Symbol("x"), sympy.Symbol("x")),
        lambda: nonnegative("1/(1 - x)", 1 / (1 - sympy.Symbol("x")), sympy.Symbol("x")),
        lambda: positive_between("a root inside", (q - sympy.Rational(1, 2)) ** 2, q, 0, 1),
        lambda: positive_between("negative", -1 - q, q, 0, 1),
        lambda: certified("no", lambda: False),
        lambda: log_sign("ln(1+q) > q", -q, sympy.Integer(1), 0, 1, log_bounds(2)),
        lambda: close(A_MIN, 1 - q, s).over(close(A_MIN, 1 - q, s)),
        lambda: close(A_MIN_STAGGERED, 1 - q, sympy.Integer(1)),
    ],
)
def test_a_false_step_is_refused(forged: Callable[[], object]) -> None:
    with pytest.raises((DerivationError, sympy.PolynomialError)):
        forged()


def test_a_wrong_form_breaks_its_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were A_min's class rule another one, Theorem 6 would not come out."""
    monkeypatch.setattr(two_point, "A_MIN", A_RANDOM)
    with pytest.raises(DerivationError):
        two_point.a_min_against_h_sf()
    monkeypatch.setattr(promotion, "A_L", H_SF)
    with pytest.raises(DerivationError):
        promotion.a_l()
    monkeypatch.setattr(random_order, "A_MAX", A_RANDOM)
    with pytest.raises(DerivationError):
        random_order.bounds()
    monkeypatch.setattr(endless, "A_MIN", A_MIN_STAGGERED)
    with pytest.raises(DerivationError):
        endless.no_prompt(endless.LINEAR)


NOTHING = Bound(
    id="nothing",
    statement="",
    policy="",
    family="",
    benchmark="",
    closed_form="",
    value="",
    attained="",
    source="",
)


def test_how_a_result_was_obtained_follows_from_its_steps() -> None:
    def made(*steps: object) -> str:
        return replace(NOTHING, steps=steps).obtained

    derived, exact = identity("1 = 1", 1, 1), certified("yes", lambda: True)
    assert made() == made(words("only talk")) == "numeric"
    assert made(derived, words("talk")) == "derived"
    assert made(derived, exact) == "certified"
    assert made(derived, exact, numeric("search")) == "numeric"
    assert made(derived, numeric("search"), cited("a paper")) == "cited"


def test_formulas_ask_for_their_parameters() -> None:
    u, r = sympy.symbols("u r")
    bound = replace(
        NOTHING, closed_form="sqrt(u) + 1", formula=Formula(r + 1, ((r, sympy.sqrt(u)),))
    )
    assert bound.at({"u": 4}).value == digits(sympy.Integer(3))
    with pytest.raises(InputError, match="'u'"):
        bound.at({"l": 1})
    assert completing_squares()[0].kind == "derived"
    assert larger_root(Binary(1, 1, 1), Binary(1, 0, 1)) == 2
