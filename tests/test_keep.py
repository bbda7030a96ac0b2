"""Preemption that keeps the tokens: both engines, every policy, by definition and by hand."""

from dataclasses import replace
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvratio.simulate import engine, kernel
from kvratio.simulate.declared import Declared
from kvratio.simulate.iteration import IterationTime
from kvratio.simulate.measures import cache_profile, measure, tokens_at
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.policies.slicing import slicing
from kvratio.simulate.policy import Policy
from kvratio.simulate.records import Run
from kvratio.simulate.server import Server
from kvratio.simulate.testing import check_policy, examine
from kvratio.simulate.timing import Timing
from kvratio.simulate.view import View
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance, Preemption, verify
from tests.broken_kept import KeepsLessThanItMade, Rowed
from tests.test_kernel import declarations, instances, random_instance

KEEP = Preemption.KEEP
BATCH = 40  # random instances a policy


# --- the kernel against the reference engine --------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(instances(), declarations(), st.integers(0, 2**64))
def test_any_declaration_has_the_reference_schedule(
    instance: Instance, policy: Policy, seed: int
) -> None:
    assert kernel.run(instance, policy, seed, None, KEEP) == engine.run(
        instance, policy, seed, None, KEEP
    )


@pytest.mark.parametrize("policy", [*POLICIES.values(), slicing((1, 3, 8, 9))])
def test_random_batches_have_the_reference_schedules(policy: Policy) -> None:
    rng = Random(policy.title)
    for _ in range(BATCH):
        instance, seed = random_instance(rng), rng.randrange(1000)
        fast = kernel.run(instance, policy, seed, None, KEEP)
        assert fast == engine.run(instance, policy, seed, None, KEEP), (instance, seed)
        done = verify(fast.schedule, instance, KEEP)
        found = fast.measures
        assert (done.tel, done.makespan, done.peak) == (
            found.tel,
            found.makespan,
            found.peak_cache,
        )
        assert found.wasted_tokens == 0


# --- by hand ----------------------------------------------------------------------------------

FCFS_INSTANCE = Instance.of(6, [4, 4], prompt=0)


def test_fcfs_resumes_where_it_stopped() -> None:
    # s = 0, M = 6, outputs 4, 4: both hold 3 after step 2, and 8 > 6 in the next; the newer one
    # (request 1) waits with its 3 tokens until request 0 is done at 4, then makes the fourth
    for run in (engine.run, kernel.run):
        found = run(FCFS_INSTANCE, "fcfs", preemption="keep")
        assert list(found.schedule.full_attempts()) == [
            (1, 0, 3, False, 0),
            (0, 0, 4, True, 0),
            (1, 4, 5, True, 3),
        ]
        assert found.measures.restored_tokens == 3
        assert found.measures.wasted_tokens == 0
        lost = run(FCFS_INSTANCE, "fcfs")
        assert (lost.tel, lost.measures.wasted_tokens) == (4 + 8, 3)
        assert lost.measures.restored_tokens == 0


def test_a_resumed_request_is_admitted_with_its_kept_tokens() -> None:
    # s = 1, M = 7: request 1 is evicted with 2 tokens and needs 1 + 2 + 1 = 4 to start again; while
    # request 0 holds 1 + 4 it cannot, though a new request (2 tokens) could
    instance = Instance.of(7, [4, 4], prompt=1)
    found = engine.run(instance, "fcfs", preemption="keep")
    assert list(found.schedule.full_attempts())[-1] == (1, 4, 6, True, 2)


def test_newest_means_the_last_start_not_the_least_progress() -> None:
    # request 1 resumes at 4 with 3 tokens; 2 arrives at 5 and has fewer, but started later
    instance = Instance.of(6, [4, 4, 3], arrival=[0, 0, 3])
    done = verify(engine.run(instance, "fcfs", preemption="keep").schedule, instance, KEEP)
    assert done.completion[1] <= done.completion[2]


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_a_kept_token_is_made_once(name: str) -> None:
    instance = Instance.of(20, [9, 8, 7, 6, 5, 9], prompt=[1, 2, 0, 3, 1, 0], interval=(2, 9))
    if POLICIES[name].evicting:
        found = engine.run(instance, name, seed=1, preemption="keep")
        assert found.measures.generated_tokens == sum(instance.output)


def test_a_record_says_whether_tokens_were_kept() -> None:
    found = engine.run(FCFS_INSTANCE, "fcfs", preemption="keep")
    data = found.to_json()
    assert data["preemption"] == "keep"
    assert data["measures"]["restored_tokens"] == 3
    assert Run.from_json(data) == found
    lost = engine.run(FCFS_INSTANCE, "fcfs").to_json()
    assert "preemption" not in lost
    assert "restored_tokens" not in lost["measures"]


def test_the_cache_profile_counts_kept_tokens() -> None:
    schedule = engine.run(FCFS_INSTANCE, "fcfs", preemption="keep").schedule
    steps = np.arange(6)
    used = tokens_at(steps, cache_profile(schedule, FCFS_INSTANCE)).tolist()
    assert used == [2, 4, 6, 4, 4, 0]
    assert measure(schedule, FCFS_INSTANCE).mean_cache == Fraction(sum(used), 5 * 6)


def test_an_unknown_reading() -> None:
    for run in (engine.run, kernel.run):
        with pytest.raises(InputError, match="preemption: expected one of cancel, keep"):
            run(FCFS_INSTANCE, POLICIES["fcfs"], preemption="swap")


# --- schedulers of one's own ------------------------------------------------------------------


class Rotating(engine.Scheduler):
    """Runs one request at a time, each for two tokens in turn; what it stops it resumes."""

    preemption = "keep"

    def evict(self, view: View) -> list[int]:
        return [i for i in view.running if view.now - view.running[i] >= 2 and view.waiting]

    def admit(self, view: View) -> list[int]:
        return [] if view.running else list(view.waiting)[:1]


def test_a_scheduler_of_ones_own_resumes() -> None:
    instance = Instance.of(9, [3, 3], prompt=2)
    found = engine.run(instance, Rotating, preemption="keep")
    assert found.schedule.to_json() == [
        [0, 0, 2, False, 0],
        [1, 2, 4, False, 0],
        [0, 4, 5, True, 2],
        [1, 5, 6, True, 2],
    ]
    assert verify(found.schedule, instance, KEEP).tel == 11


def test_the_view_tells_what_was_kept() -> None:
    seen = []

    class Watching(Rotating):
        def admit(self, view: View) -> list[int]:
            seen.append(
                ([view.kept(i) for i in view.waiting], [view.made(i) for i in view.running])
            )
            return super().admit(view)

    engine.run(Instance.of(9, [3, 3], prompt=2), Watching, preemption="keep")
    assert seen == [([0, 0], []), ([0], [1]), ([0, 2], []), ([2], [1]), ([2, 2], []), ([2], [])]


def test_the_kit_accepts_kept_progress() -> None:
    report = examine(Rotating, examples=40)
    outcome = {result.invariant.name: result.outcome for result in report.results}
    assert report.passed, report
    assert (outcome["progress-kept"], outcome["progress-lost"]) == ("held", "not claimed")
    assert "progress-kept: not claimed" in repr(examine("fcfs", examples=1))


@pytest.mark.parametrize("name", ["fcfs", "a-min", "learned-slicing", "gsa"])
def test_declared_policies_pass_the_kit_under_keep(name: str) -> None:
    check_policy(name, examples=30, preemption="keep")


def test_the_kit_sees_tokens_that_were_not_made() -> None:
    assert examine(Rowed, examples=40, only=("progress-kept", "completes-once")).passed
    report = examine(KeepsLessThanItMade, examples=40, only=("progress-kept",), least_prompt=0)
    assert [result.invariant.name for result in report.violated] == ["progress-kept"]
    assert 'preemption="keep"' in report.violated[0].code()


def test_kept_tokens_under_cancel_are_lost_progress() -> None:
    report = examine(Rowed, examples=60, preemption="cancel", only=("progress-lost",))
    assert not report.passed


# --- a server ---------------------------------------------------------------------------------


def test_a_server_keeps() -> None:
    server = Server(6, Declared(POLICIES["fcfs"], n=9, seed=0), preemption="keep")
    for _ in range(2):
        server.submit(output=4)
    while not server.idle:
        server.step()
    again = engine.run(FCFS_INSTANCE, "fcfs", preemption="keep").schedule
    assert list(server.schedule.full_attempts()) == list(again.full_attempts())


def test_a_withdrawn_request_is_forgotten() -> None:
    server = Server(6, Declared(POLICIES["fcfs"], n=9, seed=0), preemption="keep")
    for _ in range(2):
        server.submit(output=4)
    for _ in range(4):
        server.step()
    server.cancel(1)  # it waits with three tokens
    while not server.idle:
        server.step()
    assert list(server.schedule.full_attempts()) == [(1, 0, 3, False, 0), (0, 0, 4, True, 0)]


# --- in seconds -------------------------------------------------------------------------------

ITERATION = IterationTime(fixed=7_000, weights=900, cache=31, token=150, sample=70, pair=3, link=11)


@pytest.mark.parametrize("swap", [None, 1, 4_321])
@pytest.mark.parametrize("preemption", list(Preemption))
def test_timed_runs_agree(swap: int | None, preemption: Preemption) -> None:
    rng = Random(1)
    for policy in POLICIES.values():
        for _ in range(6):
            drawn, seed = random_instance(rng), rng.randrange(1000)
            instance = replace(drawn, arrival=(0,) * drawn.n)
            timing = Timing(tuple(rng.randrange(900) for _ in range(drawn.n)), ITERATION, swap)
            fast = kernel.run_timed(instance, policy, timing, seed, None, preemption)
            slow = engine.run_timed(instance, policy, timing, seed, None, preemption)
            assert fast == slow, (policy.name, instance, seed)
            verify(fast.run.schedule, fast.run.instance, preemption)


def _times(swap: int | None, iteration: IterationTime) -> list[tuple[int, ...]]:
    timing = Timing((0, 0), iteration, swap)
    instance = Instance.of(10, [4, 4], prompt=2)
    found = {
        run(instance, "fcfs", timing, preemption="keep").end
        for run in (engine.run_timed, kernel.run_timed)
    }
    return list(found)


def test_recomputing_costs_the_prefill_of_prompt_and_tokens() -> None:
    # s = 2, M = 10: after step 2 both hold 5; request 1 waits with 3 tokens, or with 2 + 3 of cache
    # until request 0 is done at 4. A processed token takes 1,000 ps; nothing else counts:
    # steps 0 to 3 process 4, 2, 2, 1 tokens, the resumed request 5 in step 4
    each = IterationTime(fixed=1, token=1_000_000)
    out = 4001 + 2 * 2001
    assert _times(None, each) == [(out, out + 1001, out + 1001 + 5001)]


def test_swapping_costs_both_ways() -> None:
    # 5 tokens go out in step 3 and come back in step 4, at 100 ns each; one token is processed
    each = IterationTime(fixed=1, token=1_000_000)
    out = 4001 + 2 * 2001
    assert _times(100_000, each) == [(out, out + 1001 + 500, out + 2 * (1001 + 500))]


@pytest.mark.parametrize("swap", [0, -1, 1.5])
def test_a_cost_of_swapping_that_is_none(swap: object) -> None:
    with pytest.raises(InputError, match="swap: expected"):
        Timing((), ITERATION, swap)  # type: ignore[arg-type]
