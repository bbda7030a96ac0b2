"""What follows from the words of a declaration, and which of them go together.

Nothing here lists the policies or all the words: what must hold for every word is tested for every
member of its enumeration. That each policy does what its source says is worked out by hand in
`test_policies`, `test_field`, `test_gsa` and `test_slicing`.
"""

from dataclasses import replace
from enum import IntEnum
from fractions import Fraction
from math import ceil
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kvratio.simulate import words
from kvratio.simulate.declared import Declared
from kvratio.simulate.engine import run
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.policies.fcfs import watermark
from kvratio.simulate.policies.gsa import gba, gsa
from kvratio.simulate.policies.protection import protection
from kvratio.simulate.policies.slicing import growing
from kvratio.simulate.policy import Admits, Assumes, Evicts, Learns, Order, Policy, Ties
from kvratio.simulate.view import View
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_is_registered_by_its_name(name: str) -> None:
    assert POLICIES[name].name == name


def test_titles_of_the_clearing_heuristics() -> None:
    assert protection().title == "alpha-protection"
    assert protection("1/5", "1/5").title == "beta-clearing"
    assert POLICIES["beta-clearing"].title == "beta-clearing"


def test_caps_grow_as_declared() -> None:
    assert POLICIES["slicing"].caps[:5] == (1, 2, 4, 8, 16)
    assert gsa().caps[:5] == (1, 2, 4, 8, 16)
    # 1, 1.5, 2.25, 3.375, 5.0625, 7.6 rounded up
    assert gba().caps[:6] == (1, 2, 3, 4, 6, 8)
    # 4/3, 2, 3, 4.5, 6.75 rounded up: 2 but once
    assert growing("3/2", "4/3")[:4] == (2, 3, 5, 7)


@pytest.mark.parametrize("growth", [Fraction(101, 100), Fraction(4, 3), Fraction(2), Fraction(5)])
def test_caps_are_the_rounded_powers_up_to_the_longest(growth: Fraction) -> None:
    caps = growing(growth)
    powers, power = {1}, Fraction(1)
    while max(powers) < 2**20:
        power *= growth
        powers.add(ceil(power))
    assert caps == tuple(sorted(powers))


@pytest.mark.parametrize("share", ["-1/100", 1, "3/2"])
def test_shares_kept_free_are_below_one(share: str | int) -> None:
    with pytest.raises(InputError, match=r"^reserve: expected"):
        watermark(share)
    with pytest.raises(InputError, match=r"^alpha: expected"):
        protection(share)


# --- what follows from the words -------------------------------------------------------------

WORDS = Path(words.__file__).parent

# what an assumption reads, and whether outliving it leads to another one
READS = {
    "OUTPUT": "output",
    "UPPER": "upper",
    "LOWER": "lower",
    "MIDDLE": "lower upper",
    "LOWER_THEN_UPPER": "lower upper",
    "NOTHING": "",
    "CAPS": "",
    "LENGTH_CLASS": "output",
    "LEVELS": "lower upper",
    "THRESHOLD_THEN_UPPER": "upper",
    "OFFSET_LEVELS": "",
}
PROMOTES = {"LOWER_THEN_UPPER", "CAPS", "LEVELS", "THRESHOLD_THEN_UPPER", "OFFSET_LEVELS"}

# no chance, no promotion, nothing learned; caps for the words that need some
PLAIN = Policy(
    name="plain",
    title="Plain",
    source="none",
    assumes=Assumes.OUTPUT,
    order=Order.ASSUMED_LENGTH,
    ties=Ties.INDEX,
    admits=Admits.LOOK_AHEAD,
    caps=(3, 8),
)
# learned ranks are declared by two words together, without ties and with one admission test
RANKED = replace(PLAIN, assumes=Assumes.LEVELS, order=Order.GITTINS, admits=Admits.NEXT_STEP)
UNPRICED = [assumes for assumes in Assumes if assumes is not Assumes.LEVELS]


def assuming(assumes: Assumes) -> Policy:
    """A policy with this assumption."""
    return RANKED if assumes is Assumes.LEVELS else replace(PLAIN, assumes=assumes)


@pytest.mark.parametrize("kind", [Assumes, Order, Admits, Evicts])
def test_each_word_has_its_file(kind: type[IntEnum]) -> None:
    """And each file its word: a member that is renamed or removed leaves no file behind."""
    files = {path.stem for path in (WORDS / kind.__name__.lower()).glob("[a-z]*.py")}
    assert files == {word.name.lower() for word in kind}
    for word in kind:
        assert words.of(word).__doc__


@pytest.mark.parametrize("name", READS)
def test_what_an_assumption_reads(name: str) -> None:
    assumes = Assumes[name]
    policy = assuming(assumes)
    reads = READS[name].split()
    assert policy.sees == set(reads)
    assert policy.clairvoyant == ("output" in reads)
    assert policy.promotes == (assumes.name in PROMOTES)


# of a request with 5 tokens, predicted to have 2 to 9; the caps are 3 and 8
ASSUMED = {
    "OUTPUT": 5,
    "UPPER": 9,
    "LOWER": 2,
    "MIDDLE": 5,
    "LOWER_THEN_UPPER": 2,
    "NOTHING": 1,
    "CAPS": 3,
    "LENGTH_CLASS": 8,
    "THRESHOLD_THEN_UPPER": 3,
}


@pytest.mark.parametrize("name", ASSUMED)
def test_what_is_assumed_on_arrival(name: str) -> None:
    policy = replace(PLAIN, assumes=Assumes[name], caps=(3, 8))
    for memory in (20, 7):  # with a prompt of 1 token, at most 6 fit into 7
        instance = Instance.of(memory, [5], prompt=1, interval=(2, 9))
        scheduler = Declared(policy, n=1, seed=0)
        scheduler.arrive(View(instance, policy.sees), 0)
        assert scheduler.assumed(0) == min(ASSUMED[name], memory - 1)


@pytest.mark.parametrize("admits", Admits)
@pytest.mark.parametrize("assumes", UNPRICED)
def test_which_declarations_evict_though_all_predictions_are_right(
    assumes: Assumes, admits: Admits
) -> None:
    """The traits against runs: among these some has an eviction exactly if `evicting` says so."""
    policy = replace(PLAIN, assumes=assumes, admits=admits, caps=(1, 4))
    found = any(len(run(instance, policy).schedule) > instance.n for instance in TIGHT)
    assert policy.evicting == found
    assert RANKED.evicting


# outputs of 1 to 6 tokens, predicted within 0 to 5 tokens, right, before little memory
RNG = Random(1)
ROWS = [(RNG.randint(1, 6), RNG.randint(0, 5), RNG.randint(0, 5)) for _ in range(600)]
TIGHT = [
    Instance.of(
        8,
        [o for o, _, _ in ROWS[k : k + 6]],
        prompt=1,
        interval=[(max(1, o - down), o + up) for o, down, up in ROWS[k : k + 6]],
    )
    for k in range(0, 600, 6)
]


def with_word(field: str, word: IntEnum) -> Policy:
    changes: dict[str, Any] = {"admits": Admits.SLOT, field: word}
    return replace(PLAIN, **changes)


def test_chance_comes_from_these_words_alone() -> None:
    assert not PLAIN.randomised
    assert not RANKED.randomised
    kinds: dict[str, type[IntEnum]] = {
        "order": Order,
        "ties": Ties,
        "evicts": Evicts,
        "learns": Learns,
        "admits": Admits,
        "assumes": Assumes,
    }
    random = {
        f"{field} {word.name}"
        for field, kind in kinds.items()
        for word in kind
        if word is not Assumes.LEVELS
        and word is not Order.GITTINS
        and with_word(field, word).randomised
    }
    assert random == {
        "order RANDOM",
        "ties RANDOM",
        "evicts SMALLEST_BOUND",
        "assumes OFFSET_LEVELS",
    }
    assert replace(PLAIN, thinned=True).randomised
    half = Fraction(1, 2)
    assert not replace(PLAIN, live=True, reserve=half, clearing=half).randomised
    assert replace(PLAIN, evicts=Evicts.CLEARED, clearing=half).randomised
    assert not replace(PLAIN, evicts=Evicts.CLEARED).randomised


@pytest.mark.parametrize("order", ["ARRIVAL", "JOINED", "RANDOM", "VOLUME"])
def test_phases_are_of_one_assumed_length(order: str) -> None:
    for admits in Admits:
        if admits is not Admits.STAGGERED:
            assert replace(PLAIN, order=Order[order], admits=admits).order.name == order
    with pytest.raises(InputError, match="order: expected ASSUMED_LENGTH"):
        replace(PLAIN, order=Order[order], admits=Admits.STAGGERED)


@pytest.mark.parametrize("assumes", Assumes)
def test_thinning_where_no_request_is_promoted(assumes: Assumes) -> None:
    if not words.of(assumes).promotes:
        assert replace(assuming(assumes), thinned=True).thinned
        return
    with pytest.raises(InputError, match="thinned: expected no thinning"):
        replace(assuming(assumes), thinned=True)


@pytest.mark.parametrize("caps", [(), (0,), (-1,), (1.5,)])
def test_a_threshold_is_declared(caps: tuple[Any, ...]) -> None:
    with pytest.raises(InputError, match=r"^(caps|threshold): expected"):
        replace(PLAIN, assumes=Assumes.THRESHOLD_THEN_UPPER, caps=caps)


def test_learned_prices_come_as_a_whole() -> None:
    assert RANKED.learns_ranks
    assert not PLAIN.learns_ranks
    for order in Order:
        if order is not Order.GITTINS:
            with pytest.raises(InputError, match=r"order: .* GITTINS with LEVELS, and only with"):
                replace(RANKED, order=order)
    for assumes in UNPRICED:
        with pytest.raises(InputError, match="order: expected GITTINS with LEVELS"):
            replace(RANKED, assumes=assumes)
    with pytest.raises(InputError, match="ties: expected INDEX"):
        replace(RANKED, ties=Ties.RANDOM)
    for admits in (Admits.LOOK_AHEAD, Admits.SLOT, Admits.PACED):
        with pytest.raises(InputError, match="admits: expected NEXT_STEP"):
            replace(RANKED, admits=admits)
    with pytest.raises(InputError, match="order: expected ASSUMED_LENGTH"):
        replace(RANKED, admits=Admits.STAGGERED)


def test_the_smallest_chance_of_clearing() -> None:
    thousandth = Fraction(1, 1000)
    # of 2^32 = 4294967296 the share 999/1000 is 4290672328.7...
    assert replace(PLAIN, clearing=thousandth).kept == 4290672328
    with pytest.raises(InputError, match=r"^clearing: .* at least 1/1000 and at most 1, got"):
        replace(PLAIN, clearing=thousandth - Fraction(1, 10**9))
    with pytest.raises(InputError, match=r"^clearing: expected"):
        replace(PLAIN, clearing=Fraction(3, 2))


def test_shares_of_the_budget_and_of_the_running() -> None:
    assert PLAIN.budget(7) == 7
    assert replace(PLAIN, reserve=Fraction(1, 3)).budget(10) == 6  # 6.67, rounded down
    assert PLAIN.kept == 0
    assert replace(PLAIN, clearing=Fraction(1, 4)).kept == 3 * 2**30
    for reserve in (Fraction(-1, 10**9), Fraction(1)):
        with pytest.raises(InputError, match=r"^reserve: expected"):
            replace(PLAIN, reserve=reserve)
