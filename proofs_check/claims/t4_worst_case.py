"""P Theorem 4 in simulation, on the lengths that are the worst for A_min's form (t5-sharper)."""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check.claim import Check, Claim, Numbers, Plan
from kvratio.proofs_check.evidence import certificate, sample_at_most, words
from kvratio.proofs_check.lab import Lab
from kvratio.proofs_check.trials import ratios, tails_of
from kvratio.proofs_check.verdict import Finding, Verdict

UPPER = 20
TRIAL = tails_of(memory=1000, requests=100_000, upper=UPPER)
SLICING = "slicing:1,2,4,8,16,32"


def against_staggered(policy: str) -> Check:
    """The policy's ratio to H-SF is at most that of staggered A_min, for all lengths."""

    def check(_numbers: Numbers, lab: Lab) -> Iterator[Finding]:
        proof, bound = certificate(
            lab.certificates / f"a-min-staggered-h-sf-u{UPPER}.json",
            policy="a-min-staggered",
            benchmark="h-sf",
            prompt=Fraction(0),
            lower=1,
            upper=UPPER,
            lengths=tuple(range(1, UPPER + 1)),
        )
        yield proof
        yield words("If Theorem 4 held, A_min could have no larger ratio than this anywhere.")
        values = ratios(lab, TRIAL, policy)
        yield sample_at_most(f"{TRIAL.text}: TEL / TEL(H-SF)", values, float(bound))

    return check


def faster(policy: str) -> Check:
    """The policy has a smaller latency there than A_min as Lemma 2 describes it."""

    def check(numbers: Numbers, lab: Lab) -> list[Finding]:
        def quotient(seed: int) -> float:
            instance = TRIAL.instance(seed)
            return lab.tel(instance, policy, seed) / lab.tel(instance, "a-min-thinned", seed)

        text = f"{TRIAL.text}: TEL / TEL of A_min as in Lemma 2"
        return [sample_at_most(text, lab.over_seeds(quotient), float(numbers["factor"]))]

    return check


THEOREM = "arXiv 2508.14544, Theorem 4"
CLAIMS = (
    *(
        Claim(
            f"t4-worst-{name}",
            f"finite M, s = 0, {description}, against staggered A_min",
            "No policy that does not know the lengths has a smaller competitive ratio than A_min.",
            THEOREM,
            "mean over seeds of TEL(A_min)/TEL(H-SF) <= certified ratio of staggered A_min",
            Verdict.CONTRADICTED,
            against_staggered(policy),
            plan=Plan((predicted,)),
        )
        for name, policy, description, predicted in (
            ("printed", "a-min", "Algorithm 2 as printed", (4.0, 5.0)),
            ("thinned", "a-min-thinned", "our policy of Lemma 2", (1.86, 1.91)),
        )
    ),
    *(
        Claim(
            f"t4-worst-{name}",
            "finite M, s = 0, the lengths that are the worst for A_min",
            f"There {description} is faster than A_min.",
            "ours, against Theorem 4 of arXiv 2508.14544",
            "mean over seeds of TEL/TEL(A_min as in Lemma 2) <= f; f = 1",
            Verdict.SUPPORTED,
            faster(policy),
            {"factor": Fraction(1)},
            plan=Plan((predicted,)),
        )
        for name, policy, description, predicted in (
            ("slicing", SLICING, "slicing with doubling caps", (0.83, 0.89)),
            ("staggered", "a-min-staggered", "A_min with staggered starts", (0.92, 0.98)),
        )
    ),
)
