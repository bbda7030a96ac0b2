"""Slicing with the caps 1, 2, 4, ... on the two endless families, without prompts.

Stage r holds the requests longer than the cap before, x. With tails S_k it takes the time
V = v(x) S_{x+1} + sum of (s + g) S_g over x < g <= cap, and counts S_{x+1} + S_{cap+1} (those done
plus twice those left). The sums within a stage close; the sum over the stages does not: it is a
lacunary series, in q^(2^r), and as q -> 1 the ratio keeps oscillating with log2(1/(1 - q)).
"""

from collections.abc import Callable
from typing import Any

import mpmath
import sympy

from kvratio.theory.bound import Bound, identity, numeric, words
from kvratio.theory.forms import AREA, H_SF, Form, Stage, slicing, volume
from kvratio.theory.formula import digits
from kvratio.theory.ratios.endless import FAMILIES, Family
from kvratio.theory.ratios.prompts import maximise
from kvratio.theory.ratios.series import close, i, q, tail_sum

_NEGLIGIBLE = mpmath.mpf(10) ** -30  # tails below it are left out of the series
_POINTS = 120  # of the grid over log10(1/(1 - q)), 9 an oscillation: it finds the largest of them


def slicing_value(family: Family) -> Callable[[Any], Any]:
    """The form of slicing with doubling caps at s = 0, as a function of q (mpmath)."""
    tails = tail_sum(family.weight, q)  # S_i = q^(i-1) tails(i)
    areas = tail_sum(sympy.expand(i * tails), q)  # sum of g S_g over g >= i, over q^(i-1)
    tail_at, area_at = (sympy.lambdify((i, q), part, modules="mpmath") for part in (tails, areas))

    def value(at: Any) -> Any:
        total, before, cap = mpmath.mpf(0), 0, 1
        while (power := at**before) * (1 + before) > _NEGLIGIBLE:
            present, left = power * tail_at(before + 1, at), at**cap * tail_at(cap + 1, at)
            run = power * area_at(before + 1, at) - at**cap * area_at(cap + 1, at)
            total += (volume(before, 0) * present + run) * (present + left)
            before, cap = cap, 2 * cap
        return total

    return value


def slicing_ratio(family: Family, benchmark: Form) -> Callable[[Any], Any]:
    """Slicing with doubling caps against H-SF or the area bound, as a function of q (mpmath).

    >>> from kvratio.theory.ratios.endless import GEOMETRIC
    >>> mpmath.nstr(slicing_ratio(GEOMETRIC, AREA)(mpmath.mpf(1) / 2), 6)
    '1.87705'
    """
    top = slicing_value(family)
    bottom = sympy.lambdify(q, close(benchmark, family.weight, 0).rational, "mpmath")
    return lambda at: top(at) / bottom(at)


def _rules() -> tuple[Any, ...]:
    """The effects that the docstring's V and weights are made of."""
    form = slicing((1, 2))
    cap, length = sympy.symbols("x j", positive=True)
    zero = sympy.Integer(0)
    done, cut = (rule(Stage(0, cap, False), length, zero) for rule in (form.ends, form.passes))
    return (
        identity("who ends takes v(j)", done.time, volume(length, zero)),
        identity("and counts once", done.done + 2 * done.left, 1),
        identity("who is cut takes v(cap)", cut.time, volume(cap, zero)),
        identity("and counts twice", cut.done + 2 * cut.left, 2),
        identity("v(g) - v(g - 1) = g", volume(length, zero) - volume(length - 1, zero), length),
        words("Summed by parts over the lengths of a stage: V as stated."),
    )


def bounds() -> list[Bound]:
    """The suprema over q, found numerically."""
    rows = []
    for family in FAMILIES:
        for benchmark, name in ((H_SF, "H-SF"), (AREA, "area")):
            at = slicing_ratio(family, benchmark)

            def by_power(power: Any, at: Callable[[Any], Any] = at) -> Any:
                return at(1 - mpmath.mpf(10) ** -power)

            power, value = maximise(by_power, 0, 4, _POINTS)
            rows.append(
                Bound(
                    id=f"{family.name}/slicing 1, 2, 4, .../{name}/s=0",
                    statement="doubling caps, the largest ratio with 1/(1 - q) <= 10^4",
                    policy="slicing (1, 2, 4, ...)",
                    family=f"{family.label}, s = 0",
                    benchmark=benchmark.name,
                    closed_form="a lacunary series in q^(2^r)",
                    value=digits(value),
                    attained=f"q = {mpmath.nstr(1 - mpmath.mpf(10) ** -power, 6)}",
                    source="ours",
                    steps=(
                        *_rules(),
                        numeric("maximised over q by golden-section search, 30 digits"),
                    ),
                )
            )
    return rows
