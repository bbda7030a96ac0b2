"""A_l with a threshold m on the two endless families, truncated at u and in the limit: closed.

Lengths x_i = w(i) q^(i-1), w a polynomial, for 1 <= i <= u (not rescaled: a ratio of forms does
not need it). With y = q^m and z = q^u, the stages of `kvratio.theory.forms.promotion` give

    form = T1 (R + L) + T2 L,

T1, T2 the times of the two stages, R the total share, L the share longer than m (it waits for all
of T1, and the rest for half of it; in stage 2 all wait for half of T2). Every sum is one of a
polynomial times q^(i-1), so it telescopes (`kvratio.theory.ratios.series.tail_sum`): T1, T2, R, L
and the benchmarks are rational in q, m, u, s, y and z. Without an upper end z = 0; the second stage
in slots of s + u then has no limit, and is refused.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import sympy

from kvratio.theory.bound import DerivationError
from kvratio.theory.checks import InputError
from kvratio.theory.forms import OWN, SLOTS, Form, Stage, promotion
from kvratio.theory.formula import Formula
from kvratio.theory.matrices import coefficient
from kvratio.theory.ratios.series import i, k, q, s, tail_sum

m, u = sympy.symbols("m u", positive=True)
y, z = sympy.symbols("y z", nonnegative=True)  # q^m, q^u
POWERS = ((y, q**m), (z, q**u))
# the readings: what stage 1 and stage 2 charge to a request that completes in them
READINGS = ((OWN, OWN), (SLOTS, OWN), (OWN, SLOTS), (SLOTS, SLOTS))


class Promoted(NamedTuple):
    """The parts of the form, rational in q, m, u, s, y = q^m and z = q^u."""

    first: Any  # T1
    second: Any  # T2
    total: Any  # R
    longer: Any  # L

    @property
    def value(self) -> Any:
        """The form."""
        return self.first * (self.total + self.longer) + self.second * self.longer


def _sum(polynomial: Any, after: Any, last: Any) -> Any:
    """Sum of p(i) q^(i-1) over after < i <= last; the ends are 0, m or u (None: without end)."""
    tail = tail_sum(sympy.expand(polynomial), q)
    power = {sympy.Integer(0): sympy.Integer(1), m: y, u: z}
    total = power[after] * tail.subs(i, after + 1)
    return total if last is None else total - power[last] * tail.subs(i, last + 1)


_factored = lru_cache(maxsize=64)(sympy.factor)  # the readings share most of their parts


@lru_cache(maxsize=64)
def promoted(weight: Any, first: str, second: str, truncated: bool) -> Promoted:
    """A_l with threshold m in one reading, over the whole distribution, from its stages.

    Raises `InputError` for a second stage in slots of s + u without an upper end u.

    >>> promoted(1 - q, OWN, OWN, False).longer
    y
    >>> promoted(1 - q, OWN, SLOTS, False)
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: second: expected lengths truncated at some u, got 'slots'; \
without an upper end use 'own'
    """
    if second == SLOTS and not truncated:
        fix = "without an upper end use 'own'"
        raise InputError("second", second, "lengths truncated at some u", fix)
    form, last, zero = promotion(1, first, second), u if truncated else None, sympy.Integer(0)
    stages = Stage(zero, m, True), Stage(m, u, False)
    done = [form.ends(stage, i, s) for stage in stages]
    cut = form.passes(stages[0], i, s)
    if [(e.done, e.left) for e in (*done, cut)] != [(1, 0), (1, 0), (0, 1)]:
        raise DerivationError("the stages of A_l do not complete and leave what they should")
    parts = (
        _sum(done[0].time * weight, zero, m) + _sum(cut.time * weight, m, last),
        _sum(done[1].time * weight, m, last),
        _sum(weight, zero, last),
        _sum(weight, m, last),
    )
    return Promoted(*map(_factored, parts))


@lru_cache(maxsize=16)
def benchmark(form: Form, weight: Any, truncated: bool) -> Any:
    """H-SF or the area bound, sum of (g(k) - g(k-1)) S_k^2 with g its charge and S_k the tails.

    >>> from kvratio.theory.forms import H_SF
    >>> benchmark(H_SF, 1 - q, False).subs({q: sympy.Rational(1, 2), s: 0})
    20/9
    """
    charge = coefficient(form).subs(sympy.Symbol("i", positive=True), k)
    step = sympy.expand(charge - charge.subs(k, k - 1)).subs(k, i)
    tail = sympy.expand(tail_sum(weight, q))  # S_i = q^(i-1) tail(i) - z tail(u + 1)
    squares = tail_sum(sympy.expand(step * tail**2), q**2)
    if not truncated:
        return sympy.factor(squares.subs(i, 1))
    beyond = z * tail.subs(i, u + 1)
    crossed = _sum(step * tail, sympy.Integer(0), u)
    return sympy.factor(
        squares.subs(i, 1)
        - z**2 * squares.subs(i, u + 1)
        - 2 * beyond * crossed
        + beyond**2 * charge.subs(k, u)
    )


def ratio(weight: Any, readings: tuple[str, str], bench: Form, truncated: bool) -> Formula:
    """The ratio as a closed form, in the parts of the module's text.

    >>> from kvratio.theory.forms import H_SF
    >>> two = ratio(1 - q, (OWN, OWN), H_SF, truncated=False)
    >>> two.at({"q": sympy.Rational(1, 2), "m": 1, "s": 0})
    153/80
    """
    parts = promoted(weight, *readings, truncated)
    below = benchmark(bench, weight, truncated)
    names = sympy.symbols("T1 T2 R L B", positive=True)
    first, second, total, longer, base = names
    values = (parts.first, parts.second, parts.total, parts.longer, below)
    where = tuple(zip(names, values, strict=True))
    whole = total
    if not truncated:
        where = tuple(pair for pair in where if pair[0] is not total)
        whole = sympy.Integer(1)
    expression = (first * (whole + longer) + second * longer) / base
    used = [pair for pair in POWERS if any(value.has(pair[0]) for _, value in where)]
    return Formula(expression, (*where, *used))
