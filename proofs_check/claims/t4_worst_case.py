"""P Theorem 4 in simulation, on the lengths that are the worst for A_min's form (t5-sharper).

Two policies run on the same instance with the same M. A finite run says nothing about a competitive
ratio, a supremum over instances; it is not compared with one, nor with a bound of the fluid limit.
"""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check.claim import Check, Claim, Numbers, Plan
from kvratio.proofs_check.evidence import sample_at_most
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.trials import tails_of
from kvratio.proofs_check.verdict import Finding, Verdict

TRIAL = tails_of(memory=1000, requests=100_000, upper=20)
SLICING = "slicing:1,2,4,8,16,32"
READINGS = {
    "a-min-thinned": "A_min as in Lemma 2",
    "a-min": "Algorithm 2 as printed",
    "a-min-live": "Algorithm 2, bounds rising with every token",
}


def faster(policy: str) -> Check:
    """The policy has a smaller latency there than each reading of A_min."""

    def check(numbers: Numbers, sources: Sources) -> Iterator[Finding]:
        def tels(policy: str) -> list[float]:
            return sources.over_seeds(lambda seed: sources.tel(TRIAL.instance(seed), policy, seed))

        own = tels(policy)
        for reading, described in READINGS.items():
            theirs = tels(reading)
            quotients = [a / b for a, b in zip(own, theirs, strict=True)]
            text = f"{TRIAL.text}: TEL / TEL of {described}"
            yield sample_at_most(text, quotients, float(numbers["factor"]))

    return check


CLAIMS = tuple(
    Claim(
        f"t4-worst-{name}",
        "M = 1000, s = 0, 100,000 requests of the lengths that are the worst for A_min's form",
        f"There {description} is faster than A_min in each of its three readings.",
        "ours, against the proof of Theorem 4 of arXiv 2508.14544",
        "mean over seeds of TEL/TEL(A_min) on the same instance <= f; f = 1",
        Verdict.SUPPORTED,
        faster(policy),
        {"factor": Fraction(1)},
        plan=Plan(predicted, range(300, 310)),
    )
    for name, policy, description, predicted in (
        (
            "slicing",
            SLICING,
            "slicing with doubling caps",
            ((0.83, 0.89), (0.34, 0.39), (0.45, 0.7)),
        ),
        (
            "staggered",
            "a-min-staggered",
            "A_min with staggered starts",
            ((0.92, 0.98), (0.38, 0.44), (0.5, 0.8)),
        ),
    )
)
