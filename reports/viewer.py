"""Data of the schedule viewer (`reports/page/viewer.js`), and a page that holds it alone."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from kvratio.reports.document import Column, Kind, Obtained, Table, Viewer
from kvratio.reports.render.looks import look_class, policy_title
from kvratio.simulate.measures import cache_profile
from kvratio.simulate.records import Run

HELP = (
    "A bar is an attempt: it ends with a tick where the request completes, striped and with a "
    "cross where it is evicted and loses its tokens. The thin line is the time spent waiting. "
    "Where rows are too thin for bars, a darker spot means more running requests. "
    "Drag to move; Ctrl and the wheel zoom time, Shift and the wheel rows. With the keyboard: "
    "arrow keys, + and -, [ and ], a comma and a full stop for one step back and on (the step says "
    "who runs and who waits), Home for everything, Escape for no request."
)


def help_text(runs: Sequence[Run]) -> str:
    """`HELP`; where all runs kept the tokens of evicted requests, it says so."""
    kept = all(run.preemption.keeps for run in runs)
    return HELP.replace("loses its tokens", "keeps its tokens") if kept else HELP


def viewer(name: str, caption: str, runs: Sequence[Run], bound: int) -> Viewer:
    """A viewer of runs on the same requests; `bound`: certified, on every schedule's total latency.

    Its data: the memory; the requests as columns; for every run its attempts as columns and the
    cache in use in pieces between events (`kvratio.simulate.measures.cache_profile`), times in
    steps. Columns that rise or change little are differences of neighbours; for the lengths of
    attempts see `_lengths`. A run with another memory than the first says so.
    """
    instance = runs[0].instance
    data = {
        "memory": instance.memory,
        "bound": bound,
        "requests": {
            "prompt": list(instance.prompt),
            "output": list(instance.output),
            "arrival": list(instance.arrival),
        },
        "runs": [_run(run, runs) for run in runs],
    }
    return Viewer(name, caption, data)


def _run(run: Run, runs: Sequence[Run]) -> dict[str, Any]:
    schedule = run.schedule
    time, base, running = cache_profile(schedule, run.instance)
    own = run.instance.memory
    return {
        "title": title(run, runs),
        "look": look_class(run.policy),
        **({"memory": own} if own != runs[0].instance.memory else {}),
        "tel": run.tel,
        "evictions": run.measures.evictions,
        "makespan": run.measures.makespan,
        "request": list(schedule.request),
        "start": differences(schedule.start),
        "length": _lengths(run),
        **({"began": list(schedule.began)} if schedule.began else {}),
        "profile": {
            "time": differences(time.tolist()),
            "base": differences(base.tolist()),
            "running": differences(running.tolist()),
        },
    }


def _lengths(run: Run) -> list[int]:
    """Of each attempt its steps if it was evicted; if it was completed, 0 where they are as many as
    the output has tokens, and otherwise the steps with a minus sign."""
    schedule, output = run.schedule, run.instance.output
    found = []
    for request, start, end, finished in zip(
        schedule.request, schedule.start, schedule.end, schedule.finished, strict=True
    ):
        steps = end - start
        whole = finished and steps == output[request]
        found.append(0 if whole else -steps if finished else steps)
    return found


def differences(column: Sequence[int]) -> list[int]:
    """Each number less the one before; the first less 0.

    >>> differences([5, 7, 7])
    [5, 2, 0]
    """
    return [b - a for a, b in pairwise([0, *column])]


def title(run: Run, runs: Sequence[Run]) -> str:
    """The policy's title; with the seed where it occurs more than once, and with the reading of
    preemption where the runs differ in that."""
    known = policy_title(run.policy)
    if len({other.preemption for other in runs}) > 1:
        known += ", tokens kept" if run.preemption.keeps else ", tokens lost"
    alike = [other for other in runs if other.policy == run.policy]
    often = sum(other.preemption == run.preemption for other in alike) > 1
    return f"{known}, seed {run.seed}" if often else known


def summary(runs: Sequence[Run]) -> Table:
    """The runs in numbers, for readers who cannot see the drawing."""
    head = ("total latency", "mean", "p95", "makespan", "evictions", "wasted tokens", "peak cache")
    return Table(
        "runs",
        "The runs in numbers (times in steps)",
        (
            Column("policy", Kind.TEXT),
            *(Column(name, obtained=Obtained.SIMULATED) for name in head),
        ),
        tuple(
            (
                title(run, runs),
                f"{m.tel:,}",
                f"{float(m.mean_latency):,.1f}",
                f"{m.p95:,}",
                f"{m.makespan:,}",
                f"{m.evictions:,}",
                f"{m.wasted_tokens:,}",
                f"{m.peak_cache:,}",
            )
            for run in runs
            for m in (run.measures,)
        ),
    )
