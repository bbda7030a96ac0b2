"""H-SF as "the hindsight optimum": a small instance; the fluid limit, where it loses up to 2."""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.evidence import (
    above,
    counterexample,
    nonnegative,
    optimum,
    refuted_by,
    schedule,
    words,
)
from kvratio.proofs_check.fluid import ratio
from kvratio.proofs_check.greedy import from_starts, greedy
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict
from kvratio.theory.model import Instance

MEMORY, OUTPUTS = 4, (2, 2, 3, 3)
BETTER_STARTS = (0, 1, 1, 3)
CERTIFICATE = "M4-s0-o2-2-3-3.json"


def small(_numbers: Numbers, sources: Sources) -> Iterator[Finding]:
    instance = Instance.of(MEMORY, OUTPUTS)
    h_sf, tel = schedule("H-SF by its definition", greedy(instance, OUTPUTS), instance)
    other, better = schedule("another schedule", from_starts(instance, BETTER_STARTS), instance)
    yield words(
        "By hand, M = 4, s = 0, outputs 2, 2, 3, 3. H-SF starts both short ones at once, which "
        "fill the cache in step 1 and complete at 2, then the long ones at 2 and 4: "
        "2 + 2 + 5 + 7 = 16. Starts 0, 1, 1, 3 use 1, 4, 4, 4, 2, 3 tokens of cache and complete "
        "at 2, 3, 4, 6: 15."
    )
    lengths = ", ".join(map(str, OUTPUTS))
    yield refuted_by(
        f"M = {instance.memory}, s = 0, outputs {lengths}: H-SF has TEL {tel}, another schedule "
        f"{better}",
        [h_sf, other, above("TEL of H-SF over the other's", tel, better)],
    )
    proof, _, least = optimum(sources.optima / CERTIFICATE, instance)
    yield refuted_by(
        "H-SF is not optimal", [h_sf, proof, above("TEL of H-SF over the optimum", tel, least)]
    )


def fluid(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    s, e = variables("s e")
    k, bound = 1 + e, numbers["bound"]
    yield words(
        "Both are x'Qx with Q_ij = f(min(i, j)): f(k) = c(k) = k (s + k) for H-SF, where a batch "
        "is charged its peak, and f(k) = v(k) = s k + k (k + 1)/2, the area of a request."
    )
    yield nonnegative(
        "bound v(k) - c(k), k = 1 + e", bound * (s * k + k * (k + 1) / 2) - k * (s + k)
    )
    yield counterexample(
        "s = 0, all of length 1000: H-SF / area", ratio("h-sf", "area", {1000: 1}), bound
    )


CLAIMS = (
    Claim(
        "h-sf-optimal",
        "finite instances, against all schedules",
        "H-SF is the hindsight optimum: no schedule has a smaller total latency.",
        "arXiv 2508.14544, Example 1, Algorithm 3, section 6 (a lower bound on latency); popular "
        "account",
        "for every instance and schedule: TEL(H-SF) <= TEL(schedule)",
        Verdict.REFUTED,
        small,
    ),
    Claim(
        "h-sf-2x",
        "fluid limit, against the area bound on every schedule, any common prompt",
        "H-SF is at most twice as slow as the optimum.",
        "ours",
        "for all s >= 0 and all shares: H-SF <= 2 area bound",
        Verdict.PROVED,
        fluid,
        {"bound": Fraction(2)},
    ),
)
