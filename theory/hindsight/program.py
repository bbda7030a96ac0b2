"""The integer program of the hindsight optimum, for any solver that cvxpy finds.

With x[i, t] = 1 when requests of kind i start at step t (equal requests are one kind, x counts
them, c_i there are), over the steps t = a_i ... T - o_i and k = 0 ... T - 1:

    minimise    sum_{i,t} (t + o_i - a_i) x[i, t]
    subject to  sum_t x[i, t] = c_i                                             for every kind i
                sum_{i, t <= k < t + o_i} (s_i + k - t + 1) x[i, t] <= M        for every step k
                x[i, t] whole and nonnegative

Horizon: T is such that a schedule of latency `upper` is known. No request of a schedule at least
as good completes later than T = a_i + upper - (sum of the other outputs), as every other request
contributes at least its output. So T = max_i (a_i + upper - sum_{j != i} o_j) loses nothing.

The linear relaxation alone is weak: on one instance of 15 requests 23 % below the optimum, which
profile cuts and branching prove (`reports/published/hindsight-rivals.md`, a table for 8 to 50).

Source: Jaillet et al., arXiv 2502.07115 v5, section 3. A solver's word is not a proof: schedules
are verified in integers here, and a solver's bound is reported as the solver's.
"""

import math
import os
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from kvratio.theory.checks import InputError
from kvratio.theory.hindsight.search import plain_schedule
from kvratio.theory.hindsight.status import Status
from kvratio.theory.model import Instance, Schedule, ScheduleError, verify

CP_SAT = "CP-SAT"
# Solvers work to about 1e-6 relative; a bound is lowered by this share before it is rounded up.
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Answer:
    """A solver's answer: `lower` is its word only, `schedule` is verified (None: it found none)."""

    status: Status
    lower: int
    schedule: Schedule | None


@dataclass(frozen=True, slots=True)
class Program:
    """Columns (kind, start), the cache matrix (steps x columns), costs, and kinds' members."""

    kind: Any
    start: Any
    cache: Any
    cost: Any
    members: list[list[int]]


def horizon(instance: Instance, upper: int) -> int:
    """A step by which every request of every schedule of latency <= `upper` has completed.

    >>> horizon(Instance.of(2, [2, 2]), 6)
    4
    """
    work = sum(instance.output)
    columns = zip(instance.arrival, instance.output, strict=True)
    return max(a + upper - (work - o) for a, o in columns)


def build(instance: Instance, last: int) -> Program:
    """The program's data for completions up to step `last`."""
    from scipy.sparse import csr_array

    kinds: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    rows = zip(instance.prompt, instance.output, instance.arrival, strict=True)
    for i, row in enumerate(rows):
        kinds[row].append(i)
    columns = [(i, t, s, o, a) for i, (s, o, a) in enumerate(kinds) for t in range(a, last - o + 1)]
    kind, start, prompt, output, arrival = np.array(columns, dtype=np.int64).T
    token = np.concatenate([np.arange(1, o + 1) for o in output])
    column = np.repeat(np.arange(len(columns)), output)
    where = (start[column] + token - 1, column)
    cache = csr_array((prompt[column] + token, where), shape=(last, len(columns)))
    return Program(kind, start, cache, start + output - arrival, list(kinds.values()))


def installed() -> list[str]:
    """Names of the solvers that can solve the program here, in alphabetical order.

    >>> "HIGHS" in installed()
    True
    """
    import importlib.util

    from cvxpy.reductions.solvers.defines import INSTALLED_MI_SOLVERS

    names = set(INSTALLED_MI_SOLVERS)
    if importlib.util.find_spec("ortools"):
        names.add(CP_SAT)
    return sorted(names)


def solver_name(name: str) -> str:
    """The solver's full name; raises `InputError` naming those installed if it is not one.

    >>> solver_name("highs")
    'HIGHS'
    """
    known = installed()
    if name.upper() not in known:
        raise InputError("solver", name, "one of those installed: " + ", ".join(known))
    return name.upper()


def solve(
    instance: Instance, schedule: Schedule, *, solver: str = "HIGHS", seconds: float = 60.0
) -> Answer:
    """Solve the program; `schedule` gives the horizon. A time limit is not an error.

    >>> instance = Instance.of(2, [2, 2])
    >>> answer = solve(instance, plain_schedule(instance, [0, 2]))
    >>> answer.status, answer.lower
    (<Status.OPTIMAL: 'optimal'>, 6)
    """
    name = solver_name(solver)
    last = horizon(instance, verify(schedule, instance).tel)
    if name == CP_SAT:
        from kvratio.theory.hindsight.child import ask

        starts, bound = ask(instance, last, schedule, seconds)
    else:
        starts, bound = _through_cvxpy(instance, last, name, seconds)
    return judge(instance, starts, bound)


def judge(instance: Instance, starts: list[int] | None, bound: float) -> Answer:
    """Turn a solver's word into an answer: starts that fail the exact check count as none."""
    trivial = sum(instance.output)
    lower = trivial
    if math.isfinite(bound):
        lower = max(trivial, math.ceil(bound - TOLERANCE * max(1.0, abs(bound))))
    if starts is None:
        return Answer(Status.UNSOLVED, lower, None)
    schedule = plain_schedule(instance, starts)
    try:
        latency = verify(schedule, instance).tel
    except ScheduleError:
        return Answer(Status.UNSOLVED, lower, None)
    status = Status.OPTIMAL if lower >= latency else Status.FEASIBLE
    return Answer(status, min(lower, latency), schedule)


def linear_bound(instance: Instance, schedule: Schedule, *, seconds: float = 60.0) -> int | None:
    """The linear relaxation of the program by HiGHS, rounded up; None if the time did not suffice.

    A solver's word, like every bound here.

    >>> instance = Instance.of(2, [2, 2])
    >>> linear_bound(instance, plain_schedule(instance, [0, 2]))
    6
    """
    import cvxpy as cp

    last = horizon(instance, verify(schedule, instance).tel)
    problem = _problem(instance, build(instance, last), whole=False)[1]
    try:
        with warnings.catch_warnings():  # that the time limit was met is said by the status
            warnings.simplefilter("ignore", UserWarning)
            with kept_from_standard_output():
                problem.solve(solver="HIGHS", **_time_limit("HIGHS", seconds))
    except cp.SolverError:
        return None
    if problem.status != "optimal":
        return None
    return judge(instance, None, float(problem.value)).lower


def _problem(instance: Instance, program: Program, *, whole: bool) -> tuple[Any, Any]:
    """The variable and the problem of cvxpy."""
    import cvxpy as cp

    x = cp.Variable(len(program.cost), integer=whole)
    counts = np.array([len(group) for group in program.members])
    choose = (program.kind[None, :] == np.arange(len(counts))[:, None]).astype(float)
    problem = cp.Problem(
        cp.Minimize(program.cost @ x),
        [choose @ x == counts, program.cache @ x <= instance.memory, x >= 0],
    )
    return x, problem


def _through_cvxpy(
    instance: Instance, last: int, name: str, seconds: float
) -> tuple[list[int] | None, float]:
    import cvxpy as cp

    program = build(instance, last)
    x, problem = _problem(instance, program, whole=True)
    try:
        with warnings.catch_warnings():  # that a time limit was met is said by the status
            warnings.simplefilter("ignore", UserWarning)
            with kept_from_standard_output():
                problem.solve(solver=name, **_time_limit(name, seconds))
    except cp.SolverError:  # what some solvers make of a time limit without a solution
        return None, -math.inf
    bound = _dual_bound(problem)
    if x.value is None:
        return None, bound
    return _starts(program, np.rint(x.value).astype(int), instance.n), bound


@contextmanager
def kept_from_standard_output(to: str | None = None) -> Iterator[None]:
    """What native code prints goes to standard error or to a file, not to standard output.

    >>> with kept_from_standard_output():
    ...     _ = os.write(1, b"")
    """
    sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:  # there is no standard output
        yield
        return
    target = 2 if to is None else os.open(to, os.O_WRONLY)
    try:
        os.dup2(target, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        if to is not None:
            os.close(target)


def _starts(program: Program, counts: Any, n: int) -> list[int] | None:
    """Start times of the requests from the counts of every column; None if they do not add up."""
    starts = [-1] * n
    for i, group in enumerate(program.members):
        of_kind = np.flatnonzero(program.kind == i)
        times = np.repeat(program.start[of_kind], np.maximum(0, counts[of_kind])).tolist()
        if len(times) != len(group):
            return None
        for request, time in zip(group, times, strict=True):
            starts[request] = time
    return starts


def _time_limit(name: str, seconds: float) -> dict[str, Any]:
    """The option that each solver calls its time limit."""
    options: dict[str, dict[str, Any]] = {
        "HIGHS": {"time_limit": seconds},
        "SCIPY": {"scipy_options": {"time_limit": seconds}},
        "GUROBI": {"TimeLimit": seconds},
        "SCIP": {"scip_params": {"limits/time": seconds}},
        "CBC": {"maximumSeconds": seconds},
        "GLPK_MI": {"tm_lim": int(1000 * seconds)},
        "MOSEK": {"mosek_params": {"MSK_DPAR_MIO_MAX_TIME": seconds}},
        "CPLEX": {"cplex_params": {"timelimit": seconds}},
        "XPRESS": {"maxtime": seconds},
        "COPT": {"TimeLimit": seconds},
    }
    return options.get(name, {})


def _dual_bound(problem: Any) -> float:
    """The solver's lower bound: its own figure where cvxpy hands it on, the value if optimal."""
    info = getattr(problem.solver_stats, "extra_stats", None)
    bound = getattr(info, "mip_dual_bound", None)
    if bound is not None:
        return float(bound)
    if problem.status == "optimal":
        return float(problem.value)
    return -math.inf
