"""The exact checker of doubly nonnegative certificates: it accepts truth and rejects forgeries."""

import copy
import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from kvratio.proofs_check import copositive
from kvratio.proofs_check.copositive import CopositiveError, check
from kvratio.theory.adversary import Problem, worst_case
from kvratio.theory.certificates import certify
from kvratio.theory.matrices import matrix
from tests.certificates import copositive_by_hand as by_hand

Json = dict[str, Any]
CAPS = (1, 2, 4, 8)


def slicing_file() -> Json:
    """Slicing with doubling caps on 1 ... 8: its certificate needs a nonzero N."""
    return certify(Problem("slicing", "h-sf", upper=8, caps=CAPS)).to_json()


@pytest.fixture(scope="module")
def honest() -> Json:
    return slicing_file()


def test_a_certificate_made_by_hand() -> None:
    proved = check(json.dumps(by_hand()))
    assert (proved.policy, proved.benchmark, proved.bound) == ("h-sf", "area", Fraction(4, 3))
    assert proved.lengths == (1, 2)


def test_the_bound_made_by_hand_cannot_be_lowered() -> None:
    lowered = by_hand() | {"bound": [1333333, 1000000]}
    with pytest.raises(CopositiveError) as caught:
        check(json.dumps(lowered))
    assert caught.value.reason == "negative entry"


@pytest.mark.parametrize("n", [1, 2, 3])
def test_pivots_and_rows_are_as_many_as_the_lengths(n: int) -> None:
    rows = [[1] * k for k in range(1, n + 1)]
    data: Json = {"denominator": 2, "pivots": [1] * n, "factor": rows}
    assert copositive._evidence(data, n) == (2, [1] * n, rows)
    for wrong in ({"pivots": [1] * (n + 1)}, {"factor": rows[1:]}, {"factor": [*rows, [1] * n]}):
        with pytest.raises(CopositiveError, match=f"expected {n} pivots and rows of 1 to {n}"):
            copositive._evidence(data | wrong, n)


Forge = Callable[[Json], object]


def replaced(key: str, value: Any) -> Forge:
    return lambda data: data.update({key: value})


FORGERIES: list[tuple[str, Forge]] = [
    ("wrong keys", lambda data: data.pop("pivots")),
    ("wrong keys", replaced("note", 1)),
    ("unknown format", replaced("format", "kvratio-optimality")),
    ("unknown version", replaced("version", 2)),
    ("unknown version", replaced("version", True)),
    ("unknown policy", replaced("policy", "a-optimal")),
    ("unknown policy", replaced("policy", ["slicing"])),
    ("unknown policy", replaced("benchmark", "a-min")),
    ("malformed caps", replaced("caps", [1, 2, 4])),  # they end before upper
    ("malformed caps", replaced("caps", [1, 4, 2, 8])),
    ("malformed caps", replaced("caps", [])),
    ("malformed caps", replaced("policy", "a-min")),  # caps without slicing
    ("malformed prompt", replaced("prompt", [-1, 1])),
    ("malformed prompt", replaced("prompt", [1, 0])),
    ("malformed lengths", replaced("lengths", [])),
    ("malformed lengths", replaced("lengths", [1, 2, 3, 4, 5, 6, 8, 7])),
    ("malformed lengths", replaced("upper", 7)),
    ("malformed lengths", replaced("upper", 10**9)),
    ("malformed bound", replaced("bound", [2, 0])),
    ("malformed bound", replaced("bound", [2])),
    ("malformed factor", lambda data: data["factor"].pop()),
    ("malformed factor", lambda data: data["factor"][2].append(0)),
    ("malformed factor", lambda data: data["factor"][2].__setitem__(0, True)),
    ("malformed factor", replaced("denominator", 0)),
    ("malformed factor", replaced("pivots", None)),
    ("malformed factor", replaced("factor", 3)),
    ("negative pivot", lambda data: data["pivots"].__setitem__(3, -1)),
    ("negative entry", lambda data: data["factor"][3].__setitem__(0, 1 << 50)),
    ("negative entry", replaced("prompt", [1, 1])),  # another instance
    ("negative entry", replaced("caps", [1, 2, 8])),  # another policy
    ("negative entry", replaced("benchmark", "area")),  # a stronger benchmark
]


@pytest.mark.parametrize(("reason", "forge"), FORGERIES)
def test_a_forgery_is_rejected_for_its_own_reason(honest: Json, reason: str, forge: Forge) -> None:
    check(json.dumps(honest))
    data = copy.deepcopy(honest)
    forge(data)
    with pytest.raises(CopositiveError) as caught:
        check(json.dumps(data))
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("not JSON", "{"),
        ("not JSON", "[" * 100_000),
        ("wrong keys", "[]"),
        ("duplicate key", '{"version": 1, "version": 1}'),
        ("not an integer", '{"version": 1.0}'),
        ("not an integer", '{"version": NaN}'),
        ("number too large", '{"version": 1' + "0" * 60 + "}"),
    ],
)
def test_a_broken_file_is_rejected(reason: str, text: str) -> None:
    with pytest.raises(CopositiveError) as caught:
        check(text)
    assert caught.value.reason == reason


def test_every_reason_is_seen() -> None:
    broken = {"not JSON", "duplicate key", "not an integer", "number too large"}
    assert broken | {reason for reason, _ in FORGERIES} == set(copositive.REASONS)


def test_a_bound_below_the_witness_is_rejected_whatever_the_factor(honest: Json) -> None:
    """The true maximum separates what can be certified: just below it the honest factor fails."""
    worst = worst_case(Problem("slicing", "h-sf", upper=8, caps=CAPS)).ratio
    top, bottom = honest["bound"]
    assert 0 <= Fraction(top, bottom) - worst < Fraction(1, 10**7)
    data = honest | {"bound": [worst.numerator * 10**9, worst.denominator * 10**9 + 10**3]}
    with pytest.raises(CopositiveError):
        check(json.dumps(data))


@pytest.mark.parametrize("policy", ["a-min", "a-min-staggered", "a-max"])
def test_witnesses_are_evaluated_without_the_theory(policy: str) -> None:
    problem = Problem(policy, "area", 2, 7, Fraction(3, 2))
    worst = worst_case(problem)
    claim = check(json.dumps(certify(problem).to_json()))
    assert copositive.ratio(claim, worst.shares) == worst.ratio <= claim.bound


@pytest.mark.parametrize("shares", [{}, {1: 0}, {3: 1}, {1: -1, 2: 3}])
def test_what_is_no_witness(shares: dict[int, int]) -> None:
    with pytest.raises(CopositiveError):
        copositive.ratio(check(json.dumps(by_hand())), shares)


@pytest.mark.parametrize("prompt", [Fraction(0), Fraction(5, 2)])
@pytest.mark.parametrize("policy", copositive.POLICIES)
def test_the_checker_builds_the_same_forms_as_the_theory(policy: str, prompt: Fraction) -> None:
    """Two independent definitions: stage sums here, `kvratio.theory.forms` there."""
    problem = Problem(policy, "h-sf", 2, 9, prompt, (3, 5, 9) if policy == "slicing" else ())
    claim = copositive.RatioBound(
        policy, problem.caps, "h-sf", prompt, 2, 9, problem.lengths, Fraction(1)
    )
    total, scale = copositive._form(policy, claim)
    expected = matrix(problem.form(), prompt, 2, 9)
    for i, row in enumerate(total):
        for j in range(i + 1):
            assert Fraction(row[j], scale) == expected[i][j]
