"""What is called derived, for the price of cancelling and for finite instances.

As `test_derived.py`: the expressions in statement and closed form are read from the texts, worked
out in floating point, and compared with a number that comes from somewhere else: a search, a sum,
a form at exact shares. How many checks a derivation has was counted when it was written.
"""

# the paper's letters
# ruff: noqa: E741

import re
import tomllib
from collections.abc import Iterator
from fractions import Fraction
from functools import cache, partial
from importlib import import_module
from math import exp, log, sqrt
from pathlib import Path
from typing import Any

import numpy as np

from kvratio.theory.bound import Bound
from kvratio.theory.forms import A_RANDOM, AREA, H_SF, tel
from kvratio.theory.price import whole_lengths
from kvratio.theory.price.offset import pair
from tests.derived import near
from tests.said import Check, between, least, results_held, said

CHECKS = tomllib.loads((Path(__file__).parent / "derivations_price.toml").read_text())
MODULES = """
    constant offset lower lower_finite one_machine kept kept_slices kept_policies finite mixed
    ladder predictions
"""


@cache
def rows() -> dict[str, Bound]:
    made = [
        b
        for name in MODULES.split()
        for b in import_module(f"kvratio.theory.price.{name}").bounds()
    ]
    made.append(whole_lengths.against_h_sf())  # its other rows are numeric, and slow
    return {bound.id: bound for bound in made}


K = least(lambda y: (2 * y - 3 + 1 / y) / log(y) ** 2, 1.5, 10)


def times_k(bound: Bound) -> bool:
    return near(float(bound.value), K)


def the_constant(bound: Bound) -> bool:
    """The minimum over y, its place, the equation for that place."""
    text, equation = bound.statement, "above 1 of "
    y = float(between(text, "the minimiser y = ", "..."))
    left, _, right = between(text, equation, ", and").partition(" = ")
    return (
        times_k(bound)
        and text.startswith(f"K = {bound.closed_form} = ")
        and near(least(lambda x: said(between(text, "y > 1 of ", " = "), y=x), 1.5, 10), K)
        and near(said(bound.closed_form.partition(" of ")[2], y=y), K)
        and near(float(re.findall(r"\)\^2 = ([\d.]+)\.\.\.", text)[0]), K)
        and near(said(left, y=y), said(right, y=y), 1e-8)
        and near(float(between(text, "b = y^2 = ", "...")), y * y, 1e-7)
    )


def offset(bound: Bound) -> bool:
    b = float(between(bound.statement, "with b = ", "..."))
    formula, where = bound.closed_form.split(", ")
    return (
        times_k(bound)
        and where == "y = sqrt(b)"
        and near(said(formula, y=sqrt(b)), K)
        and near(said(between(bound.statement, "is at most ", " times"), y=sqrt(b)), K)
        and near(float(between(bound.statement, "at most K = ", "...")), K)
    )


def pairs(bound: Bound) -> bool:
    """The formula at several quotients, and no jump where the other one begins."""
    inner, _, outer = bound.closed_form.removeprefix("q(t) = ").partition(" for t <= beta; ")
    beta = 2.6
    end = said(outer.removesuffix(" beyond"), beta=beta, b=exp(beta))
    alone = said(between(bound.statement, "one alone takes V ", ", beta"), beta=beta)
    return (
        near(said(inner, t=beta, beta=beta), end)
        and near(alone, 1 + 1 / beta)
        and all(near(said(inner, t=t, beta=beta), float(pair(t, beta))) for t in (0.0, 0.7, 2.0))
    )


def random_phase(bound: Bound) -> bool:
    """K(y) x coth x, near its minimum over b, which a search finds."""
    m = int(bound.id.rpartition("=")[2])

    def at(y: float, x: str) -> float:
        price = (2 * y - 3 + 1 / y) / log(y) ** 2
        return price * said("x coth(x)", x=said(x, y=y, m=m))

    text = between(bound.statement, "over K(y) is ", "!")
    y = sqrt(float(between(bound.statement, ", b = ", ":")))
    return (
        bound.closed_form == f"K(y) {text}, y = sqrt(b)"
        and text.startswith("x coth x, x = ")
        and near(at(y, text.removeprefix("x coth x, x = ")), float(bound.value), 1e-6)
        and near(least(lambda y: at(y, "ln(y)/(2m)"), 1.5, 10), float(bound.value), 1e-6)
        and f"k + phi + j/{m})" in bound.statement
    )


def fixed_classes(bound: Bound) -> bool:
    """The product of the sums of weights, term by term; a minimum at the stated quotient."""
    m, r = int(bound.id.rpartition("=")[2]), Fraction(between(bound.statement, "r = ", ","))
    formula = bound.closed_form.partition(", ")[0]

    def product(r: float) -> float:
        time = r**-m + (1 - r**-2) * sum(r**-i for i in range(m))
        sizes = [r**i for i in range(m)]  # done + 2 left: S at the last m levels and before
        wait = sum(sizes) + sum(x * r for x in sizes)
        return time * wait / (m * m * (1 - r**-2))

    text = [said(formula, r=float(r) * x, y=(float(r) * x) ** m, m=m) for x in (1, 0.998, 1.002)]
    return (
        near(text[0], product(float(r)))
        and near(text[0], float(bound.value))
        and text[0] <= min(text) * (1 + 1e-9)
    )


def area_over_h_sf(bound: Bound) -> bool:
    """K times the largest quotient of the area bound and H-SF, which one short length has."""
    formula = between(bound.statement, "is at most ", " times H-SF")
    return (
        times_k(bound)
        and formula == bound.closed_form
        and all(
            near(
                said(formula, K=K, s=s, l=l),
                K * max(float(tel(AREA, {o: 1}, s) / tel(H_SF, {o: 1}, s)) for o in range(l, 40)),
            )
            for s, l in ((0, 1), (0, 9), (5, 2), (300, 3))
        )
        and near(float(between(bound.statement, "K/2 = ", "...")), K / 2, 1e-5)
    )


def summed(s: int, low: int, high: int) -> np.ndarray[Any, Any]:
    """(s + k)/v(k-1) for low < k <= high."""
    k = np.arange(low + 1, high + 1, dtype=float)
    return (s + k) / ((k - 1) * (s + k / 2))


def volume(s: float, o: float) -> float:
    return o * (s + (o + 1) / 2)


def every_interval(bound: Bound) -> bool:
    """1 + 4/l + ln U is above the sum that it stands for, by 4/l at most."""
    formula = between(bound.statement, "at least the ratio ", " to the area bound")
    for s, l, u in ((0, 1, 1000), (3, 4, 5000), (500, 2, 20_000)):
        quotient = volume(s, u) / volume(s, l)
        exact = K * log(quotient / 4) / (1 + summed(s, l, u).sum())
        slack = 1 + 4 / l / (1 + log(quotient))
        if not exact / slack <= said(formula, K=K, U=quotient, l=l) <= exact:
            return False
    return times_k(bound) and formula == bound.closed_form


def at_interval(bound: Bound) -> bool:
    """The best start is searched, with the sums in floating point."""
    s, u = (int(x) for x in re.findall(r"s=(\d+), u=(\d+)", bound.id)[0])
    if u > 10**6:  # too many terms: they are those of the shorter ones
        shorter = rows()[f"price/lower bound/s={s}, u=1000000"]
        return float(shorter.value) < float(bound.value) < K and (
            bound.closed_form == shorter.closed_form
        )
    sums = summed(s, 1, u)
    tails = np.append(np.cumsum(sums[::-1])[::-1], 0)  # from l = 1, 2, ...
    starts = np.arange(1, u + 1)
    quotients = volume(s, u) / (starts * (s + (starts + 1) / 2))
    formula = bound.closed_form.partition(", lengths")[0].replace("sum of (s+k)/v(k-1)", "total")
    best = max(
        said(formula, K=K, U=quotients[l - 1], total=tails[l - 1])
        for l in np.unique(np.geomspace(1, u, 400).astype(int))
    )
    return best - 2e-3 < float(bound.value) < best + 1e-3


def less_errors(n: int, size: int) -> float:
    """(K/2) ln(U/4) less the errors, of the text of price/lower bound/finite with speed 1."""
    text = rows()["price/lower bound/finite"].statement
    formula = between(text, "E[TEL] >= n^2 v(l)/M ", ", epsilon")
    epsilon = said(between(text, "epsilon = ", ","), M=1, u=size, n=n, v=lambda _l: 1, l=1)
    eta = said(between(text, "eta = ", ","), M=1, U=size, n=n, s=0)
    return said(formula, K=K, U=size, e=exp(1), epsilon=epsilon, eta=eta)


def jobs(bound: Bound) -> bool:
    n, size = int(bound.id.rpartition("=")[2]), int(bound.attained.rpartition("= ")[2])
    main = K / 2 * log(size / 4)
    below = "(" + bound.closed_form.partition(")/(")[2].removesuffix(" * 2")
    few = 3 * 2 / 2 * (1 + log(100)) + 3 * (2 * sqrt(100) - 1)  # pairs of three jobs, and alone
    if not near(said(below, n=3, U=100), few * 2 / 9):
        return False
    found = said(bound.closed_form, K=K, U=size, n=n, errors=main - less_errors(n, size))
    return near(found, float(bound.value), 1e-6) and float(bound.value) < K


def kept_lower(bound: Bound) -> bool:
    """The limit, and each certified number beside it is above what the formula gives for its mu."""
    formula = between(bound.statement, "has at least ", " times")
    l, s, u = 1, 0, 10_000
    certified = float(rows()["price/tokens kept/s=0, u=10000"].value)
    mu = volume(s, u) / log(volume(s, u))
    delta, gamma = (
        said(between(bound.statement, "delta = ", ","), v=partial(volume, s), u=u, mu=mu, exp=exp),
        said(
            between(bound.statement, "gamma = ", ";"), v=partial(volume, s), l=l, s=s, u=u, mu=mu,
            max=max,
        ),
    )  # fmt: skip
    value = said(formula, delta=delta, gamma=gamma)
    return (
        formula == bound.closed_form
        and bound.value == "2.00000000000"
        and 0.98 * certified < value < certified
        and "no constant below 2 " in bound.statement
    )


def kept_slices(bound: Bound) -> bool:
    """Two texts of one constant, without a jump at g = 4; 5/2 for doubling."""
    large = between(bound.statement, "before: at most ", " times")
    small = between(bound.statement, "for g >= 4, ", " for 1")
    at = {g: said(bound.closed_form, g=g) for g in (1, 2, 3.5, 4, 4.5, 9)}
    return (
        near(said(large, g=4), said(small, g=4))
        and all(near(at[g], said(large if g >= 4 else small, g=g)) for g in at)
        and (at[1], at[2], at[4], at[9]) == (2.25, 2.5, 3, 4)
    )


def kept_geometric(bound: Bound) -> bool:
    formula = between(bound.statement, "at most ", " times")
    return bound.closed_form == f"{formula}, g >= 2" and near(said(formula, g=9), 4)


def kept_restarts(bound: Bound) -> bool:
    """The stated growth is where the slope vanishes."""
    formula = between(bound.statement, "at most ", " times")
    left, _, right = between(bound.statement, "Best at ", ",").partition(" = ")
    for h in (1.0, 30.0):
        low, high = 1.0 + 1e-9, 1e6
        for _ in range(200):
            g = sqrt(low * high)
            low, high = (g, high) if said(left, g=g) < said(right, g=g, h=h) else (low, g)
        top = said(formula, g=low, h=h)
        if top > min(said(formula, g=low * x, h=h) for x in (0.99, 1.01)):
            return False
        if not near(top, 1 + sqrt(low) + 2 * h * low / (low - 1)):
            return False
    return bound.closed_form.startswith(formula + ", h = r M (s + l)/v(l)")


def finite_offset(bound: Bound) -> bool:
    formula, where = bound.closed_form.split(", ")
    y = float(between(bound.statement, "b = ", "^2"))
    found = said(formula, y=y)
    return (
        where == "y = sqrt(b)"
        and 0 <= float(bound.value) - found < 0.01
        and near(least(lambda y: 3 * y * (y + 1) / (2 * log(y)), 1.1, 5), found, 1e-4)
        and f"at most {float(bound.value)} q" in bound.statement
    )


def finite_fixed(bound: Bound) -> bool:
    formula, where = bound.closed_form.split(", ")
    best = min(said(formula, b=b) for b in (1.9, 2, 2.1))
    return where == "b = 2" and best == said(formula, b=2) == float(bound.value) == 24


def mixed(bound: Bound) -> bool:
    largest, rest = bound.closed_form.split(", alpha = ")
    first, _, second = rest.partition(", beta = ")
    second, _, given = second.partition(", g = ")
    numbers = {
        name: float(Fraction(value))
        for name, value in (word.split(" = ") for word in ("g = " + given).split(", "))
    }
    beta = said(second, **numbers)
    found = said(largest, alpha=said(first, **numbers), beta=beta, max=max)
    time, share = between(bound.statement, "T = (", ")^r"), between(bound.statement, "most 0", " M")
    return (
        near(found, float(bound.value))
        and near(float(Fraction(time)), numbers["g"])
        and near(float("0" + share), numbers["k"])
    )


def run_to_the_end(bound: Bound) -> bool:
    """Half short, half long: the worst shares of a random order by a search over two volumes."""
    formula = between(bound.statement, "at most ", " times").replace("sqrt rho", "sqrt(rho)")

    def worst(rho: float) -> float:
        ts = np.geomspace(1e-3, 1e3, 20_001)  # of volume 1, beside one of volume rho
        own = ts**2 + ts * (1 + rho) + rho
        return float((own / (ts**2 + 2 * ts + rho)).max())

    limit = between(bound.statement, "for rho < ", "!")
    return (
        all(near(said(formula, rho=rho), worst(rho), 1e-6) for rho in (2.0, 9.0))
        and all(near(said(bound.closed_form, rho=rho), worst(rho), 1e-6) for rho in (2.0, 9.0))
        and near(said(formula, rho=said(limit, K=K)), K)
    )


def long_prompts(bound: Bound) -> bool:
    formula = bound.statement.rpartition("tend to ")[2]
    s, l, u = 10**9, 2, 8
    ts = [Fraction(k, 100) for k in range(1, 600)]
    found = max(float(tel(A_RANDOM, {l: t, u: 1}, s) / tel(AREA, {l: t, u: 1}, s)) for t in ts)
    return formula == bound.closed_form and near(said(formula, alpha=l / u), found, 1e-4)


def short_intervals(bound: Bound) -> bool:
    golden = (3 + sqrt(5)) / 2
    exactly = between(bound.statement, "is exactly ", ";")
    return (
        exactly.replace("sqrt rho", "sqrt(rho)") == bound.closed_form
        and near(said(between(bound.statement, "<= ", " = ") + " ", sqrt5=0), golden)
        and f"{golden:.3f}..." in bound.statement
        and "(3 - sqrt 5)/2 = 0.3819..." in bound.statement
        and 0.3819 < 1 / golden < 0.382
    )


def two_volumes(bound: Bound) -> bool:
    """The share that is stopped at 1, tried on a grid: cost over area, by stages."""
    formula, _, mean = bound.closed_form.partition(", m = ")
    cut = between(bound.statement, "a share q = ", " of the requests")
    for rho, x in ((4.0, 0.3), (10.0, 0.5)):
        m = said(mean, rho=rho, x=x)

        def ratio(q: float, rho: float = rho, x: float = x) -> float:
            """Stages: a share q up to 1; the others to their end; the rest of the first."""
            stages = (
                (q, q * (1 - x)),
                ((1 - q) * (1 + (rho - 1) * x), 1 - q),
                (q * x * rho, q * x),
            )
            left, cost = 1.0, 0.0
            for time, done in stages:
                cost += time * (2 * left - done)
                left -= done
            return cost / ((1 - x) ** 2 + 2 * x * (1 - x) + rho * x * x)

        best = said(cut, rho=rho, x=x)
        text = said(formula, m=m, rho=rho, x=x)
        if not near(ratio(best), text) or min(ratio(best - 0.01), ratio(best + 0.01)) < text:
            return False
    return True


def checks() -> Iterator[tuple[str, Check]]:
    yield "price/K", the_constant
    yield "price/offset slicing/area", offset
    yield "price/offset slicing/pairs", pairs
    for m in (1, 2, 4, 8, 16):
        yield f"price/offset slicing/random phase, m={m}", random_phase
    for m in (1, 2, 4, 8, 16, 32):
        yield f"price/offset slicing/fixed classes, m={m}", fixed_classes
    yield "price/offset slicing/H-SF", area_over_h_sf
    yield "price/lower bound/area", every_interval
    for s in (0, 1000):
        for u in (10**3, 10**6, 10**9):
            yield f"price/lower bound/s={s}, u={u}", at_interval
    yield "price/one machine/upper", times_k
    for n in (10**6, 10**9, 10**12):
        yield f"price/one machine/n={n}", jobs
    yield "price/tokens kept/lower", kept_lower
    yield "price/tokens kept/slices", kept_slices
    yield "price/tokens kept/geometric slices", kept_geometric
    yield "price/tokens kept/restarts", kept_restarts
    yield "price/finite/random offset", finite_offset
    yield "price/finite/fixed levels", finite_fixed
    yield "price/finite/mixed prompts", mixed
    yield "price/run to the end/area", run_to_the_end
    yield "price/ladder/long prompts", long_prompts
    yield "price/predictions/short intervals", short_intervals
    yield "price/predictions/two lengths", two_volumes


(
    test_every_result_of_these_modules_has_its_line,
    test_a_result_and_no_mutant_of_it_is_accepted,
) = results_held(rows, CHECKS, dict(checks()))
