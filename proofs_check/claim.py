"""What a claim is: a published statement under one reading, and the check of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple, dataclass, field, replace
from fractions import Fraction
from typing import Any

from kvratio.proofs_check.source import Place, first, places, said_by
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.statements import remark
from kvratio.proofs_check.verdict import Bearing, Finding, Verdict, counterexample, judge

Numbers = Mapping[str, Fraction]
Check = Callable[[Numbers, Sources], Iterable[Finding]]


@dataclass(frozen=True)
class Plan:
    """What was written down about a simulation before its first run: the sample, the expectation.

    `predicted` has a range for every sample's mean, in the order of the findings. It has no part
    in the verdict: it tells the reader whether the authors knew what would come out. Without any,
    a published map of settings says on which side each sample should be.
    """

    predicted: tuple[tuple[float, float], ...]
    seeds: range = range(100, 110)

    def met(self, findings: Iterable[Finding]) -> bool:
        """Every sample has the planned size and an interval that meets its predicted range."""
        found = list(findings)
        samples = [f.estimate for f in found if f.estimate is not None]
        if not self.predicted:
            sizes = {e.n for e in samples}
            failed = any(f.outcome is Bearing.FAILED for f in found)
            return sizes <= {len(self.seeds)} and not failed
        return len(samples) == len(self.predicted) and all(
            e.n == len(self.seeds) and e.mean - e.half <= high and low <= e.mean + e.half
            for e, (low, high) in zip(samples, self.predicted, strict=True)
        )

    @property
    def text(self) -> str:
        """For the reader."""
        ranges = ", ".join(f"{low:g} to {high:g}" for low, high in self.predicted)
        predicted = f"means predicted: {ranges}" if ranges else "sides predicted by the map"
        return f"seeds {self.seeds[0]} to {self.seeds[-1]}, {predicted}"


@dataclass(frozen=True)
class Claim:
    """One claim under one reading.

    `statement` is in our words, with quantifiers and hypotheses; `reading` are the conditions under
    which it is examined; `source` says where it stands (`kvratio.proofs_check.source`); `relation`
    is what is checked, formally; `numbers` are the claimed constants, which the check reads and the
    tests mutate; `expected` is a declaration to compare the computed verdict with, and has no part
    in computing it. A claim with a `plan` runs a simulator, which takes a while.
    """

    id: str
    reading: str
    statement: str
    source: str
    relation: str
    expected: Verdict
    check: Check
    numbers: Numbers = field(default_factory=dict)
    plan: Plan | None = None

    @property
    def places(self) -> tuple[Place, ...]:
        """The numbered statements that it is about."""
        return places(self.source)

    @property
    def number(self) -> str:
        """The number to show, the paper's; empty if it has none."""
        return first(self.places)

    @property
    def said_by(self) -> str:
        """The paper (P), popular accounts, another publication, or we."""
        return said_by(self.source)

    @property
    def sentence(self) -> str:
        """The condition and the statement; neither is printed without the other."""
        return f"{self.reading}: {self.statement}"


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

    @property
    def counterexample(self) -> str:
        """The smallest counterexample found; empty if there is none."""
        return counterexample(self.findings)

    @property
    def planned(self) -> str:
        """The plan and whether it was met; empty for a claim that is not simulated."""
        plan = self.claim.plan
        if plan is None:
            return ""
        return f"{plan.text}; {'met' if plan.met(self.findings) else 'not met'}"

    def row(self) -> dict[str, Any]:
        """The entry as plain data."""
        return {
            "id": self.claim.id,
            "number": self.claim.number,
            "said by": self.claim.said_by,
            "reading": self.claim.reading,
            "statement": self.claim.statement,
            "source": self.claim.source,
            "relation": self.claim.relation,
            "verdict": str(self.verdict),
            "counterexample": self.counterexample,
            "expected": str(self.claim.expected),
            "coq": remark(self.claim.id),
            "numbers": {name: str(value) for name, value in self.claim.numbers.items()},
            "plan": self.planned,
            "evidence": [_plain(f) for f in self.findings],
        }


def _plain(f: Finding) -> dict[str, Any]:
    """A finding as plain data; `estimate` is the sample's mean, half width and size."""
    plain = {"kind": str(f.kind), "outcome": str(f.outcome), "text": f.text}
    return plain | ({"estimate": list(astuple(f.estimate))} if f.estimate else {})


def examine(claim: Claim, sources: Sources) -> Entry:
    """Check a claim with the seeds of its plan; `sources.progress` is told that it starts."""
    sources.progress(claim.id)
    if claim.plan is not None:
        sources = replace(sources, seeds=claim.plan.seeds)
    return Entry(claim, tuple(claim.check(claim.numbers, sources)))
