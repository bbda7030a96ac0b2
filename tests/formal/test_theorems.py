"""Coq accepts what the ledger prints, with the known axioms, and nothing that says more."""

from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner

from kvratio.proofs_check import coq, ledger
from kvratio.proofs_check.theorems import PART, THEOREMS, mutated
from kvratio.reports.commands.check import command

pytestmark = pytest.mark.formal


def test_the_axioms_are_those_of_the_real_numbers(axioms: dict[str, str]) -> None:
    assert coq.axioms(axioms["ledger"]) == coq.AXIOMS


def test_interval_arithmetic_adds_the_machine_integers(axioms: dict[str, str]) -> None:
    found = coq.axioms(axioms["ledger_by_interval"])
    assert {axiom for axiom in found if not axiom.startswith(coq.MACHINE)} == coq.AXIOMS
    assert any(axiom.startswith(coq.MACHINE) for axiom in found)


def test_coq_rejects_every_changed_constant(folder: Path) -> None:
    text, count = mutated(ledger.claims())
    coq.run_text(folder, text, "Mutations")  # would fail if one of the proofs were accepted
    constants = sum(len(c.numbers) for c in ledger.claims() if c.id in THEOREMS | PART)
    assert count == 2 * constants > 0


def test_the_mutation_test_can_fail(folder: Path) -> None:
    text, _ = mutated(ledger.select(["t6-s0"]))
    unchanged = text.replace("(2997 / 1000)", "3")
    assert unchanged != text
    with pytest.raises(coq.CoqError, match="has not failed"):
        coq.run_text(folder, unchanged, "Unchanged")


def test_the_command_shows_what_coq_says(folder: Path, tmp_path: Path) -> None:
    mine = copytree(folder, tmp_path / "formal")  # the theorems of one claim would replace all
    words = ["--formal", "--build", str(mine), "--claim", "t6-s0"]
    result = CliRunner().invoke(command, words)
    assert result.exit_code == 0, result.output
    assert "t6-s0: checked by Coq: theorem t6_s0" in result.output
    assert "secular_enclosure" in (folder / "Statements.v").read_text(encoding="utf-8")
