"""Optimality certificates at the limits of their grammar: the last that is allowed, the first not.

The limits are those of `proofs_check/FORMAT.md`.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from kvratio.proofs_check.certificate import (
    MAX_DIGITS,
    MAX_STEPS,
    Certificate,
    CertificateError,
    read_certificate,
)
from kvratio.proofs_check.optimality import check

VALID = json.loads((Path(__file__).parent / "forged" / "valid.json").read_text())


def read(**changes: Any) -> Certificate:
    return read_certificate(json.dumps(VALID | changes))


def refusal(**changes: Any) -> CertificateError:
    with pytest.raises(CertificateError) as caught:
        check(read(**changes))
    return caught.value


def test_numbers_have_at_most_eighteen_characters() -> None:
    largest, least = 10**MAX_DIGITS - 1, -(10 ** (MAX_DIGITS - 1) - 1)
    assert MAX_DIGITS == 18
    assert read(upper=largest).upper == 999_999_999_999_999_999
    assert refusal(upper=largest + 1).reason == "number too large"
    assert refusal(upper=least).reason == "malformed upper"
    assert refusal(upper=least - 1).reason == "number too large"


def test_budgets_have_at_most_ten_million_tokens() -> None:
    assert MAX_STEPS == 10_000_000
    requests = VALID["instance"]["requests"]
    assert read(instance={"memory": 10**7, "requests": requests}).instance.memory == 10**7
    larger = {"memory": 10**7 + 1, "requests": requests}
    assert refusal(instance=larger).reason == "number too large"


@pytest.mark.parametrize("step", [0, 6 * 10**6, 10**7 - 3])
def test_the_last_step_that_may_have_a_price(step: int) -> None:
    assert read(prices=[[[0, step, 1]]]).prices == (((0, step, 1),),)


@pytest.mark.parametrize("segment", [[0, 10**7 - 2, 1], [0, 10**7 - 3, 1, 1], [0, 10**7, 1]])
def test_the_first_step_that_may_not(segment: list[int]) -> None:
    assert refusal(prices=[[segment]]).reason == "number too large"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ([-1], "unknown base"),
        ([1], "unknown base"),
        ([0, 0], "malformed prices"),
        ([[0]], "malformed prices"),
        ([[]], "malformed prices"),
        ([[0, 1, True]], "malformed prices"),
        ([[0, 1, "2"]], "malformed prices"),
        ([["0", "1", "2"]], "malformed prices"),
        ([[0, 1, [2]]], "malformed prices"),
        ([True], "malformed prices"),
        ([[0, 1, -1]], "negative price"),
        ([[0, -1, 1]], "negative price"),
        ([[-1, 0, 1]], "negative price"),
        ([[2, 0, 1]], "unknown cut"),
    ],
)
def test_bad_rows_of_prices(row: list[Any], reason: str) -> None:
    # the second row: it may continue the first, and there is one cut
    assert refusal(prices=[[], row]).reason == reason


def test_rows_that_are_just_allowed() -> None:
    assert read(prices=[[], [0], [1, [1, 0]]]).prices == ((), (), ((1, 0),))


def test_every_cut_is_looked_at() -> None:
    good, bad = ["gap", 1, 0, 1], ["gap", 0, 0, 1]
    for cuts in ([good, bad], [["ahead", 1, 0], bad], [bad, good]):
        assert refusal(cuts=cuts).reason == "malformed cuts"
    assert read(cuts=[good, ["ahead", 1, 0]]).cuts == (("gap", 1, 0, 1), ("ahead", 1, 0))


@pytest.mark.parametrize(
    ("cut", "allowed"),
    [
        (["gap", 1, 5, 0], True),  # the budget is 5
        (["gap", 1, 6, 0], False),
        (["gap", 1, -1, 0], False),
        (["gap", 1, 0, -1], False),
        (["ahead", 2, 2], True),
        (["ahead", 5, 1], False),  # 5 * 1 < 5 does not hold
        (["ahead", 0, 0], False),
        (["ahead", 1, 4], True),
        (["ahead", 1, 5], False),
        (["ahead", 1, True], False),
        (["ahead", 1], False),
    ],
)
def test_the_limits_of_cuts(cut: list[Any], allowed: bool) -> None:
    if allowed:
        assert read(cuts=[cut]).cuts == (tuple(cut),)
    else:
        assert refusal(cuts=[cut]).reason == "malformed cuts"


@pytest.mark.parametrize(
    ("split", "reason"),
    [
        ([4, 0], "unknown request"),
        ([7, 0], "unknown request"),
        ([3, 0], "split outside the window"),  # it arrives at 1
    ],
)
def test_splits_at_the_limits(split: list[int], reason: str) -> None:
    assert refusal(tree=[split, 0, 0]).reason == reason


def test_a_split_must_leave_both_sides_something() -> None:
    # after "request 3 starts at 2 or before" it may be split at 1, but no longer at 2 or beyond
    chain = [[3, 2], [3, 1], 0, 0, 0]
    assert check(read(tree=chain)).leaves == 3
    for step in (2, 3, 1000):
        refused = refusal(tree=[[3, 2], [3, step], 0, 0, 0])
        assert refused.reason == "split outside the window"
        assert refused.detail == f"node 1: request 3, step {step}"


def test_details_say_where() -> None:
    assert refusal(prices=[[], [[2, 0, 1]]]).detail == "row 1: constraint 2"
    assert refusal(tree=[9]).detail == "node 0: row 9"
    assert refusal(lower=VALID["upper"], tree=[1, 0]).reason in ("bound too weak", "tree goes on")


def test_the_bound_is_what_must_exceed_the_claim() -> None:
    """One request of 2 tokens in a budget of 2: every schedule needs 2 steps, so 3 is no bound."""
    instance = {"memory": 2, "requests": [{"prompt": 0, "output": 2}]}
    plain = {"instance": instance, "schedule": [[0, 1, 3, True]], "upper": 3, "cuts": []}
    plain |= {"prices": [[]], "tree": [0], "scale": 1}
    assert check(read(**plain, lower=2)) == (2, 3, 1)
    refused = refusal(**plain, lower=3)
    assert (refused.reason, refused.detail) == (
        "bound too weak",
        "node 0: 2/1 does not exceed 3 - 1",
    )
