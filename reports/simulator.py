"""The simulator and the workload that `proofs_check.sources` asks for (it trusts neither)."""

from fractions import Fraction

from kvratio.simulate.kernel import run, run_counted
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.policies.slicing import slicing
from kvratio.simulate.workloads import synthetic
from kvratio.theory import survival
from kvratio.theory.checks import InputError, one_of
from kvratio.theory.model import Instance, Schedule


def schedule(instance: Instance, policy: str, seed: int) -> Schedule:
    """Simulate a policy by name; "slicing:1,2,4" is slicing with these caps.

    >>> len(schedule(Instance.of(4, [1, 2]), "h-sf", 0))
    2
    """
    if policy.startswith("slicing:"):
        caps = tuple(int(cap) for cap in policy.removeprefix("slicing:").split(","))
        return run(instance, slicing(caps), seed).schedule
    return run(instance, POLICIES[one_of("policy", policy, POLICIES)], seed).schedule


def most_work_in_a_step(instance: Instance, policy: str, seed: int) -> int:
    """Assumed ends looked at plus requests started, in the busiest step, by the compiled engine.

    Raises `InputError` for an instance whose numbers the compiled engine leaves to the reference.
    """
    work = run_counted(instance, POLICIES[one_of("policy", policy, POLICIES)], seed)[1]
    if work is None:
        raise InputError("instance", instance.memory, "numbers that the compiled engine takes")
    return work.most_ends + work.most_starts


def a_min_extreme(upper: int) -> tuple[list[int], Fraction, list[int], int]:
    """The worst lengths in [1, upper] of A_min without prompts, and a bound, for `proofs_check`.

    >>> a_min_extreme(2)[0][0] > 0
    True
    """
    shares = survival.worst_case(0, 1, upper).shares
    proof = survival.upper_bound(0, 1, upper)
    y = [shares.get(k, 0) // k for k in range(1, upper + 1)]
    return y, proof.bound, list(proof.rho), survival.RHO_BITS


def lmsys(count: int, seed: int) -> list[tuple[int, int]]:
    """(prompt, output) lengths in tokens, fitted to the summary of LMSYS-Chat-1M in P section 6.

    >>> len(lmsys(3, seed=0))
    3
    """
    drawn = synthetic("lmsys", count, seed)
    return list(zip(drawn.prompt or (), drawn.output, strict=True))


def lmsys_arriving(count: int, seed: int, rate: int) -> list[Fraction]:
    """Poisson arrivals in seconds of the requests that `lmsys` draws, `rate` a second.

    >>> len(lmsys_arriving(3, seed=0, rate=2))
    3
    """
    return list(synthetic(f"lmsys:rate={rate}", count, seed).arrival or ())
