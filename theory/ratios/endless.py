"""Geometric and linearly weighted geometric lengths (l = 1, u = infinity), every common prompt s.

P (arXiv 2508.14544) has the linearly weighted case at s = 0 (Theorem 8) and a plot of the
geometric one. Here all are closed by `kvratio.theory.ratios.series`, and the suprema over q are
proved: by Sturm's theorem, where needed with rational bounds of the logarithm
(`kvratio.theory.ratios.logs`).
"""

from typing import Any, NamedTuple

import sympy

from kvratio.theory.bound import (
    Bound,
    DerivationError,
    Step,
    certified,
    identity,
    positive_between,
    words,
)
from kvratio.theory.forms import A_MIN, A_MIN_STAGGERED, A_RANDOM, AREA, H_SF, Form
from kvratio.theory.formula import Formula, digits
from kvratio.theory.matrices import coefficient
from kvratio.theory.ratios.logs import log_bounds, log_sign, peak
from kvratio.theory.ratios.series import close, i, logarithms, q, s, tail_sum


class Family(NamedTuple):
    """x_i = weight(i) q^(i-1)."""

    name: str
    label: str
    weight: Any

    def row(
        self, name: str, *, where: str = "", value: str = "", attained: str = "", **fields: Any
    ) -> Bound:
        """A result of ours on these lengths, narrowed by `where`; `fields` are those of `Bound`."""
        return Bound(
            id=f"{self.name}/{name}",
            family=f"{self.label}{where}",
            value=value,
            attained=attained,
            source="ours",
            **fields,
        )


GEOMETRIC = Family("geometric", "geometric(q)", 1 - q)
LINEAR = Family("linear geometric", "linearly weighted geometric(q)", i * (1 - q) ** 2)
FAMILIES = (GEOMETRIC, LINEAR)
BENCHMARKS = ((H_SF, "H-SF"), (AREA, "area"))
_LOG_DEGREE = 9  # of the Pade bounds: isolates the peaks to 1e-9


class _Value(NamedTuple):
    """A ratio at s = 0: rational + factor * ln(1 + q)."""

    rational: Any
    factor: Any

    @property
    def full(self) -> Any:
        return self.rational + self.factor * sympy.log(1 + q)

    def slope(self) -> tuple[Any, Any]:
        """The derivative as a + b ln(1 + q)."""
        a = sympy.diff(self.rational, q) + self.factor / (1 + q)
        return sympy.factor(a), sympy.factor(sympy.diff(self.factor, q))


def _no_prompt(form: Form, benchmark: Form, family: Family) -> tuple[_Value, tuple[Step, ...]]:
    """The ratio of two forms at s = 0, closed."""
    own = 0 if form is A_MIN_STAGGERED else s  # staggered classes close at s = 0 only
    ratio = close(form, family.weight, own).over(close(benchmark, family.weight), 0)
    steps = (
        words("Sums over the classes closed by telescoping (theory.ratios.series)."),
        identity("F(q), F(q^2) enter by their difference: ln(1 + q)", ratio.f1 + ratio.f2, 0),
    )
    return _Value(ratio.rational, ratio.f1), steps


def _supremum(value: _Value) -> tuple[Any, str, tuple[Step, ...]]:
    """The supremum over 0 < q < 1, where it is, and the proof."""
    a, b = value.slope()
    if value.factor == 0:
        return rational_supremum(value.rational)
    bounds = log_bounds(2)
    try:
        steps = log_sign("rising in q", a, b, 0, 1, bounds)
    except DerivationError:
        close_bounds = log_bounds(_LOG_DEGREE)
        at, top, proof = peak(a, b, value.full, close_bounds)
        inside = certified("the peak lies within 1e-9 of the stated q", lambda: len(proof) == 4)
        return top, f"q = {digits(at)}", (*close_bounds.steps, *proof, inside)
    return value.full.subs(q, 1), "supremum as q -> 1", (*bounds.steps, *steps)


def rational_supremum(ratio: Any) -> tuple[Any, str, tuple[Step, ...]]:
    """Supremum of a rational function that rises in q, always or up to one root of its slope."""
    top, bottom = sympy.fraction(sympy.factor(sympy.diff(ratio, q)))
    slope = sympy.expand(top * bottom)
    try:
        step = positive_between("rising in q: the slope has no root in (0, 1)", slope, q, 0, 1)
    except DerivationError:
        roots = [r for r in sympy.Poly(top, q).real_roots() if 0 < r < 1]
        if len(roots) != 1:
            raise
        width = sympy.Rational(1, 10**9)
        near = sympy.Rational(int(roots[0].evalf(30) * 10**9), 10**9)
        steps = (
            positive_between("rising before the root of the slope", slope, q, 0, near - width),
            positive_between("falling after it", -slope, q, near + width, 1),
        )
        return ratio.subs(q, roots[0]).evalf(40), f"q = {digits(roots[0])}", steps
    return ratio.subs(q, 1), "supremum as q -> 1", (step,)


_STATEMENTS = {
    "geometric/A_min/H-SF": "P bounds it by 1.7 from a plot; the limit is 10 - 12 ln 2",
    "linear geometric/A_min/H-SF": "P Theorem 8: its rational function, rising to 14/9",
}


def no_prompt(family: Family) -> list[Bound]:
    """A_min and staggered A_min at s = 0, against both benchmarks."""
    rows = []
    for form in (A_MIN, A_MIN_STAGGERED):
        for benchmark, name in BENCHMARKS:
            value, steps = _no_prompt(form, benchmark, family)
            if (form, benchmark, family) == (A_MIN, H_SF, LINEAR):
                steps = (*steps, _theorem_8(value))
            top, where, proof = _supremum(value)
            key = f"{family.name}/{form.name}/{name}"
            full = Formula(value.full)
            rows.append(
                Bound(
                    id=f"{key}/s=0",
                    statement=_STATEMENTS.get(key, "closed form and its supremum over q"),
                    policy=form.name,
                    family=f"{family.label}, s = 0",
                    benchmark=benchmark.name,
                    closed_form=str(full),
                    value=digits(top),
                    attained=where,
                    source="P Theorem 8" if family is LINEAR else "ours",
                    steps=(*steps, *proof),
                    formula=full,
                )
            )
    return rows


def _theorem_8(value: _Value) -> Step:
    printed = (1 + q) ** 2 * (1 + 3 * q + 6 * q**2 + 3 * q**3 + q**4)
    printed /= 1 + 2 * q + 11 * q**2 + 8 * q**3 + 11 * q**4 + 2 * q**5 + q**6
    return identity("it is the function printed in P's Theorem 8", value.rational, printed)


def mean_form(family: Family, form: Form) -> Any:
    """The form of a policy with one stage: the mean of what it charges, in q, s and u.

    >>> mean_form(GEOMETRIC, A_RANDOM)
    -(q*s - q - s - 1)/(q - 1)**2
    """
    charge = coefficient(form).subs(sympy.Symbol("j", positive=True), i)
    return sympy.factor(tail_sum(sympy.expand(charge * family.weight), q).subs(i, 1))


def random_order(family: Family) -> list[Bound]:
    """A_random and H-SF itself: rational in q and s."""
    rows = []
    for form, top in (
        (A_RANDOM, mean_form(family, A_RANDOM)),
        (H_SF, close(H_SF, family.weight).rational),
    ):
        for benchmark, name in BENCHMARKS:
            if form is benchmark:
                continue
            ratio = sympy.factor(top / close(benchmark, family.weight).rational)
            limit, where, proof = rational_supremum(ratio.subs(s, 0))
            steps = (
                words("Sums over all lengths closed by telescoping (theory.ratios.series)."),
                identity("total share", tail_sum(family.weight, q).subs(i, 1), 1),
                *proof,
            )
            full = Formula(ratio)
            rows.append(
                family.row(
                    f"{form.name}/{name}",
                    statement="for every prompt; value: s = 0",
                    policy=form.name,
                    benchmark=benchmark.name,
                    closed_form=str(full),
                    value=digits(limit),
                    attained=f"s = 0, {where}",
                    steps=steps,
                    formula=full,
                )
            )
    return rows


def with_prompt(family: Family) -> list[Bound]:
    """A_min for every whole prompt: the closed form with the sums F(q), F(q^2) as symbols."""
    rows = []
    sums = sympy.symbols("F1 F2")
    for benchmark, name in BENCHMARKS:
        closed = close(A_MIN, family.weight).over(close(benchmark, family.weight))
        ratio = Formula(
            closed.rational + closed.f1 * sums[0] + closed.f2 * sums[1],
            tuple(zip(sums, logarithms(s), strict=True)),
        )
        steps = (
            words("F1 = F(q), F2 = F(q^2) with F(z) = sum of z^i/(s + i) over i >= 1;"),
            words("for a whole s, F(z) = z^-s (-ln(1 - z) - z - z^2/2 - ... - z^s/s)."),
            *(
                identity(
                    f"s = {whole}: (z^s F(z))' = z^s/(1 - z), the sum of z^(s + i - 1), at z = q",
                    sympy.diff(q**whole * logarithms(whole)[0], q),
                    q**whole / (1 - q),
                )
                for whole in range(4)
            ),
        )
        rows.append(
            family.row(
                f"A_min/{name}",
                statement="closed form for every prompt",
                policy="A_min",
                benchmark=benchmark.name,
                closed_form=str(ratio),
                steps=steps,
                formula=ratio,
            )
        )
    return rows


def bounds() -> list[Bound]:
    """Every result of this module, for both families."""
    return [
        row
        for family in FAMILIES
        for part in (no_prompt, random_order, with_prompt)
        for row in part(family)
    ]
