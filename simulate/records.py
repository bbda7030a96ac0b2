"""Immutable records of runs."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kvratio.simulate.measures import Measures, measure
from kvratio.theory.checks import InputError, whole
from kvratio.theory.model import Instance, Preemption, Schedule


@dataclass(frozen=True)
class Run:
    """One policy on one instance: what was asked, and every attempt that resulted.

    `preemption`: whether the tokens of evicted requests were lost or kept.
    """

    policy: str
    seed: int
    instance: Instance
    schedule: Schedule
    preemption: Preemption = Preemption.CANCEL

    @cached_property
    def measures(self) -> Measures:
        """Latencies, evictions, tokens and cache use."""
        return measure(self.schedule, self.instance)

    @property
    def tel(self) -> int:
        """Total end-to-end latency in steps."""
        return self.measures.tel

    def to_json(self) -> dict[str, Any]:
        """Everything, as plain data; `from_json` reads it back. Lost tokens go without saying."""
        reading = {"preemption": str(self.preemption)} if self.preemption.keeps else {}
        return {
            "policy": self.policy,
            "seed": self.seed,
            **reading,
            "measures": self.measures.to_json(),
            "instance": self.instance.to_json(),
            "schedule": self.schedule.to_json(),
        }

    @classmethod
    def from_json(cls, data: Any) -> "Run":
        """Read what `to_json` writes; the measures are computed anew.

        >>> instance = Instance.of(9, [3], prompt=2)
        >>> run = Run("h-sf", 0, instance, Schedule.of([(0, 0, 3, True)]))
        >>> Run.from_json(run.to_json()) == run
        True
        """
        if not isinstance(data, dict) or not {"policy", "seed", "instance", "schedule"} <= set(
            data
        ):
            required = "an object with policy, seed, instance and schedule"
            raise InputError("run", data, required)
        instance = Instance.from_json(data["instance"])
        schedule = Schedule.from_json(data["schedule"])
        reading = Preemption.of(data.get("preemption", "cancel"))
        seed = whole("seed", data["seed"])
        return cls(str(data["policy"]), seed, instance, schedule, reading)
