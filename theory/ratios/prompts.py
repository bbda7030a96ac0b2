"""What prompts do to A_min, for any lengths and for the two endless families.

With o, o' two independent lengths, m the smaller and D the difference, H-SF's form is E[c(m)] and
A_min's is E[c(m)] + E[(c(m + D) - c(m)) (s + m)/(s + m + D)] / 2: A_random's excess, each pair
damped by (s + m)/(s + m + D). So prompts undo what A_min gains over A_random, and

    E[TEL(A_min)] / E[TEL(H-SF)]  <=  max( E[o] / E[m],  E[o]^2 / E[m^2] )     for every s,

the first being also the limit of long prompts.
"""

from collections.abc import Callable
from typing import Any

import mpmath
import sympy

from kvratio.theory.bound import (
    Bound,
    Step,
    identity,
    nonnegative,
    numeric,
    positive_between,
    words,
)
from kvratio.theory.forms import A_MIN, A_RANDOM, H_SF
from kvratio.theory.formula import Formula, digits
from kvratio.theory.matrices import coefficient
from kvratio.theory.ratios.endless import FAMILIES, GEOMETRIC, LINEAR, Family
from kvratio.theory.ratios.series import close, i, q, slope_sign, tail_sum

S_VALUES = (1, 10, 100, 1000)  # prompts (tokens) with a numeric supremum over q
_PRECISION = 30  # digits carried in the numeric searches
_WIDTH = mpmath.mpf(10) ** -8  # of the final interval; the value is then good to its square
_s, _i, _j = sympy.symbols("s i j", positive=True)
_m, _d, _o, _m1, _m2 = sympy.symbols("m D o m1 m2", positive=True)


def damping() -> tuple[Step, ...]:
    """The structure of A_min's excess, for general lengths i <= j and every prompt."""
    form, base, free = coefficient(A_MIN), coefficient(H_SF), coefficient(A_RANDOM)
    factor = (_s + _i) / (_s + _j)
    pair = form.subs({_i: _m, _j: _m + _d}, simultaneous=True) - base.subs(_i, _m)
    return (
        identity(
            "A_min - H-SF = (A_random - H-SF) (s + i)/(s + j)", form - base, (free - base) * factor
        ),
        nonnegative("at most D (s + 2 m)/2", _d * (_s + 2 * _m) / 2 - pair, _d, _s, _m),
    )


def any_lengths() -> list[Bound]:
    """Bounds that hold for every distribution of lengths."""
    steps = damping()
    moments = (
        *steps,
        words("E[D] = 2 E[o] - 2 E[m] and E[D m] = E[max min] - E[m^2] = E[o]^2 - E[m^2]."),
        identity(
            "1 + (s E[D] + 2 E[D m])/(2 (s E[m] + E[m^2])) is a mediant of the two ratios",
            1 + (2 * _s * (_o - _m1) + 2 * (_o**2 - _m2)) / (2 * (_s * _m1 + _m2)),
            (_s * _o + _o**2) / (_s * _m1 + _m2),
        ),
    )
    text = "max(E[o]/E[m], E[o]^2/E[m^2])"
    return [
        Bound(
            id="any lengths/A_min/H-SF",
            statement="for every prompt and distribution; o a length, m the smaller of two",
            policy="A_min",
            family="any lengths",
            benchmark="H-SF",
            closed_form=text,
            value="",
            attained="E[o]/E[m] is reached as s -> infinity",
            source="ours",
            steps=moments,
        ),
        Bound(
            id="any lengths/A_min/A_random",
            statement="A_min is never worse than A_random, and equal to it for long prompts",
            policy="A_min",
            family="any lengths",
            benchmark="A_random",
            closed_form="1",
            value=digits(sympy.Integer(1)),
            attained="s -> infinity",
            source="ours",
            steps=(*steps, words("(s + i)/(s + j) <= 1, and -> 1 with s.")),
        ),
    ]


def _moments(family: Family) -> tuple[Any, Any, Any]:
    """E[o], E[m], E[m^2]: H-SF's form is s E[m] + E[m^2]."""
    base = sympy.Poly(sympy.numer(close(H_SF, family.weight).rational), _s)
    below = sympy.denom(close(H_SF, family.weight).rational)
    mean = tail_sum(sympy.expand(i * family.weight), q).subs(i, 1)
    return mean, base.coeff_monomial(_s) / below, base.coeff_monomial(1) / below


def families() -> list[Bound]:
    """For each endless family: the limit of long prompts, and a bound for all prompts."""
    rows = []
    for family in FAMILIES:
        mean, first, second = _moments(family)
        limit, other = sympy.factor(mean / first), sympy.factor(mean**2 / second)
        top, higher = limit.subs(q, 1), sympy.Max(limit.subs(q, 1), other.subs(q, 1))
        rising = tuple(
            positive_between(f"{name} rises with q", slope_sign(ratio), q, 0, 1)
            for name, ratio in (("E[o]/E[m]", limit), ("E[o]^2/E[m^2]", other))
        )
        steps = (*damping(), words("any lengths/A_min/H-SF, with the moments closed."), *rising)
        rows.append(
            Bound(
                id=f"{family.name}/A_min/H-SF/long prompts",
                statement="the limit of long prompts",
                policy="A_min",
                family=f"{family.label}, s -> infinity",
                benchmark="H-SF",
                closed_form=str(limit),
                value=digits(top),
                attained="supremum as q -> 1",
                source="ours",
                steps=steps,
                formula=Formula(limit),
            )
        )
        both = sympy.Max(limit, other)
        tight = top == higher
        where = "reached as s -> infinity, q -> 1" if tight else "an upper bound, not reached"
        rows.append(
            Bound(
                id=f"{family.name}/A_min/H-SF/all prompts",
                statement="an upper bound for every prompt and q",
                policy="A_min",
                family=f"{family.label}, all s",
                benchmark="H-SF",
                closed_form=str(both),
                value=digits(higher),
                attained=where,
                source="ours",
                steps=steps,
                formula=Formula(both),
            )
        )
    return rows


def numeric_suprema() -> list[Bound]:
    """Suprema over q for given prompts: closed form derived, the maximum found numerically."""
    return [_numeric_supremum(family, prompt) for family in FAMILIES for prompt in S_VALUES]


def _numeric_supremum(family: Family, prompt: int) -> Bound:
    parts = close(A_MIN, family.weight).over(close(H_SF, family.weight), prompt)
    evaluate = sympy.lambdify(q, list(parts), modules="mpmath")

    def ratio(power: Any) -> Any:
        """At q = 1 - 10^-power, with F(z) = z 2F1(1, s + 1; s + 2; z)/(s + 1)."""
        at = 1 - mpmath.mpf(10) ** -power
        plain, f1, f2 = evaluate(at)
        sums = (z * mpmath.hyp2f1(1, prompt + 1, prompt + 2, z) for z in (at, at * at))
        return plain + sum(f * z for f, z in zip((f1, f2), sums, strict=True)) / (prompt + 1)

    power, value = maximise(ratio, 0, 6)
    return Bound(
        id=f"{family.name}/A_min/H-SF/s={prompt}",
        statement="the supremum over q for this prompt",
        policy="A_min",
        family=f"{family.label}, s = {prompt}",
        benchmark="H-SF",
        closed_form=f"{family.name}/A_min/H-SF at s = {prompt}",
        value=digits(value),
        attained=f"q = {mpmath.nstr(1 - mpmath.mpf(10) ** -power, 6)}",
        source="ours",
        steps=(numeric("maximised over q by golden-section search, 30 digits"),),
    )


def maximise(
    function: Callable[[Any], Any], low: Any, high: Any, points: int = 30
) -> tuple[Any, Any]:
    """A grid, then golden-section search between the neighbours of the best point.

    >>> at, value = maximise(lambda x: x * (2 - x), 0, 3)
    >>> mpmath.nstr(at, 6), mpmath.nstr(value, 6)
    ('1.0', '1.0')
    """
    with mpmath.workdps(_PRECISION):
        grid = [low + (high - low) * mpmath.mpf(n) / points for n in range(1, points)]
        values = [function(x) for x in grid]
        best = values.index(max(values))
        a, b = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
        golden = (mpmath.sqrt(5) - 1) / 2
        c, d = b - golden * (b - a), a + golden * (b - a)
        at_c, at_d = function(c), function(d)
        while b - a > _WIDTH:
            if at_c < at_d:
                a, c, at_c = c, d, at_d
                d = a + golden * (b - a)
                at_d = function(d)
            else:
                b, d, at_d = d, c, at_c
                c = b - golden * (b - a)
                at_c = function(c)
        return c, at_c


def long_outputs() -> list[Bound]:
    """q -> 1 with s (1 - q) = x fixed: prompts as long as the outputs, both long."""
    x, p = sympy.symbols("x p", positive=True)
    sums = [sympy.exp(x) * sympy.expint(1, x), sympy.exp(2 * x) * sympy.expint(1, 2 * x)]
    rows = []
    for family in (GEOMETRIC, LINEAR):
        closed = close(A_MIN, family.weight).over(close(H_SF, family.weight), x / (1 - q))
        parts = [sympy.cancel(part.subs(q, 1 - p)).subs(p, 0) for part in closed]
        ratio = parts[0] + parts[1] * sums[0] + parts[2] * sums[1]
        evaluate = sympy.lambdify(x, ratio, modules=["mpmath", {"expint": mpmath.expint}])
        riemann = words("F(q) -> exp(x) E1(x) and F(q^2) -> exp(2 x) E1(2 x): Riemann sums.")
        if family is GEOMETRIC:
            steps = (*damping(), riemann, words("At most 2 (geometric/A_min/H-SF/all prompts)."))
            value, where = sympy.Integer(2), "supremum as x -> infinity"
        else:
            steps = (riemann, numeric("supremum over x by golden-section search, 30 digits"))
            at, value = maximise(evaluate, 0, 20)
            where = f"x = {mpmath.nstr(at, 6)}"
        rows.append(
            Bound(
                id=f"{family.name}/A_min/H-SF/long outputs",
                statement="the limit q -> 1 with s (1 - q) = x",
                policy="A_min",
                family=f"{family.label}, q -> 1, s = x/(1 - q)",
                benchmark="H-SF",
                closed_form=str(Formula(ratio)),
                value=digits(value),
                attained=where,
                source="ours",
                steps=steps,
                formula=Formula(ratio),
            )
        )
    return rows


def bounds() -> list[Bound]:
    """Every result of this module."""
    return [*any_lengths(), *families(), *numeric_suprema(), *long_outputs()]
