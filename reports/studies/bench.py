"""How fast the kernel, the reference engine and a rival are, in one run: `kvratio study bench`.

All times are processor time in seconds (other work on the machine disturbs it less than the clock),
the best of several repeats, in process and after compilation; the rival's likewise, in its own
process and after its imports. Memory is in MiB: the peak of a fresh process, most of which are
Python, numpy and the compiler, and what the run adds to that.

Every exact engine that goes from event to event must touch each arrival, start, completion and
cancellation of a run, and look ahead before each start that it allows or puts off. So many events,
each at the price of one operation on a heap, are the limit that the kernel's times are held
against.
"""

import heapq
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import log
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np

from kvratio._compiled import compiled_on_disk
from kvratio.reports.studies.study import Files, Study, Task
from kvratio.simulate import engine, kernel
from kvratio.simulate.policies import POLICIES
from kvratio.theory.checks import whole
from kvratio.theory.model import Instance

MEMORY = 16_480
REQUESTS = 20_000  # workload W
REPEATS = 3
# the reference engine works through every step and request: a part of W is enough for a ratio
REFERENCE_REQUESTS = 1_000
LEAST_GROWTH, MOST_GROWTH = 1_000, 1_000_000
GROWING = ("h-sf", "a-max", "a-min")

RIVAL = "NVIDIA Dynamo mocker"
BLOCK = 16  # tokens; MEMORY is a multiple
RIVAL_PROGRAM = """
import json, sys, time
from dynamo.llm import MockEngineArgs
from dynamo.replay import run_trace_replay
engine = MockEngineArgs.from_json(sys.argv[2])
begin = time.process_time()
report = run_trace_replay(sys.argv[1], extra_engine_args=engine, num_workers=1)
seconds = time.process_time() - begin
print(json.dumps([seconds, report["completed_requests"]]))
"""


def workload(requests: int = REQUESTS) -> Instance:
    """Workload W, or more or less of it: all at time 0, prompts 40 to 60, outputs 50 to 500.

    >>> workload(2).arrival
    (0, 0)
    """
    rng = np.random.default_rng(0)
    output = rng.integers(50, 501, requests).tolist()
    prompt = rng.integers(40, 61, requests).tolist()
    return Instance.of(MEMORY, output, prompt=prompt, interval=(50, 500))


def seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Processor time of the fastest of some repeats."""
    times = []
    for _ in range(repeats):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return min(times)


@compiled_on_disk
def _through_a_heap(keys: Any) -> int:
    """Push pairs (key, place), then pop them all: the number of operations."""
    heap = [(keys[0], 0)]
    for place in range(1, len(keys)):
        heapq.heappush(heap, (keys[place], place))
    while heap:
        heapq.heappop(heap)
    return 2 * len(keys)


def heap_seconds() -> float:
    """What one operation takes on a heap that fills up with as many pairs as W has requests."""
    keys = np.random.default_rng(0).integers(0, 1 << 40, REQUESTS)
    operations: int = _through_a_heap(keys)  # compiled now
    return seconds(partial(_through_a_heap, keys), repeats=5 * REPEATS) / operations


def events(requests: int, work: kernel.Work) -> int:
    """Arrivals, starts, completions, cancellations and look-ahead tests: see above.

    >>> events(2, kernel.Work(9, 5, 0, 0, 3, 1, 0, 0))  # 2 arrive, 3 start, 1 is cancelled, 2 end
    13
    """
    cancelled = work.starts - requests
    return requests + work.starts + requests + cancelled + work.tests


def exponent(points: list[tuple[int, float]]) -> float:
    """The slope of log(seconds) in log(requests), by least squares.

    >>> round(exponent([(10, 1.0), (100, 10.0), (1000, 100.0)]), 9)
    1.0
    """
    x, y = np.array([[log(n), log(t)] for n, t in points]).T
    return float(np.polyfit(x, y, 1)[0])


class Peak(NamedTuple):
    """MiB: the peak of a fresh process, and by how much a run exceeds what it held before."""

    process: float
    run: float


def peak_memory(policy: str, requests: int) -> Peak:
    """The peak of the resident memory of a fresh process that runs a policy."""
    program = f"from {__name__} import print_peak; print_peak({policy!r}, {requests})"
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True
    )
    return Peak(*json.loads(done.stdout))


def print_peak(policy: str, requests: int) -> None:
    """Run, and print the `Peak` of this process; for `peak_memory`."""
    kernel.run(workload(10), POLICIES[policy])  # whatever is loaded or compiled is there now
    before = _peak()
    kernel.run(workload(requests), POLICIES[policy])
    print(json.dumps([_peak(), _peak() - before]))


def _peak() -> float:
    """Peak of this process's resident memory, in MiB.

    Where there is one, the kernel's own count: `ru_maxrss` of a process begins with the memory of
    the one that started it.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":") for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def rival(python: str, instance: Instance) -> dict[str, Any]:
    """Time the rival in a Python that has it; `skipped` says why there is no time."""
    columns = zip(instance.prompt, instance.output, strict=True)
    rows = [
        {"timestamp": 0, "input_length": s, "output_length": o, "hash_ids": [i]}
        for i, (s, o) in enumerate(columns)
    ]
    settings = {
        "block_size": BLOCK,
        "num_gpu_blocks": MEMORY // BLOCK,
        "max_num_seqs": None,
        "max_num_batched_tokens": None,
        "enable_prefix_caching": False,
    }
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace.jsonl"
        trace.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        command = [python, "-P", "-c", RIVAL_PROGRAM, str(trace), json.dumps(settings)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError as error:
            return {"name": RIVAL, "skipped": f"{python}: {error.strerror}"}
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["it ended without a word"]
        return {"name": RIVAL, "skipped": reason[0]}
    spent, completed = json.loads(done.stdout.splitlines()[-1])
    return {"name": RIVAL, "seconds": spent, "requests": completed}


@dataclass(frozen=True, slots=True)
class Bench(Study):
    """All measurements; `requests` is the largest number of requests of the growth.

    A measurement is of this machine at this time: carry the study out in one process, without a
    journal, so that everything that is compared was measured in the same run.
    """

    name: ClassVar[str] = "bench"

    requests: int = MOST_GROWTH
    rival_python: str = sys.executable

    def plan(self) -> list[Task]:
        """The measurements, those of memory first, in fresh processes.

        Raises `InputError` unless `requests` is above 1,000.
        """
        whole("requests", self.requests, least=LEAST_GROWTH + 1)
        # alpha-protection: a thousand starts for each completion when all arrive at once
        timed = [name for name in POLICIES if name != "alpha-protection"]
        return [
            *(("peak", name, n) for name in GROWING for n in (REQUESTS, self.requests)),
            ("heap",),
            *(("kernel", name) for name in timed),
            *(("reference", name) for name in GROWING),
            *(("growth", name, n) for name in GROWING for n in sizes(self.requests)),
            ("rival", self.rival_python),
        ]

    @staticmethod
    def row(task: Task) -> Any:
        """Measure one thing."""
        kind, *rest = task
        return MEASUREMENTS[kind](*rest)

    def data(self, rows: Sequence[Any]) -> dict[str, Any]:
        """The results as plain data."""
        found = dict(zip(self.plan(), rows, strict=True))
        its = found["rival", self.rival_python]
        times: list[dict[str, Any]] = [
            {
                "policy": task[1],
                "seconds": spent,
                "events": touched,
                "times_limit": spent / (touched * found[("heap",)]),
            }
            for task, (spent, touched) in (
                (task, row) for task, row in found.items() if task[0] == "kernel"
            )
        ]
        if "seconds" in its:
            for row in times:
                row["rival_takes_times"] = its["seconds"] / row["seconds"]
        return {
            "workload": {"requests": REQUESTS, "memory": MEMORY, "seed": 0},
            "heap_seconds": found[("heap",)],
            "kernel": times,
            "reference": [found["reference", name] for name in GROWING],
            "growth": [self._growth(name, found) for name in GROWING],
            "rival": its,
        }

    def _growth(self, name: str, found: Mapping[Task, Any]) -> dict[str, Any]:
        points = [(n, found["growth", name, n]) for n in sizes(self.requests)]
        peaks = {n: Peak(*found["peak", name, n]) for n in (REQUESTS, self.requests)}
        return {
            "policy": name,
            "points": points,
            "exponent": exponent(points),
            "peak_mib": {n: peak._asdict() for n, peak in peaks.items()},
        }

    def files(self, rows: Sequence[Any]) -> Files:
        """The results as JSON, and the figure of the growth."""
        result = self.data(rows)
        text = json.dumps(result, indent=2) + "\n"
        return {"bench.json": text, "growth.svg": growth_figure(result)}


def _kernel_seconds(name: str) -> tuple[float, int]:
    """Seconds, and events that any such engine must touch."""
    instance, policy = workload(), POLICIES[name]
    work = kernel.run_counted(instance, policy)[1]
    if work is None:
        raise ValueError(f"{name}: the kernel does not run it")
    return seconds(partial(kernel.run, instance, policy)), events(instance.n, work)


def _against_reference(name: str) -> dict[str, Any]:
    part, policy = workload(REFERENCE_REQUESTS), POLICIES[name]
    slow = seconds(partial(engine.run, part, policy), repeats=1)
    fast = seconds(partial(kernel.run, part, policy))
    return {"policy": name, "requests": part.n, "seconds": slow, "times_kernel": slow / fast}


def _growth_seconds(name: str, n: int) -> float:
    return seconds(partial(kernel.run, workload(n), POLICIES[name]), repeats=2)


MEASUREMENTS: Mapping[str, Callable[..., Any]] = {
    "peak": peak_memory,
    "heap": heap_seconds,
    "kernel": _kernel_seconds,
    "reference": _against_reference,
    "growth": _growth_seconds,
    "rival": lambda python: rival(python, workload()),
}


def sizes(most: int) -> Iterator[int]:
    """1,000, 10,000, ... up to `most`, which is always the last.

    >>> list(sizes(20_000))
    [1000, 10000, 20000]
    """
    n = LEAST_GROWTH
    while n < most:
        yield n
        n *= 10
    yield most


def growth_figure(result: dict[str, Any]) -> str:
    """Seconds over requests, both on logarithmic scales, as SVG."""
    from matplotlib.axes import Axes

    from kvratio.reports.render.draw import Labels, draw
    from kvratio.reports.render.looks import policy_look

    def plot(axes: Axes) -> None:
        for row in result["growth"]:
            style = policy_look(row["policy"])
            style["label"] += f": exponent {row['exponent']:.2f}"
            axes.plot(*zip(*row["points"], strict=True), **style)
        axes.set(xscale="log", yscale="log")

    title = "Growth with the number of requests"
    labels = Labels(title, "requests", "processor time (seconds)")
    return draw("growth", labels, plot, caption=title, text=title).svg


def table(result: dict[str, Any]) -> None:
    """Print the results."""
    from kvratio.reports.terminal import print_table

    its = result["rival"]
    times = [
        (
            POLICIES[row["policy"]].title,
            f"{row['seconds']:.3f}",
            f"{row['events']:,}",
            f"{row['times_limit']:.1f} x",
            _times(row, "rival_takes_times"),
        )
        for row in result["kernel"]
    ]
    said = f"{its['seconds']:.1f} s" if "seconds" in its else f"skipped ({its['skipped']})"
    caption = (
        "Processor time. Limit: arrivals, starts, completions, cancellations and look-ahead tests,"
        f" each at one operation on a heap of {REQUESTS:,}, {1e9 * result['heap_seconds']:.0f} ns."
        f" {RIVAL} on the same requests, first come first served: {said}"
    )
    columns: tuple[str, ...] = ("policy", "seconds", "events", "limit", "rival")
    print_table("The kernel on workload W", columns, times, caption)
    reference = {row["policy"]: row for row in result["reference"]}
    growth = [
        (
            POLICIES[row["policy"]].title,
            f"{row['exponent']:.2f}",
            *(f"{mib['process']:,.0f} ({mib['run']:,.0f})" for mib in row["peak_mib"].values()),
            _times(reference[row["policy"]], "times_kernel"),
        )
        for row in result["growth"]
    ]
    columns = ("policy", "exponent", *(f"MiB at {n:,}" for n in result["growth"][0]["peak_mib"]))
    caption = (
        "Seconds grow as requests^exponent. MiB: peak of the process (what the run adds to it). "
        f"Reference: its engine's time over the kernel's at {REFERENCE_REQUESTS:,} requests."
    )
    print_table("Growth", (*columns, "reference"), growth, caption)


def _times(row: dict[str, Any], key: str) -> str:
    return f"{row[key]:,.0f} x" if key in row else "-"
