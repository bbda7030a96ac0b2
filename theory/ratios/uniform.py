"""Uniform lengths on [1, u], no prompt: A_min and its staggered version are rational in u.

T_k = sum_{i>=k} (time) and W_k = sum_{i>=k} (done + 2 left) as in `kvratio.theory.ratios.series`.
At s = 0 the weight has the denominator i, and after exchanging the order of summation the
polynomial sum_{k<=i} T_k (weight * i) is divisible by i: no harmonic number is left.
"""

from typing import Any

import sympy

from kvratio.theory.bound import Bound, DerivationError, Step, identity, nonnegative, words
from kvratio.theory.forms import A_MIN, A_MIN_STAGGERED, AREA, H_SF, Form, Stage
from kvratio.theory.formula import Formula, digits, power_sums

u, i, k = sympy.symbols("u i k", positive=True)
t = sympy.Symbol("t", nonnegative=True)
_FALLS_FROM = 5  # staggered A_min against H-SF has its maximum before
_SUMS = words("Sums of polynomials over the classes and the lengths 1 ... u.")


def _sum(polynomial: Any, over: Any, low: Any, high: Any) -> Any:
    return sympy.expand(power_sums(polynomial, over, low, high))


def close(form: Form) -> Any:
    """x'Qx with x_1 = ... = x_u = 1 (counts) at s = 0, a polynomial in u.

    >>> close(H_SF)
    u*(u + 1)*(u**2 + u + 1)/6
    """
    stage = Stage(k - 1, k, False)
    ends, passes = form.ends(stage, k, sympy.Integer(0)), form.passes(stage, i, sympy.Integer(0))
    time = sympy.expand(ends.time + _sum(passes.time, i, k + 1, u))
    own = sympy.cancel(k * (ends.done + 2 * ends.left))  # at i = k, over the denominator k
    beyond = sympy.cancel(i * (passes.done + 2 * passes.left))
    parts = _sum(time * beyond, k, 1, i - 1) + (time * own).subs(k, i)
    quotient, remainder = sympy.div(sympy.Poly(sympy.expand(parts), i), sympy.Poly(i, i))
    if not remainder.is_zero:
        raise DerivationError(f"{form.name}: harmonic numbers are left")
    return sympy.factor(_sum(quotient.as_expr(), i, 1, u))


def _supremum(ratio: Any) -> tuple[Any, str, Step]:
    """The supremum over whole u: the ratio rises, or it falls from some u on."""
    slope = sympy.factor(sympy.diff(ratio, u))
    try:
        rising = nonnegative("it rises with u (u = 1 + t)", slope.subs(u, 1 + t), t)
    except DerivationError:
        values = [ratio.subs(u, n) for n in range(1, _FALLS_FROM + 1)]
        text = f"it falls from u = {_FALLS_FROM} on"
        falling = nonnegative(text, -slope.subs(u, _FALLS_FROM + t), t)
        return max(values), f"u = {1 + values.index(max(values))}", falling
    return sympy.limit(ratio, u, sympy.oo), "supremum as u -> infinity", rising


def bounds() -> list[Bound]:
    """A_min and staggered A_min on uniform lengths, against both benchmarks."""
    rows = []
    for form in (A_MIN, A_MIN_STAGGERED):
        for benchmark, name in ((H_SF, "H-SF"), (AREA, "area")):
            ratio = sympy.factor(close(form) / close(benchmark))
            top, where, step = _supremum(ratio)
            sums = identity("u = 1: one length, one pipeline", ratio.subs(u, 1), 1)
            full = Formula(ratio)
            rows.append(
                Bound(
                    id=f"uniform/{form.name}/{name}/s=0",
                    statement="closed form and its supremum over u",
                    policy=form.name,
                    family="uniform on [1, u], s = 0",
                    benchmark=benchmark.name,
                    closed_form=str(full),
                    value=digits(top),
                    attained=where,
                    source="ours",
                    steps=(_SUMS, sums, step),
                    formula=full,
                )
            )
    return rows
