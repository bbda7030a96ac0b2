"""Sentences of P's text that stand outside its theorems: sections 1.1, 4, 5.1, 5.3 and 6."""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check import two_point
from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.claims import slicing_constants, t5_logarithm, t6_two_point, t7_promote
from kvratio.proofs_check.claims.all_lengths import SOLVED, solved
from kvratio.proofs_check.evidence import (
    above,
    at_most,
    counterexample,
    identity,
    nonnegative,
    refuted_by,
    words,
)
from kvratio.proofs_check.fluid import ratio
from kvratio.proofs_check.polynomial import Poly, number, variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

LOW, HIGH = Fraction(38196, 100000), Fraction(38197, 100000)  # around (3 - sqrt 5)/2


def rate(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    m, e = variables("m e")
    yield words(SOLVED)
    yield words(
        "At s = 0, l = 1: the largest ratio is (a/2)(1 + sqrt(1 + H)), a = u, H = 1/3 + ... + "
        "1/(2u-1). With u = 4^N, H <= N, as each of 2N doublings adds at most 1/2; so the ratio is "
        "at most a (4 + N)/4, and over a^1.5 = a 2^N at most (4 + N)/2^(N+2), which tends to 0."
    )
    yield refuted_by(
        "s = 0, l = 1, u = 4^20: CR(A_max) is at most 10^-5 times a^1.5, and the factor tends to 0 "
        "as u grows: the order is a sqrt(ln a)",
        [
            *solved(),
            nonnegative(
                "m terms 1/(2k-1) from k = m + 1 on add up to at most 1/2: 2k - 1 - 2m, k = m+1+e",
                2 * (m + 1 + e) - 1 - 2 * m,
            ),
            identity(
                "(2 + N)^2 - 4 (1 + N) = N^2: so 1 + sqrt(1 + N) <= (4 + N)/2",
                (2 + m) ** 2 - 4 * (1 + m),
                m**2,
            ),
            at_most("(4 + N)/2^(N+2), N = 20", Fraction(24, 2**22), Fraction(1, 10**5)),
        ],
    )


def better_bound(alpha: Fraction) -> Fraction:
    """The smaller of Theorem 6's and Theorem 7's bounds, alpha <= 1/2."""
    return min((3 - alpha) / 2, 1 + alpha / (2 * (1 - alpha)))


def switching(numbers: Numbers, sources: Sources) -> Iterator[Finding]:
    c = numbers["c"]
    (a,) = variables("a")
    yield words("Theorem 6 and Theorem 7 at s = 0, for all shares (as t6-s0, t7-s0):")
    yield from t6_two_point.no_prompt({"c": Fraction(3)}, sources)
    yield from t7_promote.for_every_prompt({"a": Fraction(2), "b": Fraction(2)}, sources)
    yield words(
        "The switch is at alpha* = (3 - sqrt 5)/2, where both bounds are (3 + sqrt 5)/4. Below it "
        "A_l's bound grows with alpha; above it A_min's falls. alpha* lies between:"
    )
    switch = a**2 - 3 * a + 1  # falls between 0 and 1
    below, past = (number(switch.put(a=x)) for x in (LOW, HIGH))
    yield above(f"alpha^2 - 3 alpha + 1 at {LOW}", below, 0)
    yield above(f"at {HIGH}: its negative", -past, 0)
    yield at_most("A_l's bound there, which bounds it below alpha*", 1 + HIGH / (2 * (1 - HIGH)), c)
    yield at_most("A_min's bound there, which bounds it above alpha*", (3 - LOW) / 2, c)
    for low, high in ((38197, 100000), (38196, 100000)):
        alpha = Fraction(low, high)
        policy, shares = (
            ("a-min", {low: high, high: low}) if alpha > LOW else ("a-l", _worst(low, high))
        )
        yield counterexample(
            f"s = 0, l = {low}, u = {high}: {policy} / H-SF", _two(policy, low, high, shares), c
        )


def _worst(low: int, high: int) -> dict[int, int]:
    """Shares at which A_l attains Theorem 7's bound at s = 0: x/y = 1/alpha - 2."""
    return {low: high - 2 * low, high: low}


def _two(policy: str, low: int, high: int, shares: dict[int, int]) -> Fraction:
    """The ratio on two lengths, by the forms in symbols (the stages would be many)."""
    p = two_point.Pair(*(Poly.of(v) for v in (0, low, high - low, shares[low], shares[high])))
    if policy == "a-l":
        return number(two_point.a_l(p)) / number(two_point.h_sf(p))
    return number(two_point.a_min_times_slot(p)) / (high * number(two_point.h_sf(p)))


def switching_with_prompts(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    yield words(
        "By hand, s = l = 1, u = 3, alpha = 1/3, all long. H-SF: c(3) = 12. A_l runs all requests "
        "for c(1) = 2 in vain, which all wait for in full: 2 * 2 + 12 = 16. The ratio is 4/3."
    )
    for s in (1, 10, 1000):
        yield counterexample(
            f"s = {s}, l = 1, u = 3, all long: A_l / H-SF against the smaller bound",
            ratio("a-l", "h-sf", {1: 0, 3: 1}, s),
            better_bound(Fraction(1, 3)),
        )


def optimal_without_prompts(_numbers: Numbers, sources: Sources) -> Iterator[Finding]:
    """A_min's ratio grows like (1/4) ln u, that of slicing is at most 5/2."""
    factor = {"c": Fraction(5, 2)}
    slices = slicing_constants.five_halves(factor, sources)
    shares = t5_logarithm.decomposition()
    m, e = variables("m e")
    yield words(
        "At s = 0, l = 1 A_min's ratio is at least (1 + h)/2, h = 1 + 1/3 + ... + 1/(2u-1) "
        "(t5-sharper); with u = 2^N, h >= 1 + N/4, as each doubling adds at least 1/4."
    )
    yield refuted_by(
        "s = 0, l = 1: slicing with caps 1, 2, 4, ... has ratio 5/2 at most for every u, and "
        "A_min's exceeds every constant (6 at u = 2^40)",
        [
            *shares,
            nonnegative(
                "m terms 1/(2k-1), k = m+1 ... 2m, add up to at least 1/4: 4m - (2k - 1), k = 2m-e",
                4 * m - (2 * (2 * m - e) - 1),
            ),
            above("(1 + h)/2, h >= 1 + 40/4", (1 + (1 + Fraction(40, 4))) / 2, Fraction(5, 2)),
            *slices,
        ],
    )


def optimal_with_prompts(_numbers: Numbers, sources: Sources) -> Iterator[Finding]:
    factor = {"c": Fraction(5)}
    slices = list(slicing_constants.five(factor, sources))
    grows = [f for f in t5_logarithm.uniform_in_prompts({}, sources) if f.against]
    yield refuted_by(
        "slicing is at most 5 times any schedule for every s, l, u (slicing-5), and A_min at least "
        "r/2 times H-SF at l = 1, u = r^2, s = r^4",
        slices,
    )
    yield from grows


def peak(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    yield words(
        "P(k+1)/P(k) = q (k+1)/k is at least 1 up to k = q/(1-q), and 1/log(1/q) lies between "
        "that and 1/(1-q): the peak is near 1/log(1/q), not log(1/q), which is below 1 for q > 0.37"
        " and tends to 0 where the peak tends to infinity."
    )
    for q, k in ((Fraction(3, 4), 3), (Fraction(9, 10), 9)):
        yield counterexample(
            f"q = {q}, where log(1/q) is below 1, so that lengths from 1 on should fall: "
            f"P({k})/P(1)",
            k * q ** (k - 1),
            1,
        )


def meaning(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    for less, more in (
        (Fraction(1, 10), Fraction(95, 100)),
        (Fraction(95, 100), Fraction(99, 100)),
    ):
        yield counterexample(
            f"o = 100: width of [(1-x) o, (1+x) o] at x = {more} against that at x = {less}",
            200 * more,
            200 * less,
        )


PAPER = "arXiv 2508.14544"
FLUID = "fluid limit, no prompts (s = 0)"
OPTIMAL = (
    "A_min is asymptotically optimal: up to a constant factor no policy that does not know the "
    "lengths has a smaller competitive ratio."
)
SWITCH = (
    "On two lengths, choosing A_l for alpha < (3 - sqrt 5)/2 and A_min above has the smaller of "
    "the bounds of Theorems 6 and 7"
)
CLAIMS = (
    Claim(
        "sec4-range",
        "as M grows (fluid limit), P's slot model of A_max, no prompts",
        "As alpha -> 0 CR(A_max) grows at a rate between a^1.5 and a^2, a = 1/alpha.",
        f"{PAPER}, section 4",
        "there is c > 0: for all l, u: max over shares of A_max/H-SF >= c a^1.5",
        Verdict.REFUTED,
        rate,
    ),
    Claim(
        "switch-guarantee",
        FLUID,
        f"{SWITCH}, so that its ratio is at most (3 + sqrt 5)/4 = 1.30902 instead of 1.5.",
        f"{PAPER}, section 5.1 and figure 2",
        "for all l < u and shares: the chosen policy <= c H-SF; c = 1.3091",
        Verdict.PROVED,
        switching,
        {"c": Fraction(13091, 10000)},
    ),
    Claim(
        "switch-guarantee-prompts",
        "fluid limit, prompts (s > 0)",
        f"{SWITCH}.",
        f"{PAPER}, section 5.1 and figure 2",
        "for all s, l < u and shares: the chosen policy <= the smaller bound times H-SF",
        Verdict.REFUTED,
        switching_with_prompts,
    ),
    Claim(
        "asymptotic-s0",
        FLUID,
        OPTIMAL,
        f"{PAPER}, section 1.1 and Theorem 4",
        "there is C: for all policies and u: CR(A_min) <= C CR(policy)",
        Verdict.REFUTED,
        optimal_without_prompts,
    ),
    Claim(
        "asymptotic-prompts",
        "fluid limit, prompts of any length",
        OPTIMAL,
        f"{PAPER}, section 1.1 and Theorem 4",
        "there is C: for all policies, s and u: CR(A_min) <= C CR(policy)",
        Verdict.REFUTED,
        optimal_with_prompts,
    ),
    Claim(
        "sec5.3-peak",
        "P(o = k) = k p^2 q^(k-1), any q",
        "The linearly weighted geometric distribution has its peak around log(1/q).",
        f"{PAPER}, section 5.3",
        "for all q: the largest P(o = k) is at k near log(1/q)",
        Verdict.REFUTED,
        peak,
    ),
    Claim(
        "exp3-x",
        "the intervals [(1-x) o, (1+x) o] of Experiment 3",
        "Larger values of x correspond to more precise predictions (the setup; the results say "
        "that a smaller value does).",
        f"{PAPER}, Experiment 3 and section 6",
        "for all o and x < y: the interval of y is no wider than that of x",
        Verdict.REFUTED,
        meaning,
    ),
)
