"""Two lengths l < u with one promotion: A_l, slicing with caps (l, u), and when to use which.

Both policies run every request for l tokens and restart the rest. Against its own kind of single
run (A_l: H-SF, batches; slicing: the area bound, staggered starts) the ratio is one function of

    rho^2 = c(u) / c(l)   for A_l,        rho^2 = v(u) / v(l)   for slicing.

It stays below 3, and below 3/2 for rho >= 2, for every prompt: A_min's does not.
"""

from typing import Any

import sympy

from kvratio.theory.bound import Bound, Step, identity, nonnegative, words
from kvratio.theory.forms import A_L, AREA, H_SF, Form, slicing
from kvratio.theory.formula import Formula, digits
from kvratio.theory.ratios.binary import Binary, l, lemma_bound, s, t, two_point_form, u
from kvratio.theory.ratios.two_point import FAMILY, RHO, a, alpha, rho

SLICING = slicing((1, 2))  # `two_point_form` puts the caps l and u in
FAR, NEAR = 1 + 1 / (2 * (rho - 1)), 1 + 2 / rho**2
_BEST = sympy.Piecewise((FAR, rho >= 2), (NEAR, True))
_ATTAINED = "x_l/x_u = rho - 2, or all long where rho < 2; supremum as rho -> 1"


def _steps(policy: Form, single: Form) -> tuple[Step, ...]:
    """The ratio of promotion to a single run of the same charge."""
    top, bottom = two_point_form(policy), two_point_form(single)
    excess = Binary(0, sympy.Rational(1, 2), 2)  # t + 2, in units of the short request's charge
    unit = Binary(1, 1, rho**2)
    return (
        identity("single run: the short one's charge b = a", bottom.b, bottom.a),
        identity(
            "promotion = single run + a (t + 2), a the short one's charge",
            top.at(t),
            bottom.at(t) + bottom.a * excess.at(t),
        ),
        identity(
            "rho >= 2: (best - 1)(t^2 + 2 t + rho^2) - (t + 2) = (best - 1)(t - (rho - 2))^2",
            (FAR - 1) * unit.at(t) - excess.at(t),
            (FAR - 1) * (t - (rho - 2)) ** 2,
        ),
        identity(
            "rho <= 2: it is t (2 t + 4 - rho^2)/rho^2 >= 0, and 0 at t = 0",
            (NEAR - 1) * unit.at(t) - excess.at(t),
            t * (2 * t + 4 - rho**2) / rho**2,
        ),
        nonnegative("below 3: 3 - (1 + 2/rho^2) >= 0 for rho = 1 + t", 2 - 2 / (1 + t) ** 2, t),
    )


def _special(text: str, at: Any, claimed: Any) -> tuple[Step, ...]:
    """Both pieces of the ratio at a special rho, against the pieces of the claimed formula."""
    return tuple(
        identity(text, piece.subs(rho, at), other.expr)
        for piece, other in zip((FAR, NEAR), claimed.args, strict=True)
    )


def a_l() -> list[Bound]:
    """A_l against H-SF: every prompt, s = 0 (P, Theorem 7), and the limit of long prompts."""
    steps, full = _steps(A_L, H_SF), Formula(_BEST, (RHO,))
    root, half = sympy.sqrt(alpha), sympy.Rational(1, 2)
    at_0 = sympy.Piecewise((1 + alpha / (2 * (1 - alpha)), alpha <= half), (1 + 2 * alpha**2, True))
    long = sympy.Piecewise((1 + root / (2 * (1 - root)), alpha <= half**2), (1 + 2 * alpha, True))
    top = digits(NEAR.subs(rho, 1))
    return [
        Bound(
            id="two-point/A_l/H-SF",
            statement="the ratio of A_l for every prompt",
            policy="A_l",
            family=FAMILY,
            benchmark="H-SF",
            closed_form=str(full),
            value=top,
            attained=_ATTAINED,
            source="ours (s = 0: P Theorem 7)",
            steps=steps,
            formula=full,
        ),
        Bound(
            id="two-point/A_l/H-SF/s=0",
            statement="P Theorem 7, and it is tight",
            policy="A_l",
            family=FAMILY + ", s = 0",
            benchmark="H-SF",
            closed_form=str(at_0),
            value=top,
            attained=_ATTAINED,
            source="P Theorem 7",
            steps=(*steps, *_special("s = 0: rho = 1/alpha", 1 / alpha, at_0)),
            formula=Formula(at_0),
        ),
        Bound(
            id="two-point/A_l/H-SF/long prompts",
            statement="the limit of long prompts, s/u -> infinity",
            policy="A_l",
            family=FAMILY + ", s -> infinity",
            benchmark="H-SF",
            closed_form=str(long),
            value=top,
            attained=_ATTAINED,
            source="ours",
            steps=(*steps, *_special("s -> infinity: rho = alpha^(-1/2)", 1 / root, long)),
            formula=Formula(long),
        ),
    ]


def slices() -> list[Bound]:
    """Slicing with the caps l and u against the area bound: A_l's formula in volumes."""
    volumes = two_point_form(AREA)
    full = Formula(_BEST, ((rho, sympy.sqrt(volumes.d / volumes.a)),))
    return [
        Bound(
            id="two-point/slicing/area",
            statement="slicing with the caps l and u against the fluid optimum",
            policy="slicing (l, u)",
            family=FAMILY,
            benchmark="area bound",
            closed_form=str(full),
            value=digits(NEAR.subs(rho, 1)),
            attained=_ATTAINED,
            source="ours",
            steps=_steps(SLICING, AREA),
            formula=full,
        )
    ]


def crossed() -> list[Bound]:
    """A_l against the area bound, slicing against H-SF: by the lemma of `theory.ratios.binary`."""
    charge = two_point_form(H_SF).d / two_point_form(AREA).d
    order = (
        nonnegative("H-SF >= area: c(u)/v(u) >= 1 (u = 1 + t)", (charge - 1).subs(u, 1 + t), s, t),
        nonnegative("H-SF <= 2 area: c(u)/v(u) <= 2", 2 - charge, s, u),
    )
    return [
        _crossed(
            A_L,
            "A_l",
            AREA,
            6,
            {s: 0, u: l + 1},
            order,
            "below 3 * 2; supremum with all requests long, s = 0, u = l + 1, l -> infinity",
        ),
        _crossed(
            SLICING,
            "slicing",
            H_SF,
            3,
            {s: l**2, u: l + 1},
            order,
            "below 3 * 1; supremum with all requests long, s = l^2, u = l + 1, l -> infinity",
        ),
    ]


def _crossed(
    policy: Form,
    name: str,
    benchmark: Form,
    top: int,
    corner: dict[Any, Any],
    order: tuple[Step, ...],
    where: str,
) -> Bound:
    full, steps = lemma_bound(policy, benchmark)
    policy_name = "slicing (l, u)" if policy is SLICING else policy.name
    all_long = two_point_form(policy).d / two_point_form(benchmark).d
    limit = sympy.limit(all_long.subs(corner, simultaneous=True), l, sympy.oo)
    approach = identity(f"all long, in the corner: {top}", limit, top)
    short = {"H-SF": "H-SF", "area bound": "area"}[benchmark.name]
    return Bound(
        id=f"two-point/{name}/{short}",
        statement="for every prompt",
        policy=policy_name,
        family=FAMILY,
        benchmark=benchmark.name,
        closed_form=str(full),
        value=digits(sympy.Integer(top)),
        attained=where,
        source="ours",
        steps=(*steps, *order, approach),
        formula=full,
    )


def switch_prompt(b: Any) -> Any:
    """s/l, the prompt at which A_min and A_l change places at alpha = 1/b^2; any number type.

    >>> switch_prompt(sympy.Rational(7, 4))
    185/112
    """
    return (b**2 - b - 1) * (b**2 - b + 1) / (b * (2 - b))


def switch() -> list[Bound]:
    """Where A_l becomes better than A_min: P's (3 - sqrt 5)/2 at s = 0, moving to 1/4."""
    b = sympy.Symbol("b", positive=True)  # b = sqrt(a)
    prompt = switch_prompt(b)
    a_min, far = 1 + a * (rho - 1) / (2 * rho**2), FAR
    meeting = b / (b - 1)
    ratio_at = RHO[1].subs({u: a * l, s: prompt * l}).subs(a, b**2)
    golden = (1 + sympy.sqrt(5)) / 2
    steps = (
        identity(
            "rho >= 2: A_min - A_l has the sign of (b (rho - 1) - rho)(b (rho - 1) + rho), b^2 = a",
            (a_min - far).subs(a, b**2) * 2 * rho**2 * (rho - 1),
            (b * (rho - 1) - rho) * (b * (rho - 1) + rho),
        ),
        words("so A_l is better where rho > b/(b - 1)."),
        identity(
            "rho <= 2: A_min - A_l = (a (rho - 1) - 4)/(2 rho^2)",
            a_min - NEAR,
            (a * (rho - 1) - 4) / (2 * rho**2),
        ),
        words("which is <= 0, as a <= rho^2 <= 4 and rho - 1 <= 1: A_min is not the worse there."),
        identity("they meet at s/l = (b^2-b-1)(b^2-b+1)/(b(2-b))", ratio_at**2, meeting**2),
        identity("s = 0: b is the golden ratio", prompt.subs(b, golden), 0),
        identity("so alpha = (3 - sqrt 5)/2", 1 / golden**2, (3 - sympy.sqrt(5)) / 2),
        nonnegative(
            "s/l rises with b on [1, 2) (b = (1 + 2 t)/(1 + t))",
            sympy.diff(prompt, b).subs(b, (1 + 2 * t) / (1 + t)),
            t,
        ),
        words("and grows without end as b -> 2: alpha -> 1/4 for long prompts."),
    )
    at_0 = (3 - sympy.sqrt(5)) / 2
    full = Formula(sympy.Eq(s / l, prompt), ((b, 1 / sympy.sqrt(alpha)),))
    return [
        Bound(
            id="two-point/switch/s=0",
            statement="A_l has the smaller ratio below this alpha",
            policy="A_l, A_min",
            family=FAMILY + ", s = 0",
            benchmark="H-SF",
            closed_form=str(at_0),
            value=digits(at_0),
            attained="alpha*",
            source="P section 5.1",
            steps=steps,
        ),
        Bound(
            id="two-point/switch",
            statement="alpha* by the prompt: falls from (3 - sqrt 5)/2 to 1/4",
            policy="A_l, A_min",
            family=FAMILY,
            benchmark="H-SF",
            closed_form=str(full),
            value=digits(sympy.Rational(1, 4)),
            attained="alpha* as s/l -> infinity",
            source="ours",
            steps=steps,
        ),
    ]


def bounds() -> list[Bound]:
    """Every result on one promotion over two lengths."""
    return [*a_l(), *slices(), *crossed(), *switch()]
