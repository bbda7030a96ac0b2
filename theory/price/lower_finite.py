"""The lower bound for a finite number of requests and a finite memory, explicit.

The potential argument of `kvratio.theory.price.lower` with what the fluid limit neglects: attempts
take time, during which the clock moves on and the requests that run have not yet been counted at
the volume that they have reached. Both cost terms of order M/n.
"""

from fractions import Fraction
from math import ceil
from typing import Any

import sympy
from flint import arb, ctx

from kvratio.theory.bound import Bound, identity, nonnegative, words
from kvratio.theory.checks import whole
from kvratio.theory.forms import interval, prompt_length, volume
from kvratio.theory.price.constant import LOSES, OURS, enclosure
from kvratio.theory.price.lower import BITS, FAMILY, K, attempt, ball, ending


def least_latency(n: int, memory: int, s: Any, l: int, u: int) -> Fraction:  # noqa: E741
    """A number of steps below which no policy's expected total latency is, for n requests.

    Their lengths are independent, P(length >= k) = (v(k-1)/v(l))^(-1/2) for l < k <= u; `memory`
    and the common prompt in tokens. Every policy that loses what it cancels, even one that knows
    the distribution. It is n^2 v_l/M times (K/2) ln(U/4), less an error that vanishes as n/M
    grows (`every_size`); 0 where the error is larger. Raises `InputError` for s + u > memory.

    >>> float(least_latency(10**9, 1000, 0, 1, 100)) > 0.95 * 1e18 / 1000 * 2.728 / 2 * 7.14
    True
    """
    count, prompt = whole("n", n, least=1), prompt_length(s)
    low, high = interval(l, u)
    tokens = whole("memory", memory, least=ceil(prompt + high))
    first = volume(Fraction(low), prompt)
    size = volume(Fraction(high), prompt) / first
    before, ctx.prec = ctx.prec, BITS
    try:
        k, root = ball(enclosure().below), ball(size).sqrt()
        late = ball(Fraction(tokens * high) / (count * first))
        running = ball(Fraction(tokens, count) / (prompt + 1)) * root
        end = 2 * k * root / arb(1).exp()
        if not (late < end / 2 and size > 4):
            return Fraction(0)
        horizon = (2 * root / arb(1).exp()).log()
        error = (2 * k * running + late) * horizon - k * (1 - late / end).log()
        steps = ball(count**2 * first / tokens) * (k * ball(size / 4).log() / 2 - error)
        return max(Fraction(int(steps.floor().unique_fmpz())), Fraction(0))
    finally:
        ctx.prec = before


def every_size() -> Bound:
    """The lower bound for every number of requests and every memory."""
    late, lower, t1, running = sympy.symbols("epsilon delta t1 eta", positive=True)
    gain = 2 * K * (1 - running) - K * (1 + late / K)
    return Bound(
        id="price/lower bound/finite",
        statement="For every n, M, s and l <= u with s + u <= M, n requests at time 0 with "
        "independent lengths, P(length >= k) = (v(k-1)/v(l))^(-1/2) for l < k <= u: every policy "
        "that loses what it cancels has E[TEL] >= n^2 v(l)/M ((K/2) ln(U/4) - (2 K eta + epsilon) "
        "ln(2 sqrt(U)/e) + K ln(1 - epsilon e/(2 K sqrt(U)))), epsilon = M u/(n v(l)), eta = "
        "M sqrt(U)/(n (s + 1)), as long as the last logarithm exists and U > 4",
        policy=LOSES,
        family=f"{FAMILY}; any n and M, all requests at time 0",
        benchmark="steps",
        closed_form="n^2 v(l)/M ((K/2) ln(U/4) - errors of order M/n)",
        value="",
        attained="not attained",
        source=OURS,
        steps=(
            words(
                "An attempt takes at most u steps, epsilon of the clock. Each unit of its volume "
                "is counted at the clock of its start, tau, and used at sigma <= tau + epsilon:"
            ),
            nonnegative(
                "1/tau <= (1 + epsilon/K)/sigma for tau >= t0 = K; tau = K + delta",
                (1 + late / K) * (K + lower) - (K + lower + late),
                K,
                late,
                lower,
            ),
            words(
                "E W = 1 with the running requests at the volume that they have reached; Psi has "
                "them at the start of their attempt. At most M/(s+1) run, each at most sqrt(U) "
                "apart: E W >= 1 - eta. At tau1, the last step that ends by 2 K sqrt(U)/e, "
                "everything is cancelled; the steps of price/lower bound/area then give"
            ),
            identity(
                "(2 K (1 - eta) - K (1 + epsilon/K)) ln(tau1/t0): K ln less the error",
                gain,
                K - (2 * K * running + late),
            ),
            *attempt(),
            *ending(),
            words("tau1 > 2 K sqrt(U)/e - epsilon costs at most -K ln(1 - epsilon e/(2K sqrt(U)))"),
            identity(
                "so it does",
                sympy.expand_log(K * (sympy.log(t1) - sympy.log(t1 * (1 - late / t1))), force=True),
                sympy.expand_log(-K * sympy.log(1 - late / t1), force=True),
            ),
        ),
    )


def bounds() -> list[Bound]:
    """The lower bound for every size.

    >>> [bound.obtained for bound in bounds()]
    ['derived']
    """
    return [every_size()]
