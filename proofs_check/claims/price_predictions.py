"""The price of cancelling with predictions: volumes in [1, rho], rho = v(u)/v(l).

Scope: fluid limit, all requests at time 0, v(l) = 1; every policy that does not know the lengths
and loses what it cancels, random ones and those that know the distribution included. Clock t:
volume per request that the cache has offered.

Potential: prices beta(t) >= 0 of volume, and for what a request may be known to exceed, kappa, a
phi_kappa(t) with phi(t) <= t' - t + phi(t') (waiting) and phi_kappa(t) <= beta(t) w + P phi_c(t)
(an attempt up to c that uses w in expectation and fails with probability P). Added up along what
happens to a request: its latency is at least phi_0(0) less what it pays, and the cache offers
volume at rate 1, so that all pay at most the integral of beta.
"""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.evidence import (
    at_least,
    at_most,
    counterexample,
    enclosure,
    equation,
    identity,
    words,
)
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict


def short(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    """Up to rho = top the price is c (1 + sqrt rho), rho = r^2."""
    top, c = numbers["top"], numbers["c"]
    r, e = variables("r e")
    yield words(
        "From above: run every request once, to its end, in random order: twice its mean latency "
        "is the mean volume 1 + e, e = the integral of S over [1, r^2]; the area is 1 + the "
        "integral of S^2 there, at least 1 + e^2/(r^2 - 1). Times 2 (r - 1):"
    )
    yield identity(
        "(r^2 - 1) + e^2 - 2 (r - 1)(1 + e) = (e - (r - 1))^2, which is (r - 1) times ((1 + r) area"
        " - 2 (1 + e)) or less",
        (r**2 - 1) + e**2 - 2 * (r - 1) * (1 + e),
        (e - (r - 1)) ** 2,
    )
    yield words(
        "From below: the volumes 1 and r^2, a share x = 1/(1 + r) of the latter; the mean is r. "
        "beta = (r - t)/r up to r, then 0, phi_0 = phi_1 = r - t: waiting takes them down by 1."
    )
    yield identity("mean: (1 + r) + (r^2 - 1) = r (1 + r)", (1 + r) + (r**2 - 1), r * (1 + r))
    yield words("To the end from 0: r beta = r - t. From 1: r^2 beta >= r - t, as r >= 1.")
    yield words(
        "To 1 from 0, over r - t: 1/r + x - 1 >= 0; times r (1 + r) that is 1 + r - r^2, which "
        "falls for r >= 1; r^2 <= 1 + r follows from (r^2 - 1)^2 <= r^2 at rho = r^2 = top:"
    )
    yield identity("(1 + r) + r - r (1 + r) = 1 + r - r^2", (1 + r) + r - r * (1 + r), 1 + r - r**2)
    yield at_most("(top - 1)^2 <= top", (top - 1) ** 2, top)
    yield at_least("top is more than 1", top, 1)
    yield words("An attempt to between 1 and r^2 costs more than one to 1 and fails as often.")
    yield identity("the area times 1 + r: (1 + r) + (r^2 - 1)/(1 + r)", (1 + r) + (r - 1), 2 * r)
    yield words(
        "The integral of beta is r/2: no policy is below 2 (r - r/2)/(2 r/(1 + r)) = (1 + r)/2."
    )
    yield equation(
        "rho = 9/4, r = 3/2: the price, and c (1 + r)", Fraction(5, 4), c * Fraction(5, 2)
    )


def cost(rho: Fraction, x: Fraction, q: Fraction) -> Fraction:
    """Twice the mean latency of: a share q up to 1, the others to their end, the rest of the first.

    >>> cost(Fraction(4), Fraction(1, 2), Fraction(0))  # the mean volume
    Fraction(5, 2)
    """
    mean = 1 + (rho - 1) * x
    after = 1 - q * (1 - x)  # unfinished after the first stage
    return q * (1 + after) + (1 - q) * mean * (after + q * x) + q * x * rho * q * x


def two(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    """Two volumes 1 and rho: which share q to run to 1 first."""
    a, b = numbers["a"], numbers["b"]
    rho, y, q = variables("rho y q")  # y = 1 - x
    x = 1 - y
    mean = 1 + (rho - 1) * x
    top, bottom = (rho - 1) * y - a, (rho - b) * y  # of q
    gain = (rho - 1) * y - 1
    yield words(
        "The policy: a share q runs up to 1 (unfinished 1, then 1 - q y, y = 1 - x), the others to "
        "their end (then q x), then the rest of the first. Twice its mean latency:"
    )
    spent = q * (2 - q * y) + (1 - q) * mean * (1 - q * y + q * x) + q**2 * x**2 * rho
    yield identity(
        "m - 2 q x G + q^2 (rho - 2) x y, m = 1 + (rho-1) x, G = (rho-1) y - 1",
        spent,
        mean - 2 * q * x * gain + q**2 * (rho - 2) * x * y,
    )
    yield identity("1 - q = x/((rho-2) y): A_l (q = 1) is best nowhere", bottom - top, x)
    yield words(
        "From below, at that q. End of the first stage q, of the second Z = q + (1-q) m, of the "
        "last Z + q x rho. beta: q x at Z, falling by 1/rho after it to 0; by 1/m before it from "
        "q x + 1 - q; by y before q. phi_1 = end - t; phi_0 falls by 1 up to Z, then it is beta m."
    )
    ends, middle = q + (1 - q) * mean + q * x * rho, q + (1 - q) * mean
    turn = q * x + (1 - q)
    start = turn + y * q
    yield identity(
        "both uses agree at q: m beta = beta + x (end - q), times (rho-2) y",
        (mean - 1) * (x * top + bottom - top) - x * ((bottom - top) * mean + top * x * rho),
        0,
    )
    yield identity("m beta falls by Z - q over the second stage", mean * (1 - q), middle - q)
    yield identity("in the first stage beta + x phi_1 falls by y + x = 1", y + x, 1)
    yield identity(
        "m y - 1 = x G >= 0: there m beta falls faster, and in the second beta + x phi_1 slower, "
        "than phi_0: no use is below it",
        mean * y - 1,
        x * gain,
    )
    yield identity("after Z: beta + x phi_1 - m beta falls to 0 at x/rho", 1 + rho * x - mean, x)
    yield identity("phi_1: rho beta falls by rho y = G + y + 1 at least", rho * y, gain + y + 1)
    yield identity("and by rho/m there: rho - m = (rho-1) y", rho - mean, (rho - 1) * y)
    potential = mean * q * x + middle
    paid = q * (start + turn) / 2 + (1 - q) * mean * (turn + q * x) / 2 + q * x * rho * q * x / 2
    difference = 2 * (potential - paid) - spent
    at_0, at_1, at_minus = (difference.put(q=value) for value in (0, 1, -1))
    slope, square = (at_1 - at_minus) / 2, (at_1 + at_minus) / 2 - at_0
    yield identity(
        "their difference is quadratic in q", at_0 + slope * q + square * q**2, difference
    )
    yield identity(
        "and 0 at that q: twice (phi_0(0) less the integral of beta) is what the policy costs; "
        "times ((rho-2) y)^2",
        at_0 * bottom**2 + slope * top * bottom + square * top**2,
        0,
    )
    yield identity("Z + q x rho is the end", middle + q * x * rho, ends)
    yield words(
        "If G <= 0 (in particular rho <= 2): beta = (m - t)/m, phi_0 = phi_1 = m - t as in "
        "price-short-intervals, and never cancelling is best."
    )
    at = Fraction(4), Fraction(1, 2)
    claimed = ((at[0] - 1) * (1 - at[1]) - a) / ((at[0] - b) * (1 - at[1]))
    others = [cost(*at, Fraction(k, 8)) for k in range(9)]
    yield counterexample(
        f"volumes 1 and 4, half each: q = {claimed} against the best of q = 0, 1/8, ..., 1",
        cost(*at, claimed),
        min(others),
    )


def enclosed(numbers: Numbers, sources: Sources) -> Iterator[Finding]:
    """Both certificates at one rho."""
    proof, below, above = enclosure(sources.predictions, numbers["rho"])
    yield proof
    yield at_least("no policy is below, on those lengths", below, numbers["below"])
    yield at_most("that policy, on all lengths", above, numbers["above"])


def narrow(numbers: Numbers, sources: Sources) -> Iterator[Finding]:
    """The ends are near each other at all of these rho."""
    for rho in RHOS:
        proof, below, above = enclosure(sources.predictions, Fraction(rho))
        yield proof
        yield at_most(f"rho = {rho}: upper end over lower end", above / below, 1 + numbers["gap"])


RHOS = (2, 3, 4, 5, 7, 10, 20, 50, 100, 300, 1000, 3000, 10_000)
ENDS = (
    (5, "15731", "15906"),
    (10, "18044", "18577"),
    (100, "22341", "23170"),
    (1000, "24124", "25114"),
    (10_000, "24892", "26081"),
)
SETTING = (
    "fluid limit, all arrivals at 0; policies that lose the tokens of a cancelled attempt and know "
    "no more of a length than its interval; volumes in [v, rho v]"
)
OURS = "ours; without predictions on one machine: arXiv 2211.02044"
CLAIMS = (
    Claim(
        "price-short-intervals",
        f"{SETTING}, rho <= 2.618, also policies that know the distribution",
        "The least ratio to the optimum that a policy can guarantee is exactly (1 + sqrt rho)/2, "
        "and it is optimal never to cancel (random order, staggered starts).",
        OURS,
        "for all rho <= top: price = c (1 + sqrt rho); c = 1/2, top = 2.618",
        Verdict.PROVED,
        short,
        {"c": Fraction(1, 2), "top": Fraction(2618, 1000)},
    ),
    Claim(
        "price-two-lengths",
        "fluid limit, all arrivals at 0; policies that lose the tokens of a cancelled attempt, "
        "also those that know the distribution; two lengths, of volumes 1 and rho, a share x long",
        "The best policy runs a share q of the requests to the shorter length first, then the "
        "others to their end, then the rest of the first; A_l (q = 1) is optimal on no two "
        "lengths.",
        f"{OURS}; A_l: arXiv 2508.14544, Algorithm 6",
        "q = ((rho-1)(1-x) - a)/((rho-b)(1-x)) if positive, else 0; a = 1, b = 2",
        Verdict.PROVED,
        two,
        {"a": Fraction(1), "b": Fraction(2)},
    ),
    Claim(
        "price-predictions-gap",
        f"{SETTING}; at the 13 values of rho of `kvratio study predictions`, from 2 to 10,000",
        "The least ratio to the optimum that a policy can guarantee is known to within 5 %.",
        OURS,
        "for each rho: upper end <= (1 + gap) lower end, by certificates; gap = 1/20",
        Verdict.PROVED,
        narrow,
        {"gap": Fraction(1, 20)},
    ),
    *(
        Claim(
            f"price-predictions-{rho}",
            f"{SETTING}, rho = {rho}",
            f"The least ratio to the optimum that a policy can guarantee is between "
            f"{int(below) / 10**4} and {int(above) / 10**4}.",
            OURS,
            f"certificates: on some lengths every policy >= {below}/10^4 area bound, on all "
            f"lengths some policy <= {above}/10^4 area bound",
            Verdict.PROVED,
            enclosed,
            {
                "rho": Fraction(rho),
                "below": Fraction(int(below), 10**4),
                "above": Fraction(int(above), 10**4),
            },
        )
        for rho, below, above in ENDS
    ),
)
