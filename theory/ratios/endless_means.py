"""The two endless families with the mean length as prompt, and with long prompts: the other cells.

A_min, A_random and H-SF with s = E[o], which is 1/(1 - q) for geometric lengths and (1 + q)/(1 - q)
for linearly weighted ones, and their limits for long prompts; and where A_min and A_l change
places: A_l with the threshold 1 is better below a small q only, where most requests end with
their first token.
"""

from typing import Any

import mpmath
import sympy

from kvratio.theory.bound import (
    Bound,
    DerivationError,
    Step,
    identity,
    numeric,
    positive_between,
    words,
)
from kvratio.theory.forms import A_MIN, A_RANDOM, AREA, H_SF, OWN
from kvratio.theory.formula import Formula, digits
from kvratio.theory.ratios.coverings import p, scaled, scaled_for_every_prompt, sigma
from kvratio.theory.ratios.endless import (
    BENCHMARKS,
    FAMILIES,
    GEOMETRIC,
    LINEAR,
    Family,
    mean_form,
    rational_supremum,
)
from kvratio.theory.ratios.endless_thresholds import MEAN
from kvratio.theory.ratios.logs import log_bounds, log_sign
from kvratio.theory.ratios.series import close, i, q, s, tail_sum
from kvratio.theory.ratios.thresholds import benchmark, m, promoted, y

_LENGTH = {GEOMETRIC: sympy.Integer(1), LINEAR: sympy.Integer(2)}  # E[o] (1 - q) as q -> 1
_GRID = [1 - sympy.Rational(1, 10) ** sympy.Rational(n, 4) for n in range(1, 21)]
_PRECISION = 30


def random_order(family: Family) -> list[Bound]:
    """A_random and H-SF: rational in q for these prompts."""
    rows = []
    bases = {name: benchmark(form, family.weight, truncated=False) for form, name in BENCHMARKS}
    for form, top in ((A_RANDOM, mean_form(family, A_RANDOM)), (H_SF, bases["H-SF"])):
        for bench, name in BENCHMARKS:
            if form is bench:
                continue
            mean = scaled(top, MEAN[family]) / scaled(bases[name], MEAN[family])
            over = [sympy.diff(scaled_for_every_prompt(part), sigma) for part in (top, bases[name])]
            long = sympy.cancel(over[0] / over[1])
            for case, label, ratio in (
                ("s=mean", "s = E[o]", mean), ("long prompts", "s -> infinity", long),
            ):  # fmt: skip
                shown = sympy.factor(ratio.subs(p, 1 - q))
                value, where, proof = (
                    (shown, "every q", (identity("both charge the length", shown, 1),))
                    if shown == 1
                    else rational_supremum(shown)
                )
                rows.append(
                    family.row(
                        f"{form.name}/{name}/{case}",
                        statement="the supremum over q",
                        policy=form.name,
                        where=f", {label}",
                        benchmark=bench.name,
                        closed_form=str(shown),
                        value=digits(value),
                        attained=where,
                        steps=(words("Sums over all lengths closed by telescoping."), *proof),
                        formula=Formula(shown) if shown.has(q) else None,
                    )
                )
    return rows


def a_min_mean(family: Family) -> list[Bound]:
    """A_min with the mean as prompt: the limit q -> 1 in closed form; that it rises, on a grid."""
    x = _LENGTH[family]
    sums = [sympy.exp(n * x) * sympy.expint(1, n * x) for n in (1, 2)]
    mean = tail_sum(sympy.expand(i * family.weight), q).subs(i, 1)
    rows = []
    for bench, name in BENCHMARKS:
        closed = close(A_MIN, family.weight).over(close(bench, family.weight), mean)
        parts = [sympy.cancel(part.subs(q, 1 - p)).subs(p, 0) for part in closed]
        limit = parts[0] + parts[1] * sums[0] + parts[2] * sums[1]
        _check_rising(closed, mean, limit)
        steps = (
            words("F(q) -> exp(x) E1(x), F(q^2) -> exp(2 x) E1(2 x), x = s (1 - q): Riemann sums."),
            identity("x -> the mean over 1/(1 - q)", sympy.factor(mean * (1 - q)).subs(q, 1), x),
            numeric(f"it rises with q on {len(_GRID)} points up to q = 1 - 10^-5, below the limit"),
        )
        rows.append(
            family.row(
                f"A_min/{name}/s=mean",
                statement="the limit q -> 1, in closed form; the supremum over q on a grid",
                policy="A_min",
                where=", s = E[o]",
                benchmark=bench.name,
                closed_form=str(limit),
                value=digits(limit),
                attained="q -> 1",
                steps=steps,
            )
        )
    return rows


def _check_rising(closed: Any, mean: Any, limit: Any) -> None:
    """The ratio rises along the grid, to at most its limit."""
    evaluate = sympy.lambdify(q, [*closed, mean], modules="mpmath")
    found = []
    with mpmath.workdps(_PRECISION):
        for point in _GRID:
            at = mpmath.mpf(str(sympy.N(point, _PRECISION)))
            plain, f1, f2, prompt = evaluate(at)
            sums = [z * mpmath.hyp2f1(1, prompt + 1, prompt + 2, z) for z in (at, at * at)]
            found.append(plain + (f1 * sums[0] + f2 * sums[1]) / (prompt + 1))
        found.append(mpmath.mpf(str(sympy.N(limit, _PRECISION))))
    if found != sorted(found):
        raise DerivationError(f"A_min's ratio does not rise along the grid: {found}")


def a_min_long(family: Family) -> Bound:
    """Long prompts: A_min is A_random, and both benchmarks charge the length."""
    bases = [benchmark(form, family.weight, truncated=False) for form in (H_SF, AREA)]
    over = [sympy.diff(scaled_for_every_prompt(base), sigma) for base in bases]
    mean = tail_sum(sympy.expand(i * family.weight), q).subs(i, 1)
    ratio = sympy.factor(mean * (1 - q) / over[0].subs(p, 1 - q))
    value, where, proof = rational_supremum(ratio)
    steps = (
        words(f"{family.name}/A_min/H-SF/long prompts: E[o]/E[m], m the smaller of two lengths."),
        identity("over s both benchmarks are E[m]", over[0], over[1]),
        *proof,
    )
    return family.row(
        "A_min/area/long prompts",
        statement="the limit of long prompts",
        policy="A_min",
        where=", s -> infinity",
        benchmark=AREA.name,
        closed_form=str(ratio),
        value=digits(value),
        attained=where,
        steps=steps,
        formula=Formula(ratio),
    )


def switch(family: Family) -> Bound:
    """Where A_min and A_l with the threshold 1 change places, s = 0."""
    a_min = close(A_MIN, family.weight, s).over(close(H_SF, family.weight), 0)
    form = promoted(family.weight, OWN, OWN, truncated=False).value.subs({m: 1, y: q})
    a_l = form / benchmark(H_SF, family.weight, truncated=False)
    gap = sympy.factor(a_l.subs(s, 0) - a_min.rational)  # less f1 ln(1 + q)
    at = sympy.nsolve(gap - a_min.f1 * sympy.log(1 + q), q, sympy.Rational(1, 5), prec=40)
    width = sympy.Rational(1, 10**12)
    near = sympy.Rational(int(at * 10**15), 10**15)
    low, high = near - width, near + width
    proof: tuple[Step, ...]
    if a_min.f1 == 0:
        proof = (
            identity("no logarithm is left", a_min.f2, 0),
            positive_between("A_l is below for smaller q", _sign(-gap), q, 0, low),
            positive_between("and above for larger q", _sign(gap), q, high, 1),
        )
    else:
        bounds = log_bounds(_LOG_DEGREE)
        proof = (
            *bounds.steps,
            identity("F(q), F(q^2) enter by ln(1 + q)", a_min.f1 + a_min.f2, 0),
            *log_sign("A_l is below for smaller q", -gap, a_min.f1, 0, low, bounds),
            *log_sign("and above for larger q", gap, -a_min.f1, high, 1, bounds),
        )
    return family.row(
        "switch/s=0",
        statement="A_l with the threshold 1 has the smaller ratio below this q, A_min above it",
        policy="A_l, A_min",
        where=", s = 0",
        benchmark="both",
        closed_form=f"0 = {gap} - ({sympy.factor(a_min.f1)}) ln(1 + q)",
        value=digits(at),
        attained="q*",
        steps=(
            words("Threshold 1: own lengths and slots are the same in the first stage."),
            *proof,
        ),
    )


_LOG_DEGREE = 10  # of the Pade bounds: they tell the sides of q* apart to 1e-12


def _sign(ratio: Any) -> Any:
    """A polynomial with the sign of a rational function."""
    top, bottom = sympy.fraction(sympy.factor(ratio))
    return sympy.expand(top * bottom)


def bounds() -> list[Bound]:
    """Every result of this module."""
    rows = []
    for family in FAMILIES:
        rows += [*random_order(family), *a_min_mean(family), a_min_long(family), switch(family)]
    return rows
