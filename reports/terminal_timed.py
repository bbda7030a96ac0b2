"""The table of policies compared in seconds, for the terminal."""

from reports.compare_timed import TimedComparison
from reports.terminal import print_table
from simulate.iteration import NS_PER_S
from simulate.policies import named
from simulate.wait import TITLES

COLUMNS = (
    "policy", "mean", "p50", "p95", "p99", "TTFT", "TPOT", "tokens/s", "cache", "busy",
    "evictions", "/ H-SF", "/ bound",
)  # fmt: skip

LEGEND = (
    "End-to-end latency and mean time to first token in seconds, mean time a further token in ms;"
    "\nsimulated on a model of the GPU. / H-SF: mean latency over that of H-SF; / bound: over"
    " {mean} s, a certified\nlower bound on every schedule on this model of the GPU. cache, busy:"
    " shares of the budget and of the time."
)


def title(policy: str) -> str:
    """The name of a policy in tables.

    >>> title("nested-wait")
    'Nested WAIT'
    """
    return TITLES[policy] if policy in TITLES else named(policy).title


def timed_cells(comparison: TimedComparison) -> list[tuple[str, ...]]:
    """The rows of `COLUMNS`, formatted, in the order of the runs."""
    cells: list[tuple[str, ...]] = []
    for timed in comparison.runs:
        found = timed.seconds.to_json()
        cells.append(
            (
                title(timed.run.policy),
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
    caption = LEGEND.format(mean=f"{mean:,.2f}")
    print_table(comparison.description, COLUMNS, timed_cells(comparison), caption)
