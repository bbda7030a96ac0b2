"""The linear-time ratio of A_min and its bounds: equal to the class sums, and forgeries fail."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvratio.proofs_check.claim import examine
from kvratio.proofs_check.evidence import all_less, extreme
from kvratio.proofs_check.fluid import ratio
from kvratio.proofs_check.ledger import select
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.tails import bounded, tail_ratio
from kvratio.proofs_check.verdict import Bearing, Verdict


@given(st.lists(st.integers(0, 50), min_size=1, max_size=9).filter(lambda y: y[-1] > 0))
def test_the_ratio_is_that_of_the_class_sums(y: list[int]) -> None:
    shares = {k: k * v for k, v in enumerate(y, 1)}
    assert tail_ratio(y) == ratio("a-min", "h-sf", shares, 0, (1, len(y)))


def test_negative_shares_are_no_shares() -> None:
    with pytest.raises(ValueError, match="negative"):
        tail_ratio([3, -1])


@pytest.mark.parametrize("upper", [2, 7, 60])
def test_a_bound_below_what_is_attained_is_never_proved(upper: int) -> None:
    y, bound, r, bits = Sources().a_min_extreme(upper)
    assert bounded(bound, r, bits)
    attained = tail_ratio(y)
    assert attained <= bound < attained * (1 + Fraction(1, 10**12))
    for numbers in (r, [0] * upper, [v + 1 for v in r], [2 * v for v in r]):
        assert not bounded(attained - Fraction(1, 10**9), numbers, bits)


@pytest.mark.parametrize("damage", ["bound", "numbers", "short", "witness"])
def test_forged_extremes_prove_nothing(damage: str) -> None:
    y, bound, r, bits = Sources().a_min_extreme(60)
    forged = {
        "bound": (y, bound - Fraction(1, 1000), r, bits),
        "numbers": (y, bound, [2 * v for v in r], bits),
        "short": (y[:-1], bound, r[:-1], bits),
        "witness": ([10**6, *y[1:]], Fraction(5, 4), r, bits),
    }[damage]
    assert extreme(60, y, bound, r, bits)[0].outcome is Bearing.STEP
    assert extreme(60, *forged)[0].outcome is Bearing.FAILED


def test_a_forged_producer_leaves_the_fit_open() -> None:
    (claim,) = select(["fig1-fit"])

    class Forged(Sources):
        def a_min_extreme(self, upper: int) -> tuple[list[int], Fraction, list[int], int]:
            return [1] * upper, Fraction(3), [0] * upper, 1

    assert examine(claim, Forged()).verdict is Verdict.OPEN


def test_no_comparison_proves_nothing() -> None:
    assert all_less("", []).outcome is Bearing.FAILED
    assert all_less("", [(lambda x: x, lambda x: x + 1, 0)]).outcome is Bearing.STEP
    assert all_less("", [(lambda x: x, lambda x: x, 0)]).outcome is Bearing.FAILED
