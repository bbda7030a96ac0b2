"""A_l with a threshold on geometric and linearly weighted geometric lengths: forms and equations.

The ratios are closed by `kvratio.theory.ratios.thresholds`, truncated at u or, where the second
stage runs at own lengths, without an upper end. Here are the equation of the best threshold as
q -> 1, the limit of long prompts, and what one threshold for all q is worth. The suprema with the
best threshold are in `kvratio.theory.ratios.endless_thresholds`.
"""

from typing import Any

import sympy

from kvratio.theory.bound import Bound, Step, identity, nonnegative, positive_between, words
from kvratio.theory.forms import A_RANDOM, H_SF, OWN, SLOTS
from kvratio.theory.formula import Formula, digits
from kvratio.theory.ratios.coverings import X, p, scaled, scaled_for_every_prompt, sigma
from kvratio.theory.ratios.endless import (
    BENCHMARKS,
    FAMILIES,
    GEOMETRIC,
    LINEAR,
    Family,
    mean_form,
)
from kvratio.theory.ratios.series import q, s, slope_sign
from kvratio.theory.ratios.thresholds import READINGS, benchmark, m, promoted, ratio, y, z

WITHOUT_END = READINGS[:2]


def named(first: str, second: str) -> str:
    """How a reading is called in the names of results.

    >>> named(OWN, SLOTS)
    'A_l own, slots'
    """
    return f"A_l {first}, {second}"


def closed_forms(family: Family) -> list[Bound]:
    """The ratio for every threshold and prompt: in the limit, and truncated at u."""
    rows = []
    for bench, name in BENCHMARKS:
        for readings in READINGS:
            for truncated in (True, False) if readings in WITHOUT_END else (True,):
                formula = ratio(family.weight, readings, bench, truncated)
                end = "/truncated" if truncated else ""
                label = f"{family.label} on [1, u]" if truncated else family.label
                steps = (
                    words("The two stages and the benchmark, summed by telescoping series."),
                    *_whole_share(family, readings),
                )
                rows.append(
                    Bound(
                        id=f"{family.name}/{named(*readings)}/{name}{end}",
                        statement="closed form for every threshold m and prompt; y = q^m, z = q^u",
                        policy="A_l",
                        family=label,
                        benchmark=bench.name,
                        closed_form=str(formula),
                        value="",
                        attained="",
                        source="ours",
                        steps=steps,
                        formula=formula,
                    )
                )
    return rows


def _whole_share(family: Family, readings: tuple[str, str]) -> tuple[Step, ...]:
    parts = promoted(family.weight, *readings, truncated=True)
    limit = promoted(family.weight, OWN, OWN, truncated=False)
    return (
        identity("without an upper end (z = 0) the total share is 1", parts.total.subs(z, 0), 1),
        identity(
            "and the share beyond the threshold as summed", parts.longer.subs(z, 0), limit.longer
        ),
    )


# at s = 0: what the equation of the best threshold becomes, as (factor, left, right)
_NO_PROMPT = {
    (GEOMETRIC, OWN): (2 * y, X - 1, X * y * (X - 1)),
    (GEOMETRIC, SLOTS): (y**2, 1 / y**2, 2 * X**2 + 3),
    (LINEAR, OWN): (2 * X * y, X - 2, y * (1 + X) * (X**2 - X - 1)),
    (LINEAR, SLOTS): (
        y**2, 2 / y**2 - X * (X - 2) / y, 2 * X**4 + 2 * X**3 + 3 * X**2 + 8 * X + 2,
    ),
}  # fmt: skip


def best_equations(family: Family) -> list[Bound]:
    """The equation of the best threshold as q -> 1, for every prompt.

    It is the same against both benchmarks: the best threshold minimises A_l's form.
    """
    rows = []
    for readings in WITHOUT_END:
        parts = promoted(family.weight, *readings, truncated=False)
        limit = scaled_for_every_prompt(parts.value).subs(p, 0)
        slope = sympy.factor(sympy.diff(limit, X) - y * sympy.diff(limit, y))
        factor, left, right = _NO_PROMPT[family, readings[0]]
        steps: tuple[Step, ...] = (
            words("q -> 1 with X = m (1 - q), sigma = s (1 - q) fixed: y = q^m -> exp(-X)."),
            words(f"The form times (1 - q)^2 tends to {limit}, with the slope {slope} in X."),
            identity(
                f"s = 0: it vanishes where {left} = {right}",
                slope.subs(sigma, 0),
                factor * (left - right),
            ),
        )
        if (family, readings[0]) == (GEOMETRIC, OWN):
            steps = (*steps, *_geometric_limits(slope))
        rows.append(
            family.row(
                f"{named(*readings)}/best threshold",
                statement="where the best threshold grows like 1/(1 - q) as q -> 1, it is "
                "X/(1 - q), for the prompt sigma/(1 - q)",
                policy="A_l, best threshold",
                where=", q -> 1",
                benchmark="both",
                closed_form=f"0 = {slope}, y = exp(-X); s = 0: {left} = {right}",
                steps=steps,
            )
        )
    return rows


def _geometric_limits(slope: Any) -> tuple[Step, ...]:
    """No prompt in closed form, and the asymptotics of long prompts."""
    t = sympy.Symbol("t", positive=True)
    return (
        words("It is (X - 1)(1 - X y) = 0, and X exp(-X) <= 1/e < 1: so X = 1, the mean length,"),
        words("where the slope changes its sign; the share promoted is 1/e."),
        identity(
            "long prompts, y = t/sigma: 2 (X - 1) = t (2 X - 1) in the limit",
            sympy.limit(sympy.expand(slope / y).subs(y, t / sigma), sigma, sympy.oo),
            2 * (X - 1) - t * (2 * X - 1),
        ),
        words("so X grows with the prompt like ln(sigma), t -> 1: the share is about 1/sigma."),
    )


def any_lengths() -> Bound:
    """The equation of the best threshold for every distribution of lengths (scaling limit)."""
    share, density, charge, step, whole, done = sympy.symbols("S f c c1 E K", positive=True)
    form = whole + share * whole + charge * share * (1 + share) - done
    derivative = (
        -density * sympy.diff(form, share)
        + step * sympy.diff(form, charge)
        - charge * density * sympy.diff(form, done)
    )
    steps = (
        words("S: share longer than x, f: density, c: charge of x, c1: its derivative, E: mean"),
        words("charge, K: the part of E beyond x. T1 = E - K + c S, T2 = K, form T1 (1+S) + T2 S."),
        identity("the form", (whole - done + charge * share) * (1 + share) + done * share, form),
        identity(
            "its derivative by x: dS = -f, dK = -c f",
            derivative,
            step * share * (1 + share) - density * (whole + 2 * charge * share),
        ),
        words("So promote later while the hazard f/S exceeds c1 (1 + S)/(E + 2 c S)."),
        identity(
            "A_l is better than A_random iff K/S > E + c (1 + S)",
            form - whole,
            share * (whole + charge * (1 + share)) - done,
        ),
    )
    return Bound(
        id=f"any lengths/{named(OWN, OWN)}/best threshold",
        statement="the best threshold x of any smooth distribution: hazard (E[c(o)] + 2 c(x) S) ="
        " c'(x) (1 +"
        " S), S the share promoted",
        policy="A_l, best threshold",
        family="any lengths",
        benchmark="both",
        closed_form="f(x)/S(x) = c'(x) (1 + S(x))/(E[c(o)] + 2 c(x) S(x))",
        value="",
        attained="",
        source="ours",
        steps=steps,
    )


def long_prompts(family: Family) -> list[Bound]:
    """s -> infinity at fixed q: promoting never helps, and A_l without it is A_random."""
    form = scaled_for_every_prompt(promoted(family.weight, OWN, OWN, truncated=False).value)
    random = scaled_for_every_prompt(mean_form(family, A_RANDOM))
    t = sympy.Symbol("t", positive=True)
    excess = sympy.diff(form - random, sigma).subs(p, 1 / (1 + t))
    own, slots = (promoted(family.weight, x, x, truncated=True) for x in (OWN, SLOTS))
    below = [
        sympy.diff(scaled_for_every_prompt(benchmark(b, family.weight, truncated=False)), sigma)
        for b, _ in BENCHMARKS
    ]
    limit = sympy.factor((sympy.diff(random, sigma) / below[0]).subs(p, 1 - q))
    steps = (
        words("Divided by s, every charge of a request of length j tends to j:"),
        *(
            identity(
                f"slots charge as own lengths, stage {n + 1}", sympy.diff(slots[n] - own[n], s), 0
            )
            for n in range(2)
        ),
        identity("and so do both benchmarks", below[0], below[1]),
        nonnegative("A_l exceeds A_random, over s", excess, X, y, t),
        words("It does not without promotion (m = u, or m -> infinity): that is the best."),
        positive_between(
            "the ratio E[o]/E[m], m the smaller of two lengths, rises with q",
            slope_sign(limit),
            q,
            0,
            1,
        ),
    )
    return [
        family.row(
            f"{named(x, x)}/{name}/long prompts",
            statement="the limit of long prompts (s/u -> infinity): no promotion is best,"
            " as A_random",
            policy="A_l, best threshold",
            where=", s -> infinity",
            benchmark=bench.name,
            closed_form=str(limit),
            value=digits(limit.subs(q, 1)),
            attained="supremum as q -> 1",
            steps=steps,
            formula=Formula(limit),
        )
        for x in (OWN, SLOTS)
        for bench, name in BENCHMARKS
    ]


def fixed_threshold(family: Family) -> list[Bound]:
    """One threshold m for all q, s = 0, own lengths: never worse than A_random, which it nears."""
    rows = []
    form = scaled(promoted(family.weight, OWN, OWN, truncated=False).value)
    random = scaled(mean_form(family, A_RANDOM))
    gain = sympy.factor((random - form) / (X * y))
    bound = {GEOMETRIC: 2 - X * y, LINEAR: 2 * X + 3 * p - p**2 - X * (1 + X) ** 2 * y}[family]
    t = sympy.Symbol("t", positive=True)
    why: dict[Family, tuple[Step, ...]] = {
        GEOMETRIC: (words("X y <= X exp(-X) < 2."),),
        LINEAR: (
            words("y = q^m <= exp(-X) <= 1/(1 + X + X^2/2), and 3 p >= p^2."),
            nonnegative("2 - (1 + X)^2/(1 + X + X^2/2)", 2 - (1 + t) ** 2 / (1 + t + t**2 / 2), t),
        ),
    }
    for bench, name in BENCHMARKS:
        limit = (random / scaled(benchmark(bench, family.weight, truncated=False))).subs(p, 0)
        steps = (
            identity("p^2 (A_random - A_l) = X y * gain", gain, bound),
            *why[family],
            words("gain >= 0: no threshold is worse than A_random, whose ratio rises with q"),
            words(f"({family.name}/A_random/{name}). As q -> 1 with m fixed X -> 0: they meet."),
            words(f"The limit of A_random's ratio is {limit}."),
        )
        rows.append(
            family.row(
                f"{named(OWN, OWN)}/{name}/fixed threshold",
                statement="any threshold that does not depend on q, s = 0: the supremum over q",
                policy="A_l, fixed threshold",
                where=", s = 0",
                benchmark=bench.name,
                closed_form=str(limit),
                value=digits(limit),
                attained="supremum as q -> 1, for every m",
                steps=steps,
            )
        )
    return rows


def fixed_slots(family: Family) -> Bound:
    """One threshold for all q, first stage in slots: at least m, so none serves all q."""
    parts = promoted(family.weight, SLOTS, OWN, truncated=False)
    base = benchmark(H_SF, family.weight, truncated=False).subs(s, 0)
    steps = (
        words("As q -> 0 all lengths are 1, each in a slot of m for one step: y = q^m -> 0 and"),
        identity("T1 -> m", parts.first.subs({s: 0, y: 0}).subs(q, 0), m),
        words("while the share promoted and T2 vanish, as y does (m >= 2), and H-SF's form -> 1:"),
        identity("promoted", parts.longer.subs({s: 0, y: 0}), 0),
        identity("T2", parts.second.subs({s: 0, y: 0}), 0),
        identity("H-SF", base.subs(q, 0), 1),
    )
    return family.row(
        f"{named(SLOTS, OWN)}/H-SF/fixed threshold",
        statement="any threshold that does not depend on q, s = 0: the supremum over q is at"
        " least m",
        policy="A_l, fixed threshold",
        where=", s = 0",
        benchmark="H-SF",
        closed_form="at least m",
        value="inf",
        attained="q -> 0; unbounded in m",
        steps=steps,
    )


def bounds() -> list[Bound]:
    """Every result of this module."""
    rows = [any_lengths()]
    for family in FAMILIES:
        rows += [*closed_forms(family), *best_equations(family), *long_prompts(family)]
        rows += [*fixed_threshold(family), fixed_slots(family)]
    return rows
