"""How many requests can be proven: draws of model 1 with few requests, each to its end or a limit.

Cases and bounds come out again from the same options; the seconds of processor time depend on the
machine and on what else it runs.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from time import process_time
from typing import Any, ClassVar

from kvratio.proofs_check.certificate import read_certificate
from kvratio.proofs_check.optimality import ENUMERATED, check
from kvratio.reports.studies.hindsight.trials import draw
from kvratio.reports.studies.study import Files, Study, Task
from kvratio.simulate.engine import run
from kvratio.simulate.policies import POLICIES
from kvratio.theory.checks import whole
from kvratio.theory.hindsight.optimum import Effort, optimum

WITHIN = 60  # seconds of processor time within which a proof counts as quick


@dataclass(frozen=True, slots=True)
class Proof:
    """One draw: checked bounds in steps, cases bounded, seconds of processor time for all of it."""

    requests: int
    trial: int
    memory: int
    lower: int
    upper: int
    nodes: int
    seconds: float

    @property
    def quick(self) -> bool:
        """Is the optimum proven, within `WITHIN` seconds?"""
        return self.lower == self.upper and self.seconds <= WITHIN


@dataclass(frozen=True, slots=True)
class Proofs(Study):
    """`trials` draws for each number of requests, with the same effort.

    The certificates of the first `certificates` draws of each number are kept.
    """

    name: ClassVar[str] = "hindsight-proofs"

    sizes: tuple[int, ...] = (10, 12, 15)
    trials: int = 20
    seed: int = 0
    nodes: int = 600
    rounds: int = 4
    certificates: int = 0

    def plan(self) -> list[Task]:
        """A task for each size and trial.

        >>> Proofs(sizes=(8,)).plan()[0]
        (8, 0, 0, 600, 4, False)
        """
        whole("trials", self.trials, least=1)
        return [
            (n, k, self.seed, self.nodes, self.rounds, k < self.certificates)
            for n in self.sizes
            for k in range(self.trials)
        ]

    @staticmethod
    def row(task: Task) -> dict[str, Any]:
        """Draw, enclose, check; with the certificate if that is kept."""
        n, trial, seed, nodes, rounds, keep = task
        began = process_time()
        instance = draw(1, trial, seed, n)
        effort = Effort(
            moves=20_000, rebuilds=20_000, rounds=rounds, nodes=nodes, search=ENUMERATED
        )
        warm = [run(instance, POLICIES["mc-sf"]).schedule]
        outcome = optimum(instance, effort=effort, seed=trial, warm=warm)
        certified = check(read_certificate(json.dumps(outcome.certificate)))
        taken = round(process_time() - began, 1)
        bounds = certified.lower, certified.upper
        found = Proof(n, trial, instance.memory, *bounds, outcome.nodes, taken)
        return {"proof": asdict(found), "certificate": outcome.certificate if keep else None}

    def files(self, rows: Sequence[Mapping[str, Any]]) -> Files:
        """The draws as JSON lines, the page, and the certificates that are kept."""
        found = [Proof(**row["proof"]) for row in rows]
        kept = [(proof, row["certificate"]) for proof, row in zip(found, rows, strict=True)]
        certificates = {
            f"certificates/{proof.requests}-{proof.trial}.json": json.dumps(certificate) + "\n"
            for proof, certificate in kept
            if certificate
        }
        lines = "".join(json.dumps(asdict(proof)) + "\n" for proof in found)
        page = as_markdown(found, self.nodes, self.rounds)
        return {"hindsight-proofs.jsonl": lines, "hindsight-proofs.md": page, **certificates}


INTRODUCTION = """\
# Hindsight optima proven for few requests

Draws of model 1 (`hindsight.md`), the first ones, with n requests instead of 40 to 60. Every draw
gets annealing, {rounds} rounds of profile cuts, an enumeration of the schedules that their prices
do not exclude (at most {units} million units of work, see `proofs_check/FORMAT.md`), and where that
does not end, at most {nodes} cases of branch and bound; each bound is accepted by the independent
checker, which enumerates again. Bounds and cases come out again from the same options.
Seconds are processor time of one thread, everything included (simulation, search, check), on a
machine that was busy with other work; they depend on the machine.

| n | draws | proven | proven within {within} s | worst gap | median, most cases | median, most s |
|---|---|---|---|---|---|---|
"""


def as_markdown(proofs: Sequence[Proof], nodes: int, rounds: int) -> str:
    """The page."""
    units = ENUMERATED // 10**6
    text = INTRODUCTION.format(nodes=nodes, rounds=rounds, units=units, within=WITHIN)
    for n in dict.fromkeys(proof.requests for proof in proofs):
        text += _line(n, [proof for proof in proofs if proof.requests == n])
    return text


def _line(n: int, its: Sequence[Proof]) -> str:
    proven = sum(proof.lower == proof.upper for proof in its)
    quick = sum(proof.quick for proof in its)
    worst = max((proof.upper - proof.lower) / proof.upper for proof in its)
    cases, seconds = [proof.nodes for proof in its], [proof.seconds for proof in its]
    return (
        f"| {n} | {len(its)} | {proven} | {quick} | {100 * worst:.1f} % "
        f"| {median(cases):g}, {max(cases)} | {median(seconds):.1f}, {max(seconds):.1f} |\n"
    )
