"""Every policy is declared as its source describes it, word by word.

The sources: arXiv 2508.14544 (Algorithms 1 to 6; every request has one prompt length there), arXiv
2502.07115 (MC-SF, MC-Benchmark and the heuristics of its section 5.2), arXiv 2601.22996 (GSA, GBA),
and the defaults of serving engines.
"""

from fractions import Fraction

import pytest

from simulate.policies import POLICIES
from simulate.policies.fcfs import watermark
from simulate.policies.gsa import gba, gsa
from simulate.policies.protection import protection
from simulate.policy import Policy
from theory.checks import InputError

# assumed length, order, ties, admission test, whom an overflow hits
DECLARED = {
    "h-sf": "OUTPUT ASSUMED_LENGTH INDEX LOOK_AHEAD NEWEST",
    "a-max": "UPPER ASSUMED_LENGTH RANDOM LOOK_AHEAD NEWEST",
    "a-min": "LOWER ASSUMED_LENGTH RANDOM LOOK_AHEAD SMALLEST_BOUND",
    "a-min-live": "LOWER ASSUMED_LENGTH RANDOM LOOK_AHEAD SMALLEST_BOUND",
    "a-min-thinned": "LOWER ASSUMED_LENGTH RANDOM SLOT SMALLEST_BOUND",
    "a-min-staggered": "LOWER ASSUMED_LENGTH RANDOM PACED SMALLEST_BOUND",
    "a-l": "LOWER_THEN_UPPER JOINED INDEX LOOK_AHEAD NEWEST",
    "a-random": "OUTPUT RANDOM RANDOM LOOK_AHEAD NEWEST",
    "mc-sf": "UPPER ASSUMED_LENGTH INDEX LOOK_AHEAD NEWEST",
    "mc-benchmark": "UPPER ARRIVAL INDEX LOOK_AHEAD NEWEST",
    "alpha-protection": "NOTHING ARRIVAL INDEX NEXT_STEP CLEARED",
    "beta-clearing": "NOTHING ARRIVAL INDEX NEXT_STEP CLEARED",
    "svf": "OUTPUT VOLUME INDEX LOOK_AHEAD NEWEST",
    "shortest-predicted": "MIDDLE ASSUMED_LENGTH INDEX NEXT_STEP NEWEST",
    "fcfs": "NOTHING ARRIVAL INDEX NEXT_STEP NEWEST",
    "fcfs-watermark": "NOTHING ARRIVAL INDEX NEXT_STEP NEWEST",
    "gsa": "CAPS ASSUMED_LENGTH INDEX STAGGERED NEWEST",
    "gba": "CLASS ASSUMED_LENGTH INDEX STAGGERED NEWEST",
    "slicing": "CAPS ASSUMED_LENGTH RANDOM PACED NEWEST",
}
# for these the source has one prompt length
COMMON_PROMPT = (
    *("h-sf", "a-max", "a-min", "a-min-live", "a-min-thinned", "a-min-staggered"),
    *("a-l", "a-random", "gsa", "gba"),
)
RESERVES = {
    "alpha-protection": Fraction(1, 4),
    "beta-clearing": Fraction(1, 5),
    "fcfs-watermark": Fraction(1, 100),
}


def words(policy: Policy) -> str:
    parts = (policy.assumes, policy.order, policy.ties, policy.admits, policy.evicts)
    return " ".join(part.name for part in parts)


@pytest.mark.parametrize("name", DECLARED)
def test_declared_as_the_source_says(name: str) -> None:
    policy = POLICIES[name]
    assert policy.name == name
    assert words(policy) == DECLARED[name]
    assert policy.common_prompt == (name in COMMON_PROMPT)
    assert policy.reserve == RESERVES.get(name, 0)
    assert policy.clearing == (Fraction(1, 5) if name == "beta-clearing" else 1)
    assert policy.live == (name == "a-min-live")
    thinned = name in ("a-min-thinned", "a-min-staggered")
    assert policy.thinned == thinned
    assert policy.learns.name == ("NEXT_TOKEN" if thinned else "TOKENS_MADE")
    assert bool(policy.caps) == (name in ("gsa", "gba", "slicing"))


def test_titles_of_the_clearing_heuristics() -> None:
    assert protection().title == "alpha-protection"
    assert protection("1/5", "1/5").title == "beta-clearing"
    assert POLICIES["beta-clearing"].title == "beta-clearing"


def test_caps_grow_as_declared() -> None:
    assert POLICIES["slicing"].caps[:5] == (1, 2, 4, 8, 16)
    assert gsa().caps[:5] == (1, 2, 4, 8, 16)
    # 1, 1.5, 2.25, 3.375, 5.0625, 7.6 rounded up
    assert gba().caps[:6] == (1, 2, 3, 4, 6, 8)


@pytest.mark.parametrize("share", ["-1/100", 1, "3/2"])
def test_shares_kept_free_are_below_one(share: str | int) -> None:
    with pytest.raises(InputError, match=r"^reserve ="):
        watermark(share)
    with pytest.raises(InputError, match=r"^alpha ="):
        protection(share)
