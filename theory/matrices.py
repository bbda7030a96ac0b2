"""Matrices of the fluid forms, derived from their stages (see `kvratio.theory.forms`).

Q is symmetric, over the lengths l ... u, with x'Qx the value of the form at the shares x. The
simplified entry Q_ij (i <= j) is not typed in: `coefficient` adds the stages up symbolically. For
A_min that is P's step from Lemma 2 to Corollary 1, for every prompt and every l.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kvratio.theory.checks import InputError
from kvratio.theory.forms import (
    Effect,
    Form,
    Stage,
    defined_lengths,
    effect,
    every_length,
    interval,
    one_stage,
    prompt_length,
    stages,
)
from kvratio.theory.formula import is_zero, power_sums

Matrix = tuple[tuple[Fraction, ...], ...]


def matrix(form: Form, s: Any, l: int, u: int) -> Matrix:  # noqa: E741
    """Q over the lengths l ... u (for A_L: over l and u), symmetric, exact.

    Shape (u - l + 1) squared. Goes through `coefficient` where there is one (u = 100 in 0.1 s),
    and adds up the stages otherwise.

    >>> from kvratio.theory.forms import A_MIN
    >>> matrix(A_MIN, 0, 1, 2)
    ((Fraction(1, 1), Fraction(7, 4)), (Fraction(7, 4), Fraction(4, 1)))
    """
    low, high = interval(l, u)
    prompt = prompt_length(s)
    lengths = defined_lengths(form, low, high)
    entry = _entry(form, None if prompt else 0)
    if entry is None:
        return _summed(form, prompt, low, high, lengths)
    return tuple(
        tuple(entry(prompt, low, high, min(i, j), max(i, j)) for j in lengths) for i in lengths
    )


def _summed(form: Form, s: Fraction, low: int, high: int, lengths: Sequence[int]) -> Matrix:
    """Q entry by entry, as the sum over the stages."""
    met = [
        [effect(form, stage, j, s) for stage in stages(form, low, high) if stage.after < j]
        for j in lengths
    ]

    def entry(a: list[Effect], b: list[Effect]) -> Fraction:
        # the shorter request takes part in the fewer stages: zip ends with its last one
        return sum(map(half_product, a, b), Fraction(0))

    return tuple(tuple(entry(a, b) for b in met) for a in met)


def half_product(a: Effect, b: Effect) -> Any:
    """The symmetric part of time * (done + 2 left) at the lengths of the effects a and b."""
    return (a.time * (b.done + 2 * b.left) + b.time * (a.done + 2 * a.left)) / 2


def factors_float(
    form: Form,
    s: float,
    l: int,  # noqa: E741
    u: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Arrays T and W, shape (stages, lengths): x'Qx = sum over stages of (T x) (W x).

    >>> from kvratio.theory.forms import A_MIN
    >>> times, waits = factors_float(A_MIN, 0.0, 1, 3)
    >>> times.shape
    (3, 3)
    """
    low, high = interval(l, u)
    lengths = np.asarray(defined_lengths(form, low, high), dtype=np.float64)
    all_stages = list(stages(form, low, high))
    times = np.zeros((len(all_stages), len(lengths)))
    waits = np.zeros_like(times)
    for row, stage in enumerate(all_stages):
        ending = (lengths > stage.after) & (lengths <= stage.cap)
        for mask, rule in ((ending, form.ends), (lengths > stage.cap, form.passes)):
            one = rule(stage, lengths[mask], float(s))
            times[row, mask] = one.time
            waits[row, mask] = one.done + 2 * np.asarray(one.left)
    return times, waits


def matrix_float(form: Form, s: float, l: int, u: int) -> NDArray[np.float64]:  # noqa: E741
    """Q in double precision, for search and plots (u up to a few thousand).

    >>> from kvratio.theory.forms import A_MIN
    >>> matrix_float(A_MIN, 0.0, 1, 2).tolist()
    [[1.0, 1.75], [1.75, 4.0]]
    """
    times, waits = factors_float(form, s, l, u)
    product = times.T @ waits
    result: NDArray[np.float64] = (product + product.T) / 2
    return result


@lru_cache(maxsize=32)
def coefficient(form: Form, prompt: int | None = None) -> Any:
    """Q_ij for l <= i <= j <= u as a sympy expression in the symbols s, l, u, i, j, derived.

    With a stage for every length: half the sum over k of T_k(i) W_k(j) + T_k(j) W_k(i), where
    stage l, the stages l < k < i and the stage k = i are added up symbolically; the cases i = j
    and i = l are checked to be the same expression. `prompt` puts a number for s.

    Raises `InputError` for a form whose sum is no rational function: arbitrary caps, and
    A_MIN_STAGGERED unless `prompt` is 0.

    >>> from kvratio.theory.forms import A_MIN, H_SF
    >>> coefficient(H_SF)
    i*(i + s)
    >>> coefficient(A_MIN)
    (i + s)*(-i**2 + 2*i*j + i*s + j**2 + j*s)/(2*(j + s))
    """
    import sympy

    s, l, u, i, j, k = sympy.symbols("s l u i j k", positive=True)  # noqa: E741
    s = s if prompt is None else sympy.Integer(prompt)
    if form.caps is one_stage:
        stage = Stage(0, u, True)
        return sympy.factor(half_product(form.ends(stage, i, s), form.ends(stage, j, s)))
    required = "a form whose sum over the stages is a rational function (for this prompt)"
    if form.caps is not every_length:
        raise InputError("form", form.name, required)

    def term(stage: Stage, a: Any, b: Any) -> Any:
        """The symmetric part of one stage, at lengths a and b that are at least its cap."""
        at = (form.ends if length == stage.cap else form.passes for length in (a, b))
        return half_product(*(rule(stage, x, s) for rule, x in zip(at, (a, b), strict=True)))

    later = sympy.factor(term(Stage(k - 1, k, False), i, j))
    if sympy.fraction(later)[1].has(k):
        raise InputError("form", form.name, required)
    antiderivative = power_sums(later, k, l + 1, i - 1)

    def total(a: Any, b: Any) -> Any:
        between = antiderivative.subs({i: a, j: b}, simultaneous=True)
        return term(Stage(l - 1, l, True), a, b) + between + term(Stage(a - 1, a, False), a, b)

    general = sympy.factor(total(i, j))
    same = {
        "i = j": total(i, i) - general.subs(j, i),
        "i = l": term(Stage(l - 1, l, True), l, j) - general.subs(i, l),
        "i = j = l": term(Stage(l - 1, l, True), l, l) - general.subs({i: l, j: l}),
    }
    for case, difference in same.items():
        if not is_zero(difference):
            raise ArithmeticError(f"{form.name}: the coefficient differs at {case}")
    return general


@lru_cache(maxsize=32)
def _entry(form: Form, prompt: int | None) -> Callable[..., Fraction] | None:
    """`coefficient` as an exact function of (s, l, u, i, j), with i <= j; None if there is none."""
    import sympy

    try:
        closed = coefficient(form, prompt)
    except InputError:
        return None
    top, bottom = sympy.fraction(sympy.together(closed))
    symbols = sympy.symbols("s l u i j", positive=True)
    # polynomials with whole coefficients: no float can slip in through a printed 1/2
    parts = [sympy.lambdify(symbols, sympy.expand(part), modules=[]) for part in (top, bottom)]
    return lambda *at: Fraction(parts[0](*at)) / parts[1](*at)
