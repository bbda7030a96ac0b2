"""The map as a section of the report, and alone as a Markdown page.

Everything here is a function of the map as it is published.
"""

from matplotlib.axes import Axes

from kvratio.proofs_check.reproduction import (
    ASSUMED,
    AXES,
    EXPERIMENTS,
    HARDWARE,
    LIVE_TOO,
    STATEMENTS,
    STEPS_A_SECOND,
    Map,
    Sides,
    sides,
    summary,
)
from kvratio.reports.document import Block, Column, Figure, Kind, Obtained, Section, Table
from kvratio.reports.render.draw import Labels, draw
from kvratio.reports.render.text import section_markdown
from kvratio.reports.studies.reproduction import curves
from kvratio.reports.studies.reproduction.figure import plotted
from kvratio.reports.studies.reproduction.titles import ratio

TITLES = {
    "exp1": "Experiment 1: one interval [1, 1000] for all",
    "exp2": "Experiment 2: ten bins of 100 tokens",
    "exp3": "Experiment 3: intervals (1 ± x) o",
}
PARTS = {"exp1": "Experiment 1", "exp2": "Experiment 2", "exp3": "Experiment 3"}
TOGETHER = {
    f"{part}{reading}": names
    for reading, of in (("", EXPERIMENTS), (", A_min live", LIVE_TOO))
    for part, names in {
        **{PARTS[key]: of[key] for key in of},
        "Experiments 1 and 2": of["exp1"] + of["exp2"],
    }.items()
}
LEAD = (
    "arXiv 2508.14544, section 6, states neither memory nor arrivals, and not how long a batch "
    "takes. So every statement on its latencies is looked for in every setting of a grid: "
    f"M from {AXES['memory'][0]:,} to {AXES['memory'][-1]:,} tokens; "
    f"n = {', '.join(f'{n:,}' for n in AXES['requests'])}; all requests at once, or Poisson "
    f"arrivals of {', '.join(map(str, AXES['rate'][1:]))} a second; latency in steps (of "
    f"1/{STEPS_A_SECOND} s, where requests arrive over time), or in seconds of Llama-2-70B on two "
    "A100 by the roofline, tensor parallel or as a pipeline; lengths by a law fitted to the "
    "paper's summary, or Vicuna-13B's."
)
SAYS = (
    "A statement holds in a setting when the 95 % Student interval over seeds of its ratio lies "
    "in the claimed range, fails when it lies outside, and is undecided otherwise. Nearly "
    "identical, close: within 10 %; half, twice: within 25 %; clearly slower: by a quarter."
)

OVER_N = (
    "The paper's figures 5 to 7 are curves over n = 200 to 2,000. So are the statements here: a "
    "curve is the settings of the map that differ in n only."
)


def section(found: Map, seeds: int) -> Section:
    """The statements, the settings in which they hold, and a figure for each experiment."""
    known = {name: sides(found, [name]) for name in STATEMENTS}
    joint = {name: sides(found, names) for name, names in TOGETHER.items()}
    blocks: list[Block] = [
        LEAD,
        f"{SAYS} {len(found):,} settings, {seeds} seeds each. Again: `kvratio study reproduction`.",
        statements(found, known, joint),
        *(f"All that is said of {name}: {summary(where)}." for name, where in joint.items()),
        *(figure(part, found) for part in EXPERIMENTS),
        OVER_N,
        curves.table(found),
        curves.figure(found),
    ]
    looked = f"what the paper says of its latencies, looked for in {len(found):,} settings"
    return Section(
        "reproduction", "Where the published experiments hold", tuple(blocks), summary=looked
    )


def page(found: Map, seeds: int, figures: str) -> str:
    """The section as a Markdown page; `figures`: where its figures are."""
    return section_markdown(section(found, seeds), level=1, figures=figures)


def figures(found: Map, seeds: int) -> list[Figure]:
    """The drawings of the section."""
    return [block for block in section(found, seeds).blocks if isinstance(block, Figure)]


def statements(found: Map, known: dict[str, Sides], joint: dict[str, Sides]) -> Table:
    """On how many settings each statement holds, its extremes, and its value in one setting."""
    rows = []
    for name, statement in STATEMENTS.items():
        means = [row[name][0] for row in found.values()]
        mean, half = found[ASSUMED][name]
        rows.append(
            (
                *(name, ratio(name), statement.claimed, *_counts(known[name])),
                *(f"{min(means):.2f}", f"{max(means):.2f}", f"{mean:.2f} ± {half:.2f}"),
            )
        )
    rows += [
        (f"all of {name}", "", "hold together", *_counts(where), "", "", "")
        for name, where in joint.items()
    ]
    simulated = Obtained.SIMULATED
    columns = (
        *(Column(name, Kind.TEXT) for name in ("row of the ledger", "ratio", "claimed")),
        *(Column(name, obtained=simulated) for name in ("holds", "fails", "undecided")),
        *(Column(name, obtained=simulated) for name in ("least mean", "largest mean")),
        Column(f"at M = {ASSUMED.memory:,}", obtained=simulated),
    )
    note = f"The last column: {ASSUMED.text}."
    return Table("reproduction", "Settings in which each holds", columns, tuple(rows), note)


def _counts(where: Sides) -> tuple[str, str, str]:
    holds, fails, undecided = (list(where.values()).count(side) for side in (True, False, None))
    return str(holds), str(fails), str(undecided)


def figure(part: str, found: Map) -> Figure:
    """Where the statements of an experiment hold, a strip for each and one for all of them."""
    names = [n for n in STATEMENTS if n.startswith(part) and "5x" not in n]
    strips = {_title(name): sides(found, [name]) for name in names}
    joint = sides(found, EXPERIMENTS[part])
    live = sides(found, LIVE_TOO[part])
    strips |= {"all of them, A_min on cancel": joint, "all of them, A_min live": live}
    hardware = " and ".join(f"{m:,}" for m in HARDWARE)
    caption = (
        f"Simulated. {TITLES[part]}. In every strip from top to bottom: all at once, then "
        f"Poisson arrivals, fewer and fewer; within each n = "
        f"{', '.join(f'{n:,}' for n in AXES['requests'])}. Lines: M = {hardware} tokens, the "
        f"budgets for the paper's hardware. All of them with A_min on cancel: {summary(joint)}. "
        f"With A_min live: {summary(live)}."
    )
    holds = _counts(joint)[0]
    title = f"{PARTS[part]}: its statements hold together in {holds} of {len(joint)} settings"
    labels = Labels(title, "M (tokens)", "arrivals a second")

    def plot(axes: Axes) -> None:
        plotted(axes, strips)

    height = 1.5 + 0.82 * len(strips)
    return draw(f"reproduction-{part}", labels, plot, caption=caption, text=caption, height=height)


def _title(name: str) -> str:
    return f"{ratio(name)}: {STATEMENTS[name].claimed}"
