"""Worst-case search: exact witnesses, against brute force and known maxima."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from kvratio.theory.adversary import Problem, maximise, worst_case
from kvratio.theory.checks import InputError

# Regression: the maxima found in a first look (../shared/theory-notes.md), to their printed digits.
NOTES = [
    ("a-min", "h-sf", 20, 1.912),
    ("a-min", "h-sf", 100, 2.333),
    ("a-min-staggered", "h-sf", 20, 1.808),
    ("slicing", "h-sf", 20, 2.143),
    ("slicing", "h-sf", 100, 2.299),
    ("a-min", "area", 20, 2.87),
    ("a-min-staggered", "area", 20, 2.62),
    ("slicing", "area", 20, 3.85),
    ("slicing", "area", 100, 4.37),
]
DOUBLING = tuple(2**k for k in range(8))


def problem(policy: str, benchmark: str, upper: int) -> Problem:
    return Problem(policy, benchmark, upper=upper, caps=DOUBLING if policy == "slicing" else ())


@pytest.mark.parametrize(("policy", "benchmark", "upper", "printed"), NOTES)
def test_the_maxima_of_the_notes(policy: str, benchmark: str, upper: int, printed: float) -> None:
    worst = worst_case(problem(policy, benchmark, upper))
    digits = 3 if printed < 2.5 and benchmark == "h-sf" else 2
    assert abs(float(worst.ratio) - printed) <= 0.6 * 10**-digits


@pytest.mark.parametrize("policy", ["a-min", "a-min-staggered", "slicing", "a-random", "a-max"])
@pytest.mark.parametrize("benchmark", ["h-sf", "area"])
def test_no_grid_point_beats_the_witness(policy: str, benchmark: str) -> None:
    """Brute force over all shares 0 ... 5 of the lengths 1 ... 4."""
    case = problem(policy, benchmark, 4)
    best = max(
        case.ratio(dict(zip(range(1, 5), shares, strict=True)))
        for shares in product(range(6), repeat=4)
        if any(shares)
    )
    assert worst_case(case).ratio >= best


def test_the_witness_is_exact_and_positive() -> None:
    case = problem("slicing", "h-sf", 60)
    worst = worst_case(case)
    assert case.ratio(worst.shares) == worst.ratio
    assert all(type(c) is int and c > 0 for c in worst.shares.values())


def test_same_seed_same_witness() -> None:
    case = problem("slicing", "area", 40)
    assert worst_case(case, seed=3) == worst_case(case, seed=3)


def test_scaling_all_lengths_with_the_prompt_can_only_add_cases() -> None:
    """Lengths 1 ... 10 without prompts are the multiples of 5 among 5 ... 50: the form of A_min and
    of H-SF is homogeneous of degree 2 in (s, lengths)."""
    small = worst_case(Problem("a-min", "h-sf", upper=10, prompt=Fraction(2)))
    multiples = tuple(range(5, 51, 5))
    large = Problem("a-min", "h-sf", 5, 50, Fraction(10), lengths=multiples)
    assert large.ratio({5 * k: c for k, c in small.shares.items()}) == small.ratio
    assert abs(worst_case(large).ratio - small.ratio) < Fraction(1, 10**9)


def test_progress_reports_every_start() -> None:
    lines: list[str] = []
    worst_case(problem("a-min", "h-sf", 5), progress=lines.append)
    assert [line.split(":")[0] for line in lines] == [
        "start equal",
        "start short",
        "start random 1",
        "start random 2",
    ]


def test_coordinate_ascent_never_goes_down() -> None:
    generator = np.random.default_rng(1)
    for _ in range(20):
        a = generator.random((6, 6))
        a, b = a + a.T, np.eye(6) + generator.random() * np.ones((6, 6))
        start = generator.random(6)
        _, value = maximise(a, b, start)
        assert value >= start @ a @ start / (start @ b @ start)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"policy": "a-best"}, "policy: expected one of a-max"),
        ({"benchmark": "a-min"}, "benchmark: expected one of area, h-sf"),
        ({"upper": 0}, "upper: expected a whole number, at least 1 and at most 1000000000, got 0"),
        ({"lower": 9}, "upper: expected a whole number, at least 9 and at most 1000000000, got 8"),
        (
            {"prompt": -1},
            "prompt: expected an exact rational number at least 0 and at most 1000000000, got -1",
        ),
        (
            {"prompt": 0.5},
            "prompt: expected an exact rational number at least 0 and at most 1000000000, got 0.5",
        ),
        ({"caps": (8,)}, "caps: expected caps for slicing"),
        ({"policy": "slicing", "caps": (2, 4)}, "a last cap of at least u = 8"),
        ({"lengths": (3, 2)}, "strictly ascending lengths"),
        ({"lengths": (9,)}, "lengths.0.: expected a whole number, at least 1 and at most 8, got 9"),
    ],
)
def test_bad_input(arguments: dict[str, object], message: str) -> None:
    default: dict[str, object] = {"policy": "a-min", "benchmark": "h-sf", "upper": 8}
    with pytest.raises(InputError, match=message):
        Problem(**(default | arguments))


def test_matrices_end_where_memory_would() -> None:
    with pytest.raises(InputError, match="upper: expected an interval of at most 2000"):
        worst_case(problem("a-min-staggered", "h-sf", 3000))
