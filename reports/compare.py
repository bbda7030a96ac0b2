"""Policies side by side on one instance, against H-SF and a certified lower bound."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from simulate.kernel import run
from simulate.policies import named
from simulate.records import Run
from theory.area import lower_bound
from theory.model import Instance

BENCHMARK = "h-sf"


@dataclass(frozen=True)
class Comparison:
    """Runs of several policies on one instance. `bound` is certified: no schedule has a smaller
    total latency, evicting or not, clairvoyant or not (`theory.area`)."""

    description: str
    instance: Instance
    runs: tuple[Run, ...]
    benchmark: Run
    bound: int

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

    Names may have parameters (`simulate.policies.named`). `progress` is called with a policy's name
    and its number of completed requests.

    >>> instance = Instance.of(10, [1, 1, 1, 1, 1], prompt=1, interval=(1, 4))
    >>> comparison = compare("P Example 1", instance, ["a-max"])
    >>> comparison.ratio_to_h_sf(comparison.runs[0])
    Fraction(9, 5)
    """
    runs = {}
    for name in dict.fromkeys([BENCHMARK, *policies]):
        report = None if progress is None else (lambda done, name=name: progress(name, done))
        runs[name] = run(instance, named(name), seed, report)
    chosen = tuple(runs[name] for name in dict.fromkeys(policies))
    return Comparison(description, instance, chosen, runs[BENCHMARK], lower_bound(instance))
