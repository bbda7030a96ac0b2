"""The tables of policies compared, for the terminal."""

from kvratio.reports.compare.steps import Comparison
from kvratio.reports.compare.timed import TimedComparison
from kvratio.reports.render.looks import policy_title
from kvratio.reports.terminal import print_table
from kvratio.simulate.iteration import NS_PER_S

STEP_COLUMNS = (
    "policy", "TEL", "mean", "p50", "p95", "p99", "makespan", "evictions", "wasted", "/ H-SF",
    "/ bound",
)  # fmt: skip

STEP_LEGEND = (
    "Times in steps, simulated. TEL: total end-to-end latency; / H-SF: over that of H-SF;"
    "\n/ bound: over {bound:,}, a certified lower bound on every schedule, the optimum included."
    "\nwasted: share of the generated tokens lost to evictions."
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
    """The rows of `STEP_COLUMNS`, formatted, in the order of the runs."""
    cells: list[tuple[str, ...]] = []
    for run in comparison.runs:
        m = run.measures
        cells.append(
            (
                policy_title(run.policy),
                f"{m.tel:,}",
                f"{float(m.mean_latency):,.{1 if m.mean_latency < 1000 else 0}f}",
                f"{m.p50:,}",
                f"{m.p95:,}",
                f"{m.p99:,}",
                f"{m.makespan:,}",
                f"{m.evictions:,}",
                f"{m.wasted_tokens / max(1, m.generated_tokens):.1%}",
                f"{float(comparison.ratio_to_h_sf(run)):.3f}",
                f"{float(comparison.ratio_to_lower_bound(run)):.3f}",
            )
        )
    return cells


def comparison_table(comparison: Comparison) -> None:
    """Print a comparison of policies."""
    caption = STEP_LEGEND.format(bound=comparison.bound)
    print_table(comparison.description, STEP_COLUMNS, comparison_cells(comparison), caption)


def timed_cells(comparison: TimedComparison) -> list[tuple[str, ...]]:
    """The rows of `TIMED_COLUMNS`, formatted, in the order of the runs."""
    cells: list[tuple[str, ...]] = []
    for timed in comparison.runs:
        found = timed.seconds.to_json()
        cells.append(
            (
                policy_title(timed.run.policy),
                *(f"{found[f'latency_{name}_s']:,.2f}" for name in ("mean", "p50", "p95", "p99")),
                f"{found['ttft_mean_s']:,.2f}",
                f"{1000 * found['tpot_mean_s']:,.1f}",
                f"{found['tokens_per_second']:,.0f}",
                f"{found['mean_cache']:.0%}",
                f"{found['busy']:.0%}",
                f"{timed.counts.evictions:,}",
                f"{float(comparison.ratio_to_h_sf(timed)):.3f}",
                f"{float(comparison.ratio_to_lower_bound(timed)):.3f}",
            )
        )
    return cells


def timed_table(comparison: TimedComparison) -> None:
    """Print a comparison of policies in time."""
    mean = comparison.bound / comparison.instance.n / NS_PER_S
    caption = TIMED_LEGEND.format(mean=f"{mean:,.2f}")
    print_table(comparison.description, TIMED_COLUMNS, timed_cells(comparison), caption)
