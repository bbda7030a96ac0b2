"""Finite instances with mixed prompts: rounds limited in time and in volume, a proved constant.

**Policy.** Any n requests at time 0, any prompts s_i, s_i + o_i <= M; lengths are not known. Round
r = 0, 1, ... has the time T = GROWTH^r and, n requests being unfinished at its beginning, the
volume L = SHARE M T/n. Each of them gets one slice: the most tokens t with t <= T, v_i(t) <= L and
s_i + t <= M. Wide slices (s_i + t > M/2) run one after the other; then the others, in any order,
each as soon as s_i + t fits beside what is reserved. All that is cancelled is lost.

**Neither limit suffices alone.** With a limit of volume only, m requests with s = M - 1 and o = 1
wait for all slices of one with s = 0 and volume just below theirs, about sqrt(2 M) steps: the ratio
is of the order of M^(1/4) at m = (2 M)^(1/4). With a limit of time only, sqrt(M) requests with
s = 0 wait for M^(1/4) with s = M/2 and the same length sqrt(M): of the order of M^(1/4), too.

**Proof.** x_r = n_r T_r; A_r requests have o > T_(r-1), B_r have a volume above L_(r-1): n_r <=
A_r + B_r. S(v): the number of requests of volume more than v, V the integral of S^2 over 2 M;
OPT >= V + (sum of o)/3 (`kvratio.theory.price.finite.moments`).
"""

from typing import Any

import sympy

from kvratio.theory.bound import Bound, Step, identity, nonnegative, words
from kvratio.theory.forms import volume
from kvratio.theory.formula import digits
from kvratio.theory.price.constant import OURS
from kvratio.theory.price.finite import FAMILY as ONE_PROMPT
from kvratio.theory.price.finite import moments

GROWTH, SHARE = sympy.Rational(12, 7), sympy.Rational(12, 25)
PACKED = 4  # a slice takes less than PACKED L/M of the cache's time
# of the potential h(q) = START + SLOPE q; LONG: what a long request adds, WEIGHT: of the volumes
START, SLOPE = sympy.Rational(21, 100), sympy.Rational(6, 25)
LONG, WEIGHT = sympy.Rational(47, 25), sympy.Rational(249, 125)
ROUTE = "ROUTE, arXiv 2607.09248: 996 in the proof of its Theorem 1"

G, K, C, ETA, P, Q, B, E = sympy.symbols("g k c eta p q b e", positive=True)


def factors() -> tuple[Any, Any]:
    """(alpha, beta): TEL is at most alpha (sum of o) + beta V.

    >>> [round(float(x), 3) for x in factors()]
    [20.363, 61.061]
    """
    each = PACKED * SHARE + 1 / GROWTH
    return (
        each * LONG * GROWTH**2 / (GROWTH - 1) + 1,
        each * 2 * WEIGHT * GROWTH**2 / SHARE,
    )


def constant() -> Any:
    """The constant: with alpha <= beta/3 it would be beta; here alpha is a little larger.

    >>> round(float(constant()), 3)
    61.07
    """
    alpha, beta = factors()
    return sympy.Max(beta, alpha + 2 * beta / 3)


def rounds() -> tuple[Step, ...]:
    """What a round costs: each waits PACKED n L/M, those that are left T more."""
    s, t = sympy.symbols("s t", nonnegative=True)
    m = sympy.Symbol("m", positive=True)
    return (
        words("A wide slice, M = 2 (s + t) - e: less than 4 v(t)/M steps, as 4 v(t) >= M t:"),
        nonnegative(
            "4 v(t) - (2 (s + t) - e) t",
            sympy.expand(PACKED * volume(t, s) - (2 * (s + t) - E) * t),
            s,
            t,
            E,
        ),
        words(
            "While another waits, more than M/2 is reserved, by slices of this round: (s + t) for "
            "at most t steps each, at most 2 v(t):"
        ),
        nonnegative("2 v(t) - (s + t) t", sympy.expand(2 * volume(t, s) - (s + t) * t), s, t),
        words(
            "So every slice starts before 4 n L/M = 4 k T steps, and the round is over at most T "
            "later; who completes in it does so at most o after its start. Adding up: TEL <= sum of"
            " 4 k T_r n_r + T_r n_(r+1), and the lengths. With X = sum of x_r:"
        ),
        identity(
            "4 k x_r + x_(r+1)/g, added up: (4 k + 1/g) X at most",
            sympy.expand((4 * K + 1 / G) * m),
            sympy.expand(4 * K * m + m / G),
        ),
    )


def _gain() -> tuple[Step, ...]:
    """What the volumes above the levels say of x_0, x_1, ..."""
    x, y, now, m = sympy.symbols("x y T M", positive=True)  # x_(r-1), x_(r-2), T_(r-1)
    level, before = K * m * now**2 / x, K * m * (now / G) ** 2 / y
    count = B * x / (G * now)
    return (
        words(
            "b = (B_r T_r)/x_(r-1), or less; q = x_(r-1)/x_(r-2), 0 if r = 1. S >= B_r up to "
            "L_(r-1), which is k M T_(r-1)^2/x_(r-1), and the levels rise, as n falls and T grows:"
        ),
        identity(
            "B_r^2 (L_(r-1) - L_(r-2)) = (k M/g^2) x_(r-1) b^2 (1 - q/g^2)",
            sympy.expand(count**2 * (level - before)),
            sympy.expand(K * m / G**2 * x * B**2 * (1 - Q / G**2).subs(Q, x / y)),
        ),
        words("So the sum over r >= 1 of x_(r-1) b^2 (1 - q/g^2) is at most 2 g^2 V/k."),
    )


def _potential() -> tuple[Step, ...]:
    """p (1 + h(p)) <= c b^2 (1 - q/g^2) + h(q) + eta (p - b) for 0 <= b <= p <= g, 0 <= q <= g."""
    g, h0, h1, eta, c = GROWTH, START, SLOPE, LONG, WEIGHT
    top = h0 + h1 * g  # h(g)
    rest = eta - 1 - top  # of p = g

    def square(text: str, a: Any, b: Any, d: Any) -> Step:
        return nonnegative(f"{text}: a x^2 - b x + d, 4 a d - b^2", 4 * a * d - b**2, E)

    return (
        words(
            "p = x_r/x_(r-1) <= g, as n does not grow; x_(r-1) (p - b) = T_r A_r, or less. h(q) = "
            f"{h0} + {h1} q. The right side less the left is linear in q and concave in p, so its "
            "least value is at q = 0 or g, p = b or g; there it is a square and more in b:"
        ),
        square("q = 0, p = b", c - h1, 1 + h0, h0),
        square("q = g, p = b", c * (1 - 1 / g) - h1, 1 + h0, top),
        square("q = 0, p = g", c, eta, h0 + g * rest),
        square("q = g, p = g", c * (1 - 1 / g), eta, top + g * rest),
        words(
            "Times x_(r-1) and added up over r >= 1: X <= x_0 + x_0 h(0) + eta (sum of T_r A_r) + "
            "2 c g^2 V/k. A request of length o is in A_r for T_(r-1) < o only, for which the T_r "
            "add up to at most g (g o - 1)/(g - 1); and x_0 = n:"
        ),
        nonnegative(
            "eta g/(g-1) - (1 + h(0)), so that x_0 (1 + h(0)) is covered by the - 1",
            eta * g / (g - 1) - (1 + h0),
            E,
        ),
        words("So X <= eta g^2/(g-1) (sum of o) + 2 c g^2 V/k."),
    )


def mixed_prompts() -> Bound:
    """Rounds limited in time and volume: a constant for every finite instance."""
    alpha, beta = factors()
    top = sympy.Rational(611, 10)
    return Bound(
        id="price/finite/mixed prompts",
        statement="Rounds of time T = (12/7)^r in which each of the n unfinished requests gets one "
        "slice of at most T tokens and of a volume of at most 0.48 M T/n: for every finite "
        "instance, prompts mixed in any way, TEL is at most 61.1 times the optimum; nothing is "
        "random, lengths are not known",
        policy="rounds limited in time and volume",
        family=ONE_PROMPT.replace("one common prompt", "any prompts"),
        benchmark="optimum",
        closed_form="max(beta, alpha + 2 beta/3), alpha = (4 k + 1/g) eta g^2/(g-1) + 1, "
        "beta = (4 k + 1/g) 2 c g^2/k, g = 12/7, k = 12/25, eta = 47/25, c = 249/125",
        value=digits(constant()),
        attained="not attained",
        source=f"{OURS}; {ROUTE}",
        steps=(
            *rounds(),
            words("After round r - 1, unfinished: o > T_(r-1) or volume > L_(r-1), n_r <= A + B."),
            *_gain(),
            *_potential(),
            *moments(),
            identity(
                "alpha (sum of o) + beta V <= beta OPT + (alpha - beta/3) (sum of o), OPT >= sum "
                "of o: in all",
                beta + (alpha - beta / 3),
                constant(),
            ),
            nonnegative("at most 61.1", top - constant(), E),
        ),
    )


def bounds() -> list[Bound]:
    """The constant for mixed prompts.

    >>> [bound.obtained for bound in bounds()]
    ['derived']
    """
    return [mixed_prompts()]
