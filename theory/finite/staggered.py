"""Requests that learn from every overflow: staggered A_min, and Algorithm 2 with one token more.

n requests at time 0, one prompt s, lengths in [l, u], every lower end between l and the output; P =
s + u, v(k) = s k + k (k + 1)/2, V = v(u). An attempt of a request with the bound b is *young*
before it has made b tokens, *overdue* in each step that it enters with b tokens or more (it then
completes, is evicted, or makes one more). Evictions go by ascending bounds, in any order among
equals. Whoever is evicted with g tokens has the bound g + 1 from then on, if that is more. So a
request is overdue once at most with each number of tokens from its lower end to its output:

    A_0 + A_1 + ... <= J = sum of (o - lower + 1),      A_t: overdue attempts in step t.

Let U_t requests be unfinished in step t. If k (A_t + ... + A_(t + w - 1)) >= min(g, U_t) for all
t, then, as TEL = sum of U_t and U <= n,

    TEL <= max(1, n/g) sum of min(g, U_t) <= k w J max(1, n/g)        in every run.

**Algorithm 2 that learns the next token** (look-ahead, both readings): w = u + 1, k = 1 + 2 P/(s +
2), g = (M - P + 1)/P. By the look-ahead test all young attempts together fit in every later step.
So an overflow needs an overdue attempt, and the excess is at most P A_t; with at least s + 2 tokens
each and P for the last, at most (P A_t + P)/(s + 2) <= 2 P A_t/(s + 2) young ones are evicted.
Those that run in step t are overdue by step t + u, or evicted by then: k (A_(t+1) + ... +
A_(t+u)) is at least their number. If the head is kept out, more than M - P tokens count at some
step in its test: g run or more. Else all run but those evicted in step t, at most k A_t.

Algorithm 2 as printed learns g, not g + 1: evicted at its bound a request learns nothing, and may
be overdue there again and again. No number bounds all its runs (ledger, `alg2-every-run`).

**Staggered A_min**: w = (u - l + 2) u, k = 1, g = (s + 1) M/(P V) - 2, if positive. A start costs
at least v(b) and at most V of credit: an attempt that ends otherwise than for lack of cache has
made b tokens or more. Of M credit a step at most V is kept.

*Young attempts of one bound b.* Of those that have made j tokens or more, at most ((b - j) M +
V)/v(b) + 1 run (one may have started unpaid, in an empty cache: all others are later). They need

    (s + 2) N_(>=1) + N_(>=2) + ... + N_(>=b-1) <= M - (s + 1) M/v(b) + (s + b)(V/v(b) + 1).

*Evictions.* If one of them is evicted in step t, none with a smaller bound is left, and more than M
are needed by those left: young ones of the bound b, H young ones with larger bounds, and overdue
ones, P each at most. So |H| + A_t > g. Either all of H become overdue by step t + u - 1; or one of
them is evicted before, by step t + u - 2, and the same holds there, with a larger bound. After u -
l such steps of the argument at most H stays. So A_t + ... + A_(t + (u - l + 1)(u - 1)) > g.

*Windows.* If no young attempt is evicted in the steps t, ..., t + u - 1, all that run in step t are
overdue by step t + u. If a request is kept out in step t, for lack of cache, (M - s)/P run or more;
for lack of credit more than M - V were spent on starts, M/V - 1 of them: both are g or more. Else
all run but the overdue ones that are evicted in step t: at least U_t - A_t.

No chance is used. Both bounds are of the order of n^2/M, as the policies' forms are, but for a
factor of s, l and u that is not small. Below some M, and so without g, staggered A_min has runs of
any length (tests). A factor of one is impossible: `rounded`.
"""

from fractions import Fraction
from typing import NamedTuple

import sympy

from kvratio.theory.bound import Bound, Step, identity, nonnegative, same, words
from kvratio.theory.checks import InputError
from kvratio.theory.finite.pipelines import common
from kvratio.theory.forms import batch_charge
from kvratio.theory.forms import volume as area
from kvratio.theory.formula import read
from kvratio.theory.model import Instance, volume

FAMILY = "every finite instance, one common prompt, all requests at time 0, no output below its l"

# what the theorems say, read back where they are derived
STEPS, LEAST = "(u - l + 2) u", "(s + 1) M/((s + u) v) - 2"
EVICTED, AT_ONCE = "1 + 2 (s + u)/(s + 2)", "(M - s - u + 1)/(s + u)"

A, B, J, L, M, S, U, V, W = sympy.symbols("a b j l M s u v w", positive=True)


class Window(NamedTuple):
    """In `steps` steps from any on, `each` times the overdue attempts are at least `least`, or as
    many as requests are unfinished."""

    steps: int
    each: Fraction
    least: Fraction


def staggered(lower: int, upper: int, s: int, memory: int) -> Window:
    """Of staggered A_min, for lower ends and outputs in [lower, upper]; `least` may be negative.

    >>> staggered(1, 2, 0, 60)
    Window(steps=6, each=Fraction(1, 1), least=Fraction(8, 1))
    """
    least = Fraction((s + 1) * memory, (s + upper) * volume(s, upper)) - 2
    return Window((upper - lower + 2) * upper, Fraction(1), least)


def learning(upper: int, s: int, memory: int) -> Window:
    """Of Algorithm 2 where whoever is evicted with g tokens has the bound g + 1.

    >>> learning(2, 0, 9)
    Window(steps=3, each=Fraction(3, 1), least=Fraction(4, 1))
    """
    peak = s + upper
    return Window(upper + 1, 1 + Fraction(2 * peak, s + 2), Fraction(memory - peak + 1, peak))


def a_min_staggered(instance: Instance) -> Fraction:
    """At least the total latency of every run of staggered A_min, in steps.

    Raises `InputError` for arrivals after 0, different prompts, a lower end above its output, and a
    memory for which there is no bound.

    >>> a_min_staggered(Instance.of(60, [2] * 16, interval=(1, 2)))  # 6 * 32 * 16/8
    Fraction(384, 1)
    """
    prompt = _conditions(instance)
    if not instance.n:
        return Fraction(0)
    window = staggered(min(instance.lower), max(instance.output), prompt, instance.memory)
    if window.least <= 0:
        raise InputError("memory", instance.memory, "more tokens: there is no bound at this size")
    return _latency(instance, window)


def a_min_learning(instance: Instance) -> Fraction:
    """The same for Algorithm 2 that learns the next token, at every memory.

    >>> a_min_learning(Instance.of(9, [2] * 8, interval=(1, 2)))  # 3 * 3 * 16 * 8/4
    Fraction(288, 1)
    """
    prompt = _conditions(instance)
    if not instance.n:
        return Fraction(0)
    return _latency(instance, learning(max(instance.output), prompt, instance.memory))


def _conditions(instance: Instance) -> int:
    """The prompt."""
    for i, (lower, output) in enumerate(zip(instance.lower, instance.output, strict=True)):
        if lower > output:
            raise InputError(f"request {i}: lower", lower, f"at most {output}, its output")
    return common(instance)


def _latency(instance: Instance, window: Window) -> Fraction:
    overdue = sum(instance.output) - sum(instance.lower) + instance.n
    return window.each * window.steps * overdue * max(Fraction(1), instance.n / window.least)


def young() -> tuple[Step, ...]:
    """What the young attempts of one bound need."""
    starts = sympy.summation(B - J, (J, 2, B - 1))  # in units of M/v(b)
    return (
        words(
            "Paced: a start with the bound b costs v(b) at least, V at most, and V of credit at "
            "most are kept. Of those with j tokens or more, started in b - j steps, ((b - j) M + "
            "V)/v(b) + 1 run at most."
        ),
        identity(
            "(s + 2)(b - 1) + sum of (b - j), j = 2 ... b - 1: v(b) - (s + 1)",
            sympy.factor((S + 2) * (B - 1) + starts),
            area(B, S) - (S + 1),
        ),
        identity("and s + 2, and 1 for each j = 2 ... b - 1", S + 2 + (B - 2), S + B),
        identity(
            "so P (|H| + A_t) is more than (s + 1) M/v - P (V/v + 1), at v = V (s + 1) M/V - 2 P: "
            "over P",
            ((S + 1) * M / V - (S + U) * (V / V + 1)) / (S + U),
            read(LEAST, S, M, U, V),
        ),
    )


def windows() -> tuple[Step, ...]:
    """How many are overdue in a window."""
    y, w = sympy.symbols("y w", nonnegative=True)
    links, u = 1 + y, 1 + w  # u - l + 1 bounds, from 1 on
    steps = read(STEPS, U, L).subs({L: U - links + 1}).subs(U, u)
    chain = (u - 1) + (links - 1) * (u - 2) + (u - 1) + 1
    return (
        words(
            "Evicted young, an attempt leaves H with larger bounds, who become overdue, or one of "
            "whom is evicted young, with H of larger bounds again: u - l + 1 bounds."
        ),
        nonnegative(
            "(u - l + 2) u steps: u - 1, u - 2 for each but the last, u - 1, and one",
            sympy.expand(steps - chain), y, w,
        ),
        nonnegative("and u + 1", sympy.expand(steps - u - 1), y, w),
        nonnegative(
            "V >= P from u = 2 on", sympy.expand(2 * (area(U, S) - S - U).subs(U, 2 + w)), S, w
        ),
        identity(
            "M/V - 1 starts and (M - s)/P in the cache are more than g, by 1 and (u - 1) M/(P V)",
            M / V - 1 - read(LEAST, S, M, U, V),
            1 + M / V * (U - 1) / (S + U),
        ),
    )  # fmt: skip


def bounds() -> list[Bound]:
    """The theorems.

    >>> [bound.obtained for bound in bounds()]
    ['derived', 'derived']
    """
    peak = S + U
    same("young ones evicted, and itself", 1 + 2 * peak / (S + 2), read(EVICTED, S, U))
    same("those that run", (M - peak + 1) / peak, read(AT_ONCE, M, S, U))
    order = "of the order of n^2/M, as its form, but for a factor of s, l and u"
    count = "J = sum of (o - lower end + 1)"
    record = words(
        "Evicted with g tokens, a request is overdue next with g + 1 or more: with each number of "
        "tokens from its lower end to its output once, J times in all."
    )
    sums = words(
        "If each window has min(g, U_t) overdue, TEL = sum of U_t <= max(1, n/g) times the sum of "
        "min(g, U_t), and that is at most the steps of a window times J."
    )
    return [
        Bound(
            id="finite/A_min staggered",
            statement="For every n, M, s and all lengths in [l, u], lower ends in [l, o]: every "
            f"run of staggered A_min has TEL <= {STEPS} J max(1, n/g), {count}, g = {LEAST}, v = "
            f"v(u), if g > 0: {order}",
            policy="A_min, staggered",
            family=FAMILY,
            benchmark="steps",
            closed_form=f"{STEPS} J max(1, n/g)",
            value="",
            attained="not attained",
            source="ours",
            steps=(record, sums, *young(), *windows()),
        ),
        Bound(
            id="finite/A_min learning",
            statement="For every n, M, s and all lengths in [l, u], lower ends in [l, o]: every "
            "run of Algorithm 2, both readings, in which an evicted request with g tokens has the "
            f"bound g + 1 (as printed: g), has TEL <= ({EVICTED}) (u + 1) J max(1, n/g), {count}, "
            f"g = {AT_ONCE}: {order}",
            policy="A_min, learning the next token",
            family=FAMILY,
            benchmark="steps",
            closed_form=f"({EVICTED}) (u + 1) J max(1, n/g)",
            value="",
            attained="not attained",
            source="ours; P Algorithm 2",
            steps=(
                record,
                sums,
                words(
                    "By (3) the young ones fit in every step, so an overflow needs overdue ones, "
                    "A_t, and is by P A_t at most: young ones evicted, s + 2 each, P for the last"
                ),
                nonnegative(
                    "2 P a - (P a + P), a = 1 + w of them", sympy.expand(peak * (1 + W) - peak),
                    S, U, W,
                ),
                nonnegative(
                    "a request evicted young has a token and needs another: s + g + 1 >= s + 2",
                    sympy.expand((S + J + 1).subs(J, 1 + W) - (S + 2)), W,
                ),
                words(
                    "So all that run are overdue or evicted within u steps. A head is kept out by "
                    "more than M - P tokens of at most P each."
                ),
                identity("(M - P + 1)/P", read(AT_ONCE, M, S, U) * peak, M - peak + 1),
                identity(
                    "over c(u) n^2/(2M), J = a n, as M and n/M grow: a factor of s, u and a alone",
                    sympy.limit(
                        read(EVICTED, S, U) * (U + 1) * A * peak / (M - peak + 1) * 2 * M
                        / batch_charge(U, S), M, sympy.oo,
                    ),
                    2 * (U + 1) * A * read(EVICTED, S, U) / U,
                ),
            ),
        ),
    ]  # fmt: skip
