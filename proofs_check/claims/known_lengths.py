"""Policies that know the lengths (or upper bounds of them): SVF, MC-SF, and what none can do.

Notation: request i has s_i + o_i <= a M, its area is v_i = s_i o_i + o_i (o_i + 1)/2. The requests
are all there at step 0 unless said otherwise, and run without cancellation.
"""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.evidence import (
    at_most,
    counterexample,
    nonnegative,
    optimum,
    schedule,
    sums,
    words,
)
from kvratio.proofs_check.greedy import from_starts, greedy, pipeline
from kvratio.proofs_check.polynomial import Poly, variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict
from kvratio.theory.model import Instance

AREA = (
    "Area bound: when j requests are complete at time C, their areas fit in M C, so the sum of the "
    "j smallest areas is at most M C; adding up over j, M OPT >= sum over j of the j smallest."
)
BLOCKED = (
    "While j waits, the first of the queue never fits. The peaks p_i = s_i + o_i of "
    "the running requests then add up to more than (1 - a) M, or it would fit, its own peak being "
    "at most a M. All that run come before j in the order, and each for at most o_i steps: (1 - a) "
    "M times the wait of j is at most the sum of p_i o_i over the i before j."
)


def area(s: Poly, o: Poly) -> Poly:
    """v of a request."""
    return s * o + o * (o + 1) / 2


def svf(numbers: Numbers, sources: Sources) -> Iterator[Finding]:
    c = numbers["c"]
    s, o = variables("s o")
    yield words(AREA)
    instance = Instance.of(4, [2, 2, 3, 3])
    proof, _, least = optimum(sources.optima / "M4-s0-o2-2-3-3.json", instance)
    yield proof
    yield at_most("there, areas 3, 3, 6, 6: (3 + 6 + 12 + 18)/4", Fraction(39, 4), least)
    yield words(BLOCKED)
    yield nonnegative("c v - p o: with c = 2, s o + o", c * area(s, o) - (s + o) * o)
    yield words(
        "So with areas in ascending order the waits add up to at most c/(1-a) OPT; the o_i "
        "themselves to at most OPT."
    )
    yield from _equal_requests(c)


def _equal_requests(c: Fraction) -> Iterator[Finding]:
    """Equal requests, started in batches by SVF, and one after the other by a pipeline."""
    memory, length, parallel = 100, 10, 17
    instance = Instance.of(memory, [length] * 120)
    svf_finding, tel = schedule(
        "SVF, M = 100, s = 0, 120 outputs of 10", greedy(instance, instance.output), instance
    )
    other_finding, other = schedule(
        f"starts floor(10 j/{parallel})", pipeline(instance, parallel), instance
    )
    yield svf_finding
    yield other_finding
    yield counterexample(
        "SVF over the other, a = 1/10", Fraction(tel, other), 1 + c / (1 - Fraction(length, memory))
    )


def mc_sf_constant(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c = numbers["c"]
    s, o, e = variables("s o e")
    r = 1 + e  # the factor of the predictions
    yield words(f"The peaks are s + p_i with predictions o_i <= p_i <= r o_i, a = 1/2. {BLOCKED}")
    yield words(AREA)
    yield nonnegative(
        "(s + p) o <= 2 r v, as p <= r o: 2 r v - (s + r o) o", 2 * r * area(s, o) - (s + r * o) * o
    )
    yield words(
        "The order is that of the predictions: if i comes before j, o_i <= p_i <= p_j <= r o_j, so "
        "that v_i is at most r^2 times the smaller area of the two:"
    )
    yield nonnegative("r^2 v(o) - v(r o)", r**2 * area(s, o) - area(s, r * o))
    yield words(
        "The waits add up to at most (2/M) 2 r r^2 times the sum over pairs of the smaller area, "
        "4 r^3 OPT; the o_i to at most OPT."
    )
    yield at_most("the claimed factor of r^3 is at least", 4, c)


def no_algorithm(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c = numbers["c"]
    m, e = variables("m e")
    yield words(
        "M = 4 m^2, s = 1. A long request, o = M - 1, arrives at 0; the algorithm starts it at b. "
        "At r = b + M - m arrive 2 m^2 short ones, o = 1, two tokens each. In step b + k the long "
        "one holds 1 + k tokens: in the steps after r until it completes at b + M - 1 there are "
        "0, 1, ..., m - 2 tokens free, in all:"
    )
    yield sums("sum of k - 1 for k <= m - 1", lambda m: m * (m - 1) / 2, lambda k: k - 1)
    late = 2 * m**2 - (m - 1) * (m - 2) / 4
    yield words(
        "So at most (m-1)(m-2)/4 short ones complete by b + M - 1, and the others wait m or more: "
        "latency at least m (2 m^2 - (m-1)(m-2)/4). OPT: if r >= M, the long one at 0 and all "
        "short ones at r, at most M - 1 + 2 m^2 in all; else all short ones at r, the long one at "
        "r + 1: at most 2 m^2 + r + M < 10 m^2."
    )
    yield nonnegative("r < M is the worse case, m = 1 + e", (4 * m**2 - 1).put(m=1 + e))
    yield nonnegative(
        "latency - 2 c m 10 m^2 with sqrt(M) = 2 m, m = 1 + e",
        (m * late - 2 * c * m * 10 * m**2).put(m=1 + e),
    )
    yield nonnegative("n = 2 m^2 + 1 <= 3 m^2: so sqrt(M) >= 2 sqrt(n/3)", (1 + e) ** 2 - 1)
    size = 4
    memory, release = 4 * size**2, 4 * size**2 - size
    short = 2 * size**2
    instance = Instance.of(
        memory, [memory - 1] + [1] * short, prompt=1, arrival=[0] + [release] * short
    )
    starts = [release + 1] + [release] * short
    finding, tel = schedule(
        "m = 4, b = 0: short ones first", from_starts(instance, starts), instance
    )
    yield finding
    yield at_most("its latency", tel, 10 * size**2)


SVF = "arXiv 2606.22327, Theorem 3.2"
MC_SF = "arXiv 2502.07115"
CLAIMS = (
    Claim(
        "svf-ratio",
        "finite instances, all arrivals at 0, lengths known, peaks at most a M",
        "SVF has TEL <= (1 + 2/(1 - a)) OPT: at most 3 as a -> 0, 5 at a = 1/2.",
        SVF,
        "for all instances: TEL(SVF) <= (1 + c/(1-a)) OPT; c = 2",
        Verdict.PROVED,
        svf,
        {"c": Fraction(2)},
    ),
    Claim(
        "mc-sf-4.3",
        "finite instances, all arrivals at 0, one prompt length, M >= 2 (s + predicted length), "
        "predictions within [o, r o]",
        "MC-SF is O(1)-competitive; the printed constants give 9216, the constant here is "
        "1 + 4 r^3: 5 when lengths are known.",
        f"{MC_SF}, Theorem 4.3; the constant is ours",
        "for all instances: TEL(MC-SF) <= (1 + c r^3) OPT; c = 4",
        Verdict.PROVED,
        mc_sf_constant,
        {"c": Fraction(4)},
    ),
    Claim(
        "mc-sf-4.1",
        "online arrivals, lengths known on arrival, no cancellation",
        "No deterministic algorithm is better than Omega(sqrt n)-competitive: its ratio is at "
        "least sqrt(M)/28 on an instance with n = 1 + M/2.",
        f"{MC_SF}, Theorem 4.1 and its proof",
        "for M = 4 m^2 and every algorithm there is an instance: TEL >= c sqrt(M) OPT; c = 1/28",
        Verdict.PROVED,
        no_algorithm,
        {"c": Fraction(1, 28)},
    ),
)
