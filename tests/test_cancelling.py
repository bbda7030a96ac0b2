"""The judge's check of the certificates of the price with predictions, against the producer's."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from kvratio.proofs_check.cancelling import at_least, at_most, read
from kvratio.proofs_check.claims import price_predictions
from kvratio.proofs_check.evidence import enclosure
from kvratio.proofs_check.verdict import Bearing
from kvratio.reports import PUBLISHED
from kvratio.theory.checks import InputError
from kvratio.theory.price.enclosed import proofs
from tests.test_price_predictions import mixture

FILE = PUBLISHED / "predictions.json"
ROWS = json.loads(FILE.read_text(encoding="utf-8"))
# rho = 11/2: the runs of tests/test_price_predictions.py
RUNS = [[-1, 1, 1], [-1, 2, 1], [-1, 0, 2], [0, 4, 2], [2, 6, 1], [4, 6, 1], [4, 5, 1]]
POLICY = {"levels": [10, 17, 30, 55], "runs": RUNS, "weights": [9, 7, 5, 3]}
LENGTHS = {
    "levels": [10, 17, 55],
    "tails": [9, 5, 3],
    "times": [0, 7, 20, 45],
    "prices": [9, 6, 2],
    "unit": 10,
}
RHO = Fraction(11, 2)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["rho"])
def test_two_programs_agree_on_what_is_published(row: dict[str, Any]) -> None:
    policy, lengths = proofs(row)
    assert read(FILE, Fraction(row["rho"])) == (lengths.ratio, policy.ratio)


def test_two_programs_agree_on_small_certificates() -> None:
    policy, lengths = proofs({"policy": POLICY, "lengths": LENGTHS})
    assert at_most(POLICY, RHO) == policy.ratio
    assert at_least(LENGTHS, RHO) == lengths.ratio


def test_every_rho_of_the_claim_is_published() -> None:
    assert [int(row["rho"]) for row in ROWS] == list(price_predictions.RHOS)


@pytest.mark.parametrize(
    ("part", "change"),
    [
        (POLICY, {"runs": RUNS[:-1]}),  # more reach the stage 4 than leave it
        (POLICY, {"runs": [*RUNS, [2, 0, 1]]}),  # backwards
        (POLICY, {"runs": [*RUNS, [1, 3, 1]]}),  # after the end
        (POLICY, {"runs": [*RUNS, [-1, 7, 1]]}),  # no such stage
        (POLICY, {"runs": [*RUNS, [-1, 1, -1]]}),
        (POLICY, {"weights": [9, 7, 5, 0]}),
        (POLICY, {"weights": [9, 7, 5]}),
        (POLICY, {"weights": [9, 7, 5, 3.0]}),
        (POLICY, {"levels": [10, 30, 17, 55]}),
        (POLICY, {"levels": [10, 17, 30, 56]}),  # another rho
        (LENGTHS, {"tails": [9, 10, 3]}),
        (LENGTHS, {"tails": [9, 5, 0]}),
        (LENGTHS, {"times": [1, 7, 20, 45]}),
        (LENGTHS, {"times": [0, 7, 7, 45]}),
        (LENGTHS, {"prices": [9, 6, -2]}),
        (LENGTHS, {"prices": [9, 6]}),
        (LENGTHS, {"unit": 0}),
        (LENGTHS, {"levels": [0, 17, 55]}),
    ],
)
def test_forged_certificates_are_none(part: dict[str, Any], change: dict[str, Any]) -> None:
    check = at_most if part is POLICY else at_least
    with pytest.raises(InputError):
        check({**part, **change}, RHO)


@pytest.mark.parametrize("change", ["weights", "prices"])
def test_a_changed_number_proves_something_else(change: str) -> None:
    part = dict(POLICY if change == "weights" else LENGTHS)
    check = at_most if change == "weights" else at_least
    before = check(part, RHO)
    numbers = list(part[change])  # type: ignore[call-overload]
    for k in range(len(numbers)):
        part[change] = [x + (i == k) for i, x in enumerate(numbers)]
        assert check(part, RHO) != before


def test_files_without_certificates_leave_the_claim_open(tmp_path: Path) -> None:
    file = tmp_path / "predictions.json"
    for text in ("", "{}", "[]", "[1]", '[{"rho": "5"}]', '[{"rho": "x"}]', json.dumps(ROWS[:1])):
        file.write_text(text, encoding="utf-8")
        finding, below, above = enclosure(file, Fraction(5))
        assert finding.outcome is Bearing.FAILED
        assert below == above == 0
    assert enclosure(tmp_path / "none.json", Fraction(5))[0].outcome is Bearing.FAILED


@pytest.mark.parametrize("q", [Fraction(0), Fraction(1, 3), Fraction(1)])
def test_the_cost_on_two_volumes_is_the_stages(q: Fraction) -> None:
    rho, x = Fraction(7), Fraction(1, 5)
    area = 1 + (rho - 1) * x**2
    assert price_predictions.cost(rho, x, q) == mixture(rho, x, q) * area
