"""Algorithm 2 as printed, on average: of the order of n^2/M, with a factor of u alone.

n requests at time 0, any prompts, lengths in [l, u], every lower end between l and the output, P
the largest s + o, c = u - l + 1. Both readings; what is evicted with g tokens has the bound g from
then on, if that is more, and ties are broken at random at each overflow. No number bounds every run
(ledger, `alg2-every-run`), as a request evicted at its bound has learned nothing.

**Progress.** An attempt that enters a step with as many tokens as its bound, or more, and is not
evicted, completes or makes a token beyond all that its request is known to have: progress, at most
J = sum of (o - lower + 1) times in all. Whoever runs in step t and is not evicted makes progress by
step t + u.

**Overflows.** The class of an attempt is what evictions go by: its bound, or in the live reading
its tokens if these are more. Let n attempts of a class b and h of higher classes run as an overflow
begins, and let k more of class b have just completed. All of them fitted in the step before, so
they are over M by n + h - k at most when the lower ones are gone. Each that is evicted needs two
tokens or more, so (n + h - k + 1)/2 of class b are evicted at most, and the last of all stays. Of
those of class b that are followed, a + k before the completions, with h < (a + k)/12, two thirds at
most are evicted on average (`_at_most_two_thirds`).

**Classes.** In the W_b = u (u - b + 1) steps after any step, E[progress] >= f_b N_b, N_b the
attempts of class b or higher that run in it, f_u = 3^-u, f_b = f_(b+1) 3^-u/24. For follow those of
class b until those of higher classes are a twelfth of the ones still followed, or for u steps. In
each step those that are followed or have made progress are a third of what they were on average, at
least. In the end all that are left have made progress, or there are higher ones, a twelfth of them,
to which f_(b+1) applies: f_(b+1)/12 3^-u for each of class b. For the higher ones alone it is
f_(b+1) each, and the larger of the two is at least half their sum.

**Latency.** Of those that run an overflow evicts two thirds at most. So a third of the U_t
unfinished requests run in step t, or a head is kept out, and more than M - P tokens count in its
test: N >= min(g, U_t/3), g = (M - P + 1)/P. Added up over t, each progress counts in c u windows at
most:

    E[TEL] <= 3^(c u + 1) 24^(c - 1) c u J max(1, n/(3 g)).

So it is within a factor of u and the prompts of n^2/M, at every M: the loss of the order sqrt(u)
(`overflow`) cannot grow with n or M. The factor is far from what is met.
"""

from fractions import Fraction

import sympy

from kvratio.theory.bound import Bound, certified, identity, nonnegative, same, words
from kvratio.theory.checks import InputError
from kvratio.theory.finite.admission import at_once, room
from kvratio.theory.formula import read
from kvratio.theory.model import Instance

# what the theorem says, read back where it is derived
FACTOR = "3^(c u + 1) 24^(c - 1) c u"
SHARE = 12  # of those followed: fewer of higher classes are in the way

C, U = sympy.symbols("c u", positive=True)


def factor(lower: int, upper: int) -> int:
    """What J max(1, n/(3 g)) is multiplied with.

    >>> factor(2, 2), factor(1, 2)
    (54, 23328)
    """
    classes = upper - lower + 1
    return int(3 ** (classes * upper + 1) * (2 * SHARE) ** (classes - 1)) * classes * upper


def a_min(instance: Instance) -> Fraction:
    """At least the expected total latency of Algorithm 2 as printed, both readings, in steps.

    Raises `InputError` for arrivals after 0 and a lower end above its output.

    >>> a_min(Instance.of(3, [2] * 4, interval=(2, 2)))  # 54 * 4 * 4/3
    Fraction(288, 1)
    """
    at_once(instance)
    for i, (lower, output) in enumerate(zip(instance.lower, instance.output, strict=True)):
        if lower > output:
            raise InputError(f"request {i}: lower", lower, f"at most {output}, its output")
    if not instance.n:
        return Fraction(0)
    peak = max(s + o for s, o in zip(instance.prompt, instance.output, strict=True))
    running = Fraction(room(instance.memory, peak), peak)
    progress = sum(instance.output) - sum(instance.lower) + instance.n
    waiting = max(Fraction(1), instance.n / (3 * running))
    return factor(max(1, min(instance.lower)), max(instance.output)) * progress * waiting


def _at_most_two_thirds() -> bool:
    """Followed a, completed k, higher h < (a + k)/12; the class has n >= a: one by one."""
    return all(
        3 * a * _evicted(n, h, k) <= 2 * (a + k) * n
        for a in range(1, 30)
        for k in range(30)
        for h in range(-(-(a + k) // SHARE))
        for n in (a, a + 1, a + 2, 2 * a, 10 * a)
    )


def _evicted(n: int, h: int, k: int) -> int:
    """Of n in the class, at most; the last of all stays."""
    most = max(0, (n + h - k + 1) // 2)
    return min(most, n if h else n - 1)


def bounds() -> list[Bound]:
    """The theorem.

    >>> [bound.obtained for bound in bounds()]
    ['certified']
    """
    a, h, k, w = sympy.symbols("a h k w", nonnegative=True)
    lost = a / 2 + (h - k + 1) / 2  # of a followed, as a <= n
    share = sympy.Rational(1, SHARE)
    end = 3 ** (-U) * (3 ** (-U) * share / 2) ** (C - 1)  # f of the lowest of c classes
    same("f_l", 3 / end * C * U, read(FACTOR, C, U))
    return [
        Bound(
            id="finite/A_min as printed, on average",
            statement="For every n, M, all prompts and lengths in [l, u], lower ends in [l, o]: "
            f"Algorithm 2 as printed, both readings, has E[TEL] <= {FACTOR} J max(1, n/(3 g)), c = "
            "u - l + 1, J = sum of (o - lower end + 1), g = (M - P + 1)/P, P the largest s + o: of "
            "the order of n^2/M, as its form, but for a factor of u and P",
            policy="A_min, as printed",
            family="every finite instance, all requests at time 0, no output below its l",
            benchmark="steps",
            closed_form=f"{FACTOR} J max(1, n/(3 g))",
            value="",
            attained="not attained",
            source="ours; P Algorithm 2",
            steps=(
                words(
                    "Not evicted, an attempt makes progress within u steps: it completes, or makes "
                    "a token more than its request is known to have, J times in all."
                ),
                words(
                    "Of a followed attempts of a class (a + k before k completed, h in higher "
                    "classes, 12 h < a + k) at most (n + h - k + 1)/2 of n are evicted: two thirds "
                    "of a + k at most on average. If h + 1 <= k, a/2; else, with a + k = 12 h + w,"
                ),
                nonnegative(
                    "2 (a + k)/3 - a/2 - (h - k + 1)/2, h >= k >= 1: k = 1 + u, h = k + c, w > 0",
                    sympy.expand(
                        (2 * (a + k) / 3 - lost)
                        .subs(a, SHARE * h + w - k)
                        .subs(h, k + C)
                        .subs(k, 1 + U)
                    ), w, C, U,
                ),
                nonnegative(
                    "and k = 0, h >= 1: h = 1 + c, a = 12 h + w",
                    sympy.expand((2 * a / 3 - lost).subs(k, 0).subs(a, SHARE * h + w)
                                 .subs(h, 1 + C)), w, C,
                ),
                certified("and where k = h = 0, as the last stays: up to 29 one by one, all cases",
                          _at_most_two_thirds),
                identity(
                    "n of an odd number: (n + 1)/2 is 2 n/3 less (n - 3)/6",
                    2 * a / 3 - (a - 3) / 6, (a + 1) / 2,
                ),
                words(
                    "Follow a class until h is a twelfth of those followed, or to the end: f_b = "
                    "f_(b+1) 3^-u/24, f_u = 3^-u, in u steps a class. In the lowest of c classes:"
                ),
                identity("3 c u/f_l", 3 / end * C * U, read(FACTOR, C, U)),
                words(
                    "A third of the unfinished run, or g: E[progress] in c u steps is f_l min(g, "
                    "U_t/3) at least. TEL = sum of U_t <= max(1, n/(3 g)) sum of min(3 g, U_t)."
                ),
            ),
        )
    ]  # fmt: skip
