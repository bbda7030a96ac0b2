"""The first page: what was examined, the findings in a sentence each, and the score of verdicts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from kvratio.reports.bounds.ladder import figure as ladder
from kvratio.reports.document import Figure, Finding, Headline, Section
from kvratio.reports.material import Material
from kvratio.reports.render.draw import Labels, draw
from kvratio.reports.render.looks import COLOURS, INK, MUTED, PAPER
from kvratio.reports.sections import bounds, bounds_met, convergence, gaps, ledger
from kvratio.simulate.policies import POLICIES

PAPER_TITLE = "Adaptively Robust LLM Inference Optimization under Prediction Uncertainty"
PAPER_ID = "2508.14544"
HOLDS, FAILS = ("proved", "certified", "supported"), ("contradicted", "refuted")
RIGOROUS = ("proved", "certified", "refuted")
LEAST_LABELLED = 3  # claims: there is room for a number in the bar
VERDICTS = (*HOLDS, "cited", "depends", "open", *FAILS)

Rows = Mapping[str, Mapping[str, Any]]


def section(material: Material) -> Section:
    """What a reader sees first."""
    material.progress("the overview")
    found, _ = ledger.findings(material)
    examined = (
        f"Examined: {PAPER_TITLE} (Chen, Ye, Zhou; arXiv {PAPER_ID}), P in the following: how to "
        "schedule LLM requests within a budget of KV cache when output lengths are only predicted "
        f"to lie in [l, u]. {len(found)} claims of P, of its popular account, of related papers "
        f"and of our own, each under a stated condition, and {len(POLICIES)} policies were checked "
        "by proof, certificate or simulation."
    )
    return Section(
        "overview",
        "Scheduling with uncertain output lengths: what holds",
        (examined, headlines(material, found), ladder(), score(found)),
    )


def headlines(material: Material, found: Sequence[Finding]) -> tuple[Headline, ...]:
    """The findings, each from the data that it rests on; one whose verdicts differ is left out."""
    verdicts = {finding.id: finding.verdict for finding in found}
    rows = {row["id"]: row for row in bounds.rows(material)}
    made = (
        (("price-upper", "price-lower"), HOLDS, _price(rows)),
        (("t6-prompts",), FAILS, _prompts(rows)),
        (("t4-every-interval",), HOLDS, _not_best(rows)),
        (("h-sf-optimal",), FAILS, _benchmark(material, rows)),
        (("form-a-min-live", "form-a-max"), FAILS, _printed(material)),
    )
    return tuple(
        headline
        for claims, expected, headline in made
        if all(verdicts.get(claim) in expected for claim in claims)
    )


def _price(rows: Rows) -> Headline:
    lost, kept = (float(rows[name]["value"]) for name in ("price/K", "price/tokens kept/upper"))
    return Headline(
        f"Not knowing the output lengths costs a factor of {lost:.4f}, no less and no more: offset "
        "slicing, which reads no prediction, attains it.",
        "Against the optimum, over all lengths and prompts; fluid limit, all requests at time 0, a "
        f"cancelled request loses its tokens (where it keeps them the factor is {kept:g}).",
        "claims#claim-price-upper",
    )


def _prompts(rows: Rows) -> Headline:
    alone = float(rows["two-point/A_min/H-SF/s=0"]["value"])
    point = rows["two-point/A_min/H-SF @ l=1, s=100, u=100"]
    return Headline(
        "A_min loses its constant once prompts are long: on outputs of 1 and 100 tokens with "
        f"prompts of 100 it takes up to {float(point['value']):.3g} times as long as H-SF, where "
        f"Theorem 6 of P says less than {alone:g}.",
        "Fluid limit, two lengths; without prompts Theorem 6 holds. Over all prompts there is no "
        "bound.",
        "claims#claim-t6-prompts",
    )


def _not_best(rows: Rows) -> Headline:
    five = float(rows["general/slicing/area/growth 4"]["value"])
    return Headline(
        "A_min is not the best policy that does not know the lengths, against Theorem 4 of P: "
        f"staggered A_min is better on every interval, and slicing stays within {five:g} times the "
        "optimum where A_min's ratio has no bound.",
        "Fluid limit, all lengths in [l, u], any common prompt.",
        "claims#claim-t4-every-interval",
    )


def _benchmark(material: Material, rows: Rows) -> Headline:
    (row, *_) = gaps.smallest(material)["contenders"]
    found = row["smallest"]
    outputs = ", ".join(map(str, found["outputs"]))
    return Headline(
        f"H-SF, the benchmark of P, is not the optimum: outputs {outputs} with M = "
        f"{found['memory']} take it {found['latency']} steps in total, {found['optimum']} are "
        "possible.",
        "Finite instance, certified optimum (where preemption loses the tokens), the smallest such "
        "instance; in the fluid limit H-SF "
        f"is at most {float(rows['all lengths/H-SF/area']['value']):g} times the optimum.",
        "claims#claim-h-sf-optimal",
    )


def _printed(material: Material) -> Headline:
    a_min = convergence.rows_of(material)
    found = [row for row in a_min if row.policy in ("a-min", "a-min-live")]
    laws, sizes = {row.law for row in found}, {row.size for row in found}
    ratios = [row.tel_ratio[0] for row in found]
    ratios += [
        row.fluid[0]
        for row in bounds_met.of(material).rows
        if row.policy == "a-max" and row.law in laws and row.size in sizes
    ]
    return Headline(
        "Algorithms 1 and 2 as printed are not the policies that P analyses: simulated, A_max and "
        f"A_min take between {min(ratios):.2g} and {max(ratios):.2g} times what their formulas "
        "say.",
        f"{len(laws)} length distributions, M = {min(s.memory for s in sizes):,} to "
        f"{max(s.memory for s in sizes):,} tokens, "
        f"{convergence.SEEDS} seeds, both readings of Algorithm 2.",
        "convergence",
    )


def groups(found: Sequence[Finding]) -> dict[str, Counter[str]]:
    """Verdicts by who says it.

    >>> list(groups(()))
    ['P and its popular account', 'related papers', 'ours']
    """
    counts: dict[str, Counter[str]] = {
        name: Counter() for name in ("P and its popular account", "related papers", "ours")
    }
    for finding in found:
        paper = finding.said_by.startswith(("P", "popular"))
        name = "P and its popular account" if paper else "related papers"
        counts["ours" if finding.said_by == "ours" else name][finding.verdict] += 1
    return counts


def score(found: Sequence[Finding]) -> Figure:
    """How many claims hold and how many fail, by origin."""
    counted = groups(found)
    names = list(counted)[::-1]
    fills = dict(zip(VERDICTS, (2, 2, 2, 7, 4, 5, 1, 1), strict=True))
    hatches = {"supported": "///", "contradicted": "///", "certified": "--"}

    def plot(axes: Axes) -> None:
        left = [0] * len(names)
        for verdict in VERDICTS:
            widths = [counted[name][verdict] for name in names]
            if not any(widths):
                continue
            axes.barh(
                names, widths, left=left, height=0.62, color=COLOURS[fills[verdict]].light,
                hatch=hatches.get(verdict, ""), edgecolor=PAPER, label=verdict,
            )  # fmt: skip
            for y, (width, start) in enumerate(zip(widths, left, strict=True)):
                if width >= LEAST_LABELLED:
                    box = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.2}
                    axes.text(
                        start + width / 2, y, str(width), ha="center", va="center", color=INK,
                        fontsize="small", bbox=box,
                    )  # fmt: skip
            left = [a + b for a, b in zip(left, widths, strict=True)]
        axes.grid(visible=False)
        axes.set_xticks([])
        axes.spines["bottom"].set_color(MUTED)

    examined = counted["P and its popular account"]
    holds, fails = (sum(examined[verdict] for verdict in which) for which in (HOLDS, FAILS))
    title = (
        f"Of {examined.total()} claims of P and its popular account, {holds} hold and {fails} fail "
        "as read"
    )
    words = "; ".join(
        f"{name}: {', '.join(f'{n} {verdict}' for verdict, n in counts.items())}"
        for name, counts in counted.items()
    )
    return draw(
        "score",
        Labels(title, "", ""),
        plot,
        caption="Claims by verdict; a claim read in several ways counts once for each reading. "
        "Slanted lines: by simulation.",
        text=f"{title}. {words}.",
        height=2.1,
    )
