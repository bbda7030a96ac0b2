"""What is called derived, on endless lengths: A_l, A_max, slicing and A_min with prompts.

As `test_derived.py`: no mutant of statement, value, formula or steps is accepted. A row is compared
with sums over its lengths in floating point (`endless_sums.py`), by what its texts say.
"""

import re
import tomllib
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from math import exp, isclose, log
from pathlib import Path

import numpy as np
import pytest

from kvratio.theory.bound import Bound, DerivationError
from kvratio.theory.forms import A_MIN, AREA, H_SF, OWN, SLOTS, Form, promotion, tel
from kvratio.theory.lengths import geometric, linear_geometric
from kvratio.theory.ratios import built
from tests.derived import checked, mutants, near
from tests.endless_sums import a_min, bench_form, doubling, law, ratios

CHECKS = tomllib.loads((Path(__file__).parent / "derivations_endless.toml").read_text())
MODULES = "lacunary endless_promotion endless_slots endless_thresholds endless_means switching"
BENCHMARKS = {"H-SF": H_SF, "area": AREA}
FAR = 1e9  # a prompt that is long
LATE = 0.9995  # a q near 1


@cache
def rows() -> dict[str, Bound]:
    made = [bound for name in MODULES.split() for bound in built(f"kvratio.theory.ratios.{name}")]
    return {bound.id: bound for bound in made}


def linear(bound: Bound) -> bool:
    return bound.id.startswith("linear")


def bench(bound: Bound) -> Form:
    return BENCHMARKS[bound.id.split("/")[2]]


def readings(bound: Bound) -> tuple[str, str]:
    """Which of the two readings each stage of A_l has: `A_l own, slots`."""
    found = re.search(r"A_l (own|slots), (own|slots)", bound.id)
    assert found
    names = {"own": OWN, "slots": SLOTS}
    return names[found[1]], names[found[2]]


def said(text: str, **values: float) -> float:
    """A formula of a text at numbers."""
    return float(eval(text, {"exp": exp, "log": log}, values))


def at(bound: Bound, **values: float) -> float:
    assert bound.formula is not None
    return bound.formula.function()(**{k: values[k] for k in bound.formula.parameters})


def every_threshold(bound: Bound) -> bool:
    """A closed form against the sums, at thresholds, prompts and upper ends."""
    assert bound.statement.endswith("; y = q^m, z = q^u")
    return all(
        near(
            at(bound, q=q, m=m, s=s, u=u),
            ratios(
                linear(bound), readings(bound), s, q, bench(bound),
                u if bound.id.endswith("truncated") else 0,
            )[m - 1],
        )
        for q, m, s, u in ((0.5, 2, 3.0, 9), (0.8, 4, 0.0, 30), (0.6, 1, 7.5, 5))
    )  # fmt: skip


def of_q(bound: Bound, found: Callable[[float], float]) -> bool:
    """A closed form in q alone against `found`, and its value, the supremum as q -> 1."""
    text = bound.closed_form
    points = all(near(said(text, q=q), found(q), 1e-6) for q in (0.3, 0.8))
    return points and near(said(text, q=1 - 1e-9), float(bound.value), 1e-6)


def nobody_promoted(bound: Bound, prompt: Callable[[float], float]) -> bool:
    """A_random's ratio: A_l without any promotion."""
    return of_q(bound, lambda q: ratios(linear(bound), (OWN, OWN), prompt(q), q, bench(bound))[-1])


def mean(bound: Bound, q: float) -> float:
    k, x = law(linear(bound), q)
    return float((k * x).sum())


def fixed_threshold(bound: Bound) -> bool:
    """A threshold that does not depend on q (or u): the limit, or how the ratio grows."""
    if bound.value != "inf":
        found = ratios(linear(bound), readings(bound), 0, LATE, bench(bound))
        return all(near(found[m - 1], float(bound.value), 5e-3) for m in (1, 3))
    if bound.closed_form == "at least m":
        return all(
            ratios(linear(bound), readings(bound), 0, 1e-6)[m - 1] > m - 0.01 for m in (2, 7)
        )
    return grows(bound, "ratio/u -> (.*)/B", readings(bound))


def grows(bound: Bound, pattern: str, read: tuple[str, str]) -> bool:
    """The ratio over the upper end u, far out, is what the text says."""
    text = re.fullmatch(pattern, bound.closed_form)
    u, q, m = 2**17, 0.5, 2
    base = bench_form(linear(bound), 0, q, bench(bound))
    found = ratios(linear(bound), read, 0, q, bench(bound), u)[m - 1] / u
    return bool(text) and near(said(text[1], q=q, m=m, y=q**m) / base, found, 1e-3)


def grows_like_logarithm(bound: Bound) -> bool:
    """The best threshold for each u: two upper ends, without a prompt and with one."""
    text = bound.closed_form.removeprefix("ratio/ln(u) -> ")
    q, ends = 0.5, (2**15, 2**19)
    for s in (0.0, 2.0):
        low, high = (
            ratios(linear(bound), readings(bound), s, q, bench(bound), u).min() for u in ends
        )
        rate = (high - low) / log(ends[1] / ends[0])  # ln ln u still matters
        if not near(said(text, q=q, s=s, log=log), rate, 0.25):
            return False
    limit = float(Fraction(re.findall(r"tends to (\S+) as q -> 1", bound.attained)[0]))
    return bound.value == "inf" and near(said(text, q=1 - 1e-7, s=0.0, log=log), limit, 1e-5)


def a_max(bound: Bound) -> bool:
    """Each holds u slots: waiting for half of the others on average."""
    return bound.value == "inf" and all(
        near(
            said(bound.closed_form, q=q, s=s, u=float(u)),
            (s + u) * mean(bound, q) / bench_form(linear(bound), s, q, bench(bound)),
        )
        for q, s, u in ((0.4, 0.0, 60), (0.6, 3.0, 400))
    )


def best_threshold(bound: Bound) -> bool:
    """The equation of the best threshold X/(1 - q), at the best one of the sums."""
    slope = re.match(r"0 = (.*), y = exp\(-X\); s = 0: (.*) = (.*)", bound.closed_form)
    assert slope
    for sigma in (0.0, 0.1):
        found = ratios(linear(bound), readings(bound), sigma / (1 - LATE), LATE)
        x = (1 + int(np.argmin(found))) * (1 - LATE)
        signs = [said(slope[1], X=x * f, y=exp(-x * f), sigma=sigma) for f in (0.97, 1.03)]
        if not signs[0] < 0 < signs[1]:
            return False
        parts = [said(f"({slope[2]}) - ({slope[3]})", X=x * f, y=exp(-x * f)) for f in (0.97, 1.03)]
        if not sigma and parts[0] * parts[1] > 0:
            return False
    return True


def test_with_long_prompts_and_slots_the_best_threshold_does_not_grow() -> None:
    """What the equation says nothing about: the first token decides, though it has roots."""
    for weighted, sigma in ((True, 1), (False, 5)):
        assert ratios(weighted, (SLOTS, OWN), sigma / (1 - LATE), LATE).argmin() == 0


def in_slots(bound: Bound) -> bool:
    """exp(2 X) = U (1 + 2 X) + 1 - 2 X at the best threshold for a large upper end."""
    q, u = 0.99, 20_000
    x = (1 + int(ratios(False, (SLOTS, SLOTS), 0, q, u=u).argmin())) * (1 - q)
    left, right = bound.closed_form.split(" = ")
    return near(said(left, X=x, U=u * (1 - q)), said(right, X=x, U=u * (1 - q)), 0.1)


def supremum_of_best(bound: Bound) -> bool:
    """The best threshold for each q: the value is near, and above, what the sums have."""
    prompt = mean(bound, LATE) if bound.id.endswith("mean") else 0
    if text := re.fullmatch(r"min over X of (.*), y = exp\(-X\)", bound.closed_form):
        x = np.linspace(0.05, 8, 160_000)
        limit = eval(text[1], {}, {"X": x, "y": np.exp(-x)})
        named = re.search(r"threshold ([\d.]+)/\(1 - q\)", bound.attained)
        if not (named and near(limit.min(), float(bound.value), 1e-8)):
            return False
        if not isclose(x[limit.argmin()], float(named[1]), rel_tol=1e-3):
            return False
    found = ratios(linear(bound), readings(bound), prompt, LATE, bench(bound)).min()
    return bool(found < float(bound.value)) and near(found, float(bound.value), 3e-3)


def mean_prompt(bound: Bound) -> bool:
    """A prompt as long as the mean output: A_min's limit as q -> 1, H-SF's and A_random's forms."""
    if "A_min" in bound.id:
        found = a_min(linear(bound), mean(bound, LATE), LATE, bench(bound))
        return bool(found < float(bound.value)) and near(found, float(bound.value), 3e-3)
    if "A_random" in bound.id:
        return nobody_promoted(bound, lambda q: mean(bound, q))
    return of_q(
        bound,
        lambda q: (
            bench_form(linear(bound), mean(bound, q), q, H_SF)
            / bench_form(linear(bound), mean(bound, q), q, AREA)
        ),
    )


def meet(bound: Bound) -> bool:
    """Below the stated q A_l with the threshold 1 has the smaller form, above it A_min."""
    s = int(bound.id.rpartition("=")[2])
    for shift, a_l_wins in ((0.999, True), (1.001, False)):
        made = linear_geometric if linear(bound) else geometric
        shares = made(Fraction(bound.value) * Fraction(str(shift))).truncated(40).shares()
        if (tel(promotion(1, OWN, OWN), shares, s) < tel(A_MIN, shares, s)) is not a_l_wins:
            return False
    return True


def doubled(bound: Bound) -> bool:
    """Doubling caps at the stated q, which no other of a grid passes."""
    q = float(bound.attained.removeprefix("q = "))
    there = doubling(linear(bound), q, bench(bound))
    others = max(doubling(linear(bound), 1 - 10 ** (-k / 8), bench(bound)) for k in range(1, 32))
    return near(there, float(bound.value), 1e-5) and others < there * (1 + 1e-6)


def whole_cache(bound: Bound) -> bool:
    return bound.value == "inf" and grows(bound, "at least M (.*)/H-SF", (OWN, SLOTS))


def check_of(bound: Bound) -> Callable[[Bound], bool] | None:
    """What a row is compared with; None for the one without a number."""
    kinds: list[tuple[str, Callable[[Bound], bool]]] = [
        (r"any lengths/", lambda _: True),
        (r".*/A_l (own|slots), (own|slots)/(H-SF|area)(/truncated)?$", every_threshold_or_growth),
        (r".*/A_l own, slots/(H-SF|area)/s=0", lambda b: nobody_promoted(b, lambda _: 0.0)),
        (r".*fixed threshold", fixed_threshold),
        (r".*whole cache", whole_cache),
        (r".*A_l slots, slots/best threshold", in_slots),
        (r".*best threshold", best_threshold),
        (r".*/H-SF/area/long prompts", lambda b: b.closed_form == "1"),
        (r".*long prompts", lambda b: nobody_promoted(b, lambda _: FAR)),
        (r".*A_max", a_max),
        (r".*switch", meet),
        (r".*slicing 1, 2, 4", doubled),
        (r".*A_l .*/(s=0|s=mean|all prompts)$", supremum_of_best),
        (r".*s=mean", mean_prompt),
    ]
    return next(check for pattern, check in kinds if re.match(pattern, bound.id))


def every_threshold_or_growth(bound: Bound) -> bool:
    return every_threshold(bound) if bound.formula is not None else grows_like_logarithm(bound)


def problem(bound: Bound) -> str:
    """What is wrong with a result, apart from what its constructor refuses; "" if nothing is."""
    if checked(bound) != CHECKS[bound.id]:
        return f"{CHECKS[bound.id]} checks were counted, {checked(bound)} are there"
    check = check_of(bound)
    return "" if check is None or check(bound) else "another ratio on these lengths"


def test_every_result_of_these_modules_has_its_line() -> None:
    assert set(rows()) == set(CHECKS)


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_a_result_and_no_mutant_of_it_is_accepted(name: str) -> None:
    bound = rows()[name]
    assert not problem(bound)
    for part, mutant in mutants(bound, compared=True):
        try:
            assert problem(mutant()), part
        except DerivationError:
            continue
