"""What is called derived is: statement, value, formula and steps of a result cannot part ways.

A mutant of any of the four is refused by the constructor of `Bound`, or by a check here that does
not look at what is published: formulas against ratios of forms at exact shares and against maxima
(by `theory.adversary`, or over two lengths by hand), values against the formula at the ends of its
domain, and the number of checks of a derivation, counted when it was written (`derivations.toml`).
"""

# the paper's letters
# ruff: noqa: E741

import re
import tomllib
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from itertools import product
from math import inf, log, sqrt
from pathlib import Path
from typing import Any

import pytest

from kvratio.theory import general, general_variants, learned, slicing, survival
from kvratio.theory.adversary import Problem, worst_case
from kvratio.theory.bound import Bound, DerivationError
from kvratio.theory.forms import (
    A_L,
    A_MAX,
    A_MIN,
    A_MIN_STAGGERED,
    A_RANDOM,
    AREA,
    H_SF,
    OWN,
    Form,
    promotion,
    ratio,
    tel,
)
from kvratio.theory.forms import slicing as slicing_with
from kvratio.theory.ratios import built
from tests.derived import at, checked, mutants, near, reaches, value

CHECKS = tomllib.loads((Path(__file__).parent / "derivations.toml").read_text())
RATIOS = "two_point promotion random_order endless prompts uniform pair_promotion pair_others"
BENCHMARKS = {"H-SF": H_SF, "area": AREA, "area bound": AREA}
NAMES = {"H-SF": "h-sf", "area": "area"}
INTERVALS = ((1, 2), (2, 9), (3, 50))
PROMPTS = (0, Fraction(7, 2), 60)
FAR = 10**9  # a prompt that is long


@cache
def rows() -> dict[str, Bound]:
    made = [bound for name in RATIOS.split() for bound in built(f"kvratio.theory.ratios.{name}")]
    made += [*general.bounds(), *general_variants.bounds(maxima=[]), *learned.bounds()]
    made += [slicing.five(), slicing.five_halves(), slicing.no_better()]
    return {bound.id: bound for bound in made}


@cache
def over_two_lengths(form: Form, bench: Form, l: int, u: int, s: Any) -> float:
    """The supremum of the ratio over x_l = t, x_u = 1, t >= 0: where its derivative vanishes."""

    def parts(one: Form) -> tuple[float, float, float]:
        short, long, both = (tel(one, x, s, (l, u)) for x in ({l: 1}, {u: 1}, {l: 1, u: 1}))
        return float(short), float(both - short - long), float(long)

    (a, b, d), (p, r, q) = parts(form), parts(bench)
    lead, middle, last = a * r - b * p, 2 * (a * q - d * p), b * q - d * r
    found = [a / p, d / q]  # t = infinity and t = 0
    square = middle**2 - 4 * lead * last
    if lead and square >= 0:
        for sign in (1, -1):
            t = (-middle + sign * sqrt(square)) / (2 * lead)
            found += [(a * t * t + b * t + d) / (p * t * t + r * t + q)] if t > 0 else []
    return max(found)


Check = Callable[[Bound], bool]


def two(form: Callable[[int, int], Form] | Form, bench: Form) -> Check:
    """The supremum over two lengths, at every interval and prompt of the formula."""

    def check(bound: Bound) -> bool:
        assert bound.formula is not None
        names = bound.formula.parameters
        long = "s -> infinity" in bound.family
        prompts = (FAR,) if long else PROMPTS if "s" in names else (0,)
        return all(
            near(
                at(bound, l=l, u=u, s=s, alpha=l / u),
                over_two_lengths(form if isinstance(form, Form) else form(l, u), bench, l, u, s),
                1e-6 if long else 1e-9,
            )
            for (l, u), s in product(INTERVALS, prompts)
        )

    return check


def long_outputs(bound: Bound) -> bool:
    """Two lengths without a prompt, l and u large."""
    return near(at(bound, alpha=0.5), over_two_lengths(A_MIN, AREA, 1000, 2000, 0), 2e-3)


@cache
def largest(policy: str, bench: str, l: int, u: int, s: Any, caps: Any = ()) -> Fraction:
    """The largest ratio that a search over all shares finds."""
    return worst_case(Problem(policy, bench, l, u, Fraction(s), caps)).ratio


def every_length(policy: str, bench: str, *, above: float = 1e-6) -> Check:
    """The maximum over all lengths that a search finds: the formula is not below, nor far above."""

    def check(bound: Bound) -> bool:
        for (l, u), s in product(((1, 6), (3, 11)), PROMPTS):
            found = largest(policy, bench, l, u, s)
            claimed = at(bound, l=l, u=u, s=s, alpha=l / u)
            if not -1e-9 <= claimed / float(found) - 1 <= above:
                return False
        return True

    return check


def worst_prompt(bound: Bound) -> bool:
    """Over prompts of all sizes; alpha on every piece of the formula."""
    for l, u in ((2, 3), (1, 3), (1, 9)):
        prompts = (0, *(Fraction(l * 2**k, 16) for k in range(24)))
        found = max(over_two_lengths(A_MIN, H_SF, l, u, s) for s in prompts)
        if not -1e-9 <= at(bound, alpha=l / u) / found - 1 <= 5e-3:
            return False
    return True


def better_threshold(bound: Bound) -> bool:
    """The smaller one of the suprema with the thresholds l and u, at own lengths."""
    return all(
        near(
            at(bound, l=l, u=u, s=s),
            min(over_two_lengths(promotion(m, OWN, OWN), H_SF, l, u, s) for m in (l, u)),
        )
        for (l, u), s in product(INTERVALS, PROMPTS)
    )


@cache
def exact(form: Form, bench: Form, family: str, q: Fraction, s: int) -> float:
    """The ratio of two forms on the first lengths of a family."""
    return float(ratio(form, bench, shares(family, q), s))


@cache
def shares(family: str, q: Fraction) -> dict[int, Fraction]:
    """The first lengths of an endless family; what is left out has a share below 1e-12."""
    most = next(k for k in range(1, 400) if k * float(q) ** k < 1e-14)
    weight = (lambda i: i) if family.startswith("linear") else (lambda _i: 1)
    return {i: weight(i) * q ** (i - 1) for i in range(1, most)}


def endless(form: Form, bench: Form) -> Check:
    """The ratio of the forms at the first lengths of the family, added up."""

    def check(bound: Bound) -> bool:
        assert bound.formula is not None
        long = "s -> infinity" in bound.family or bound.id.endswith("/long prompts")
        prompts = (FAR,) if long else (0, 3) if "s" in bound.formula.parameters else (0,)
        return all(
            near(
                at(bound, q=q, s=s),
                exact(form, bench, bound.id.partition("/")[0], q, s),
                1e-6 if long else 1e-9,
            )
            for q, s in product((Fraction(1, 4), Fraction(1, 2)), prompts)
        )

    return check


def all_prompts(bound: Bound) -> bool:
    """max(E[o]/E[m], E[o]^2/E[m^2]), m the smaller of two lengths: no ratio is above."""
    for q in (Fraction(1, 4), Fraction(1, 2)):
        family = bound.id.partition("/")[0]
        claimed, law = at(bound, q=q), shares(family, q)
        tails = [float(sum(x for i, x in law.items() if i >= k)) for k in law]
        tails = [tail / tails[0] for tail in tails]
        mean, least = sum(tails), sum(tail**2 for tail in tails)
        square = sum((2 * k - 1) * tail**2 for k, tail in zip(law, tails, strict=True))
        if not near(claimed, max(mean / least, mean**2 / square)):
            return False
        if max(exact(A_MIN, H_SF, family, q, s) for s in (0, 1, FAR)) > claimed * (1 + 1e-9):
            return False
    return True


def uniform(form: Form, bench: Form) -> Check:
    return lambda bound: all(
        near(at(bound, u=u), float(ratio(form, bench, dict.fromkeys(range(1, u + 1), 1), 0)))
        for u in (1, 2, 7, 40)
    )


def below(policy: Callable[[int, int, int], Form], bench: str, prompts: Any = PROMPTS) -> Check:
    """A constant that no search passes."""

    def check(bound: Bound) -> bool:
        for (l, u), s in product(((1, 20), (4, 40)), prompts):
            form = policy(s, l, u)
            caps = tuple(form.caps(l, u))
            found = largest("slicing", bench, l, u, s, caps)
            if found > Fraction(bound.value):
                return False
        return True

    return check


def enclosed(bound: Bound) -> bool:
    """(1 + lambda)/2 + [0, width] around the maximum, lambda the root, all from the row's text."""
    bottom, _, rest = bound.closed_form.partition(" + [0, ")
    width, _, equation = rest.partition("], sum_{k=l+1..u} ")
    term, _, right = equation.partition(" = ")
    if f"{bottom} <= CR(A_min) <= {bottom} + {width}," not in bound.statement:
        return False
    for (l, u), s in product(INTERVALS, (1, 40)):
        plain = {"l": l, "u": u, "s": s}
        low, high = 1.0, 2.0 * u
        while high - low > 1e-12:
            root = (low + high) / 2
            left = sum(value(term, **plain, k=k, x=root) for k in range(l + 1, u + 1))
            low, high = (root, high) if left > value(right, **plain, x=root) else (low, root)
        found = float(survival.worst_case(s, l, u).ratio)
        least = value(bottom, x=low)
        if not least - 1e-9 <= found <= least + value(width, **plain) + 1e-9:
            return False
    return True


def growth(bench: str) -> Check:
    """The rate at which the maximum without prompts grows with ln u."""

    def check(bound: Bound) -> bool:
        small, large = (float(survival.worst_case(0, 1, u, bench).ratio) for u in (1000, 4000))
        return abs((large - small) / log(4) - float(bound.value)) < 4e-2

    return check


def at_long_prompts(bound: Bound) -> bool:
    for l, u in INTERVALS:
        claimed = at(bound, l=l, u=u)
        if not near(float(survival.worst_case(FAR, l, u).ratio), claimed, 1e-6):
            return False
        if not near(value(bound.closed_form.replace("alpha", "a"), a=l / u), claimed):
            return False
    return f"CR(A_min) -> {bound.closed_form}, so" in bound.statement


def checks() -> Iterator[tuple[str, Check]]:
    for name, bench in (("H-SF", H_SF), ("area", AREA)):
        yield f"two-point/A_min/{name}", two(A_MIN, bench)
        yield f"two-point/staggered A_min/{name}/s=0", two(A_MIN_STAGGERED, bench)
        yield f"two-point/A_l/{name}", two(A_L, bench)
        yield f"two-point/slicing/{name}", two(lambda l, u: slicing_with((l, u)), bench)
        for policy in ("A_max", "A_random"):
            key = policy.replace("_", "-").lower()
            yield f"all lengths/{policy}/{name}", every_length(key, NAMES[name])
        for family in ("geometric", "linear geometric"):
            for form in (A_MIN, A_MIN_STAGGERED):
                yield f"{family}/{form.name}/{name}/s=0", endless(form, bench)
            for form in (A_MIN, A_RANDOM):
                yield f"{family}/{form.name}/{name}", endless(form, bench)
        for form in (A_MIN, A_MIN_STAGGERED):
            yield f"uniform/{form.name}/{name}/s=0", uniform(form, bench)
    for family in ("geometric", "linear geometric"):
        yield f"{family}/H-SF/area", endless(H_SF, AREA)
        yield f"{family}/A_min/H-SF/long prompts", endless(A_MIN, H_SF)
        yield f"{family}/A_min/H-SF/all prompts", all_prompts
    for case in ("s=0", "long prompts"):
        yield f"two-point/A_min/H-SF/{case}", two(A_MIN, H_SF)
        yield f"two-point/A_l/H-SF/{case}", two(A_L, H_SF)
    yield "two-point/A_min/H-SF/worst prompt", worst_prompt
    yield "two-point/A_min/area/s=0", long_outputs
    yield "two-point/A_l own, own/H-SF/all prompts", better_threshold
    yield "two-point/A_max/H-SF", two(A_MAX, H_SF)
    yield "two-point/A_max/H-SF/s=0", two(A_MAX, H_SF)
    yield (
        "one length/A_max/H-SF",
        lambda bound: all(
            near(at(bound, l=l, u=u, s=s), float(ratio(A_MAX, H_SF, {l: 1}, s, (l, u))))
            for (l, u), s in product(INTERVALS, PROMPTS)
        ),
    )
    yield "all lengths/H-SF/area", every_length("h-sf", "area")
    yield "P Theorem 1", every_length("a-max", "h-sf", above=inf)
    yield "general/A_min/H-SF/enclosure", enclosed
    yield "general/A_min/H-SF/log-constant", growth("h-sf")
    yield "general/A_min/area/log", growth("area")
    yield "general/A_min/H-SF/long-prompts", at_long_prompts
    proved = below(lambda s, l, u: slicing_with(slicing.proved_caps(s, l, u)), "area")
    yield "general/slicing/area/growth 4", proved
    doubling = below(lambda _s, _l, _u: slicing_with((1, 2, 4, 8, 16, 32, 64)), "h-sf", (0,))
    yield "general/slicing/H-SF/doubling, s=0", doubling


NUMERIC = dict(checks())
AT_LEAST = re.compile(r"at least (.*), b\^2 = u/l")


def grows(bound: Bound) -> bool:
    """A ratio along which there is no bound, from its text."""
    said = AT_LEAST.fullmatch(bound.closed_form)
    return said is not None and bound.value == "inf" and value(said[1], b=1e7) > 1e3


def smaller_charge(bound: Bound) -> bool:
    """All requests long: the ratio of the charges c and v, from its text."""
    end = {"s=0": (0, FAR), "s=l": (1, FAR), "long prompts": (FAR**2, FAR)}
    s, u = end[bound.id.rpartition("/")[2]]
    said = value(bound.closed_form, s=s, u=u)
    return near(said, float(bound.value), 1e-6) and near(said, (s + u) / (s + (u + 1) / 2), 1e-9)


def meeting(bound: Bound) -> bool:
    """The smaller supremum of the thresholds l and u where it is largest, for long outputs."""
    reading, name, case = re.findall(r"A_l (\w+), \w+/(H-SF|area)/(.*)", bound.id)[0]
    low, long = 300, case == "long prompts"
    named = re.match(r"alpha = ([\d.]+)", bound.attained)
    share = float(named[1]) if named else 1 / 4 if long else 1 / 2  # rho = 2
    s = {"s=0": 0, "s=l": low, "long prompts": FAR}[case]
    found = min(
        over_two_lengths(
            promotion(m, reading, reading), BENCHMARKS[name], low, round(low / share), s
        )
        for m in (low, round(low / share))
    )
    return near(found, float(bound.value), 1e-2)


def of_grid(bound: Bound) -> bool:
    """The supremum over q for one prompt: the closed form is as large at the stated q only."""
    prompt, q = int(bound.id.rpartition("=")[2]), float(bound.attained.removeprefix("q = "))
    form = rows()[bound.closed_form.partition(" at ")[0]]
    there = at(form, q=q, s=prompt)
    beside = max(at(form, q=1 - (1 - q) * x, s=prompt) for x in (0.8, 1.25))
    return near(there, float(bound.value), 1e-6) and beside < there


def short_prompt(bound: Bound) -> bool:
    """A prompt of length l: the text at a = u/l, and in the limit."""
    exact = all(
        near(value(bound.closed_form, a=u / l), over_two_lengths(A_MIN, H_SF, l, u, l))
        for l, u in INTERVALS
    )
    return exact and near(value(bound.closed_form, a=1e12), float(bound.value), 1e-5)


def numeric(bound: Bound) -> Check | None:
    """What a result is compared with, apart from itself; None where that is its derivation only."""
    if AT_LEAST.fullmatch(bound.closed_form):
        return grows
    if bound.id.startswith("two-point/H-SF/area/"):
        return smaller_charge
    if bound.id.startswith("two-point/A_l ") and not bound.id.endswith("all prompts"):
        return meeting
    if re.search(r"geometric/A_min/H-SF/s=[1-9]\d*$", bound.id):
        return of_grid
    return short_prompt if bound.id == "two-point/A_min/H-SF/s=l" else NUMERIC.get(bound.id)


def problem(bound: Bound) -> str:
    """What is wrong with a result, apart from what its constructor refuses; "" if nothing is."""
    if checked(bound) != CHECKS[bound.id]:
        return f"{CHECKS[bound.id]} checks were counted, {checked(bound)} are there"
    check = numeric(bound)
    if check is not None and not check(bound):
        return "another ratio at exact shares"
    return "" if reaches(bound) else "not the supremum of the formula"


def test_every_result_of_these_modules_has_its_line() -> None:
    assert set(rows()) == set(CHECKS)
    assert set(NUMERIC) <= set(CHECKS)


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_a_result_and_no_mutant_of_it_is_accepted(name: str) -> None:
    bound = rows()[name]
    assert not problem(bound)
    for part, mutant in mutants(bound, numeric(bound) is not None):
        try:
            assert problem(mutant()), part
        except DerivationError:
            continue
