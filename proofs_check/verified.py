"""Optimality certificates for the checker that is verified in Coq (`formal/Checker.v`).

A certificate is printed as a Coq term; its prices are sorted by step, the corners of its profile
cuts by steps to go. The printing need not be trusted: the theorem names the instance and the
bounds, whatever the prices were.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from kvratio.proofs_check import coq
from kvratio.proofs_check.certificate import Certificate, Cut, Node, Row
from kvratio.theory.model import Schedule

HEADER = """Require Import ZArith List. Import ListNotations.
From KVRatio Require Import Model Profiles Cuts Certificates.
Open Scope Z_scope.
"""


def term(certificate: Certificate) -> str:
    """The certificate in Coq; raises `ValueError` if a request's attempts have no last one, or for
    version 3.

    >>> from kvratio.theory.model import Instance, Schedule
    >>> schedule = Schedule.of([(0, 0, 2, True)])
    >>> term(Certificate(Instance.of(2, [2]), schedule, 2, 2, 1, (), ((),), (0,)))
    'Certificate 2 [Req 0 2 0] [Run [] 0] 2 2 1 [] [[]] [Leaf 0]'
    """
    instance = certificate.instance
    columns = zip(instance.prompt, instance.output, instance.arrival, strict=True)
    requests = _list(f"Req {s} {o} {a}" for s, o, a in columns)
    runs = _list(_run(certificate.schedule, i, o) for i, o in enumerate(instance.output))
    numbers = f"{certificate.lower} {certificate.upper} {certificate.scale}"
    rows = _list(map(_row, certificate.prices))
    cuts, tree = _list(map(_cut, certificate.cuts)), _list(map(_node, certificate.tree))
    return f"Certificate {instance.memory} {requests} {runs} {numbers} {cuts} {rows} {tree}"


def theorems(certificates: Mapping[str, Certificate]) -> str:
    """A file with a theorem for each: the bounds of its instance, by running the checker in Coq."""
    lines = [HEADER]
    for name, certificate in certificates.items():
        lines += [
            f"Definition {name} := {term(certificate)}.",
            f"Theorem {name}_holds :",
            f"  (forall sch, valid {certificate.instance.memory} (requests {name}) sch ->",
            f"    {certificate.lower} <= tel (requests {name}) sch) /\\",
            f"  (exists sch, valid {certificate.instance.memory} (requests {name}) sch /\\",
            f"    tel (requests {name}) sch = {certificate.upper}).",
            # the checker runs once, when Qed has the kernel check the proof
            f"Proof. apply (sound {name}). vm_cast_no_check (eq_refl true). Qed.",
            f"Print Assumptions {name}_holds.",
        ]
    return "\n".join([*lines, ""])


def verdicts(
    folder: Path, certificates: Iterable[Certificate], name: str = "Verdicts"
) -> list[bool]:
    """Which of the certificates the verified checker accepts, run in Coq.

    `folder` is one in which `kvratio.proofs_check.coq.build` has compiled the theories.
    """
    all_ = "\n  :: ".join(f"check ({term(c)})" for c in certificates)
    text = f"{HEADER}Definition answers := Eval vm_compute in\n  {all_} :: nil.\nPrint answers.\n"
    return [
        word == "true" for word in re.findall(r"\b(true|false)\b", coq.run_text(folder, text, name))
    ]


def _run(schedule: Schedule, i: int, output: int) -> str:
    mine = sorted((a, b, done) for j, a, b, done in schedule.attempts() if j == i)
    ends = [done and b - a == output for a, b, done in mine]
    if not mine or ends != [False] * (len(mine) - 1) + [True] or sum(d for *_, d in mine) != 1:
        raise ValueError(f"request {i} has no last attempt")
    return f"Run {_list(f'({a}, {b})' for a, b, _ in mine[:-1])} {mine[-1][0]}"


def _row(row: Row) -> str:
    """Step by step the prices, each with how many constraints before it have none."""
    prices = {
        (k + d, c): p for c, k, *values in row for d, p in enumerate(values)
    }  # the later holds
    steps: list[list[str]] = [[] for _ in range(max((x + 1 for x, _ in prices), default=0))]
    next_ = [0] * len(steps)
    for (x, c), p in sorted(prices.items()):
        if p:
            steps[x].append(f"({c - next_[x]}%nat, {p})")
            next_[x] = c + 1
    return _list(map(_list, steps))


def _cut(cut: Cut) -> str:
    if cut[0] == "profile":
        corners = sorted(cut[1], key=lambda corner: -corner[1])  # the longest to go first
        return f"Profile {_list(f'Corner {u} {d} {w}' for u, d, w in corners)}"
    return f"{str(cut[0]).capitalize()} {' '.join(map(str, cut[1:]))}"


def _node(node: Node) -> str:
    if isinstance(node, int):
        return f"Leaf {node}"
    if node[0] == "all":
        raise ValueError(
            "leaves whose schedules are enumerated (version 3) are not verified in Coq"
        )
    return f"Split {node[0]} {node[1]}"


def _list(items: Iterable[str]) -> str:
    return f"[{'; '.join(items)}]"
