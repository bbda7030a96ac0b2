"""Two lengths l < u: A_l with the better of its two thresholds, and A_min where prompts are long.

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

from kvratio.theory.bound import (
    Bound,
    Formula,
    Step,
    certified,
    digits,
    identity,
    nonnegative,
    words,
)
from kvratio.theory.forms import A_L, A_MAX, A_MIN, A_RANDOM, AREA, H_SF, Form
from kvratio.theory.ratios.binary import Binary, l, larger_root, s, two_point_form, u
from kvratio.theory.ratios.coverings import ball, covered, function
from kvratio.theory.ratios.endless import BENCHMARKS
from kvratio.theory.ratios.promotion import FAR, NEAR
from kvratio.theory.ratios.two_point import FAMILY, RHO, a, alpha, rho

_HALF = sympy.Rational(3, 2)
_MARGIN = Fraction(1, 10**11)
_CELL = Fraction(1, 10**15)
OWN, SLOTS = "own, own", "slots, slots"
_NONE = {OWN: A_RANDOM, SLOTS: A_MAX}  # what A_l is with the threshold u
# what the prompt is, for two lengths that grow together (l = 1, u = 1/alpha in their unit)
PROMPTS = {"s=0": sympy.Integer(0), "s=l": l}
_LABELS = {"s=0": "s = 0", "s=l": "s = l", "long prompts": "s -> infinity"}


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
    above = level + _MARGIN
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
            lambda: (
                not any(never_above(level - _MARGIN, top, bottom, split, split) for top in tops)
            ),
        ),
    )
    return Bound(
        id=f"two-point/A_l {case.reading}/{case.name}/{case.case}",
        statement="the better of the thresholds l and u for each l, u",
        policy="A_l, best threshold",
        family=f"{FAMILY}, {_LABELS[case.case]}",
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
            family=f"{FAMILY}, {_LABELS.get(case, 'all s')}",
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


def a_min() -> list[Bound]:
    """A_min with a prompt as long as the short output."""
    best = 1 + a * (rho - 1) / (2 * rho**2)
    square = a * (1 + a) / 2
    own = 1 + (sympy.sqrt(square) - 1) / (1 + a)
    x = sympy.Symbol("x", positive=True)
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
    z = Fraction(int(sympy.N(limit, 30) * 10**20), 10**20) + _MARGIN
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
    del x
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
        family=f"{FAMILY}, {_LABELS[case]}",
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
        for case in _LABELS
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
                family=f"{FAMILY}, {_LABELS[case]}",
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
    return [*best_own(), *map(meeting, _MEETINGS), *a_min(), *unbounded(), *h_sf()]
