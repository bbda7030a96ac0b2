"""What holds and what does not: every claim with its verdict, its evidence and counterexample."""

import json
from typing import Any

from kvratio.proofs_check.claim import examine
from kvratio.proofs_check.ledger import select
from kvratio.proofs_check.sources import SIMULATOR, Sources
from kvratio.proofs_check.statements import remark
from kvratio.proofs_check.verdict import Bearing, Rigour, Verdict, counterexample, judge
from kvratio.proofs_check.verdict import Finding as Fact
from kvratio.reports.document import Claims, Evidence, Finding, Obtained, Section
from kvratio.reports.material import Material
from kvratio.reports.sections import counterexamples

PUBLISHED = "claims.json"
# what the checker's kinds of evidence are called beside a number
LABELS = {
    Rigour.EXACT: Obtained.DERIVED,
    Rigour.INTERVAL: Obtained.CERTIFIED,
    Rigour.SAMPLE: Obtained.SIMULATED,
    Rigour.CITED: Obtained.CITED,
}
POLICIES = (
    "A_max", "A_min", "A_l", "A_random", "H-SF", "MC-SF", "SVF", "GSA", "GBA", "offset slicing",
    "slicing", "least attained service",
)  # fmt: skip
FALSE = (Verdict.REFUTED, Verdict.CONTRADICTED)
LONGEST = 500  # letters of a piece of evidence on the page

LEAD = (
    "A verdict is computed from evidence and from nothing else: proved, certified and refuted are "
    "rigorous, supported and contradicted rest on simulation with confidence intervals, cited "
    "means that a publication proves it with a step that is not checked here, depends that it "
    "holds in one setting of a map and fails in another, open that the evidence decides nothing. "
    "A claim stands under its condition; the same statement may hold under one and fail under "
    "another. P is arXiv 2508.14544, and a number without another source is P's. Where a theorem "
    "of Coq is named, its kernel checks the whole claim; the verdict does not depend on it."
)


def section(material: Material) -> Section:
    """The claims, judged by the evidence that is published, or by evidence gathered anew."""
    found, checked = findings(material)
    how = f"{checked} of {len(found)} claims were checked while this report was made"
    if checked < len(found):
        how += f"; of the others the evidence was read and judged. {material.origin(PUBLISHED)}"
    else:
        how += "."
    return Section(
        "claims",
        "Claims",
        (LEAD, how, Claims("claims", "Every claim and the verdict its evidence gives", found)),
        summary=f"{len(found)} claims with statement, condition, verdict, counterexample, evidence",
    )


def findings(material: Material) -> tuple[tuple[Finding, ...], int]:
    """All claims with their verdicts, and how many of them were checked just now.

    Checked are those that the published file lacks, or all when everything is redone.
    """
    return material.once("findings", lambda: _findings(material))


def _findings(material: Material) -> tuple[tuple[Finding, ...], int]:
    stored: dict[str, dict[str, Any]] = {}
    if material.redo is None:
        stored = {row["id"]: row for row in json.loads(material.published(PUBLISHED))}
    sources = Sources(SIMULATOR, progress=lambda claim: material.progress(f"checking {claim}"))
    claims = select()
    fresh = {claim.id: examine(claim, sources).row() for claim in claims if claim.id not in stored}
    rows = [(fresh.get(claim.id) or stored[claim.id], claim.id in fresh) for claim in claims]
    now = "Checked while this report was made."
    # of the others the section says once where they are from
    return tuple(_finding(row, now if new else "", material) for row, new in rows), len(fresh)


def _finding(row: dict[str, Any], origin: str, material: Material) -> Finding:
    """A row as a finding; its verdict is judged anew from the evidence that it brings."""
    facts = [Fact(Rigour(e["kind"]), Bearing(e["outcome"]), e["text"]) for e in row["evidence"]]
    verdict = judge(facts)
    return Finding(
        row["id"],
        row["number"],
        str(verdict),
        row["statement"],
        policy(row["statement"], row["relation"], row["reading"]),
        row["reading"],
        counterexample(facts),
        row["said by"],
        row["source"],
        row["relation"],
        row["plan"],
        remark(row["id"]),
        tuple(Evidence(LABELS[f.kind], str(f.outcome), shortened(f.text)) for f in facts),
        origin,
        counterexamples.example(row["id"], facts, material),
        counterexamples.values(facts) if verdict in FALSE else (),
    )


def shortened(text: str) -> str:
    """Evidence as far as one reads it on a page; a claim's panel says where all of it stands."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rsplit(' ', 1)[0]} ..."


def policy(*texts: str) -> str:
    """The policy that is named first in the first text that names one.

    >>> policy("CR(A_min) is less than that of A_max"), policy("a machine")
    ('A_min', '')
    """
    for text in texts:
        found = [
            (k, -len(name), name)
            for name in POLICIES
            if (k := text.lower().find(name.lower())) >= 0
        ]
        if found:
            return min(found)[2]
    return ""
