"""What a check may use besides its own arithmetic: a simulator and a folder of certificates.

Both are untrusted. The simulator is named by a string and loaded when first needed; what it
returns counts only after `theory.model.verify` has recomputed its latency.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from theory.checks import InputError
from theory.model import Instance, Schedule, verify

SIMULATOR = "reports.simulator:schedule"
CERTIFICATES = Path(__file__).parent.parent / "reports" / "published" / "certificates"


class Simulator(Protocol):
    """A producer of schedules: policy by name, everything random from the seed."""

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
class Lab:
    """The means of a check. `progress` is told in words what is being done."""

    simulator: str = SIMULATOR
    certificates: Path = CERTIFICATES
    progress: Callable[[str], None] = lambda _: None

    def tel(self, instance: Instance, policy: str, seed: int) -> int:
        """Total end-to-end latency of a simulated schedule, recomputed from the schedule."""
        simulate: Simulator = load(self.simulator)
        self.progress(f"{policy}, M = {instance.memory}, n = {instance.n}, seed {seed}")
        return verify(simulate(instance, policy, seed), instance).tel
