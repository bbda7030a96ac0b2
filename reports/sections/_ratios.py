"""Policies on the same requests beside the certified bound, and which of them coincide."""

from collections import Counter
from collections.abc import Sequence

from matplotlib.axes import Axes

from kvratio.reports.compare.steps import Comparison
from kvratio.reports.document import Figure
from kvratio.reports.render.draw import Labels, draw
from kvratio.reports.render.looks import MUTED, knows, policy_look
from kvratio.simulate.records import Run

THRASHING = 4  # times the median ratio: policies beyond do not set the axis


def clairvoyant(run: Run) -> bool:
    """Whether a policy reads the true output lengths."""
    return knows(run.policy)


def by_latency(runs: Sequence[Run]) -> list[Run]:
    """The runs, least mean latency first; equal ones in their order."""
    return sorted(runs, key=lambda run: run.tel)


def coincidences(comparison: Comparison) -> str:
    """Policies that made the very same schedule, and why where that is so by construction."""
    sizes = Counter((run.tel, len(run.schedule.start)) for run in comparison.runs)
    groups: dict[tuple[object, ...], list[str]] = {}
    for run in comparison.runs:
        if sizes[run.tel, len(run.schedule.start)] == 1:
            continue  # schedules can have millions of attempts
        attempts = sorted(
            zip(*(getattr(run.schedule, c) for c in ("request", "start", "end")), strict=True)
        )
        groups.setdefault(tuple(attempts), []).append(run.policy)
    alike = [names for names in groups.values() if len(set(names)) > 1]
    if not alike:
        return ""
    listed = "; ".join(
        " and ".join(f"`{name}`" for name in dict.fromkeys(names)) for names in alike
    )
    lower, upper = comparison.instance.lower, comparison.instance.upper
    one = len(set(zip(lower, upper, strict=True))) == 1
    because = (
        " With one interval for all requests predictions order nothing: what sorts by a prediction "
        "alone keeps the order of arrival."
        if one
        else ""
    )
    return f"The same schedule, attempt by attempt: {listed}.{because}"


def ratio_figure(comparison: Comparison) -> Figure:
    """Ratio of each policy to the certified bound, the best on top."""
    runs = by_latency(comparison.runs)[::-1]
    ratios = [float(comparison.ratio_to_lower_bound(run)) for run in runs]
    edge = max(r for r in ratios if r <= THRASHING * sorted(ratios)[len(ratios) // 2]) * 1.12

    def plot(axes: Axes) -> None:
        for y, (run, ratio) in enumerate(zip(runs, ratios, strict=True)):
            colour = policy_look(run.policy)["color"]
            axes.plot([1, min(ratio, edge)], [y, y], color=colour, lw=2, zorder=1)
            axes.plot(
                [min(ratio, edge)], [y], marker=policy_look(run.policy)["marker"], ms=7,
                color=colour, linestyle="none", label=f"{ratio:.3f} times the bound",
            )  # fmt: skip
            axes.annotate(
                f"{'→ ' * (ratio > edge)}{ratio:.2f}", (min(ratio, edge), y), xytext=(7, 0),
                textcoords="offset points", va="center", fontsize="small",
            )  # fmt: skip
        names = [f"{run.policy}*" if clairvoyant(run) else run.policy for run in runs]
        axes.set_yticks(range(len(runs)), names)
        axes.axvline(1, color=MUTED, lw=1.2)
        axes.set_xlim(1 - (edge - 1) * 0.02, edge * 1.1)
        axes.grid(axis="y", visible=False)

    best = runs[-1]
    beyond = [run.policy for run, ratio in zip(runs, ratios, strict=True) if ratio > edge]
    cut = f" Beyond the axis: {', '.join(beyond)}." if beyond else ""
    return draw(
        "own-ratios",
        Labels(
            f"{best.policy} comes within {float(comparison.ratio_to_lower_bound(best)):.2f} times "
            "the certified bound",
            "total latency / certified lower bound",
            "",
        ),
        plot,
        caption=f"1 would be optimal for certain. *: knows the true lengths.{cut}",
        text=f"Ratios to the certified bound; the least is {best.policy}'s.",
        height=1.1 + 0.26 * len(runs),
        legend=False,
    )
