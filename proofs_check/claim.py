"""What a claim is: a published statement under one reading, and the check of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from proofs_check.lab import Lab
from proofs_check.verdict import Finding, Verdict, judge

Numbers = Mapping[str, Fraction]
Check = Callable[[Numbers, Lab], Iterable[Finding]]


@dataclass(frozen=True)
class Claim:
    """One claim under one reading.

    `statement` is in our words, with quantifiers and hypotheses; `relation` is what is checked,
    formally; `numbers` are the claimed constants, which the check reads and the tests mutate;
    `expected` is a declaration to compare the computed verdict with, and has no part in computing
    it. `simulates`: the check runs a simulator, which takes a while.
    """

    id: str
    reading: str
    statement: str
    source: str
    relation: str
    expected: Verdict
    check: Check
    numbers: Numbers = field(default_factory=dict)
    simulates: bool = False


@dataclass(frozen=True)
class Entry:
    """A claim with its findings; the verdict is computed from them each time."""

    claim: Claim
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """What the findings support."""
        return judge(self.findings)

    @property
    def as_expected(self) -> bool:
        """Does the computed verdict agree with the declared one?"""
        return self.verdict is self.claim.expected

    def row(self) -> dict[str, Any]:
        """The entry as plain data."""
        return {
            "id": self.claim.id,
            "reading": self.claim.reading,
            "statement": self.claim.statement,
            "source": self.claim.source,
            "relation": self.claim.relation,
            "verdict": str(self.verdict),
            "expected": str(self.claim.expected),
            "evidence": [
                {"kind": str(f.kind), "outcome": str(f.outcome), "text": f.text}
                for f in self.findings
            ],
        }


def examine(claim: Claim, lab: Lab) -> Entry:
    """Check a claim; `lab.progress` is told that it starts."""
    lab.progress(claim.id)
    return Entry(claim, tuple(claim.check(claim.numbers, lab)))
