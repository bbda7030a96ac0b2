"""Certified competitive ratios for KV-cache scheduling of LLM inference.

The public interface. Nothing is loaded before it is used.

- requests: `read_trace`, `workload`
- simulation: `compare`, `check`, the base class `Scheduler`, `Policy` records, `policies`
- theory: `bounds`, `plot`, `claim`, `worst_case`, `optimal`
- types: `Instance`, `InputError`

>>> import kvratio as kv
>>> requests = kv.workload("two-point:l=5,u=20,q=0.2", requests=200, memory=500)
>>> result = kv.compare(requests, ["h-sf", "fcfs", "a-min"])
>>> [row["policy"] for row in result.rows()]
['h-sf', 'fcfs', 'a-min']
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kvratio import plot
    from kvratio._simulation import check, compare, policies, read_trace, workload
    from kvratio._theory import bounds, claim, optimal, worst_case
    from kvratio.simulate.engine import Scheduler
    from kvratio.simulate.policy import Policy
    from kvratio.theory.checks import InputError
    from kvratio.theory.model import Instance

__all__ = [
    "InputError",
    "Instance",
    "Policy",
    "Scheduler",
    "bounds",
    "check",
    "claim",
    "compare",
    "optimal",
    "plot",
    "policies",
    "read_trace",
    "workload",
    "worst_case",
]

_WHERE = {
    **dict.fromkeys(("check", "compare", "policies", "read_trace", "workload"), "_simulation"),
    **dict.fromkeys(("bounds", "claim", "optimal", "worst_case"), "_theory"),
    "InputError": "theory.checks",
    "Instance": "theory.model",
    "Policy": "simulate.policy",
    "Scheduler": "simulate.engine",
}


def __getattr__(name: str) -> Any:
    """Load what is asked for."""
    if name == "plot":
        return import_module("kvratio.plot")
    if name == "__version__":
        from importlib.metadata import version

        return version("kvratio")
    if name not in _WHERE:
        raise AttributeError(f"module 'kvratio' has no attribute {name!r}")
    value = getattr(import_module(f"kvratio.{_WHERE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
