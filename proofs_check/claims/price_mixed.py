"""Rounds limited in time and in volume on finite instances: all requests at 0, mixed prompts.

Round r has the time T_r = g^r and, n_r requests being unfinished, the volume L_r = k M T_r/n_r;
each request gets one slice within both (`kvratio.proofs_check.rounds`). v(t) = s t + t (t+1)/2,
S(v) is the number of requests of volume more than v, V the integral of S^2 over 2 M; x_r = n_r T_r,
X is their sum.
"""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.claims.price_finite import moments
from kvratio.proofs_check.claims.slices_and_classes import to_area
from kvratio.proofs_check.evidence import (
    at_least,
    at_most,
    counterexample,
    identity,
    nonnegative,
    quadratic,
    words,
)
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.rounds import limits, rounds
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict
from kvratio.theory.model import Instance


def one_round() -> Iterator[Finding]:
    """Every slice starts within 4 k T of its round."""
    s, t, e = variables("s t e")
    v = s * t + t * (t + 1) / 2
    yield words("A wide slice, M < 2 (s + t), takes less than 4 v(t)/M steps. M = 2 (s + t) - e:")
    yield nonnegative("4 v(t) - M t", 4 * v - (2 * (s + t) - e) * t)
    yield words(
        "While another waits more than M/2 is reserved, s + t by each slice for at most t steps:"
    )
    yield nonnegative("2 v(t) - (s + t) t", 2 * v - (s + t) * t)
    yield words(
        "So all start before 4 n L/M = 4 k T, and end T later at the latest; who completes does so "
        "at most o after its start. Added up: TEL <= sum of (4 k x_r + x_(r+1)/g) + sum of o <= "
        "(4 k + 1/g) X + sum of o."
    )


def volumes_left() -> Iterator[Finding]:
    """What the volumes of those that are left say of x_r."""
    x, y, b, now, memory, k, g = variables("x y b T M k g")
    level, before = k * memory * now**2 * g**2 * y, k * memory * now**2 * x
    yield words(
        "At the start of round r: o > T_(r-1) for A of the n_r, or volume > L_(r-1) for at most B "
        "others. S >= B up to L_(r-1), and the levels rise, as n falls: the sum of B^2 (L_(r-1) - "
        "L_(r-2)) is at most 2 M V. With x = x_(r-1), y = x_(r-2), T = T_(r-1): L_(r-1) = k M "
        "T^2/x, L_(r-2) = k M T^2/(g^2 y), B = b x/(g T), so that b = B T_r/x:"
    )
    yield identity(
        "B^2 (L_(r-1) - L_(r-2)) = (k M/g^2) x b^2 (1 - x/(y g^2)), both times g^4 T^2 x y",
        (b * x) ** 2 * (level - before),
        k * memory * x * b**2 * (y * g**2 - x) * (now**2 * x),
    )
    yield words("So the sum of x b^2 (1 - q/g^2) is at most 2 g^2 V/k, q = x/y.")


def potential(numbers: Numbers) -> Iterator[Finding]:
    """X is at most eta g^2/(g-1) (sum of o) + 2 w g^2 V/k."""
    g, h0, h1, eta, w = (numbers[name] for name in ("g", "h0", "h1", "eta", "w"))
    end = h0 + h1 * g
    more = g * (eta - 1 - end)
    yield words(
        "With h(q) = h0 + h1 q, p = x_r/x_(r-1) <= g as n does not grow, q likewise: p (1 + h(p)) "
        "<= w b^2 (1 - q/g^2) + h(q) + eta (p - b) for 0 <= b <= p <= g, 0 <= q <= g. The "
        "difference is linear in q and concave in p: its least value is at q = 0 or g, p = b or g."
    )
    yield at_least("h1, of the concave part", h1, 0)
    yield quadratic("q = 0, p = b", w - h1, -(1 + h0), h0)
    yield quadratic("q = g, p = b", w * (1 - 1 / g) - h1, -(1 + h0), end)
    yield quadratic("q = 0, p = g", w, -eta, h0 + more)
    yield quadratic("q = g, p = g", w * (1 - 1 / g), -eta, end + more)
    yield words(
        "Times x_(r-1), added up over r >= 1, h >= 0: X <= x_0 (1 + h(0)) + eta (sum of T_r A_r) + "
        "2 w g^2 V/k. A request is in A while T_(r-1) < o: the T_r are at most g (g o - 1)/(g - 1) "
        "in all. x_0 = n is covered by the - 1:"
    )
    yield at_most("1 + h(0)", 1 + h0, eta * g / (g - 1))


def mixed(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c, g, k, eta, w = (numbers[name] for name in ("c", "g", "k", "eta", "w"))
    yield from one_round()
    yield from volumes_left()
    yield from potential(numbers)
    yield from moments()
    each = 4 * k + 1 / g
    alpha, beta = each * eta * g**2 / (g - 1) + 1, each * 2 * w * g**2 / k
    yield words(
        "TEL <= alpha (sum of o) + beta V, alpha = (4 k + 1/g) eta g^2/(g-1) + 1, beta = (4 k + "
        "1/g) 2 w g^2/k; and OPT >= V + (sum of o)/3, OPT >= sum of o:"
    )
    yield at_most("beta", beta, c)
    yield at_most("beta + (alpha - beta/3)", alpha + 2 * beta / 3, c)
    for name, instance in EXAMPLES.items():
        value = to_area(instance, rounds(instance, limits(instance.memory, g, k)))
        yield counterexample(f"{name}: TEL over a lower bound of OPT", Fraction(value), c)


EXAMPLES = {
    "M = 100, s = 0, 120 outputs of 9": Instance.of(100, [9] * 120),
    "M = 330, s = 0, 140 outputs of 1, 5 of 330": Instance.of(330, [1] * 140 + [330] * 5),
    "M = 1660, s = 0, 73 outputs of 785": Instance.of(1660, [785] * 73),
    "M = 512, 6 outputs of 1 with s = 511, one of 30 with s = 0": Instance.of(
        512, [1] * 6 + [30], prompt=[511] * 6 + [0]
    ),
}
CLAIMS = (
    Claim(
        "price-finite-mixed",
        "finite instances, all arrivals at 0, any prompts; rounds of time g^r in which each of the "
        "n unfinished requests gets a slice of at most g^r tokens and of volume k M g^r/n",
        "A policy that knows no lengths has ratio at most 61.1 to the optimum for every mix of "
        "prompts; nothing is random.",
        "ours; ROUTE (arXiv 2607.09248) has 996 in the proof of its Theorem 1",
        "for all instances: TEL <= c OPT; c = 61.1, g = 12/7, k = 12/25",
        Verdict.PROVED,
        mixed,
        {
            "c": Fraction(611, 10),
            "g": Fraction(12, 7),
            "k": Fraction(12, 25),
            "h0": Fraction(21, 100),
            "h1": Fraction(6, 25),
            "eta": Fraction(47, 25),
            "w": Fraction(249, 125),
        },
    ),
)
