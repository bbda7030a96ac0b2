"""Chunked prefill with decodes first: both engines, a statement of its own, verifier, errors."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

import kvratio as kv
from kvratio.reports.commands import simulate
from kvratio.reports.compare.timed import certified_in_time
from kvratio.reports.sweep_config import cells_of_config
from kvratio.simulate import engine, kernel
from kvratio.simulate.cells import Cell, Chunk, code_digest, simulate_chunk
from kvratio.simulate.chunks import ChunkedRun, Stretch, verify_chunked
from kvratio.simulate.iteration import Batch, IterationTime
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.preemptive import PREEMPTIVE
from kvratio.simulate.requests import Spec, requests
from kvratio.simulate.timed import TimedRun
from kvratio.simulate.timing import Timing
from kvratio.simulate.wait import run_wait
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance, Preemption, ScheduleError, verify

ITERATION = IterationTime(
    fixed=7_000, weights=900, cache=31, token=150, sample=70, pair=3, link=11, request=5
)
EACH = IterationTime(fixed=1, token=1_000_000)  # a processed token takes 1,000 ps; 1 ns rounds up


def drawn(rng: Random) -> tuple[Instance, Timing]:
    """A small instance and a clock, with a budget of tokens from 1 to more than enough."""
    n, memory = rng.randrange(1, 9), rng.randrange(6, 40)
    prompt = [rng.randrange(0, memory // 2) for _ in range(n)]
    output = [rng.randrange(1, max(2, memory - s + 1)) for s in prompt]
    ends = [(max(1, o - rng.randrange(4)), o + rng.randrange(3)) for o in output]
    arrival = tuple(rng.randrange(900) for _ in range(n))
    chunk = rng.choice([1, 2, 3, 5, 8, 13, 100])
    instance = Instance.of(memory, output, prompt=prompt, interval=ends)
    return instance, Timing(arrival, ITERATION, rng.choice([None, 700]), chunk)


def chunked_run(run: TimedRun) -> ChunkedRun:
    assert isinstance(run, ChunkedRun)
    return run


@pytest.mark.parametrize("name", list(POLICIES))
def test_both_engines_agree_and_the_verifier_accepts(name: str) -> None:
    rng, chunks = Random(name), 0
    for _ in range(6):
        for reading in Preemption:
            instance, timing = drawn(rng)
            slow = engine.run_timed(instance, POLICIES[name], timing, 3, None, reading)
            assert kernel.run_timed(instance, POLICIES[name], timing, 3, None, reading) == slow
            verify(slow.run.schedule, slow.run.instance, reading)
            assert verify_chunked(chunked_run(slow)) <= instance.memory
            chunks += len(chunked_run(slow).stretches)
            total = slow.seconds.latency.mean * instance.n
            assert total >= certified_in_time(instance, timing)
    assert chunks


@pytest.mark.parametrize("name", ["fcfs", "h-sf", "shortest-predicted"])
def test_both_engines_agree_where_chunks_are_small_and_many_wait(name: str) -> None:
    """Prefills of many steps beside others that decode, in a cache that overflows; those that are
    evicted in the middle of a prefill are swapped out, or lose it."""
    rng, partial = Random(name), 0
    for _ in range(6):
        memory, n = rng.randrange(24, 60), rng.randrange(8, 16)
        prompt = [rng.randrange(0, 15) for _ in range(n)]
        output = [rng.randrange(1, memory // 3) for _ in prompt]
        interval = [(max(1, o - 3), o + 3) for o in output]
        instance = Instance.of(memory, output, prompt=prompt, interval=interval)
        arrival = tuple(rng.randrange(3000) for _ in range(n))
        timing = Timing(arrival, ITERATION, 700, rng.choice([1, 2, 3]))
        for reading in Preemption:
            slow = engine.run_timed(instance, POLICIES[name], timing, 3, None, reading)
            assert kernel.run_timed(instance, POLICIES[name], timing, 3, None, reading) == slow
            partial += len(chunked_run(slow).stretches)
    assert partial > 50


@pytest.mark.parametrize("name", list(PREEMPTIVE))
def test_schedulers_may_have_several_prefills_under_way(name: str) -> None:
    rng = Random(name)
    for _ in range(6):
        instance, timing = drawn(rng)
        found = engine.run_timed(instance, PREEMPTIVE[name], timing, preemption="keep")
        assert verify_chunked(chunked_run(found)) == found.counts.peak_cache <= instance.memory


@pytest.mark.parametrize("run", [engine.run_timed, kernel.run_timed])
def test_a_budget_that_never_binds_changes_nothing(run: object) -> None:
    rng = Random(4)
    for policy in POLICIES.values():
        for reading in Preemption:
            instance, timing = drawn(rng)
            plain = run(instance, policy, replace(timing, chunk=None), 1, None, reading)  # type: ignore[operator]
            large = run(instance, policy, replace(timing, chunk=10**6), 1, None, reading)  # type: ignore[operator]
            assert not large.stretches
            assert large.counts == plain.counts
            assert (large.run, large.start, large.first, large.end, large.passed) == (
                plain.run,
                plain.start,
                plain.first,
                plain.end,
                plain.passed,
            )


def by_hand(instance: Instance, timing: Timing, keep: bool) -> tuple[list[int], list[int]]:
    """First come, first served, stated anew: nanoseconds of first and last tokens.

    A request has counters of processed and made tokens, and the number of its last start; nothing
    is shared with the engines.
    """
    assert timing.chunk is not None
    n, t, starts = instance.n, 0, 0
    prompt, output, at = instance.prompt, instance.output, timing.arrival
    made, done, since = [0] * n, [0] * n, [(0, 0)] * n
    first, last = [0] * n, [0] * n
    running: list[int] = []
    step = 0
    while not all(last):
        here = [i for i in range(n) if at[i] <= t and not last[i] and i not in running]
        if not running and not here:
            t = min(at[i] for i in range(n) if not last[i])
            continue
        full = {i: prompt[i] + made[i] for i in running}  # what its cache holds, or will
        decoding = [i for i in running if done[i] >= full[i]]
        for i in running:
            if i not in decoding:
                since[i] = (step, since[i][1])
        paused = False
        while sum(prompt[i] + made[i] + 1 for i in running) > instance.memory:
            paused = True
            victim = max(running, key=lambda i: (since[i][0], at[i], i))
            running.remove(victim)
            done[victim] = 0
            made[victim] *= keep
        decoding = [i for i in decoding if i in running]
        left = timing.chunk - len(decoding)
        chunks: dict[int, int] = {}
        for i in sorted((i for i in running if i not in decoding), key=lambda i: since[i][1]):
            chunks[i] = max(0, min(left, full[i] - done[i]))
            left -= full[i] - done[i]
        for i in [] if paused else sorted(here, key=lambda i: (at[i], i)):
            need = sum(prompt[j] + made[j] + 1 for j in running) + prompt[i] + made[i] + 1
            if left <= 0 or need > instance.memory:
                break
            running.append(i)
            since[i] = (step, starts)
            starts += 1
            chunks[i] = max(0, min(left, prompt[i] + made[i]))
            left -= prompt[i] + made[i]
        tokens, attended, read, busy = 0, 0, 0, 0
        for i in running:
            now = 1 if i in decoding else chunks[i]
            if now == 0 < prompt[i] + made[i]:
                continue  # it waits
            busy += 1
            tokens += now
            context = prompt[i] + made[i] - 1 if i in decoding else done[i]
            # the k-th token attends to those before it and to itself, but a decode to those before
            attended += context + 1 if i in decoding else sum(context + k + 1 for k in range(now))
            read += context + now + 1
        work = ITERATION.token * tokens + ITERATION.sample * busy + ITERATION.pair * attended
        moved = ITERATION.weights + ITERATION.cache * read
        more = ITERATION.link * tokens + ITERATION.request * busy
        t += -(-(ITERATION.fixed + max(work, moved) + more) // 1000)
        for i in list(running):
            if i in chunks:
                done[i] += chunks[i]
                if done[i] < prompt[i] + made[i]:
                    continue
            made[i] += 1
            done[i] = prompt[i] + made[i]
            first[i] = first[i] or t
            if made[i] == output[i]:
                last[i] = t
                running.remove(i)
        step += 1
    return first, last


@pytest.mark.parametrize("keep", [False, True])
def test_a_third_statement_of_fcfs(keep: bool) -> None:
    rng, several = Random(11), 0
    for _ in range(60):
        instance, timing = drawn(rng)
        timing = replace(timing, swap=None)
        reading = Preemption.KEEP if keep else Preemption.CANCEL
        found = engine.run_timed(instance, "fcfs", timing, preemption=reading)
        schedule, n = found.run.schedule, instance.n
        first = [min(f for i, f in zip(schedule.request, found.first, strict=True) if i == k)
                 for k in range(n)]  # fmt: skip
        rows = zip(schedule.request, found.end, schedule.finished, strict=True)
        last = {i: end for i, end, finished in rows if finished}
        assert by_hand(instance, timing, keep) == (first, [last[i] for i in range(n)])
        several += found.counts.evictions > 0
    assert several > 5


def test_one_prompt_in_chunks() -> None:
    # s = 5 at 2 tokens an iteration: 2, 2, 1, the third of which makes the first token; then one
    found = chunked_run(
        engine.run_timed(Instance.of(9, [2], prompt=5), "fcfs", Timing((0,), EACH, chunk=2))
    )
    assert found.stretches == (Stretch(0, 0, 2, True),)
    assert (found.first, found.end) == ((2001 + 2001 + 1001,), (2001 + 2001 + 1001 + 1001,))
    assert found.seconds.ttft.mean == 5003
    assert found.counts.iterations == 4
    # it held 5 + 1 from the start on, and 7 in the end
    assert found.counts.peak_cache == 7
    assert found.passed.held == 6 * (2001 + 2001 + 1001) + 7 * 1001


def test_decodes_go_first() -> None:
    # request 0 starts alone; then two tokens an iteration: its decode, and one of 1's prompt of 3
    instance = Instance.of(99, [5, 1], prompt=[1, 3])
    found = engine.run_timed(instance, "fcfs", Timing((0, 1), EACH, chunk=2))
    # 0: steps 0 to 4; 1: chunks in steps 1, 2, 3, so its token is made in step 3
    rows = list(found.run.schedule.full_attempts())
    assert [(row.request, row.start, row.end) for row in rows] == [(1, 3, 4), (0, 0, 5)]
    assert chunked_run(found).stretches == (Stretch(1, 1, 3, True),)
    # as many decodes as the budget: request 1 does not start before request 0 is done
    alone = engine.run_timed(instance, "fcfs", Timing((0, 1), EACH, chunk=1))
    assert chunked_run(alone).stretches == (Stretch(1, 5, 7, True),)


def test_kept_tokens_are_recomputed_in_chunks_and_swapped_at_once() -> None:
    # s = 2, M = 10, tokens kept: request 1 stops with three, and comes back when 0 is done
    instance = Instance.of(10, [4, 4], prompt=2)
    again = engine.run_timed(instance, "fcfs", Timing((0, 0), EACH, chunk=4), preemption="keep")
    assert chunked_run(again).stretches == (Stretch(1, 4, 5, True),)  # 5 tokens: 4, then 1
    swapped = engine.run_timed(
        instance, "fcfs", Timing((0, 0), EACH, 100_000, chunk=4), preemption="keep"
    )
    assert not chunked_run(swapped).stretches
    assert verify_chunked(chunked_run(swapped)) <= 10


def test_a_preempted_prefill_starts_anew() -> None:
    class Restless(kv.Scheduler):
        """Preempts request 0 in its prefill, once."""

        def __init__(self) -> None:
            self.done = False

        def evict(self, view):  # type: ignore[no-untyped-def]
            if view.now == 1 and not self.done:
                self.done = True
                assert (view.made(0), view.prefill(0), view.running[0]) == (0, 3, 1)
                return [0]
            return []

        def admit(self, view):  # type: ignore[no-untyped-def]
            return list(view.waiting)

    instance = Instance.of(9, [1], prompt=5)
    for reading in Preemption:
        timing = Timing((0,), EACH, 1000, chunk=2)
        found = chunked_run(engine.run_timed(instance, Restless, timing, preemption=reading))
        assert found.stretches == (Stretch(0, 0, 1, False), Stretch(0, 1, 3, True))
        assert (found.counts.evictions, found.counts.wasted_tokens) == (1, 0)
        assert found.end == (2001 * 3 + 1001,)  # 2; again 2, 2, 1; and nothing is swapped
        assert verify_chunked(found) == 6


def test_chunks_attend_to_as_many_tokens_as_a_whole_prompt() -> None:
    times = IterationTime(fixed=1, pair=1000, token=7000)

    def arithmetic(batch: Batch) -> int:
        return times.nanoseconds(batch) - 1

    whole = arithmetic(Batch(1, 1, 10 + 1, 10, 55))
    parts = [(0, 3), (3, 4), (7, 3)]
    assert whole == sum(
        arithmetic(Batch(1, 1, p + c + 1, c, p * c + c * (c + 1) // 2, p)) for p, c in parts
    )


@pytest.mark.parametrize(
    ("stretches", "reason"),
    [
        ((), "the prefill does not end here"),
        ((Stretch(0, 0, 1, True),), "no prefill stands here"),
        ((Stretch(0, 1, 2, True),), "the prefill does not end here"),
        ((Stretch(0, 0, 2, False),), "the prefill does not end here"),
        ((Stretch(0, 2, 2, True),), "no prefill stands here"),
        ((Stretch(0, 3, 4, False),), "no prefill stands here"),
        ((Stretch(3, 0, 2, True),), "no prefill stands here"),
        ((Stretch(0, 0, 2, True), Stretch(0, 5, 6, False)), "no prefill stands here"),
    ],
)
def test_the_verifier_can_fail(stretches: tuple[Stretch, ...], reason: str) -> None:
    found = engine.run_timed(Instance.of(9, [2], prompt=5), "fcfs", Timing((0,), EACH, chunk=2))
    with pytest.raises(ScheduleError, match=reason):
        verify_chunked(replace(chunked_run(found), stretches=stretches))


def test_the_verifier_counts_what_prefills_hold() -> None:
    # 3 tokens an iteration: request 0 is done in step 0, beside the first 2 of request 1's prompt
    instance = Instance.of(9, [1, 2], prompt=[1, 5])
    found = chunked_run(engine.run_timed(instance, "fcfs", Timing((0, 0), EACH, chunk=3)))
    assert found.stretches == (Stretch(1, 0, 1, True),)
    assert verify_chunked(found) == 2 + 6
    tight = replace(found.run, instance=replace(instance, memory=7))
    verify(tight.schedule, tight.instance)  # without what the prefill holds it would fit
    with pytest.raises(ScheduleError, match="over budget"):
        verify_chunked(replace(found, run=tight))


# --- commands, sweeps, errors -------------------------------------------------------------------


@pytest.fixture
def chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    lines = ["arrival_s,prompt_tokens,output_tokens", *("0.0,300,20" for _ in range(8))]
    path = tmp_path / "chat.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.usefixtures("chat")
def test_the_command_says_so() -> None:
    asked = ["--trace", "chat.csv", "--gpu", "llama-3-8b:l40s", "--policy", "fcfs"]
    shown = CliRunner().invoke(simulate.command, [*asked, "--chunk", "128"])
    assert shown.exit_code == 0, shown.output
    assert "prefill in chunks, 128 tokens an iteration" in shown.output


def test_python_and_sweeps(chat: Path) -> None:
    trace = kv.read_trace(chat)
    gpu = {"gpu": "llama-3-8b:l40s"}
    chunked = kv.compare(trace, ["fcfs"], chunk=128, **gpu)
    whole = kv.compare(trace, ["fcfs"], **gpu)
    assert chunked.rows()[0]["ttft_mean_s"] != whole.rows()[0]["ttft_mean_s"]
    cell = Cell("fcfs", "chat.csv", gpu="llama-3-8b:l40s", chunk=128)
    digests = {"chat.csv": kv_digest(chat)}
    row = simulate_chunk(Chunk((cell,), code_digest(), digests))[0]
    assert row["chunk"] == 128
    assert row["ttft_mean_s"] == chunked.rows()[0]["ttft_mean_s"]
    block = {"workloads": "chat.csv", "policies": "fcfs", "gpus": "llama-3-8b:l40s"}
    assert cells_of_config({**block, "chunks": 128}) == [replace(cell, seed=0)]


def kv_digest(path: Path) -> str:
    from kvratio.simulate.request_files import digest

    return digest(path)


STEPS = "chunk: expected none in steps, where processing a prompt takes no time"


@pytest.mark.usefixtures("chat")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--chunk", "4"], STEPS),
        (["--chunk", "4", "--timed", "3"], STEPS),
        (["--chunk", "0", "--gpu", "llama-3-8b:l40s"], "chunk: expected a whole number, at least"),
        (
            ["--chunk", "4", "--gpu", "llama-3-8b:l40s", "--policy", "wait"],
            "chunk: expected none for wait, whose thresholds count prompts processed whole, got 4",
        ),
    ],
)
def test_one_clear_error(arguments: list[str], message: str) -> None:
    found = CliRunner().invoke(simulate.command, ["--trace", "chat.csv", *arguments])
    assert isinstance(found.exception, InputError)
    assert str(found.exception).startswith(message)


def test_errors_in_python(chat: Path) -> None:
    for call in (
        lambda: Timing((), EACH, chunk=Fraction(1, 2)),  # type: ignore[arg-type]
        lambda: Spec("lmsys", chunk=3),
        lambda: kv.compare(kv.read_trace(chat), ["fcfs"], chunk=3),
        lambda: kv.compare(Instance.of(9, [1]), ["fcfs"], chunk=3),
        lambda: run_wait("wait", Instance.of(9, [1]), Timing((0,), EACH, chunk=3)),
    ):
        with pytest.raises(InputError, match="chunk: expected"):
            call()
    assert requests(Spec("lmsys", requests=3, gpu="llama-3-8b:l40s")).timing is not None
