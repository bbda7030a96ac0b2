"""`las`, `srv` and `trail` compiled, against the reference engine."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from kvratio.simulate import engine, kernel, ranked
from kvratio.simulate.iteration import IterationTime
from kvratio.simulate.preemptive import LeastAttained, preemptive
from kvratio.simulate.ranked.state import Ranking
from kvratio.simulate.timing import Timing
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance, Preemption, verify

NAMES = ("las", "srv", "trail", "trail:share=1/3", "trail:share=0")
ITERATION = IterationTime(fixed=7_000, weights=900, cache=31, token=150, sample=70, pair=3, link=11)
KEEP = Preemption.KEEP


def drawn(rng: Random) -> Instance:
    n, memory = rng.randrange(1, 14), rng.randrange(4, 50)
    prompt = [rng.choice([0, rng.randrange(memory // 2)]) for _ in range(n)]
    output = [rng.randrange(1, memory - s + 1) for s in prompt]
    ends = [(max(1, o - rng.randrange(9)), o + rng.randrange(5)) for o in output]
    arrival = [rng.choice([0, rng.randrange(60)]) for _ in range(n)]
    return Instance.of(memory, output, prompt=prompt, arrival=arrival, interval=ends)


@pytest.mark.parametrize("name", NAMES)
def test_in_steps_both_engines_agree(name: str) -> None:
    rng, evictions = Random(name), 0
    for _ in range(40):
        instance = drawn(rng)
        fast = kernel.run(instance, name, 5, preemption="keep")
        assert fast == engine.run(instance, name, 5, preemption="keep")
        verify(fast.schedule, instance, KEEP)
        evictions += fast.measures.evictions
    assert evictions > 20


@pytest.mark.parametrize("swap", [None, 4_321])
@pytest.mark.parametrize("name", NAMES)
def test_in_time_both_engines_agree(name: str, swap: int | None) -> None:
    rng = Random(name)
    for _ in range(15):
        instance = replace(drawn(rng), arrival=0)
        arrival = tuple(rng.randrange(2_000) for _ in range(instance.n))
        timing = Timing(arrival, ITERATION, swap)
        fast = kernel.run_timed(instance, name, timing, preemption="keep")
        assert fast == engine.run_timed(instance, name, timing, preemption="keep")
        assert fast.seconds.latency.mean > 0


def test_a_longer_run_agrees() -> None:
    rng = Random(3)
    output = [rng.choice([1, 3, 9, 40, 90]) for _ in range(300)]
    instance = Instance.of(500, output, prompt=7, arrival=[3 * k for k in range(300)])
    for name in NAMES:
        assert kernel.run(instance, name, preemption=KEEP) == engine.run(
            instance, name, preemption=KEEP
        )


def test_what_is_compiled_and_what_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(LeastAttained):
        """Ranks otherwise."""

        def rank(self, view: Any, request: int) -> tuple[int, ...]:
            return (-super().rank(view, request)[0],)

    found = ranked.known("trail:share=1/2")
    assert found is not None
    assert (found.ranking, found.name) == (Ranking.PREDICTED, "trail:share=1/2")
    assert ranked.known(preemptive("srv")) is not None
    assert all(ranked.known(other) is None for other in ("mlfq", "fcfs", Other))
    instance = Instance.of(4, [3, 3, 3])
    assert (
        kernel.run(instance, Other, preemption="keep").tel
        == engine.run(instance, Other, preemption="keep").tel
    )
    timing = Timing((0, 0, 0), ITERATION, chunk=2)
    chunked = kernel.run_timed(instance, "las", timing, preemption="keep")
    assert chunked == engine.run_timed(instance, "las", timing, preemption="keep")
    with pytest.raises(InputError, match="expected keep for las"):
        kernel.run(instance, "las")
    monkeypatch.setattr(engine, "run_scheduler", None)  # the compiled engine does not need it
    assert kernel.run(instance, "las", preemption="keep").measures.evictions == 3


def test_progress_is_told() -> None:
    told: list[int] = []
    kernel.run(Instance.of(9, [2, 3]), "srv", 0, told.append, "keep")
    assert told[-1] == 2
