"""The price of cancelling with predictions: volumes in [v_l, v_u], rho = v_u/v_l.

Fluid limit, all requests at time 0; every policy that loses what it cancels, even one that knows
the distribution. Units: v_l = 1; clock t: volume per request that the cache has offered.

**Potentials.** For a distribution of volumes and prices beta(t) >= 0 of volume, let phi_kappa(t) be
any numbers, for each volume kappa that a request may be known to exceed and each t, with

    phi(t) <= (t' - t) + phi(t')   for t' >= t                     (waiting),
    phi_kappa(t) <= beta(t) w + P phi_c(t)                         (an attempt from kappa to c),

w the expected volume of the attempt, P the probability that it fails. Then every policy has mean
latency at least phi_0(0) less the integral of beta: sum the inequalities along what happens to a
request, and the cache offers volume at rate 1. (An attempt that takes time only adds waiting.)

Two results in closed form; `kvratio.theory.price.enclosed` has numbers for every rho.
"""

from typing import Any

import sympy

from kvratio.theory.bound import Bound, Step, identity, nonnegative, words
from kvratio.theory.formula import Formula
from kvratio.theory.price.constant import LOSES, OURS

R, X, T, END, C, E = sympy.symbols("r x t m c e", positive=True)
RHO, Q, TAU = sympy.symbols("rho q tau", positive=True)
GOLDEN = (1 + sympy.sqrt(5)) / 2
PRICES = "potential with prices of volume; compare Gittins' index"


def two_volumes(rho: Any, x: Any) -> Any:
    """The ratio of the best policy on the volumes 1 and rho, a share x of the latter, to the area.

    >>> two_volumes(4, sympy.Rational(1, 2))
    19/14
    >>> two_volumes(2, sympy.Rational(1, 3))  # never cancelled
    6/5
    """
    mean = 1 + (rho - 1) * x
    area = 1 + (rho - 1) * x**2
    gain = (rho - 1) * (1 - x) - 1
    if gain <= 0 or rho <= 2:
        return sympy.nsimplify(mean / area)
    return sympy.nsimplify((mean - x * gain**2 / ((rho - 2) * (1 - x))) / area)


def cut_share(rho: Any, x: Any) -> Any:
    """The share of requests that the best policy on two volumes runs to the shorter one first.

    >>> cut_share(4, sympy.Rational(1, 2))
    1/2
    """
    gain = (rho - 1) * (1 - x) - 1
    if gain <= 0 or rho <= 2:
        return sympy.Integer(0)
    return sympy.nsimplify(gain / ((rho - 2) * (1 - x)))


def short_intervals() -> Bound:
    """Up to rho = golden ratio squared nothing is better than to run every request to its end."""
    share = 1 / (1 + R)
    mean = 1 + (R**2 - 1) * share
    area = 1 + (R**2 - 1) * share**2
    return Bound(
        id="price/predictions/short intervals",
        statement="Volumes in [v_l, v_u], rho = v_u/v_l <= (3 + sqrt 5)/2 = 2.618...: the best "
        "ratio to the area bound of any policy that loses what it cancels is exactly "
        "(1 + sqrt rho)/2; running every request once, to its end, in random order with staggered "
        "starts, attains it. So with long prompts A_min, A_random and A_max are optimal for "
        "alpha >= (3 - sqrt 5)/2 = 0.3819..., where all their ratios are (1 + sqrt(1/alpha))/2",
        policy=LOSES,
        family="all volumes in [v_l, v_u], v_u <= 2.618 v_l; fluid limit, all requests at time 0",
        benchmark="area bound",
        closed_form="(1 + sqrt(rho))/2",
        value="",
        attained="two volumes, a share 1/(1 + sqrt rho) of the larger",
        source=OURS,
        formula=Formula((1 + sympy.sqrt(RHO)) / 2),
        steps=(
            words(
                "From above: price/run to the end/area. From below: the volumes 1 and rho = r^2, a "
                "share x = 1/(1 + r) of the latter, mean m. Prices beta = (m - t)/m up to m, then "
                "0; phi_0 = phi_1 = m - t (nothing known; known to exceed 1)."
            ),
            identity("the mean is m = r", mean, R),
            identity("waiting: d phi/dt = -1", sympy.diff(END - T, T), -1),
            identity("to the end from the start: beta m = phi_0", (END - T) / END * END, END - T),
            nonnegative(
                "to the end from 1: beta rho = (m - t) rho/m >= m - t, as rho >= m at r >= 1",
                sympy.expand((R**2 - mean).subs(R, 1 + E).simplify()),
                E,
            ),
            identity(
                "to 1 from the start, over m - t: 1/m + x - 1 = (1 + r - r^2)/(r (1 + r))",
                1 / R + share - 1,
                (1 + R - R**2) / (R * (1 + R)),
            ),
            identity(
                "which is >= 0 up to the golden ratio, a root of 1 + r - r^2",
                1 + GOLDEN - GOLDEN**2,
                0,
            ),
            identity("whose square is (3 + sqrt 5)/2", GOLDEN**2, (3 + sympy.sqrt(5)) / 2),
            nonnegative(
                "to c between 1 and rho costs more than to 1: w - 1 = x (c - 1)",
                sympy.expand(((1 - X) + X * (1 + E)) - 1),
                E,
                X,
            ),
            identity(
                "twice (phi_0(0) less the integral of beta), m, over the area is (1 + r)/2",
                2 * (R - sympy.integrate((R - T) / R, (T, 0, R))) / area,
                (1 + R) / 2,
            ),
            words(
                "Long prompts: v(u)/v(l) tends to u/l, and price/ladder/long prompts has the ratios"
                " of A_min, A_random and A_max."
            ),
        ),
    )


def _stages() -> tuple[Step, ...]:
    """A share q is run to 1 first; then the others to their end; then what is left of the first."""
    mean = 1 + (RHO - 1) * X
    gain = (RHO - 1) * (1 - X) - 1
    best = gain / ((RHO - 2) * (1 - X))
    cost = (
        Q * (1 + 1 - Q * (1 - X))
        + (1 - Q) * mean * ((1 - Q * (1 - X)) + Q * X)
        + Q * X * RHO * Q * X
    )
    return (
        words(
            "The policy: a share q runs up to 1 (time q, unfinished 1, then 1 - q (1 - x)); the "
            "others run to their end (time (1 - q) m, then q x unfinished); then the rest, time "
            "q x rho. Twice its mean latency is"
        ),
        identity(
            "m - 2 q x ((rho-1)(1-x) - 1) + q^2 (rho - 2) x (1 - x)",
            sympy.expand(cost),
            sympy.expand(mean - 2 * Q * X * gain + Q**2 * (RHO - 2) * X * (1 - X)),
        ),
        identity(
            "at q = ((rho-1)(1-x) - 1)/((rho-2)(1-x)): m - x gain^2/((rho-2)(1-x))",
            cost.subs(Q, best),
            mean - X * gain**2 / ((RHO - 2) * (1 - X)),
        ),
        identity("1 - q = x/((rho-2)(1-x)), so q < 1", 1 - best, X / ((RHO - 2) * (1 - X))),
    )


def two_lengths() -> Bound:
    """The best policy on two lengths: a mixture of A_l and running to the end."""
    mean = 1 + (RHO - 1) * X
    gain = (RHO - 1) * (1 - X) - 1
    best = gain / ((RHO - 2) * (1 - X))
    ends = Q + (1 - Q) * mean + Q * X * RHO  # when all is done
    middle = Q + (1 - Q) * mean
    at_middle = Q * X  # beta there: (ends - middle)/rho
    turn = at_middle + (1 - Q)  # beta at q, falling by 1/m from there to the middle
    first = turn + (1 - X) * Q  # beta at 0, falling by 1 - x from there to q
    area_of = (
        Q * (first + turn) / 2
        + (1 - Q) * mean * (turn + at_middle) / 2
        + (ends - middle) * at_middle / 2
    )
    value = mean * at_middle + middle  # phi_0(0)
    best_value = (mean - X * gain**2 / ((RHO - 2) * (1 - X))) / 2
    return Bound(
        id="price/predictions/two lengths",
        statement="Volumes 1 and rho > 2, a share x of the latter, (rho-1)(1-x) > 1: the best of "
        "all policies that lose what they cancel, also of those that know x, runs a share "
        "q = ((rho-1)(1-x) - 1)/((rho-2)(1-x)) of the requests to 1 first (as A_l), then the "
        "others to their end, then the rest of the first. Otherwise it never cancels. So A_l "
        "(q = 1) is optimal on no two lengths: 0 <= q < 1",
        policy=LOSES,
        family="two volumes; fluid limit, all requests at time 0",
        benchmark="area bound",
        closed_form="(m - x ((rho-1)(1-x) - 1)^2/((rho-2)(1-x)))/(1 + (rho-1) x^2), "
        "m = 1 + (rho-1) x",
        value="",
        attained="always (an equality)",
        source=f"{OURS}; {PRICES}",
        formula=Formula((mean - X * gain**2 / ((RHO - 2) * (1 - X))) / (1 + (RHO - 1) * X**2)),
        steps=(
            *_stages(),
            words(
                "From below, at that q: beta falls by 1 - x up to the time q, by 1/m in the second "
                "stage, by 1/rho in the last, to 0 at the end. phi_1 = end - t; phi_0 falls by 1 "
                "up to the middle (the end of the second stage), and is beta m after it."
            ),
            identity(
                "both uses of the start agree at q: m beta = beta + x (end - q)",
                sympy.simplify(((mean - 1) * turn - X * (ends - Q)).subs(Q, best)),
                0,
            ),
            identity(
                "to the end in the second stage: phi_0 = m beta at its ends",
                sympy.expand(mean * turn - (mean * at_middle + (middle - Q))),
                0,
            ),
            identity(
                "to 1 in the first stage: beta + x phi_1 falls by 1, as phi_0",
                (1 - X) + X,
                1,
            ),
            identity(
                "m (1 - x) - 1 = x gain > 0: so beta m falls faster than 1 in the first stage and "
                "beta + x phi_1 slower than 1 in the second; no use is below phi_0",
                sympy.expand(mean * (1 - X) - 1),
                sympy.expand(X * gain),
            ),
            identity(
                "after the middle beta + x phi_1 - m beta = (end - t) x/rho >= 0",
                sympy.simplify(1 / RHO + X - mean / RHO),
                X / RHO,
            ),
            words(
                "phi_1: rho beta falls by at least 1 throughout, as rho (1-x) >= 1 and rho >= m:"
            ),
            identity(
                "rho (1 - x) - 1 = gain + (1 - x)",
                sympy.expand(RHO * (1 - X) - 1),
                sympy.expand(gain + 1 - X),
            ),
            identity("rho - m = (rho - 1)(1 - x)", RHO - mean, sympy.expand((RHO - 1) * (1 - X))),
            words("An attempt to c between 1 and rho fails as often as one to 1 and costs more."),
            identity(
                "phi_0(0) less the integral of beta is half of the policy's value",
                sympy.simplify((value - area_of).subs(Q, best)),
                sympy.simplify(best_value),
            ),
            words(
                "(rho-1)(1-x) <= 1, in particular rho <= 2: the potential of price/predictions/"
                "short intervals, beta = (m - t)/m: to 1 costs 1/m + x >= 1 as m (1 - x) <= 1."
            ),
        ),
    )


def bounds() -> list[Bound]:
    """What is known in closed form.

    >>> [bound.obtained for bound in bounds()]
    ['derived', 'derived']
    """
    return [short_intervals(), two_lengths()]
