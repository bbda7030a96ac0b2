"""Preemption that keeps the tokens: exactly 2, from both sides, for every common prompt.

**Setting.** A policy may stop a running request and go on with it later; nothing that it made is
lost, and a stopped request holds no cache (it is swapped out, or recomputed at no charge). Lengths
are unknown. This is more than a policy of the model may do, so the lower bound also holds for
policies that lose what they cancel.

**Upper side.** Least attained service: of all unfinished requests those with the fewest tokens run.
Token k of all requests takes sum (s + k) S_k, completes x_k and leaves S_(k+1), S_k being the share
of length k or more. So its form is the sum of (s + k) S_k (S_k + S_(k+1)) <= 2 (s + k) S_k^2.

**Lower side.** Let d_l = v(l), d_k = s + k for l < k <= u, mu >= all of them, and let a request
that has made k - 1 tokens (none, for k = l) complete at token k with probability d_k/mu, at u in
any case. Then a token-step completes at most 1/mu requests in expectation, whatever runs, but for
the share delta = product of (1 - d_k/mu) that is cut off at u. So N(t) >= 1 - delta - t/mu, t the
volume per request that the cache has offered. That holds for every n and every memory.
"""

from fractions import Fraction
from math import exp
from typing import Any

import scipy.optimize
import sympy

from kvratio.theory.bound import Bound, certified, identity, nonnegative, words
from kvratio.theory.checks import rational
from kvratio.theory.forms import interval, prompt_length, volume
from kvratio.theory.formula import digits
from kvratio.theory.price.constant import OURS

KEEPS = "every policy, preemption may keep the tokens"
LAS = "least attained service (tokens kept)"
FAMILY = "all lengths in [l, u], a common prompt"
MOTWANI = "Motwani, Phillips, Torng (1994), one machine: 2 with preemption"
INTERVALS = (100, 2000, 10_000)  # u of the published numbers, l = 1
PROMPTS = (0, 1000)
BITS = 100  # fractional bits of the survival; rounded up
ROUND = 10**10  # published ratios are rounded down to a multiple of 1 / ROUND

S, X, D, MU, DELTA, GAMMA = sympy.symbols("S x d mu delta gamma", nonnegative=True)


def upper() -> Bound:
    """Least attained service is at most 2 times the area bound."""
    return Bound(
        id="price/tokens kept/upper",
        statement="For all lengths and every common prompt: least attained service, which keeps "
        "its tokens, is at most 2 times the area bound (with mixed prompts likewise, if progress "
        "is measured in volume and shared evenly)",
        policy=LAS,
        family=f"{FAMILY}; fluid limit, all requests at time 0",
        benchmark="area bound",
        closed_form="2",
        value=digits(sympy.Integer(2)),
        attained="in the limit of fine progress: lengths of large volume",
        source=f"ours for the KV cache; {MOTWANI}",
        steps=(
            words("Token k: time (s + k) S_k, waited for by x_k for a half and S_(k+1) in full."),
            identity(
                "S_k (x_k + 2 S_(k+1)), S_(k+1) = S_k - x_k, falls short of 2 S_k^2 by S_k x_k",
                2 * S**2 - S * (X + 2 * (S - X)),
                S * X,
            ),
            nonnegative("which is at least 0", S * X, S, X),
        ),
    )


def lower() -> Bound:
    """2 is a lower bound for every policy that does not know the lengths."""
    gap = D * S / MU
    total = 1 - DELTA + GAMMA * (1 - DELTA) + DELTA * (1 - DELTA)
    return Bound(
        id="price/tokens kept/lower",
        statement="For every s >= 0, l <= u and mu >= max(v(l), s + u) there are lengths in [l, u] "
        "on which every policy that does not know them, even one that knows their distribution "
        "and keeps the tokens of what it stops, has at least 2 (1 - delta)/(1 + delta + gamma) "
        "times the area bound, delta = exp(-v(u)/mu), gamma = max(v(l), s + u)/mu; so no constant "
        "below 2 will do for all u, whatever the prompt. Its E[TEL] is at least n^2 mu "
        "(1 - delta)^2/(2 M) for every n and M",
        policy=KEEPS,
        family=f"{FAMILY}; all requests at time 0",
        benchmark="area bound",
        closed_form="2 (1 - delta)/(1 + delta + gamma)",
        value=digits(sympy.Integer(2)),
        attained="in the limit of large u, mu = v(u)/ln v(u)",
        source=f"ours for the KV cache; {MOTWANI}",
        steps=(
            words(
                "Expected completions are at most (volume used)/mu + delta n. As many steps as the "
                "cache offers t per request, N(t) >= 1 - delta - t/mu:"
            ),
            identity(
                "twice the integral of 1 - delta - t/mu while positive is mu (1 - delta)^2",
                2 * sympy.integrate(1 - DELTA - X / MU, (X, 0, MU * (1 - DELTA))),
                MU * (1 - DELTA) ** 2,
            ),
            identity(
                "the area bound: S_k - S_(k+1) = d_k S_k/mu, so d_k S_k^2 is mu/2 times "
                "(S_k^2 - S_(k+1)^2) + (S_k - S_(k+1))^2",
                D * S**2,
                MU / 2 * ((S**2 - (S - gap) ** 2) + gap**2),
            ),
            words(
                "The squares add up to at most gamma (1 - delta), as S_k - S_(k+1) <= gamma; so "
                "the area bound is at most mu/2 (1 - delta^2 + gamma (1 - delta)), and"
            ),
            identity(
                "the ratio is at least 2 (1 - delta)/(1 + delta + gamma)",
                (1 - DELTA) ** 2 / (total / 2),
                2 * (1 - DELTA) / (1 + DELTA + GAMMA),
            ),
            words("1 - x <= exp(-x): the product delta is at most exp(-(sum of d_k)/mu)."),
            identity("the derivative of exp(-x) - 1 + x", sympy.diff(sympy.exp(-X) - 1 + X, X),
                1 - sympy.exp(-X)),
            identity(
                "it tends to 2 with x = v(u)/mu = ln v(u), delta = 1/v(u), gamma of order "
                "ln v(u)/sqrt(v(u))",
                sympy.limit(
                    2 * (1 - 1 / MU) / (1 + 1 / MU + sympy.log(MU) / sympy.sqrt(MU)), MU, sympy.oo
                ),
                2,
            ),
        ),
    )  # fmt: skip


def cells(s: Any, l: int, u: int) -> list[Fraction]:  # noqa: E741
    """d_l, ..., d_u: the volume of the first l tokens, then of each further token.

    >>> [int(d) for d in cells(1, 2, 4)]
    [5, 4, 5]
    """
    prompt, (low, high) = prompt_length(s), interval(l, u)
    return [volume(Fraction(low), prompt), *(prompt + k for k in range(low + 1, high + 1))]


def least_ratio(s: Any, l: int, u: int, mu: Any) -> Fraction:  # noqa: E741
    """A ratio to the area bound that no policy stays below on these lengths, rounded down.

    The exact sum in place of gamma: mu (1 - delta)^2 over the sum of d_k S_k^2, in integers.
    Raises `InputError` for mu below a cell.

    >>> float(least_ratio(0, 1, 2000, 350_000))
    1.9855406885
    """
    sizes = cells(s, l, u)
    scale = rational("mu", mu, least=max(sizes))
    unit = 1 << BITS
    survival, area = unit, Fraction(0)
    for d in sizes:
        area += d * survival * survival
        survival = -(-(survival * (scale - d)) // scale)
    ratio = scale * (unit - survival) ** 2 / area
    return Fraction(int(ratio * ROUND), ROUND)


def best_scale(s: Any, l: int, u: int) -> int:  # noqa: E741
    """A mu near the one with the best ratio (any admissible mu gives a valid bound)."""
    top = float(volume(Fraction(u), prompt_length(s)))
    least = max(cells(s, l, u))

    def loss(x: float) -> float:
        """The closed bound, with the mean gap in place of the largest."""
        delta, mu = exp(-x), top / x
        return -(1 - delta) / (1 + delta + float(least) / mu / 2)

    found = float(scipy.optimize.minimize_scalar(loss, bounds=(1, 40), method="bounded").x)
    return max(round(top / found), -(-least.numerator // least.denominator))


def at_interval(s: int, u: int) -> Bound:
    """The lower bound as a number, for lengths in [1, u]."""
    mu = best_scale(s, 1, u)
    ratio = least_ratio(s, 1, u, mu)
    return Bound(
        id=f"price/tokens kept/s={s}, u={u}",
        statement=f"s = {s}: on some lengths in [1, {u}] every policy that does not know them has "
        f"at least {float(ratio):.6f} times the area bound, tokens kept or lost",
        policy=KEEPS,
        family=f"all lengths in [1, {u}], s = {s}; fluid limit, all requests at time 0",
        benchmark="area bound",
        closed_form="mu (1 - delta)^2/(sum of d_k S_k^2)",
        value=digits(sympy.Rational(ratio.numerator, ratio.denominator)),
        attained=f"not attained: a lower bound, mu = {mu}",
        source=OURS,
        steps=(
            words("The theorem price/tokens kept/lower, with the sum in place of its bound."),
            certified("sum and product in integers, rounded up; below 2", lambda: 1 < ratio < 2),
        ),
    )


def bounds() -> list[Bound]:
    """All results on preemption that keeps the tokens.

    >>> [bound.obtained for bound in bounds()][:3]
    ['derived', 'derived', 'certified']
    """
    return [upper(), lower(), *(at_interval(s, u) for s in PROMPTS for u in INTERVALS)]
