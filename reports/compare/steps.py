"""Policies side by side on one instance, against H-SF and a certified lower bound."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any, TypeVar

from kvratio.reports.compare.shown import Shown
from kvratio.reports.compare.stopwatch import LOADING, ONE, Stopwatch, phase
from kvratio.simulate.cold import REFERENCE, Engine, engine_for, note_compiled
from kvratio.simulate.contender import Contender, contenders
from kvratio.simulate.limits import EngineError, EvictionsError
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.records import Run
from kvratio.theory.area import lower_bound
from kvratio.theory.checks import InputError, WorkLimitError, whole
from kvratio.theory.model import Instance, Preemption

BENCHMARK = "h-sf"  # it reads no seed: one run of it stands beside all
R = TypeVar("R")


@dataclass(frozen=True, repr=False)
class Comparison(Shown):
    """Runs of several policies on one instance, seed by seed. `bound` is certified: no schedule
    has a smaller total latency, evicting or not, clairvoyant or not (`kvratio.theory.area`).
    `unfinished` names the policies that an interrupt left out."""

    description: str
    instance: Instance
    runs: tuple[Run, ...]
    benchmark: Run
    bound: int
    unfinished: tuple[str, ...] = ()

    @property
    def preemption(self) -> Preemption:
        """Did evicted requests lose or keep their tokens?"""
        return self.benchmark.preemption

    def ratio_to_h_sf(self, run: Run) -> Fraction:
        """Total latency over that of H-SF (simulated over simulated)."""
        return Fraction(run.tel, self.benchmark.tel)

    def ratio_to_lower_bound(self, run: Run) -> Fraction:
        """Total latency over the certified bound: at least the ratio to the optimum."""
        return Fraction(run.tel, self.bound)

    def rows(self) -> list[dict[str, Any]]:
        """One object a policy, as `--json` writes them."""
        return [
            {
                "policy": run.policy,
                "seed": run.seed,
                "requests": self.instance.n,
                "memory": self.instance.memory,
                **run.measures.to_json(),
                "lower_bound": self.bound,
                "ratio_to_h_sf": float(self.ratio_to_h_sf(run)),
                "ratio_to_lower_bound": float(self.ratio_to_lower_bound(run)),
                "obtained": {
                    "tel": "simulated",
                    "ratio_to_h_sf": "simulated",
                    "lower_bound": "certified",
                    "ratio_to_lower_bound": "simulated over certified",
                },
            }
            for run in self.runs
        ]


def compare(
    description: str,
    instance: Instance,
    policies: Sequence[Any],
    seed: int = 0,
    progress: Callable[[str, int], None] | None = None,
    seeds: int = 1,
    stopwatch: Stopwatch | None = None,
    preemption: Preemption | str = Preemption.CANCEL,
) -> Comparison:
    """Run policies, and H-SF in any case, on one instance.

    `policies`: anything that `kvratio.simulate.contender` describes. `seeds`: so many runs of each,
    with seeds from `seed` on; one of what reads no seed. `progress` is called with a policy's name
    and its number of completed requests; `stopwatch` collects where the time goes;
    `preemption`: whether an evicted request loses or keeps its tokens. Raises `InputError` for a
    scheduler that does not complete the requests.

    >>> instance = Instance.of(10, [1, 1, 1, 1, 1], prompt=1, interval=(1, 4))
    >>> comparison = compare("P Example 1", instance, ["a-max"])
    >>> comparison.ratio_to_h_sf(comparison.runs[0])
    Fraction(9, 5)
    """

    reading = Preemption.of(preemption)
    engine = engine_of(instance, policies, seeds)
    load(engine, stopwatch)

    def simulate(one: Contender, seed: int) -> Run:
        report = None if progress is None else partial(progress, one.name)
        with phase(stopwatch, one.name) as done:
            found = engine.run(instance, one.player, seed, report, reading)
            run = replace(found, policy=one.name)
            done.append(run)
        return run

    check_preemption(policies, reading)
    runs, benchmark, unfinished = seed_by_seed(instance, policies, seed, seeds, simulate)
    note_compiled()
    with phase(stopwatch, "certified lower bound"):
        bound = lower_bound(instance)
    return Comparison(description, instance, runs, benchmark, bound, unfinished)


def check_preemption(
    policies: Sequence[Any], preemption: Preemption, also: Iterable[str] = ()
) -> None:
    """Raise `InputError` for a policy that has no meaning with this reading of preemption."""
    for one in contenders(policies, also):
        one.check_preemption(preemption)
        if one.name in also and preemption.keeps:
            required = f"cancel for {one.name}, whose paper says itself how it interrupts requests"
            raise InputError("preemption", str(preemption), required)


def engine_of(
    instance: Instance, policies: Sequence[Any], seeds: int, also: Iterable[str] = ()
) -> Engine:
    """The engine for these runs and that of H-SF; the schedules are the same in either."""
    players = [one.player for one in contenders(policies, also)]
    return engine_for(instance.n, 1 + len(players) * whole("seeds", seeds, least=1), players)


def load(engine: Engine, stopwatch: Stopwatch | None) -> None:
    """With a stopwatch: load or compile the engine by a tiny run, so that no policy pays for it."""
    if stopwatch is not None:
        stopwatch.engine = "reference" if engine is REFERENCE else "compiled"
        with stopwatch.phase(LOADING):
            engine.run(ONE, POLICIES[BENCHMARK])


def seed_by_seed(
    instance: Instance,
    policies: Sequence[Any],
    seed: int,
    seeds: int,
    simulate: Callable[[Contender, int], R],
    also: Iterable[str] = (),
) -> tuple[tuple[R, ...], R, tuple[str, ...]]:
    """The runs policy by policy, that of H-SF, and the policies that an interrupt left out.

    Parameters that have no meaning for the instance are refused before anything runs. What reads no
    seed runs once. `also`: names that `simulate` knows besides the policies.
    """
    chosen = contenders(policies, also)
    for one in chosen:
        if one.declared is not None:
            one.declared.check(instance)
    first = whole("seed", seed)
    each = range(first, first + whole("seeds", seeds, least=1))
    known = {one.name: one for one in (*contenders(BENCHMARK), *chosen)}

    def all_seeds(name: str) -> tuple[R, ...]:
        one = known[name]
        try:
            return tuple(simulate(one, k) for k in (each if one.reads_seed else each[:1]))
        except EvictionsError as error:
            fix = "give it a memory that is further from the longest request"
            expected = f"fewer evictions ({error})"
            raise WorkLimitError("policy", name, expected, fix) from error
        except EngineError as error:
            required = f"a scheduler that completes these requests ({error})"
            raise InputError("policy", name, required) from error

    wanted = tuple(one.name for one in chosen)
    found, unfinished = one_by_one(wanted, all_seeds)
    done = (run for name in wanted if name in found for run in found[name])
    return tuple(done), found[BENCHMARK][0], unfinished


def one_by_one(
    wanted: tuple[str, ...], simulate: Callable[[str], R]
) -> tuple[dict[str, R], tuple[str, ...]]:
    """Run H-SF and the wanted policies; an interrupt keeps what is done, and names what is not.

    An interrupt before the first wanted policy is done is passed on.

    >>> one_by_one(("fcfs",), str.upper)
    ({'h-sf': 'H-SF', 'fcfs': 'FCFS'}, ())
    """
    done: dict[str, R] = {}
    for name in dict.fromkeys((BENCHMARK, *wanted)):
        try:
            done[name] = simulate(name)
        except KeyboardInterrupt:
            if not set(done) & set(wanted):
                raise
            break
    return done, tuple(name for name in wanted if name not in done)
