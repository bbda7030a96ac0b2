"""The study of small instances as data and as a page; every optimum on it is certified anew."""

import json
from collections.abc import Mapping
from fractions import Fraction
from statistics import mean, stdev
from typing import Any

from kvratio.proofs_check.certificate import read_certificate
from kvratio.proofs_check.optimality import check
from kvratio.reports.render.text import pipe_table
from kvratio.reports.studies.smallest.arrivals import smallest_loss
from kvratio.reports.studies.smallest.certificate import certificate
from kvratio.reports.studies.smallest.contenders import (
    CONTENDERS,
    Contender,
    Extreme,
    Orders,
    Results,
    Tally,
    Unit,
    merge,
)
from kvratio.reports.studies.smallest.contenders import runs as all_runs
from kvratio.reports.studies.smallest.optimum import TinyOptimum
from kvratio.simulate.kernel import run
from kvratio.simulate.policies import POLICIES
from kvratio.theory.model import Instance

FOLDER = "optima"  # of the certificates, beside the page
FURTHER = 64  # times as many fresh seeds for the instance on which a random policy looked worst


class Certificates:
    """Certificates of the optima that are stated; all are checked, those with a name are kept."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}

    def optimum(self, instance: Instance, name: str | None = None) -> list[int]:
        """Start times of an optimal schedule, once the checker has accepted its certificate.

        >>> Certificates().optimum(Instance.of(2, [2, 2]))
        [0, 2]
        """
        requests = list(zip(instance.arrival, instance.prompt, instance.output, strict=True))
        starts = TinyOptimum(instance.memory).starts(requests)
        data = certificate(instance, starts)
        check(read_certificate(json.dumps(data)))
        if name is not None:
            self.kept[name] = data
        return starts


def summary(results: Results, seeds: int) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The study as plain data, and the certificates to publish with it, by file name."""
    certificates = Certificates()
    by_key: dict[str, dict[Unit, Tally]] = {}
    for (unit, key), tally in results.items():
        by_key.setdefault(key, {})[unit] = tally
    rows = [_row(c, by_key[c.key], seeds, certificates) for c in CONTENDERS if c.key in by_key]
    arrivals = [_arrivals(own_prompts, certificates) for own_prompts in (False, True)]
    data = {
        "seeds": seeds,
        "contenders": rows,
        "h_sf_by_size": _by_size(by_key.get("h-sf exact", {})),
        "with_arrivals": arrivals,
    }
    return data, certificates.kept


def _row(
    contender: Contender, tallies: Mapping[Unit, Tally], seeds: int, certificates: Certificates
) -> dict[str, Any]:
    total = merge(tallies.values())
    smallest = _smallest(tallies)
    return {
        "key": contender.key,
        "title": POLICIES[contender.policy].title,
        "also": contender.also,
        "predicted": contender.predicted.value,
        "orders": contender.orders.value,
        "requests": max(unit.n for unit in tallies),
        "memory": max(unit.memory for unit in tallies),
        "instances": total.instances,
        "optimal": total.optimal,
        "smallest": smallest and _extreme(smallest, certificates, keep=True),
        "worst": _extreme(total.worst, certificates, keep=contender.orders is Orders.NONE),
        "mean": _extreme(total.mean, certificates, keep=False),
        "mean_again": _again(contender, total.mean, seeds),
    }


def _smallest(tallies: Mapping[Unit, Tally]) -> Extreme | None:
    """The worst run at the smallest size, by requests, then budget, where a run is not optimal."""
    lost = [(unit, tally) for unit, tally in tallies.items() if tally.worst.ratio > 1]
    if not lost:
        return None
    size = min((unit.n, unit.memory) for unit, _ in lost)
    return merge(tally for unit, tally in lost if (unit.n, unit.memory) == size).worst


def _extreme(extreme: Extreme, certificates: Certificates, keep: bool) -> dict[str, Any]:
    instance = Instance.of(extreme.memory, extreme.outputs, prompt=extreme.prompt)
    outputs = "-".join(map(str, extreme.outputs))
    name = f"{FOLDER}/M{extreme.memory}-s{extreme.prompt}-o{outputs}.json"
    starts = certificates.optimum(instance, name if keep else None)
    return {
        "ratio": str(extreme.ratio),
        "latency": str(extreme.latency),
        "optimum": sum(starts) + sum(extreme.outputs),
        "memory": extreme.memory,
        "prompt": extreme.prompt,
        "outputs": list(extreme.outputs),
        "optimal_starts": starts,
        "certificate": name if keep else None,
    }


def _again(contender: Contender, extreme: Extreme, seeds: int) -> dict[str, float] | None:
    """Mean ratio and its standard error from fresh seeds: the search favours lucky seeds."""
    if contender.orders is not Orders.SEEDS:
        return None
    unit = Unit(len(extreme.outputs), extreme.memory, extreme.prompt, min(extreme.outputs))
    latencies = all_runs(contender, unit, extreme.outputs, (1 + FURTHER) * seeds)[seeds:]
    error = stdev(latencies) / len(latencies) ** 0.5
    return {
        "ratio": round(mean(latencies) / extreme.optimum, 4),
        "standard_error": round(error / extreme.optimum, 4),
    }


def _by_size(tallies: Mapping[Unit, Tally]) -> list[dict[str, Any]]:
    sizes: dict[tuple[int, int], list[Tally]] = {}
    for unit, tally in tallies.items():
        sizes.setdefault((unit.n, unit.memory), []).append(tally)
    return [
        {"requests": n, "memory": m, "ratio": str(merge(parts).worst.ratio)}
        for (n, m), parts in sorted(sizes.items())
    ]


def _arrivals(own_prompts: bool, certificates: Certificates) -> dict[str, Any]:
    """MC-SF (and H-SF) with arrivals: only the optimum knows which requests arrive later."""
    loss = smallest_loss("mc-sf", own_prompts)
    name = f"{FOLDER}/arrivals{'-prompts' if own_prompts else ''}.json"
    return {
        "own_prompts": own_prompts,
        "memory": loss.memory,
        "requests": [list(request) for request in loss.requests],
        "latency": loss.latency,
        "optimum": loss.optimum,
        "ratio": str(Fraction(loss.latency, loss.optimum)),
        "optimal_starts": certificates.optimum(loss.instance(), name),
        "certificate": name,
    }


def markdown(data: Mapping[str, Any]) -> str:
    """The page of the study."""
    rows = data["contenders"]
    parts = [
        INTRODUCTION.format(seeds=data["seeds"], further=FURTHER * data["seeds"]),
        _smallest_table(rows),
        _by_hand(rows),
        _worst_table(rows),
        _size_table(data["h_sf_by_size"]),
        _arrivals_table(data["with_arrivals"]),
    ]
    return "\n\n".join(parts) + "\n"


INTRODUCTION = """# Small instances, one by one

Every instance of a size is here: budgets from 1 up, every common prompt, every multiset of output
lengths that fits, all requests at time 0. The optimum of each is found by an exact search; every
optimum that this page states has moreover a certificate, which `proofs_check` accepted when the
page was made.

A *run* is one order of the requests, or one seed.

- Where all orders were tried, the worst run and the mean over runs are exact. For policies that
  take equals at random and never evict, the mean is their expectation; for first come, first
  served it is the mean over the orders of simultaneous arrivals.
- Policies that evict, or that pace their starts, at random were run with {seeds} seeds. Their
  means are simulated, their worst runs are lower bounds. The largest of many estimates is too
  large: the last column has the same mean, with its standard error, from {further} other seeds.

*Predicted* is one interval for all requests, or every length exactly. `kvratio study smallest`
makes this page."""


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join(pipe_table(head, rows))


def _title(row: Mapping[str, Any]) -> str:
    title, also = str(row["title"]), row["also"]
    return f"{title} ({also})" if also else title


def _instance(extreme: Mapping[str, Any]) -> str:
    outputs = ", ".join(map(str, extreme["outputs"]))
    return f"M = {extreme['memory']}, s = {extreme['prompt']}: {outputs}"


def _ratio(extreme: Mapping[str, Any]) -> str:
    value = Fraction(extreme["ratio"])
    return f"{extreme['ratio']} = {float(value):.4f}" if value.denominator > 1 else str(value)


def _smallest_table(rows: list[Any]) -> str:
    head = ["policy", "predicted", "n", "instance", "its latency", "optimum", "optimal starts"]
    body = []
    for row in rows:
        found = row["smallest"]
        if found is not None:
            starts = ", ".join(map(str, found["optimal_starts"]))
            link = f"[{found['optimum']}]({found['certificate']})"
            cells = [str(len(found["outputs"])), _instance(found), found["latency"], link, starts]
            body.append([_title(row), row["predicted"], *cells])
    text = (
        "## The smallest instances that are not solved optimally\n\n"
        "Fewest requests, then least budget; of those the run with the largest ratio. The optimum "
        "links to its certificate (`kvratio verify-certificate FILE`)."
    )
    return text + "\n\n" + _table(head, body)


def _by_hand(rows: list[Any]) -> str:
    """H-SF's schedule and the optimal one, step by step, where they first differ."""
    found = next((row["smallest"] for row in rows if row["key"] == "h-sf exact"), None)
    if found is None:
        return "## The counterexample by hand\n\nH-SF is optimal up to the size of this study."
    instance = CONTENDERS[0].instance(found["memory"], found["prompt"], [tuple(found["outputs"])])
    chosen = sorted(run(instance, POLICIES["h-sf"]).schedule.attempts())
    starts = {"H-SF": [attempt.start for attempt in chosen], "optimal": found["optimal_starts"]}
    body = []
    for name, begun in starts.items():
        requests = list(zip(begun, instance.prompt, instance.output, strict=True))
        ends = [t + o for t, _, o in requests]
        used = [
            sum(s + step - t + 1 for t, s, o in requests if t <= step < t + o)
            for step in range(max(ends))
        ]
        columns = [", ".join(map(str, column)) for column in (begun, ends, used)]
        body.append([name, *columns, str(sum(ends))])
    head = ["", "starts", "completions", "cache by step", "total latency"]
    text = (
        "## The counterexample by hand\n\n"
        "H-SF is not the hindsight optimum. The smallest instance that shows it has "
        f"{_instance(found)}; no step may use more than {found['memory']} tokens."
    )
    return text + "\n\n" + _table(head, body)


def _worst_table(rows: list[Any]) -> str:
    head = ["policy", "predicted", "runs", "size", "instances", "always optimal"]
    head += ["worst run", "on", "worst mean", "on", "again"]
    body = []
    for row in rows:
        again = row["mean_again"]
        body.append(
            [
                _title(row),
                row["predicted"],
                RUNS[row["orders"]],
                f"n <= {row['requests']}, M <= {row['memory']}",
                f"{row['instances']:,}",
                f"{row['optimal'] / row['instances']:.1%}",
                _ratio(row["worst"]),
                _instance(row["worst"]),
                _ratio(row["mean"]),
                _instance(row["mean"]),
                "exact" if again is None else f"{again['ratio']} +- {again['standard_error']}",
            ]
        )
    return "## The worst ratio to the optimum\n\n" + _table(head, body)


RUNS = {
    Orders.NONE.value: "one",
    Orders.ALL.value: "all orders",
    Orders.SEEDS.value: "seeds",
}


def _size_table(sizes: list[Any]) -> str:
    ratios = {(size["requests"], size["memory"]): size["ratio"] for size in sizes}
    memories = sorted({m for _, m in ratios})
    body = [
        [f"n = {n}", *(ratios.get((n, m), "") for m in memories)]
        for n in sorted({n for n, _ in ratios})
    ]
    text = "## H-SF by size\n\nIts largest ratio to the optimum among all instances of a size."
    return text + "\n\n" + _table(["", *(f"M = {m}" for m in memories)], body)


def _arrivals_table(entries: list[Any]) -> str:
    head = ["prompts", "n", "M", "requests (arrival, prompt, output)"]
    head += ["its latency", "optimum", "optimal starts"]
    body = []
    for entry in entries:
        requests = ", ".join(str(tuple(request)) for request in entry["requests"])
        cells = [str(len(entry["requests"])), str(entry["memory"]), requests, str(entry["latency"])]
        link = f"[{entry['optimum']}]({entry['certificate']})"
        starts = ", ".join(map(str, entry["optimal_starts"]))
        body.append(["own" if entry["own_prompts"] else "none", *cells, link, starts])
    text = (
        "## With arrivals\n\nMC-SF with exact predictions (H-SF does the same) does not know which "
        "requests arrive later; the optimum does. The smallest instances on which this costs "
        "latency, arrivals up to M:"
    )
    return text + "\n\n" + _table(head, body)
