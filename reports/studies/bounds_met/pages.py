"""What the study found as a section of the report, and alone as a Markdown page."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from matplotlib.axes import Axes

from kvratio.reports.document import Block, Column, Figure, Kind, Obtained, Section, Table
from kvratio.reports.render.draw import Labels, draw_many
from kvratio.reports.render.looks import MUTED, look, policy_title
from kvratio.reports.render.text import section_markdown
from kvratio.reports.studies.bounds_met.rows import Approach, Met
from kvratio.reports.studies.convergence import CONFIDENCE
from kvratio.simulate.testing.closest import MANY, RARE
from kvratio.theory.finite import sizes
from kvratio.theory.finite.policies import NONE, WITHIN

TITLE = "Proved bounds and runs"
SUMMARY = "how close do runs come to the bounds that are proved for every finite instance?"
LEAD = (
    "For these policies a bound with explicit errors is proved for every finite instance with all "
    "requests present at step 0 (`kvratio.theory.finite`): the fluid value times M/(M - P + 1), P "
    "the largest peak s + (assumed length), and terms of the order of M/n of it. (FCFS has the "
    "fluid value of A_random; shortest predicted first, whose order may change as it evicts, the "
    "larger charge of every pair, where that has both.) Here are runs beside it. Requests have "
    "exactly the shares of a law, in random order, with the law's interval as prediction; MC-SF "
    "and MC-Benchmark have exact predictions, as in their paper."
)
DRAWN = ("h-sf", "a-random", "a-max", "a-l", "gsa", "gba")  # SVF and MC-SF run as H-SF here
INTERVALS = ((1, 100, 0), (1, 100, 100), (1, 1000, 0))  # l, u, s of the table of sizes


def section(rows: Sequence[Met], approaches: Sequence[Approach], origin: str = "") -> Section:
    """One figure, a table a law, the closest approaches, and from which size on ratios hold."""
    laws = list(dict.fromkeys(row.law for row in rows))
    tables = (table(k, law, [r for r in rows if r.law == law]) for k, law in enumerate(laws, 1))
    without = ", ".join(policy_title(name) for name in NONE if name != "a-min-thinned")
    within = ", ".join(map(policy_title, WITHIN))
    blocks: list[Block] = [
        LEAD,
        *([origin] if origin else []),
        f"{runs(rows)} With a bound that does not tend to the fluid value: {within}. With none on "
        f"every run: {without}.",
        figure(rows),
        *tables,
        closest_table(approaches),
        *(sizes_table(k, *interval) for k, interval in enumerate(INTERVALS, 1)),
    ]
    return Section("bounds-met", TITLE, tuple(blocks), summary=SUMMARY)


def page(rows: Sequence[Met], approaches: Sequence[Approach], figures: str) -> str:
    """The section as a Markdown page; `figures`: where its figure is."""
    return section_markdown(section(rows, approaches), level=1, figures=figures)


def runs(rows: Sequence[Met]) -> str:
    """How many runs there are, and whether all are within their bounds."""
    held = [row for row in rows if row.nearest is not None]
    above = [row for row in rows if not row.holds]
    count = sum(row.seeds for row in held)
    if above:
        where = "; ".join(f"{row.policy}, {row.law}, M = {row.memory:,}" for row in above)
        return f"Above its bound: {where}."
    return f"All {count:,} runs are within the bound on them (simulated)."


def figure(rows: Sequence[Met]) -> Figure:
    """A panel a law: runs and bound over the fluid value, at the largest load."""
    load = max(row.requests // row.memory for row in rows)
    shown = [row for row in rows if row.requests == load * row.memory and _index(row) is not None]
    largest = max(row.memory for row in shown)
    by = max(r.bound_fluid - 1 for r in shown if r.memory == largest and r.bound_fluid is not None)

    def panel(mine: list[Met]) -> Callable[[Axes], None]:
        def plot(axes: Axes) -> None:
            axes.axhline(1, color=MUTED, lw=1.2)
            for name in dict.fromkeys(row.policy for row in mine):
                of = [row for row in mine if row.policy == name]
                _curves(axes, of)
            axes.set_xscale("log")
            ticks = sorted({row.memory for row in mine})
            axes.set_xticks(ticks, [f"{memory:,}" for memory in ticks])
            axes.set_xticks([], minor=True)

        return plot

    laws = dict.fromkeys(row.law for row in shown)
    title = f"At M = {largest:,} every proved bound is within {by:.1%} of the fluid value"
    return draw_many(
        "bounds-met",
        Labels(title, "memory M (tokens)", "over the fluid value"),
        {law: panel([row for row in shown if row.law == law]) for law in laws},
        caption=f"n = {load} M. Lines: the proved bound on the expected latency (derived); "
        f"markers: simulated, {CONFIDENCE:.0%} intervals. Both over n²/(2M) x'Qx. A_l with a "
        "threshold: in slots.",
        text=f"Proved bounds and simulated latencies over the fluid value, by memory. {title}.",
    )


def _index(row: Met) -> int | None:
    """The place of a row's policy among those drawn."""
    base, _, parameters = row.policy.partition(":")
    return DRAWN.index(base) if base in DRAWN and "look-ahead" not in parameters else None


def _curves(axes: Axes, rows: list[Met]) -> None:
    k = _index(rows[0])
    assert k is not None
    style = look(k, policy_title(DRAWN[k]))
    memories = [row.memory for row in rows]
    bounds = [row.bound_fluid for row in rows if row.bound_fluid is not None]
    axes.plot(memories, bounds, color=style["color"], linestyle=style["linestyle"], lw=1.2)
    means, halves = zip(*(row.fluid for row in rows), strict=True)
    points = {**style, "linestyle": "none", "ms": 3.5}
    axes.errorbar(memories, means, halves, capsize=2, **points)


def table(k: int, law: str, rows: Sequence[Met]) -> Table:
    """Runs and bounds on a law."""
    derived, simulated = Obtained.DERIVED, Obtained.SIMULATED
    columns = (
        *(Column(name, Kind.TEXT) for name in ("policy", "M", "n")),
        Column("latency / lower bound", obtained=simulated),
        Column("bound / lower bound", obtained=derived),
        Column("latency / fluid value", obtained=simulated),
        Column("bound / fluid value", obtained=derived),
        Column("nearest run / its bound", obtained=simulated),
    )
    cells = tuple(
        (
            *(policy_title(row.policy), f"{row.memory:,}", f"{row.requests:,}"),
            *(_interval(row.lower), _number(row.bound_lower)),
            *(_interval(row.fluid), _number(row.bound_fluid), _number(row.nearest)),
        )
        for row in rows
    )
    note = (
        f"± is the {CONFIDENCE:.0%} Student interval over {rows[0].seeds} seeds. Lower bound: "
        "certified, of every schedule. Bound: on the expected latency; the last column has for "
        "each run its own. Thinned A_min has one in expectation only."
    )
    return Table(f"bounds-met-{k}", law, columns, cells, note)


def closest_table(approaches: Sequence[Approach]) -> Table:
    """How tight each bound is on small batches."""
    simulated = Obtained.SIMULATED
    columns = (
        *(Column(name, Kind.TEXT) for name in ("policy", "batches")),
        Column("waiting", obtained=simulated),
        Column("allowed", obtained=Obtained.DERIVED),
        Column("waiting / allowed", obtained=simulated),
        *(Column(name, Kind.TEXT) for name in ("M", "s", "outputs", "seed")),
    )
    cells = tuple(
        (
            *(policy_title(at.policy), "many, mixed" if at.mixed else "any"),
            *(str(at.waits), str(int(Fraction(at.allowed))), f"{float(at.share):.4f}"),
            *(str(at.memory), str(at.prompt), _outputs(at.outputs), str(at.seed)),
        )
        for at in approaches
    )
    note = (
        "Waiting: the latency less the sum of the outputs, in steps; what the bound on each run "
        "allows of it. Found by a search that is steered towards the bound: no run that it tried "
        f"comes closer. Many, mixed: at least {MANY} requests of several lengths, none rarer than "
        f"one in {RARE}. Outputs in the order of the index, k x o: k requests of o tokens; the "
        "interval is [shortest, longest]."
    )
    return Table("closest-approach", "The closest approach to each bound", columns, cells, note)


def sizes_table(k: int, l: int, u: int, s: int) -> Table:  # noqa: E741
    """From which M and n a published ratio is proved to hold."""
    percents = [f"{float(within):.0%}" for within in sizes.WITHIN]
    derived = Obtained.DERIVED
    columns = (
        Column("published ratio", Kind.TEXT),
        Column("published", obtained=Obtained.CITED),
        Column("proved limit", obtained=derived),
        *(Column(f"M within {percent}", obtained=derived) for percent in percents),
        *(Column(f"n within {percent}", obtained=derived) for percent in percents),
    )
    cells = tuple(
        (
            row.statement,
            *(_number(None if x is None else float(x)) for x in (row.published, row.proved)),
            *(_size(memory) for memory in row.memory),
            *(_size(number) for number in row.requests),
        )
        for row in sizes.table(l, u, s)
    )
    note = (
        "The least M from which on the ratio holds within so much, as n/M grows; and the least n "
        "at twice that M. Against the fluid value of H-SF, or the optimum where the ratio is to "
        "it (every n will do: 0). A dash: not proved."
    )
    caption = f"Sizes from which published ratios hold: lengths {l} to {u}, prompt {s}"
    return Table(f"sizes-{k}", caption, columns, cells, note)


def _interval(pair: tuple[float, float]) -> str:
    return f"{pair[0]:.4f} ± {pair[1]:.4f}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _size(value: int | None) -> str:
    """Powers of 2 that are long are written as such.

    >>> _size(2080), _size(2**61), _size(None)
    ('2,080', '2^61', '-')
    """
    if value is None:
        return "-"
    exponent = value.bit_length() - 1
    return f"2^{exponent}" if value > 10**9 and value == 2**exponent else f"{value:,}"


def _outputs(outputs: Iterable[int]) -> str:
    """Runs of equal outputs.

    >>> _outputs([1, 1, 3])
    '2 x 1, 1 x 3'
    """
    groups: list[list[int]] = []
    for output in outputs:
        if groups and groups[-1][1] == output:
            groups[-1][0] += 1
        else:
            groups.append([1, output])
    return ", ".join(f"{count} x {output}" for count, output in groups)
