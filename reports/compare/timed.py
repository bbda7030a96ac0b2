"""Policies side by side on a GPU: latencies in seconds, against H-SF and a certified bound."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

from kvratio.reports.compare.shown import Shown
from kvratio.reports.compare.steps import check_preemption, engine_of, load, seed_by_seed
from kvratio.reports.compare.stopwatch import LOADING, ONE, Stopwatch, phase
from kvratio.simulate.cold import note_compiled
from kvratio.simulate.contender import Contender, contenders
from kvratio.simulate.iteration import NS_PER_S
from kvratio.simulate.timed import TimedRun
from kvratio.simulate.timing import Timing
from kvratio.simulate.wait import TITLES, needs_whole_prompts, run_wait
from kvratio.theory.area_in_time import lower_bound_in_time
from kvratio.theory.model import Instance, Preemption


@dataclass(frozen=True, repr=False)
class TimedComparison(Shown):
    """Timed runs of several policies on the same requests. `bound` is certified: no schedule on
    this GPU model has a smaller total latency in nanoseconds (`kvratio.theory.area_in_time`).
    `accuracy`: how far the model of iterations was from measurements, in words."""

    description: str
    instance: Instance
    runs: tuple[TimedRun, ...]
    benchmark: TimedRun
    bound: int
    unfinished: tuple[str, ...] = ()
    accuracy: str = ""

    def ratio_to_h_sf(self, run: TimedRun) -> Fraction:
        """Mean latency over that of H-SF (simulated over simulated)."""
        return run.seconds.latency.mean / self.benchmark.seconds.latency.mean

    def ratio_to_lower_bound(self, run: TimedRun) -> Fraction:
        """Total latency over the certified bound: at least the ratio to the optimum."""
        return run.seconds.latency.mean * self.instance.n / self.bound

    def rows(self) -> list[dict[str, Any]]:
        """One object a policy, as `--json` writes them; times in seconds."""
        return [self._row(timed) for timed in self.runs]

    @property
    def preemption(self) -> Preemption:
        """Did evicted requests lose or keep their tokens?"""
        return self.benchmark.run.preemption

    def _restored(self, timed: TimedRun) -> dict[str, int]:
        kept = self.preemption.keeps
        return {"restored_tokens": timed.run.measures.restored_tokens} if kept else {}

    def _row(self, timed: TimedRun) -> dict[str, Any]:
        return {
            "policy": timed.run.policy,
            "seed": timed.run.seed,
            "requests": self.instance.n,
            "memory": self.instance.memory,
            **timed.seconds.to_json(),
            **timed.counts._asdict(),
            **self._restored(timed),
            "lower_bound_s": self.bound / NS_PER_S,
            "ratio_to_h_sf": float(self.ratio_to_h_sf(timed)),
            "ratio_to_lower_bound": float(self.ratio_to_lower_bound(timed)),
            "obtained": {
                "latency": "simulated",
                "ratio_to_h_sf": "simulated",
                "lower_bound_s": "certified",
                "ratio_to_lower_bound": "simulated over certified",
            },
        }


def compare_timed(
    description: str,
    instance: Instance,
    timing: Timing,
    policies: Sequence[Any],
    seed: int = 0,
    progress: Callable[[str, int], None] | None = None,
    seeds: int = 1,
    stopwatch: Stopwatch | None = None,
    accuracy: str = "",
    preemption: Preemption | str = Preemption.CANCEL,
) -> TimedComparison:
    """Run policies, "wait" and "nested-wait" among them, and H-SF in any case, in time.

    The instance's own arrivals are 0. `accuracy` is passed on. The rest as in
    `kvratio.reports.compare.steps.compare`.

    >>> from kvratio.simulate.iteration import IterationTime
    >>> timing = Timing((0,) * 5, IterationTime(fixed=10**9))
    >>> instance = Instance.of(10, [1, 1, 1, 1, 1], prompt=1, interval=(1, 4))
    >>> comparison = compare_timed("P Example 1", instance, timing, ["a-max"])
    >>> comparison.ratio_to_h_sf(comparison.runs[0])
    Fraction(9, 5)
    """

    reading = Preemption.of(preemption)
    check_preemption(policies, reading, also=TITLES)
    for name in sorted(TITLES.keys() & {one.name for one in contenders(policies, TITLES)}):
        needs_whole_prompts(name, timing)
    engine = engine_of(instance, policies, seeds, also=TITLES)
    load(engine, stopwatch)

    def simulate(one: Contender, seed: int) -> TimedRun:
        report = None if progress is None else partial(progress, one.name)
        if isinstance(one.player, str):  # WAIT, which is not declared
            if stopwatch is not None:
                with stopwatch.phase(LOADING):
                    run_wait(one.name, ONE, Timing((0,), timing.iteration))
            with phase(stopwatch, one.name) as done:
                held = run_wait(one.name, instance, timing, report)
                done.append(held.run)
            return held
        with phase(stopwatch, one.name) as done:
            timed = engine.run_timed(instance, one.player, timing, seed, report, reading)
            done.append(timed.run)
        return replace(timed, run=replace(timed.run, policy=one.name))

    runs, benchmark, unfinished = seed_by_seed(
        instance, policies, seed, seeds, simulate, also=TITLES
    )
    note_compiled()
    with phase(stopwatch, "certified lower bound"):
        bound = certified_in_time(instance, timing)
    return TimedComparison(description, instance, runs, benchmark, bound, unfinished, accuracy)


def certified_in_time(instance: Instance, timing: Timing) -> int:
    """Nanoseconds below which no schedule's total latency can be under these iterations.

    >>> from kvratio.simulate.iteration import IterationTime
    >>> timing = Timing((0,) * 5, IterationTime(fixed=10**9))
    >>> certified_in_time(Instance.of(10, [1, 1, 1, 1, 1], prompt=1), timing)
    5000000
    """
    times, lengths = timing.iteration, zip(instance.prompt, instance.output, strict=True)
    works = zip(*(times.needed(s, o) for s, o in lengths), strict=True)
    return lower_bound_in_time(instance, timing.arrival, times.least, tuple(works))
