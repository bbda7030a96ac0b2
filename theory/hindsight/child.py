"""The integer program as an interval model for CP-SAT (OR-tools), solved in a process of its own.

highspy and ortools cannot share a Linux process, so this module imports neither of them when it is
imported, and the child process that runs `main` imports nothing that could load highspy.

A request is a stack of o + 1 intervals that all end with it: one of height s + 1 over all its o
steps, and one of height 1 over its last o - j steps for j = 1 ... o - 1. Together they use s + j in
the j-th step; a cumulative constraint keeps the sum within M.
"""

import json
import subprocess
import sys
from typing import Any

from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance, Schedule

SPARE = 30.0  # seconds that the child may take beyond its time limit to start, build and report


def ask(
    instance: Instance, last: int, hint: Schedule, seconds: float
) -> tuple[list[int] | None, float]:
    """Start times (None: none found) and lower bound, for completions up to step `last`.

    Raises `InputError` when ortools is not installed.

    >>> from kvratio.theory.hindsight.search import plain_schedule
    >>> instance = Instance.of(2, [2, 2])
    >>> ask(instance, 4, plain_schedule(instance, [0, 2]), 10.0)[1]
    6.0
    """
    starts = {a.request: a.start for a in hint.attempts() if a.finished}
    task = {
        "instance": instance.to_json(),
        "last": last,
        "hint": [starts[i] for i in range(instance.n)],
        "seconds": seconds,
    }
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "kvratio.theory.hindsight.child"],
            input=json.dumps(task), capture_output=True, text=True, timeout=seconds + SPARE,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None, -float("inf")
    if done.returncode:
        raise InputError("solver", "CP-SAT", f"a working ortools ({done.stderr.strip()[-60:]})")
    answer = json.loads(done.stdout.splitlines()[-1])  # a native library may print before it
    return answer["starts"], float(answer["bound"])


def solve(instance: Instance, last: int, hint: list[int], seconds: float) -> dict[str, Any]:
    """Build and solve the interval model; only in a process without highspy."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    starts, intervals, heights = [], [], []
    columns = zip(instance.prompt, instance.output, instance.arrival, strict=True)
    for i, (s, o, a) in enumerate(columns):
        start = model.new_int_var(a, last - o, f"start {i}")
        starts.append(start)
        model.add_hint(start, hint[i])
        for j in range(o):
            intervals.append(model.new_fixed_size_interval_var(start + j, o - j, f"{i}, {j}"))
            heights.append(s + 1 if j == 0 else 1)
    model.add_cumulative(intervals, heights, instance.memory)
    model.minimize(sum(starts) + sum(instance.output) - sum(instance.arrival))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return {"starts": None, "bound": 0}
    return {"starts": [solver.value(s) for s in starts], "bound": solver.best_objective_bound}


def main() -> None:
    """Read a task from standard input, write the answer to standard output."""
    task = json.load(sys.stdin)
    instance = Instance.from_json(task["instance"])
    print(json.dumps(solve(instance, task["last"], task["hint"], task["seconds"])))


if __name__ == "__main__":
    main()
