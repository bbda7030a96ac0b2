"""An experiment's result as a section of a report, and alone as a Markdown page.

Everything here is a function of the result as `evaluate` gives it and as it is published, so that a
page can be drawn again without simulating.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from math import log
from statistics import fmean
from typing import Any

from matplotlib.axes import Axes

from kvratio.reports.document import Block, Column, Figure, Kind, Obtained, Section, Table
from kvratio.reports.render.draw import Labels, draw, draw_many
from kvratio.reports.render.labels import PLAIN, plain_logarithmic
from kvratio.reports.render.looks import (
    MUTED,
    figure_look,
    in_colour,
    knows,
    policy_look,
    policy_title,
)
from kvratio.reports.render.text import section_markdown

Result = Mapping[str, Any]
Row = Mapping[str, Any]

WIDTH = "± 95 %"
SLOW = "a-max"  # the policy whose growth the titles of small multiples tell
COLUMNS = (
    Column("setting", Kind.TEXT),
    Column("policy", Kind.TEXT),
    Column("mean latency", obtained=Obtained.SIMULATED),
    Column(WIDTH, obtained=Obtained.SIMULATED),
    Column("unit", Kind.TEXT),
    Column("/ H-SF", obtained=Obtained.SIMULATED),
    Column(f"{WIDTH} ", obtained=Obtained.SIMULATED),
    Column("/ certified lower bound", obtained=Obtained.SIMULATED),
    Column(f"{WIDTH}  ", obtained=Obtained.SIMULATED),
    Column("evictions", obtained=Obtained.SIMULATED),
    Column("wasted tokens", obtained=Obtained.SIMULATED),
)
BESIDE = (
    Column("statement", Kind.TEXT),
    Column("what is compared", Kind.TEXT),
    Column("published", obtained=Obtained.CITED),
    Column("here", obtained=Obtained.SIMULATED),
    Column(WIDTH, obtained=Obtained.SIMULATED),
)


def section(result: Result) -> Section:
    """The section of a result: what was run, statements beside ours, figures, the last table."""
    blocks: list[Block] = [lead(result), *result["notes"]]
    if result["left_out"]:
        missing = ", ".join(result["left_out"])
        blocks.append(f"Left out, as their files were not there: {missing}.")
    if result["statements"]:
        blocks.append(beside(result))
    rows = [row for row in _largest(result) if "to_h_sf" in row]
    summary = _finding(rows, list(dict.fromkeys(row["setting"] for row in rows)))
    blocks += [figure(result), *curves(result), table(result)]
    return Section(
        f"experiment-{result['experiment']}", result["title"], tuple(blocks), summary=summary
    )


def lead(result: Result) -> str:
    """What was run, and how intervals were made."""
    sizes = sorted({row["requests"] for row in result["rows"]})
    size = f"{sizes[-1]:,} requests"
    if len(sizes) > 1:
        several = len(_largest(result)) < len(result["rows"])
        size = f"{sizes[0]:,} to {size}{' (the table has the most)' if several else ''}"
    return (
        f"Source: {result['source']}. {size}; {result['seeds']} seeds; {result['interval']}. All"
        f" sizes: `reports/published/experiments/{result['experiment']}.json`; again:"
        f" `kvratio study experiments {result['experiment']}`."
    )


def table(result: Result) -> Table:
    """The rows at the largest size of each setting."""
    rows = tuple(_cells(row) for row in _largest(result))
    return Table(f"experiment-{result['experiment']}", "Policies side by side", COLUMNS, rows)


def beside(result: Result) -> Table:
    """Published statements and our numbers."""
    rows = []
    for entry in result["statements"]:
        what = f"{entry['setting']}: {policy_title(entry['policy'])}"
        if entry["over"]:
            setting, policy = entry["over"]
            what += f" / {policy_title(policy)}"
            what += "" if setting == entry["setting"] else f" in {setting}"
        ours = number_and_width(entry["ours"])
        rows.append((entry["statement"], what, entry["published"], *ours))
    name = f"experiment-{result['experiment']}-statements"
    return Table(name, "Published statements and what comes out here", BESIDE, tuple(rows))


def number_and_width(estimate: Mapping[str, Any]) -> tuple[str, str]:
    """A mean and the half width of its interval, as text.

    >>> number_and_width({"mean": 2.0914, "half_width": 0.0123})
    ('2.091', '0.012')
    """
    mean, half = estimate["mean"], estimate["half_width"]
    digits = 3 if mean < 100 else 1
    return f"{mean:,.{digits}f}", "" if half is None else f"{half:,.{digits}f}"


def _largest(result: Result) -> list[Row]:
    most: dict[str, int] = {}
    for row in result["rows"]:
        most[row["setting"]] = max(most.get(row["setting"], 0), row["requests"])
    return [row for row in result["rows"] if row["requests"] == most[row["setting"]]]


def _cells(row: Row) -> tuple[str, ...]:
    first = (row["setting"], policy_title(row["policy"]))
    if "to_h_sf" not in row:
        return (*first, "no end", *[""] * (len(COLUMNS) - 3))
    return (
        *first,
        *number_and_width(row["latency"]),
        row["unit"],
        *number_and_width(row["to_h_sf"]),
        *number_and_width(row["to_bound"]),
        f"{row['evictions']:,.0f}",
        f"{row['wasted']:.0%}",
    )


def markdown(result: Result, figures: str = "") -> str:
    """The page of a result; its figures are in the folder `figures` (a link that ends in "/")."""
    return section_markdown(section(result), level=1, figures=figures)


def figures(result: Result) -> list[Figure]:
    """All figures of a result."""
    return [figure(result), *curves(result)]


def figure(result: Result) -> Figure:
    """Ratios to H-SF at the largest size: a line a policy over its settings, the best on top."""
    rows = [row for row in _largest(result) if "to_h_sf" in row]
    settings = list(dict.fromkeys(row["setting"] for row in rows))
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        found.setdefault(row["policy"], {})[row["setting"]] = row["to_h_sf"]["mean"]
    middle = {policy: fmean(map(log, ratios.values())) for policy, ratios in found.items()}
    policies = sorted(found, key=lambda policy: middle[policy], reverse=True)

    def plot(axes: Axes) -> None:
        axes.axvline(1, color=MUTED, lw=1.2)
        for y, policy in enumerate(policies):
            look, ratios = policy_look(policy), found[policy]
            axes.plot(
                [min(ratios.values()), max(ratios.values())], [y, y], color=look["color"], lw=1.5
            )
            for setting, ratio in ratios.items():
                axes.plot(
                    [ratio], [y], color=look["color"], marker=look["marker"], ms=5, label=setting
                )
        axes.set_yticks(range(len(policies)), policies)
        axes.grid(axis="y", visible=False)
        plain_logarithmic(axes, "x")

    best = min(rows, key=lambda row: row["to_h_sf"]["mean"])
    worst = max(rows, key=lambda row: row["to_h_sf"]["mean"])
    caption = (
        f"{result['title']}. A mark is a setting, best policies on top (simulated). Least: "
        f"{_in_words(best)}. Most: {_in_words(worst)}."
    )
    return draw(
        f"experiment-{result['experiment']}",
        Labels(_finding(rows, settings), "total latency / that of H-SF", ""),
        plot,
        caption=caption,
        text=f"Ratios to H-SF. {caption}",
        height=1.3 + 0.26 * len(policies),
        legend=False,
    )


def _finding(rows: Sequence[Row], settings: Sequence[str]) -> str:
    """Who is best of those that do not know the lengths, and in how many settings."""
    winners = [
        min(fair, key=lambda row: row["to_h_sf"]["mean"])["policy"]
        for setting in settings
        if (fair := [r for r in rows if r["setting"] == setting and not knows(r["policy"])])
    ]
    if not winners:
        return "All of these policies know the lengths"
    (policy, count), *_ = Counter(winners).most_common()
    of = f"in {count} of {len(winners)} settings" if len(winners) > 1 else "here"
    return f"{policy_title(policy)} is the fastest without the true lengths {of}"


def _in_words(row: Row) -> str:
    ratio = number_and_width(row["to_h_sf"])[0]
    return f"{policy_title(row['policy'])}, {ratio} times H-SF ({row['setting']})"


def curves(result: Result) -> list[Figure]:
    """Mean latency over the number of requests, a panel for each setting with several sizes."""
    panels: dict[str, list[Row]] = {}
    for row in result["rows"]:
        if "to_h_sf" in row:
            panels.setdefault(row["setting"], []).append(row)
    panels = {k: rows for k, rows in panels.items() if len({row["requests"] for row in rows}) > 1}
    return [_curves(result, panels)] if panels else []


def _curves(result: Result, panels: Mapping[str, Sequence[Row]]) -> Figure:
    rows = [row for found in panels.values() for row in found]
    coloured = in_colour(row["policy"] for row in rows)
    most = max(row["requests"] for row in rows)
    growth = [
        row["latency"]["mean"] / h_sf["latency"]["mean"]
        for setting in panels.values()
        for row in setting
        if row["policy"] == SLOW and row["requests"] == most
        for h_sf in setting
        if h_sf["policy"] == "h-sf" and h_sf["requests"] == most
    ]
    title = "Mean latency by the number of requests"
    if growth:
        low, high = (f"{value:.3g}" for value in (min(growth), max(growth)))
        span = low if low == high else f"{low} to {high}"
        title = f"At {most:,} requests {SLOW} takes {span} times as long as h-sf"

    def panel(mine: Sequence[Row]) -> Callable[[Axes], None]:
        def plot(axes: Axes) -> None:
            for policy in dict.fromkeys(row["policy"] for row in mine):
                points = [row for row in mine if row["policy"] == policy]
                look = figure_look(policy, coloured) | {"label": policy, "ms": 3}
                axes.plot(
                    [row["requests"] for row in points],
                    [row["latency"]["mean"] for row in points],
                    **look,
                )
            axes.xaxis.set_major_formatter(PLAIN)

        return plot

    caption = (
        f"{result['title']}: a panel a setting (simulated). Grey: the other policies, named where "
        "you point. Intervals: in the published file."
    )
    return draw_many(
        f"experiment-{result['experiment']}-sizes",
        Labels(title, "requests", f"mean latency ({rows[0]['unit']})"),
        {setting: panel(mine) for setting, mine in panels.items()},
        caption=caption,
        text=f"{title}. {caption}",
        logarithmic=True,
    )
