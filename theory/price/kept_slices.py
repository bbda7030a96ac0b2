"""Slices when the tokens are kept: few restarts, what they cost, and the best growth of the slices.

**Setting.** As in `kept`: a stopped request keeps its tokens, holds no cache while it is stopped,
and its cache is recomputed when it goes on. Stage r takes every unfinished request from X_(r-1) to
X_r tokens: the volume d_r = v(X_r) - v(X_(r-1)) for each that is left. Least attained service is
the limit of short stages, and restarts every request with every token; with stages that grow a
request restarts O(log(v(u)/v(l))) times.

**Form.** S_k: share of length k or more; p_r: its mean over stage r, weighted with s + k. The stage
takes d_r p_r, its completed wait half of that, those left all: d_r p_r (S at its begin + S at its
end), at most d_r p_r (p_(r-1) + p_r). The area bound is at least the sum of d_r p_r^2 (Jensen).
With q_r = sqrt(d_r) p_r and d_r <= g d_(r-1) the ratio is that of a tridiagonal form.

**Restarts.** Recomputing a token may take `restart` steps of the engine (0: it is hidden in the
step that makes the next token). All wait: a restart of a request with X tokens costs `restart` M
(s + X) token-steps. What is restarted for stage r is at most p_(r-1), so that it adds
restart M (s + X_(r-1)) p_(r-1) (p_(r-1) + p_r). The benchmark pays for no prefill.
"""

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import sympy

from kvratio.theory.bound import Bound, certified, identity, nonnegative, words
from kvratio.theory.checks import InputError, rational, whole
from kvratio.theory.forms import interval, prompt_length, volume
from kvratio.theory.formula import digits
from kvratio.theory.price.constant import OURS

FAMILY = "all lengths in [l, u], a common prompt; fluid limit, all requests at time 0"
POLICY = "slices, tokens kept"
# of the slices that `plan` tries
GROWTHS = tuple(Fraction(k, 4) for k in (5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 256))
PRECISION = 10**4  # constants are rounded up to a multiple of 1 / PRECISION
# of the published numbers: l, u, s, and token-steps of the cache that recomputing a token takes
DEPLOYMENTS = tuple((1, 1000, s, load) for s in (0, 1000) for load in (1, 10, 100))

G, P, Q, X, H, W = sympy.symbols("g p q x h w", nonnegative=True)
ROOT = sympy.Symbol("r", positive=True)  # the square root of the growth


def growth_constant(g: Any) -> Any:
    """The constant of slices from v(l) on whose volume grows by at most g: sympy or a number >= 1.

    >>> growth_constant(4), growth_constant(2), growth_constant(9)
    (3, 5/2, 4)
    """
    value = rational("g", g, least=1)
    exact = sympy.Rational(value.numerator, value.denominator)
    return 1 + sympy.sqrt(exact) if exact >= 4 else 2 + exact / 4


def area() -> Bound:
    """Every schedule keeps the area bound, whether stopped requests keep their tokens or not."""
    j, o = sympy.symbols("j o", positive=True)
    s = sympy.Symbol("s", nonnegative=True)
    return Bound(
        id="price/tokens kept/area bound",
        statement="The area bound holds for every schedule when stopped requests keep their "
        "tokens: M TEL is at least the sum over r of the r smallest volumes, for every n, M and "
        "mixed prompts",
        policy="every policy, preemption may keep the tokens",
        family="every finite instance, all requests at time 0",
        benchmark="the least latency, preemption keeping the tokens",
        closed_form="1",
        value=digits(sympy.Integer(1)),
        attained="M = o = 1, s = 0",
        source=OURS,
        steps=(
            words(
                "The step that makes token j holds s + j tokens, stopped before or not, recomputed "
                "or swapped in: a request that completes has used"
            ),
            identity("sum of s + j over j <= o", sympy.summation(s + j, (j, 1, o)),
                     sympy.expand(volume(o, s))),
            words(
                "token-steps. When r requests are complete at step C, M C is at least the sum of "
                "their volumes, so of the r smallest. Sum over r. (What is recomputed may cost "
                "time as well, which only delays.)"
            ),
        ),
    )  # fmt: skip


def upper() -> Bound:
    """Slices from v(l) on: 1 + sqrt g for g >= 4, else 2 + g/4, and both are suprema."""
    n = sympy.Symbol("n", positive=True)
    return Bound(
        id="price/tokens kept/slices",
        statement="Slices that keep the tokens, the first of volume v(l), each of at most g times "
        "the volume of the one before: at most 1 + sqrt(g) times the area bound for g >= 4, "
        "2 + g/4 for 1 <= g <= 4; no smaller constant holds for all lengths where each has g "
        "times the volume",
        policy=POLICY,
        family=FAMILY,
        benchmark="area bound",
        closed_form="1 + sqrt(g) if g >= 4 else 2 + g/4",
        value="",
        attained="2 + g/4: lengths just above the levels, shares halving; 1 + sqrt(g): shares "
        "falling by sqrt(g), many stages",
        source=OURS,
        steps=(
            words(
                "In q_r = sqrt(d_r) p_r the form is at most 2 q_1^2 + sum over r >= 2 of q_r^2 + "
                "sqrt(g) q_(r-1) q_r, as S = 1 in the first stage. With q = q_(r-1), p = q_r:"
            ),
            identity("sqrt(g) q p <= (g/4) q^2 + p^2", ROOT**2 / 4 * Q**2 + P**2 - ROOT * Q * P,
                     (ROOT / 2 * Q - P) ** 2),
            words("So 2 + g/4 for q_1^2, and 1 + 1 + g/4 for the others."),
            identity(
                "sqrt(g) q p <= sqrt(g)/2 (q^2 + p^2)",
                ROOT / 2 * (Q**2 + P**2) - ROOT * Q * P,
                ROOT / 2 * (Q - P) ** 2,
            ),
            nonnegative(
                "so 2 + sqrt(g)/2 for q_1^2, at most 1 + sqrt(g) for sqrt(g) = 2 + x; others equal",
                1 + (2 + X) - (2 + (2 + X) / 2),
                X,
            ),
            words("Attained, g < 4: p_r = 2^-r, d_r = g^r, x = g/4, endlessly many stages:"),
            identity(
                "(2 + 3 (x + x^2 + ...))/(1 + x + x^2 + ...) = 2 + x",
                (2 + 3 * X / (1 - X)) * (1 - X),
                2 + X,
            ),
            words("g >= 4: p_r = g^(-r/2), d_r = g^r, n stages:"),
            identity(
                "(2 + (n-1)(1 + sqrt(g)))/n tends to 1 + sqrt(g)",
                sympy.limit((2 + (n - 1) * (1 + ROOT)) / n, n, sympy.oo),
                1 + ROOT,
            ),
        ),
    )  # fmt: skip


def geometric() -> Bound:
    """Levels v(l) g, v(l) g^2, ...: 1 + sqrt g already from g = 2 on."""
    return Bound(
        id="price/tokens kept/geometric slices",
        statement="Slices that keep the tokens with the levels g v(l), g^2 v(l), ... of volume, "
        "not rounded to whole tokens, g >= 2: at most 1 + sqrt(g) times the area bound, with "
        "log(v(u)/v(l))/log(g) stages; 2.4143 at g = 2, below the 5/2 of a first slice of v(l)",
        policy=POLICY,
        family=FAMILY,
        benchmark="area bound",
        closed_form="1 + sqrt(g), g >= 2",
        value="",
        attained="1 + sqrt(g): shares falling by sqrt(g), many stages",
        source=OURS,
        steps=(
            words(
                "The first stage has S = 1 on the volume a = v(l), and S of mean p on the other "
                "(g - 1) a: it takes a + (g-1) a p, and 1 + p wait at most. In q_0 = sqrt(a), q_1 "
                "= sqrt((g-1) a) p that is q_0^2 + q_1^2 + g/sqrt(g-1) q_0 q_1. The next stages "
                "grow by g. Less 1 + sqrt(g) of the area, half of sqrt(g) q_1^2 kept for them:"
            ),
            identity(
                "(g - 1) times the square of the coefficient of q_0 q_1, against 4 sqrt(g) "
                "sqrt(g)/2: g (g - 2)",
                (G - 1) * 2 * G - G**2,
                G * (G - 2),
            ),
            nonnegative("which is at least 0, g = 2 + x", (2 + X) * X, X),
            identity(
                "the others: sqrt(g) q p <= sqrt(g)/2 (q^2 + p^2)",
                ROOT / 2 * (Q**2 + P**2) - ROOT * Q * P,
                ROOT / 2 * (Q - P) ** 2,
            ),
        ),
    )


def restarts() -> Bound:
    """What restarts cost, and the best growth."""
    cost = 1 + sympy.sqrt(G) + 2 * H * G / (G - 1)
    return Bound(
        id="price/tokens kept/restarts",
        statement="As price/tokens kept/geometric slices, and recomputing a token takes r steps of "
        "the engine: at most 1 + sqrt(g) + 2 h g/(g - 1) times the area bound (which pays for no "
        "prefill), h = r M (s + l)/v(l). Best at (g - 1)^2 = 4 h sqrt(g), or g = 2 where that is "
        "smaller",
        policy=POLICY,
        family=FAMILY,
        benchmark="area bound",
        closed_form="1 + sqrt(g) + 2 h g/(g - 1), h = r M (s + l)/v(l)",
        value="",
        attained="not attained: an upper bound",
        source=OURS,
        steps=(
            words(
                "Restarting what stage r begins with adds w d p_(r-1) (p_(r-1) + p_r), d that of "
                "the stage before, w d = r M (s + X); p_r <= p_(r-1), as S falls: at most"
            ),
            identity("2 w d p^2 less that, p_r = p - x", 2 * W * P**2 - W * P * (P + P - X),
                W * P * X),
            nonnegative("which is at least 0", W * P * X, W, P, X),
            words(
                "With levels of growth g a stage has 1 - 1/g of its level, and (s + X)/v(X) falls "
                "with X >= l: w <= h g/(g - 1). X = l + x:"
            ),
            _falls(),
            identity(
                "the slope of the constant in g, times 2 sqrt(g) (g-1)^2",
                sympy.diff(cost, G) * 2 * sympy.sqrt(G) * (G - 1) ** 2,
                (G - 1) ** 2 - 4 * H * sympy.sqrt(G),
            ),
            words("(g-1)^2/sqrt(g) rises for g > 1: the constant falls, then rises."),
        ),
    )  # fmt: skip


def _falls() -> Any:
    s, k = sympy.symbols("s k", nonnegative=True)
    short, long = 1 + k, 1 + k + X
    return nonnegative(
        "(s + l) v(l + x) - (s + l + x) v(l), l = 1 + k",
        sympy.expand(2 * ((s + short) * volume(long, s) - (s + long) * volume(short, s))),
        s,
        k,
        X,
    )


class Plan(NamedTuple):
    """Slices for a deployment: growth, caps in tokens, and a constant that holds for these caps."""

    growth: Fraction
    caps: tuple[int, ...]
    constant: Fraction


def caps(s: Any, l: int, u: int, growth: Any) -> tuple[int, ...]:  # noqa: E741
    """Caps in tokens of the levels v(l) g, v(l) g^2, ...: the most tokens within each, up to u.

    Levels that allow no token more than the one before are passed over.

    >>> caps(0, 1, 100, 4)
    (2, 5, 10, 22, 44, 90, 100)
    """
    prompt, (low, high) = prompt_length(s), interval(l, u)
    g = rational("growth", growth, above=1)
    tokens = range(high + 1)

    def within(made: int) -> Fraction:
        size: Fraction = volume(Fraction(made), prompt)
        return size

    level, made = within(low), low
    found: list[int] = []
    while made < high:
        level *= g
        after = bisect_right(tokens, level, made + 1, high + 1, key=within) - 1
        if after > made:
            found.append(after)
            made = after
    return tuple(found) or (low,)


def constant(s: Any, l: int, caps: Sequence[int], load: Any) -> Fraction:  # noqa: E741
    """The least constant of the tridiagonal form of these caps, rounded up; checked exactly.

    `load`: token-steps of the cache that recomputing a token takes (restart times M), at least 0.

    >>> float(constant(0, 1, (2, 5, 10, 22, 44, 90, 100), 0))
    2.9467
    """
    prompt, low = prompt_length(s), whole("l", l, least=1)
    cost = rational("restart cost", load, least=0)
    tops = tuple(whole("cap", cap, least=low) for cap in caps)
    if not tops or any(b <= a for a, b in pairwise(tops)):
        raise InputError("caps", tops, "at least one, ascending")
    form = _tridiagonal(prompt, low, tops, cost)
    below, above = 0, PRECISION
    while not _dominates(form, Fraction(above, PRECISION)):
        below, above = above, 2 * above
    while above - below > 1:
        middle = (below + above) // 2
        fits = _dominates(form, Fraction(middle, PRECISION))
        below, above = (below, middle) if fits else (middle, above)
    return Fraction(above, PRECISION)


Form = tuple[list[Fraction], list[Fraction], list[Fraction]]


def _tridiagonal(s: Fraction, l: int, caps: Sequence[int], load: Fraction) -> Form:  # noqa: E741
    """Sizes, squares and products of p_0 = 1 on v(l) and the means p_1, p_2, ... of the stages."""
    base = volume(Fraction(l), s)
    sizes, squares, products, made = [base], [base], [], l
    for cap in caps:
        size = volume(Fraction(cap), s) - volume(Fraction(made), s)
        if made == l and cap > l:  # the first stage: v(l) and the size, waited for by both
            sizes, squares, products = [base, size], [base, size], [base + size]
        elif cap == l:  # all of it is v(l), and p_0 may be left
            squares[0] = 2 * base
        else:
            squares[-1] += load * (s + made)
            products.append(size + load * (s + made))
            sizes.append(size)
            squares.append(size)
        made = cap
    return sizes, squares, products


def _dominates(form: Form, c: Fraction) -> bool:
    """Whether c (sum of sizes p^2) - form >= 0 for all p: pivots, all > 0."""
    sizes, squares, products = form
    pivot = c * sizes[0] - squares[0]
    for size, square, product in zip(sizes[1:], squares[1:], products, strict=True):
        if pivot <= 0:
            return False
        pivot = c * size - square - product * product / (4 * pivot)
    return pivot > 0


def plan(s: Any, l: int, u: int, memory: int, restart: Any) -> Plan:  # noqa: E741
    """The best slices among GROWTHS for a deployment: least constant, then fewest stages.

    `restart`: steps of the engine that recomputing one token takes; 0 or more. Raises `InputError`.

    >>> chosen = plan(1000, 1, 1000, 16_492, Fraction(1, 1000))  # a token takes a 1000th of a step
    >>> chosen.growth, chosen.caps, float(chosen.constant)
    (Fraction(16, 1), (15, 229, 1000), 4.7415)
    """
    return best_of(plans(s, l, u, memory, restart))


def plans(s: Any, l: int, u: int, memory: int, restart: Any) -> list[Plan]:  # noqa: E741
    """The slices of every growth in GROWTHS, with the constants that hold for them.

    >>> [len(plan.caps) for plan in plans(0, 1, 100, 1000, 0)][:3]
    [29, 19, 12]
    """
    load = rational("restart cost", restart, least=0) * whole("memory", memory, least=1)
    tried = ((growth, caps(s, l, u, growth)) for growth in GROWTHS)
    return [Plan(growth, levels, constant(s, l, levels, load)) for growth, levels in tried]


def best_of(tried: Sequence[Plan]) -> Plan:
    """The least constant, then the fewest stages."""
    return min(tried, key=lambda found: (found.constant, len(found.caps)))


def form(s: Any, caps: Sequence[int], shares: Sequence[Any], load: Any = 0) -> Fraction:
    """The form of slices with these caps, x'Qx, for shares of the lengths 1, 2, ...

    >>> form(0, (1, 2), [1, 1])  # 2 (2 + 1) + 2 * 1
    Fraction(8, 1)
    """
    prompt, cost = prompt_length(s), rational("restart cost", load, least=0)
    x = [rational("share", share, least=0) for share in shares]
    tails = [*accumulate(reversed(x), initial=Fraction(0))][::-1]  # tails[k]: more than k tokens
    if not caps or caps[-1] < len(x):
        raise InputError("caps", tuple(caps), f"a last one of at least {len(x)}")
    total, made = Fraction(0), 0
    for cap in caps:
        ends = [tails[min(k, len(x))] for k in (made, cap)]
        time = sum(((prompt + k) * tails[k - 1] for k in range(made + 1, min(cap, len(x)) + 1)),
                   Fraction(0))  # fmt: skip
        again = cost * (prompt + made) * ends[0] if made else Fraction(0)
        total += (time + again) * sum(ends)
        made = cap
    return total


def at_deployment(l: int, u: int, s: int, load: int) -> Bound:  # noqa: E741
    """The best slices and their constant, checked exactly."""
    best = plan(s, l, u, 1, load)
    stages = len(best.caps)
    return Bound(
        id=f"price/tokens kept/slices s={s}, load={load}",
        statement=f"s = {s}, lengths in [{l}, {u}], recomputing a token takes {load} token-steps "
        f"of the cache: slices of growth {float(best.growth):g} ({stages} stages) are at most "
        f"{float(best.constant):.4f} times the area bound, the best of the growths tried",
        policy=POLICY,
        family=FAMILY,
        benchmark="area bound",
        closed_form="least constant of the tridiagonal form",
        value=digits(sympy.Rational(best.constant.numerator, best.constant.denominator)),
        attained="not attained: an upper bound",
        source=OURS,
        steps=(
            words("Sizes and weights of the stages as in price/tokens kept/restarts, by cap."),
            certified(
                "all pivots of constant times area less form are above 0",
                lambda: _dominates(
                    _tridiagonal(Fraction(s), l, best.caps, Fraction(load)), best.constant
                ),
            ),
        ),
    )


def bounds() -> list[Bound]:
    """All results on slices that keep the tokens.

    >>> [bound.obtained for bound in bounds()][:4]
    ['derived', 'derived', 'derived', 'derived']
    """
    return [area(), upper(), geometric(), restarts(), *(at_deployment(*d) for d in DEPLOYMENTS)]
