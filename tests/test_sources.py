"""What each policy declares, read from its source once more: another word is another policy.

P: arXiv 2508.14544. MC: arXiv 2502.07115, Algorithm 1 (MC-SF), its benchmark and the heuristics of
its section 5.2. G: arXiv 2601.22996. S: arXiv 2606.22327, Algorithm 1.
"""

from dataclasses import replace
from fractions import Fraction
from math import log, tanh
from typing import Any

import pytest

from kvratio.simulate.policies import POLICIES, named
from kvratio.simulate.policies.a_l import promoting
from kvratio.simulate.policies.offset_slicing import offset_slicing
from kvratio.simulate.policies.protection import protection
from kvratio.simulate.policies.slicing import growing
from kvratio.simulate.policy import Admits, Assumes
from kvratio.theory.checks import InputError

# assumed length, order of the queue, ties, admission, who goes where the cache overflows (the
# newest where the source evicts nobody)
DECLARED = {
    "h-sf": "OUTPUT ASSUMED_LENGTH INDEX LOOK_AHEAD NEWEST",  # P 3: true lengths, shortest first
    "a-max": "UPPER ASSUMED_LENGTH RANDOM LOOK_AHEAD NEWEST",  # P 1: as H-SF, with upper ends
    "a-min": "LOWER ASSUMED_LENGTH RANDOM LOOK_AHEAD SMALLEST_BOUND",  # P 2
    "a-min-live": "LOWER ASSUMED_LENGTH RANDOM LOOK_AHEAD SMALLEST_BOUND",
    "a-min-thinned": "LOWER ASSUMED_LENGTH RANDOM SLOT SMALLEST_BOUND",  # P Lemma 1: slots
    "a-min-staggered": "LOWER ASSUMED_LENGTH RANDOM PACED SMALLEST_BOUND",
    "a-l": "LOWER_THEN_UPPER JOINED INDEX LOOK_AHEAD NEWEST",  # P 6: first in, first out
    "a-random": "OUTPUT RANDOM RANDOM LOOK_AHEAD NEWEST",  # P 4: true lengths, random order
    "mc-sf": "UPPER ASSUMED_LENGTH INDEX LOOK_AHEAD NEWEST",  # MC: predicted to be at most so long
    "mc-benchmark": "UPPER ARRIVAL INDEX LOOK_AHEAD NEWEST",  # MC: the same test, in order
    "alpha-protection": "NOTHING ARRIVAL INDEX NEXT_STEP CLEARED",  # MC 5.2
    "beta-clearing": "NOTHING ARRIVAL INDEX NEXT_STEP CLEARED",
    "svf": "OUTPUT VOLUME INDEX LOOK_AHEAD NEWEST",  # S: smallest volume first
    "shortest-predicted": "MIDDLE ASSUMED_LENGTH INDEX NEXT_STEP NEWEST",
    "fcfs": "NOTHING ARRIVAL INDEX NEXT_STEP NEWEST",  # reads no prediction
    "fcfs-watermark": "NOTHING ARRIVAL INDEX NEXT_STEP NEWEST",
    "gsa": "CAPS ASSUMED_LENGTH INDEX STAGGERED NEWEST",  # G: slices
    "gba": "LENGTH_CLASS ASSUMED_LENGTH INDEX STAGGERED NEWEST",  # G: known classes
    "slicing": "CAPS ASSUMED_LENGTH RANDOM PACED NEWEST",
    "offset-slicing": "OFFSET_LEVELS VOLUME RANDOM NEXT_STEP LAST",
    "learned-slicing": "LEVELS GITTINS INDEX NEXT_STEP LAST",
}
CLEARING = ("alpha-protection", "beta-clearing")
# whose sources have one prompt length for all
ONE_PROMPT = {"h-sf", "a-max", "a-l", "a-random", "gsa", "gba"}
ONE_PROMPT |= {"a-min", "a-min-live", "a-min-thinned", "a-min-staggered"}


@pytest.mark.parametrize(("name", "declared"), DECLARED.items())
def test_a_policy_is_declared_as_its_source_says(name: str, declared: str) -> None:
    one = POLICIES[name]
    words: tuple[Any, ...] = (one.assumes, one.order, one.ties, one.admits, one.evicts)
    assert " ".join(word.name for word in words) == declared
    assert one.common_prompt is (name in ONE_PROMPT)
    assert one.live is (name == "a-min-live")
    assert one.thinned is (name in {"a-min-thinned", "a-min-staggered"})


def test_shares_of_the_sources() -> None:
    """vLLM keeps 1 % of its blocks free; MC protects alpha of the memory, 1/4 here, and clears all
    or, in beta-clearing, a part."""
    assert POLICIES["fcfs-watermark"].reserve == Fraction(1, 100)
    assert POLICIES["fcfs"].reserve == 0
    shares = [(POLICIES[name].reserve, POLICIES[name].clearing) for name in CLEARING]
    assert shares == [(Fraction(1, 4), 1), (Fraction(1, 5), Fraction(1, 5))]
    assert protection("1/9").reserve == Fraction(1, 9)


def test_a_threshold_for_any_lengths() -> None:
    assert promoting(8).assumes is Assumes.THRESHOLD_THEN_UPPER
    assert (promoting(1).caps, promoting(8).caps) == ((1,), (8,))
    assert promoting(admits="slots").admits is Admits.SLOT
    with pytest.raises(InputError, match="threshold: expected a whole number, at least 1, got 0"):
        promoting(0)


def test_levels_grow_by_the_number_with_the_best_constant() -> None:
    """Offset slicing is at most (2 y - 3 + 1 / y) / (ln y)^2 times the area bound, b = y^2. The
    least of it, searched for here, gives the four digits that are declared. x coth x at
    x = ln(b) / (4 m) is what m classes of offsets cost: 1.000035 at 64, as the module says."""

    def constant(y: float) -> float:
        return (2 * y - 3 + 1 / y) / log(y) ** 2

    low, high = 2.0, 9.0
    while high - low > 1e-7:
        one, other = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, other) if constant(one) < constant(other) else (one, high)
    policy = POLICIES["offset-slicing"]
    assert policy.growth == Fraction(round(10_000 * low**2), 10_000)
    x = 2 * log(low) / (4 * policy.classes)
    assert round(x / tanh(x), 6) == 1.000035
    words = [offset_slicing(admits=name).admits for name in ("greedy", "paced")]
    assert words == [Admits.NEXT_STEP, Admits.PACED]


@pytest.mark.parametrize("text", ["slicing:caps=1,x", "a-l:threshold=x"])
def test_texts_that_are_no_numbers(text: str) -> None:
    with pytest.raises(InputError, match="whole number"):
        named(text)


def test_how_far_ahead_is_in_parts_of_two_to_the_sixteenth() -> None:
    ahead = [replace(POLICIES["learned-slicing"], horizon=Fraction(1, k)).ahead for k in (1, 4, 3)]
    assert ahead == [65_536, 16_384, 21_845]


def test_growths_of_slicing_have_denominators_up_to_a_million() -> None:
    """Powers are exact, and a finer growth would fill the memory."""
    assert growing(Fraction(1_500_001, 10**6))
    for denominator in (10**6 + 1, 10**7 - 1):
        with pytest.raises(InputError, match="growth"):
            growing(Fraction(2 * denominator - 1, denominator))
