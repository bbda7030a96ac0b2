"""The validators: what they accept they return, what they refuse they name."""

import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from kvratio.theory.checks import (
    MOST_EXPONENT,
    MOST_SECONDS,
    InputError,
    WorkLimitError,
    duration,
    nearest,
    one_of,
    rational,
    same_length,
    whole,
)


def refusal(call: Any, *arguments: Any, **limits: Any) -> str:
    """What is said to a value that is refused."""
    with pytest.raises(InputError) as caught:
        call("it", *arguments, **limits)
    assert caught.value.argument == "it"
    return str(caught.value)


def test_whole_numbers() -> None:
    assert whole("it", 0) == 0
    assert whole("it", 5, least=5, most=5) == 5
    assert whole("it", -3, least=-3) == -3
    assert whole("it", 6, least=5, most=7) == 6
    converted = whole("it", np.int64(7))
    assert type(converted) is int
    assert converted == 7


@pytest.mark.parametrize("value", [True, False, 1.0, "1", None, Fraction(1), [1], np.float64(2)])
def test_what_is_no_whole_number(value: Any) -> None:
    assert "expected a whole number, at least 0" in refusal(whole, value)


def test_whole_numbers_out_of_range() -> None:
    assert refusal(whole, -1) == "it: expected a whole number, at least 0, got -1"
    assert refusal(whole, 2, least=3) == "it: expected a whole number, at least 3, got 2"
    required = "expected a whole number, at least 1 and at most 4"
    assert refusal(whole, 5, least=1, most=4) == f"it: {required}, got 5"
    assert refusal(whole, 0, least=1, most=4) == f"it: {required}, got 0"
    assert "at least 0 and at most 0, got" in refusal(whole, 1, most=0)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (3, Fraction(3)),
        (Fraction(2, 7), Fraction(2, 7)),
        ("1/3", Fraction(1, 3)),
        ("0.25", Fraction(1, 4)),
        ("-2", Fraction(-2)),
        ("1e3", Fraction(1000)),
        ("1E-2", Fraction(1, 100)),
        (f"1e{MOST_EXPONENT}", Fraction(10**400)),
        (f"1e-{MOST_EXPONENT} ", Fraction(1, 10**400)),
    ],
)
def test_rational_numbers(value: Any, number: Fraction) -> None:
    result = rational("it", value)
    assert type(result) is Fraction
    assert result == number


@pytest.mark.parametrize(
    "value",
    [
        *(True, False, 0.5, None, "", "x", "1/0", "1e", [1], np.float64(1)),
        *(
            f"1e{MOST_EXPONENT + 1}",
            f"1E+{MOST_EXPONENT + 1}",
            "1e1_000_000_000",
            "1e_1",
            f"1e-{MOST_EXPONENT + 1} ",
        ),
    ],
)
def test_what_is_no_rational_number(value: Any) -> None:
    assert "expected an exact rational number" in refusal(rational, value)


def test_rational_numbers_in_range() -> None:
    assert rational("it", 1, above=0, below=2) == 1
    assert rational("it", 1, least=1, most=1) == 1
    assert rational("it", 1, above=-1, least=0, below=3, most=2) == 1
    words = refusal(rational, 0, above=0)
    assert words == "it: expected an exact rational number above 0, got 0"
    words = refusal(rational, "1/2", least=1, most=2)
    assert words == "it: expected an exact rational number at least 1 and at most 2, got '1/2'"
    assert " below 2, got" in refusal(rational, 2, below=2)
    assert " below 2, got" in refusal(rational, 3, below=2)
    assert " at most 2, got" in refusal(rational, 3, most=2)
    assert " above 0, got" in refusal(rational, -1, above=0)
    assert " above 0 and below 1, got" in refusal(rational, 0, above=0, below=1)
    # a fraction is shown as one writes it
    assert refusal(rational, Fraction(5, 2), most=2).endswith(", got 5/2")
    # zero is a limit like any other
    assert " at most 0, got" in refusal(rational, 1, most=0)
    assert " below 0, got" in refusal(rational, 0, below=0)
    assert " at least 0, got" in refusal(rational, -1, least=0)


def test_time_limits() -> None:
    for value in (1, 0.5, 1e-9, MOST_SECONDS):
        found = duration("it", value)
        assert type(found) is float
        assert found == value


@pytest.mark.parametrize(
    "value", [0, 0.0, -1, float("nan"), float("inf"), 2 * MOST_SECONDS, True, "1", None]
)
def test_what_is_no_time_limit(value: Any) -> None:
    assert "expected a number of seconds, above 0, got" in refusal(duration, value)


def test_limits_are_named() -> None:
    with pytest.raises(TypeError):
        whole("it", 3, 1)
    with pytest.raises(TypeError):
        rational("it", 3, 1)


def test_lengths_and_names() -> None:
    same_length("it", (1, 2), 2, "other")
    assert refusal(same_length, (1,), 2, "other") == (
        "it: expected one entry a request, as other has (2), got '1 entries'"
    )
    assert refusal(same_length, (1, 2, 3), 2, "other").endswith(", got '3 entries'")
    assert one_of("it", "b", {"b": 1, "a": 2}) == "b"
    assert refusal(one_of, "c", {"b", "a"}) == "it: expected one of a, b, got 'c'"


def test_three_names_spelt_alike_are_enough() -> None:
    known = ("queue-a", "queue-b", "queue-c", "queue-d")
    found = nearest("queue-x", known)
    assert len(found) == 3
    assert set(found) < set(known)


def test_long_values_are_cut() -> None:
    fits, long = "x" * 78, "x" * 79  # with quotes 80 and 81 characters
    assert str(InputError("it", fits, "less")) == f"it: expected less, got {fits!r}"
    shown = str(InputError("it", long, "less"))
    assert shown == f"it: expected less, got {repr(long)[:77]}..."


def test_errors_travel_between_processes() -> None:
    error = InputError("it", [1], "less", "take one")
    twin = pickle.loads(pickle.dumps(error))
    assert (twin.argument, twin.value, twin.expected, twin.fix) == ("it", [1], "less", "take one")
    assert str(twin) == str(error) == "it: expected less, got [1]; take one"
    inner = WorkLimitError("it", 3, "less", "--work").within("a.csv, line 2")
    assert (type(inner), inner.fix) == (WorkLimitError, "--work")
    assert str(inner) == "a.csv, line 2: it: expected less, got 3; --work"
