"""The project's simulator and workload as `proofs_check.lab` asks for them (it trusts neither)."""

from simulate.engine import run
from simulate.policies import POLICIES
from simulate.policies.slicing import slicing
from simulate.workloads import synthetic
from theory.checks import one_of
from theory.model import Instance, Schedule


def schedule(instance: Instance, policy: str, seed: int) -> Schedule:
    """Simulate a policy by name; "slicing:1,2,4" is slicing with these caps.

    >>> len(schedule(Instance.of(4, [1, 2]), "h-sf", 0))
    2
    """
    if policy.startswith("slicing:"):
        caps = tuple(int(cap) for cap in policy.removeprefix("slicing:").split(","))
        return run(instance, slicing(caps), seed).schedule
    return run(instance, POLICIES[one_of("policy", policy, POLICIES)], seed).schedule


def lmsys(count: int, seed: int) -> list[tuple[int, int]]:
    """(prompt, output) lengths in tokens, fitted to the summary of LMSYS-Chat-1M in P section 6.

    >>> len(lmsys(3, seed=0))
    3
    """
    drawn = synthetic("lmsys", count, seed)
    return list(zip(drawn.prompt or (), drawn.output, strict=True))
