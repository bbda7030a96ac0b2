"""A claim of the ledger, judged here and now, for people."""

from dataclasses import dataclass
from html import escape
from typing import Any

from kvratio.proofs_check.claim import Entry, examine
from kvratio.proofs_check.ledger import select
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.statements import remark
from kvratio.proofs_check.verdict import Bearing, Rigour


@dataclass(frozen=True, repr=False)
class Judgement:
    """A claim with its verdict, which is computed from the evidence."""

    entry: Entry

    @property
    def verdict(self) -> str:
        """proved, certified, refuted, supported, contradicted, depends or open."""
        return str(self.entry.verdict)

    @property
    def statement(self) -> str:
        """The claim, with its quantifiers and hypotheses."""
        return self.entry.claim.statement

    @property
    def evidence(self) -> tuple[str, ...]:
        """What was found, fact by fact."""
        return tuple(label(f.kind, f.outcome) + f.text for f in self.entry.findings)

    def to_json(self) -> dict[str, Any]:
        """Everything, as plain data."""
        return self.entry.row()

    def __repr__(self) -> str:
        return "\n".join(text(self.entry))

    def _repr_html_(self) -> str:
        head, *lines = text(self.entry)
        return f"<p><b>{escape(head)}</b></p><p>" + "<br>".join(map(escape, lines)) + "</p>"


def judge(name: str) -> Judgement:
    """Check one claim of the ledger; those that need a simulator take a while.

    >>> judge("t6-prompts").verdict
    'refuted'
    """
    (claim,) = select([name])
    return Judgement(examine(claim, Sources()))


def text(entry: Entry) -> list[str]:
    """The verdict with all evidence, line by line."""
    claim = entry.claim
    number = f"{claim.number}, " if claim.number else ""
    lines = [f"{number}{claim.id}: {entry.verdict}", f"  {claim.sentence}"]
    if entry.counterexample:
        lines.append(f"  counterexample: {entry.counterexample}")
    lines += [f"  source: {claim.source}", f"  checked: {claim.relation}"]
    if entry.planned:
        lines.append(f"  planned before the run: {entry.planned}")
    if formal := remark(claim.id):
        lines.append(f"  checked by Coq: {formal}")
    return lines + [f"  - {label(f.kind, f.outcome)}{f.text}" for f in entry.findings]


def label(kind: Rigour, outcome: Bearing) -> str:
    """How a fact was found and what it does for the claim; a remark has neither.

    >>> label(Rigour.EXACT, Bearing.STEP), label(Rigour.SAMPLE, Bearing.REMARK)
    ('[exact, step] ', '')
    """
    return "" if outcome is Bearing.REMARK else f"[{kind}, {outcome}] "
