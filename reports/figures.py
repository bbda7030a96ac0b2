"""Figures as SVG text, the same bytes for the same data."""

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.compare import Comparison
from simulate.measures import cache_profile, latencies, tokens_at
from simulate.policies import POLICIES
from simulate.records import Run

# Okabe and Ito's colours, distinguishable with every kind of colour vision; line styles tell the
# second round of colours apart, also in print.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
STYLES = ("-", "--", ":")
POINTS = 400  # samples of a curve over time

# on top of the defaults, so that nobody's own settings change the bytes
STYLE: list[Any] = [
    "default",
    {
        "svg.hashsalt": "kvratio",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.alpha": 0.3,
    },
]


NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))


def draw(name: str, title: str, x: str, y: str, plot: Callable[[Axes], None]) -> str:
    """A figure as SVG without dates or program names; `plot` puts the curves on its axes.

    Its ids start with `name`, so that several figures can stand in one page.
    """
    stream = io.StringIO()
    with style.context(STYLE):
        figure = Figure(figsize=(8, 4), layout="constrained")
        axes = figure.add_subplot()
        axes.set(title=title, xlabel=x, ylabel=y)
        plot(axes)
        figure.savefig(stream, format="svg", metadata=NO_METADATA)
    text = stream.getvalue()
    return re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", text[text.index("<svg") :])


def look(policy: str) -> dict[str, Any]:
    """Name, colour and line style of a policy, the same in every figure."""
    k = list(POLICIES).index(policy)
    return {
        "label": POLICIES[policy].title,
        "color": COLOURS[k % len(COLOURS)],
        "linestyle": STYLES[k // len(COLOURS)],
    }


def latency_figure(comparison: Comparison) -> str:
    """Share of requests that completed within a latency, one curve a policy."""

    def plot(axes: Axes) -> None:
        for run in comparison.runs:
            values = np.sort(latencies(run.schedule, run.instance))
            share = np.arange(1, len(values) + 1) / len(values)
            picked = np.unique(np.linspace(0, len(values) - 1, POINTS).astype(int))
            axes.plot(values[picked], share[picked], **look(run.policy))
        axes.set_xscale("log")
        axes.legend(fontsize="small", ncols=2, loc="upper left")

    title = "Latency of requests (simulated)"
    return draw("latency", title, "end-to-end latency (steps)", "share of requests", plot)


def cache_figure(runs: Sequence[Run]) -> str:
    """Cache in use over time, one curve a run, with the budget as a line."""
    memory = runs[0].instance.memory

    def plot(axes: Axes) -> None:
        for run in runs:
            profile = cache_profile(run.schedule, run.instance)
            steps = np.unique(np.linspace(0, run.measures.makespan - 1, POINTS).astype(np.int64))
            axes.plot(steps, tokens_at(steps, profile), lw=1, **look(run.policy))
        axes.axhline(memory, color="#555555", lw=1)
        axes.annotate(f"budget M = {memory:,}", (0, memory), va="bottom", fontsize="small")
        axes.set_ylim(0, memory * 1.15)
        axes.legend(fontsize="small", ncols=2, loc="lower right")

    return draw("cache", "KV cache in use (simulated)", "time (steps)", "tokens", plot)
