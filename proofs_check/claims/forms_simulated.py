"""Are the latencies of the policies near their fluid forms at one finite M?

A statement about this size and this instance, on which Algorithm 2 as printed is near; on another
it is not (t6-on-cancel). What happens as M grows: `kvratio study convergence`
and `bounds-met`.
"""

from fractions import Fraction

from kvratio.proofs_check.claim import Check, Claim, Numbers, Plan
from kvratio.proofs_check.evidence import sample_near
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.trials import Trial
from kvratio.proofs_check.verdict import Finding, Verdict

TRIAL = Trial(1000, ((5, 16000), (20, 4000)), (5, 20))
LEMMA = "arXiv 2508.14544, Lemma 2"


def reading(policy: str, form: str) -> Check:
    """Simulated over predicted latency."""

    def check(numbers: Numbers, sources: Sources) -> list[Finding]:
        predicted = float(TRIAL.form(form))
        values = sources.over_seeds(
            lambda seed: sources.tel(TRIAL.instance(seed), policy, seed) / predicted
        )
        text = f"{TRIAL.text}: TEL over that of the form"
        return [sample_near(text, values, 1.0, float(numbers["tolerance"]))]

    return check


CLAIMS = tuple(
    Claim(
        f"form-{policy}",
        f"M = 1000, n = 20,000, s = 0, lengths 5 and 20; {description}",
        f"At this size the total latency is within 5 % of n^2/(2M) x'Qx, its form in the fluid "
        f"limit for the shares x, Q = {form}.",
        source,
        "mean over seeds of TEL/(n^2/(2M) x'Qx) = 1 within the tolerance",
        verdict,
        reading(policy, form),
        {"tolerance": Fraction(1, 20)},
        plan=Plan((predicted,)),
    )
    for policy, form, description, source, verdict, predicted in (
        ("h-sf", "h-sf", "H-SF", LEMMA, Verdict.SUPPORTED, (1.0, 1.02)),
        ("a-min", "a-min", "Algorithm 2 as printed", LEMMA, Verdict.SUPPORTED, (1.0, 1.04)),
        (
            "a-min-live",
            "a-min",
            "Algorithm 2, bounds rising with every token",
            LEMMA,
            Verdict.CONTRADICTED,
            (1.22, 1.27),
        ),
        ("a-min-thinned", "a-min", "our policy of Lemma 2", LEMMA, Verdict.SUPPORTED, (0.99, 1.02)),
        (
            "a-l",
            "a-l",
            "Algorithm 6",
            "arXiv 2508.14544, proof of Theorem 7 and Algorithm 6",
            Verdict.SUPPORTED,
            (1.0, 1.02),
        ),
        (
            "a-max",
            "a-max",
            "Algorithm 1 (mixed lengths stagger by themselves)",
            "arXiv 2508.14544, proof of Theorem 2 and Algorithm 1",
            Verdict.CONTRADICTED,
            (0.62, 0.65),
        ),
        (
            "a-random",
            "a-random",
            "Algorithm 4, the upper bound of Theorem EC.1's proof read as the limit",
            "arXiv 2508.14544, proof of Theorem EC.1 and Algorithm 4",
            Verdict.CONTRADICTED,
            (0.68, 0.74),
        ),
    )
)
