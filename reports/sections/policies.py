"""Policies compared on the chosen requests: latency, evictions, wasted tokens, use of the cache."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from kvratio.reports.compare.steps import Comparison
from kvratio.reports.document import Column, Figure, Kind, Obtained, Section, Table
from kvratio.reports.material import Material
from kvratio.reports.render.draw import Labels, draw
from kvratio.reports.render.looks import COLOURS, MUTED, PAPER, policy_look, policy_title
from kvratio.simulate.measures import Ints, cache_profile, latencies, tokens_at
from kvratio.simulate.records import Run

SHOWN = ("h-sf", "a-max", "a-min", "fcfs")  # in the figure of the cache: more hide each other
POINTS = 400  # samples of a curve
MARKERS = 12  # about so many on a curve


def section(material: Material) -> Section:
    """Two tables and three figures of the runs."""
    comparison = material.comparison
    bound = f"{comparison.bound:,}"
    lead = (
        f"{comparison.description}. Times are in steps. Ratios are to H-SF, which knows all "
        f"lengths but is not the optimum, and to {bound} steps, a certified lower bound on every "
        "schedule: the ratio to the true optimum is at most the latter. Wasted tokens were made "
        "and lost to evictions."
    )
    return Section(
        "policies",
        "Policies compared",
        (
            lead,
            _latency_table(comparison),
            latency_figure(latencies_in_steps(comparison.runs)),
            _work_table(comparison),
            waste_figure(comparison),
            cache_figure(
                [run for run in comparison.runs if run.policy in SHOWN] or comparison.runs[:4]
            ),
        ),
    )


def _head(*columns: str) -> tuple[Column, ...]:
    simulated = (Column(name, obtained=Obtained.SIMULATED) for name in columns)
    return (Column("policy", Kind.TEXT), *simulated)


def _latency_table(comparison: Comparison) -> Table:
    columns = _head("total", "mean", "p50", "p95", "p99", "first token", "makespan", "/ H-SF")
    rows = [
        (
            policy_title(run.policy),
            f"{run.tel:,}",
            f"{float(run.measures.mean_latency):,.1f}",
            *(f"{x:,}" for x in (run.measures.p50, run.measures.p95, run.measures.p99)),
            f"{float(run.measures.ttft):,.1f}",
            f"{run.measures.makespan:,}",
            f"{float(comparison.ratio_to_h_sf(run)):.3f}",
            f"{float(comparison.ratio_to_lower_bound(run)):.3f}",
        )
        for run in comparison.runs
    ]
    return Table(
        "policies-latency",
        "End-to-end latency (steps) and its ratios",
        (*columns, Column("/ bound", obtained=Obtained.SIMULATED)),
        tuple(rows),
        "first token: mean steps from arrival to a request's first token; / bound: simulated over "
        "certified.",
    )


def _work_table(comparison: Comparison) -> Table:
    columns = _head("evictions", "tokens made", "wasted", "wasted (%)", "peak (%)", "mean use (%)")
    memory = comparison.instance.memory
    rows = [
        (
            policy_title(run.policy),
            f"{m.evictions:,}",
            f"{m.generated_tokens:,}",
            f"{m.wasted_tokens:,}",
            f"{100 * m.wasted_tokens / m.generated_tokens:.1f}",
            f"{100 * m.peak_cache / memory:.1f}",
            f"{100 * float(m.mean_cache):.1f}",
        )
        for run in comparison.runs
        for m in (run.measures,)
    ]
    caption = f"Evictions, tokens, and use of the cache of {memory:,} tokens"
    return Table("policies-work", caption, columns, tuple(rows))


def latencies_in_steps(runs: Sequence[Run]) -> dict[str, Ints]:
    """The latency of every request, in steps, by policy."""
    return {run.policy: latencies(run.schedule, run.instance) for run in runs}


def latency_figure(samples: Mapping[str, Any], unit: str = "steps") -> Figure:
    """Share of requests that completed within a latency, one curve a policy.

    `samples`: the latency of every request, by policy; policies have the same requests.
    """

    def plot(axes: Axes) -> None:
        for k, (policy, sample) in enumerate(samples.items()):
            values = np.sort(sample)
            share = np.arange(1, len(values) + 1) / len(values)
            picked = np.unique(np.linspace(0, len(values) - 1, POINTS).astype(int))
            every = _every(picked, k)
            axes.plot(values[picked], share[picked], markevery=every, **policy_look(policy))
        axes.set_xscale("log")

    best = min(samples, key=lambda policy: sum(samples[policy].tolist()))
    return draw(
        "policies-latency",
        Labels("Latency of requests (simulated)", f"latency ({unit}, logarithmic)", "share"),
        plot,
        caption="Share of requests whose latency is at most so long. A curve further to the left "
        "and higher is better.",
        text=f"Distribution of latency by policy; {policy_title(best)} has the least mean",
        height=5.2,
    )


def waste_figure(comparison: Comparison) -> Figure:
    """Of the tokens that each policy made: those of completed outputs, and those lost."""
    runs = list(comparison.runs)[::-1]  # the first policy on top

    def plot(axes: Axes) -> None:
        names = [policy_title(run.policy) for run in runs]
        lost = [100 * run.measures.wasted_tokens / run.measures.generated_tokens for run in runs]
        kept = [100 - share for share in lost]
        axes.barh(names, kept, color=COLOURS[0].light, label="of completed outputs")
        axes.barh(
            names, lost, left=kept, color=COLOURS[1].light, hatch="///", edgecolor=PAPER, lw=0,
            label="made and lost",
        )  # fmt: skip
        axes.grid(axis="y", visible=False)
        axes.set_xlim(0, 100)

    most = max(runs, key=lambda run: run.measures.wasted_tokens)
    return draw(
        "policies-waste",
        Labels("Tokens made (simulated)", "share of the tokens made (%)", ""),
        plot,
        caption="An evicted request loses its tokens and makes them again.",
        text=f"Tokens by policy; {policy_title(most.policy)} wastes most",
        height=1.2 + 0.3 * len(runs),
    )


def cache_figure(runs: Sequence[Run]) -> Figure:
    """Cache in use over time, one curve a run, with the budget as a line."""
    memory = runs[0].instance.memory

    def plot(axes: Axes) -> None:
        for k, run in enumerate(runs):
            profile = cache_profile(run.schedule, run.instance)
            steps = np.unique(np.linspace(0, run.measures.makespan - 1, POINTS).astype(np.int64))
            used = tokens_at(steps, profile)
            axes.plot(steps, used, lw=1, markevery=_every(steps, k), **_look(run))
        axes.axhline(memory, color=MUTED, lw=1.2)
        axes.annotate(
            f"budget M = {memory:,}",
            (1, memory),
            xycoords=axes.get_yaxis_transform(),
            ha="right",
            va="bottom",
            fontsize="small",
        )
        axes.set_ylim(0, memory * 1.12)
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.yaxis.set_major_formatter("{x:,.0f}")

    return draw(
        "policies-cache",
        Labels("KV cache in use (simulated)", "time (steps)", "tokens"),
        plot,
        caption="What stays empty below the budget was reserved for tokens that never came, or "
        "held back until it could be used without an eviction.",
        text=f"Cache in use over time by {', '.join(policy_title(run.policy) for run in runs)}",
    )


def _look(run: Run) -> dict[str, Any]:
    return policy_look(run.policy)


def _every(points: Sequence[int] | np.ndarray, k: int) -> tuple[int, int]:
    """First marker and distance, shifted from curve to curve so that markers stand apart."""
    step = max(1, len(points) // MARKERS)
    return (k * step // 3 % step, step)
