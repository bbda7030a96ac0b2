"""Staggered A_min stays above its form as the memory grows: its pace counts in whole tokens.

**Setting.** s = 0, M = 3 m, u even and at least 6, n requests at time 0, of which 2 in 5 (u - 2)
have u tokens (long), all others 2; all predicted in [2, u]; q the share of the long ones. First
starts come in random order. A long one makes j tokens in its first attempt with chance 2/j. A start
with the bound 2 costs 3 tokens of credit, v(2), times the mean volume of such attempts over 3,
rounded down. That mean tends to 3 + 2 q (u - 2) = 19/5, so 3 are charged.

**Chance.** Let h >= sqrt(M ln(n u M)/2), d = u^2 h. Of any r <= m + 1 first starts in a row, let
those that make j tokens be within h of q r 2/j, j = 2 ... u. That fails with probability at most
1/(n u M) (Hoeffding: lengths are drawn without replacement, chances are independent; at most
n u M/2 windows). Let m >= 19 d u.

**While requests with the bound 2 wait**, all that start have it. With a_t starts in step t,

    a_t <= m + 1,      a_t + 2 a_(t-1) + z_t <= 3 m,

z_t the tokens of those with three or more, within d of 2 q (a_(t-2) + ... + a_(t-u+1)), at most
4/5 (m + 1) + d. By induction: *Nothing overflows*, as 14/5 (m + 1) + d <= 3 m. *A start costs 3.*
Of the a_r that started in step r <= t - 2 at least (1 - q) a_r - h have ended, and used at most
4/5 a_r + d tokens beyond 3 each. At least half of the r are odd or 0, with a_r >= m - 3 d; so added
up it is less than one token for each that has ended. *In odd steps m start, m - 3 d in step 3*:
a_0 = a_1 = m, and the policy starts requests until credit or memory is used. With a_(t-2) >= m - e,
what is free in step t is

    3 m - 2 a_(t-1) - z_t >= m - 4 e + 2 z_(t-1) - z_t,

as a_(t-1) <= 3 m - 2 a_(t-2) - z_(t-1). The last two terms are at least -3 d for t = 3, and for
t >= 5 at least 2 q (m - 6 d - 1) - 3 d, as two odd steps (or step 0) are among t - 3, ..., t - u.

**Two steps** 2k - 1 and 2k have p_k <= 3 m - a_(2k-1) - z_2k starts, z_2k >= 2 q (p_(k-1) + ... +
p_(k-w)) - d, w = (u - 2)/2. Added up, as 2 q w = 2/5 and p <= 2 m + 2,

    7/5 (p_1 + ... + p_K) <= K (2 m + d) + 3 d + u (m + 1)/5.

So there are at most R (t + 1) + C first starts by step t (m + 1 in a last odd step), R = 5 (2 m +
d)/14, C = 2 m + 1 + 3 d + u (m + 1)/7, and

    E[TEL] >= (1 - 1/(n u M)) ((n^2/2 - n C)/R - n),

which tends to 21/5 n^2/(2M) as M, n/M and M/ln n grow. The form has `form(u)` in place of 21/5,
which falls to 59/15: E[TEL] is at least 1.06 times F from u = 52 on, 63/59 times as u grows. So no
bound F (1 + e) + ... holds, e -> 0 as M grows. What holds is in `staggered`.

The memory is full in every second step only: where fewer start, those that started before need all;
where they have left, the pace lets no more than m start. With exact fractions in place of whole
tokens this family is at its form; whether all are is not known.
"""

from fractions import Fraction
from functools import cache
from math import isqrt

import sympy

from kvratio.theory.bound import Bound, Step, certified, identity, nonnegative, same, words
from kvratio.theory.checks import InputError, whole
from kvratio.theory.forms import A_MIN_STAGGERED, tel
from kvratio.theory.formula import read

# what the result says, read back where it is derived
LIMIT, AT_LEAST, FROM = "21/5", "53/50", 52
RATIO = "315 u (u - 2)/(295 u^2 - 481 u - 219)"
FORM = "(295 u^2 - 481 u - 219)/(75 u (u - 2))"

BEYOND = sympy.Rational(4, 5)  # tokens of an attempt with the bound 2, beyond its 3, on average

D, K, M, N, U = sympy.symbols("d k m n u", positive=True)


def counts(u: int, copies: int = 1) -> dict[int, int]:
    """2 outputs of u to each 5 (u - 2), the others 2, so many times.

    >>> counts(6)
    {2: 18, 6: 2}
    """
    times, length = whole("copies", copies, least=1), whole("u", u, least=6)
    if length % 2:
        raise InputError("u", u, "an even number")
    return {2: times * (5 * (length - 2) - 2), length: times * 2}


def form(u: int) -> Fraction:
    """x'Qx of staggered A_min on these lengths.

    >>> form(6)
    Fraction(167, 40)
    """
    some = counts(u)
    return Fraction(tel(A_MIN_STAGGERED, some, 0, (2, u))) / sum(some.values()) ** 2


def deviation(n: int, memory: int, u: int) -> int:
    """h = sqrt(M ln(n u M)/2), rounded up; the logarithm from above by that of a power of 2.

    >>> deviation(10**6, 900, 6)
    102
    """
    bits = (n * u * memory).bit_length()
    return isqrt(memory * bits * 7 // 20) + 1  # ln 2 < 7/10


def at_least(u: int, copies: int, memory: int) -> Fraction:
    """Below the expected total latency of staggered A_min on `counts(u, copies)`, in steps.

    Raises `InputError` where the argument needs more memory, or a multiple of 3.

    >>> round(float(at_least(6, 10**24, 3 * 10**18)) / 10**30, 3)  # 21/5 (20 10^24)^2/(2M)
    280.0
    """
    n = sum(counts(u, copies).values())
    h = deviation(n, memory, u)
    d, m = u * u * h, memory // 3
    if memory % 3 or m < 19 * d * u:
        raise InputError("memory", memory, f"a multiple of 3, at least {57 * d * u} for these")
    pace = Fraction(5 * (2 * m + d), 14)
    first = 2 * m + 1 + 3 * d + Fraction(u * (m + 1), 7)
    steps = (Fraction(n * n, 2) - n * first) / pace - n
    return (1 - Fraction(1, n * u * memory)) * max(Fraction(0), steps)


def exceeds(u: int, memory: int, copies: int) -> Fraction:
    """At least E[TEL] of staggered A_min over its form's value.

    >>> exceeds(60, 3 * 10**18, 10**22) > Fraction(53, 50)
    True
    """
    n = sum(counts(u, copies).values())
    return at_least(u, copies, memory) / (form(u) * n * n / (2 * memory))


def _passes() -> bool:
    """In a finite instance, worked out exactly, with every error term."""
    return exceeds(60, 3 * 10**18, 10**22) > Fraction(53, 50)


@cache
def stages() -> sympy.Expr:
    """x'Qx, stage by stage, for every u.

    >>> stages().subs(U, 6)
    167/40
    """
    q = sympy.Rational(2, 5) / (U - 2)
    first = (3 + 2 * q * (U - 2)) * (1 - q + 2 * q / U + 2 * q * (U - 2) / U)
    later = q * (U - (K - 1) / 2) * (q / U + 2 * q * (U - K) / U)  # bound K: time, done, left
    return sympy.factor(first + sympy.summation(sympy.expand(later), (K, 3, U)))


def _is_the_form() -> bool:
    return all(form(u) == Fraction(str(stages().subs(U, u))) for u in (6, 8, 20, 52))


def room() -> tuple[Step, ...]:
    """What m >= 19 d u, d >= 36 h, h >= 1, is for: u = 6 + x, m = 19 d u + w."""
    x, w = sympy.symbols("x w", nonnegative=True)
    q = sympy.Rational(2, 5) / (U - 2)

    def least(text: str, expression: sympy.Expr) -> Step:
        scaled = expression.subs(M, 19 * D * U + w).subs(U, 6 + x).subs(D, 36 + K)
        return nonnegative(text, sympy.expand(scaled), x, w, K)

    return (
        identity("2 q (u - 2)", 2 * q * (U - 2), BEYOND),
        least("nothing overflows: 3 m - (2 + 4/5)(m + 1) - d", 3 * M - (2 + BEYOND) * (M + 1) - D),
        least(
            "a start costs 3: half of (1 - q - 4/5)(m - 3 d) is more than d + h, q <= 1/10, h <= d",
            (1 - sympy.Rational(1, 10) - BEYOND) / 2 * (M - 3 * D) - 2 * D - 1,
        ),
        least(
            "m start in odd steps: 2 q (m - 6 d - 1) - 15 d, times u - 2",
            BEYOND * (M - 6 * D - 1) - 15 * D * (U - 2),
        ),
    )


def bounds() -> list[Bound]:
    """The family.

    >>> [bound.obtained for bound in bounds()]
    ['certified']
    """
    w = sympy.Symbol("w", nonnegative=True)
    each = 2 * M + D
    pace = each / 2 / (1 + sympy.Rational(2, 5))
    latency = N**2 / 2 / pace  # per 1/(2M), M = 3 m, as d/m falls: the first part of E[TEL]
    limit = sympy.limit(latency / (N**2 / (2 * 3 * M)), M, sympy.oo)
    same("E[TEL] over n^2/(2M)", limit, read(LIMIT))
    same("over the form", read(LIMIT) / read(FORM, U), read(RATIO, U))
    last = sympy.limit(read(RATIO, U), U, sympy.oo)
    return [
        Bound(
            id="finite/A_min staggered/above its form",
            statement="s = 0, u even, 2 in 5 (u - 2) outputs of u and all others of 2, predicted "
            f"in [2, u]: as M, n/M and M/ln n grow, E[TEL] of staggered A_min is at least {LIMIT} "
            f"n^2/(2M), where its form has {FORM}: at least {AT_LEAST} times that from u = {FROM} "
            f"on, {last} as u grows. So no bound F (1 + e) + O(n), e -> 0 as M grows, holds for it",
            policy="A_min, staggered",
            family="lengths 2 and u, no prompt, M a multiple of 3; M, n/M, M/ln n -> infinity",
            benchmark="its fluid form",
            closed_form=RATIO,
            value="",
            attained="not attained",
            source="ours",
            steps=(
                words(
                    "The mean volume of an attempt with the bound 2 tends to 19/5; the pace counts "
                    "it in whole tokens, 3. So m = M/3 may start in a step, M/3 or less fit."
                ),
                *room(),
                words(
                    "So m start in odd steps, and in the even step after what is free: with p in "
                    "both, p <= 2 m - z, z the tokens of those with three or more, 2 q (p' + ... + "
                    "p'') - d, (u - 2)/2 earlier p's. In K pairs of steps:"
                ),
                identity(
                    "(1 + 2 q (u - 2)/2) sum p <= K (2 m + d) + ...: starts a step",
                    pace, read("5 (2 m + d)/14", M, D),
                ),
                identity("n^2/2 over that, by n^2/(2M)", limit, read(LIMIT)),
                certified("the form, stage by stage, at u = 6, 8, 20, 52", _is_the_form),
                identity("for every u", stages(), read(FORM, U)),
                nonnegative(
                    "21/5 - 53/50 of the form, u = 52 + w, times 3750 u (u - 2)",
                    sympy.expand(sympy.cancel(
                        (read(LIMIT) - read(AT_LEAST) * read(FORM, U)) * 3750 * U * (U - 2)
                    ).subs(U, FROM + w)), w,
                ),
                certified("u = 60, M = 3 10^18, n > 10^24, with every error term: 1.06", _passes),
            ),
        )
    ]  # fmt: skip
