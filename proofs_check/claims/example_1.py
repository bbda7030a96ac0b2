"""P Example 1: five requests on which A_max takes 9 where H-SF takes 5."""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.evidence import equation, schedule
from kvratio.proofs_check.greedy import greedy
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict
from kvratio.theory.model import Instance


def check(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    instance = Instance.of(10, [1] * 5, prompt=1, interval=(1, 4))
    for name, assumed in (("H-SF", instance.output), ("A_max", instance.upper)):
        finding, tel = schedule(f"{name} by its definition", greedy(instance, assumed), instance)
        yield finding
        yield equation(f"TEL of {name}, and as printed", tel, numbers[name])


CLAIMS = (
    Claim(
        "example-1",
        "as printed; all five requests are equal, so that ties do not matter",
        "M = 10, s = 1, five outputs of 1 token predicted in [1, 4]: H-SF has TEL 5, A_max 9.",
        "arXiv 2508.14544, Example 1",
        "TEL(H-SF) = 5 and TEL(A_max) = 9",
        Verdict.PROVED,
        check,
        {"H-SF": Fraction(5), "A_max": Fraction(9)},
    ),
)
