"""A_min on all lengths, every prompt and interval: its ratio within 1/2, and the order of it.

lambda >= 1 is the root of the secular equation
    sum over k = l+1 ... u of 1/(lambda (s + 2k - 1) + s) = l (lambda - 1)/(lambda l + s),
whose left side falls and right side rises with lambda.
"""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check import a_min, two_point
from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.evidence import (
    at_least,
    at_most,
    counterexample,
    identity,
    nonnegative,
    words,
)
from kvratio.proofs_check.fluid import ratio, shares_of
from kvratio.proofs_check.polynomial import Poly, number, variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

POINTS = ((0, 1, 100), (0, 5, 40), (10, 1, 60), (100, 3, 60))  # s, l, u of the safeguard
BITS = 40  # of the enclosure of lambda there
WIDE = 1000  # the root of u/l of the instance with very long prompts


def root(s: int, low: int, high: int) -> tuple[Fraction, Fraction]:
    """Fractions below and above lambda, by bisection.

    >>> below, above = root(0, 1, 3)
    >>> below <= Fraction(23, 15) <= above
    True
    """

    def left_is_larger(x: Fraction) -> bool:
        terms = (1 / (x * (s + 2 * k - 1) + s) for k in range(low + 1, high + 1))
        return sum(terms, Fraction(0)) > low * (x - 1) / (x * low + s)

    below, above = Fraction(1), Fraction(high, low) + 1
    while above - below > Fraction(1, 2**BITS):
        middle = Fraction(round((below + above) / 2 * 2 ** (BITS + 2)), 2 ** (BITS + 2))
        below, above = (middle, above) if left_is_larger(middle) else (below, middle)
    return below, above


def largest_square() -> Iterator[Finding]:
    """The maximum of E / H-SF over shares is lambda, and where it is attained."""
    s, low, k, x, r = variables("s l k lambda r")
    yield words(
        "E <= lambda H-SF reads (sum v_k S_k)^2 <= sum g_k S_k^2 with v_l = s + l, v_k = 1 for "
        "k > l; by Cauchy-Schwarz it holds for all S if sum v_k^2/g_k <= 1, with equality at "
        "S_k = v_k/g_k where that sum is 1."
    )
    yield identity(
        "g_l = lambda c(l) + s l + s^2 = (s+l)(lambda l + s)",
        x * low * (s + low) + s * low + s**2,
        (s + low) * (x * low + s),
    )
    yield identity(
        "1 - v_l^2/g_l = l (lambda - 1)/(lambda l + s), and g_k = lambda (s + 2k - 1) + s for "
        "k > l: sum v_k^2/g_k = 1 is the secular equation",
        (x * low + s) - (s + low),
        low * (x - 1),
    )
    yield nonnegative(
        "S_l >= S_(l+1) there: lambda (s + 2l + 1) + s - (lambda l + s)",
        x * (s + 2 * low + 1) + s - (x * low + s),
    )
    yield nonnegative(
        "S_k >= S_(k+1) there: they belong to shares >= 0",
        x * (s + 2 * k + 1) - x * (s + 2 * k - 1),
    )
    yield nonnegative(
        "the right side rises: (lambda + r - 1)(lambda l + s) - (lambda - 1)((lambda + r) l + s)",
        (x + r - 1) * (x * low + s) - (x - 1) * ((x + r) * low + s),
    )


def enclosure(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    b, c = numbers["b"], numbers["c"]
    yield from a_min.decomposition()
    yield from largest_square()
    s, low, d = variables("s l d")
    yield identity(
        "above: A <= H-SF + lambda/2 H-SF - (s+l)/(2 (s+u)) H-SF, and with u = l + d "
        "1 - (s+l)/(2 (s+u)) = 1/2 + (u-l)/(2 (s+u))",
        2 * (s + low + d) - (s + low),
        (s + low + d) + d,
    )
    yield words("Below: at the shares of S_k = v_k/g_k, A >= H-SF + lambda/2 H-SF - H-SF/2.")
    yield at_most("the claimed factors are at least: of lambda/2", 1, b)
    yield at_most("of (u-l)/(s+u)", Fraction(1, 2), c)
    for point in POINTS:
        yield from _safeguard(*point, b, c)
    yield from _long_prompt(b, c)


def _safeguard(s: int, low: int, high: int, b: Fraction, c: Fraction) -> Iterator[Finding]:
    below, above = root(s, low, high)
    first = 1 / (below * low + s)
    tails = [first] * low
    tails += [1 / (below * (s + 2 * k - 1) + s) for k in range(low + 1, high + 1)]
    value = ratio("a-min", "h-sf", _positive(shares_of(tails)), s)
    where = f"s = {s}, l = {low}, u = {high}, S_k = v_k/g_k: A_min / H-SF"
    yield at_least(f"{where}, against (1 + lambda)/2", value, (1 + below) / 2)
    bound = (1 + b * above) / 2 + c * Fraction(high - low, s + high)
    yield counterexample(f"{where}, against the upper side", value, bound)


def _positive(shares: dict[int, Fraction]) -> dict[int, Fraction]:
    return {k: x for k, x in shares.items() if x}


def _long_prompt(b: Fraction, c: Fraction) -> Iterator[Finding]:
    """lambda <= sqrt(u/l) (secular-every-prompt), which two lengths nearly attain."""
    r = WIDE
    pair = two_point.Pair(*(Poly.of(v) for v in (r**4, 1, r**2 - 1, r, 1)))
    top, bottom = two_point.a_min_times_slot(pair), (pair.s + pair.u) * two_point.h_sf(pair)
    yield counterexample(
        f"s = {r}^4, l = 1, u = {r}^2, {r} short and 1 long: A_min / H-SF, against the upper side "
        f"with lambda <= {r}",
        number(top) / number(bottom),
        (1 + b * r) / 2 + c,
    )


def every_prompt(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    b = numbers["b"]
    w, low, z, e = variables("w l z e")
    r = 1 + e
    yield words(
        "1/(lambda (2t + s) + s) is convex in t: at t = k - 1/2 it is at most its integral over "
        "[k-1, k], so the left side is at most ln(1+X)/(2 lambda), X = 2 lambda (u-l)/(lambda "
        "(s+2l) + s). And ln(1+X) <= X/sqrt(1+X): both are 0 at X = 0, and with w^2 = 1 + X the "
        "derivative of w - 1/w - 2 ln w is a square:"
    )
    yield identity("w^2 times 1 + 1/w^2 - 2/w is (w-1)^2", w**2 + 1 - 2 * w, (w - 1) ** 2)
    yield words(
        "Put lambda = r = sqrt(u/l) = 1 + e, sigma = s/l, z = (r+1) sigma. The left side is at "
        "most (u-l)/(sqrt((r (s+2l) + s)(r (s+2u) + s))), the right side is l (r-1)/(r l + s):"
    )
    yield identity(
        "r (s+2l) + s = l (z + 2 r)",
        r * (z * low + 2 * low * (r + 1)) + z * low,
        (r + 1) * low * (z + 2 * r),
    )
    yield identity(
        "r (s+2u) + s = l (z + 2 r^3)",
        r * (z * low + 2 * low * r**2 * (r + 1)) + z * low,
        (r + 1) * low * (z + 2 * r**3),
    )
    yield nonnegative(
        "(z + 2 r)(z + 2 r^3) - ((r+1)(r + sigma))^2, so the left side is at most the right one "
        "at r, and lambda <= r",
        (z + 2 * r) * (z + 2 * r**3) - (r * (r + 1) + z) ** 2,
    )
    yield at_most("the claimed factor of sqrt(1/alpha) is at least", 1, b)
    yield from two_lengths(b)


def two_lengths(b: Fraction) -> Iterator[Finding]:
    """s -> infinity: r short to one long of length r^2 l have the ratio (1 + r)/2."""
    s, r = variables("s r")
    p = two_point.Pair(s, Poly.of(1), r**2 - 1, r, Poly.of(1))
    yield from two_point.middle_stages()
    top, bottom = two_point.a_min_times_slot(p), (p.s + p.u) * two_point.h_sf(p)
    yield identity(
        "coefficients of s^2, the largest power: 2 A_min = (1 + r) H-SF",
        2 * _leading(top),
        (1 + r) * _leading(bottom),
    )
    value = {"s": WIDE**4, "r": WIDE}
    yield counterexample(
        f"s = {WIDE}^4, u/l = {WIDE}^2: A_min / H-SF, against the claim's (1 + sqrt(1/alpha))/2 + "
        "1/2",
        number(top.put(**value)) / number(bottom.put(**value)),
        (1 + b * WIDE) / 2 + Fraction(1, 2),
    )


def _leading(p: Poly) -> Poly:
    """The coefficient of s^2."""
    total = Poly({})
    for monomial, factor in p.terms.items():
        if dict(monomial).get("s", 0) == 2:
            total = total + Poly({tuple(pair for pair in monomial if pair[0] != "s"): factor})
    return total


SETTING = "fluid limit, all lengths in [l, u], any common prompt"
CLAIMS = (
    Claim(
        "secular-enclosure",
        SETTING,
        "With lambda the root of the secular equation, (1 + lambda)/2 <= CR(A_min) <= "
        "(1 + lambda)/2 + (u-l)/(2 (s+u)): the ratio is known within 1/2 for all s, l, u.",
        "ours, in place of Theorem 5",
        "for all s >= 0, 1 <= l <= u and shares: A_min <= ((1 + b lambda)/2 + c (u-l)/(s+u)) H-SF, "
        "and A_min >= (1 + lambda)/2 H-SF at some shares; b = 1, c = 1/2",
        Verdict.PROVED,
        enclosure,
        {"b": Fraction(1), "c": Fraction(1, 2)},
    ),
    Claim(
        "secular-every-prompt",
        SETTING,
        "CR(A_min) <= (1 + sqrt(1/alpha))/2 + 1/2 for every prompt, and as s -> infinity it is at "
        "least (1 + sqrt(1/alpha))/2: with long prompts neither 3/2 nor O(log(1/alpha)) is left.",
        "ours, for Theorems 5 and 6",
        "for all s, l, u: lambda <= b sqrt(u/l), b = 1; two lengths attain it as s -> infinity",
        Verdict.PROVED,
        every_prompt,
        {"b": Fraction(1)},
    ),
)
