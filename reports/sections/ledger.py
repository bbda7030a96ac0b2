"""What holds and what does not: every claim with its verdict, and the evidence to unfold."""

import json
from collections import Counter
from typing import Any

from kvratio.proofs_check.claim import examine
from kvratio.proofs_check.ledger import select
from kvratio.proofs_check.sources import SIMULATOR, Sources
from kvratio.proofs_check.statements import remark
from kvratio.proofs_check.verdict import Bearing, Rigour, counterexample, judge
from kvratio.proofs_check.verdict import Finding as Fact
from kvratio.reports.document import Column, Evidence, Finding, Obtained, Section, Table
from kvratio.reports.document import Kind as Cells
from kvratio.reports.material import Material

PUBLISHED = "claims.json"
# what the checker's kinds of evidence are called beside a number
LABELS = {
    Rigour.EXACT: Obtained.DERIVED,
    Rigour.INTERVAL: Obtained.CERTIFIED,
    Rigour.SAMPLE: Obtained.SIMULATED,
    Rigour.CITED: Obtained.CITED,
}


def section(material: Material) -> Section:
    """The claims that need no simulator are checked now; the others too when all is redone."""
    rows, now = _rows(material)
    findings = tuple(_finding(row, row["id"] in now, material) for row in rows)
    counts = Counter(finding.verdict for finding in findings)
    verdicts = Table(
        "claims",
        "Every claim and the verdict that its evidence gives",
        tuple(
            Column(name, Cells.TEXT)
            for name in (
                "number",
                "verdict",
                "condition",
                "smallest counterexample found",
                "claim",
                "said by",
                "checked by Coq",
            )
        ),
        tuple(
            (
                f.number,
                f.verdict,
                f.reading,
                f.counterexample,
                f"{f.id}: {f.claim}",
                f.said_by,
                f.coq,
            )
            for f in findings
        ),
    )
    lead = (
        "A verdict is computed from evidence and from nothing else: proved, certified and refuted "
        "are rigorous, supported and contradicted rest on simulation with confidence intervals, "
        "cited means that a publication proves it with a step that is not checked here, "
        "depends means that it holds in one setting of a map and fails in another, open that the "
        "evidence decides nothing. A claim stands under its condition; the "
        "same statement may hold under one and fail under another. P is arXiv 2508.14544, and a "
        "number without another source is P's. Where a theorem of Coq is named, its kernel checks "
        "the whole claim; the verdict does not depend on it. Open a line for the evidence."
    )
    summary = ", ".join(f"{n} {verdict}" for verdict, n in sorted(counts.items()))
    how = f"{len(now)} of {len(rows)} claims were checked while this report was made"
    how += "." if len(now) == len(rows) else f"; the others: {material.origin(PUBLISHED)}"
    blocks = (lead, f"Of {len(findings)} claims: {summary}. {how}", findings, verdicts)
    return Section("ledger", "What holds and what does not", blocks)


def _rows(material: Material) -> tuple[list[dict[str, Any]], set[str]]:
    """The rows of all claims, and the ids of those that were checked just now.

    Checked are those that do not simulate, those that the published file lacks, or all.
    """
    stored: dict[str, dict[str, Any]] = {}
    if material.redo is None:
        stored = {row["id"]: row for row in json.loads(material.published(PUBLISHED))}
    sources = Sources(SIMULATOR, progress=lambda claim: material.progress(f"checking {claim}"))
    claims = select()
    chosen = [claim for claim in claims if not claim.plan or claim.id not in stored]
    fresh = {claim.id: examine(claim, sources).row() for claim in chosen}
    return [fresh.get(claim.id) or stored[claim.id] for claim in claims], set(fresh)


def _finding(row: dict[str, Any], now: bool, material: Material) -> Finding:
    """A row as a finding; its verdict is judged anew from the evidence that it brings."""
    facts = [Fact(Rigour(e["kind"]), Bearing(e["outcome"]), e["text"]) for e in row["evidence"]]
    return Finding(
        row["id"],
        row["number"],
        str(judge(facts)),
        row["statement"],
        row["reading"],
        counterexample(facts),
        row["said by"],
        row["source"],
        row["relation"],
        row["plan"],
        remark(row["id"]),
        tuple(Evidence(LABELS[fact.kind], str(fact.outcome), fact.text) for fact in facts),
        "Checked while this report was made." if now else material.origin(PUBLISHED),
    )
