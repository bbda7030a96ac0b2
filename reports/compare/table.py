"""The tables of policies compared, for the terminal, with the names that `--policy` takes."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from textwrap import fill
from typing import Any, TypeVar

from kvratio.reports.compare.steps import Comparison
from kvratio.reports.compare.timed import TimedComparison
from kvratio.reports.terminal import print_table
from kvratio.simulate.iteration import NS_PER_S
from kvratio.simulate.measures import Measures
from kvratio.simulate.records import Run
from kvratio.simulate.timed import TimedRun

R = TypeVar("R")
WIDTH = 105  # of a legend's line

STEP_COLUMNS = (
    "policy", "TEL", "mean", "p50", "p95", "p99", "makespan", "evictions", "wasted", "/ H-SF",
    "/ bound",
)  # fmt: skip

STEP_LEGEND = (
    "Times in steps, simulated. TEL: total end-to-end latency; / H-SF: over that of H-SF;"
    "\n/ bound: over {bound:,}, a certified lower bound on every schedule, the optimum included."
    "\nwasted: share of the generated tokens lost to evictions."
)
RESTORED = (
    "\nAn evicted request keeps its tokens; restored: tokens of cache of those that start again"
)
TIMED_COLUMNS = (
    "policy", "mean", "p50", "p95", "p99", "TTFT", "TPOT", "tokens/s", "cache", "busy",
    "evictions", "/ H-SF", "/ bound",
)  # fmt: skip

TIMED_LEGEND = (
    "End-to-end latency and mean time to first token in seconds, mean time a further token in ms;"
    "\nsimulated on a model of the GPU. / H-SF: mean latency over that of H-SF; / bound: over"
    " {mean} s, a certified\nlower bound on every schedule on this model of the GPU. cache, busy:"
    " shares of the budget and of the time."
)


def comparison_cells(comparison: Comparison) -> list[tuple[str, ...]]:
    """The rows of `STEP_COLUMNS`, formatted: a row a policy, means over its seeds."""
    cells: list[tuple[str, ...]] = []
    for name, runs in by_policy(comparison.runs, lambda run: run.policy).items():
        found = [run.measures for run in runs]
        latency = mean(m.mean_latency for m in found)
        cells.append(
            (
                name,
                number(mean(m.tel for m in found)),
                f"{float(latency):,.{1 if latency < 1000 else 0}f}",
                number(mean(m.p50 for m in found)),
                number(mean(m.p95 for m in found)),
                number(mean(m.p99 for m in found)),
                number(mean(m.makespan for m in found)),
                number(mean(m.evictions for m in found)),
                number(mean(m.restored_tokens for m in found))
                if comparison.preemption.keeps
                else f"{mean(wasted_share(m) for m in found):.1%}",
                f"{float(mean(map(comparison.ratio_to_h_sf, runs))):.3f}",
                f"{float(mean(map(comparison.ratio_to_lower_bound, runs))):.3f}",
            )
        )
    return cells


def wasted_share(measures: Measures) -> float:
    """Of the tokens made, those that evictions lost."""
    return measures.wasted_tokens / max(1, measures.generated_tokens)


def by_policy(runs: Iterable[R], policy: Callable[[R], str]) -> dict[str, list[R]]:
    """The runs by their policy, in the order of first occurrence."""
    found: dict[str, list[R]] = {}
    for run in runs:
        found.setdefault(policy(run), []).append(run)
    return found


def mean(values: Iterable[Any]) -> Any:
    """The mean: of one value the value itself, of whole numbers an exact one.

    >>> mean([3]), mean([1, 2])
    (3, Fraction(3, 2))
    """
    listed = list(values)
    if len(listed) == 1:
        return listed[0]
    total = sum(listed)
    return Fraction(total, len(listed)) if isinstance(total, int) else total / len(listed)


def number(value: int | Fraction) -> str:
    """A count or a mean of counts.

    >>> number(1234), number(Fraction(3, 2))
    ('1,234', '1.5')
    """
    return f"{float(value):,.1f}" if value.denominator > 1 else f"{int(value):,}"


def step_columns(comparison: Comparison) -> tuple[str, ...]:
    """`STEP_COLUMNS`; where no tokens are wasted, those restored."""
    kept = comparison.preemption.keeps
    return tuple("restored" if kept and name == "wasted" else name for name in STEP_COLUMNS)


def step_legend(comparison: Comparison) -> str:
    """What the columns mean."""
    legend = STEP_LEGEND.format(bound=comparison.bound)
    if comparison.preemption.keeps:
        legend = legend[: legend.index("\nwasted")] + RESTORED + " (which takes no steps)."
    return legend + over_seeds(comparison)


def run_in_steps(run: Run | TimedRun) -> Run:
    """The run itself, or that of a run in time."""
    return run.run if isinstance(run, TimedRun) else run


def over_seeds(comparison: Comparison | TimedComparison) -> str:
    """Says over which seeds means were taken; nothing for one seed."""
    seeds = sorted({run.seed for run in map(run_in_steps, comparison.runs)})
    return f"\nMeans over the seeds {seeds[0]} to {seeds[-1]}." if len(seeds) > 1 else ""


def comparison_table(comparison: Comparison) -> None:
    """Print a comparison of policies."""
    print_table(
        comparison.description,
        step_columns(comparison),
        comparison_cells(comparison),
        step_legend(comparison),
    )


def timed_cells(comparison: TimedComparison) -> list[tuple[str, ...]]:
    """The rows of `TIMED_COLUMNS`, formatted: a row a policy, means over its seeds."""
    cells: list[tuple[str, ...]] = []
    for name, runs in by_policy(comparison.runs, lambda timed: timed.run.policy).items():
        rows = [timed.seconds.to_json() for timed in runs]
        found = {key: mean(row[key] for row in rows) for key in rows[0]}
        cells.append(
            (
                name,
                *(f"{found[f'latency_{name}_s']:,.2f}" for name in ("mean", "p50", "p95", "p99")),
                f"{found['ttft_mean_s']:,.2f}",
                f"{1000 * found['tpot_mean_s']:,.1f}",
                f"{found['tokens_per_second']:,.0f}",
                f"{found['mean_cache']:.0%}",
                f"{found['busy']:.0%}",
                number(mean(timed.counts.evictions for timed in runs)),
                *(
                    [number(mean(timed.run.measures.restored_tokens for timed in runs))]
                    if comparison.preemption.keeps
                    else []
                ),
                f"{float(mean(map(comparison.ratio_to_h_sf, runs))):.3f}",
                f"{float(mean(map(comparison.ratio_to_lower_bound, runs))):.3f}",
            )
        )
    return cells


def timed_columns(comparison: TimedComparison) -> tuple[str, ...]:
    """`TIMED_COLUMNS`; with the restored tokens where any are kept."""
    at = TIMED_COLUMNS.index("evictions") + 1
    restored = ("restored",) if comparison.preemption.keeps else ()
    return TIMED_COLUMNS[:at] + restored + TIMED_COLUMNS[at:]


def timed_legend(comparison: TimedComparison) -> str:
    """What the columns mean."""
    bound = comparison.bound / comparison.instance.n / NS_PER_S
    words = TIMED_LEGEND.format(mean=f"{bound:,.2f}") + over_seeds(comparison)
    if comparison.preemption.keeps:
        words += RESTORED + "."
    if comparison.accuracy:
        words += "\n" + fill(f"Durations of iterations: {comparison.accuracy}.", WIDTH)
    return words


def timed_table(comparison: TimedComparison) -> None:
    """Print a comparison of policies in time."""
    print_table(
        comparison.description,
        timed_columns(comparison),
        timed_cells(comparison),
        timed_legend(comparison),
    )
