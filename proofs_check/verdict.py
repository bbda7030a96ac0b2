"""Findings and verdicts: what a check found out about a claim, and what follows from all of it.

A `Finding` is made only by the functions of `kvratio.proofs_check.evidence`, each of which performs
the check that it reports. A verdict is computed from findings by `judge` and by nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What is known of a claim."""

    PROVED = "proved"  # exact algebra or an exact certificate, every step checked
    CERTIFIED = "certified"  # rigorous interval arithmetic over the whole range
    REFUTED = "refuted"  # a counterexample, checked rigorously
    SUPPORTED = "supported"  # simulation or data, confidence interval on the claimed side
    CONTRADICTED = "contradicted"  # likewise, on the other side
    CITED = "cited"  # a publication proves it; some step is taken from there, unchecked
    DEPENDS = "depends"  # of a map of settings: it holds in one and fails in another
    OPEN = "open"  # the evidence decides nothing


class Rigour(StrEnum):
    """How a finding was obtained, from the strongest to the weakest."""

    EXACT = "exact"  # integers and fractions
    INTERVAL = "interval"  # outward-rounded arithmetic, two implementations agreeing
    SAMPLE = "sample"  # verified schedules over several seeds
    CITED = "cited"  # said by a publication, not checked here


class Bearing(StrEnum):
    """What a check says about the claim."""

    STEP = "step"  # a step of its proof holds
    AGAINST = "against"  # the claim is false (or improbable, for a sample)
    FAILED = "failed"  # a step that its proof needs does not hold; the claim may yet be true
    WITHSTOOD = "withstood"  # a possible counterexample that is none
    REMARK = "remark"  # words between the checks; they count for nothing
    HOLDS_HERE = "holds here"  # the claim holds in one setting of a map (a sample)
    FAILS_HERE = "fails here"  # it fails in one setting of a map (a sample)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a sample says: the mean of n values, half the width of its 95 % interval."""

    mean: float
    half: float
    n: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One checked fact; `text` is for the reader, with the numbers to check it by hand.

    A finding from a sample has its `estimate`.
    """

    kind: Rigour
    outcome: Bearing
    text: str
    estimate: Estimate | None = None

    @property
    def against(self) -> bool:
        """Does it speak against the claim?"""
        return self.outcome in (Bearing.AGAINST, Bearing.FAILS_HERE)


def counterexample(findings: Sequence[Finding]) -> str:
    """The first fact against the claim, without the steps that prove it; empty if there is none.

    Checks yield counterexamples from the smallest on.

    >>> counterexample([Finding(Rigour.EXACT, Bearing.AGAINST, "M = 3: 6 > 5; steps ...")])
    'M = 3: 6 > 5'
    """
    return next((f.text for f in findings if f.against), "").partition("; ")[0]


def judge(findings: Sequence[Finding]) -> Verdict:
    """The verdict that the findings support.

    A claim on a map of settings (`kvratio.proofs_check.reproduction`) depends on the setting when
    one sample holds and another fails. If all hold they count as steps, if all fail as against it.
    One rigorous fact against the claim refutes it; failing that, one sample against it contradicts
    it. A claim stands if it has proof steps and all of them hold; it is then as strong as the
    weakest kind of step, a cited one being the weakest. Everything else is open.

    >>> judge([Finding(Rigour.EXACT, Bearing.STEP, ""), Finding(Rigour.INTERVAL, Bearing.STEP, "")])
    <Verdict.CERTIFIED: 'certified'>
    >>> judge([])
    <Verdict.OPEN: 'open'>
    """
    outcomes = {f.outcome for f in findings}
    failed = Bearing.FAILED in outcomes
    here = outcomes & {Bearing.HOLDS_HERE, Bearing.FAILS_HERE}
    if here and Bearing.AGAINST not in outcomes and (failed or len(here) > 1):
        return Verdict.OPEN if failed else Verdict.DEPENDS
    against = {f.kind for f in findings if f.against}
    if against:
        return Verdict.CONTRADICTED if against == {Rigour.SAMPLE} else Verdict.REFUTED
    steps = {f.kind for f in findings if f.outcome in (Bearing.STEP, Bearing.HOLDS_HERE)}
    if not steps or failed:
        return Verdict.OPEN
    if Rigour.CITED in steps:
        return Verdict.CITED
    if Rigour.SAMPLE in steps:
        return Verdict.SUPPORTED
    if Rigour.INTERVAL in steps:
        return Verdict.CERTIFIED
    return Verdict.PROVED if steps == {Rigour.EXACT} else Verdict.OPEN
