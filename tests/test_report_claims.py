"""The claims of a report: verdicts judged anew from evidence, and drawn counterexamples."""

import json
from itertools import accumulate

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
from kvratio.reports.sections import counterexamples, ledger
from kvratio.reports.viewer import viewer
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


DRAWN = {
    "h-sf-optimal": [("H-SF", 16), ("optimum", 15)],
    "t4-instance": [("A_max", 5), ("A_min on cancel", 6)],
    "lemma-ec1": [("A_max, M = 6", 6), ("A_random, M = 3", 5)],
    "ec10-turned": [("A_random, M = 4", 20), ("A_random, M = 6", 12)],
    "prop-ec1": [("I", 2), ("I'", 3)],
    "coupling-ec3": [("Algorithm 4", 9), ("the last one moved", 7)],
    "mc-sf-worst": [("MC-SF", 4320), ("starts floor(9 j/6)", 3180)],
}


def test_counterexamples_that_are_instances_are_drawn(comparison: Comparison) -> None:
    """The latencies are those that the evidence states, or, of Algorithm 4 and A_random with more
    memory, counted by hand: 2 + 4 + 3, one less twice, and 4 requests two by two, 20 > (3/2) 12."""
    findings = {f.id: f for f in ledger.findings(Material(comparison))[0]}
    drawn = {name: finding.example for name, finding in findings.items() if finding.example}
    stated = {*counterexamples.PLAYED, *counterexamples.OPTIMA, *counterexamples.STATED}
    assert set(drawn) == stated
    for name, expected in DRAWN.items():
        example = drawn[name]
        assert example is not None
        assert [(run["title"], run["tel"]) for run in example.data["runs"]] == expected, name
    assert drawn["h-sf-optimal"].data["bound"] == 15
    assert [run.get("memory") for run in drawn["prop-ec1"].data["runs"]] == [None, 3]


def test_every_refuted_claim_shows_a_schedule_or_values(comparison: Comparison) -> None:
    findings, _ = ledger.findings(Material(comparison))
    against = [f for f in findings if f.verdict in ("refuted", "contradicted")]
    assert len(against) > 40
    for finding in against:
        assert finding.example or finding.values, finding.id
    rows = [row for finding in against for row in finding.values]
    compared = [row for row in rows if row[2]]
    assert len(compared) > 0.9 * len(rows)
    by_id = {finding.id: finding for finding in findings}
    assert by_id["t6-prompts"].values[0] == (
        "l = 1, u = 3, s = 1, 10 short and 4 long",
        "A_min / H-SF",
        "94/69 = 1.3623188",
        "at most 4/3 = 1.3333333",
    )


def test_the_viewer_s_columns_are_the_schedule() -> None:
    """Differences add up again; an attempt of length 0 has the length of its output."""
    instance = Instance.of(7, [1 + k % 5 for k in range(20)], prompt=1, interval=(1, 5))
    lost = compare("twenty", instance, ["a-min", "h-sf"]).runs
    kept = compare("twenty", instance, ["fcfs"], preemption="keep").runs
    runs = (*lost, *kept)
    for run, drawn in zip(runs, viewer("x", "", runs, 1).data["runs"], strict=True):
        starts = list(accumulate(drawn["start"]))
        assert tuple(starts) == tuple(run.schedule.start)
        ends = [
            start + (abs(length) or instance.output[request])
            for start, length, request in zip(
                starts, drawn["length"], drawn["request"], strict=True
            )
        ]
        assert tuple(ends) == tuple(run.schedule.end)
        assert [length <= 0 for length in drawn["length"]] == list(run.schedule.finished)
    assert not all(lost[0].schedule.finished), "an eviction among them"
    assert any(kept[0].schedule.began), "a resumption among them"
