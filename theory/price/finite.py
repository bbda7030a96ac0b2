"""Slicing by volume on finite instances: constants for every n, M and common prompt.

**Setting.** Any n requests at time 0, one prompt s, s + o_i <= M. Levels L_0 < L_1 < ... of volume;
in phase r every unfinished request gets a slice of t_r tokens, the most with v(t_r) <= L_r and
s + t_r <= M, through a staggered pipeline (GSA, arXiv 2601.22996), and is cancelled after it. With
S(v) the number of requests of volume more than v, the optimum is at least the integral of S^2 over
2 M plus a third of the sum of the lengths (`moments`). (GSA itself, slices 1, 2, 4, ..., has 140/3
from the area bound and the sum of the lengths one by one; published: 61.92.)

**Pipeline.** The j-th of m requests starts after floor(j t/k) steps, k the largest number whose
peak s k + (t k + t + k - gcd(t, k))/2 fits. As k + 1 does not, t/k < 3 v(t)/M: 3 in place of the 4
of the ledger's proof for GSA. A phase takes at most (m - 1) t/k + t steps.

**Mixed prompts.** With all prompts in [s, q s] and q s + o_i <= M, running every request as if its
prompt were q s costs the volumes at most a factor q. Phases have no constant for all prompts
(`kvratio.theory.price.mixed`, which has a policy with one).
"""

from typing import Any

import sympy

from kvratio.theory.bound import Bound, Step, certified, identity, nonnegative, words
from kvratio.theory.forms import volume
from kvratio.theory.formula import digits
from kvratio.theory.price.constant import OURS, Y

FAMILY = "every finite instance, all requests at time 0, one common prompt"
SLOWER = 3  # t/k is less than SLOWER v(t)/M
FIXED_GROWTH = sympy.Integer(2)  # of the levels without chance
RANDOM_ROOT = sympy.Rational(183, 100)  # square root of the growth with a random offset
GSA = "GSA, arXiv 2601.22996: 61.92 published, 140/3 in the ledger"

S, T, K, E = sympy.symbols("s t k e", nonnegative=True)


def moments() -> tuple[Step, ...]:
    """The optimum is at least the integral of S^2 over 2 M plus a third of all lengths."""
    o, j = sympy.symbols("o j", positive=True)
    n, r = sympy.symbols("n r", positive=True)
    way = sympy.summation((S + j) * (o - j + sympy.Rational(1, 2)), (j, 1, o))
    return (
        words(
            "A request completes a fixed time after the mean moment of its cache use "
            "(kvratio.theory.area): token j fills s + j, on average o - j + 1/2 steps before the "
            "end. That is at least o/3; times v(o):"
        ),
        nonnegative("v(o) (way - o/3)", sympy.expand(way - volume(o, S) * o / 3), S, o),
        words(
            "The mean moments add up to least if the smallest volumes v_1 <= v_2 <= ... go first "
            "with the whole cache: v_r delays n - r + 1/2 requests by v_r/M. And in the integral of"
            " S^2, S = n - r + 1 between v_(r-1) and v_r, v_r has the factor"
        ),
        identity(
            "(n - r + 1)^2 - (n - r)^2 = 2 (n - r + 1/2)",
            sympy.expand((n - r + 1) ** 2 - (n - r) ** 2),
            sympy.expand(2 * (n - r) + 1),
        ),
        words(
            "So OPT >= V + (sum of o)/3, V = integral of S^2/(2 M). A latency of at most beta V + "
            "alpha (sum of o) with alpha <= beta/3 is at most beta OPT."
        ),
    )


def pipeline() -> tuple[Step, ...]:
    """A pipeline needs less than SLOWER times the volume over M a request."""
    t, k = T + 1, K + 1
    room = S * (k + 1) + (t * (k + 1) + t + k) / 2  # at least M: the peak of k + 1, gcd >= 1
    return (
        words("k + 1 does not fit: M < s (k+1) + (t (k+1) + t + (k+1) - 1)/2. So M t < 3 k v(t):"),
        nonnegative(
            "3 k v(t)/t less that, for k, t >= 1",
            sympy.expand(SLOWER * k * volume(t, S) / t - room),
            S,
            T,
            K,
        ),
        words("k = 1 always fits, its peak being s + t."),
    )


def slices() -> tuple[Step, ...]:
    """Slices before the last are short: t <= o sqrt(v(t)/v(o))."""
    o = T + E
    return (
        nonnegative(
            "v(t)/v(o) >= (t/o)^2 for t <= o = t + e: t o (v(t) o^2 - v(o) t^2) has no negative "
            "coefficient",
            sympy.expand((volume(T, S) * o**2 - volume(o, S) * T**2) * 2),
            S,
            T,
            E,
        ),
    )


def random_constant(y: Any) -> Any:
    """The constant with a random offset, y the square root of the growth.

    >>> round(float(random_constant(1.83)), 3)
    12.855
    """
    return SLOWER * y * (y + 1) / (2 * sympy.log(y))


def fixed_constant(b: Any) -> Any:
    """The constant without chance, levels of growth b.

    >>> fixed_constant(sympy.Integer(2))
    24
    """
    return 2 * SLOWER * b**2 / (b - 1)


def with_offset() -> Bound:
    """One random offset common to all, random order within a phase."""
    y = RANDOM_ROOT
    top = sympy.Rational(1286, 100)
    u, log = sympy.symbols("u a", positive=True)  # a stands for ln y
    return Bound(
        id="price/finite/random offset",
        statement="Phases with the levels b^(r + xi), xi uniform, random order in each phase, "
        "b = 1.83^2: for every finite instance with one prompt the expected TEL is at most 12.86 "
        "times the optimum; with prompts in [s, q s], q s + o <= M, at most 12.86 q",
        policy="slicing in phases, one random offset, pipelines",
        family=FAMILY,
        benchmark="optimum",
        closed_form="3 y (y + 1)/(2 ln y), y = sqrt(b)",
        value=digits(top),
        attained="not attained",
        source=f"{OURS}; {GSA}",
        steps=(
            *pipeline(),
            words(
                "In a phase of m requests those that complete wait in expectation (m-1)/2 t/k and "
                "their length, the others (m-1) t/k + t: in all at most (3/M) L m (done + 2 left)/2"
                " and the slices. With s(l) as in price/offset slicing/area the expectation over "
                "xi is 1/beta times the integral of y s(l-beta) (y s(l-beta) + s(l))/2:"
            ),
            identity(
                "with L S(L/b) = e^(l/2) y s(l - beta): sizes y and y + 1, over 2 beta = 4 ln y",
                SLOWER * Y * (Y + 1) / (4 * sympy.log(Y)) * 2,
                SLOWER * Y * (Y + 1) / (2 * sympy.log(Y)),
            ),
            words("(twice, as the optimum is at least half of the sum over ordered pairs)"),
            *slices(),
            identity(
                "the slices before the last: at most o b^(-x/2), x uniform above 0, o/ln y in all",
                sympy.integrate(sympy.exp(-u * log), (u, 0, sympy.oo)),
                1 / log,
            ),
            *moments(),
            certified(
                "at y = 183/100: beta <= 12.86, alpha = 1 + 1/ln y <= beta/3",
                lambda: bool(
                    random_constant(y) < top and 1 + 1 / sympy.log(y) < random_constant(y) / 3
                ),
            ),
        ),
    )


def without_chance() -> Bound:
    """Fixed levels, any order within a phase."""
    slices_at_most = sympy.Rational(7, 2)  # 1/(1 - b^(-1/2))
    b, before = sympy.symbols("b L", positive=True)
    j = sympy.Symbol("j", nonnegative=True)
    return Bound(
        id="price/finite/fixed levels",
        statement="Phases with the levels (s + 1) 2^r, any order in a phase: for every finite "
        "instance with one prompt TEL is at most 24 times the optimum; nothing is random; with "
        "prompts in [s, q s], q s + o <= M, at most 24 q",
        policy="slicing in phases, fixed levels, pipelines",
        family=FAMILY,
        benchmark="optimum",
        closed_form="6 b^2/(b - 1), b = 2",
        value=digits(fixed_constant(FIXED_GROWTH)),
        attained="not attained",
        source=f"{OURS}; {GSA}",
        steps=(
            *pipeline(),
            words(
                "All m wait for the whole phase, (m-1) t/k, those left t, too: at most (3/M) times "
                "the sum of L_r m_r^2, and slices. m_r = S(L_(r-1)), and S is no less before:"
            ),
            identity(
                "L_r over L_(r-1) - L_(r-2) is b^2/(b-1)",
                (b**2 * before / (b * before - before)),
                b**2 / (b - 1),
            ),
            nonnegative(
                "phases 0 and 1, both from the volumes below s + 1: 1 + b <= b^2/(b-1), b = 1 + j",
                ((1 + j) ** 2 / j - (2 + j)) * j,
                j,
            ),
            *moments(),
            identity("so beta = 6 b^2/(b-1)", fixed_constant(FIXED_GROWTH), 24),
            *slices(),
            words("The slices before the last: o (1 + b^(-1/2) + ...) = o/(1 - b^(-1/2)), and o:"),
            nonnegative(
                "1/(1 - x) <= 7/2 at x <= 5/7, and (5/7)^2 >= 1/2 = 1/b",
                (1 - 1 / slices_at_most) ** 2 - 1 / FIXED_GROWTH,
                E,
            ),
            nonnegative(
                "alpha <= 9/2 is at most beta/3",
                fixed_constant(FIXED_GROWTH) / 3 - 1 - slices_at_most,
                E,
            ),
        ),
    )


def bounds() -> list[Bound]:
    """Both constants for finite instances.

    >>> [bound.obtained for bound in bounds()]
    ['certified', 'derived']
    """
    return [with_offset(), without_chance()]
