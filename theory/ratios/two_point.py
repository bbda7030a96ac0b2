"""Two lengths l < u: A_min and its staggered version, for every common prompt s.

Everything against H-SF depends on a = u/l = 1/alpha and on

    rho^2 = c(u) / c(l) = u (s + u) / (l (s + l)),

which falls from a^2 at s = 0 to a as s grows. P (arXiv 2508.14544) has the case s = 0 only.
"""

from typing import Any

import sympy

from kvratio.theory.bound import Bound, Formula, Step, digits, identity, nonnegative, words
from kvratio.theory.forms import A_MIN, A_MIN_STAGGERED, AREA, H_SF, Form
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
            "two-point/A_min/H-SF",
            "the ratio of A_min for every prompt; P's Theorem 6 is its case s = 0",
            "A_min", FAMILY, "H-SF", str(full), "inf",
            "x_l/x_u = rho; unbounded as s/l and u/l grow", "ours (form: P Lemma 2)", steps, full,
        ),
        Bound(
            "two-point/A_min/H-SF/s=0", "P Theorem 6, and it is tight",
            "A_min", FAMILY + ", s = 0", "H-SF", str(at_0), digits(at_0.subs(alpha, 0)),
            "x_l/x_u = 1/alpha; supremum as alpha -> 0", "P Theorem 6", no_prompt, Formula(at_0),
        ),
        Bound(
            "two-point/A_min/H-SF/long prompts", "the limit of long prompts, s/u -> infinity",
            "A_min", FAMILY + ", s -> infinity", "H-SF", str(limit), "inf",
            "x_l/x_u = alpha^(-1/2); unbounded as alpha -> 0", "ours", long, Formula(limit),
        ),
        _worst_prompt(steps, best),
    ]  # fmt: skip


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
            l, s, t,
        ),
        words("rho is in (sqrt(a), a]: rho = a for a <= 2, 2 for 2 <= a <= 4, sqrt(a) beyond."),
        identity("rho = 2", best.subs(rho, 2), 1 + a / 8),
    )  # fmt: skip
    return Bound(
        "two-point/A_min/H-SF/worst prompt", "the supremum over all prompts, by alpha",
        "A_min", FAMILY + ", all s", "H-SF", str(worst), "inf",
        "s = 0 for alpha >= 1/2; rho = 2 for 1/4 <= alpha <= 1/2; s -> infinity below",
        "ours", (*steps, *more), Formula(worst),
    )  # fmt: skip


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
            lengthy, limits[0], limits[1], (1 - alpha) * alpha**2 / 2, 1 / alpha,
        ),
        words("At finite lengths less, because c(u)/v(u) < 2 and H-SF's ratio is (3 - alpha)/2."),
    )  # fmt: skip
    return [
        Bound(
            "two-point/A_min/area", "A_min against the fluid optimum, for every prompt", "A_min",
            FAMILY, "area bound", str(full), "inf",
            "t = (b - z r)/(z p - a), z the ratio; unbounded as s/l and u/l grow", "ours", steps,
            full,
        ),
        Bound(
            "two-point/A_min/area/s=0", "long outputs, no prompt", "A_min",
            FAMILY + ", s = 0, l -> infinity", "area bound", str(lengthy),
            digits(lengthy.subs(alpha, 0)), "x_l/x_u = 1/alpha; supremum as alpha -> 0", "ours",
            long_outputs, Formula(lengthy),
        ),
    ]  # fmt: skip


def staggered_a_min() -> list[Bound]:
    """Staggered A_min at s = 0 (its classes add up to a rational function only there)."""
    rows = []
    for benchmark, name in ((H_SF, "H-SF"), (AREA, "area")):
        full, steps = lemma_bound(A_MIN_STAGGERED, benchmark, prompt=0)
        rows.append(
            Bound(
                f"two-point/staggered A_min/{name}/s=0",
                "A_min with staggered restarts, no prompt", "staggered A_min",
                FAMILY + ", s = 0", benchmark.name, str(full), "",
                "t = (b - z r)/(z p - a), z the ratio", "ours", steps, full,
            )
        )  # fmt: skip
    return rows


def bounds() -> list[Bound]:
    """Every result on two lengths for the policies of this module."""
    return [*a_min_against_h_sf(), *a_min_against_area(), *staggered_a_min()]
