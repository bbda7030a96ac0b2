"""Infinite sums of the fluid forms over x_i = w(i) q^(i-1), i >= 1, w a polynomial: exact.

The stages of a form give, class by class, T_k = sum_{i>=k} (time) x_i and W_k = sum_{i>=k}
(done + 2 left) x_i; the time is a polynomial in i, the weight has the denominator s + i. So

    T_k = q^(k-1) T(k),     W_k = q^(k-1) W(k) + r(k) E_k,     E_k = sum_{i>=k} q^(i-1)/(s + i),

with polynomials T, W, r in k. Summing T_k W_k over k, and exchanging the order of summation in
the part with E_k, leaves a rational function and two logarithmic sums:

    form = rational + f1 * F(q) + f2 * F(q^2),     F(z) = sum_{i>=1} z^i / (s + i),
    F(z) = -ln(1 - z) at s = 0; for a whole s, z^-s (-ln(1 - z) - sum_{m<=s} z^m / m).
"""

from functools import lru_cache
from typing import Any, NamedTuple

import sympy

from kvratio.theory.bound import DerivationError
from kvratio.theory.forms import Form, Stage
from kvratio.theory.formula import is_zero

q, s = sympy.symbols("q s", positive=True)
i, k = sympy.symbols("i k", positive=True)


@lru_cache(maxsize=256)
def tail_sum(polynomial: Any, ratio: Any) -> Any:
    """R(i), polynomial in i, with sum_{m>=i} p(m) z^(m-1) = z^(i-1) R(i), for |z| < 1; factored.

    >>> tail_sum(i, q)
    -(i*q - i - q)/(q - 1)**2
    """
    return sympy.factor(tail(polynomial, ratio).as_expr())


@lru_cache(maxsize=256)
def tail(polynomial: Any, ratio: Any) -> Any:
    """As `tail_sum`, a `Poly` in i over the rational functions of the other symbols.

    R solves R(i) - z R(i + 1) = p(i), coefficient by coefficient from the highest; that it does
    is checked. As z^(i-1) R(i) -> 0, the sum then telescopes.

    >>> tail(i, q).eval(1)
    1/(q**2 - 2*q + 1)
    """
    # coefficients in the field of rational functions of the other symbols: no simplification
    others = sorted((polynomial.free_symbols | ratio.free_symbols) - {i}, key=str)
    field = sympy.QQ.frac_field(*others) if others else sympy.QQ
    p, z = sympy.Poly(polynomial, i, domain=field), field.from_sympy(ratio)
    found = sympy.Poly(0, i, domain=field)
    for power in range(p.degree() if not p.is_zero else -1, -1, -1):
        # R(i) - z R(i + 1) of what is found, taken from p, leaves the powers up to this one
        rest = p - found + _times(z, found.compose(sympy.Poly(i + 1, i, domain=field)))
        highest = field.from_sympy(rest.coeff_monomial(i**power)) / (1 - z)
        found += sympy.Poly.from_dict({(power,): highest}, i, domain=field)
    if not (p - found + _times(z, found.compose(sympy.Poly(i + 1, i, domain=field)))).is_zero:
        raise DerivationError(f"no closed tail sum of {polynomial}")
    return found


def _times(factor: Any, polynomial: Any) -> Any:
    return polynomial.mul_ground(factor)


def slope_sign(ratio: Any) -> Any:
    """A polynomial in q with the sign of the derivative of a rational function.

    >>> slope_sign(1 / (1 + q))
    -q**2 - 2*q - 1
    """
    top, bottom = sympy.fraction(sympy.factor(sympy.diff(ratio, q)))
    return sympy.expand(top * bottom)


class Closed(NamedTuple):
    """rational + f1 F(q) + f2 F(q^2): the value of a form over the whole distribution."""

    rational: Any
    f1: Any
    f2: Any

    def over(self, benchmark: "Closed", prompt: Any = s) -> "Closed":
        """The ratio to a benchmark without logarithms, at a prompt."""
        if benchmark.f1 != 0 or benchmark.f2 != 0:
            raise DerivationError("the benchmark's form has logarithms")
        return Closed(*(sympy.factor((part / benchmark.rational).subs(s, prompt)) for part in self))


def logarithms(prompt: Any) -> tuple[Any, Any]:
    """F(q) and F(q^2): logarithms for a whole prompt, else hypergeometric (Lerch's function).

    >>> logarithms(0)
    (-log(1 - q), -log(1 - q**2))
    """

    def closed(z: Any) -> Any:
        if prompt.is_Integer:
            head = sum((z**m / m for m in range(1, int(prompt) + 1)), sympy.Integer(0))
            return (-sympy.log(1 - z) - head) / z**prompt
        return z * sympy.hyper((1, prompt + 1), (prompt + 2,), z) / (prompt + 1)

    prompt = sympy.sympify(prompt)
    return closed(q), closed(q**2)


class _Sums(NamedTuple):
    """T, W, r at one class: T_k = q^(k-1) T, W_k = q^(k-1) W + r E_k."""

    time: Any
    weight: Any
    remainder: Any


def _class_sums(form: Form, w: Any, prompt: Any, stage: Stage) -> _Sums:
    """The sums over the lengths i >= k = cap of one stage."""
    cap = stage.cap
    ends, passes = form.ends(stage, cap, prompt), form.passes(stage, i, prompt)

    def split(at_cap: Any, beyond: Any) -> tuple[Any, Any]:
        beyond, at_cap = sympy.sympify(beyond), sympy.sympify(at_cap)
        quotient, remainder = sympy.div(
            sympy.Poly(sympy.cancel(sympy.together(beyond * w * (prompt + i))), i),
            sympy.Poly(prompt + i, i),
        )
        own = sympy.cancel(sympy.together((at_cap - beyond.subs(i, cap)) * w.subs(i, cap)))
        return sympy.factor(
            own + tail(quotient.as_expr(), q).as_expr().subs(i, cap)
        ), remainder.as_expr()

    time, no_remainder = split(ends.time, passes.time)
    weight, remainder = split(ends.done + 2 * ends.left, passes.done + 2 * passes.left)
    if not is_zero(no_remainder):
        raise DerivationError(f"{form.name}: the time of a class is no polynomial in the length")
    return _Sums(time, weight, sympy.factor(remainder))


@lru_cache(maxsize=64)
def close(form: Form, w: Any, prompt: Any = s) -> Closed:
    """The value of a form with a stage for every length, over x_i = w(i) q^(i-1), l = 1.

    `w` is a polynomial in i with coefficients in q; `prompt` a number or the symbol s.

    >>> from kvratio.theory.forms import AREA
    >>> close(AREA, 1 - q, 0)
    Closed(rational=1/((q - 1)**2*(q + 1)**2), f1=0, f2=0)
    """
    prompt = sympy.sympify(prompt)
    later = _class_sums(form, w, prompt, Stage(k - 1, k, False))
    rational = tail(sympy.expand(later.time * later.weight).subs(k, i), q**2).eval(1)
    f1: Any = sympy.Integer(0)
    f2: Any = sympy.Integer(0)
    mixed = sympy.expand(sympy.cancel(later.time * later.remainder)).subs(k, i)
    if mixed != 0:
        # sum_k q^(k-1) mixed(k) E_k = sum_i q^(i-1)/(s + i) * (G(1) - q^i G(i + 1))
        tails = tail(mixed, q)
        following = tails.compose(sympy.Poly(i + 1, i, domain=tails.domain))
        quotient, at_pole = sympy.div(following, sympy.Poly(prompt + i, i))
        f1, f2 = tails.eval(1) / q, -at_pole.as_expr() / q
        rational -= q * tail(quotient.as_expr(), q**2).eval(1)
    # the class k = 1 is the first one: replace what the later classes' rule gave for it
    first = _class_sums(form, w, prompt, Stage(0, sympy.Integer(1), True))
    time, weight, remainder = (part.subs(k, 1) for part in later)
    rational += first.time * first.weight - time * weight
    f1 += (first.time * first.remainder - time * remainder) / q
    return Closed(*(sympy.factor(part) for part in (rational, f1, f2)))
