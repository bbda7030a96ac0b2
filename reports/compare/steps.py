"""Policies side by side on one instance, against H-SF and a certified lower bound."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, TypeVar

from kvratio.simulate.kernel import run
from kvratio.simulate.policies import named
from kvratio.simulate.records import Run
from kvratio.theory.area import lower_bound
from kvratio.theory.model import Instance

BENCHMARK = "h-sf"
R = TypeVar("R")


@dataclass(frozen=True)
class Comparison:
    """Runs of several policies on one instance. `bound` is certified: no schedule has a smaller
    total latency, evicting or not, clairvoyant or not (`kvratio.theory.area`). `unfinished` names
    the policies that an interrupt left out."""

    description: str
    instance: Instance
    runs: tuple[Run, ...]
    benchmark: Run
    bound: int
    unfinished: tuple[str, ...] = ()

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
    policies: Sequence[str],
    seed: int = 0,
    progress: Callable[[str, int], None] | None = None,
) -> Comparison:
    """Run the named policies, and H-SF in any case, on one instance.

    Names may have parameters (`kvratio.simulate.policies.named`). `progress` is called with a
    policy's name and its number of completed requests.

    >>> instance = Instance.of(10, [1, 1, 1, 1, 1], prompt=1, interval=(1, 4))
    >>> comparison = compare("P Example 1", instance, ["a-max"])
    >>> comparison.ratio_to_h_sf(comparison.runs[0])
    Fraction(9, 5)
    """

    def simulate(name: str) -> Run:
        report = None if progress is None else partial(progress, name)
        return run(instance, named(name), seed, report)

    wanted = tuple(dict.fromkeys(policies))
    runs, unfinished = one_by_one(wanted, simulate)
    chosen = tuple(runs[name] for name in wanted if name in runs)
    bound = lower_bound(instance)
    return Comparison(description, instance, chosen, runs[BENCHMARK], bound, unfinished)


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
