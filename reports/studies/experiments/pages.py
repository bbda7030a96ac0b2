"""An experiment's result as a section of a report, and alone as a Markdown page.

Everything here is a function of the result as `evaluate` gives it and as it is published, so that a
page can be drawn again without simulating.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from kvratio.reports.document import Block, Column, Figure, Kind, Obtained, Section, Table
from kvratio.reports.render.draw import Labels, draw
from kvratio.reports.render.looks import COLOURS, MARKERS, MUTED, policy_look, policy_title
from kvratio.reports.render.text import section_markdown

Result = Mapping[str, Any]
Row = Mapping[str, Any]

WIDTH = "± 95 %"
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
    blocks += [figure(result), *curves(result), table(result)]
    return Section(f"experiment-{result['experiment']}", result["title"], tuple(blocks))


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
    """Ratios to H-SF at the largest size: a line a policy, a mark a setting."""
    rows = [row for row in _largest(result) if "to_h_sf" in row]
    policies = list(dict.fromkeys(row["policy"] for row in rows))
    settings = list(dict.fromkeys(row["setting"] for row in rows))
    shift = 0.7 / max(1, len(settings))

    def plot(axes: Axes) -> None:
        axes.axvline(1, color=MUTED, lw=1.2)
        for k, setting in enumerate(settings):
            mine = [row for row in rows if row["setting"] == setting]
            axes.errorbar(
                [row["to_h_sf"]["mean"] for row in mine],
                [policies.index(row["policy"]) + shift * (k - len(settings) / 2) for row in mine],
                xerr=[row["to_h_sf"]["half_width"] or 0 for row in mine],
                label=setting,
                color=COLOURS[k % len(COLOURS)].light,
                marker=MARKERS[k % len(MARKERS)],
                linestyle="none",
            )
        axes.set_yticks(range(len(policies)), [policy_title(policy) for policy in policies])
        axes.invert_yaxis()
        axes.set_xscale("log")

    best = min(rows, key=lambda row: row["to_h_sf"]["mean"])
    worst = max(rows, key=lambda row: row["to_h_sf"]["mean"])
    caption = f"Simulated. Least: {_in_words(best)}. Most: {_in_words(worst)}."
    labels = Labels(result["title"], "total latency / that of H-SF", "")
    name = f"experiment-{result['experiment']}"
    height = 2 + 0.35 * len(policies)
    text = f"{result['title']}: ratios to H-SF. {caption}"
    return draw(name, labels, plot, caption=caption, text=text, height=height)


def _in_words(row: Row) -> str:
    ratio = number_and_width(row["to_h_sf"])[0]
    return f"{policy_title(row['policy'])}, {ratio} times H-SF ({row['setting']})"


def curves(result: Result) -> list[Figure]:
    """Mean latency over the number of requests, a figure for each setting with several sizes."""
    drawn: list[Figure] = []
    for setting in dict.fromkeys(row["setting"] for row in result["rows"]):
        rows = [row for row in result["rows"] if row["setting"] == setting and "to_h_sf" in row]
        if len({row["requests"] for row in rows}) > 1:
            name = f"experiment-{result['experiment']}-{len(drawn) + 1}"
            drawn.append(_curves(name, f"{result['title']}: {setting}", rows))
    return drawn


def _curves(name: str, heading: str, rows: Sequence[Row]) -> Figure:
    def plot(axes: Axes) -> None:
        for policy in dict.fromkeys(row["policy"] for row in rows):
            mine = [row for row in rows if row["policy"] == policy]
            means = [row["latency"]["mean"] for row in mine]
            widths = [row["latency"]["half_width"] or 0 for row in mine]
            requests = [row["requests"] for row in mine]
            axes.errorbar(requests, means, widths, **policy_look(policy))
        axes.set_yscale("log")

    caption = f"{heading}. Mean latency by the number of requests (simulated)."
    labels = Labels(heading, "requests", f"mean latency ({rows[0]['unit']})")
    return draw(name, labels, plot, caption=caption, text=caption)
