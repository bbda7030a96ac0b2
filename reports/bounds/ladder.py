"""What not knowing costs, as one table and one figure: the ladder of `kvratio.theory.price`."""

from collections.abc import Sequence
from functools import cache

from matplotlib.axes import Axes

from kvratio.reports.document import Column, Figure, Kind, Obtained, Table
from kvratio.reports.render.draw import Labels, draw
from kvratio.reports.render.labels import end_labels, plain_logarithmic
from kvratio.reports.render.looks import REST, theory_look
from kvratio.theory.price.ladder import AT_MOST, CURVE, PROMPTS, TABLE, rungs

NAME = "not-knowing"
TITLE = "What not knowing costs"
PROMPT_NAMES = {"0": "s=0", "l": "s=l", "long": "s=inf"}
DRAWN = "0"  # the prompt of the figure

# curves that stand back, so that six are in colour; and shorter names for the ends of curves
BACK = ("one common offset", "fixed caps", "A_l")
DIRECT = {"tokens kept": "nothing, tokens kept", "tokens lost": "nothing, tokens lost"}

NOTE = (
    "Ratios to the optimum of the fluid limit (M and n/M to infinity, all requests at time 0), "
    "lengths in [1, u], alpha = 1/u. exact: the supremum over all such lengths; at most: a proved "
    "bound, and for tokens kept (2) and tokens lost (2.728) no policy has a smaller one for all u; "
    "both bounds are the least of that number and of running everything to its end in random "
    "order. A_max: the slot model of arXiv 2508.14544."
)
SHORT_NOTE = (
    "Ratios to the optimum of the fluid limit (M and n/M to infinity, all at time 0), lengths in\n"
    "[1, u], alpha = 1/u, s: prompt (inf: limit). <=: proved for all lengths, else exact suprema."
)
SHORT_POINTS = (("0", 10), ("0", 100), ("0", 1000), ("l", 100), ("long", 100), ("long", 1000))


def columns() -> tuple[Column, ...]:
    """Heads of the table: the policy, what it knows and loses, and a column a point."""
    points = (
        Column(f"1/{u}, {PROMPT_NAMES[prompt]}", obtained=Obtained.NUMERIC)
        for prompt in PROMPTS
        for u in TABLE
    )
    text = (Column(name, Kind.TEXT) for name in ("policy", "knows", "loses", "value"))
    return (*text, *points)


def rows() -> tuple[tuple[str, ...], ...]:
    """The ladder as text, one policy a row.

    >>> rows()[3][:4]
    ('tokens lost', 'nothing but [l, u]', 'what it cancels', 'at most')
    """
    return tuple(
        (
            rung.name,
            rung.knows,
            rung.loses,
            rung.reading,
            *(f"{rung.at(prompt, u):.4g}" for prompt in PROMPTS for u in TABLE),
        )
        for rung in rungs()
    )


def terminal() -> tuple[list[str], list[list[str]]]:
    """Heads and rows of a narrower table, for the terminal.

    >>> terminal()[1][3][:2]
    ['tokens lost', '<= 2.728']
    """
    heads = ["alpha, prompt", *(f"1/{u}, {PROMPT_NAMES[s]}" for s, u in SHORT_POINTS)]
    body = [
        [
            rung.name,
            *(f"{'<= ' * (rung.reading == AT_MOST)}{rung.at(s, u):.4g}" for s, u in SHORT_POINTS),
        ]
        for rung in rungs()
    ]
    return heads, body


def table() -> Table:
    """The ladder at alpha = 1/10, 1/100, 1/1000, for three prompts."""
    return Table("ladder", f"{TITLE}: ratio to the optimum", columns(), rows(), NOTE)


def curves() -> list[tuple[str, Sequence[float], Sequence[float]]]:
    """Name, alpha and ratio of every rung above the optimum, without prompts."""
    return [
        (
            f"{rung.name} ({rung.reading})",
            [1 / u for u in CURVE],
            [rung.at(DRAWN, u) for u in CURVE],
        )
        for rung in rungs()[1:]
    ]


@cache  # a report shows it on two pages
def figure() -> Figure:
    """The ladder against 1/alpha without prompts, both axes logarithmic."""
    lines = curves()
    lost = next(ratios[-1] for label, _, ratios in lines if label.startswith("tokens lost"))

    def plot(axes: Axes) -> None:
        ends = []
        for label, alphas, ratios in lines:
            name = label.partition(" (")[0]
            style = theory_look(label) | {"marker": "", "lw": 1.8}
            if name in BACK:
                style |= REST
            axes.plot([1 / alpha for alpha in alphas], ratios, **style)
            if name not in BACK:
                ends.append((ratios[-1], DIRECT.get(name, name), style["color"]))
        axes.set_xlim(1, 1000)
        axes.set_ylim(1, 3000)
        plain_logarithmic(axes, "x", "y")
        end_labels(axes, ends, 180)

    ends = "; ".join(f"{label}: {ratios[-1]:.4g}" for label, _, ratios in lines)
    return draw(
        NAME,
        Labels(
            f"What not knowing costs: {lost:.3f} can be kept to, A_max's price has no bound",
            "width of the predicted interval, 1/alpha = u/l",
            "worst ratio to the optimum",
        ),
        plot,
        caption="No prompts, fluid limit, lengths in [1, u]; exact suprema, or proved bounds "
        "(tokens kept, tokens lost, one offset, fixed caps).",
        text=f"{TITLE}. At alpha = 1/{CURVE[-1]}, s = 0: {ends}.",
        legend=False,
    )
