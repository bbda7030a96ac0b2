"""Two lengths l < u: A_l with the better of its two thresholds.

On two lengths only the thresholds l (Algorithm 6) and u (no promotion: A_random at own lengths,
A_max in slots) matter: a slot of s + m with l < m < u is larger than s + l, and promotes the same
requests. At own lengths the better threshold for each l, u, s is l where rho >= 2, u below, with
rho^2 = c(u)/c(l): the ratio to H-SF is at most 3/2 for every prompt. Algorithm 6 alone reaches 3.

The other suprema are roots where the two thresholds meet; each is enclosed to 10^-11, by coverings
of alpha in (0, 1] with balls. There x_l/x_u = tau/alpha, so that all coefficients are polynomials.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import mpmath
import sympy

from kvratio.theory.bound import Bound, Step, certified, identity, nonnegative, words
from kvratio.theory.forms import A_L, A_MAX, A_RANDOM, AREA, H_SF, Form
from kvratio.theory.formula import Formula, digits
from kvratio.theory.ratios.binary import Binary, l, larger_root, s, two_point_form, u
from kvratio.theory.ratios.coverings import ball, covered, function
from kvratio.theory.ratios.promotion import FAR, NEAR
from kvratio.theory.ratios.two_point import FAMILY, RHO, a, alpha, rho

_HALF = sympy.Rational(3, 2)
MARGIN = Fraction(1, 10**11)
_CELL = Fraction(1, 10**15)
OWN, SLOTS = "own, own", "slots, slots"
_NONE = {OWN: A_RANDOM, SLOTS: A_MAX}  # what A_l is with the threshold u
# what the prompt is, for two lengths that grow together (l = 1, u = 1/alpha in their unit)
PROMPTS = {"s=0": sympy.Integer(0), "s=l": l}
LABELS = {"s=0": "s = 0", "s=l": "s = l", "long prompts": "s -> infinity"}


def shape(form: Form, case: str) -> Binary:
    """The form in tau = alpha x_l/x_u, in units of the long request's square: polynomials in alpha.

    l and u grow with alpha = l/u and s/l fixed (long prompts: s/u -> infinity).

    >>> shape(H_SF, "s=0")
    Binary(a=1, b=alpha, d=1)
    """
    entries = two_point_form(form)
    big = sympy.Symbol("L", positive=True)
    if case == "long prompts":
        scaled = (sympy.limit(e / s, s, sympy.oo).subs({l: alpha, u: 1}) for e in entries)
    else:
        at = {l: alpha * big, u: big, s: PROMPTS[case].subs(l, alpha * big)}
        scaled = (
            sympy.limit(e.subs(at, simultaneous=True) / big**2, big, sympy.oo) for e in entries
        )
    first, middle, last = scaled
    return Binary(
        sympy.expand(sympy.cancel(first / alpha**2)),
        sympy.expand(sympy.cancel(middle / alpha)),
        sympy.expand(last),
    )


def never_above(
    bound: Fraction, top: Binary, bottom: Binary, low: Fraction, high: Fraction
) -> bool:
    """Is top <= bound * bottom for all tau >= 0 and all alpha in [low, high]? By a covering.

    >>> one = shape(H_SF, "s=0")
    >>> never_above(Fraction(9, 10), one, one, Fraction(1, 2), Fraction(1))
    False
    """
    z = sympy.Rational(bound.numerator, bound.denominator)
    parts = [function(alpha)(z * below - above) for above, below in zip(top, bottom, strict=True)]
    square = function(alpha)(
        (z * bottom.a - top.a) * (z * bottom.d - top.d) - (z * bottom.b - top.b) ** 2
    )

    def holds(left: Fraction, right: Fraction) -> bool:
        at = ball(left, right)
        first, middle, last = (part(at) for part in parts)
        definite = bool(middle >= 0) or bool(square(at) > 0)
        return bool(first > 0) and bool(last > 0) and definite

    return covered(low, high, holds, Fraction(1), _CELL)


class _Case(NamedTuple):
    reading: str
    benchmark: Form
    name: str
    case: str
    bracket: tuple[str, str]  # of alpha, around the meeting point


_MEETINGS = (
    _Case(OWN, AREA, "area", "s=l", ("0.3", "0.5")),
    _Case(SLOTS, H_SF, "H-SF", "s=0", ("0.5", "0.7")),
    _Case(SLOTS, AREA, "area", "s=0", ("0.5", "0.7")),
    _Case(SLOTS, H_SF, "H-SF", "s=l", ("0.4", "0.6")),
    _Case(SLOTS, AREA, "area", "s=l", ("0.4", "0.6")),
)


def meeting(case: _Case) -> Bound:
    """Where the thresholds l and u are equally good: the supremum, enclosed."""
    bottom = shape(case.benchmark, case.case)
    tops = shape(A_L, case.case), shape(_NONE[case.reading], case.case)
    with mpmath.workdps(40):
        values = [_supremum_over_shares(top, bottom) for top in tops]
        at = mpmath.findroot(lambda x: values[0](x) - values[1](x), case.bracket, solver="illinois")
        value = values[0](at)
        split, level = (Fraction(int(x * 10**30), 10**30) for x in (at, value))
    above = level + MARGIN
    text = "at most the value + 1e-11"
    steps = (
        words("l and u grow with l/u = alpha fixed; by homogeneity the supremum over all l, u."),
        *_no_gain_from_short(case),
        certified(
            f"threshold u, alpha >= the meeting point: {text}",
            lambda: never_above(above, tops[1], bottom, split, Fraction(1)),
        ),
        certified(
            f"threshold l, alpha <= the meeting point: {text}",
            lambda: never_above(above, tops[0], bottom, Fraction(0), split),
        ),
        certified(
            "at the meeting point neither is below the value - 1e-11",
            lambda: not any(never_above(level - MARGIN, top, bottom, split, split) for top in tops),
        ),
    )
    return Bound(
        id=f"two-point/A_l {case.reading}/{case.name}/{case.case}",
        statement="the better of the thresholds l and u for each l, u",
        policy="A_l, best threshold",
        family=f"{FAMILY}, {LABELS[case.case]}",
        benchmark=case.benchmark.name,
        closed_form="where the ratios with the thresholds l and u meet",
        value=digits(sympy.Float(str(value), 40)),
        attained=f"alpha = {mpmath.nstr(at, 10)}, l -> infinity",
        source="ours",
        steps=steps,
    )


def _no_gain_from_short(case: _Case) -> tuple[Step, ...]:
    """The charges of short requests, against the area bound, are below those in the limit."""
    if case.benchmark is H_SF:
        return (words("H-SF's and the policies' charges are homogeneous in l, u, s."),)
    own = two_point_form(AREA)
    return (
        nonnegative(
            "v(k) >= s k + k^2/2: at finite l the ratio is below the limit",
            own.d - (s * u + u**2 / 2),
            u,
        ),
    )


def _supremum_over_shares(top: Binary, bottom: Binary) -> Any:
    """The supremum over tau as a function of alpha, in floating point (it is checked)."""
    names = sympy.symbols("n1:7")
    coefficients = sympy.lambdify(alpha, [*top, *bottom], "mpmath")
    root = sympy.lambdify(names, larger_root(Binary(*names[:3]), Binary(*names[3:])), "mpmath")

    def value(x: Any) -> Any:
        first, middle, last, p, r, q = coefficients(x)
        z = root(first, middle, last, p, r, q)
        inside = z * p > first and middle >= z * r
        return z if inside else max(last / q, first / p)

    return value


def best_own() -> list[Bound]:
    """At own lengths: 3/2 to H-SF for every prompt; for the optimum 3 at s = 0, 3/2 far from it."""
    steps = (
        words("Threshold l: two-point/A_l/H-SF. Threshold u: all run once, in random order:"),
        words("all lengths/A_random/H-SF, (1 + rho)/2."),
        identity(
            "rho >= 2: 3/2 - threshold l = (rho - 2)/(2 (rho - 1))",
            _HALF - FAR,
            (rho - 2) / (2 * (rho - 1)),
        ),
        identity("rho <= 2: 3/2 - threshold u = (2 - rho)/2", _HALF - (1 + rho) / 2, (2 - rho) / 2),
        identity(
            "they meet at rho = 2, and so does Algorithm 6's other piece", NEAR.subs(rho, 2), _HALF
        ),
        *_parts_of_random(),
    )
    best = sympy.Piecewise((FAR, rho >= 2), ((1 + rho) / 2, True))
    full = Formula(best, (RHO,))
    charge, low = two_point_form(H_SF).d, two_point_form(AREA).d
    double = (
        *steps,
        nonnegative("H-SF <= 2 area: c(u)/v(u) <= 2", 2 - charge / low, s, u),
        identity(
            "and s = 0, u -> infinity reaches 2",
            sympy.limit((charge / low).subs(s, 0), u, sympy.oo),
            2,
        ),
    )
    same = (
        *steps,
        identity("s -> infinity: c(k)/v(k) -> 1", sympy.limit(charge / low, s, sympy.oo), 1),
    )
    slots = (
        *same,
        identity(
            "A_max over s: as A_random",
            sum(
                x - y
                for x, y in zip(
                    shape(A_MAX, "long prompts"), shape(A_RANDOM, "long prompts"), strict=True
                )
            ),
            0,
        ),
    )
    rows: list[tuple[str, str, str, Any, Sequence[Step]]] = [
        (OWN, "H-SF", "all prompts", _HALF, steps),
        (OWN, "area", "s=0", sympy.Integer(3), double),
        (OWN, "area", "long prompts", _HALF, same),
        (SLOTS, "H-SF", "long prompts", _HALF, slots),
        (SLOTS, "area", "long prompts", _HALF, slots),
    ]
    names = {"H-SF": H_SF.name, "area": AREA.name}
    return [
        Bound(
            id=f"two-point/A_l {reading}/{name}/{case}",
            statement="threshold l where rho >= 2, no promotion below",
            policy="A_l, best threshold",
            family=f"{FAMILY}, {LABELS.get(case, 'all s')}",
            benchmark=names[name],
            closed_form=str(full),
            value=digits(value),
            attained="rho = 2" + (", long outputs" if case == "s=0" else ""),
            source="ours",
            steps=tuple(proof),
            formula=full if name == "H-SF" and reading == OWN else None,
        )
        for reading, name, case, value, proof in rows
    ]


def _parts_of_random() -> tuple[Step, ...]:
    """A_random on two lengths is at most (1 + rho)/2 times H-SF."""
    t = sympy.Symbol("t", nonnegative=True)
    form, base, unit = two_point_form(A_RANDOM), two_point_form(H_SF), l * (s + l)
    at = {u: a * l, s: l * (a**2 - rho**2) / (rho**2 - a)}
    shown = [sympy.cancel((x.at(t) / unit).subs(at)) for x in (form, base)]
    return (
        identity(
            "(1 + rho)/2 H-SF - A_random = (rho - 1)/2 (t - rho)^2, t = x_l/x_u",
            (1 + rho) / 2 * shown[1] - shown[0],
            (rho - 1) / 2 * (t - rho) ** 2,
        ),
    )


def bounds() -> list[Bound]:
    """Every result of this module."""
    return [*best_own(), *map(meeting, _MEETINGS)]
