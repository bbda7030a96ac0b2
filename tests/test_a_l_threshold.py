"""A_l with a threshold, simulated: Algorithm 6 on two lengths, and the forms that it approaches."""

from collections import Counter
from random import Random
from typing import Any

import pytest

from kvratio.reports.compare.steps import compare
from kvratio.reports.studies.convergence import Size, laws, mean_length, outputs, simulate
from kvratio.simulate import engine, kernel
from kvratio.simulate.cells import Cell, Chunk, code_digest, simulate_chunk
from kvratio.simulate.policies import POLICIES, named
from kvratio.simulate.policies.a_l import promoting
from kvratio.simulate.testing import examine
from kvratio.theory.area import lower_bound
from kvratio.theory.checks import InputError
from kvratio.theory.forms import SLOTS, promotion, tel
from kvratio.theory.model import Instance

ENGINES = (engine.run, kernel.run)


def rows(instance: Instance, policy: str) -> set[Any]:
    """The attempts, the same in both engines."""
    one, other = (set(run(instance, named(policy)).schedule.attempts()) for run in ENGINES)
    assert one == other
    return one


def test_at_the_lower_end_on_two_lengths_it_is_algorithm_6() -> None:
    rng = Random(6)
    for _ in range(200):
        low, gap, n = rng.randint(1, 5), rng.randint(0, 5), rng.randint(1, 9)
        prompt = rng.randint(0, 3)
        instance = Instance.of(
            prompt + low + gap + rng.randint(0, 20),
            [rng.choice((low, low + gap)) for _ in range(n)],
            prompt=prompt,
            arrival=[rng.randint(0, 9) for _ in range(n)],
            interval=(low, low + gap),
        )
        for tests in ("look-ahead", "slots"):
            policies = promoting(low, tests), promoting(None, tests)
            schedules = [run(instance, p).schedule for run in ENGINES for p in policies]
            assert all(schedule == schedules[0] for schedule in schedules)
    assert promoting() == POLICIES["a-l"]


def test_it_promotes_at_the_threshold() -> None:
    # s = 0, M = 4, o = 3, 1, 2, u = 3, m = 2. 0 and 1 start, assumed 2 each. 1 is complete at 1,
    # and 2 starts: 2 + 1 at time 2, 2 at time 3. 0 has made 2 at 2, is moved to the end, and starts
    # beside 2: 1 + 2 at time 3, 3 at time 5. 2 has length m: it is complete at 3, not promoted.
    instance = Instance.of(4, [3, 1, 2], interval=(1, 3))
    assert rows(instance, "a-l:threshold=2") == {
        (0, 0, 2, False),
        (1, 0, 1, True),
        (2, 1, 3, True),
        (0, 2, 5, True),
    }


def test_slots_are_kept_to_the_end() -> None:
    # as above, but from 2 on request 2 keeps its slot of 2, and 3 more are too many until 3
    instance = Instance.of(4, [3, 1, 2], interval=(1, 3))
    assert rows(instance, "a-l:threshold=2,admits=slots") == {
        (0, 0, 2, False),
        (1, 0, 1, True),
        (2, 1, 3, True),
        (0, 3, 6, True),
    }


def test_a_smaller_upper_end_is_assumed_itself() -> None:
    # s = 0, M = 5, m = 4: 0 is assumed 2, 1 is assumed 4. At time 2 they hold 4, at time 4 four
    # tokens; with 4 for both, time 4 would hold 8, and 1 would wait.
    instance = Instance.of(5, [2, 4], interval=[(1, 2), (1, 6)])
    assert rows(instance, "a-l:threshold=4") == {(0, 0, 2, True), (1, 0, 4, True)}


def test_the_largest_threshold_promotes_nobody() -> None:
    instance = Instance.of(9, [4, 2, 1, 3, 4, 2], interval=(1, 4))
    for policy in ("a-l:threshold=4", "a-l:threshold=4,admits=slots"):
        assert all(completed for *_, completed in rows(instance, policy))


@pytest.mark.parametrize("policy", ["a-l:threshold=2", "a-l:threshold=3,admits=slots"])
def test_the_kit_finds_nothing(policy: str) -> None:
    assert examine(named(policy), examples=12).violated == ()


@pytest.mark.parametrize("law", laws()[1:3], ids=lambda law: law.name)
def test_with_slots_the_latency_tends_to_the_form(law) -> None:
    """As M grows; under P's look-ahead test it stays below (`simulate/policies/a_l.py`)."""
    threshold = mean_length(law)
    slots, ahead = (
        named(f"a-l:threshold={threshold},admits={test}") for test in ("slots", "look-ahead")
    )
    off = []
    for memory in (200, 600):
        size = Size(memory, 30)
        present = Counter(outputs(law, size.requests))
        form = tel(promotion(threshold, SLOTS, SLOTS), present, 0, (law.low, law.high))
        predicted = float(form / (2 * memory))
        found = simulate(law, (slots, ahead), size, seed=0)
        off.append(found[slots.name] / predicted - 1)
        # an upper bound in the limit, with room for the finite size; and far from tight
        instance = Instance.of(memory, outputs(law, size.requests))
        assert lower_bound(instance) < found[ahead.name] < 0.9 * predicted
    assert abs(off[1]) < 0.02
    assert abs(off[1]) < max(0.01, abs(off[0]) / 2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a-l:threshold=0", "threshold: expected a whole number, at least 1, got 0"),
        ("a-l:threshold=-3", "threshold: expected a whole number, at least 1, got -3"),
        ("a-l:threshold=1.5", "threshold: expected a whole number of tokens"),
        ("a-l:threshold=", "threshold: expected a whole number of tokens"),
        ("a-l:admits=paced", "admits: expected one of look-ahead, slots, got 'paced'"),
        ("a-l:limit=4", "no keys but threshold, admits"),
        ("a-max:threshold=4", "no parameters for a-max"),
    ],
)
def test_bad_parameters(text: str, words: str) -> None:
    with pytest.raises(InputError) as error:
        named(text)
    assert words in str(error.value)


def test_a_threshold_above_every_upper_end_is_refused() -> None:
    instance = Instance.of(50, [2, 4], interval=[(1, 2), (1, 6)])
    with pytest.raises(InputError, match=r"^threshold: expected at most 6, the largest"):
        compare("two requests", instance, ["h-sf", "a-l:threshold=7"])
    compare("two requests", instance, ["a-l:threshold=6"])


def test_in_a_sweep_it_is_a_result() -> None:
    cells = [Cell(f"a-l:threshold={m}", "uniform:l=2,u=9", memory=30, requests=9) for m in (9, 10)]
    right, wrong = simulate_chunk(Chunk(tuple(cells), code_digest(), {}))
    assert right["error"] is None
    assert wrong["error"].startswith("threshold: expected at most 9")
