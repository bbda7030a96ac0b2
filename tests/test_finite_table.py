"""What the documentation says of each policy at finite size."""

from pathlib import Path

import pytest

from kvratio.proofs_check.ledger import claims
from kvratio.proofs_check.verdict import Verdict
from kvratio.reports.bounds import at_finite_size
from kvratio.reports.bounds.at_finite_size import EVERY_RUN, FORM, LEDGER, SMALL, states, table
from kvratio.simulate.policies import POLICIES
from kvratio.theory.finite import greedy
from kvratio.theory.finite.policies import NONE, PROVED

ROOT = Path(__file__).parent.parent


def test_every_policy_has_its_row() -> None:
    said = {state.policy for state in states()}
    assert said >= set(POLICIES)
    assert said - set(POLICIES) == {"las", "offset-slicing:admits=paced"}
    assert len(table().splitlines()) == len(said) + 2


def test_every_row_says_something_and_contradicts_nothing() -> None:
    for state in states():
        assert state.proved or state.unknown
        if state.policy in EVERY_RUN:
            assert state.policy in NONE
        if state.policy in SMALL:
            assert "from some M on" in state.proved
        if state.policy in FORM:
            assert state.policy not in PROVED


def test_what_is_named_is_there() -> None:
    verdicts = {claim.id: claim.expected for claim in claims()}
    assert {verdicts[row] for rows in LEDGER.values() for row in rows} == {Verdict.PROVED}
    assert set(LEDGER) <= {state.policy for state in states()}
    bounds = {bound.id for bound in greedy.bounds()}
    for shown in {*EVERY_RUN.values(), *FORM.values(), *SMALL.values()}:
        kind, _, name = shown.partition(" ")
        if kind == "row":
            assert name in verdicts
        elif kind == "bound":
            assert name in bounds
        else:
            file, _, test = name.partition("::")
            assert f"def {test}(" in (ROOT / file).read_text()


def test_what_is_not_proved_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {state.policy: state for state in states()}
    assert found["h-sf"].unknown == ""
    assert "average" in found["alpha-protection"].unknown
    monkeypatch.setattr(at_finite_size, "PROVED", {})
    without = {state.policy: state for state in states()}
    assert "h-sf" not in without
    monkeypatch.setattr(at_finite_size, "IN_EXPECTATION", {})
    without = {state.policy: state for state in states()}
    assert without["a-min-thinned"].unknown == "a bound on every run; any bound on average"
