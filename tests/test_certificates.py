"""The making of certificates: what it makes passes the exact checker and is nearly tight."""

import json
from fractions import Fraction

import numpy as np
import pytest

from kvratio.proofs_check.copositive import check
from kvratio.theory import certificates
from kvratio.theory.adversary import Problem, worst_case
from kvratio.theory.certificates import certify
from kvratio.theory.checks import InputError

GAP = Fraction(1, 10**6)  # solver accuracy: certified bound minus exact witness

PROBLEMS = [
    Problem("a-min", "h-sf", upper=60),
    Problem("a-min", "area", lower=3, upper=30, prompt=Fraction(7, 2)),
    Problem("a-min-staggered", "h-sf", upper=40),
    Problem("slicing", "h-sf", upper=20, caps=(1, 2, 4, 8, 16, 32)),
    Problem("slicing", "area", upper=20, prompt=Fraction(10), caps=(3, 12, 32)),
    Problem("a-random", "h-sf", lower=2, upper=20),
    Problem("a-max", "area", lower=2, upper=12),
    Problem("h-sf", "area", upper=30),
    Problem("a-min", "h-sf", lower=5, upper=90, lengths=(5, 20, 50, 90)),
    Problem("a-min", "h-sf", lower=7, upper=7),
]


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: f"{p.policy}/{p.benchmark}")
def test_certificate_and_witness_enclose_the_maximum(problem: Problem) -> None:
    proved = check(json.dumps(certify(problem).to_json()))
    assert proved.lengths == problem.lengths
    assert proved.prompt == problem.prompt
    worst = worst_case(problem)
    assert worst.ratio <= proved.bound <= worst.ratio + GAP * proved.bound


def test_two_lengths_give_the_known_maxima() -> None:
    """P, Theorem 6: (3 - alpha) / 2 for A_min; P, Theorem EC.1: (1 + 1 / alpha) / 2."""
    for u in (2, 5, 40):
        a_min = certify(Problem("a-min", "h-sf", upper=u, lengths=(1, u))).bound
        assert 0 <= a_min - (3 - Fraction(1, u)) / 2 < GAP
        a_random = certify(Problem("a-random", "h-sf", upper=u, lengths=(1, u))).bound
        assert 0 <= a_random - Fraction(1 + u, 2) < GAP * u


def test_an_unusable_answer_of_the_solver_is_no_certificate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bound that is too small leaves P indefinite: the margin grows until it is true again."""
    problem = Problem("slicing", "h-sf", upper=8, caps=(1, 2, 4, 8))
    truth = check(json.dumps(certify(problem).to_json())).bound
    monkeypatch.setattr(certificates, "_semidefinite", lambda a, _b: (1.5, np.zeros_like(a)))
    proved = check(json.dumps(certify(problem).to_json())).bound
    assert proved > truth


def test_too_many_lengths_are_refused() -> None:
    with pytest.raises(InputError, match="expected at most 150"):
        certify(Problem("a-min", "h-sf", upper=151))
