"""Two lengths l < u: A_min and its staggered version, for every common prompt s.

Everything against H-SF depends on a = u/l = 1/alpha and on

    rho^2 = c(u) / c(l) = u (s + u) / (l (s + l)),

which falls from a^2 at s = 0 to a as s grows. P (arXiv 2508.14544) has the case s = 0 only.
"""

from typing import Any

import sympy

from kvratio.theory.bound import Bound, Step, identity, nonnegative, words
from kvratio.theory.forms import A_MIN, A_MIN_STAGGERED, AREA, H_SF, Form
from kvratio.theory.formula import Formula, digits
from kvratio.theory.ratios.binary import (
    Binary,
    l,
    lemma_bound,
    s,
    supremum_by_square,
    t,
    two_point_form,
    u,
)

FAMILY = "two lengths l < u"
rho, a = sympy.symbols("rho a", positive=True)
alpha = sympy.Symbol("alpha", positive=True)
RHO = (rho, sympy.sqrt(u * (s + u) / (l * (s + l))))
# every l < u and s > 0 is u = a l and this s, with sqrt(a) < rho < a
_BY_RHO = {u: a * l, s: l * (a**2 - rho**2) / (rho**2 - a)}


def _shape(form: Form, unit: Any) -> Binary:
    """The form over two lengths in units of `unit`, as a function of a and rho."""
    entries = (sympy.cancel((e / unit).subs(_BY_RHO)) for e in two_point_form(form))
    return Binary(*(sympy.factor(e) for e in entries))


def a_min_excess() -> tuple[Step, ...]:
    """A_min exceeds H-SF by (s + l)/(s + u) of what A_random exceeds it by."""
    form, base = two_point_form(A_MIN), two_point_form(H_SF)
    return (
        words("Lemma 2 of P, added up over the classes k = l ... u, on the lengths l < u."),
        identity("x_l^2: both c(l)", form.a, base.a),
        identity("x_u^2: both c(u)", form.d, base.d),
        identity(
            "x_l x_u: excess (c(u) - c(l)) (s + l)/(s + u)",
            2 * (form.b - base.b),
            (base.d - base.a) * (s + l) / (s + u),
        ),
    )


def a_min_against_h_sf() -> list[Bound]:
    """CR(A_min) = 1 + a (rho - 1)/(2 rho^2), for every s; then s = 0, s -> infinity, worst s."""
    base, form = _shape(H_SF, l * (s + l)), _shape(A_MIN, l * (s + l))
    best = 1 + a * (rho - 1) / (2 * rho**2)
    steps = (
        *a_min_excess(),
        identity("H-SF in units of c(l): t^2 + 2 t + rho^2", base.at(t), t**2 + 2 * t + rho**2),
        identity(
            "best * H-SF - A_min = (best - 1)(t - rho)^2",
            best * base.at(t) - form.at(t),
            (best - 1) * (t - rho) ** 2,
        ),
        words("rho > 1, so it is >= 0, and = 0 at t = x_l/x_u = rho."),
    )
    full = Formula(1 + u * (rho - 1) / (2 * l * rho**2), (RHO,))
    at_0 = (3 - alpha) / 2
    no_prompt = (*steps, identity("s = 0: rho = a", best.subs(rho, a), at_0.subs(alpha, 1 / a)))
    limit = (1 + sympy.sqrt(1 / alpha)) / 2
    long = (
        *steps,
        identity(
            "s to infinity: rho = sqrt(a)", best.subs(rho, sympy.sqrt(a)), (1 + sympy.sqrt(a)) / 2
        ),
    )
    return [
        Bound(
            id="two-point/A_min/H-SF",
            statement="the ratio of A_min for every prompt; P's Theorem 6 is its case s = 0",
            policy="A_min",
            family=FAMILY,
            benchmark="H-SF",
            closed_form=str(full),
            value="inf",
            attained="x_l/x_u = rho; unbounded as s/l and u/l grow",
            source="ours (form: P Lemma 2)",
            steps=steps,
            formula=full,
        ),
        Bound(
            id="two-point/A_min/H-SF/s=0",
            statement="P Theorem 6, and it is tight",
            policy="A_min",
            family=FAMILY + ", s = 0",
            benchmark="H-SF",
            closed_form=str(at_0),
            value=digits(at_0.subs(alpha, 0)),
            attained="x_l/x_u = 1/alpha; supremum as alpha -> 0",
            source="P Theorem 6",
            steps=no_prompt,
            formula=Formula(at_0),
        ),
        Bound(
            id="two-point/A_min/H-SF/long prompts",
            statement="the limit of long prompts, s/u -> infinity",
            policy="A_min",
            family=FAMILY + ", s -> infinity",
            benchmark="H-SF",
            closed_form=str(limit),
            value="inf",
            attained="x_l/x_u = alpha^(-1/2); unbounded as alpha -> 0",
            source="ours",
            steps=long,
            formula=Formula(limit),
        ),
        _worst_prompt(steps, best),
    ]


def _worst_prompt(steps: tuple[Step, ...], best: Any) -> Bound:
    """The prompt that is worst for A_min at a given alpha."""
    worst = sympy.Piecewise(
        ((3 - alpha) / 2, alpha >= sympy.Rational(1, 2)),
        (1 + 1 / (8 * alpha), alpha >= sympy.Rational(1, 4)),
        ((1 + sympy.sqrt(1 / alpha)) / 2, True),
    )
    more = (
        identity(
            "d(best)/d(rho) = a (2 - rho)/(2 rho^3): rising up to rho = 2, falling beyond",
            sympy.diff(best, rho),
            a * (2 - rho) / (2 * rho**3),
        ),
        nonnegative(
            "rho^2 falls as s grows (u = l + t)",
            -sympy.diff(RHO[1] ** 2, s).subs(u, l + t),
            l,
            s,
            t,
        ),
        words("rho is in (sqrt(a), a]: rho = a for a <= 2, 2 for 2 <= a <= 4, sqrt(a) beyond."),
        identity("rho = 2", best.subs(rho, 2), 1 + a / 8),
    )
    return Bound(
        id="two-point/A_min/H-SF/worst prompt",
        statement="the supremum over all prompts, by alpha",
        policy="A_min",
        family=FAMILY + ", all s",
        benchmark="H-SF",
        closed_form=str(worst),
        value="inf",
        attained="s = 0 for alpha >= 1/2; rho = 2 for 1/4 <= alpha <= 1/2; s -> infinity below",
        source="ours",
        steps=(*steps, *more),
        formula=Formula(worst),
    )


def a_min_against_area() -> list[Bound]:
    """Against the fluid optimum: a root for every prompt; twice the H-SF ratio for long outputs."""
    full, steps = lemma_bound(A_MIN, AREA)
    lengthy = 3 - alpha
    limits = [
        Binary(*(sympy.limit(e.subs(s, 0).subs(l, alpha * u) / u**2, u, sympy.oo) for e in form))
        for form in (two_point_form(A_MIN, 0), two_point_form(AREA, 0))
    ]
    long_outputs = (
        *a_min_excess(),
        identity("s = 0, l = alpha u, u to infinity: v -> c/2", 2 * limits[1].d, 1),
        supremum_by_square(
            "(3 - alpha) * area - A_min, in units of u^2, is a square",
            lengthy,
            limits[0],
            limits[1],
            (1 - alpha) * alpha**2 / 2,
            1 / alpha,
        ),
        words("At finite lengths less, because c(u)/v(u) < 2 and H-SF's ratio is (3 - alpha)/2."),
    )
    return [
        Bound(
            id="two-point/A_min/area",
            statement="A_min against the fluid optimum, for every prompt",
            policy="A_min",
            family=FAMILY,
            benchmark="area bound",
            closed_form=str(full),
            value="inf",
            attained="t = (b - z r)/(z p - a), z the ratio; unbounded as s/l and u/l grow",
            source="ours",
            steps=steps,
            formula=full,
        ),
        Bound(
            id="two-point/A_min/area/s=0",
            statement="long outputs, no prompt",
            policy="A_min",
            family=FAMILY + ", s = 0, l -> infinity",
            benchmark="area bound",
            closed_form=str(lengthy),
            value=digits(lengthy.subs(alpha, 0)),
            attained="x_l/x_u = 1/alpha; supremum as alpha -> 0",
            source="ours",
            steps=long_outputs,
            formula=Formula(lengthy),
        ),
    ]


def staggered_a_min() -> list[Bound]:
    """Staggered A_min at s = 0 (its classes add up to a rational function only there)."""
    rows = []
    for benchmark, name in ((H_SF, "H-SF"), (AREA, "area")):
        full, steps = lemma_bound(A_MIN_STAGGERED, benchmark, prompt=0)
        rows.append(
            Bound(
                id=f"two-point/staggered A_min/{name}/s=0",
                statement="A_min with staggered restarts, no prompt",
                policy="staggered A_min",
                family=FAMILY + ", s = 0",
                benchmark=benchmark.name,
                closed_form=str(full),
                value="",
                attained="t = (b - z r)/(z p - a), z the ratio",
                source="ours",
                steps=steps,
                formula=full,
            )
        )
    return rows


def bounds() -> list[Bound]:
    """Every result on two lengths for the policies of this module."""
    return [*a_min_against_h_sf(), *a_min_against_area(), *staggered_a_min()]
