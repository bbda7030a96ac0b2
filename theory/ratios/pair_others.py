"""Two lengths l < u with prompts: the policies beside A_l in the table of thresholds.

A_min with a prompt as long as the short output and with long prompts, A_max and A_random, which
have no bound for all alpha, and H-SF against the optimum. `kvratio.theory.ratios.pair_promotion`
has A_l and the shapes of the forms.
"""

from fractions import Fraction
from typing import Any

import sympy

from kvratio.theory.bound import Bound, Step, certified, identity, nonnegative, words
from kvratio.theory.forms import A_MAX, A_MIN, A_RANDOM, AREA, H_SF, Form
from kvratio.theory.formula import digits
from kvratio.theory.ratios.binary import Binary, l, larger_root, s, two_point_form, u
from kvratio.theory.ratios.endless import BENCHMARKS
from kvratio.theory.ratios.pair_promotion import LABELS, MARGIN, never_above, shape
from kvratio.theory.ratios.two_point import FAMILY, a, alpha, rho


def a_min() -> list[Bound]:
    """A_min with a prompt as long as the short output."""
    best = 1 + a * (rho - 1) / (2 * rho**2)
    square = a * (1 + a) / 2
    own = 1 + (sympy.sqrt(square) - 1) / (1 + a)
    steps = (
        words("two-point/A_min/H-SF with s = l: rho^2 = a (1 + a)/2."),
        identity("rho^2", (u * (s + u) / (l * (s + l))).subs({s: l, u: a * l}), square),
        identity("the ratio", best.subs(rho, sympy.sqrt(square)), own),
        nonnegative(
            "((rho - 1)/(1 + a))^2 < 1/2: 1/2 - a/(2 (1 + a)) >= 0",
            sympy.Rational(1, 2) - square / (1 + a) ** 2,
            a,
        ),
        identity("the limit a -> infinity", sympy.limit(own, a, sympy.oo), 1 + 1 / sympy.sqrt(2)),
    )
    top, bottom = shape(A_MIN, "s=l"), shape(AREA, "s=l")
    limit = (5 + sympy.sqrt(13)) / 3
    ends = [Binary(*(part.subs(alpha, 0) for part in form)) for form in (top, bottom)]
    z = Fraction(int(sympy.N(limit, 30) * 10**20), 10**20) + MARGIN
    own_area = two_point_form(AREA)
    area = (
        words("l and u grow with l/u = alpha fixed, tau = alpha x_l/x_u."),
        nonnegative(
            "v(k) >= s k + k^2/2: at finite l the ratio is below the limit",
            own_area.d - (s * u + u**2 / 2),
            u,
        ),
        certified(
            "at most the value + 1e-11, for all alpha in (0, 1]",
            lambda: never_above(z, top, bottom, Fraction(0), Fraction(1)),
        ),
        identity(
            "alpha -> 0: the value is the larger root of the lemma on two lengths",
            larger_root(*ends),
            limit,
        ),
        identity(
            "at tau = (b - z r)/(z p - a), positive", _tau(limit, *ends), (sympy.sqrt(13) - 1) / 6
        ),
    )
    long = tuple(
        identity(f"s -> infinity: both benchmarks charge the length, entry {n + 1}", x, y)
        for n, (x, y) in enumerate(
            zip(shape(H_SF, "long prompts"), shape(AREA, "long prompts"), strict=True)
        )
    )
    return [
        Bound(
            id="two-point/A_min/H-SF/s=l",
            statement="a prompt as long as the short output",
            policy="A_min",
            family=FAMILY + ", s = l",
            benchmark="H-SF",
            closed_form=str(own),
            value=digits(1 + 1 / sympy.sqrt(2)),
            attained="x_l/x_u = rho; supremum as alpha -> 0",
            source="ours",
            steps=steps,
            formula=None,
        ),
        Bound(
            id="two-point/A_min/area/s=l",
            statement="a prompt as long as the short output",
            policy="A_min",
            family=FAMILY + ", s = l",
            benchmark=AREA.name,
            closed_form=str(limit),
            value=digits(limit),
            attained="x_l/x_u = (sqrt(13) - 1)/(6 alpha); supremum as alpha -> 0, l -> infinity",
            source="ours",
            steps=area,
        ),
        _unbounded(A_MIN, AREA, "area", "long prompts", long),
    ]


def _tau(z: Any, top: Binary, bottom: Binary) -> Any:
    return (top.b - z * bottom.b) / (z * bottom.a - top.a)


def _unbounded(form: Form, bench: Form, name: str, case: str, more: tuple[Step, ...] = ()) -> Bound:
    """A witness along which the ratio grows without end: x_l/x_u = sqrt(1/alpha)."""
    b = sympy.Symbol("b", positive=True)
    at, tau = {alpha: 1 / b**2}, 1 / b
    ratio = shape(form, case).at(tau).subs(at) / shape(bench, case).at(tau).subs(at)
    shown = sympy.factor(ratio)
    steps = (
        *more,
        words(f"With b^2 = u/l and x_l/x_u = b the ratio is {shown} (long outputs)."),
        identity(
            "and it grows without end: its inverse tends to 0",
            sympy.limit(1 / shown, b, sympy.oo),
            0,
        ),
    )
    return Bound(
        id=f"two-point/{form.name}/{name}/{case}",
        statement="no bound for all alpha",
        policy=form.name,
        family=f"{FAMILY}, {LABELS[case]}",
        benchmark=bench.name,
        closed_form=f"at least {shown}, b^2 = u/l",
        value="inf",
        attained="x_l/x_u = sqrt(u/l); unbounded as alpha -> 0",
        source="ours",
        steps=steps,
    )


def unbounded() -> list[Bound]:
    """A_max and A_random have no bound for all alpha, with any prompt."""
    return [
        _unbounded(form, bench, name, case)
        for form in (A_MAX, A_RANDOM)
        for bench, name in BENCHMARKS
        for case in LABELS
        if (form, name, case) != (A_MAX, "H-SF", "s=0")  # `random_order` has its exact form
    ]


def h_sf() -> list[Bound]:
    """H-SF over the optimum: twice it where outputs are long, with a prompt or without."""
    charge, low = two_point_form(H_SF).d, two_point_form(AREA).d
    ratio = sympy.factor(charge / low)
    rows = []
    for case, value in (("s=0", 2), ("s=l", 2), ("long prompts", 1)):
        prompt = {"s=0": {s: 0}, "s=l": {s: sympy.Integer(1), l: 1}, "long prompts": {}}[case]
        grows = s if case == "long prompts" else u
        steps = (
            nonnegative("at most 2: c(k)/v(k) <= 2, and it rises with k", 2 - ratio, s, u),
            identity(
                "all requests of length u, in the limit",
                sympy.limit(ratio.subs(prompt), grows, sympy.oo),
                value,
            ),
        )
        rows.append(
            Bound(
                id=f"two-point/H-SF/area/{case}",
                statement="H-SF against the fluid optimum",
                policy="H-SF",
                family=f"{FAMILY}, {LABELS[case]}",
                benchmark=AREA.name,
                closed_form=str(ratio),
                value=digits(sympy.Integer(value)),
                attained="all requests long, u -> infinity (l = 1)",
                source="ours",
                steps=steps,
            )
        )
    return rows


def bounds() -> list[Bound]:
    """Every result of this module."""
    return [*a_min(), *unbounded(), *h_sf()]
