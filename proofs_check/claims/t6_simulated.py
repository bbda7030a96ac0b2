"""Does Algorithm 2 have the ratio of Theorem 6? Three readings of it, simulated.

The readings differ in when a running request's pseudo lower bound rises: when it is cancelled
(Algorithm 2 as printed), with every token (the popular account); `thinned` is our policy for which
Lemma 2 is exact: past its bound a request survives each step with probability g / (g + 1) at s = 0.
"""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check.claim import Check, Claim, Numbers, Plan
from kvratio.proofs_check.evidence import sample_at_most
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.trials import Trial, ratios
from kvratio.proofs_check.verdict import Finding, Verdict

SMALL = Trial(100, ((1, 950), (20, 50)), (1, 20))
LARGE = Trial(500, ((1, 9800), (50, 200)), (1, 50))
LARGEST = Trial(2000, ((1, 78_400), (50, 1600)), (1, 50))


def reading(policy: str) -> Check:
    """TEL(policy) / TEL(H-SF) against (c - alpha)/2 on three instances."""

    def check(numbers: Numbers, sources: Sources) -> Iterator[Finding]:
        for trial in (SMALL, LARGE, LARGEST):
            low, high = trial.interval
            bound = (numbers["c"] - Fraction(low, high)) / 2
            values = ratios(sources, trial, policy)
            yield sample_at_most(f"{trial.text}: TEL / TEL(H-SF)", values, float(bound))

    return check


STATEMENT = "If all outputs have length l or u, CR(A_min) <= (3 - alpha)/2 with alpha = l/u."
RELATION = "mean over seeds of TEL(policy)/TEL(H-SF) <= (c - l/u)/2, c = 3"
CLAIMS = tuple(
    Claim(
        f"t6-{name}",
        f"finite M without the term O(1/M), s = 0, {description}",
        STATEMENT,
        "arXiv 2508.14544, Theorem 6",
        RELATION,
        verdict,
        reading(policy),
        {"c": Fraction(3)},
        plan=Plan(predicted),
    )
    for name, policy, description, verdict, predicted in (
        (
            "on-cancel",
            "a-min",
            "Algorithm 2 as printed",
            Verdict.CONTRADICTED,
            ((2.0, 2.6), (3.0, 3.8), (3.6, 4.3)),
        ),
        (
            "live",
            "a-min-live",
            "Algorithm 2, bounds rising with every token",
            Verdict.CONTRADICTED,
            ((1.7, 2.3), (2.7, 3.2), (3.1, 3.7)),
        ),
        (
            "thinned",
            "a-min-thinned",
            "our policy of Lemma 2",
            Verdict.SUPPORTED,
            ((1.1, 1.4), (1.17, 1.24), (1.17, 1.23)),
        ),
    )
)
