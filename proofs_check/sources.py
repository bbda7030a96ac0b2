"""What a check may use besides its own arithmetic: a simulator, lengths, a folder of certificates.

None of it is trusted. Code is named by strings and loaded when first needed. A schedule counts only
after `kvratio.theory.model.verify` has recomputed its latency; lengths are data, right or wrong.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance, Schedule, verify

SIMULATOR = "kvratio.reports.simulator:schedule"
WORKLOAD = "kvratio.reports.simulator:lmsys"
ARRIVING = "kvratio.reports.simulator:lmsys_arriving"
COUNTER = "kvratio.reports.simulator:most_work_in_a_step"
EXTREME = "kvratio.reports.simulator:a_min_extreme"
SEARCH = "kvratio.reports.good_schedules:good_schedule"
PUBLISHED = Path(__file__).parent.parent / "reports" / "published"
CERTIFICATES, OPTIMA = PUBLISHED / "certificates", PUBLISHED / "optima"
REPRODUCTION = PUBLISHED / "reproduction.json"
PREDICTIONS = PUBLISHED / "predictions.json"


Extreme = tuple[
    list[int], Fraction, list[int], int
]  # y, bound, r, bits of `kvratio.proofs_check.tails`


class Simulator(Protocol):
    """Makes schedules: policy by name, everything random from the seed."""

    def __call__(self, instance: Instance, policy: str, seed: int) -> Schedule: ...


def load(name: str) -> Any:
    """The object named "module:attribute".

    >>> load("math:gcd")(4, 6)
    2
    """
    module, _, attribute = name.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError("simulator", name, f'"module:function" ({error})') from None


@dataclass(frozen=True)
class Sources:
    """The sources of a check. `progress` is told in words what is being done."""

    simulator: str = SIMULATOR
    certificates: Path = CERTIFICATES
    optima: Path = OPTIMA
    reproduction: Path = REPRODUCTION
    predictions: Path = PREDICTIONS
    workload: str = WORKLOAD
    arriving: str = ARRIVING
    counter: str = COUNTER
    search: str = SEARCH
    extreme: str = EXTREME
    progress: Callable[[str], None] = lambda _: None
    seeds: range = range(0)  # of a simulated claim, from its plan

    def tel(self, instance: Instance, policy: str, seed: int) -> int:
        """Total end-to-end latency of a simulated schedule, recomputed from the schedule."""
        simulate: Simulator = load(self.simulator)
        self.progress(f"{policy}, M = {instance.memory}, n = {instance.n}, seed {seed}")
        return verify(simulate(instance, policy, seed), instance).tel

    def over_seeds(self, value: Callable[[int], float]) -> list[float]:
        """The value for every planned seed."""
        return [value(seed) for seed in self.seeds]

    def upper_bound(self, instance: Instance, seed: int) -> int:
        """An upper bound of the least total latency: that of a schedule found by a search."""
        self.progress(f"search for a schedule, n = {instance.n}, seed {seed}")
        return verify(load(self.search)(instance, seed), instance).tel

    def a_min_extreme(self, upper: int) -> Extreme:
        """Shares that attain A_min's ratio on lengths 1 ... upper, and numbers that bound it."""
        found: Extreme = load(self.extreme)(upper)
        return found

    def most_work_in_a_step(self, instance: Instance, policy: str, seed: int) -> int:
        """Operations of the busiest step of a run, as the simulator counts them."""
        count: int = load(self.counter)(instance, policy, seed)
        return count

    def conversations(self, count: int, seed: int) -> list[tuple[int, int]]:
        """(prompt, output) in tokens of so many conversations like those of LMSYS-Chat-1M."""
        drawn: list[tuple[int, int]] = load(self.workload)(count, seed)
        return drawn

    def arrivals(self, count: int, seed: int, rate: int) -> list[Fraction]:
        """When those conversations arrive, in seconds: a Poisson process of `rate` a second."""
        times: list[Fraction] = load(self.arriving)(count, seed, rate)
        return times
