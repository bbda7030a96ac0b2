"""Our bounds beside those of HiGHS and CP-SAT: same instances, same first schedule, same time.

HiGHS solves the integer program, and its linear relaxation, through cvxpy: our schedule gives it
the horizon, not its first point. CP-SAT solves the interval model and is told the schedule. Their
lower bounds are their word; ours are certified. How far each comes in its time depends on the
machine, so the rows of this study differ from run to run.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any, ClassVar

from kvratio.proofs_check.certificate import read_certificate
from kvratio.proofs_check.optimality import ENUMERATED, check
from kvratio.reports.studies.hindsight.trials import draw
from kvratio.reports.studies.study import Files, Study, Task
from kvratio.simulate.engine import run
from kvratio.simulate.policies import POLICIES
from kvratio.theory.checks import whole
from kvratio.theory.hindsight.optimum import Effort, best_schedule, optimum
from kvratio.theory.hindsight.program import CP_SAT, horizon, linear_bound, solve
from kvratio.theory.model import Instance, Schedule, verify

OURS, HIGHS, LINEAR = "ours", "HIGHS", "linear program"
METHODS = (OURS, HIGHS, CP_SAT, LINEAR)
FIRST = Effort(moves=20_000, rebuilds=20_000)  # for the schedule that all are given
ROUNDS = 3  # of profile cuts
ENTRIES = 2_000_000  # of the program's cache matrix; above, HiGHS is not asked


@dataclass(frozen=True, slots=True)
class Answered:
    """What a method says of an instance: bounds and times in steps and seconds.

    `lower` or `upper` is None where it gives none; `first` is the latency of the schedule given.
    """

    requests: int
    trial: int
    method: str
    first: int
    lower: int | None
    upper: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Rivals(Study):
    """`trials` instances of model 1 for each number of requests; `seconds` for every method."""

    name: ClassVar[str] = "hindsight-rivals"

    sizes: tuple[int, ...] = (8, 10, 12, 15, 20, 50)
    trials: int = 1
    seconds: float = 20.0
    seed: int = 0

    def plan(self) -> list[Task]:
        """A task for each size, trial and method.

        >>> Rivals(sizes=(8,)).plan()[0]
        (8, 0, 0, 20.0, 'ours')
        """
        whole("trials", self.trials, least=1)
        return [
            (n, k, self.seed, self.seconds, method)
            for n in self.sizes
            for k in range(self.trials)
            for method in METHODS
        ]

    @staticmethod
    def row(task: Task) -> dict[str, Any]:
        """One method on one instance."""
        n, trial, seed, seconds, method = task
        instance = draw(1, trial, seed, n)
        warm = [run(instance, POLICIES["mc-sf"]).schedule]
        first = best_schedule(instance, warm, FIRST, trial)
        latency = verify(first, instance).tel
        began = perf_counter()
        lower, upper = _ask(instance, first, method, seconds)
        taken = round(perf_counter() - began, 1)
        return asdict(Answered(n, trial, method, latency, lower, upper, taken))

    def files(self, rows: Sequence[Mapping[str, Any]]) -> Files:
        """The answers as JSON lines, and the page."""
        found = [Answered(**row) for row in rows]
        lines = "".join(json.dumps(asdict(answer)) + "\n" for answer in found)
        return {
            "hindsight-rivals.jsonl": lines,
            "hindsight-rivals.md": as_markdown(found, self.seconds),
        }


def _ask(
    instance: Instance, first: Schedule, method: str, seconds: float
) -> tuple[int | None, int | None]:
    """Lower and upper bound of a method."""
    if method == OURS:
        effort = Effort(
            moves=20_000, rebuilds=20_000, rounds=ROUNDS, search=ENUMERATED, seconds=seconds
        )
        proof = optimum(instance, effort=effort, warm=[first]).certificate
        certified = check(read_certificate(json.dumps(proof)))
        return certified.lower, certified.upper
    last = horizon(instance, verify(first, instance).tel)
    if method != CP_SAT and last * sum(instance.output) > ENTRIES:
        return None, None
    if method == LINEAR:
        return linear_bound(instance, first, seconds=seconds), None
    answer = solve(instance, first, solver=method, seconds=seconds)
    if answer.schedule is None:
        return answer.lower, None
    return answer.lower, verify(answer.schedule, instance).tel


def as_markdown(answers: Sequence[Answered], seconds: float) -> str:
    """The page."""
    by = {(a.requests, a.trial, a.method): a for a in answers}
    text = INTRODUCTION.format(seconds=seconds)
    for n, k in dict.fromkeys((a.requests, a.trial) for a in answers):
        cells = [_cell(by[n, k, method]) for method in METHODS]
        text += f"| {n} | {k} | {by[n, k, OURS].first} | {' | '.join(cells)} |\n"
    return text


INTRODUCTION = """\
# The hindsight optimum (without preemption) by several methods

Instances of model 1 (`hindsight.md`) with n requests; every method begins with the same schedule
and has {seconds:g} s of wall-clock time, one after the other on the machine of this run. What else
runs there shortens what each can do. A cell: lower bound to latency of its best schedule, the gap
between them, seconds taken (starting and building included). Ours is certified; the lower
bounds of HiGHS (through cvxpy; the schedule gives it the horizon alone) and of CP-SAT (which is
told the schedule, two threads) are their word. The last column is the linear relaxation of the
integer program, rounded up: its gap is that to the first schedule. "-": no bound in the time, or a
program of more than 2 million entries, which is not built.

| n | trial | first schedule | ours | HiGHS | CP-SAT | linear program |
|---|---|---|---|---|---|---|
"""


def _cell(answer: Answered) -> str:
    if answer.lower is None:
        return "-"
    upper = answer.first if answer.upper is None else answer.upper
    gap = 100 * (upper - answer.lower) / upper
    end = "" if answer.upper is None else f" to {answer.upper}"
    return f"{answer.lower}{end}, {gap:.1f} %, {answer.seconds:.1f} s"
