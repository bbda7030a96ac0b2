"""From the rows of a sweep to an experiment's result: means over seeds, with intervals.

Every interval is Student's, at 95 %, of the mean over seeds. A ratio is formed for each seed, on
the same requests, and then averaged, so that what the requests have in common cancels.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any

from kvratio.reports.compare.timed import certified_in_time
from kvratio.reports.studies.convergence import CONFIDENCE, mean_and_half_width
from kvratio.reports.studies.experiments.plan import DATA, Experiment, Setting, Statement, Subject
from kvratio.simulate.cells import Cell, Row, file_digests, requests_of
from kvratio.simulate.iteration import NS_PER_S
from kvratio.simulate.sweep import sweep
from kvratio.theory.area import lower_bound

BENCHMARK = "h-sf"
METHOD = f"{CONFIDENCE:.0%} Student interval of the mean over seeds; ratios paired by seed"
DIGITS = 6  # of a published number: the last bits of a quantile may differ between machines
Report = Callable[[int, int], None]


def available(experiment: Experiment, folder: Path | None) -> tuple[list[Setting], list[str]]:
    """The settings whose files are in the folder, and the files that are missing.

    Without any, what the experiment names `instead`.
    """
    wanted = {name for setting in experiment.settings for name in setting.files}
    missing = sorted(n for n in wanted if folder is None or not (folder / n).is_file())
    usable = [s for s in experiment.settings if not set(s.files) & set(missing)]
    if not usable and experiment.instead is not None:
        usable = [experiment.instead]
    return usable, missing


def evaluate(
    experiment: Experiment,
    folder: Path | None,
    target: Path,
    executor: Executor,
    report: Report,
    seeds: int,
) -> dict[str, Any]:
    """Run an experiment (or go on with it) and return its result as plain data.

    `folder`: where the trace files are; settings whose files are missing are left out, and the
    result says so. `target`: the Parquet file of the single runs.
    """
    settings, missing = available(experiment, folder)
    plan = {s.label: experiment.cells(s, str(folder), seeds) for s in settings}
    cells = [cell for chosen in plan.values() for cell in chosen]
    digests = file_digests(cells)
    rows = dict(zip(cells, sweep(cells, target, executor, report), strict=True))
    bounds = lower_bounds(cells, digests)
    found = Found({label: {c: rows[c] for c in chosen} for label, chosen in plan.items()}, bounds)
    return {
        "experiment": experiment.name,
        "title": experiment.title,
        "source": experiment.source,
        "seeds": seeds,
        "interval": METHOD,
        "files": {Path(name).name: digest for name, digest in digests.items()},
        "left_out": missing,
        "notes": list(experiment.notes),
        "statements": [found.beside(s) for s in experiment.statements if s.subject.setting in plan],
        "rows": [
            found.row(setting, requests, policy)
            for setting in settings
            for requests in setting.requests
            for policy in experiment.policies
        ],
    }


def lower_bounds(cells: Sequence[Cell], digests: Mapping[str, str]) -> dict[Cell, int]:
    """The certified bound on the total latency of every schedule, by cell, policies aside.

    In steps, or in nanoseconds for a cell on a GPU.
    """
    return {cell: _lower_bound(cell, digests) for cell in dict.fromkeys(map(_bounded, cells))}


def _lower_bound(cell: Cell, digests: Mapping[str, str]) -> int:
    drawn = requests_of(cell, digests)
    if drawn.timing is None:
        return lower_bound(drawn.instance)
    return certified_in_time(drawn.instance, drawn.timing)


def _bounded(cell: Cell) -> Cell:
    """Cells with the same bound: neither policy nor prediction matters."""
    return replace(cell, policy=BENCHMARK, prediction=None)


class Found:
    """The rows of an experiment by setting, and what is computed from them."""

    def __init__(self, rows: Mapping[str, Mapping[Cell, Row]], bounds: Mapping[Cell, int]) -> None:
        self.bounds = bounds
        self.runs: dict[Subject, dict[int, tuple[Cell, Row]]] = {}
        for label, chosen in rows.items():
            for cell, row in chosen.items():
                subject = Subject(label, cell.policy, cell.requests or 0)
                self.runs.setdefault(subject, {})[cell.seed] = (cell, row)

    def row(self, setting: Setting, requests: int, policy: str) -> dict[str, Any]:
        """Latency, ratios and evictions of a policy in a setting at a size."""
        subject = Subject(setting.label, policy, requests)
        runs = self.runs[subject]
        ended = [(cell, row) for cell, row in runs.values() if row["error"] is None]
        described = {
            "setting": setting.label,
            "workload": setting.workload.replace(DATA, ""),
            "prediction": setting.prediction,
            "memory": next(iter(runs.values()))[1]["memory"],
            "requests": requests,
            "timed": setting.timed,
            "gpu": setting.gpu,
            "iteration": setting.iteration if setting.gpu else None,
            "policy": policy,
            "without_end": len(runs) - len(ended),
        }
        if not ended:
            return described
        latency = [mean_latency(cell, row) for cell, row in ended]
        bounded = [total(row) / self.bounds[_bounded(cell)] for cell, row in ended]
        return {
            **described,
            "unit": "steps" if setting.gpu is None else "seconds",
            "latency": estimate(latency, "simulated"),
            "to_h_sf": estimate(
                self.ratios(subject, Subject(setting.label, BENCHMARK, requests)), "simulated"
            ),
            "to_bound": estimate(bounded, "simulated over certified"),
            "evictions": rounded(fmean(row["evictions"] for _, row in ended)),
            "wasted": rounded(
                fmean(row["wasted_tokens"] / row["generated_tokens"] for _, row in ended)
            ),
        }

    def ratios(self, above: Subject, below: Subject) -> list[float]:
        """Latency over latency, for every seed with which both end."""
        one, other = self.runs[above], self.runs[below]
        pairs = ((one[seed][1], other[seed][1]) for seed in one)
        return [total(a) / total(b) for a, b in pairs if a["error"] is b["error"] is None]

    def beside(self, statement: Statement) -> dict[str, Any]:
        """The statement, and our number."""
        subject, over = statement.subject, statement.over
        cited = {
            "statement": statement.text,
            "published": statement.published,
            "source": statement.source,
            "setting": subject.setting,
            "policy": subject.policy,
            "over": over and [over.setting, over.policy],
        }
        if over is not None:
            values = self.ratios(subject, over)
            return {**cited, "unit": "ratio", "ours": estimate(values, "simulated")}
        values = [
            mean_latency(cell, row) / float(cell.timed or 1)
            for cell, row in self.runs[subject].values()
            if row["error"] is None
        ]
        return {**cited, "unit": "seconds", "ours": estimate(values, "simulated")}


def total(row: Row) -> int:
    """Total latency: nanoseconds of a run in time, else steps.

    >>> total({"tel": 9, "total_ns": None})
    9
    """
    nanoseconds: int | None = row.get("total_ns")
    return row["tel"] if nanoseconds is None else nanoseconds


def mean_latency(cell: Cell, row: Row) -> float:
    """Mean latency of a run: seconds on a GPU, else steps."""
    latency: float = row["mean_latency"]
    return latency if cell.gpu is None else total(row) / row["requests"] / NS_PER_S


def estimate(values: Sequence[float], obtained: str) -> dict[str, Any]:
    """Mean and half width of its interval, rounded, with how it was obtained.

    One value has no interval.

    >>> estimate([1.0, 1.0], "simulated")
    {'mean': 1.0, 'half_width': 0.0, 'obtained': 'simulated'}
    """
    mean, half = mean_and_half_width(list(values)) if len(values) > 1 else (fmean(values), None)
    half_width = None if half is None else rounded(half)
    return {"mean": rounded(mean), "half_width": half_width, "obtained": obtained}


def rounded(value: float) -> float:
    """To the digits that are published.

    >>> rounded(2 / 3)
    0.666667
    """
    return float(f"{value:.{DIGITS}g}")
