"""What `kvratio optimal` does and says: warm starts, an optional solver, the certified optimum."""

import json
from dataclasses import dataclass, replace
from typing import Any

from kvratio.proofs_check.certificate import read_certificate
from kvratio.proofs_check.kept_certificate import check_kept, read_kept
from kvratio.proofs_check.optimality import ENUMERATED, check
from kvratio.reports.certificate import Certificate
from kvratio.simulate.engine import run
from kvratio.simulate.policies import POLICIES
from kvratio.theory.checks import InputError
from kvratio.theory.hindsight.kept.optimum import optimum_kept
from kvratio.theory.hindsight.optimum import Effort, Outcome, optimum
from kvratio.theory.hindsight.program import Answer, solve, solver_name
from kvratio.theory.model import Instance, Preemption, Schedule

CLAIRVOYANT = ("h-sf", "mc-sf", "mc-benchmark")  # as they run when every length is known
SIMULATED = 5_000  # most requests for which those policies are run first
ROWS = 60  # of the schedule, printed at most
# Of annealing and of rebuilding (at most a third of the time), and of profile cuts.
MOVES, REBUILDS, ROUNDS = 300_000, 600_000, 4
# With tokens kept: changes of handicaps, steps of the prices, ways through a step that are tried.
KEPT = Effort(moves=2_000, root_iterations=300, nodes=400_000)
WHERE = {
    Preemption.CANCEL: "preempted requests lose their tokens, so that preempting does not help",
    Preemption.KEEP: "preempted requests keep their tokens",
}


@dataclass(frozen=True, slots=True, repr=False)
class Found:
    """The least total latency (steps) between `lower` and `upper`, and a schedule that takes
    `upper`. The certificate has been checked, or is None for an instance too large to certify.
    `solver`: the name and the answer of a solver that was asked. All of this under one reading of
    preemption: where the tokens are kept the least latency can be smaller.
    """

    instance: Instance
    outcome: Outcome
    certificate: Certificate | None
    solver: tuple[str, Answer] | None
    preemption: Preemption = Preemption.CANCEL

    @property
    def lower(self) -> int:
        """No schedule has a smaller total latency."""
        return self.outcome.lower

    @property
    def upper(self) -> int:
        """The total latency of `schedule`."""
        return self.outcome.upper

    @property
    def status(self) -> str:
        """ "optimal" if both bounds agree."""
        return self.outcome.status.value

    @property
    def schedule(self) -> Schedule:
        """The best schedule found, verified."""
        return self.outcome.schedule

    def __repr__(self) -> str:
        return as_text(self)


def answer(
    instance: Instance,
    seconds: float,
    solver: str | None,
    seed: int,
    preemption: Preemption = Preemption.CANCEL,
) -> Found:
    """Enclose the optimum of an instance within a time limit.

    Raises `InputError` for an instance without requests, for a solver that is not installed, and
    for a solver where the tokens are kept, as its program knows no preemption.
    """
    if not instance.n:
        raise InputError("instance", "no requests", "at least one request")
    if preemption.keeps:
        if solver is not None:
            required = "none where the tokens are kept: its program knows no preemption"
            raise InputError("solver", solver, required)
        return _kept(instance, seconds, seed)
    name = solver_name(solver) if solver is not None else None
    warm = warm_starts(instance)
    told = None
    if name is not None:
        seconds /= 2
        first = optimum(instance, effort=Effort(moves=5_000, nodes=1, seconds=1), warm=warm)
        told = solve(instance, first.schedule, solver=name, seconds=seconds)
        warm += [told.schedule] if told.schedule is not None else []
    effort = Effort(
        moves=MOVES, rebuilds=REBUILDS, rounds=ROUNDS, search=ENUMERATED, seconds=seconds
    )
    outcome = optimum(instance, effort=effort, seed=seed, warm=warm)
    text = _text(outcome)
    if text is not None:
        check(read_certificate(text))
    proof = None if text is None else Certificate(text)
    return Found(instance, outcome, proof, (name, told) if name and told else None)


def _kept(instance: Instance, seconds: float, seed: int) -> Found:
    effort = replace(KEPT, seconds=seconds)
    outcome = optimum_kept(instance, effort=effort, seed=seed, warm=warm_starts(instance))
    text = _text(outcome)
    if text is not None:
        check_kept(read_kept(text))
    proof = None if text is None else Certificate(text)
    return Found(instance, outcome, proof, None, Preemption.KEEP)


def _text(outcome: Outcome) -> str | None:
    return None if outcome.certificate is None else json.dumps(outcome.certificate) + "\n"


def warm_starts(instance: Instance) -> list[Schedule]:
    """Schedules of the clairvoyant policies; none for very large instances.

    >>> len(warm_starts(Instance.of(5, [2, 3])))
    3
    """
    if instance.n > SIMULATED:
        return []
    known = Instance(
        instance.memory,
        instance.prompt,
        instance.output,
        instance.arrival,
        instance.output,
        instance.output,
    )
    return [run(known, POLICIES[name]).schedule for name in CLAIRVOYANT]


def as_json(found: Found) -> dict[str, Any]:
    """The answer as plain data."""
    outcome = found.outcome
    data: dict[str, Any] = {
        "status": outcome.status.value,
        "preemption": str(found.preemption),
        "lower": outcome.lower,
        "upper": outcome.upper,
        "gap": outcome.gap,
        "evidence": evidence(found),
        "cases": outcome.nodes,
        "interrupted": outcome.interrupted,
        "schedule": outcome.schedule.to_json(),
        "solver": None,
    }
    if found.solver is not None:
        name, told = found.solver
        data["solver"] = {"name": name, "status": told.status.value, "lower": told.lower}
    return data


def evidence(found: Found) -> str:
    """What stands behind the lower bound."""
    return "derived (area bound)" if found.certificate is None else "certified"


def as_text(found: Found) -> str:
    """The answer for people, one request a line, in the order of starts."""
    outcome, instance = found.outcome, found.instance
    lines = [
        f"status  {outcome.status.value}",
        f"where   {WHERE[found.preemption]}",
        f"lower   {outcome.lower}  ({evidence(found)})",
        f"upper   {outcome.upper}  (verified schedule)",
        f"gap     {100 * outcome.gap:.2f} %",
    ]
    if found.solver is not None:
        name, told = found.solver
        lines.append(f"{name} says: {told.status.value}, lower {told.lower}  (solver-trusted)")
    heads = ["request", "prompt", "output", "arrival", "start", "end"]
    heads += ["began"] if found.preemption.keeps else []  # with so many tokens
    lines.append("".join(f"{head:>8}" for head in heads))
    attempts = sorted(outcome.schedule.full_attempts(), key=lambda a: (a.start, a.request))
    for a in attempts[:ROWS]:
        i = a.request
        row = (i, instance.prompt[i], instance.output[i], instance.arrival[i], a.start, a.end)
        lines.append("".join(f"{value:>8}" for value in (*row, a.began)[: len(heads)]))
    if len(attempts) > ROWS:
        lines.append(f"... {len(attempts) - ROWS} more requests (--json gives all)")
    return "\n".join(lines) + "\n"
