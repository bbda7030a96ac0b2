"""Every policy on smallest cases, each schedule worked out by hand in the comment.

Notation: "i: a-b" is an attempt of request i in steps a ... b - 1; a cancelled one ends in x.
Cache in step k: the sum of (s + k + 1 - a). With one uniform draw fixed where luck decides.
"""

from collections import Counter
from dataclasses import replace

import pytest

import kvratio.simulate.chance
from kvratio.simulate.chance import BITS, Purpose, draw
from kvratio.simulate.declared import Declared
from kvratio.simulate.engine import Engine, run
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.policies.a_min import a_min
from kvratio.simulate.policy import Assumes
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance, Schedule, verify

Rows = set[tuple[int, int, int, bool]]


def rows(instance: Instance, name: str, seed: int = 0) -> Rows:
    """All attempts as a set."""
    return set(run(instance, POLICIES[name], seed).schedule.attempts())


def fixed_thinning(monkeypatch: pytest.MonkeyPatch, uniforms: dict[int, float]) -> None:
    """Let the uniform number that thins an attempt depend on the number of the attempt only."""

    def fixed(key: int, counter: int, purpose: Purpose) -> int:
        if purpose is Purpose.THIN:
            return int(uniforms[counter] * 2**BITS)
        return draw(key, counter, purpose)

    monkeypatch.setattr(kvratio.simulate.chance, "draw", fixed)


def test_paper_example_1() -> None:
    # P Example 1: five requests, s = 1, o = 1, M = 10, intervals [1, 4]
    instance = Instance.of(10, [1] * 5, prompt=1, interval=(1, 4))
    assert rows(instance, "h-sf") == {(i, 0, 1, True) for i in range(5)}
    assert run(instance, POLICIES["h-sf"]).tel == 5
    # A_max holds 5 tokens for each: two at a time, completions 1, 1, 2, 2, 3
    for seed in range(20):
        pessimist = run(instance, POLICIES["a-max"], seed)
        assert sorted(pessimist.schedule.end) == [1, 1, 2, 2, 3]
        assert pessimist.tel == 9


# --- H-SF ------------------------------------------------------------------------------------


def test_h_sf_starts_the_shortest_and_stops_at_the_first_that_does_not_fit() -> None:
    # s = 1, M = 8, o = 4, 1, 3, 2. Step 0, shortest first: 1 (ends 1), 3 (ends 2), 2 (ends 3);
    # with 0 (ends 4) time 2 would hold 3 + 3 + 3 = 9. Step 1: 0 ends at 5; time 2 holds
    # 3 + 3 + 2 = 8, time 3 holds 4 + 3: it starts.
    instance = Instance.of(8, [4, 1, 3, 2], prompt=1)
    assert rows(instance, "h-sf") == {(1, 0, 1, True), (3, 0, 2, True), (2, 0, 3, True)} | {
        (0, 1, 5, True)
    }


def test_paper_example_ec_1() -> None:
    # P Example EC.1 gives ({1, 2, 3}, {}, {4}) as the best schedule for s = 1, M = 7,
    # o = 1, 2, 3, 4: three at step 0, the last at step 2. H-SF finds it: from step 1 time 2 would
    # hold 3 + 3 + 2 = 8, from step 2 time 3 holds 4 + 2.
    assert rows(Instance.of(7, [1, 2, 3, 4], prompt=1), "h-sf") == {
        (0, 0, 1, True),
        (1, 0, 2, True),
        (2, 0, 3, True),
        (3, 2, 6, True),
    }


def test_h_sf_is_not_the_optimum() -> None:
    # s = 1, M = 5, o = 1, 1, 3, 3. H-SF: both short ones 0-1 (4 tokens; a long one needs 2),
    # then 2: 1-4 alone (beside it, 3 would make 8 at time 4, 7 from step 2, 6 from step 3), then
    # 3: 4-7. TEL = 1 + 1 + 4 + 7 = 13.
    instance = Instance.of(5, [1, 1, 3, 3], prompt=1)
    hindsight = run(instance, POLICIES["h-sf"])
    assert set(hindsight.schedule.attempts()) == {
        (0, 0, 1, True),
        (1, 0, 1, True),
        (2, 1, 4, True),
        (3, 4, 7, True),
    }
    # Better: 2 starts at once beside 0 (steps hold 2 + 2, then 3 + 2 with 1, then 4).
    staggered = [(0, 0, 1, True), (2, 0, 3, True), (1, 1, 2, True), (3, 3, 6, True)]
    assert (hindsight.tel, verify(Schedule.of(staggered), instance).tel) == (13, 12)


def test_h_sf_serves_the_shortest_that_has_arrived() -> None:
    # s = 0, M = 3, o = 3, 1, 2 at 0, 1, 1. 0: 0-3. At 1, time 2 holds 2 + 1: 1 runs 1-2. 2 would
    # make time 3 hold 3 + 2 from step 1, 3 + 1 from step 2; it starts when 0 has completed.
    instance = Instance.of(3, [3, 1, 2], arrival=[0, 1, 1])
    assert rows(instance, "h-sf") == {(0, 0, 3, True), (1, 1, 2, True), (2, 3, 5, True)}


# --- A_max -----------------------------------------------------------------------------------


def test_a_max_takes_upper_ends_and_clips_them_to_what_can_fit() -> None:
    # s = 0, M = 5, o = 1, 3, 1, u = 2, 3, 6; the 6 counts as 5, or 2 could never start.
    # Step 0: 0 and 1 (time 2: 2 + 2, time 3: 3); with 2, time 2 would hold 6.
    # Step 1: 0 is gone; 2 is taken to end at 6: time 3 holds 3 + 2, time 6 holds 5.
    instance = Instance.of(5, [1, 3, 1], interval=[(1, 2), (1, 3), (1, 6)])
    assert rows(instance, "a-max") == {(0, 0, 1, True), (1, 0, 3, True), (2, 1, 2, True)}


OVERRUN = Instance.of(4, [4, 2, 1], arrival=[0, 1, 2], interval=(1, 1))


@pytest.mark.parametrize("name", ["a-max", "mc-sf", "mc-benchmark"])
def test_output_above_upper_evicts_the_newest_and_admits_nobody_then(name: str) -> None:
    # s = 0, M = 4, o = 4, 2, 1 at 0, 1, 2, all predicted to be 1.
    # Step 1: 0 is overdue, charged as ending at 2: time 2 holds 2 + 1, so 1 starts.
    # Step 2: the next step needs 3 + 2: 1, the newest, is evicted. 3 + 1 would leave room for 2,
    # but nobody is admitted in the step of an eviction. Step 3: 4 + 1 is too much.
    # Step 4: 0 has completed; 1 and 2 start (1 is still assumed to be 1 long: it had made 1).
    assert rows(OVERRUN, name) == {
        (0, 0, 4, True),
        (1, 1, 2, False),
        (1, 4, 6, True),
        (2, 4, 5, True),
    }


# --- A_min -----------------------------------------------------------------------------------

DIFFER = Instance.of(6, [6, 3], arrival=[0, 2], interval=[(2, 9), (3, 9)])


def test_a_min_on_cancel_evicts_by_the_bound_of_the_last_cancellation() -> None:
    # s = 0, M = 6, o = 6, 3 at 0, 2, l = 2, 3. Step 2: 0 is overdue (charged until 3); time 3
    # holds 3 + 1, time 5 holds 3: 1 starts. Step 4: the next step needs 5 + 3. Bounds 2 and 3:
    # 0 is evicted, its bound becomes 4. 1 completes at 5; 0 runs alone 5-11.
    assert rows(DIFFER, "a-min") == {(0, 0, 4, False), (1, 2, 5, True), (0, 5, 11, True)}


def test_a_min_live_spares_the_most_advanced() -> None:
    # As before up to step 4. Bounds are now max(2, 4) and max(3, 2): 1 is evicted, and keeps its
    # bound 3. Step 5: 0 needs 6. Step 6: 1 runs alone 6-9.
    assert rows(DIFFER, "a-min-live") == {(0, 0, 6, True), (1, 2, 4, False), (1, 6, 9, True)}


def test_a_min_evicts_in_ascending_bound_until_it_fits_and_admits_others_at_once() -> None:
    # s = 1, M = 9, o = 4, 4, 4, l = 1, 2, 3. All start at 0 (time 1 holds 6; then only 1, 2: 6).
    # Step 2: 12 needed: 0 goes (bound 1 -> 2), 8 fit, so 1 stays. Step 3: 10 needed: 1 goes
    # (bound 2 -> 3), 5 left; 2 is charged until 4, 0 until 5: 5 + 2 and 3 fit, so 0 starts now.
    # Step 4: 2 has completed; 1 (ends 7): time 5 holds 3 + 2, time 7 holds 4: it starts.
    # Step 6: 5 + 4 = 9 fit. 0 completes at 7, 1 at 8.
    instance = Instance.of(9, [4, 4, 4], prompt=1, interval=[(1, 4), (2, 4), (3, 4)])
    assert rows(instance, "a-min") == {
        (0, 0, 2, False),
        (1, 0, 3, False),
        (2, 0, 4, True),
        (0, 3, 7, True),
        (1, 4, 8, True),
    }


def test_a_min_charges_an_overdue_request_for_its_next_token() -> None:
    # s = 0, M = 4, o = 4, 1, 1 at 0, 2, 3, l = 1. Step 2: 0 has 2, needs 3: 1 fits beside it.
    # Step 3: 0 needs 4: 2 waits (charging 0 nothing would admit 2 and overflow), until 4.
    instance = Instance.of(4, [4, 1, 1], arrival=[0, 2, 3], interval=(1, 4))
    expected = {(0, 0, 4, True), (1, 2, 3, True), (2, 4, 5, True)}
    for name in ("a-min", "a-min-live"):
        assert rows(instance, name) == expected


def test_a_min_with_outputs_below_their_lower_ends() -> None:
    # s = 0, M = 6, o = 2, 2, l = 4: beside the first (ends 4) the second would make time 4 hold
    # 4 + 4 from step 0, 4 + 3 from step 1. The first completes at 2, and the second starts.
    instance = Instance.of(6, [2, 2], interval=(4, 9))
    attempts = run(instance, POLICIES["a-min"]).schedule.attempts()
    assert sorted((a.start, a.end, a.finished) for a in attempts) == [(0, 2, True), (2, 4, True)]


CUT = (
    Assumes.CAPS,
    Assumes.LEVELS,
    Assumes.OFFSET_LEVELS,
)  # these may cancel a request that runs alone


@pytest.mark.parametrize("name", [name for name, p in POLICIES.items() if p.assumes not in CUT])
def test_a_lower_end_that_cannot_fit_is_clipped(name: str) -> None:
    # s = 1, M = 5: no accepted request is longer than 4, so an interval [9, 9] counts as 4
    instance = Instance.of(5, [2], prompt=1, interval=(9, 9))
    assert rows(instance, name) == {(0, 0, 2, True)}


@pytest.mark.parametrize(("name", "bound"), [("a-min", 3), ("a-min-thinned", 4)])
def test_the_bound_after_an_eviction(
    name: str, bound: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # s = 0, M = 6, both o = 4, l = 1, 2. Steps 1 and 2 need 4 and 6; step 3 needs 8: 0 has the
    # smaller bound and goes with 3 tokens. 1 completes at 4; 0 runs again 4-8.
    # (Thinned: nobody is thinned by luck, the slots 1 and 2 fit.)
    fixed_thinning(monkeypatch, {1: 0, 2: 0})
    instance = Instance.of(6, [4, 4], interval=[(1, 9), (2, 9)])
    scheduler = Declared(POLICIES[name], 2, seed=0)
    engine = Engine(instance, scheduler)
    while engine.view.now <= 3:
        engine.step()
    assert list(engine.view.waiting) == [0]
    assert scheduler.assumed(0) == bound
    assert rows(instance, name) == {(0, 0, 3, False), (1, 0, 4, True), (0, 4, 8, True)}


def test_a_min_readings_have_names() -> None:
    assert a_min() is POLICIES["a-min"]
    assert a_min("live") is POLICIES["a-min-live"]
    assert a_min("thinned") is POLICIES["a-min-thinned"]
    with pytest.raises(InputError, match="update: expected one of"):
        a_min("lively")


# --- thinned A_min ---------------------------------------------------------------------------


def test_thinning_evicts_by_the_uniform_number_of_the_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # s = 1, o = 4, l = 1, plenty of memory. Survival from bound b to j tokens: (s + b) / (s + j).
    # First attempt, b = 1, uniform 0.6: 2/3 for a second token, 2/4 for a third: out with 2 made,
    # b = 3, and not admitted again in that step. Second attempt, from step 3, uniform 0.9: 4/5
    # for a fourth token: out at 6, b = 4. Third attempt, from step 7: b = o, completes at 11.
    fixed_thinning(monkeypatch, {1: 0.6, 2: 0.9, 3: 0.99})
    instance = Instance.of(100, [4], prompt=1, interval=(1, 9))
    assert rows(instance, "a-min-thinned") == {
        (0, 0, 2, False),
        (0, 3, 6, False),
        (0, 7, 11, True),
    }


def test_survival_needs_a_uniform_number_strictly_below(monkeypatch: pytest.MonkeyPatch) -> None:
    # s = 1, l = 1: a third token with probability 2/4. Uniform exactly 1/2 does not survive.
    instance = Instance.of(100, [3], prompt=1, interval=(1, 9))
    fixed_thinning(monkeypatch, {1: 0.5, 2: 0})
    assert rows(instance, "a-min-thinned") == {(0, 0, 2, False), (0, 3, 6, True)}
    fixed_thinning(monkeypatch, {1: 0.5 - 2**-50})
    assert rows(instance, "a-min-thinned") == {(0, 0, 3, True)}


def test_the_pace_learns_from_the_thinned(monkeypatch: pytest.MonkeyPatch) -> None:
    # s = 0, M = 6, l = 1. Request 0 goes alone, is thinned with 3 tokens (1/3 > 0.3 > 1/4), and
    # has then used a volume of 1 + 2 + 3 where 1 was expected. So a start costs 6, all that a step
    # provides: of those that come at 3 one starts at once, the other a step later.
    fixed_thinning(monkeypatch, {1: 0.3, 2: 0})
    instance = Instance.of(6, [5, 1, 1], arrival=[0, 3, 3], interval=(1, 9))
    attempts = rows(instance, "a-min-staggered")
    assert (0, 0, 3, False) in attempts
    assert sorted(start for i, start, _, _ in attempts if i) == [3, 4]


def test_thinned_holds_constant_slots() -> None:
    # s = 0, M = 5, both o = l = 3, at 0 and 1. Look-ahead: time 3 holds 3 + 2: 1-4. Slots: 3 + 3
    # exceed 5, so the second waits until 3. (o = l: nobody outlives the bound.)
    instance = Instance.of(5, [3, 3], arrival=[0, 1], interval=(3, 5))
    assert rows(instance, "a-min") == {(0, 0, 3, True), (1, 1, 4, True)}
    assert rows(instance, "a-min-thinned") == {(0, 0, 3, True), (1, 3, 6, True)}


# --- A_l -------------------------------------------------------------------------------------


def test_a_l_promotes_to_the_end_of_the_queue() -> None:
    # s = 1, M = 3: one at a time. o = 2, 1, 2, l = 1, u = 2. 0 makes a token, goes on, and is
    # moved behind 1 and 2; so is 2 after its first. Then the long ones in that order.
    instance = Instance.of(3, [2, 1, 2], prompt=1, interval=(1, 2))
    assert rows(instance, "a-l") == {
        (0, 0, 1, False),
        (1, 1, 2, True),
        (2, 2, 3, False),
        (0, 3, 5, True),
        (2, 5, 7, True),
    }


def test_a_l_admits_a_promoted_request_in_the_same_step() -> None:
    # s = 0, M = 3, o = 3, 1, 3, l = 1, u = 3: all start at 0; at 1 request 1 is complete, 0 and 2
    # are promoted; 0 starts at once and ends at 4, when 2 can start (3 + 1 is too much at 4).
    instance = Instance.of(3, [3, 1, 3], interval=(1, 3))
    assert rows(instance, "a-l") == {
        (0, 0, 1, False),
        (1, 0, 1, True),
        (2, 0, 1, False),
        (0, 1, 4, True),
        (2, 4, 7, True),
    }


def test_a_l_promotes_once_and_charges_what_outlives_the_upper_end() -> None:
    # s = 0, M = 4, o = 4, 2 at 0, 3, l = 1, u = 2. 0 is promoted at 1, restarts, and has made its
    # u at 3: it stays, charged until 4: 3 + 1 fit, so 1 starts, and is promoted at 4; then 0
    # needs all 4 tokens, completes at 5, and 1 runs 5-7.
    instance = Instance.of(4, [4, 2], arrival=[0, 3], interval=(1, 2))
    assert rows(instance, "a-l") == {
        (0, 0, 1, False),
        (0, 1, 5, True),
        (1, 3, 4, False),
        (1, 5, 7, True),
    }


# --- A_random --------------------------------------------------------------------------------


def test_a_random_serves_the_two_orders_alike() -> None:
    # s = 0, M = 3, o = 3, 2. Order 0, 1: beside 0 (ends 3), 1 would make time 3 hold 5 from step 0
    # (4 at time 2), 5 from step 1, 4 from step 2: 0-3, 3-5. Order 1, 0: 1: 0-2; 0 from step 1
    # makes time 2 hold 2 + 1, time 4 hold 3: it fits.
    instance = Instance.of(3, [3, 2])
    one = frozenset({(0, 0, 3, True), (1, 3, 5, True)})
    other = frozenset({(1, 0, 2, True), (0, 1, 4, True)})
    seen = Counter(frozenset(rows(instance, "a-random", seed)) for seed in range(400))
    assert set(seen) == {one, other}
    # 400 fair coins: standard deviation 10; six of them leave a chance below 1e-8
    assert abs(seen[one] - 200) <= 60


# --- FCFS ------------------------------------------------------------------------------------


def test_fcfs_preempts_the_newest_and_pauses() -> None:
    # s = 1, M = 6, o = 4, 3, 2: all start at 0 with 2 tokens each. Step 1 needs 9: 2 goes (equal
    # starts and arrivals: the larger index is the newer). Step 2 needs 8: 1 goes; 4 + 2 would
    # leave room for 2, but an overflow pauses admission. Step 3: 5 + 2 is too much.
    # Step 4: 0 is complete, 1 and 2 start: steps hold 4, 6 (2 completes), 4.
    instance = Instance.of(6, [4, 3, 2], prompt=1)
    assert rows(instance, "fcfs") == {
        (2, 0, 1, False),
        (1, 0, 2, False),
        (0, 0, 4, True),
        (1, 4, 7, True),
        (2, 4, 6, True),
    }


def test_fcfs_returns_the_preempted_to_its_place() -> None:
    # s = 0, M = 4, o = 3, 2, 1 at 0, 1, 2. Step 1: 2 + 1. Step 2: 0 needs 3, 1 needs 2: 1 goes;
    # pause. Step 3: 0 is complete; 1 comes before 2, both fit (1 + 1).
    instance = Instance.of(4, [3, 2, 1], arrival=[0, 1, 2])
    assert rows(instance, "fcfs") == {
        (0, 0, 3, True),
        (1, 1, 2, False),
        (1, 3, 5, True),
        (2, 3, 4, True),
    }


def test_fcfs_reads_no_predictions() -> None:
    narrow = Instance.of(6, [4, 3, 2], prompt=1, interval=(1, 1))
    wide = Instance.of(6, [4, 3, 2], prompt=1, interval=(5, 90))
    assert rows(narrow, "fcfs") == rows(wide, "fcfs")


# --- declarations ----------------------------------------------------------------------------


def test_thinning_and_promotion_do_not_mix() -> None:
    with pytest.raises(InputError, match=r"thinned: .*got True"):
        replace(POLICIES["slicing"], thinned=True)
