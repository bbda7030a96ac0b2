"""The price of cancelling from below: no policy that loses what it cancels has a constant below K.

Scope: every policy that does not know the lengths and loses the tokens of an attempt that it
cancels; it may be random and adaptive and know the distribution of the lengths. All requests at
time 0, a common prompt s, v_k = s k + k (k+1)/2, volumes in units of v_l, U = v_u/v_l.

Lengths: P(X > x) = x^(-1/2) for x >= 1; the length is the least k >= l with v_k >= X, at most u.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.claims.price_upper import price, times
from kvratio.proofs_check.evidence import (
    all_less,
    exceeded_at,
    identity,
    less_on,
    nonnegative,
    words,
)
from kvratio.proofs_check.interval import log
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

LEFT, RIGHT = Fraction(37158, 10**4), Fraction(37159, 10**4)  # the minimiser is between them
BEST = Fraction(3716, 1000)  # a point near it, for counterexamples
TERMS = 2000  # of a sum; the rest is bounded by an integral


def slope(y: Any) -> Any:
    """h(y) (2y^2 - 1), which has the sign of the derivative of K(y)."""
    return log(y) * (2 * y * y - 1) - 2 * (2 * y - 1) * (y - 1)


def minimum(c: Fraction) -> Iterator[Finding]:
    """(2y - 3 + 1/y)/(ln y)^2 > c for every y > 1."""
    y, e = variables("y e")
    yield words(
        "K(y) = (2y - 3 + 1/y)/(ln y)^2; its derivative has the sign of h(y) = ln y - 2 (2y-1)"
        "(y-1)/(2y^2-1), as (2 - 1/y^2) y^2 = 2y^2 - 1 and (2y - 3 + 1/y) y = (2y-1)(y-1)."
    )
    top, bottom = (2 * y - 1) * (y - 1), 2 * y**2 - 1
    p = bottom**2 - 2 * y * ((4 * y - 3) * bottom - top * (4 * y))
    yield identity("h(1) = 0 and y (2y^2-1)^2 h'(y) = p(y)", p,
        4 * y**4 - 12 * y**3 + 12 * y**2 - 6 * y + 1)  # fmt: skip
    yield identity(
        "y = 1 + e: p = 4 e^3 (1 + e) - (1 + 2e)", p.put(y=1 + e), 4 * e**3 * (1 + e) - (1 + 2 * e)
    )
    yield nonnegative(
        "e^3 (1+e)/(1+2e) rises: its derivative times (1+2e)^2",
        (3 * e**2 + 4 * e**3) * (1 + 2 * e) - 2 * (e**3 + e**4),
    )
    yield words(
        "So h falls from 0 and then rises: K(y) falls, then rises, and its minimum lies between "
        "the two points:"
    )
    yield all_less(
        f"h({LEFT}) < 0 < h({RIGHT})",
        [(slope, lambda x: x - x, LEFT), (lambda x: x - x, slope, RIGHT)],
    )
    yield less_on(
        "c (ln y)^2 < 2y - 3 + 1/y", lambda x: times(c, log(x) * log(x)), price, LEFT, RIGHT
    )


def potential() -> Iterator[Finding]:
    """The expected progress of every policy, and what the constants come to."""
    k, y, big, w, t = variables("K y L omega tau")  # L stands for ln y
    yield words(
        "kappa: the volume that a request is known to exceed; completed at u with X > v_u: a ghost "
        "with kappa = U. Clock tau = t0 + volume offered per request, N the unfinished share, "
        "Psi = mean of [-tau (unfinished) - K sqrt(kappa) ln(kappa/tau^2)]. An attempt from kappa "
        "to kappa y^2 fails with probability 1/y and uses kappa + the integral of (kappa/x)^(1/2)"
        " up to kappa y^2, kappa (2y - 1), or more. Failing takes sqrt(kappa) to y sqrt(kappa):"
    )
    yield identity("antiderivative 2 sqrt(x): 1 + 2 y - 2", 1 + 2 * y - 2, 2 * y - 1)
    a, r = variables("a r")  # a = ln(kappa/tau^2), r = sqrt(kappa)
    completes, fails = t + k * r * a, k * r * a - k * r * y * (a + 2 * big)
    yield identity(
        "y times the expected change of Psi: tau (y - 1) - 2 K sqrt(kappa) y ln y",
        (y - 1) * completes + fails,
        t * (y - 1) - 2 * k * r * y * big,
    )
    yield words(
        "(A ghost instead of a failure adds tau; a completion at an earlier clock than the failure "
        "only adds.) It is at least -(K/tau) kappa (2y-1): with omega = sqrt(kappa)/tau, times "
        "y (2y-1), a square and the definition of K, (2y-1)(y-1) >= K y (ln y)^2:"
    )
    yield identity(
        "(2y-1) ((y-1) - 2 K omega y L + K omega^2 y (2y-1))",
        (2 * y - 1) * ((y - 1) - 2 * k * w * y * big + k * w**2 * y * (2 * y - 1)),
        k * y * ((2 * y - 1) * w - big) ** 2 + ((2 * y - 1) * (y - 1) - k * y * big**2),
    )
    yield words(
        "Without attempts dPsi = (-N + 2 K W/tau) dtau, W the mean of sqrt(kappa), ghosts too: a "
        "martingale, E W = 1. Volume is offered at rate 1. So E[integral of N dtau] >= K ln(tau1/"
        "t0) + Psi(t0) - E Psi(tau1). Per weight -Psi is e^(-x/2) + K x, x = ln(kappa/tau^2), for "
        "the unfinished, least at e^(-x/2) = 2K: 2K - 2K ln(2K); K x for ghosts, as large if "
        "tau1 <= 2 K sqrt(U)/e. With t0 = K, A = ln K, B = ln 2, D = ln U:"
    )
    ln_k, ln_2, ln_u = variables("A B D")
    last = ln_2 + ln_k + ln_u / 2 - 1  # ln tau1
    yield identity(
        "K (ln tau1 - ln K) + (2 K ln K - K) + 2K - 2K ln(2K) = K/2 (ln U - ln 4)",
        k * (last - ln_k) + 2 * k * ln_k - k + 2 * k - 2 * k * (ln_2 + ln_k),
        k * (ln_u - 2 * ln_2) / 2,
    )
    yield identity(
        "a ghost at tau1: K (ln U - 2 ln tau1) = 2K - 2K ln(2K)",
        k * (ln_u - 2 * last),
        2 * k - 2 * k * (ln_2 + ln_k),
    )


def lower(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c = numbers["c"]
    yield from potential()
    yield from minimum(c)
    s, j = variables("s j")
    step, before, after = s + j + 2, (s + (j + 2) / 2) * (j + 1), (s + (j + 3) / 2) * (j + 2)
    yield words(
        "E[TEL] is n^2 v_l/M times the integral of N, at least (K/2) ln(U/4). The area bound is "
        "n^2 v_l/(2M) times 1 + sum of (s+k)/v_(k-1), l < k <= u, which is at most 1 + ln U + 4/l "
        "as ln(v_k/v_(k-1)) >= (s+k)/v_k and the difference is at most 4/(k (k-1)); k = j + 2:"
    )
    yield identity("v_k - v_(k-1) = s + k", after - before, step)
    yield nonnegative(
        "4 v_k v_(k-1) - k (k-1) (s+k)^2",
        4 * before * after - (j + 1) * (j + 2) * step**2,
    )
    yield words("So the ratio is at least K ln(U/4)/(1 + 4/l + ln U), which tends to K > c.")
    yield exceeded_at(
        "offset slicing has at most K(y) (price-upper); that no policy is below c",
        price,
        lambda x: times(c, log(x) * log(x)),
        BEST,
    )


def numbers_at(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    k, start, u, c = numbers["K"], int(numbers["start"]), int(numbers["u"]), numbers["c"]
    yield from potential()
    yield from minimum(k)
    end = min(u - 1, start + TERMS)
    exact = 1 + 2 * sum(Fraction(2**200 // j + 1, 2**200) for j in range(start, end + 1))
    yield words(
        f"s = 0, lengths in [{start}, {u}]: area bound 1 + sum of 2/(k-1) over {start} < k <= {u}, "
        f"exact up to k - 1 = {end}, and at most 2 ln((u-1)/{end}) beyond."
    )
    size = Fraction(u * (u + 1), start * (start + 1))
    yield all_less(
        f"c times the area bound < K ln(U/4), c = {c}, U = {size}",
        [
            (
                lambda x: times(c * exact, x / x) + times(2 * c, log(x * (u - 1)) - log(x * end)),
                lambda x: times(k, log(x * size.numerator) - log(x * 4 * size.denominator)),
                Fraction(1),
            )
        ],
    )


SETTING = (
    "fluid limit, all arrivals at 0; every policy that loses the tokens of a cancelled attempt"
)
NUMBERS = ((10**3, 4, "209/100"), (10**6, 9, "243/100"), (10**9, 14, "254/100"))
CLAIMS = (
    Claim(
        "price-lower",
        f"{SETTING}, random ones and those that know the distribution of the lengths included; "
        "every prompt s and least length l, u large",
        "No policy that does not know the lengths and loses what it cancels has a constant below "
        "2.72837 against the area bound (the fluid optimum).",
        "ours, against Theorem 4 of arXiv 2508.14544 (A_min is not optimal, offset slicing is)",
        "for all s, l, policies and eps > 0 there are u and lengths in [l, u]: "
        "policy >= (c - eps) area bound; c = 2.72837",
        Verdict.CERTIFIED,
        lower,
        {"c": Fraction(272837, 10**5)},
    ),
    *(
        Claim(
            f"price-lower-u{len(str(u)) - 1}",
            f"{SETTING}; no prompts, lengths in [1, {u}]",
            f"On some lengths in [1, {u}] no policy that loses what it cancels is below "
            f"{float(Fraction(c))} times the area bound.",
            "ours",
            f"there are lengths in [{start}, {u}]: every policy >= c area bound; c = {c}",
            Verdict.CERTIFIED,
            numbers_at,
            {
                "c": Fraction(c),
                "K": Fraction(272837, 10**5),
                "start": Fraction(start),
                "u": Fraction(u),
            },
        )
        for u, start, c in NUMBERS
    ),
)
