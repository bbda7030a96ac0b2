"""Tables for the terminal."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from reports.compare import Comparison
from simulate.learned import NAME, TITLE
from simulate.policies import named

# of lines of text, in characters, so that what is printed does not depend on the terminal
WIDTH = 120
# of a table of numbers: as wide as it needs. A terminal that is narrower wraps the lines, which is
# better than numbers whose last digits are cut off.
UNLIMITED = 1000


def console(width: int = WIDTH) -> Console:
    """Standard output; brackets and colons in names of files are text, not styles or signs."""
    return Console(width=width, markup=False, emoji=False, highlight=False)


def print_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str
) -> None:
    """Print a table; the first column is text, the others are numbers aligned to the right."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for k, name in enumerate(columns):
        table.add_column(name, justify="left" if k == 0 else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    out = console(UNLIMITED)
    out.print(title, style="italic")
    out.print(table)
    out.print(caption, style="dim italic")


COLUMNS = (
    "policy", "TEL", "mean", "p50", "p95", "p99", "makespan", "evictions", "wasted", "/ H-SF",
    "/ bound",
)  # fmt: skip

LEGEND = (
    "Times in steps, simulated. TEL: total end-to-end latency; / H-SF: over that of H-SF;"
    "\n/ bound: over {bound:,}, a certified lower bound on every schedule, the optimum included."
    "\nwasted: share of the generated tokens lost to evictions."
)


def comparison_cells(comparison: Comparison) -> list[tuple[str, ...]]:
    """The rows of `COLUMNS`, formatted, in the order of the runs."""
    cells: list[tuple[str, ...]] = []
    for run in comparison.runs:
        m = run.measures
        cells.append(
            (
                TITLE if run.policy == NAME else named(run.policy).title,
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
    caption = LEGEND.format(bound=comparison.bound)
    print_table(comparison.description, COLUMNS, comparison_cells(comparison), caption)
