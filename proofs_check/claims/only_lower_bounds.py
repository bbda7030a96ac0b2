"""The popular account: A_min uses only the lower ends of the predicted intervals."""

from kvratio.proofs_check.claim import Claim, Numbers, Plan
from kvratio.proofs_check.evidence import sample_near
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.trials import Trial
from kvratio.proofs_check.verdict import Finding, Verdict

COUNTS = ((2, 900), (20, 100))


def check(_numbers: Numbers, sources: Sources) -> list[Finding]:
    near, far = (Trial(100, COUNTS, (2, high)) for high in (20, 90))
    return [
        sample_near(
            f"{near.text}, over the same predicted in [2, 90]: TEL of {policy}",
            sources.over_seeds(
                lambda seed: (
                    sources.tel(near.instance(seed), policy, seed)  # noqa: B023 (called at once)
                    / sources.tel(far.instance(seed), policy, seed)  # noqa: B023
                )
            ),
            1.0,
            0.0,
        )
        for policy in ("a-min", "a-min-live")
    ]


CLAIMS = (
    Claim(
        "popular-only-lower",
        "finite instances, Algorithm 2 with both readings of its bounds",
        "A_min uses only the lower ends of the predicted intervals.",
        "popular account; arXiv 2508.14544, abstract",
        "for all seeds: TEL does not change when the upper ends do",
        Verdict.SUPPORTED,
        check,
        plan=Plan(((1.0, 1.0), (1.0, 1.0))),
    ),
)
