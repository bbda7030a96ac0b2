"""Admission tests by hand; the look-ahead test has its own file, `test_forecast`."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvratio.simulate import words
from kvratio.simulate.engine import run
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.policies.slicing import slicing
from kvratio.simulate.policy import Admits
from kvratio.simulate.view import View
from kvratio.simulate.words.admits import Admission
from kvratio.simulate.words.admits.paced import Word as Paced
from kvratio.simulate.words.book import Book
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance, volume


def seen_at(now: int, instance: Instance, running: dict[int, int]) -> View:
    """The view of a scheduler in step `now`, with starts of those that run."""
    view = View(instance, frozenset())
    view._running.update(running)
    view._now = now
    return view


def admission(admits: Admits, assumed: dict[int, int], reserve: str = "0") -> Admission:
    """A test at work, with these assumed lengths."""
    book = Book(replace(POLICIES["fcfs"], reserve=Fraction(reserve)), n=9, seed=0)
    book.assumed.update(assumed)
    word: Admission = words.of(admits)(book)
    return word


def pace(assumed: dict[int, int]) -> Admission:
    """Paced admission."""
    return admission(Admits.PACED, assumed)


def test_next_step_counts_tokens_made_and_prompts() -> None:
    # in step 3 request 0 (s = 2, from 1) needs 2 + 3; of 10 are left 5: a prompt of 1 takes 2,
    # one of 2 takes 3, then nothing fits
    view = seen_at(3, Instance.of(10, [8, 3, 3, 3], prompt=[2, 1, 2, 0]), {0: 1})
    fits = admission(Admits.NEXT_STEP, {}).test(view)
    assert [fits(i) for i in (1, 2, 3)] == [True, True, False]


def test_a_slot_is_the_larger_of_the_bound_and_the_next_token() -> None:
    # step 3, M = 20: request 0 (s = 2, bound 5, 1 made) holds 7; request 1 (s = 1, bound 2, 3 made)
    # holds 1 + 4. Of 8 left: 2 (s = 0, bound 6) takes 6, 3 (s = 1, bound 2) would take 3,
    # 4 (s = 1, bound 1) takes the last 2.
    instance = Instance.of(20, [9] * 5, prompt=[2, 1, 0, 1, 1])
    bounds = dict(enumerate([5, 2, 6, 2, 1]))
    fits = admission(Admits.SLOT, bounds).test(seen_at(3, instance, {0: 2, 1: 0}))
    assert [fits(i) for i in (2, 3, 4)] == [True, False, True]


def test_an_empty_cache_has_all_the_memory_but_no_more() -> None:
    # M = 10, 5 for admission, s = 2: a length of 8 fills all, one of 9 would never fit
    view = seen_at(0, Instance.of(10, [8], prompt=2), {})
    assert admission(Admits.LOOK_AHEAD, {0: 8}, reserve="1/2").test(view)(0)
    assert not admission(Admits.LOOK_AHEAD, {0: 9}, reserve="1/2").test(view)(0)


@given(st.integers(0, 50), st.integers(0, 50))
def test_volume_is_the_sum_over_the_steps(prompt: int, tokens: int) -> None:
    assert volume(prompt, tokens) == sum(prompt + j for j in range(1, tokens + 1))


FOUR = dict.fromkeys(range(4), 4)


def busy(memory: int, requests: int = 4) -> View:
    """Step 0; the last request (prompt 0) has just started."""
    return seen_at(0, Instance.of(memory, [4] * requests), {requests - 1: 0})


def test_pace_spends_what_the_budget_provides() -> None:
    # s = 0, M = 12, assumed 4: volume 1 + 2 + 3 + 4 = 10. A step's 12 pay for one start, the 2
    # left and 12 more for the next; a third would need 10 of 4.
    view, paced = busy(12), pace(FOUR)
    paced.begin(view)
    assert [paced.test(view)(i) for i in (0, 1)] == [True, False]
    paced.begin(view)
    assert [paced.test(view)(i) for i in (1, 2)] == [True, False]


def test_pace_pays_for_as_many_starts_as_it_can() -> None:
    # M = 25, volume 10: a step's 25 pay for two starts; the third would need 10 of the 5 left
    view, paced = busy(25), pace(FOUR)
    paced.begin(view)
    fits = paced.test(view)
    assert [fits(i) for i in (0, 1, 2)] == [True, True, False]


def test_an_empty_cache_waits_for_no_credit() -> None:
    # volume 10 of 4 provided: the first start takes it all, the next would wait
    view, paced = seen_at(0, Instance.of(4, [4] * 4), {}), pace(FOUR)
    paced.begin(view)
    fits = paced.test(view)
    assert [fits(i) for i in (0, 1)] == [True, False]
    for _ in range(2):  # 8 are too few
        paced.begin(busy(4))
    assert not paced.test(busy(4))(1)


def test_pace_learns_the_share_that_is_used() -> None:
    # of two attempts assumed 4 (volume 10 each) one used all, one stopped after 2 (1 + 2 = 3):
    # 13 of 20, so a start costs 10 * 13 // 20 = 6; other lengths are not concerned
    view = seen_at(4, Instance.of(12, [4] * 4), {2: 0, 3: 2})
    paced = Paced(pace({0: 4, 1: 3, 2: 4, 3: 4}).book)
    assert paced.cost(view, 0) == 10
    paced.ended(view, 2)
    assert paced.cost(view, 0) == 10
    paced.ended(view, 3)
    assert paced.cost(view, 0) == 6
    assert paced.cost(view, 1) == 6  # 1 + 2 + 3


def test_pace_forgets_what_could_not_be_spent() -> None:
    view, paced = busy(30), pace(FOUR)
    paced.book.join(0, key=0)  # it would cost 10
    paced.begin(view)
    paced.end(view)
    fits = paced.test(view)
    assert [fits(i) for i in (0, 1)] == [True, False]


def test_a_start_that_does_not_fit_costs_nothing() -> None:
    # step 5: request 0 (from 0) needs 6 of 6: no room, whatever the credit
    view = seen_at(5, Instance.of(6, [6, 1]), {0: 0})
    paced = pace({1: 1})
    paced.begin(view)
    assert not paced.test(view)(1)
    assert paced.test(seen_at(0, Instance.of(6, [6, 1]), {}))(1)


# --- slicing, worked out by hand -------------------------------------------------------------


def attempts(instance: Instance, caps: tuple[int, ...]) -> set[tuple[int, int, int, bool]]:
    return set(run(instance, slicing(caps)).schedule.attempts())


def test_slicing_cuts_at_the_caps() -> None:
    # s = 0, M = 4, caps 1, 2, o = 2, 1. Step 0: volume 1 each, 4 provided: both start. Step 1:
    # 1 is complete, 0 is cut, and waits for cap 2: volume 3, of 2 + 4 provided: starts at once.
    assert attempts(Instance.of(4, [2, 1]), (1, 2)) == {
        (0, 0, 1, False),
        (1, 0, 1, True),
        (0, 1, 3, True),
    }


def spans(instance: Instance, caps: tuple[int, ...]) -> list[tuple[int, int]]:
    """Starts and ends, whoever drew the first place among equals."""
    return sorted((a.start, a.end) for a in run(instance, slicing(caps)).schedule.attempts())


def test_slicing_waits_for_its_credit() -> None:
    # s = 3, M = 10, cap 2: volume 4 + 5 = 9. Step 0: of 10 the first takes 9. Step 1: 1 + 10 pay
    # for the second, which fits: 5 + 4.
    assert spans(Instance.of(10, [2, 2], prompt=3), (2,)) == [(0, 2), (1, 3)]


def test_credit_is_lost_while_nobody_waits() -> None:
    # s = 0, M = 10, cap 4: volume 10 a start. The first runs from 0. Two arrive at 3, when the
    # credit is that step's 10: enough for one; the other waits for the next 10.
    assert spans(Instance.of(10, [4, 1, 1], arrival=[0, 3, 3]), (4,)) == [(0, 4), (3, 4), (4, 5)]


def test_after_the_last_cap_all_that_fits_is_assumed() -> None:
    # s = 0, M = 10, cap 1, o = 3, 3: both 0-1 (volume 1 each), and cut; then 10 tokens are
    # assumed, volume 55. One starts at once, for the cache is empty. The other has seen 10 in each
    # of the steps 2 and 3 when it is empty again.
    assert spans(Instance.of(10, [3, 3]), (1,)) == [(0, 1), (0, 1), (1, 4), (4, 7)]


@pytest.mark.parametrize("caps", [(), (0, 1), (2, 2), (3, 2), (1.5,)])
def test_bad_caps(caps: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="caps"):
        slicing(caps)
