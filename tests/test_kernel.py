"""The kernel against the reference engine: the same attempts in the same order, to the last tie."""

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from math import log, log2
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvratio.simulate import chance, engine, kernel, words
from kvratio.simulate.kernel import build
from kvratio.simulate.limits import EngineError
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.policies.slicing import slicing
from kvratio.simulate.policy import Admits, Assumes, Evicts, Learns, Order, Policy, Ties
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance, verify

ROOT = Path(__file__).parent.parent
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
    ranked = assumes is Assumes.LEVELS
    admits = Admits.NEXT_STEP if ranked else draw(st.sampled_from(Admits))
    order = Order.GITTINS if ranked else draw(st.sampled_from(sorted({*Order} - {Order.GITTINS})))
    promotes = words.of(assumes).promotes
    return Policy(
        name="any",
        title="any",
        source="drawn",
        assumes=assumes,
        order=Order.ASSUMED_LENGTH if admits is Admits.STAGGERED else order,
        ties=Ties.INDEX if ranked else draw(st.sampled_from(Ties)),
        admits=admits,
        evicts=draw(st.sampled_from(Evicts)),
        learns=draw(st.sampled_from(Learns)),
        live=draw(st.booleans()),
        thinned=draw(st.booleans()) and not promotes,
        caps=tuple(sorted(caps)),
        reserve=draw(st.just(Fraction(0)) | st.fractions(0, Fraction(9, 10), max_denominator=20)),
        clearing=draw(st.fractions(Fraction(1, 20), 1, max_denominator=20)),
        growth=draw(st.sampled_from((Fraction(3, 2), Fraction(5, 2), Fraction(14)))),
        classes=draw(st.sampled_from((0, 1, 3, 64))),
        horizon=Fraction(draw(st.sampled_from(("0", "1/16", "1", "4")))) if ranked else Fraction(0),
        overtaking=draw(st.sampled_from((0, 1, 16))) if ranked else 0,
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


@cache
def callable_from_python(name: str) -> Callable[..., Any]:
    """A function of the kernel of three, or two, arguments."""
    from kvratio.simulate.compiled import compiler

    inner = getattr(compiler, name)
    if name == "scaled":
        return compiler.entered(lambda a, b: inner(a, b))
    return compiler.entered(lambda a, b, c: inner(a, b, c))


WORDS = st.integers(0, 2**64 - 1)


@settings(deadline=None)  # the first call compiles
@given(WORDS, st.integers(0, 2**40), st.sampled_from(chance.Purpose))
def test_draws_are_the_references(key: int, counter: int, purpose: chance.Purpose) -> None:
    assert callable_from_python("draw")(np.uint64(key), counter, int(purpose)) == chance.draw(
        key, counter, purpose
    )


@settings(deadline=None)
@given(WORDS, st.integers(0, 2**32 - 1))
def test_high_half_of_a_product(uniform: int, factor: int) -> None:
    assert callable_from_python("scaled")(np.uint64(uniform), factor) == uniform * factor >> 64


@settings(deadline=None)
@given(st.integers(0, 2**62 - 1), st.integers(0, 2**62 - 1), st.integers(1, 2**62 - 1))
def test_share_of_large_numbers(whole: int, part: int, total: int) -> None:
    exact = whole * part // total
    if exact < 2**62:
        assert callable_from_python("share")(whole, part, total) == exact


def test_numbers_beyond_64_bits_go_to_the_reference_engine() -> None:
    """A late arrival of many large requests, and volumes near memory squared."""
    late = Instance.of(10**9, [2] * 10, prompt=3, arrival=10**12)
    assert build.fits(late, POLICIES["fcfs"])
    assert kernel.run(late, POLICIES["fcfs"]) == engine.run(late, POLICIES["fcfs"])
    vast = Instance.of(10**9, [1] * 9, prompt=10**9 - 2, arrival=10**12)
    policy = slicing((10**9,))
    assert not build.fits(Instance.of(10**9, [5 * 10**8] * 99), policy)
    assert kernel.run(vast, policy) == engine.run(vast, policy)


def test_a_run_beyond_the_horizon_is_left_to_the_reference_engine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(build, "horizon", lambda instance: 3 + max(instance.arrival))
    instance = Instance.of(10, [4, 4, 4], prompt=2)
    run, work = kernel.run_counted(instance, POLICIES["fcfs"])
    assert work is None
    assert run == engine.run(instance, POLICIES["fcfs"])


def test_a_livelock_is_named_as_the_reference_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """No policy livelocks; with less patience than a completion takes, every one seems to."""
    instance = Instance.of(10, [6, 6, 6], prompt=2, arrival=5)
    monkeypatch.setattr(build, "patience", lambda _: 3)
    with pytest.raises(EngineError) as fast:
        kernel.run(instance, POLICIES["fcfs"])
    scheduler = engine.Declared(POLICIES["fcfs"], instance.n, 0)
    with pytest.raises(EngineError) as reference:
        engine.run_scheduler(instance, scheduler, patience=3)
    assert str(fast.value) == str(reference.value)


def test_bad_seeds_are_refused() -> None:
    with pytest.raises(InputError):
        kernel.run(Instance.of(10, [1]), POLICIES["fcfs"], seed=-1)


def test_progress_grows_to_all_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "STEPS_AT_ONCE", 10)
    reports: list[int] = []
    kernel.run(Instance.of(20, [5] * 60, prompt=3), POLICIES["a-min"], progress=reports.append)
    assert reports == sorted(reports)
    assert len(reports) > 5
    assert reports[-1] == 60


@pytest.mark.parametrize("prompt", [0, 5])
@pytest.mark.parametrize("policy", POLICIES.values())
def test_theorem_3_work_of_a_step(policy: Policy, prompt: int) -> None:
    """Ends looked at and heap moves in a step: O(M log M).

    For the looks, with the constant that `kvratio.simulate.words.admits.look_ahead` proves.

    Lengths with P(length >= T) about 1 / T fill every time scale, the worst case of the proof. In
    a step it bounds the looks of those that leave, of tests and of starts, and of one failed test.
    """
    memory_size = 3000
    all_cleared = policy.evicts is Evicts.CLEARED and policy.clearing == 1
    n = 1000 if all_cleared else 20_000  # where all are cleared, starts are without number
    rng = np.random.default_rng(2)
    lengths = np.minimum(memory_size - prompt, 1 / rng.uniform(size=n)).astype(int)
    instance = Instance.of(memory_size, lengths, prompt=prompt)
    work = kernel.run_counted(instance, policy)[1]
    assert work is not None
    assert (work.ends > 0) == (policy.admits is Admits.LOOK_AHEAD)
    assert work.most_starts <= memory_size
    assert work.most_ends <= 4 * memory_size * (1 + log(memory_size))
    # all n join in step 0; at most M leave and M start in a step, through two heaps; four scans
    # and a look at all
    heaps = (instance.n + 4 * memory_size) * (1 + log2(instance.n))
    assert 0 < work.most_moves <= heaps + 5 * memory_size


def test_help_does_not_import_numba() -> None:
    code = (
        "import sys, kvratio.simulate.kernel\n"
        "from kvratio.reports.cli import main\n"
        "try: main(['--help'])\n"
        "finally: sys.exit('numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("entry", ["simulate/kernel/machine.py", "simulate/wait/steps.py"])
def test_the_cached_code_is_known_by_all_texts_that_it_is_made_of(entry: str) -> None:
    """Whatever an entry imports of the simulator, directly or not."""
    from kvratio.simulate.compiled.compiler import source_files

    known = {file.resolve() for file in source_files((ROOT / entry).parent)}
    seen: set[Path] = set()
    texts = [ROOT / entry]
    while texts:
        text = texts.pop()
        if text not in seen:
            seen.add(text)
            texts += imported(text)
    assert len(seen) > 5
    assert seen <= known, sorted(seen - known)


def imported(text: Path) -> list[Path]:
    """Files of the modules of the simulator that a file imports at its top."""
    names = [
        f"{node.module}.{name.name}"
        for node in ast.parse(text.read_text()).body
        if isinstance(node, ast.ImportFrom)
        and node.module
        and node.module.startswith("kvratio.simulate")
        for name in node.names
    ]
    tried = [
        ROOT / f"{path.removeprefix('kvratio.').replace('.', '/')}.py"
        for n in names
        for path in (n, n.rpartition(".")[0])
    ]
    return [file for file in tried if file.exists()]


def test_a_checksum_of_texts_changes_with_them(tmp_path: Path) -> None:
    from kvratio.simulate.compiled.compiler import sources

    before = sources(tmp_path)
    (tmp_path / "more.py").write_text("more = 1\n")
    after = sources(tmp_path)
    (tmp_path / "more.py").write_text("more = 2\n")
    assert len({before, after, sources(tmp_path)}) == 3


def test_runs_where_no_cache_can_be_written(tmp_path: Path) -> None:
    """The folder of compiled code cannot be made: the kernel must compile without."""
    blocked = tmp_path / "a file"
    blocked.touch()
    code = (
        "from kvratio.simulate.compiled.compiler import cached\n"
        "assert cached(lambda x: x + 1)(1) == 2"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(blocked / "below")}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, env=environment)


def test_work_by_hand() -> None:
    """Two of four requests fit at a time: starts in steps 0 and 1, the last end in step 2."""
    work = kernel.run_counted(Instance.of(2, [1, 1, 1, 1]), POLICIES["h-sf"])[1]
    assert work is not None
    assert (work.starts, work.most_starts, work.steps) == (4, 2, 3)


def test_the_queue_has_room_for_all_keys() -> None:
    """Many more volumes than tokens in the budget, and equals among them."""
    pairs = [(s, o) for s in range(30) for o in range(1, 31 - s)]
    prompt, output = zip(*pairs, strict=True)
    instance = Instance.of(30, output, prompt=prompt)
    policy = replace(POLICIES["svf"], ties=Ties.RANDOM)
    assert kernel.run(instance, policy, 3) == engine.run(instance, policy, 3)
