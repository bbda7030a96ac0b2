"""Policies inside vLLM, without vLLM: the view on its requests, and the published runs."""

import json
import os
import sys
from random import Random
from types import SimpleNamespace

import pytest

from kvratio.reports import PUBLISHED
from kvratio.simulate.declared import Declared
from kvratio.simulate.engine import run
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.view import HiddenError
from kvratio.simulate.vllm import plugin
from kvratio.simulate.vllm.view import LiveView
from kvratio.theory.model import Instance, Preemption, Schedule
from tests.inside_vllm.page import MOST, page
from tests.test_kernel import random_instance

KEPT = ("fcfs", "a-min", "a-min-live", "a-max", "slicing", "learned-slicing", "shortest-predicted")


def live(instance: Instance, i: int) -> SimpleNamespace:
    """A request as vLLM has it: one more token of prompt than our model."""
    extra = {"kvratio": [instance.lower[i], instance.upper[i]]}
    return SimpleNamespace(
        num_prompt_tokens=instance.prompt[i] + 1,
        num_output_tokens=0,
        max_tokens=instance.output[i],
        sampling_params=SimpleNamespace(extra_args=extra),
    )


def played(instance: Instance, name: str, block: int = 1, most: int | None = None) -> Schedule:
    """The engine's four phases on live requests that keep their tokens; the cache in blocks."""
    policy = POLICIES[name]
    view = LiveView(instance.memory, policy.sees, block, Preemption.KEEP)
    declared = Declared(policy, instance.n, 3, most)
    coming = sorted(range(instance.n), key=lambda i: (instance.arrival[i], i), reverse=True)
    attempts: list[tuple[int, int, int, bool]] = []
    left = instance.n
    while left:
        for i in [i for i in view.running if view.made(i) == instance.output[i]]:
            declared.complete(view, i)
            attempts.append((i, view.running[i], view.now, True))
            view.leaves(i)
            left -= 1
        while coming and instance.arrival[coming[-1]] <= view.now:
            i = coming.pop()
            view.arrives(i, live(instance, i))
            declared.arrive(view, i)
        for i in declared.evict(view):
            attempts.append((i, view.running[i], view.now, False))
            view.stops(i)
        for i in declared.admit(view):
            view.starts(i)
        blocks = sum(
            -(-(view.live(i).num_prompt_tokens + view.made(i)) // block) for i in view.running
        )
        assert blocks * block == view.need() <= instance.memory
        assert most is None or len(view.running) <= most
        for i in view.running:
            view.live(i).num_output_tokens += 1
        view.passes()
        assert view.now < 10**5
    return Schedule.of(attempts)


@pytest.mark.parametrize("name", KEPT)
def test_live_requests_have_the_engines_schedule(name: str) -> None:
    rng = Random(name)
    for _ in range(15):
        instance = random_instance(rng)
        expected = run(instance, POLICIES[name], seed=3, preemption="keep").schedule
        found = {(a.request, a.start, a.end, a.finished) for a in played(instance, name).attempts()}
        assert found == {(a.request, a.start, a.end, a.finished) for a in expected.attempts()}


@pytest.mark.parametrize("name", KEPT)
def test_blocks_never_overflow_and_limits_hold(name: str) -> None:
    """Every step fits in whole blocks, and no more run than the engine takes."""
    rng = Random(name)
    for _ in range(15):
        n = rng.randint(1, 20)
        instance = Instance.of(
            64,
            [rng.randint(1, 12) for _ in range(n)],
            prompt=[rng.randint(0, 20) for _ in range(n)],
            interval=[(1, 14)] * n,
        )
        attempts = played(instance, name, block=8, most=rng.randint(1, 5)).attempts()
        assert sum(a.finished for a in attempts) == n


def test_what_an_engine_tells_a_policy() -> None:
    """A request that was not started, one that was preempted, and a number that is used again."""
    instance = Instance.of(40, [9, 9, 9], prompt=4)
    policy = POLICIES["fcfs"]
    view = LiveView(40, policy.sees, 1, Preemption.KEEP)
    declared = Declared(policy, 3, 0)
    for i in range(3):
        view.arrives(i, live(instance, i))
        declared.arrive(view, i)
    assert declared.evict(view) == []
    assert declared.admit(view) == [0, 1, 2]
    for i in range(3):
        view.starts(i)
    view.stops(2)
    declared.returned(view, 2)
    declared.preempted(view, 1)
    view.stops(1)
    view.passes()
    assert declared.evict(view) == []
    assert declared.admit(view) == [1, 2]
    view.starts(1)
    declared.withdraw(view, 1)
    view.leaves(1)
    assert 1 not in view.running
    view.arrives(1, live(instance, 1))
    declared.arrive(view, 1)
    assert declared.book.stage[1] == 0


def test_a_live_view_hides_what_is_not_declared() -> None:
    view = LiveView(40, frozenset(), 1, Preemption.KEEP)
    view.arrives(0, live(Instance.of(40, [3]), 0))
    for column in (view.lower, view.upper, view.output):
        with pytest.raises(HiddenError):
            column(0)


def test_the_plugin_needs_no_vllm_unless_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(plugin.POLICY, raising=False)
    monkeypatch.setitem(sys.modules, "vllm.config", None)
    plugin.register()
    monkeypatch.setenv(plugin.POLICY, "fcfs")
    with pytest.raises(ImportError):
        plugin.register()
    assert os.environ[plugin.POLICY] == "fcfs"


def test_the_published_runs_hold_what_is_claimed() -> None:
    """All schedules equal, a step at most 1.5 times vLLM's; the page says what the data say."""
    data = json.loads((PUBLISHED / "vllm.json").read_text(encoding="utf-8"))
    assert data["versions"]["vllm"].startswith("0.33.")
    assert all(row["equal"] == row["cases"] > 0 for row in data["agreement"])
    assert {row["preemption"] for row in data["agreement"]} == {"cancel", "keep"}
    assert all(row["ratio"] <= MOST for row in data["overhead"])
    assert (PUBLISHED / "vllm.md").read_text(encoding="utf-8") == page(data)
