"""The claims of a report: verdicts judged anew from evidence, and drawn counterexamples."""

import json

import pytest

from kvratio.proofs_check.ledger import select
from kvratio.reports.compare.steps import Comparison, compare
from kvratio.reports.document import (
    Claims,
    Finding,
    Obtained,
    Section,
)
from kvratio.reports.material import Material
from kvratio.reports.sections import ledger
from kvratio.simulate.policies import POLICIES
from kvratio.theory.model import Instance


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    instance = Instance.of(30, [1 + k % 7 for k in range(40)], prompt=2, interval=(1, 9))
    return compare("forty requests", instance, list(POLICIES))


def claims_of(section: Section) -> tuple[Finding, ...]:
    (claims,) = (block for block in section.blocks if isinstance(block, Claims))
    return claims.findings


def test_verdicts_are_judged_from_the_evidence_that_is_read(
    comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A published verdict without the evidence for it does not reach the page."""
    simulated = [claim for claim in select() if claim.plan]
    monkeypatch.setattr(ledger, "select", lambda: simulated)
    material = Material(comparison)
    section = ledger.section(material)
    findings = claims_of(section)
    stored = {row["id"]: row for row in json.loads(material.published("claims.json"))}
    assert len(findings) == len(simulated) > 10
    assert [f.verdict for f in findings] == [stored[f.id]["verdict"] for f in findings]
    assert all(f.provenance == "" and f.planned for f in findings)
    assert "claims.json" in " ".join(b for b in section.blocks if isinstance(b, str))
    material.made.clear()
    forged = [{**row, "verdict": "proved", "evidence": []} for row in stored.values()]
    monkeypatch.setattr(Material, "published", lambda *_: json.dumps(forged))
    monkeypatch.setattr(Material, "origin", lambda *_: "")
    findings = claims_of(ledger.section(material))
    assert {f.verdict for f in findings} == {"open"}


def test_claims_that_are_not_published_are_checked_now(
    comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = select(["example-1", "t6-s0"])
    monkeypatch.setattr(ledger, "select", lambda: chosen)
    monkeypatch.setattr(Material, "published", lambda *_: "[]")
    findings = claims_of(ledger.section(Material(comparison)))
    assert [(f.id, f.verdict) for f in findings] == [("example-1", "proved"), ("t6-s0", "proved")]
    assert {f.provenance for f in findings} == {"Checked while this report was made."}
    assert {e.obtained for f in findings for e in f.evidence} == {Obtained.DERIVED}


def test_counterexamples_that_are_instances_are_drawn(comparison: Comparison) -> None:
    """The schedules beside a claim are those of its evidence: h-sf 9 and a-min 12 or 15 here."""
    findings = {f.id: f for f in ledger.findings(Material(comparison))[0]}
    drawn = {name for name, finding in findings.items() if finding.example}
    assert drawn == {*ledger.PLAYED, *ledger.OPTIMA}
    example = findings["h-sf-optimal"].example
    assert example is not None
    assert [run["tel"] for run in example.data["runs"]] == [16, 15]
    assert example.data["bound"] == 15
    example = findings["t4-instance"].example
    assert example is not None
    assert [(run["title"], run["tel"]) for run in example.data["runs"]] == [
        ("A_max", 5),
        ("A_min on cancel", 6),
    ]
