"""No policy that loses what it cancels is below K: a bound for every prompt and interval.

**Scope.** Every policy that does not know the lengths and loses the tokens of an attempt that it
cancels; it may be random, adaptive, and may know the distribution of the lengths. Common prompt s,
lengths in [l, u], all requests at time 0. v_k = s k + k (k + 1)/2, volumes in units of v_l.

**Lengths.** X has P(X > x) = x^(-1/2) for x >= 1; the length is the least k >= l with v_k >= X, at
most u. An attempt of at most c tokens completes if and only if X <= v_c or c = u, and uses the
volume min(X, v_c) or more. Let kappa be the volume that a request is known to exceed, from its
attempts that are over. Call those completed at u with X > v_u ghosts, kappa = U = v_u/v_l.

**Potential.** The clock is tau = t0 + the volume per request that the cache has offered so far
(M n^(-1) tokens a step). N is the unfinished share, W the mean of sqrt(kappa) over unfinished
requests and ghosts, and

    Psi = mean of [-tau (unfinished only) - K sqrt(kappa) ln(kappa/tau^2)].

Between the ends of attempts dPsi/dtau = -N + 2 K W/tau. At the end of an attempt Psi changes, in
expectation, by at least -(K/tau) times the volume that it used, tau being the clock at its start
(`attempt`). E W stays 1. The cache offers volume at rate 1. So

    E[integral of N dtau] >= (2 K - K) ln(tau1/t0) + Psi(t0) - E Psi(tau1),

Psi(t0) = 2 K ln t0 - t0, and -E Psi(tau1) >= -2 K (ln(2K) - 1) as long as ghosts count no less,
tau1 <= 2 K sqrt(U)/e (`ending`). At t0 = K and tau1 = 2 K sqrt(U)/e all constants collapse:

    E[integral of N dtau] >= (K/2) ln(U/4),     and   TEL >= n^2 v_l / M times that.

The area bound is n^2 v_l/(2 M) times 1 + sum of (s + k)/v_(k-1) over l < k <= u.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import log
from typing import Any

import sympy
from flint import arb, ctx, fmpq

from kvratio.theory.bound import Bound, Step, certified, identity, nonnegative, words
from kvratio.theory.forms import interval, prompt_length, volume
from kvratio.theory.formula import digits
from kvratio.theory.price.constant import LOSES, OURS, Y, enclosure, value

FAMILY = "all lengths in [l, u], a common prompt"
BENCHMARK = "area bound"
INTERVALS = (10**3, 10**6, 10**9)  # u of the published numbers, l = 1
PROMPTS = (0, 1000)
DIRECT = 10**4  # terms of a sum that are added up; the rest is bounded in closed form
MOST_STARTS = 500  # shortest lengths that are tried
BITS = 200

K, TAU, KAPPA, OMEGA, T0, U = sympy.symbols("K tau kappa omega t0 U", positive=True)
RHO = sympy.Symbol("rho", positive=True)
PRICE = 2 * Y - 3 + 1 / Y  # K(y) (ln y)^2


def logarithm(text: str) -> tuple[Step, ...]:
    """rho - 1 - ln rho >= 0: it falls before rho = 1, where it is 0, and rises after."""
    return (
        identity(text, sympy.diff(RHO - 1 - sympy.log(RHO), RHO), (RHO - 1) / RHO),
        identity("which is 0 at rho = 1", (RHO - 1 - sympy.log(RHO)).subs(RHO, 1), 0),
    )


def attempt() -> tuple[Step, ...]:
    """One attempt from kappa to kappa y^2 changes Psi by at least -(K/tau) times its volume."""
    x = sympy.Symbol("x", positive=True)
    survives = 1 / Y
    used = KAPPA * (1 + sympy.integrate(x ** sympy.Rational(-1, 2), (x, 1, Y**2)))

    def term(kappa: Any) -> Any:
        return K * sympy.sqrt(kappa) * (sympy.log(kappa) - 2 * sympy.log(TAU))

    completes = TAU + term(KAPPA)
    fails = term(KAPPA) - term(KAPPA * Y**2)
    change = (1 - survives) * completes + survives * fails
    log = sympy.log(Y)
    square = K * (2 * Y - 1) * (OMEGA - log / (2 * Y - 1)) ** 2
    rest = (PRICE / log**2 - K) * log**2 / (2 * Y - 1)
    return (
        identity(
            "X > kappa y^2 given X > kappa: probability 1/y",
            (KAPPA * Y**2) ** sympy.Rational(-1, 2) / KAPPA ** sympy.Rational(-1, 2),
            survives,
        ),
        identity("E min(X, kappa y^2) = kappa (2y - 1)", used, KAPPA * (2 * Y - 1)),
        identity(
            "the weight sqrt(kappa) is a martingale: E W stays 1",
            survives * sympy.sqrt(KAPPA * Y**2),
            sympy.sqrt(KAPPA),
        ),
        identity(
            "the expected change of Psi, times n: tau (1 - 1/y) - 2 K sqrt(kappa) ln y",
            sympy.expand(sympy.expand_log(change)),
            sympy.expand(TAU * (1 - 1 / Y) - 2 * K * sympy.sqrt(KAPPA) * log),
        ),
        words(
            "A ghost instead of a failure adds tau. If the clock has moved on when the attempt "
            "ends, the change is larger: a completion is not after the failure would have been, and"
        ),
        identity(
            "moving the failure's clock from tau to tau r adds 2 K sqrt(kappa) (1 - 1/y) ln r",
            sympy.expand_log(survives * (fails.subs(TAU, TAU * RHO) - fails), force=True),
            2 * K * sympy.sqrt(KAPPA) * (1 - 1 / Y) * sympy.log(RHO),
        ),
        identity(
            "which a completion, at no later a clock, takes back at most",
            sympy.expand_log(completes.subs(TAU, TAU * RHO) - completes - TAU * (RHO - 1)),
            -2 * K * sympy.sqrt(KAPPA) * sympy.log(RHO),
        ),
        identity(
            "with omega = sqrt(kappa)/tau, the change plus (K/tau) kappa (2y - 1), over tau, is a "
            "square plus (K(y) - K) (ln y)^2/(2y - 1) >= 0",
            (1 - 1 / Y) - 2 * K * OMEGA * log + K * OMEGA**2 * (2 * Y - 1),
            square + rest,
        ),
    )


def ending() -> tuple[Step, ...]:
    """Psi at the end is at most 2 K (ln(2K) - 1) per weight, and the constants collapse."""
    unit = 1 / (KAPPA ** sympy.Rational(1, 2))
    held = TAU * unit + K * sympy.log(KAPPA / TAU**2)
    rho = TAU * unit / (2 * K)
    floor = 2 * K * (1 - sympy.log(2 * K))
    last = 2 * K * sympy.sqrt(U) / sympy.E
    total = (
        K * sympy.log(last) + K * sympy.log(K) - K + floor
    )  # K ln(tau1/t0) + 2 K ln t0 - t0 at t0 = K
    return (
        identity(
            "-Psi per weight of an unfinished request, rho = tau/(2 K sqrt(kappa)): "
            "2 K (rho - ln rho) - 2 K ln(2K)",
            sympy.expand_log(held, force=True),
            sympy.expand_log(2 * K * (rho - sympy.log(rho)) - 2 * K * sympy.log(2 * K), force=True),
        ),
        *logarithm("at least 2 K (1 - ln(2K)), as rho - 1 - ln rho has this derivative"),
        identity(
            "that of a ghost, K ln(U/tau^2), is the same at tau1 = 2 K sqrt(U)/e, larger before",
            sympy.expand_log(K * sympy.log(U / last**2), force=True),
            sympy.expand(sympy.expand_log(floor, force=True)),
        ),
        identity(
            "K ln(tau1/t0) + 2 K ln t0 - t0 + 2 K (1 - ln(2K)) at t0 = K is (K/2) ln(U/4)",
            sympy.expand(sympy.expand_log(total, force=True)),
            sympy.expand(sympy.expand_log(K * sympy.log(U / 4) / 2, force=True)),
        ),
    )


def _area() -> tuple[Step, ...]:
    """The area bound in units of v_l, and its closed upper bound."""
    s, k = sympy.symbols("s k", nonnegative=True)
    step = s + k + 2
    before, after = volume(k + 1, s), volume(k + 2, s)
    return (
        identity("v_k - v_(k-1) = s + k (k + 2 for k)", sympy.expand(after - before), step),
        identity(
            "P(length >= k)^2 = v_l/v_(k-1): so the area bound is 1 + the sum of (s + k)/v_(k-1)",
            (KAPPA ** sympy.Rational(-1, 2)) ** 2,
            1 / KAPPA,
        ),
        *logarithm("ln(v_k/v_(k-1)) >= 1 - v_(k-1)/v_k = (s+k)/v_k, as ln(1/rho) >= 1 - rho:"),
        identity(
            "(s+k)/v_(k-1) - (s+k)/v_k = (s+k)^2/(v_k v_(k-1))",
            step / before - step / after,
            sympy.cancel(step**2 / (before * after)),
        ),
        nonnegative(
            "which is at most 4/(k (k-1)), adding up to at most 4/l",
            sympy.cancel(4 / ((k + 1) * (k + 2)) - step**2 / (before * after)),
            s,
            k,
        ),
    )


def every_interval() -> Bound:
    """The lower bound for every prompt and interval, in the fluid limit."""
    ratio = K * sympy.log(U / 4) / (1 + 4 / T0 + sympy.log(U))
    return Bound(
        id="price/lower bound/area",
        statement="For every s >= 0, 1 <= l <= u there are lengths in [l, u] on which every policy "
        "that loses what it cancels, even one that knows their distribution, has at least the "
        "ratio K ln(U/4)/(1 + 4/l + ln U) to the area bound, U = v(u)/v(l); so for no C < K is "
        "there a policy with ratio C for all u, whatever the prompt",
        policy=LOSES,
        family=f"{FAMILY}; fluid limit, all requests at time 0",
        benchmark=BENCHMARK,
        closed_form="K ln(U/4)/(1 + 4/l + ln U)",
        value=digits(value()),
        attained="in the limit of large u; lengths with P(V > v) = (v/v_l)^(-1/2)",
        source=OURS,
        steps=(
            *attempt(),
            words(
                "A level that depends on other requests is chosen without knowledge of this one's "
                "X: the steps above hold given the level. So E d Psi >= -N dtau + K dtau/tau."
            ),
            *ending(),
            *_area(),
            identity(
                "the quotient of (K/2) ln(U/4) and half of 1 + 4/l + ln U tends to K",
                sympy.limit(ratio, U, sympy.oo),
                K,
            ),
        ),
    )


@dataclass(frozen=True)
class Numbers:
    """The lower bound at numbers: on lengths in [start, upper], no policy has a lower ratio."""

    prompt: Fraction
    start: int
    upper: int
    ratio: Fraction


def least_ratio(s: Any, l: int, u: int) -> Numbers:  # noqa: E741
    """A ratio that no policy stays below on [l, u]: the theorem for lengths in [start, u], the
    best start >= l, rounded down to 10 digits. Fluid limit, to the area bound.

    >>> float(least_ratio(0, 1, 1000).ratio)
    2.0923596913
    """
    prompt, (low, high) = prompt_length(s), interval(l, u)
    start = _best_start(prompt, low, high)
    size = volume(Fraction(high), prompt) / volume(Fraction(start), prompt)
    before, ctx.prec = ctx.prec, BITS
    try:
        bound = ball(enclosure().below) * ball(size / 4).log() / _area_above(prompt, start, high)
        ratio = Fraction(int((bound * 10**10).floor().unique_fmpz()), 10**10)
    finally:
        ctx.prec = before
    return Numbers(prompt, start, high, max(ratio, Fraction(1)))


def _best_start(s: Fraction, low: int, high: int) -> int:
    """The start with the best float value; any start gives a valid bound."""
    starts = range(low, min(high, low + MOST_STARTS))
    prompt = float(s)
    ends = {k: volume(float(k), prompt) for k in (*starts, high)}
    sums, best = 0.0, (0.0, low)
    last = starts[-1] if len(starts) else low
    sums = log(ends[high] / volume(float(last), prompt)) + 2 / last
    for start in reversed(starts):
        if start < last:
            sums += (prompt + start + 1) / ends[start]
        best = max(best, (log(ends[high] / ends[start] / 4) / (1 + sums), start))
    return best[1]


def _area_above(s: Fraction, low: int, high: int) -> arb:
    """At least 1 + the sum of (s + k)/v(k-1): `DIRECT` terms rounded up, the rest closed."""
    end, unit = min(high, low + DIRECT), 1 << BITS
    # whole numbers: the denominator of s times v(k-1), and times s + k, which v grows by
    made, total_up = int(s.denominator * volume(Fraction(low), s)), 0
    for k in range(low + 1, end + 1):
        more = s.numerator + k * s.denominator
        total_up -= -more * unit // made
        made += more
    total = ball(1 + Fraction(total_up, unit))
    if end == high:
        return total
    rest = volume(Fraction(high), s) / volume(Fraction(end), s)
    return total + ball(rest).log() + ball(Fraction(4, end))


def ball(x: Fraction) -> arb:
    return arb(fmpq(x.numerator, x.denominator))


def at_interval(s: int, u: int) -> Bound:
    """The lower bound as a number, for lengths in [1, u]."""
    found = least_ratio(s, 1, u)
    ratio = sympy.Rational(found.ratio.numerator, found.ratio.denominator)

    def below() -> bool:
        return 1 <= found.start <= u and found.ratio < enclosure().below

    return Bound(
        id=f"price/lower bound/s={s}, u={u}",
        statement=f"s = {s}: on some lengths in [1, {u}] every policy that loses what it cancels "
        f"has at least {float(found.ratio):.6f} times the area bound",
        policy=LOSES,
        family=f"all lengths in [1, {u}], s = {s}; fluid limit, all requests at time 0",
        benchmark=BENCHMARK,
        closed_form="K ln(U/4)/(1 + sum of (s+k)/v(k-1)), lengths from the best start",
        value=digits(ratio),
        attained=f"not attained: a lower bound, with lengths from {found.start} on",
        source=OURS,
        steps=(
            words("The theorem price/lower bound/area, with the sum in place of its bound."),
            certified("K from below, the logarithms in balls, the sum rounded up", below),
        ),
    )


def bounds() -> list[Bound]:
    """All lower bounds for policies that lose what they cancel.

    >>> [bound.obtained for bound in bounds()][:2]
    ['derived', 'certified']
    """
    return [
        every_interval(),
        *(at_interval(s, u) for s in PROMPTS for u in INTERVALS),
    ]
