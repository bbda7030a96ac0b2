"""Ratios of binary forms: the exact supremum over two lengths, with its proof.

Let t = x_l / x_u >= 0 and

    R(t) = (a t^2 + 2 b t + d) / (p t^2 + 2 r t + q),    p, q, r > 0,  p q > r^2.

Lemma. Let b p >= a r.
(i)  If b q >= d r, the supremum of R over t >= 0 is the larger root z of
     f(z) = (z p - a)(z q - d) - (z r - b)^2, attained at t = (b - z r) / (z p - a).
(ii) If b q <= d r, it is d / q, attained at t = 0 (all requests long).
Proof. (i) f(b/r) = (b p - a r)(b q - d r) / r^2 >= 0 and f <= 0 at a/p and at d/q, neither of
which exceeds b/r; so a/p, d/q <= z <= b/r, and (z p - a) * (z * denominator - numerator) is the
square of (z p - a) t + (z r - b), which vanishes at a t >= 0. (ii) (d/q) * denominator - numerator
= (d p / q - a) t^2 + 2 (d r / q - b) t, and both coefficients are >= 0, since d/q >= b/r >= a/p.
"""

from typing import Any, NamedTuple

import sympy

from kvratio.theory.bound import DerivationError, Step, identity, nonnegative, words
from kvratio.theory.forms import Form, Stage, every_length, one_stage
from kvratio.theory.formula import Formula
from kvratio.theory.matrices import coefficient, half_product

l, u, s = sympy.symbols("l u s", positive=True)  # noqa: E741 (the paper's letters)
t = sympy.Symbol("t", nonnegative=True)


class Binary(NamedTuple):
    """The form a x_l^2 + 2 b x_l x_u + d x_u^2."""

    a: Any
    b: Any
    d: Any

    def at(self, ratio: Any) -> Any:
        """The value at x_l = ratio, x_u = 1."""
        return self.a * ratio**2 + 2 * self.b * ratio + self.d


def two_point_form(form: Form, prompt: int | None = None) -> Binary:
    """The form of a policy on the lengths l < u, from its stages, in the symbols l, u, s.

    A_L and slicing have the two stages with caps l and u.

    >>> from kvratio.theory.forms import H_SF
    >>> two_point_form(H_SF)
    Binary(a=l*(l + s), b=l*(l + s), d=u*(s + u))
    """
    if form.caps in (every_length, one_stage):
        i, j = sympy.symbols("i j", positive=True)
        entry = coefficient(form, prompt)
        pairs = ((l, l), (l, u), (u, u))
        return Binary(
            *(sympy.factor(entry.subs({i: x, j: y}, simultaneous=True)) for x, y in pairs)
        )
    first, second = Stage(0, l, True), Stage(l, u, False)
    short, long = form.ends(first, l, s), form.passes(first, u, s)
    again = form.ends(second, u, s)
    rest = half_product(long, long) + half_product(again, again)
    entries = (half_product(short, short), half_product(short, long), rest)
    return Binary(*(sympy.factor(e) for e in entries))


def larger_root(top: Binary, bottom: Binary) -> Any:
    """The larger root z of the lemma's f: case (i).

    >>> larger_root(Binary(1, 2, 4), Binary(1, 1, 4))
    4/3
    """
    a, b, d = top
    p, r, q = bottom
    lead, middle = p * q - r**2, a * q + d * p - 2 * b * r
    root = sympy.sqrt(middle**2 - 4 * lead * (a * d - b**2))
    return (middle + root) / (2 * lead)


def lemma_steps() -> tuple[Step, ...]:
    """The two identities behind the lemma, checked for general coefficients."""
    a, b, d, p, q, r, z = sympy.symbols("a b d p q r z", positive=True)

    def f(x: Any) -> Any:
        return (x * p - a) * (x * q - d) - (x * r - b) ** 2

    numerator, denominator = Binary(a, b, d).at(t), Binary(p, r, q).at(t)
    gap = (z * p - a) * (z * denominator - numerator)
    square = ((z * p - a) * t + (z * r - b)) ** 2
    return (
        identity(
            "f(b/r) = (bp - ar)(bq - dr)/r^2", f(b / r), (b * p - a * r) * (b * q - d * r) / r**2
        ),
        identity("(zp - a)(z D - N) = ((zp - a) t + zr - b)^2 + f(z)", gap, square + f(z)),
    )


_d, _e = sympy.symbols("d e", nonnegative=True)
_NAMES = sympy.symbols("a b d p r q", positive=True)


def _all_lengths(expression: Any) -> Any:
    """Every pair of lengths 1 <= l < u, as l = 1 + e, u = l + d with e, d >= 0."""
    return expression.subs(u, l + _d).subs(l, 1 + _e)


def lemma_bound(
    form: Form, benchmark: Form, prompt: int | None = None
) -> tuple[Formula, tuple[Step, ...]]:
    """The exact supremum of the ratio of two forms over two lengths, by the lemma.

    Its conditions are proved for all 1 <= l < u and s >= 0 (or the given prompt). Where
    b q >= d r does not hold for all of them, the formula tells the two cases apart.
    """
    top, bottom = two_point_form(form, prompt), two_point_form(benchmark, prompt)
    values = (*top, *bottom)
    root = larger_root(Binary(*_NAMES[:3]), Binary(*_NAMES[3:]))
    steps = [
        *lemma_steps(),
        words("Conditions of the lemma for 1 <= l < u: u = l + d, l = 1 + e, d, e, s >= 0."),
        nonnegative("p q >= r^2", _all_lengths(bottom.a * bottom.d - bottom.b**2), _d, _e, s),
        nonnegative("b p >= a r", _all_lengths(top.b * bottom.a - top.a * bottom.b), _d, _e, s),
    ]
    try:
        condition = _all_lengths(top.b * bottom.d - top.d * bottom.b)
        steps.append(nonnegative("b q >= d r", condition, _d, _e, s))
        expression = root
    except DerivationError:
        _, b, d, _, r, q = _NAMES
        steps.append(words("b q >= d r fails for some lengths: case (ii) there."))
        expression = sympy.Piecewise((root, b * q >= d * r), (d / q, True))
    return Formula(expression, tuple(zip(_NAMES, values, strict=True))), tuple(steps)


def supremum_by_square(
    text: str, claimed: Any, top: Binary, bottom: Binary, factor: Any, at: Any
) -> Step:
    """claimed * bottom - top = factor * (t - at)^2: the supremum is `claimed`, reached at t = at.

    The caller says why factor >= 0 and at >= 0.
    """
    return identity(text, claimed * bottom.at(t) - top.at(t), factor * (t - at) ** 2)
