"""All lengths in [l, u], exactly: A_max, A_random, and H-SF itself, for every common prompt s.

With the tails S_k = x_k + x_{k+1} + ... (S_l = 1 without loss of generality) a benchmark is
diagonal, g(l) + sum_{k>l} (g(k) - g(k-1)) S_k^2 with g = c (H-SF) or g = v (area bound), and a
policy that serves in random order is linear, h(l) + sum_{k>l} (h(k) - h(k-1)) S_k, where h(k) is
what it charges a request of length k. Completing squares gives the exact suprema over *all*
length distributions, not only over two lengths:

    maximum of (h_0 + sum m_k S_k) / (g_0 + sum w_k S_k^2)
        = (h_0 + sqrt(h_0^2 + g_0 H)) / (2 g_0),   H = sum m_k^2 / w_k,

attained at S_k = m_k / (2 * ratio * w_k), if that is at most 1 and does not rise with k.
"""

from typing import Any

import sympy

from kvratio.theory.bound import Bound, Step, identity, nonnegative, words
from kvratio.theory.forms import A_MAX, A_RANDOM, AREA, H_SF, Form
from kvratio.theory.formula import Formula, digits
from kvratio.theory.matrices import coefficient
from kvratio.theory.ratios.binary import l, s, t, two_point_form, u

ALL = "all lengths in [l, u]"
TWO = "two lengths l < u"
SLOTS = "ours (a slot s + u a request, as in P's proof of Theorem 2)"
alpha, a = sympy.symbols("alpha a", positive=True)
i, j, k = sympy.symbols("i j k", positive=True)
_H = sympy.Symbol("H", positive=True)


def _marginal(form: Form) -> Any:
    """g(k) - g(k - 1) of a benchmark whose coefficient is g(min(i, j))."""
    g = coefficient(form).subs(i, k)
    return sympy.factor(g - g.subs(k, k - 1))


def completing_squares() -> tuple[Step, ...]:
    """The identity behind the maximum, for one term of the sums, and the equation for the ratio."""
    z, g0, h0, w, m, tail = sympy.symbols("z g0 h0 w m S", positive=True)
    best = (h0 + sympy.sqrt(h0**2 + g0 * _H)) / (2 * g0)
    return (
        identity(
            "z w S^2 - m S = z w (S - m/(2 z w))^2 - m^2/(4 z w)",
            z * w * tail**2 - m * tail,
            z * w * (tail - m / (2 * z * w)) ** 2 - m**2 / (4 * z * w),
        ),
        identity(
            "z g0 - h0 - H/(4 z) = 0 at the stated ratio", best * g0 - h0 - _H / (4 * best), 0
        ),
    )


def _harmonic(weight: Any) -> tuple[Any, Step]:
    """Sum of 1/weight over l < k <= u, the weight linear in k, in digamma functions."""
    linear = sympy.Poly(weight, k)
    scale = linear.coeff_monomial(k)
    shift = linear.coeff_monomial(1) / scale

    def total(to: Any) -> Any:
        return sympy.digamma(to + 1 + shift) / scale

    x = sympy.Symbol("x", positive=True)
    step = sympy.expand_func(sympy.digamma(x + 1)) - sympy.digamma(x)
    text = "H: digamma(x + 1) - digamma(x) = 1/x, so the terms are 1/w_k"
    own = step.subs(x, k + shift) / scale
    return total(u) - total(l), identity(text, own, 1 / weight)


def _a_max(benchmark: Form, name: str) -> Bound:
    """CR(A_max) over all lengths, against H-SF or the area bound."""
    weight = _marginal(benchmark)
    g0 = coefficient(benchmark).subs(i, l)
    total, telescopes = _harmonic(weight)
    best = (s + u) * (l + sympy.sqrt(l**2 + g0 * _H)) / (2 * g0)
    steps = (
        identity(
            "A_max is linear: (s + u) times the mean", coefficient(A_MAX), (s + u) * (i + j) / 2
        ),
        words(f"h_0 = l, m_k = 1 in units of s + u; w_k = {weight}, g_0 = {g0}."),
        *completing_squares(),
        telescopes,
        words("S_k = 1/(2 z w_k) falls with k; z >= l/g_0, so S_k <= g_0/(2 l w_k), below 1 since"),
        nonnegative(
            "2 l w_k >= g_0 at k = l + 1", (2 * l * weight.subs(k, l + 1) - g0).subs(l, 1 + t), t, s
        ),
    )
    full = Formula(best, ((_H, total),))
    return Bound(
        id=f"all lengths/A_max/{name}",
        statement="the ratio of A_max, exactly",
        policy="A_max",
        family=ALL,
        benchmark=benchmark.name,
        closed_form=str(full),
        value="inf",
        attained="S_k = 1/(2 z w_k), z the ratio over s + u; unbounded as alpha -> 0",
        source=SLOTS,
        steps=steps,
        formula=full,
    )


def a_max_order() -> list[Bound]:
    """The order of CR(A_max) at s = 0, and what becomes of P's Theorems 1 and 2."""
    upper = (1 + sympy.sqrt(1 + sympy.log(1 / alpha) / 2)) / (2 * alpha)
    x = sympy.Symbol("x", positive=True)
    cell = sympy.integrate(1 / (2 * x - 1), (x, k - sympy.Rational(1, 2), k + sympy.Rational(1, 2)))
    general = coefficient(H_SF).subs(i, l)
    best = (s + u) * (l + sympy.sqrt(l**2 + general * _H)) / (2 * general)
    steps = (
        words(
            "From all lengths/A_max/H-SF at s = 0, where H is the sum of 1/(2 k - 1), l < k <= u."
        ),
        words("1/(2 x - 1) is convex: 1/(2 k - 1) <= its integral over [k - 1/2, k + 1/2]."),
        identity(
            "that integral", sympy.expand_log(cell - sympy.log(k / (k - 1)) / 2, force=True), 0
        ),
        words("They telescope to H <= (1/2) ln(u/l), with equality in the limit of long outputs."),
        identity(
            "the ratio at s = 0 with H = (1/2) ln(1/alpha)",
            best.subs({s: 0, u: l / alpha, _H: sympy.log(1 / alpha) / 2}),
            upper,
        ),
    )
    printed = (1 + 1 / sympy.sqrt(alpha)) / (2 * alpha)
    wrong = (
        *steps,
        words("P prints 1/sqrt(alpha) = sqrt(1 + (a - 1)) in place of sqrt(1 + (1/2) ln a)."),
        identity("a - 1 - (1/2) ln a vanishes at a = 1", (a - 1 - sympy.log(a) / 2).subs(a, 1), 0),
        nonnegative("and rises beyond", sympy.diff(a - 1 - sympy.log(a) / 2, a).subs(a, 1 + t), t),
    )
    return [
        Bound(
            id="all lengths/A_max/H-SF/s=0",
            statement="the order is (1/alpha) sqrt(ln(1/alpha)/8)",
            policy="A_max",
            family=ALL + ", s = 0",
            benchmark="H-SF",
            closed_form=str(upper),
            value="inf",
            attained="supremum as l -> infinity, u = l/alpha",
            source=SLOTS,
            steps=steps,
            formula=Formula(upper),
        ),
        Bound(
            id="P Theorem 2",
            statement="the printed lower bound is above the exact maximum for every alpha < 1",
            policy="A_max",
            family=ALL + ", s = 0",
            benchmark="H-SF",
            closed_form=f"{printed} > {upper}",
            value=digits(printed.subs(alpha, sympy.Rational(1, 100))),
            attained="printed value at alpha = 1/100",
            source="P Theorem 2, refuted",
            steps=wrong,
            formula=Formula(printed),
        ),
    ]


def a_max_two_point() -> list[Bound]:
    """A_max on two lengths, where P's two formulas in the proof of Theorem 2 belong."""
    top, bottom = two_point_form(A_MAX), two_point_form(H_SF)
    root = sympy.sqrt(1 + (s + l) * (u - l) / (l * (s + u + l)))
    best = (s + u) / (s + l) * (1 + root) / 2
    y = sympy.Symbol("y", positive=True)  # the share of long requests, t = (1 - y)/y
    as_tail = (
        identity(
            "A_max = (s + u)(l + (u - l) y)",
            top.at((1 - y) / y) * y**2,
            (s + u) * (l + (u - l) * y),
        ),
        identity(
            "H-SF = c(l) + (c(u) - c(l)) y^2",
            bottom.at((1 - y) / y) * y**2,
            bottom.a + (bottom.d - bottom.a) * y**2,
        ),
        *completing_squares(),
        identity(
            "H = (u - l)^2/(c(u) - c(l)) = (u - l)/(s + u + l)",
            (u - l) ** 2 / (bottom.d - bottom.a),
            (u - l) / (s + u + l),
        ),
        words("y = (u - l)/(2 z (c(u) - c(l))) <= 1, since z >= l/c(l) and s + u + l > s + l."),
    )
    r = sympy.Symbol("r", positive=True)  # P's a/b: t = r u/l
    printed = (r + 1) * (r + alpha) / (alpha * (r**2 + 2 * alpha * r + 1))
    own = top.at(r * u / l) / bottom.at(r * u / l)
    at_0 = (1 + sympy.sqrt(2 / (1 + alpha))) / (2 * alpha)
    point = {alpha: sympy.Rational(1, 100), r: sympy.Rational(1, 10)}
    theorem_2 = (
        *as_tail,
        identity("P's two formulas, a/b = r", own.subs({s: 0, l: alpha * u}), printed),
        identity(
            "at alpha = 1/100, r = 1/10 (P prints 550)",
            printed.subs(point),
            sympy.Rational(3025, 253),
        ),
        identity("their maximum", best.subs({s: 0, l: alpha * u}), at_0),
    )
    full = Formula(best)
    lockstep = Formula((s + u) / (s + l))
    return [
        Bound(
            id="one length/A_max/H-SF",
            statement="all requests short: batches in lockstep, so this binds Algorithm 1 itself",
            policy="A_max",
            family="all requests of length l",
            benchmark="H-SF",
            closed_form=str(lockstep),
            value="inf",
            attained="unbounded as alpha -> 0",
            source="P Example 1",
            steps=(identity("x_l^2", top.a / bottom.a, lockstep.expression),),
            formula=lockstep,
        ),
        Bound(
            id="two-point/A_max/H-SF",
            statement="the ratio of A_max on two lengths",
            policy="A_max",
            family=TWO,
            benchmark="H-SF",
            closed_form=str(full),
            value="inf",
            attained="share of long y = (u - l)/(2 z (c(u) - c(l)))",
            source=SLOTS,
            steps=as_tail,
            formula=full,
        ),
        Bound(
            id="two-point/A_max/H-SF/s=0",
            statement="what P's proof of Theorem 2 gives: at most 1.2072/alpha",
            policy="A_max",
            family=TWO + ", s = 0",
            benchmark="H-SF",
            closed_form=str(at_0),
            value="inf",
            attained="alpha times it rises to (1 + sqrt 2)/2 as alpha -> 0",
            source="P Theorem 2, corrected",
            steps=theorem_2,
            formula=Formula(at_0),
        ),
        Bound(
            id="two-point/A_max/H-SF/alpha -> 0",
            statement="alpha CR(A_max) on two lengths, s = 0",
            policy="A_max",
            family=TWO + ", s = 0, times alpha",
            benchmark="H-SF",
            closed_form="(1 + sqrt(2))/2",
            value=digits((alpha * at_0).subs(alpha, 0)),
            attained="supremum as alpha -> 0",
            source="ours",
            steps=(
                *theorem_2,
                identity("limit", (alpha * at_0).subs(alpha, 0), (1 + sympy.sqrt(2)) / 2),
            ),
        ),
    ]


def theorem_1() -> Bound:
    """P's upper bound for A_max holds (for every prompt), and is far from tight."""
    printed = (1 + 1 / alpha) / (2 * alpha)
    g0 = coefficient(H_SF).subs(i, l)
    steps = (
        words("z = ratio/(s + u): z (g_0 + sum w S^2) >= l + sum S whenever 4 z (z g_0 - l) >= H."),
        words("H <= (u - l)/(s + 2 l + 1), its largest term times their number."),
        _theorem_1_margin(g0),
    )
    return Bound(
        id="P Theorem 1",
        statement="the upper bound of P holds for every prompt",
        policy="A_max",
        family=ALL,
        benchmark="H-SF",
        closed_form=str(printed),
        value=digits(printed.subs(alpha, sympy.Rational(1, 100))),
        attained="value at alpha = 1/100; not attained for alpha < 1",
        source="P Theorem 1",
        steps=steps,
        formula=Formula(printed),
    )


def _theorem_1_margin(g0: Any) -> Step:
    z = (1 + u / l) * (u / l) / 2 / (s + u)
    margin = 4 * z * (z * g0 - l) - (u - l) / (s + 2 * l + 1)
    lengths = margin.subs(u, l + k).subs(l, 1 + t)
    return nonnegative("z at P's value leaves a margin (u = l + k, l = 1 + t)", lengths, k, t, s)


def a_random() -> list[Bound]:
    """A_random over all lengths: two lengths are its worst case (P, Theorem EC.1, for it alone)."""
    rows = []
    for benchmark, name in ((H_SF, "H-SF"), (AREA, "area")):
        charge, base = coefficient(H_SF).subs(i, k), coefficient(benchmark).subs(i, k)
        h0, g0 = charge.subs(k, l), base.subs(k, l)
        more, weight = charge.subs(k, u) - h0, base.subs(k, u) - g0
        m, w = _marginal(H_SF), _marginal(benchmark)
        best = (h0 + sympy.sqrt(h0**2 + g0 * sympy.factor(more**2 / weight))) / (2 * g0)
        steps = (
            identity(
                "A_random is linear: the mean charge",
                coefficient(A_RANDOM), (i * (s + i) + j * (s + j)) / 2,
            ),
            nonnegative("m_k/w_k does not fall with k", sympy.diff(m / w, k).subs(k, 1 + t), t, s),
            words("so (Chebyshev, then Cauchy-Schwarz) sum w S^2 >= (sum m S)^2 sum w/(sum m)^2,"),
            words("with equality for constant S: the worst case has only the lengths l and u."),
            *completing_squares(),
            nonnegative("S <= 1: 2 h_0 w >= g_0 m, summed (u = l + k, l = 1 + t)",
                        (2 * h0 * weight - g0 * more).subs(u, l + k).subs(l, 1 + t), k, t, s),
        )  # fmt: skip
        ratio = Formula(best)
        if benchmark is H_SF:
            rho = sympy.Symbol("rho", positive=True)
            unit = {u: (sympy.sqrt(s**2 + 4 * rho**2 * l * (s + l)) - s) / 2}
            steps = (
                *steps,
                identity("= (1 + rho)/2", sympy.simplify(best.subs(unit)), (1 + rho) / 2),
            )
            ratio = Formula((1 + rho) / 2, ((rho, sympy.sqrt(u * (s + u) / (l * (s + l)))),))
        rows.append(
            Bound(
                id=f"all lengths/A_random/{name}",
                statement="exact; at s = 0 against H-SF it is P's (1 + 1/alpha)/2",
                policy="A_random",
                family=ALL,
                benchmark=benchmark.name,
                closed_form=str(ratio),
                value="inf",
                attained="lengths l and u only, a constant share of long; unbounded as alpha -> 0",
                source="ours (s = 0: P Theorem EC.1)",
                steps=steps,
                formula=ratio,
            )
        )
    return rows


def h_sf_itself() -> list[Bound]:
    """H-SF is not the optimum: up to c(u)/v(u), tending to 2, above the fluid optimum."""
    c, v = coefficient(H_SF).subs(i, k), coefficient(AREA).subs(i, k)
    full = Formula((c / v).subs(k, u))
    steps = (
        words("Both are sums over k of (g(k) - g(k-1)) S_k^2, and S_k^2 does not rise with k: so"),
        words("the ratio is a mean of the ratios c(k)/v(k) at the tails that end at one length k."),
        nonnegative("c(k)/v(k) does not fall with k", sympy.diff(c / v, k), k, s),
        identity("its limit", sympy.limit((c / v).subs(s, 0), k, sympy.oo), 2),
    )
    return [
        Bound(
            id="all lengths/H-SF/area",
            statement="H-SF against the fluid optimum: it is no lower bound on latency",
            policy="H-SF",
            family=ALL,
            benchmark="area bound",
            closed_form=str(full),
            value=digits(sympy.Integer(2)),
            attained="all requests of length u; supremum as u/s -> infinity, not attained",
            source="ours",
            steps=steps,
            formula=full,
        )
    ]


def bounds() -> list[Bound]:
    """Every result of this module."""
    exact = [_a_max(H_SF, "H-SF"), _a_max(AREA, "area")]
    return [*exact, *a_max_order(), *a_max_two_point(), theorem_1(), *a_random(), *h_sf_itself()]
