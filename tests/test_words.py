"""Words of a declaration one by one, by hand: what they imply, their definitions, their limits."""

from dataclasses import replace
from math import isqrt
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from kvratio.simulate import engine, kernel, words
from kvratio.simulate.compiled.state import BEYOND, NEVER
from kvratio.simulate.learned.gittins import MOST_MEMORY, MOST_REQUESTS
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.policies.offset_slicing import offset_slicing
from kvratio.simulate.policy import Admits, Assumes, Evicts, Order
from kvratio.simulate.testing.history import Step
from kvratio.simulate.words import thinning
from kvratio.simulate.words.admits import left, next_step_test
from kvratio.simulate.words.assumes.offset_levels import _root
from kvratio.simulate.words.book import Book
from kvratio.simulate.words.evicts import cleared
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance, Preemption

LEARNED = POLICIES["learned-slicing"]
KINDS: tuple[Any, ...] = (Assumes, Order, Admits, Evicts)
# All words that have a trait, for every trait that some words of a kind have and others do not: by
# name, since the members of two kinds may be equal, as numbers.
TRAITS = {
    "below_truth": {"Assumes.NOTHING", "Assumes.LOWER"},
    "by_assumed": {
        *("Order.ASSUMED_LENGTH", "Order.VOLUME"),
        *("Admits.LOOK_AHEAD", "Admits.SLOT", "Evicts.SMALLEST_BOUND"),
    },
    "idles": {"Admits.STAGGERED", "Evicts.CLEARED"},
}


@pytest.mark.parametrize(("trait", "having"), TRAITS.items())
def test_which_words_have_a_trait(trait: str, having: set[str]) -> None:
    found = [w for kind in KINDS for w in kind if getattr(words.of(w), trait, False)]
    assert {f"{type(w).__name__}.{w.name}" for w in found} == having


def test_of_which_orders_a_run_tells() -> None:
    """What was learned is not to be seen in a finished run. (To chance all are equal.)"""
    assert {w for w in Order if not words.of(w).told} == {Order.GITTINS}


def stub(**columns: Any) -> Any:
    return SimpleNamespace(**columns)


# --- assumed lengths ---------------------------------------------------------------------------


def test_nothing_assumed_is_one_token() -> None:
    word = words.of(Assumes.NOTHING)
    assert word(stub()).length(stub(), 0, 0) == 1
    assert word.first(Instance.of(9, [2, 5]), POLICIES["fcfs"]).tolist() == [1, 1]


def test_a_threshold_above_all_upper_ends_is_a_mistake() -> None:
    instance = Instance.of(99, [2, 5], interval=[(1, 3), (1, 7)])
    check = words.of(Assumes.THRESHOLD_THEN_UPPER).check
    for threshold in (1, 6, 7):
        check(instance, stub(caps=(threshold,)))
    for threshold in (8, 50):
        with pytest.raises(InputError, match="at most 7, the largest predicted upper end"):
            check(instance, stub(caps=(threshold,)))


@pytest.mark.parametrize("word", [Assumes.THRESHOLD_THEN_UPPER, Assumes.LOWER_THEN_UPPER])
def test_the_longest_that_is_ever_assumed(word: Assumes) -> None:
    """The upper end, or the output where it was predicted too short."""
    instance = Instance.of(99, [2, 9], interval=[(1, 3), (1, 7)])
    policy = replace(POLICIES["fcfs"], caps=(2,))
    assert words.of(word).longest(instance, policy).tolist() == [3, 9]


def test_middles_are_rounded_down_in_either_engine() -> None:
    ends = [(1, 4), (2, 7), (3, 3), (5, 12)]
    instance = Instance.of(99, [1] * 4, interval=ends)
    word = words.of(Assumes.MIDDLE)
    assert word.first(instance, POLICIES["fcfs"]).tolist() == [2, 4, 3, 8]
    view = stub(lower=lambda i: ends[i][0], upper=lambda i: ends[i][1])
    assert [word(stub()).length(view, i, 0) for i in range(4)] == [2, 4, 3, 8]


def test_a_slot_is_as_large_as_what_was_kept_and_a_token() -> None:
    """Prompts of 2: one is assumed 5 tokens, one has kept 5 and makes the sixth: 7 and 8."""
    view = stub(memory=15, need=lambda: 0, running={}, prompt=lambda _: 2, kept=lambda i: 5 * i)
    for memory, fits in ((15, True), (14, False)):
        view.memory = memory
        book = stub(policy=POLICIES["fcfs"], assumed={0: 5, 1: 5})
        test = words.of(Admits.SLOT)(book).test(view)
        assert test(0)
        assert test(1) is fits


def test_a_later_stage_may_assume_no_more() -> None:
    """The interval is [1, 1] and wrong: whoever outlives one token is still assumed one."""
    book = Book(POLICIES["a-l"], 1, 0)
    book.assumed = {0: 1}
    word = words.of(Assumes.LOWER_THEN_UPPER)(book)
    word.promote(stub(upper=lambda _: 1, memory=9, prompt=lambda _: 0), 0)
    assert (book.assumed, book.stage) == ({0: 1}, [1])


@pytest.mark.parametrize("memory", [11, 12])
def test_all_fit_with_their_kept_tokens(memory: int) -> None:
    """Two wait with prompts of 2 and 3 tokens kept: 6 each to go on."""
    view = stub(waiting=[0, 1], prompt=lambda _: 2, kept=lambda _: 3, need=lambda: 0, memory=memory)
    assert words.of(Assumes.LEVELS)._all_fit(view) is (memory == 12)


def test_what_is_learned_has_limits() -> None:
    countable = words.of(Assumes.LEVELS).countable
    for memory in (1, MOST_MEMORY, MOST_MEMORY + 1):
        fits = countable(Instance.of(memory, [1]), LEARNED)
        assert fits is (memory <= MOST_MEMORY)
    for n in (MOST_REQUESTS, MOST_REQUESTS + 1):
        assert countable(stub(memory=9, n=n), LEARNED) is (n == MOST_REQUESTS)


def test_roots_are_rounded_down() -> None:
    numbers = [*range(50), *(k * k + d for k in (10**6, 2**31 - 1) for d in (-1, 0, 1))]
    assert [int(_root(x)) for x in numbers] == [isqrt(x) for x in numbers]


# --- admission, order, eviction ----------------------------------------------------------------


@pytest.mark.parametrize("memory", [8, 9])
def test_the_next_step_has_the_kept_tokens(memory: int) -> None:
    """The running ones need 3; a prompt of 2 with 3 tokens kept needs 6."""
    view = stub(memory=memory, need=lambda: 3, prompt=lambda _: 2, kept=lambda _: 3)
    assert next_step_test(stub(policy=POLICIES["fcfs"]), view)(0) is (memory == 9)
    assert [left(9, kept) for kept in (0, 2, 4, 8, 9, 12)] == [9, 7, 5, 1, 1, 1]


def test_evicted_requests_keep_their_tokens_or_none() -> None:
    book = Book(POLICIES["fcfs"], 2, 0)
    for preemption, kept in ((Preemption.CANCEL, 0), (Preemption.KEEP, 4)):
        view = stub(running={0: 1}, made=lambda _: 4, kept=lambda _: 3, preemption=preemption)
        assert (book.keeps(view, 0), book.keeps(view, 1)) == (kept, 3)


def test_definitions_on_one_step() -> None:
    """Request 1 has kept 2 tokens. 0 is assumed 3: 1 + 1, 1 + 2, 1 + 3 are held; 1 is assumed 4:
    2 + 3, 2 + 4; 2 has kept as many as it is assumed: its next token alone."""
    instance = Instance.of(99, [9] * 3, prompt=[1, 2, 5])
    step = Step(7, (), {}, (0, 1, 2), learned={0: 3, 1: 4, 2: 1}, kept={1: 2, 2: 1}, keeps=True)
    keys = words.of(Order.VOLUME).keys(instance, step, (0, 1, 2))
    assert keys == {0: 2 + 3 + 4, 1: 5 + 6, 2: 5 + 2}
    started = Step(7, (), {2: 0, 0: 0, 1: 4}, ())
    later = replace(instance, arrival=(3, 0, 1))
    newest = words.of(Evicts.NEWEST).place
    assert sorted((2, 0, 1), key=lambda i: newest(later, LEARNED, started, i)) == [1, 0, 2]
    place = words.of(Evicts.LAST).place
    assert [place(instance, LEARNED, started, i) for i in (2, 0, 1)] == [(0,), (-1,), (-2,)]


def test_who_has_made_no_token_of_this_attempt_survives() -> None:
    """4 tokens, all of them kept, and assumed 2: no chance decides before the fifth."""
    book = stub(assumed={0: 2}, attempts=[1], draw=lambda *_: 2**64 - 1)
    for made in (4, 5):
        view = stub(running={0: 0}, prompt=lambda _: 0, made=lambda _, m=made: m, kept=lambda _: 4)
        assert thinning.thinned(book, view) == ([] if made == 4 else [0])


def test_a_kept_token_is_not_thinned_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest of numbers thins as soon as it may: after the assumed 2 tokens, but with 4 kept
    after the fifth; of 5 tokens there is none to come."""
    monkeypatch.setattr(thinning, "draw", lambda *_: np.uint64(2**64 - 1))
    for kept, output, thinned in ((0, 9, 2), (1, 9, 2), (4, 9, 5), (4, 5, BEYOND), (0, 2, BEYOND)):
        this = stub(key=0, attempts=1, assumed=2, kept=kept, output=output, prompt=0)
        state: Any = stub(requests=[this])
        assert thinning.survival(state, 0) == thinned


def test_who_has_made_more_than_assumed_is_due_as_well() -> None:
    book = stub(policy=POLICIES["a-l"], stage=[0, 0, 0, 1], assumed=dict.fromkeys(range(4), 2))
    view = stub(running=[3, 2, 1, 0], made=lambda i: (1, 2, 3, 3)[i])
    assert words.of(Assumes.LOWER_THEN_UPPER)(book).due(view) == [2, 1], "3 is in its last stage"


def test_whole_rounds_are_evicted() -> None:
    """Half survive a round: below 2^63 the first, below 2^62 the second, below 2^61 the third."""
    uniform = {3: 2**63, 1: 2**63 - 1, 2: 2**62, 0: 2**62 - 1, 4: 0}
    book = stub(policy=stub(kept=2**31), draw=lambda i, *_: uniform[i])
    need = dict.fromkeys(uniform, 2)
    for excess, evicted in (1, [3]), (2, [3]), (3, [3, 1, 2]), (6, [3, 1, 2]), (7, [3, 1, 2, 0]):
        word = words.of(Evicts.CLEARED)(book)
        assert word.victims(stub(now=7), need, excess) == evicted
        assert word.victims(stub(now=7), need, 1) == [1, 2], "3 stays: it started first"
        word.completed()
        assert word.victims(stub(now=7), need, 1) == [3]


@pytest.mark.parametrize("kept", [2**31, 2**32 - 1, 2863311531, 3, 2**20 + 1])
def test_the_round_of_a_request_to_the_last_bit(kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who survives k rounds has a number below 2^64 (kept / 2^32)^k, rounded down every time."""
    numbers, survives = stub(stays=-1), 1 << 64
    rules, clock = stub(kept=np.uint64(kept)), stub(now=0)
    state: Any = stub(
        own=stub(cleared=stub(numbers=[numbers])),
        requests=[stub(key=0)],
        clock=[clock],
        rules=[rules],
    )
    for number in range(1, 40):
        survives = survives * kept >> 32
        for uniform, first in ((survives, number), (survives - 1, number + 1)):
            if uniform >= 0:
                monkeypatch.setattr(cleared, "draw", lambda *_, u=uniform: np.uint64(u))
                assert cleared.round_of(state, stub(request=0, rank=5)) == first
        if survives == 0:
            break
    numbers.stays = 5
    assert cleared.round_of(state, stub(request=0, rank=5)) == NEVER


EVICTING = [policy for policy in POLICIES.values() if policy.evicting]


@pytest.mark.parametrize("policy", EVICTING)
def test_many_are_evicted_at_once(policy: Any) -> None:
    """Equal requests with little progress fill the cache, and a step later half of them have to
    go: more than the kernel looks for one by one. Arrivals in no order of the indices."""
    rng = np.random.default_rng(7)
    for n in (12, 25):
        arrival = rng.integers(0, 4, n).tolist()
        output = rng.integers(1, 6, n).tolist()
        lower = [int(rng.integers(1, o + 1)) for o in output]
        interval = [(low, 6) for low in lower]
        instance = Instance.of(n, output, arrival=arrival, interval=interval)
        for preemption in Preemption:
            fast = kernel.run(instance, policy, 3, None, preemption)
            assert fast == engine.run(instance, policy, 3, None, preemption)


@pytest.mark.parametrize("classes", [0, 1, 3, 5])
def test_offsets_of_any_number_of_classes(classes: int) -> None:
    """Several blocks, the last of them not full."""
    rng = np.random.default_rng(5)
    instance = Instance.of(30, rng.integers(1, 25, 13).tolist(), prompt=rng.integers(0, 5, 13))
    policy = offset_slicing(growth=3, classes=classes)
    for seed in range(3):
        fast = kernel.run(instance, policy, seed)
        assert fast == engine.run(instance, policy, seed)


LOOKING = [name for name, policy in POLICIES.items() if policy.admits is Admits.LOOK_AHEAD]


@pytest.mark.parametrize("name", LOOKING)
def test_prompts_and_kept_tokens_count_in_either_engine(name: str) -> None:
    """Few lengths, so that many are to end together; short predictions, so that some are late."""
    rng = np.random.default_rng(11)
    for _ in range(12):
        n = int(rng.integers(6, 14))
        output = rng.integers(1, 7, n).tolist()
        prompt = rng.integers(1, 6, n).tolist()
        interval = [(int(rng.integers(1, o + 1)), int(rng.integers(o, 8))) for o in output]
        arrival = rng.integers(0, 5, n).tolist()
        instance = Instance.of(
            int(rng.integers(14, 40)), output, prompt=prompt, interval=interval, arrival=arrival
        )
        for preemption in Preemption:
            fast = kernel.run(instance, POLICIES[name], 3, None, preemption)
            assert fast == engine.run(instance, POLICIES[name], 3, None, preemption)


def test_an_empty_cache_takes_a_request_that_fills_it() -> None:
    """Whatever share is kept free: alone, a request has all the memory."""
    policy = replace(POLICIES["fcfs-watermark"], reserve=POLICIES["alpha-protection"].reserve)
    instance = Instance.of(10, [4, 4], prompt=6)
    found = engine.run(instance, policy)
    assert [row[1:3] for row in found.schedule.attempts()] == [(0, 4), (4, 8)]
