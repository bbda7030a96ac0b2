"""The tables of `kvratio study safe-policy`; every number is worked out from its rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import fmean, median
from typing import Any

from kvratio.reports.render.text import pipe_table
from kvratio.reports.studies.safe_policy.grid import BATCH, SOURCES
from kvratio.reports.studies.safe_policy.measured import Measured

NEVER_WORSE, MUCH_BETTER = 1.01, 0.85  # mean latency over the best peer's: in all cells, in half
TAIL = 1.10  # p99 over FCFS's, in timed cells with load below 1
LOST = 0.10  # share of the tokens, unless it buys as much latency
SHOWN = 15  # worst cells
ROUNDED = 1e-4  # two numbers of five digits, over one another, are off by no more
Place = tuple[str, int, str, str, str]  # source, budget, prediction, arrivals, load


@dataclass(frozen=True)
class Found:
    """A cell: what was measured of each policy, means over seeds, and a lower bound on the mean."""

    place: Place
    memory: int
    requests: int
    bound: float
    of: Mapping[str, Measured]
    peers: tuple[str, ...]

    @property
    def best(self) -> str:
        """The peer with the least mean latency."""
        return min(self.peers, key=lambda name: self.of[name].mean)

    @property
    def tuned(self) -> bool:
        """Was it open to tuning?"""
        return SOURCES[self.place[0]].tuned

    @property
    def load(self) -> Fraction | None:
        """None in a batch."""
        return None if self.place[3] == BATCH else Fraction(self.place[4])

    @property
    def stable(self) -> bool:
        """Requests arrive over time, and a full cache keeps up."""
        return self.load is not None and self.load < 1

    def mean(self, name: str) -> float:
        """Mean latency over the best peer's."""
        return self.of[name].mean / self.of[self.best].mean

    def p99(self, name: str, over: str) -> float:
        """p99 over that of another policy."""
        return self.of[name].p99 / self.of[over].p99

    def unpaid(self, name: str) -> float:
        """Share of tokens lost, if above `LOST` and above the share by which the mean latency is
        below that of the best peer that loses no more than `LOST`; otherwise 0."""
        mine = self.of[name]
        thrifty = [self.of[peer].mean for peer in self.peers if self.of[peer].lost <= LOST]
        bought = 1 - mine.mean / min(thrifty) if thrifty else 1.0
        return mine.lost if mine.lost > LOST and bought < mine.lost else 0.0

    @property
    def room(self) -> bool:
        """Might a schedule have `MUCH_BETTER` times the best peer's mean latency? If not, the
        certified bound excludes it, whatever the numbers were rounded from."""
        return self.bound * (1 - ROUNDED) <= MUCH_BETTER * self.of[self.best].mean

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        names = ("source", "budget", "prediction", "arrivals", "load")
        return {
            **dict(zip(names, self.place, strict=True)),
            "memory": self.memory,
            "requests": self.requests,
            "bound": self.bound,
            "policies": {name: list(one) for name, one in self.of.items()},
        }


def from_json(data: Mapping[str, Any], peers: tuple[str, ...]) -> Found:
    """Read what `Found.to_json` writes."""
    return Found(
        place=(
            data["source"],
            data["budget"],
            data["prediction"],
            data["arrivals"],
            data["load"],
        ),
        memory=data["memory"],
        requests=data["requests"],
        bound=data["bound"],
        of={name: Measured(*one) for name, one in data["policies"].items()},
        peers=peers,
    )


def averaged(places: Sequence[Place], rows: Sequence[Any], peers: tuple[str, ...]) -> list[Found]:
    """Cells from rows, one a seed and a group of policies; means over the seeds."""
    at: dict[Place, dict[str, list[Any]]] = {}
    for place, row in zip(places, rows, strict=True):
        for name, value in row.items():
            at.setdefault(place, {}).setdefault(name, []).append(value)
    return [
        Found(
            place,
            memory=round(fmean(cell.pop("memory"))),
            requests=cell.pop("requests")[0],
            bound=_short(fmean(cell.pop("bound"))),
            of={name: _mean(values) for name, values in cell.items()},
            peers=peers,
        )
        for place, cell in at.items()
    ]


def _mean(values: Sequence[Sequence[Any]]) -> Measured:
    columns: list[Any] = []
    for column in zip(*values, strict=True):
        known = [value for value in column if value is not None]
        columns.append(_short(fmean(known)) if known else None)
    return Measured(*columns)


def _short(value: float) -> float:
    return float(f"{value:.5g}")


def median_and_worst(values: Sequence[float]) -> str:
    """Two numbers of a table.

    >>> median_and_worst([1, 3, 2])
    '2.00, 3.00'
    """
    return f"{median(values):.2f}, {max(values):.2f}" if values else "-"


def share(values: Sequence[float], limit: float) -> str:
    """How many are within a limit, of how many.

    >>> share([1.0, 1.2], 1.1)
    '1 of 2'
    """
    return f"{sum(value <= limit for value in values)} of {len(values)}" if values else "-"


OVERVIEW = (
    "policy", "mean / best: median, worst", f"at most {NEVER_WORSE}", "p99 / FCFS: median, worst",
    f"at most {TAIL:.2f}", "tokens lost: mean, worst", "TTFT / FCFS", "TPOT / FCFS",
)  # fmt: skip


def overview(cells: Sequence[Found], names: Sequence[str], fcfs: str) -> list[str]:
    """A row for each policy."""
    stable = [cell for cell in cells if cell.stable]

    def row(name: str) -> tuple[str, ...]:
        means = [cell.mean(name) for cell in cells]
        tails = [cell.p99(name, fcfs) for cell in stable]
        lost = [cell.of[name].lost for cell in cells]
        return (
            f"`{name}`",
            median_and_worst(means),
            share(means, NEVER_WORSE),
            median_and_worst(tails),
            share(tails, TAIL),
            f"{fmean(lost):.1%}, {max(lost):.1%}",
            f"{median(cell.of[name].ttft / cell.of[fcfs].ttft for cell in cells):.2f}",
            f"{median(_over(cell.of[name].tpot, cell.of[fcfs].tpot) for cell in cells):.2f}",
        )

    return pipe_table(OVERVIEW, [row(name) for name in names])


def _over(value: float, other: float) -> float:
    return value / other if other else 1.0


BY_LOAD = (
    "arrivals", "load", "cells", "mean / best: median, worst", "mean / others: median",
    f"no policy below {MUCH_BETTER}", "p99 / FCFS: median, worst", "tokens lost",
)  # fmt: skip


def by_load(cells: Sequence[Found], name: str, fcfs: str, ours: Sequence[str]) -> list[str]:
    """A row for each way to arrive and load."""
    groups: dict[tuple[str, str], list[Found]] = {}
    for cell in cells:
        groups.setdefault((cell.place[3], cell.place[4]), []).append(cell)

    def others(cell: Found) -> float:
        return cell.of[name].mean / min(cell.of[p].mean for p in cell.peers if p not in ours)

    body = [
        (
            arrivals,
            f"{float(Fraction(load)):g}" if arrivals != BATCH else "-",
            str(len(found)),
            median_and_worst([cell.mean(name) for cell in found]),
            f"{median(map(others, found)):.2f}",
            str(sum(not cell.room for cell in found)),
            median_and_worst([cell.p99(name, fcfs) for cell in found]),
            f"{fmean(cell.of[name].lost for cell in found):.1%}",
        )
        for (arrivals, load), found in groups.items()
    ]
    return pipe_table(BY_LOAD, body)


WORST = (
    "source",
    "budget",
    "prediction",
    "arrivals",
    "load",
    "ratio",
    "mean",
    "best peer",
    "its mean",
    "lost",
)


def worst(cells: Sequence[Found], name: str) -> list[str]:
    """The cells in which it loses most, beyond `NEVER_WORSE`."""
    losing = [cell for cell in cells if cell.mean(name) > NEVER_WORSE]
    losing.sort(key=lambda cell: (-cell.mean(name), cell.place))
    body = [
        (
            *_where(cell),
            f"{cell.mean(name):.2f}",
            f"{cell.of[name].mean:,.0f}",
            f"`{cell.best}`",
            f"{cell.of[cell.best].mean:,.0f}",
            f"{cell.of[name].lost:.1%}",
        )
        for cell in losing[:SHOWN]
    ]
    return pipe_table(WORST, body) if body else ["In none."]


def _where(cell: Found) -> tuple[str, ...]:
    source, _, prediction, arrivals, _ = cell.place
    load = "-" if cell.load is None else f"{float(cell.load):g}"
    return source, f"{cell.memory:,}", prediction, arrivals, load


PROPERTIES = ("property", "met", "worst cell")
Ratio = Callable[[Found], float]


def properties(cells: Sequence[Found], name: str, fcfs: str) -> list[str]:
    """What is met, counted in cells."""
    every = [
        (
            f"mean at most {NEVER_WORSE} times the best peer's",
            cells,
            lambda c: c.mean(name),
            NEVER_WORSE,
        ),
        (
            f"p99 at most {TAIL:.2f} times FCFS's (timed, load below 1)",
            [cell for cell in cells if cell.stable],
            lambda c: c.p99(name, fcfs),
            TAIL,
        ),
        (f"tokens lost at most {LOST:.0%}, or bought", cells, lambda c: c.unpaid(name), LOST),
    ]
    body = list(_judged(every))
    half = median(cell.mean(name) for cell in cells)
    possible = sum(cell.room for cell in cells)
    none = ", fewer than half: no schedule has it" if 2 * possible < len(cells) else ""
    body.append(
        (
            f"mean at most {MUCH_BETTER} times the best peer's in the median cell",
            "yes" if half <= MUCH_BETTER else "no",
            f"median {half:.2f}; the certified bound leaves room for it in {possible} of "
            f"{len(cells)} cells{none}",
        )
    )
    return pipe_table(PROPERTIES, body)


def _judged(
    every: Sequence[tuple[str, Sequence[Found], Ratio, float]],
) -> Iterator[tuple[str, str, str]]:
    for what, among, ratio, limit in every:
        if not among:
            continue
        found = max(among, key=ratio)
        where = ", ".join(_where(found))
        yield what, share([ratio(c) for c in among], limit), f"{ratio(found):.2f} ({where})"


LARGE = ("policy", "mean of all / FCFS", "mean of large requests / FCFS: median, worst")


def near_memory(cells: Sequence[Found], names: Sequence[str], fcfs: str) -> list[str]:
    """Requests that need more than half the budget, where a cell has any."""
    having = [cell for cell in cells if cell.of[fcfs].large is not None]

    def row(name: str) -> tuple[str, ...]:
        ratios = [_large(cell, name) / _large(cell, fcfs) for cell in having]
        all_of_them = [cell.of[name].mean / cell.of[fcfs].mean for cell in having]
        return f"`{name}`", f"{median(all_of_them):.2f}", median_and_worst(ratios)

    return pipe_table(LARGE, [row(name) for name in names]) if having else ["No cell has any."]


def _large(cell: Found, name: str) -> float:
    found = cell.of[name].large
    assert found is not None
    return found
