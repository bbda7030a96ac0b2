"""Slots of s + u on the two endless families, truncated at u: no bound holds, and at which rate.

The look-ahead test on the upper end u reserves s + u tokens a request in A_l's second stage, and
for every request in A_max. On lengths truncated at u, as u grows with q and s fixed:

- A_max's ratio, and A_l's with a fixed threshold, grow like u;
- A_l's with the best threshold for each u grows like E[o] ln(u) / (2 ln(1/q) B), B the benchmark's
  form: with both stages in slots, A_l promotes ever later, a share of about u^(-1/2);
- with the first stage at own lengths the best threshold is ever later too, and A_l tends to
  A_random.

Without an upper end, to assume all that fits is a slot of the whole cache: no fluid limit at all.
"""

from typing import Any

import sympy

from kvratio.theory.bound import Bound, Step, identity, nonnegative, words
from kvratio.theory.forms import A_MAX, A_RANDOM, OWN, SLOTS
from kvratio.theory.formula import digits
from kvratio.theory.ratios.coverings import X, p, scaled_for_every_prompt, sigma
from kvratio.theory.ratios.endless import (
    BENCHMARKS,
    FAMILIES,
    GEOMETRIC,
    LINEAR,
    Family,
    mean_form,
)
from kvratio.theory.ratios.endless_promotion import named
from kvratio.theory.ratios.series import i, q, s, tail_sum
from kvratio.theory.ratios.thresholds import Promoted, benchmark, m, promoted, u, y, z

_U = sympy.Symbol("U", positive=True)  # u (1 - q)
_ROOT = {GEOMETRIC: sympy.Integer(1), LINEAR: sympy.Rational(4, 9)}  # rate over ln u as q -> 1


def _far(family: Family, first: str, second: str) -> Promoted:
    """The parts without the terms in z = q^u: u^n z -> 0 as u grows."""
    parts = promoted(family.weight, first, second, truncated=True)
    return Promoted(*(sympy.factor(part.subs(z, 0)) for part in parts))


def _mean(family: Family) -> Any:
    return tail_sum(sympy.expand(i * family.weight), q).subs(i, 1)


def _pieces(family: Family, first: str) -> tuple[Step, ...]:
    """What both arguments below use of the form, for u -> infinity."""
    parts, t = _far(family, first, SLOTS), sympy.Symbol("t", nonnegative=True)
    beyond = tail_sum(sympy.expand(i * family.weight), q).subs(i, m + 1) * y
    at = {q: 1 / (1 + t)}
    steps = [
        words("q and s are fixed, u -> infinity: u^n q^u -> 0, and the terms in q^u are left out."),
        identity("T2 = (s + u) K, K = E[o; o > m]", parts.second, (s + u) * beyond),
        words("K >= L, as every length is at least 1,"),
        nonnegative("and L >= y = q^m", (parts.longer / y - 1).subs(at), m, t),
    ]
    if first == SLOTS:
        steps.append(
            identity(
                "T1 = (s + m) E[min(o, m)] = (s + m)(E[o] - K + m L)",
                parts.first,
                (s + m) * (_mean(family) - beyond + m * parts.longer),
            )
        )
    return tuple(steps)


def fixed_threshold(family: Family) -> list[Bound]:
    """Linear in u, whatever the first stage is charged."""
    rows = []
    for first in (OWN, SLOTS):
        parts = _far(family, first, SLOTS)
        rate = sympy.factor(sympy.diff(parts.value, u))
        steps = (
            *_pieces(family, first),
            identity(
                "the form over u -> L K > 0", rate, parts.longer * sympy.diff(parts.second, u)
            ),
        )
        rows += [
            family.row(
                f"{named(first, SLOTS)}/{name}/fixed threshold",
                statement="any threshold that does not depend on u: the ratio grows like u",
                policy="A_l, fixed threshold",
                where=" on [1, u]",
                benchmark=bench.name,
                closed_form=f"ratio/u -> {rate}/B",
                value="inf",
                attained="u -> infinity; B: the benchmark's form",
                steps=steps,
            )
            for bench, name in BENCHMARKS
        ]
    return rows


def best_threshold(family: Family) -> list[Bound]:
    """Both stages in slots, the best threshold for each u: logarithmic in u."""
    v = sympy.Symbol("v", positive=True)  # ln u
    half = -sympy.log(q) * 2
    low, high = (v - 2 * sympy.log(v)) / half, (v + 4 * sympy.log(v)) / half
    mean = _mean(family)
    steps = (
        *_pieces(family, SLOTS),
        identity(
            "m0 = (ln u - 2 ln ln u)/(2 ln(1/q)): q^m0 = ln u/sqrt(u), v = ln u",
            sympy.expand_log(low * sympy.log(q), force=True),
            sympy.log(v) - v / 2,
        ),
        words("m <= m0: T2 L >= u L^2 >= u (q^m0)^2 = (ln u)^2."),
        words("m >= m0: T1 (1 + L) >= (s + m0) E[min(o, m0)], about m0 E[o]. So the form is at"),
        words("least (1 - o(1)) E[o] ln u/(2 ln(1/q)), whatever the threshold."),
        identity(
            "m1 = (ln u + 4 ln ln u)/(2 ln(1/q)): q^m1 = 1/(sqrt(u) (ln u)^2)",
            sympy.expand_log(high * sympy.log(q), force=True),
            -v / 2 - 2 * sympy.log(v),
        ),
        words("m = m1 (rounded up): L and K are at most of order m1^2 y, T2 L at most of order"),
        words("u m1^3 y^2 -> 0, T1 (1 + L) is about m1 E[o]: the lower bound is reached."),
    )
    rows = []
    for bench, name in BENCHMARKS:
        base = benchmark(bench, family.weight, truncated=False)
        rate = mean / (-2 * sympy.log(q) * base)
        top = sympy.limit(sympy.factor((mean / base).subs(s, 0) / (1 - q)), q, 1) / 2
        factor = identity("(1 - q)/ln(1/q) -> 1 as q -> 1",
                          sympy.limit((1 - q) / -sympy.log(q), q, 1), 1)  # fmt: skip
        rows.append(
            family.row(
                f"{named(SLOTS, SLOTS)}/{name}",
                statement="the best threshold for each u: the ratio grows like ln(u), for every"
                " prompt",
                policy="A_l, best threshold",
                where=" on [1, u]",
                benchmark=bench.name,
                closed_form=f"ratio/ln(u) -> {rate}",
                value="inf",
                attained=f"u -> infinity; at s = 0 the rate tends to {top} as q -> 1",
                steps=(*steps, factor, words(f"So at s = 0 the rate tends to {top} as q -> 1.")),
            )
        )
    return rows


def equation() -> Bound:
    """Geometric lengths, q -> 1: which share is promoted when u is U times the mean."""
    parts = _far(GEOMETRIC, SLOTS, SLOTS)
    scaled = scaled_for_every_prompt(parts.value).subs({u: _U / p, sigma: 0})
    limit = sympy.expand(sympy.cancel(scaled).subs(p, 0))
    slope = sympy.diff(limit, X) - y * sympy.diff(limit, y)
    least = {y: 1 / sympy.sqrt(_U * (1 + 2 * X) + 1 - 2 * X)}
    value = X + (_U * (1 + X) - X) / (_U * (1 + 2 * X) + 1 - 2 * X)
    steps = (
        words("u = U/(1 - q), q -> 1, s = 0; terms of order U exp(-U) are left out."),
        identity("the form times (1 - q)^2", limit, X * (1 - y**2) + _U * (1 + X) * y**2),
        identity("its slope", slope, 1 - y**2 * (_U * (1 + 2 * X) + 1 - 2 * X)),
        identity("the least value", limit.subs(least), value),
        words("As U grows 2 X = ln(U) + ln(1 + 2 X) + o(1), and the value is X + 1/2 + o(1):"),
        words("the ratio to H-SF, twice the value, is ln(U) + ln(ln(U)) + 1 + o(1)."),
        identity(
            "the second term of the value tends to (1 + X)/(1 + 2 X), then 1/2",
            sympy.limit(sympy.limit(value - X, _U, sympy.oo), X, sympy.oo),
            sympy.Rational(1, 2),
        ),
    )
    return Bound(
        id=f"geometric/{named(SLOTS, SLOTS)}/best threshold",
        statement="the best threshold X/(1 - q) for u = U/(1 - q), q -> 1, s = 0",
        policy="A_l, best threshold",
        family="geometric(q) on [1, u], q -> 1, s = 0",
        benchmark="both",
        closed_form="exp(2*X) = U*(1 + 2*X) + 1 - 2*X",
        value="",
        attained="share promoted exp(-X), about 1/sqrt(U ln(U)); ratio to H-SF ln(U) + ln(ln(U))"
        " + 1 + o(1)",
        source="ours",
        steps=steps,
    )


def own_then_slots(family: Family) -> list[Bound]:
    """First stage at own lengths: the best threshold grows with u, and A_l tends to A_random."""
    rows = []
    random = mean_form(family, A_RANDOM)
    own = _far(family, OWN, SLOTS)
    steps = (
        *_pieces(family, OWN),
        words("m = u: all run at own lengths, that is A_random: the best is never above it."),
        words("q^m >= ln u/sqrt(u): T2 L >= u L^2 >= (ln u)^2, above any constant. Otherwise m ->"),
        words("infinity, and the form is at least T1, which tends to A_random's:"),
        identity("T1 at y = 0", own.first.subs(y, 0), random),
    )
    for bench, name in BENCHMARKS:
        limit = sympy.factor((random / benchmark(bench, family.weight, truncated=False)).subs(s, 0))
        top = limit.subs(q, 1)
        rows.append(
            family.row(
                f"{named(OWN, SLOTS)}/{name}/s=0",
                statement="the best threshold for each u, in the limit of large u: A_random's"
                " ratio",
                policy="A_l, best threshold",
                where=" on [1, u], s = 0",
                benchmark=bench.name,
                closed_form=str(limit),
                value=digits(top),
                attained=f"u -> infinity, then q -> 1 ({family.name}/A_random/{name})",
                steps=steps,
            )
        )
    return rows


def a_max(family: Family) -> list[Bound]:
    """A_max on lengths truncated at u: linear in u; in the limit of long prompts as A_random."""
    form = mean_form(family, A_MAX)
    mean = _mean(family)
    one = identity("A_max = (s + u) E[o] (the terms in q^u are left out)", form, (s + u) * mean)
    rows = []
    for bench, name in BENCHMARKS:
        base = benchmark(bench, family.weight, truncated=False)
        limit = sympy.factor(mean / sympy.limit(base / s, s, sympy.oo))
        rows += [
            family.row(
                f"A_max/{name}",
                statement="grows like u, for every prompt",
                policy="A_max",
                where=" on [1, u]",
                benchmark=bench.name,
                closed_form=f"{sympy.factor(form / base)}",
                value="inf",
                attained="u -> infinity",
                steps=(one,),
            ),
            family.row(
                f"A_max/{name}/long prompts",
                statement="the limit of long prompts (s/u -> infinity), then of large u: as"
                " A_random",
                policy="A_max",
                where=", s -> infinity",
                benchmark=bench.name,
                closed_form=str(limit),
                value=digits(limit.subs(q, 1)),
                attained="supremum as q -> 1 (rising: A_l's row)",
                steps=(
                    one,
                    identity("over s it is the mean", sympy.limit(form / s, s, sympy.oo), mean),
                ),
            ),
        ]
    return rows


def whole_cache(family: Family) -> Bound:
    """No upper end: assuming all that fits reserves the whole cache, one request at a time."""
    parts = _far(family, OWN, OWN)
    beyond = tail_sum(sympy.expand(i * family.weight), q).subs(i, m + 1) * y
    t = sympy.Symbol("t", nonnegative=True)
    steps = (
        words("An assumed length of M - s is a slot of M: the second stage runs one request at a"),
        words("time, for E[o; o > m] = K steps each, and T2 = M K. The form is at least M K L:"),
        nonnegative(
            "K L > 0 does not depend on M",
            (beyond * parts.longer / y**2).subs(q, 1 / (1 + t)),
            m,
            t,
        ),
    )
    return family.row(
        "A_l, whole cache/H-SF",
        statement="no upper end, the second stage assumes all that fits: the ratio grows like M",
        policy="A_l, any threshold",
        benchmark="H-SF",
        closed_form=f"at least M {sympy.factor(beyond * parts.longer)}/H-SF",
        value="inf",
        attained="M -> infinity",
        steps=steps,
    )


def bounds() -> list[Bound]:
    """Every result of this module."""
    rows = []
    for family in FAMILIES:
        rows += [*fixed_threshold(family), *best_threshold(family), *own_then_slots(family)]
        rows += [*a_max(family), whole_cache(family)]
    return [*rows, equation()]
