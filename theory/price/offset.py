"""Offset slicing: each request has its own levels; at most K(y) times the area bound.

**The policy.** Request i gets an offset xi_i, uniform on [0, 1) and independent of its length. Its
levels of volume are b^(k + xi_i), k = ..., -1, 0, 1, ... The queue is ordered by the next level,
whatever the prompt. An attempt runs up to its level (with whole lengths: to the last token whose
volume is at most the level) and is cancelled there. It reads no prediction and learns nothing.

**Its form.** In `kvratio.theory.forms` a policy has a list of stages. Here the stages are a
continuum: between the log-levels l and l + dl one request in beta/dl has a level, beta = ln b. With
S(v) the share of volume more than v, L = e^l, and y = sqrt(b), that stage

    takes     T dl = ((L/b) S(L/b) + integral of S from L/b to L) dl/beta,
    leaves    left = (1/beta) * integral of S(v)/v from L/b to L,

and completes a vanishing share; x'Qx is the integral of 2 T left. So `forms.Form` cannot hold it;
this module has the form's entries in closed form (`pair`), `kvratio.theory.price.whole_lengths`
its matrix for whole lengths.

**Upper bound.** Put s(l) = e^(l/2) S(e^l): the area bound is the integral of s^2, T and left are
e^(l/2) (k1 * s)/beta and e^(-l/2) (k2 * s)/beta with the nonnegative kernels

    k1 = a mass 1/y at beta, and e^(-u/2) on [0, beta],      k2 = e^(u/2) on [0, beta].

As s(l-u) s(l-w) <= (s(l-u)^2 + s(l-w)^2)/2, the form is at most 2/beta^2 |k1| |k2| times the area
bound. Nothing else is used of S, so prompts may differ from request to request.
"""

from collections.abc import Sequence
from typing import Any

import sympy

from kvratio.theory.bound import Bound, Step, certified, identity, nonnegative, words
from kvratio.theory.checks import whole
from kvratio.theory.formula import digits
from kvratio.theory.price.constant import OURS, Y, enclosure, price, value

POLICY = "offset slicing"
FAMILY = "all lengths, any prompts, common or mixed"
CONDITION = "fluid limit, all requests at time 0, offsets independent of the volumes"
KILL_AND_RESTART = "arXiv 2211.02044 (b-scaling with a random offset, one machine)"

U, W, T, BETA, A, B = sympy.symbols("u w t beta a b", positive=True)
M = sympy.Symbol("m", positive=True, integer=True)
R = sympy.Symbol("r", positive=True)
LONG = sympy.Symbol("Lambda", positive=True)

# numbers of classes of the published table, and the growth r of the levels' square roots for fixed
# classes: rational numbers near the best
FIXED = {
    1: sympy.Integer(2),
    2: sympy.Rational(27, 17),
    4: sympy.Rational(213, 162),
    8: sympy.Rational(1162, 1000),
    16: sympy.Rational(10815, 10000),
    32: sympy.Rational(10409, 10000),
}
SHARED = {1: "2.856", 2: "3.379", 4: "3.616", 8: "3.690", 16: "3.709"}


def kernel_sizes() -> tuple[Any, Any]:
    """|k1| and |k2| as functions of y, integrated.

    >>> kernel_sizes()
    (2 - 1/y, 2*y - 2)
    """
    beta = 2 * sympy.log(Y)
    first = 1 / Y + sympy.integrate(sympy.exp(-U / 2), (U, 0, beta))
    second = sympy.integrate(sympy.exp(U / 2), (U, 0, beta))
    return sympy.simplify(first), sympy.simplify(second)


def mean_square(text: str) -> Step:
    """The only inequality of the upper bounds: a b <= (a^2 + b^2)/2."""
    return identity(text, (A**2 + B**2) / 2 - A * B, (A - B) ** 2 / 2)


def upper() -> Bound:
    """At most K(y) times the area bound, for every growth of the levels."""
    first, second = kernel_sizes()
    return Bound(
        id="price/offset slicing/area",
        statement="For all lengths and prompts: offset slicing with levels of growth b = y^2 is at "
        "most (2y - 3 + 1/y)/(ln y)^2 times the area bound; with b = 13.8073... at most "
        f"K = {enclosure().digits[:13]}... times (so at most K times the optimum, and K times "
        "H-SF). No better constant holds for it at any b",
        policy=POLICY,
        family=f"{FAMILY}; {CONDITION}",
        benchmark="area bound",
        closed_form="(2y - 3 + 1/y)/(ln y)^2, y = sqrt(b)",
        value=digits(value()),
        attained="in the limit of long ranges of volumes, survival v^(-1/2)",
        source=OURS,
        steps=(
            words(
                "One request of volume V at the level L (its level before: L/b): it uses L if "
                "V > L, V if L/b < V <= L, else nothing. As S jumps from 1 to 0 at V, that is "
                "(L/b) S(L/b) + the integral of S from L/b to L:"
            ),
            identity("V > L: L/b + (L - L/b) = L", W / Y**2 + (W - W / Y**2), W),
            identity("L/b < V <= L: L/b + (V - L/b) = V", W / Y**2 + (A - W / Y**2), A),
            identity(
                "T e^(-l/2) beta: (L/b) S(L/b) = e^((l-beta)/2) s(l - beta), factor 1/y",
                sympy.exp((LONG - 2 * sympy.log(Y)) / 2) / sympy.exp(LONG / 2),
                1 / Y,
            ),
            identity(
                "S dv = e^(v'/2) s(v') dv' at v = e^v': factor e^(-u/2) at v' = l - u",
                sympy.exp((LONG - U) / 2) * sympy.exp(-LONG / 2),
                sympy.exp(-U / 2),
            ),
            identity(
                "left e^(l/2) beta: S dv/v = e^(-v'/2) s(v') dv': factor e^(u/2)",
                sympy.exp(-(LONG - U) / 2) * sympy.exp(LONG / 2),
                sympy.exp(U / 2),
            ),
            identity("|k1| = 2 - 1/y", first, 2 - 1 / Y),
            identity("|k2| = 2 (y - 1)", second, 2 * (Y - 1)),
            mean_square("s(l-u) s(l-w) <= the mean of the squares; integrated over l, u and w"),
            identity(
                "2/beta^2 |k1| |k2| = K(y)", 2 * first * second / (2 * sympy.log(Y)) ** 2, price(Y)
            ),
            words(
                "Whole lengths: an attempt stops at the last token of volume at most L. It uses at "
                "most min(V, L), and completes if and only if V <= L."
            ),
            words(
                "Exact: S = v^(-1/2) on [1, e^Lambda] (1 below, 0 above) has s = 1 on [0, Lambda] "
                "and area 1 + Lambda; both convolutions are |k1| and |k2| on [beta, Lambda]:"
            ),
            identity(
                "the ratio is at least K(y) (Lambda - beta)/(Lambda + 1), which tends to K(y)",
                sympy.limit((LONG - BETA) / (LONG + 1), LONG, sympy.oo),
                1,
            ),
        ),
    )


def pair(log_quotient: Any, beta: Any) -> Any:
    """What two requests cost each other, over the smaller volume: q(t), t = ln(larger/smaller).

    The form's entry is x'Qx = sum of x_i x_j q(|ln V_i/V_j|) min(V_i, V_j). Closed form for
    0 <= t <= beta (`beta` = ln b); beyond beta it stays at q(beta).

    >>> pair(0, BETA)
    1 + 2/beta
    """
    t = log_quotient
    rest = (beta - t) ** 2 / (2 * beta)
    smaller = 1 + beta - rest
    larger = sympy.exp(t) * (1 - t / beta) + (sympy.exp(t) - 1) / beta + sympy.exp(t) * rest
    return sympy.expand(sympy.simplify((smaller + larger) / beta))


def pairs() -> Bound:
    """The entries of the form, derived from the stages of two requests."""
    t, beta = T, BETA
    gone = 1 - U / beta  # share of the requests of volume 1 left at the log-level u > 0
    later = 1 - (U - t) / beta
    before = sympy.integrate(sympy.exp(U), (U, -sympy.oo, 0))
    smaller = (before + t + sympy.integrate(later, (U, t, beta))) / beta
    larger = (
        before
        + sympy.integrate(sympy.exp(U) * gone, (U, 0, t))
        + sympy.exp(t) * sympy.integrate(gone, (U, t, beta))
    ) / beta
    far = (before + beta) / beta
    far += (before + sympy.integrate(sympy.expand(sympy.exp(U) * gone), (U, 0, beta))) / beta
    return Bound(
        id="price/offset slicing/pairs",
        statement="Two requests of volumes V <= V e^t with independent offsets: the time that the "
        "attempts of each keep the other waiting adds up, in expectation, to q(t) V; one alone "
        "takes V (1 + 1/beta), beta = ln b",
        policy=POLICY,
        family="two requests of any volumes",
        benchmark="the smaller volume",
        closed_form=f"q(t) = {pair(T, BETA)} for t <= beta; 1 + 1/beta + (b - 1)/beta^2 beyond",
        value="",
        attained="always (an equality)",
        source=OURS,
        steps=(
            words(
                "In units of V. At the log-level u the request of volume 1 uses e^u (u <= 0) or 1 "
                "(0 < u < beta), with density 1/beta, and is unfinished with probability 1 or "
                "1 - u/beta; that of volume e^t likewise, shifted by t. Below u = 0 the levels add "
                "up to 1/beta:"
            ),
            identity("the integral of e^u up to 0", before, 1),
            identity("both directions, t <= beta", smaller + larger, pair(t, beta)),
            identity("t >= beta", far, 1 + 1 / beta + (sympy.exp(beta) - 1) / beta**2),
            identity("they meet at t = beta", far, pair(beta, beta)),
            identity("q(0) = 1 + 2/beta", pair(0, beta), 1 + 2 / beta),
            identity(
                "one alone: the levels before its last, and V",
                before / beta + 1,
                1 + 1 / beta,
            ),
            identity(
                "so one alone less half of q(0) is 1/2, as in the optimum: V less V/2",
                (1 + 1 / beta) - pair(0, beta) / 2,
                sympy.Rational(1, 2),
            ),
        ),
    )


def weights(m: int, y: Any) -> Sequence[Any]:
    """The weights of S at the last m + 1 levels in m (done + 2 left), times e^(l/2).

    The stage of one of m classes completes the difference of S over b, and leaves of each class
    what is beyond its last level: together a trapezoid rule.

    >>> weights(2, Y)
    [1, 2*sqrt(y), y]
    """
    whole("m", m, least=1)
    r = y ** sympy.Rational(1, m)
    return [1, *(2 * r**i for i in range(1, m)), y]


def shared(m: Any, y: Any) -> Any:
    """The constant of m classes of offsets with one random phase: K(y) x coth x, x = ln y/(2m).

    >>> sympy.simplify(shared(1, Y) - (2 * Y + 1 - 1 / Y) / (2 * sympy.log(Y)))
    0
    """
    r = y ** (sympy.Integer(1) / m)
    return (2 - 1 / y) * (y - 1) * (r + 1) / (2 * m * sympy.log(y) * (r - 1))


def fixed(m: int, r: Any) -> Any:
    """The constant of m classes of fixed offsets, neighbouring levels having the quotient r^2.

    >>> fixed(1, sympy.Integer(2))
    5
    """
    y = r**m
    return r * (y - 1) * (r + (r + 1) * (y - 1)) / (m**2 * y * (r - 1) ** 2)


def shared_classes(m: int, y: Any) -> Bound:
    """m classes of offsets and one random phase, common to all."""
    r = Y ** sympy.Rational(1, m)
    x = sympy.log(Y) / (2 * m)
    theirs = [
        identity(
            "m = 1 is one common random offset, (2b + sqrt b - 1)/(sqrt b ln b)",
            shared(1, Y),
            (2 * Y**2 + Y - 1) / (Y * 2 * sympy.log(Y)),
        )
    ]
    top = _rounded_up(shared(m, y))
    return Bound(
        id=f"price/offset slicing/random phase, m={m}",
        statement=f"Levels b^(k + phi + j/{m}), j = 0 ... {m - 1} the class of a request (assigned "
        "independently of the volumes), phi uniform and common to all, b = "
        f"{sympy.N(y**2, 5)}: at most this times the area bound; for any m the factor over K(y) is "
        "x coth x, x = ln(y)/(2m)",
        policy=f"{POLICY}, {m} classes, random phase",
        family=f"{FAMILY}; {CONDITION}",
        benchmark="area bound",
        closed_form="K(y) x coth x, x = ln(y)/(2m), y = sqrt(b)",
        value=digits(top),
        attained="in the limit of long ranges of volumes, survival v^(-1/2)",
        source=f"{OURS}; m = 1: {KILL_AND_RESTART}, 3.032" if m == 1 else OURS,
        steps=(
            words(
                "A stage is one class at one level: T = k1 * s as before, over m; done + 2 left is "
                "S at the last m + 1 levels with the weights 1, 2, ..., 2, 1, over m. On average "
                "over the phase the form is 1/(m beta) times the integral of (k1 * s)(k2 * s)."
            ),
            identity(
                "|k2| = (r + 1)(y - 1)/(r - 1), r = y^(1/m)",
                sympy.Add(*weights(m, Y)) * (r - 1),
                (r + 1) * (Y - 1),
            ),
            mean_square("the same inequality as for offset slicing"),
            identity(
                "the constant, beta = 2 ln y",
                (2 - 1 / Y) * (r + 1) * (Y - 1) / (r - 1) / (m * 2 * sympy.log(Y)),
                shared(m, Y),
            ),
            identity(
                "over K(y) it is x (r + 1)/(r - 1) = x coth x, as r = e^(2x)",
                (shared(m, Y) / price(Y)).subs(Y, sympy.exp(2 * m * T)),
                T * (sympy.exp(2 * T) + 1) / (sympy.exp(2 * T) - 1),
            ),
            identity("x = ln(r)/2", x, sympy.log(r) / 2),
            *(theirs if m == 1 else ()),
            certified(
                "the value is above the constant at this b", lambda: bool(shared(m, y) <= top)
            ),
        ),
    )


def fixed_classes(m: int, r: Any) -> Bound:
    """m classes of fixed offsets: nothing random but the order within a stage and the classes."""
    y, q = r**m, sympy.Symbol("q", positive=True)
    time = 1 / y + (1 - 1 / r**2) * sum(r**-i for i in range(m))
    wait = sympy.Add(*weights(m, y))
    text = "5 is the constant of fixed caps" if m == 1 else f"{m} classes"
    return Bound(
        id=f"price/offset slicing/fixed classes, m={m}",
        statement=f"{text}: levels r^(2 (k + j/{m}) {m}), r = {r}, j the class of a request "
        "(assigned independently of the volumes, random order within a class): at most this times "
        "the area bound, and no less will do",
        policy=f"{POLICY}, {m} fixed classes",
        family=f"{FAMILY}; {CONDITION}, random order within a stage",
        benchmark="area bound",
        closed_form="r (y - 1)(r + (r + 1)(y - 1))/(m^2 y (r - 1)^2), y = r^m",
        value=digits(fixed(m, r)),
        attained="in the limit of long ranges of volumes, survival v^(-1/2) just before each level",
        source=OURS,
        steps=(
            words(
                "Levels L_j = r^(2j); p_j the mean of S between L_(j-1) and L_j, so S(L_j) <= p_j "
                "and the area is at least the sum of p_j^2 (L_j - L_(j-1)). m T_j <= L_(j-m) "
                "p_(j-m) + sum over i < m of p_(j-i) (L_(j-i) - L_(j-i-1)); done + 2 left as above."
            ),
            words(
                "In q_j = p_j sqrt(L_j - L_(j-1)) both are sums of q_(j-i) with nonnegative weights"
                ", which do not depend on j. As q_(j-i) q_(j-k) <= (q_(j-i)^2 + q_(j-k)^2)/2:"
            ),
            mean_square("the same inequality as for offset slicing"),
            identity(
                "the product of the sums of weights",
                time * wait / (m**2 * (1 - r**-2)),
                fixed(m, r),
            ),
            words(
                "Equal q_j over a long range, S = p_j just up to each level, attain it in the "
                "limit: these p_j fall."
            ),
            nonnegative("p_j/p_(j+1) = r > 1", r - 1, q),
        ),
    )


def _rounded_up(x: Any) -> Any:
    """A number of 12 digits above x, for x between 1 and 10."""
    return sympy.Rational(int(sympy.ceiling(sympy.N(x, 40) * 10**11)), 10**11)


def bounds() -> list[Bound]:
    """All results on offset slicing in the fluid limit, volumes not rounded.

    >>> [bound.value for bound in bounds()][0]
    '2.72837242693'
    """
    return [
        upper(),
        pairs(),
        *(shared_classes(m, sympy.Rational(y)) for m, y in SHARED.items()),
        *(fixed_classes(m, r) for m, r in FIXED.items()),
    ]
