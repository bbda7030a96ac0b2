"""The stored certificates, as rows of the table: only what the checker accepts."""

import json
from fractions import Fraction

import pytest

from kvratio.proofs_check.copositive import CopositiveError, check
from kvratio.reports.bounds import certificates
from kvratio.theory.adversary import Problem, worst_case


def test_every_stored_certificate_is_accepted_and_nearly_tight() -> None:
    texts = certificates.stored()
    assert len(texts) >= 6
    for text in texts.values():
        proved = check(text)
        if proved.upper > 60:
            continue  # the witness search takes seconds; the rows are compared in the table
        problem = Problem(
            proved.policy, proved.benchmark, proved.lower, proved.upper, proved.prompt, proved.caps
        )
        assert 0 <= proved.bound - worst_case(problem).ratio < Fraction(1, 10**6)


def test_a_forged_file_makes_no_row() -> None:
    file, text = next(iter(certificates.stored().items()))
    data = json.loads(text)
    data["bound"] = [data["bound"][0] * 99, data["bound"][1] * 100]
    with pytest.raises(CopositiveError):
        certificates.row(file, json.dumps(data))


def test_rows_contradict_theorem_4() -> None:
    """P, Theorem 4: no policy that does not know the lengths beats A_min."""
    rows = {row.id: row for row in certificates.bounds()}
    for name in ("a-min-staggered-h-sf-u20", "a-min-staggered-h-sf-u100"):
        assert "below A_min's worst case" in rows[f"certificate/{name}"].statement
    assert "below A_min's" in rows["certificate/slicing-doubling-h-sf-u100"].statement
    assert "above A_min's" in rows["certificate/slicing-doubling-h-sf-u20"].statement
    assert {row.obtained for row in rows.values()} == {"certified"}
