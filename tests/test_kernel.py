"""The kernel against the reference engine: the same attempts in the same order, to the last tie."""

import os
import subprocess
import sys
from collections.abc import Callable
from math import log
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulate import engine, kernel
from simulate.chance import BITS, Purpose, draw
from simulate.engine import EngineError
from simulate.kernel import Work, run_counted
from simulate.kernel import state as memory
from simulate.policies import POLICIES
from simulate.policies.slicing import slicing
from simulate.policy import Admits, Assumes, Evicts, Learns, Order, Policy, Ties
from theory.checks import InputError
from theory.model import Instance, verify

BATCH = 250  # random instances a policy in the seeded batches


@st.composite
def instances(draw: Callable[..., Any]) -> Instance:
    """Few requests before a small budget: late arrivals, different prompts, wrong predictions."""
    budget = draw(st.integers(2, 40))
    n = draw(st.integers(0, 14))
    prompts = st.integers(0, budget - 1)
    prompt = draw(st.lists(prompts, min_size=n, max_size=n) | prompts.map(lambda s: [s] * n))
    output = [draw(st.integers(1, budget - s)) for s in prompt]
    arrival = draw(st.lists(st.integers(0, 30), min_size=n, max_size=n))
    ends = st.tuples(st.integers(1, budget + 2), st.integers(1, budget + 2))
    interval = [(min(e), max(e)) for e in draw(st.lists(ends, min_size=n, max_size=n))]
    return Instance.of(budget, output, prompt=prompt, arrival=arrival, interval=interval)


@st.composite
def declarations(draw: Callable[..., Any]) -> Policy:
    """Any combination of the words of a declaration."""
    caps = draw(st.sets(st.integers(1, 12), min_size=1, max_size=4))
    assumes = draw(st.sampled_from(Assumes))
    return Policy(
        name="any",
        title="any",
        source="drawn",
        assumes=assumes,
        order=draw(st.sampled_from(Order)),
        ties=draw(st.sampled_from(Ties)),
        admits=draw(st.sampled_from(Admits)),
        evicts=draw(st.sampled_from(Evicts)),
        learns=draw(st.sampled_from(Learns)),
        live=draw(st.booleans()),
        thinned=draw(st.booleans()) and assumes not in (Assumes.LOWER_THEN_UPPER, Assumes.CAPS),
        caps=tuple(sorted(caps)),
    )


def random_instance(rng: Random) -> Instance:
    """Like `instances`, larger and faster to draw."""
    budget, n = rng.randint(3, 90), rng.randint(1, 30)
    common = rng.randint(0, budget // 3)
    latest, most = rng.choice((0, 0, 5, 60)), rng.choice((6, budget))
    same_prompt = rng.random() < 0.5
    rows = []
    for _ in range(n):
        s = common if same_prompt else rng.randint(0, budget - 1)
        o = rng.randint(1, min(most, budget - s))
        ends = sorted((rng.randint(1, budget + 5), rng.randint(1, budget + 5)))
        right = (rng.randint(1, o), rng.randint(o, budget + 5))
        interval = right if rng.random() < 0.5 else (ends[0], ends[1])
        rows.append((s, o, rng.randint(0, latest), interval))
    prompt, output, arrival, intervals = zip(*rows, strict=True)
    return Instance.of(budget, output, prompt=prompt, arrival=arrival, interval=intervals)


@settings(max_examples=600, deadline=None)
@given(instances(), declarations(), st.integers(0, 2**64))
def test_any_declaration_has_the_reference_schedule(
    instance: Instance, policy: Policy, seed: int
) -> None:
    fast = kernel.run(instance, policy, seed)
    assert fast == engine.run(instance, policy, seed)


@pytest.mark.parametrize("policy", [*POLICIES.values(), slicing((1, 3, 8, 9))])
def test_random_batches_have_the_reference_schedules(policy: Policy) -> None:
    rng = Random(policy.title)
    for _ in range(BATCH):
        instance, seed = random_instance(rng), rng.randrange(1000)
        fast = kernel.run(instance, policy, seed)
        assert fast == engine.run(instance, policy, seed), (instance, seed)


@pytest.mark.parametrize("policy", POLICIES.values())
def test_a_long_queue_has_the_reference_schedule(policy: Policy) -> None:
    """Enough requests for the queue's buckets to move and be packed; the verifier agrees too."""
    rng = np.random.default_rng(5)
    output = rng.integers(1, 60, 1500)
    interval = [(max(1, o // 2), o + 20) for o in output.tolist()]
    arrival = np.sort(rng.integers(0, 4000, 1500))
    instance = Instance.of(400, output, prompt=3, arrival=arrival, interval=interval)
    fast = kernel.run(instance, policy, 1)
    assert fast == engine.run(instance, policy, 1)
    assert verify(fast.schedule, instance).tel == fast.tel
