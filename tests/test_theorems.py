"""The theorems that Coq checks, without Coq: what is printed, covered, installed."""

import re
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from kvratio.proofs_check import coq, ledger
from kvratio.proofs_check.statements import remark
from kvratio.proofs_check.theorems import PART, RIGOROUS, THEOREMS, Theorem, mutated, printed
from kvratio.proofs_check.unformalised import NONE
from kvratio.reports.commands.check import command
from kvratio.theory.checks import InputError

CLAIMS = {claim.id: claim for claim in ledger.claims()}
EVERY = THEOREMS | PART
SOURCES = {p.stem: p.read_text(encoding="utf-8") for p in coq.SOURCES.glob("*.v")}


@pytest.mark.parametrize("theorem", EVERY.values(), ids=list(EVERY))
def test_a_statement_has_all_constants_of_its_claim(theorem: Theorem) -> None:
    claim = CLAIMS[theorem.claim]
    assert claim.expected in RIGOROUS
    statement = theorem.statement(claim.numbers)
    for name, value in claim.numbers.items():
        other = dict(claim.numbers) | {name: value + Fraction(1, 97)}
        assert theorem.statement(other) != statement, f"{name} has no part in it"


@pytest.mark.parametrize("theorem", EVERY.values(), ids=list(EVERY))
def test_the_lemmas_of_a_proof_are_written_down(theorem: Theorem) -> None:
    for module, lemma in re.findall(r"([A-Z]\w*)\.(\w+)", theorem.proof):
        assert re.search(rf"^(Lemma|Theorem) {lemma}\b", SOURCES[module], re.MULTILINE)


def test_every_rigorous_row_has_a_theorem_or_a_reason() -> None:
    """A new claim needs an entry in TEMPLATES (`statements`) or a reason in NONE."""
    rigorous = {claim.id for claim in CLAIMS.values() if claim.expected in RIGOROUS}
    assert not THEOREMS.keys() & NONE.keys()
    assert PART.keys() <= NONE.keys()
    assert THEOREMS.keys() | NONE.keys() == rigorous
    assert all(remark(claim) for claim in rigorous)


def test_no_proof_is_left_out() -> None:
    forbidden = r"\b(Admitted|admit|Axiom|Axioms|Parameter|Conjecture|Abort|bypass_check)\b"
    for name, text in SOURCES.items():
        assert not re.search(forbidden, text), name


def test_the_files_are_printed_from_the_ledger() -> None:
    claims = ledger.select(["t6-s0", "h-sf-2x"])
    text = printed(claims)
    assert "<= (3 - INR l / INR u) / 2 * h_sf 0 (two l u X Y) l u.\nProof." in text
    assert "Definition ledger := (tt, t6_s0, h_sf_2x)." in text
    changes, count = mutated(claims)
    assert count == changes.count("Fail exact") == 4
    assert "<= (2997 / 1000 - INR l" in changes.replace("((2997 / 1000)", "(2997 / 1000")


def test_without_coq_the_command_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="apt-get install coq"):
        CliRunner().invoke(command, ["--formal"], catch_exceptions=False)


def test_a_claim_without_a_theorem_is_bad_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coq, "missing", list)
    with pytest.raises(InputError, match="a claim with a theorem"):
        CliRunner().invoke(command, ["--formal", "--claim", "t3-step"], catch_exceptions=False)


def test_a_failing_program_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(coq.CoqError):
        coq.run(["false"], tmp_path)
