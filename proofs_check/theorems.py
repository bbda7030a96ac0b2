"""Which claims have a theorem that Coq's kernel checks, and what the theorem says.

A theorem's statement is printed from the ledger's own claim: a template of quantifiers and forms
(`formal/Fluid.v`) that takes its constants from `Claim.numbers`. Its proof is a term of lemmas
written by hand in `formal/*.v`; Coq accepts it only if the lemmas say exactly what was printed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from kvratio.proofs_check import statements
from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.statements import PARTS, TEMPLATES
from kvratio.proofs_check.verdict import Verdict

# modules whose proofs use interval arithmetic
BY_INTERVAL = ("Constants.", "OneMachine.")
RIGOROUS = frozenset({Verdict.PROVED, Verdict.CERTIFIED, Verdict.REFUTED})


@dataclass(frozen=True)
class Theorem:
    """A covered claim: the name of its theorem, the template of its statement, the proof term."""

    claim: str
    proof: str
    template: str

    @property
    def name(self) -> str:
        """The name in Coq."""
        return statements.name(self.claim)

    def step(self, name: str, value: Fraction) -> Fraction:
        """By how much a changed statement changes a constant: 1 where only whole numbers can be.

        >>> Theorem("any", "", "forall x, f {m}%nat x <= {c} * g x").step("m", Fraction(4))
        Fraction(1, 1)
        """
        whole = self.template.endswith("%Z") or f"{{{name}}}%nat" in self.template
        return Fraction(1) if whole else value / 1000 or Fraction(1, 1000)

    def statement(self, numbers: Numbers) -> str:
        """The statement about these constants.

        >>> Theorem("any", "", "forall x, f x <= {c} * g x").statement({"c": Fraction(3, 2)})
        'forall x, f x <= (3 / 2) * g x'
        """
        return self.template.format_map({k: number(v) for k, v in numbers.items()})


THEOREMS = {id_: Theorem(id_, proof, template) for id_, proof, template in TEMPLATES}
# of rows that are not covered whole
PART = {id_: Theorem(id_, proof, template) for id_, proof, template, _ in PARTS}


def number(x: Fraction) -> str:
    """A rational number in Coq's syntax.

    >>> number(Fraction(3)), number(Fraction(-1, 2))
    ('3', '(- 1 / 2)')
    """
    sign = "- " if x < 0 else ""
    top, bottom = abs(x.numerator), x.denominator
    if bottom == 1:
        return f"({sign}{top})" if sign else str(top)
    return f"({sign}{top} / {bottom})"


def printed(claims: Iterable[Claim]) -> str:
    """The file Statements.v: a theorem for each covered claim, and the axioms that they use."""
    covered = _covered(claims)
    lines = [*_header(t for t, _ in covered)]
    for theorem, claim in covered:
        lines += [
            f"(** {_comment(claim.id)}: {_comment(claim.relation)} *)",
            f"Theorem {theorem.name} : {theorem.statement(claim.numbers)}.",
            f"Proof. exact ({theorem.proof}). Qed.",
            "",
        ]
    # with Interval the kernel computes with machine integers, which it has axioms about
    for group, machine in (("ledger", False), ("ledger_by_interval", True)):
        names = [t.name for t, _ in covered if t.proof.startswith(BY_INTERVAL) == machine]
        lines.append(f"Definition {group} := ({', '.join(['tt', *names])}).")
    return "\n".join([*lines, ""])


def mutated(claims: Iterable[Claim]) -> tuple[str, int]:
    """The file Mutations.v: each constant of each theorem is changed, both ways.

    Coq has to take each changed statement as one, and to refuse the proof of it. Returns the text
    and how many statements there are.
    """
    covered = _covered(claims)
    lines = [*_header(t for t, _ in covered)]
    count = 0
    for theorem, claim in covered:
        for name, value in claim.numbers.items():
            step = theorem.step(name, value)
            for other in (value - step, value + step):
                changed = dict(claim.numbers) | {name: other}
                lines += [
                    f"Goal {theorem.statement(changed)}.",
                    f"Proof. Fail exact ({theorem.proof}). Abort.",
                ]
                count += 1
    return "\n".join([*lines, ""]), count


def _covered(claims: Iterable[Claim]) -> list[tuple[Theorem, Claim]]:
    every = THEOREMS | PART
    return [(every[claim.id], claim) for claim in claims if claim.id in every]


def _header(theorems: Iterable[Theorem]) -> list[str]:
    modules = sorted({part.split(".")[0].strip("(@") for t in theorems for part in t.proof.split()
                      if "." in part})  # fmt: skip
    return [
        "(* Printed from the ledger by kvratio/proofs_check/theorems.py. *)",
        "Require Import Reals Arith List ZArith. Import ListNotations.",
        "From Coquelicot Require Import Rbar Hierarchy Lim_seq RInt.",
        "From KVRatio Require Import Fluid Model Policies Certificates Greedy Volumes.",
        f"From KVRatio Require {' '.join(modules)}.",
        "Open Scope R_scope.",
        "",
    ]


def _comment(text: str) -> str:
    """A text that cannot end a comment of Coq."""
    return text.replace("(*", "( *").replace("*)", "* )").replace('"', "'")
