"""Policies that preempt for better requests: their order by hand, and every run in the model."""

from random import Random

import pytest
from click.testing import CliRunner

import kvratio as kv
from kvratio.reports.commands import list as listing
from kvratio.reports.compare.steps import compare
from kvratio.reports.render.looks import policy_title
from kvratio.simulate import kernel
from kvratio.simulate.engine import run
from kvratio.simulate.preemptive import PREEMPTIVE, Feedback, preemptive
from kvratio.simulate.testing import check_policy
from kvratio.simulate.view import View
from kvratio.theory.area import lower_bound
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance, Preemption, verify
from tests.test_kernel import random_instance


def ends(instance: Instance, policy: str) -> tuple[int, ...]:
    schedule = run(instance, policy, preemption="keep").schedule
    return verify(schedule, instance, Preemption.KEEP).completion


@pytest.mark.parametrize("name", PREEMPTIVE)
def test_every_schedule_is_one_of_the_model(name: str) -> None:
    rng = Random(name)
    for _ in range(60):
        instance = random_instance(rng)
        found = run(instance, name, preemption="keep")
        done = verify(found.schedule, instance, Preemption.KEEP)
        assert done.tel == found.tel >= lower_bound(instance)
        assert found.measures.wasted_tokens == 0
        assert found.policy == name
        # in no step is the cache empty while a request waits: all are done by then
        assert done.makespan <= max(instance.arrival) + sum(instance.output)


@pytest.mark.parametrize("name", PREEMPTIVE)
def test_they_pass_the_kit(name: str) -> None:
    check_policy(name, examples=25)


def test_least_attained_takes_turns() -> None:
    # M = 4, outputs 3, 3, 3: all make a token; 0 and 1 a second one (2 + 2); then 2, which has
    # attained 1 of their 3 token-steps, and nobody beside it (2 + 3 > 4); it has attained 3, like
    # the others, and goes on; then 0 and 1 one after the other
    instance = Instance.of(4, [3, 3, 3])
    assert run(instance, "las", preemption="keep").schedule.to_json() == [
        [2, 0, 1, False, 0],
        [0, 0, 2, False, 0],
        [1, 0, 2, False, 0],
        [2, 2, 4, True, 1],
        [0, 4, 5, True, 2],
        [1, 5, 6, True, 2],
    ]


def test_attained_service_counts_the_prompt() -> None:
    # after a token each, request 0 has held 1 + 1 and request 1 only 1 token-step; 3 + 2 > 4
    assert ends(Instance.of(4, [2, 2], prompt=[1, 0]), "las") == (3, 2)


def test_the_smallest_remaining_volume_goes_first() -> None:
    # at step 3 the long request needs 4 of M = 4, and its last token has a volume of 4; the new
    # one's has 1
    assert ends(Instance.of(4, [4, 1], arrival=[0, 3]), "srv") == (5, 4)
    # with 2 tokens to make the new one would take 1 + 2 token-steps, still less; with 3, 1 + 2 + 3
    assert ends(Instance.of(4, [4, 2], arrival=[0, 3]), "srv") == (6, 5)
    assert ends(Instance.of(4, [4, 3], arrival=[0, 3]), "srv") == (4, 7)


def test_a_used_quantum_moves_to_the_next_queue() -> None:
    # at step 2 request 0 has used 2 iterations and needs 3 of M = 3
    instance = Instance.of(3, [3, 1], arrival=[0, 2])
    assert ends(instance, "mlfq:quantum=2") == (4, 3)
    assert ends(instance, "mlfq:quantum=4") == (3, 4)


def test_a_long_prompt_skips_queues() -> None:
    chosen = preemptive("mlfq:prefill=128")()
    assert [chosen.queue_of(s) for s in (0, 1, 128, 129, 256, 384, 385)] == [0, 1, 1, 2, 2, 2, 3]
    # the first iteration of 2 prompt tokens counts as 3 with prefill=1, of the 4 of queue 2, so
    # one more is left there
    instance = Instance.of(9, [3], prompt=2)
    engine_queue = []

    class Watching(Feedback):
        prefill = 1

        def admit(self, view: View) -> list[int]:
            engine_queue.append(dict(self._queue))
            return list(super().admit(view))

    run(instance, Watching, preemption="keep")
    assert engine_queue == [{0: 2}, {0: 2}, {0: 3}]


def test_who_has_waited_for_too_long_goes_first() -> None:
    # request 0 needs 3 of M = 3 from step 2 on, and a new one arrives in each of the steps 2 to 6
    instance = Instance.of(3, [3, 1, 1, 1, 1, 1], arrival=[0, 2, 3, 4, 5, 6])
    assert ends(instance, "mlfq")[0] == 8
    # since step 2 it waits; at 4 it moves to the end of queue 0, behind the one that has arrived
    assert ends(instance, "mlfq:starve=2")[0] == 6


def test_preemption_is_limited_to_the_first_share_of_the_prediction() -> None:
    # at step 2 request 0 has 2 of 4 predicted tokens and needs 3, the new one 1 + 1; M = 4
    instance = Instance.of(4, [4, 1], prompt=[0, 1], arrival=[0, 2], interval=[(4, 4), (1, 1)])
    assert ends(instance, "trail:share=1") == (5, 3)
    assert ends(instance, "trail:share=3/4") == (5, 3)
    assert ends(instance, "trail:share=1/2") == (4, 5)


@pytest.mark.parametrize("name", PREEMPTIVE)
def test_without_kept_tokens_they_have_no_meaning(name: str) -> None:
    instance = Instance.of(4, [3, 3])
    for engine in (run, kernel.run):
        with pytest.raises(InputError, match="preemption: expected keep for"):
            engine(instance, name)
    with pytest.raises(InputError, match=f"expected keep for {name}, which resumes"):
        compare("", instance, [name])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("las:x=1", "no parameters for las"),
        ("mlfq:x=1", "keys growth, prefill, quantum, starve, each once"),
        ("mlfq:quantum", "keys growth"),
        ("mlfq:quantum=2,quantum=3", "each once"),
        ("mlfq:quantum=0", "quantum: expected a whole number, at least 1, got 0"),
        ("mlfq:quantum=1/2", "quantum: expected a whole number"),
        ("mlfq:growth=1", "growth"),
        ("trail:share=2", "share"),
    ],
)
def test_bad_parameters(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        compare("", Instance.of(4, [3, 3]), [text], preemption="keep")


def test_they_are_listed_and_compared() -> None:
    result = CliRunner().invoke(listing.command, ["policies"])
    assert all(made.title in result.output for made in PREEMPTIVE.values())
    assert policy_title("mlfq:quantum=4") == "MLFQ, skip-join (quantum=4)"
    assert policy_title("mlfq:nothing=4") == "mlfq:nothing=4"
    rows = kv.compare(Instance.of(4, [3, 3]), preemption="keep").rows()
    assert set(PREEMPTIVE) <= {row["policy"] for row in rows}
    rows = kv.compare(Instance.of(4, [3, 3])).rows()
    assert not set(PREEMPTIVE) & {row["policy"] for row in rows}
