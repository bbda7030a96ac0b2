"""kvratio and what others use for the same task, in one run: `make bench-rivals`.

Processor time (user and system) in seconds, the median of `RUNS` runs each, after imports and
compilation. Nothing here is needed at run time: the extra `rivals` installs the others.

- NVIDIA Dynamo's mocker replays a part of workload W (`kvratio.reports.studies.bench`), first come
  first served, in a process of its own; ours: `fcfs` on the same requests.
- sched-sim's own simulator serves a batch that fits into its cache as a whole (it livelocks when
  the cache saturates); ours: `fcfs` on the same requests.
- A worst case by semidefinite programming, as PEPit finds those of optimisation methods: the
  least lambda with lambda B - A_min = P + N by cvxpy, which chooses the solver, in floating point.
  Ours: `certify`, whose certificate is exact.
"""

import argparse
import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from kvratio.reports import PUBLISHED
from kvratio.reports.output import say, write_text
from kvratio.reports.render.text import pipe_table
from kvratio.reports.studies import bench
from kvratio.simulate import kernel
from kvratio.simulate.policies import POLICIES
from kvratio.theory.adversary import Problem, scaled
from kvratio.theory.certificates import certify, program
from kvratio.theory.model import Instance

RUNS = 5
REQUESTS = 5_000  # of workload W; the mocker takes half a minute for all 20,000
BATCH = 64  # sched-sim's largest batch
LENGTHS = (60, 100)  # u, for A_min on [1, u]
TOLERATED = 1e-3  # a solver of cvxpy's choice stops at 1e-4 by its own measure
COLUMNS = ("task", "size", "ours (s)", "the other", "its time (s)", "its / ours")
MOCKER, SIMULATOR, PROGRAM = "NVIDIA Dynamo mocker", "sched-sim", "semidefinite program, cvxpy"
Row = dict[str, Any]


def spent(work: Callable[[], object]) -> float:
    """Processor time of one run."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def row(task: str, size: str, other: str, ours: Sequence[float], theirs: Sequence[float]) -> Row:
    """One comparison: all times, their medians and the ratio.

    >>> row("a", "1", "b", [1.0, 3.0, 2.0], [8.0])["times"]
    4.0
    """
    medians = statistics.median(ours), statistics.median(theirs)
    return {
        "task": task,
        "size": size,
        "other": other,
        "ours": list(ours),
        "theirs": list(theirs),
        "times": medians[1] / medians[0],
    }


def simulated(instance: Instance) -> list[float]:
    """Our times, first come first served."""
    kernel.run(instance, POLICIES["fcfs"])  # whatever is compiled or loaded is there now
    return [spent(lambda: kernel.run(instance, POLICIES["fcfs"])) for _ in range(RUNS)]


def mocker(python: str, requests: int) -> Row:
    """Dynamo's mocker on the first requests of W."""
    instance = bench.workload(requests)
    found = [bench.rival(python, instance) for _ in range(RUNS)]
    skipped = [answer["skipped"] for answer in found if "skipped" in answer]
    task, size = "simulate, first come first served", f"{requests:,} requests of W"
    if skipped:
        return {"task": task, "size": size, "other": MOCKER, "skipped": skipped[0]}
    if {answer["requests"] for answer in found} != {requests}:
        raise SystemExit(f"the mocker did not complete all {requests} requests")
    asked = "import importlib.metadata as m; print(m.version('ai-dynamo'))"
    done = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=True)
    other = f"{MOCKER}, ai-dynamo {done.stdout.strip()}"
    return row(task, size, other, simulated(instance), [answer["seconds"] for answer in found])


def sched_sim(requests: int = BATCH) -> Row:
    """sched-sim's simulator, with room for all at once."""
    from sched_sim.core.event_engine import Simulator
    from sched_sim.core.request import Request, RequestState
    from sched_sim.hardware.profile import HardwareProfile

    from tests.foreign.sched_sim import scheduler_of

    rows = bench.workload(requests)
    sizes = list(zip(rows.prompt, rows.output, strict=True))
    instance = Instance.of(
        sum(s + o for s, o in sizes), rows.output, prompt=rows.prompt, interval=(50, 500)
    )

    def serve() -> None:
        simulator = Simulator(
            HardwareProfile(), scheduler_of("fcfs", instance.memory), block_size=1
        )
        asked = [
            Request(request_id=str(i), arrived_at=0.0, prompt_tokens=s, output_tokens=o)
            for i, (s, o) in enumerate(sizes)
        ]
        simulator.submit_workload(asked)
        simulator.run(max_duration_s=10**6)
        if not all(request.state is RequestState.COMPLETED for request in asked):
            raise SystemExit("sched-sim did not complete all requests")

    return row(
        "simulate, first come first served",
        f"{requests} requests, room for all",
        f"{SIMULATOR} {version('sched-sim')}",
        simulated(instance),
        [spent(serve) for _ in range(RUNS)],
    )


def semidefinite(upper: int) -> Row:
    """The certificate of A_min / H-SF on [1, u]."""
    problem = Problem("a-min", "h-sf", upper=upper)
    a, b, _ = scaled(*problem.matrices())
    values = []

    def solve() -> None:
        posed, bound, _ = program(a, b)
        posed.solve()
        values.append(float(bound.value))
        used.add(posed.solver_stats.solver_name)

    used: set[str] = set()
    certify(Problem("a-min", "h-sf", upper=3))
    ours = [spent(lambda: certify(problem)) for _ in range(RUNS)]
    theirs = [spent(solve) for _ in range(RUNS)]
    off = max(abs(value - float(certify(problem).bound)) for value in values)
    if off > TOLERATED:
        raise SystemExit(f"the semidefinite program is off by {off}, u = {upper}")
    names = ", ".join(f"{name.lower()} {version(name.lower())}" for name in sorted(used))
    other = f"{PROGRAM} {version('cvxpy')} ({names})"
    other += f", off by {off:.0e}"
    return row("bound A_min / H-SF", f"lengths 1 ... {upper}", other, ours, theirs)


def processor() -> str:
    """The name that the operating system gives it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def markdown(found: dict[str, Any]) -> str:
    """The published page."""
    cells = []
    for one in found["rows"]:
        if "skipped" in one:
            cells.append((one["task"], one["size"], "-", one["other"], one["skipped"], "-"))
            continue
        ours, theirs = statistics.median(one["ours"]), statistics.median(one["theirs"])
        times = f"{one['times']:,.0f}" if one["times"] >= 10 else f"{one['times']:.1f}"
        cells.append(
            (one["task"], one["size"], f"{ours:.2g}", one["other"], f"{theirs:.3g}", times)
        )
    lead = (
        f"Processor time (user and system), the median of {found['runs']} runs each, in one run of"
        f" the command `{found['command']}` on {found['processor']}, Python {found['python']},"
        f" {found['system']}; after imports and compilation."
    )
    notes = (
        "The mocker and sched-sim also model a GPU's clock and blocks of the cache; kvratio's run"
        " here counts steps. The semidefinite program gives a number in floating point, off from"
        " the certified bound as the table says; kvratio gives an exact certificate, without a"
        " semidefinite program, as the worst eigenvector is nonnegative here."
    )
    return "\n".join(
        ["# Beside other tools", "", lead, "", *pipe_table(COLUMNS, cells), "", notes, ""]
    )


def rows(python: str, requests: int, lengths: Sequence[int]) -> Iterator[Row]:
    """All comparisons."""
    yield mocker(python, requests)
    yield sched_sim()
    for upper in lengths:
        yield semidefinite(upper)


def main() -> None:
    """Measure, print and publish."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--dynamo-python", default=sys.executable, help="a Python with ai-dynamo")
    parser.add_argument("--requests", type=int, default=REQUESTS, help="of workload W")
    parser.add_argument("--lengths", type=int, nargs="*", default=LENGTHS, help="values of u")
    parser.add_argument("--out", type=Path, default=PUBLISHED, help="a folder")
    asked = parser.parse_args()
    found: dict[str, Any] = {
        "command": "make bench-rivals",
        "runs": RUNS,
        "processor": processor(),
        "python": platform.python_version(),
        "system": platform.system(),
        "rows": [],
    }
    for one in rows(asked.dynamo_python, asked.requests, asked.lengths):
        say(json.dumps(one))
        found["rows"].append(one)
    write_text(asked.out / "rivals.json", json.dumps(found, indent=2) + "\n")
    write_text(asked.out / "rivals.md", markdown(found))


if __name__ == "__main__":
    main()
