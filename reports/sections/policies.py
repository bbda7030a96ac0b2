"""Policies compared on the chosen requests: latency, evictions, wasted tokens, use of the cache."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from kvratio.reports.compare.steps import Comparison
from kvratio.reports.document import Column, Figure, Kind, Obtained, Section, Table
from kvratio.reports.material import Material
from kvratio.reports.render.draw import Labels, draw
from kvratio.reports.render.labels import PLAIN, plain_logarithmic
from kvratio.reports.render.looks import (
    MUTED,
    figure_look,
    in_colour,
    policy_look,
    policy_title,
)
from kvratio.reports.sections._ratios import THRASHING, by_latency, coincidences, ratio_figure
from kvratio.simulate.measures import Ints, cache_profile, latencies, tokens_at
from kvratio.simulate.records import Run

SHOWN = ("h-sf", "a-max", "a-min", "fcfs")  # in the figure of the cache: more hide each other
POINTS = 100  # samples of a curve
MARKERS = 12  # about so many on a curve


def section(material: Material) -> Section:
    """Two tables and four figures of the runs."""
    comparison = material.comparison
    bound = f"{comparison.bound:,}"
    lead = (
        f"{comparison.description}. Times are in steps. Ratios are to H-SF, which knows all "
        f"lengths but is not the optimum, and to {bound} steps, a certified lower bound on every "
        "schedule: the ratio to the true optimum is at most the latter. Wasted tokens were made "
        "and lost to evictions."
    )
    same = coincidences(comparison)
    return Section(
        "policies",
        "Policies",
        (
            lead,
            *([same] if same else []),
            ratio_figure(comparison),
            latency_table(comparison),
            latency_figure(latencies_in_steps(comparison.runs)),
            _work_table(comparison),
            waste_figure(comparison),
            cache_figure(
                [run for run in comparison.runs if run.policy in SHOWN] or comparison.runs[:4]
            ),
        ),
        summary=f"{len(comparison.runs)} policies on {comparison.description}",
    )


def _head(*columns: str) -> tuple[Column, ...]:
    simulated = (Column(name, obtained=Obtained.SIMULATED) for name in columns)
    return (Column("policy", Kind.TEXT), Column("name", Kind.TEXT), *simulated)


def latency_table(comparison: Comparison) -> Table:
    """Latencies and ratios, the least mean first."""
    columns = _head("total", "mean", "p50", "p95", "p99", "first token", "makespan", "/ H-SF")
    rows = [
        (
            policy_title(run.policy),
            run.policy,
            f"{run.tel:,}",
            f"{float(run.measures.mean_latency):,.1f}",
            *(f"{x:,}" for x in (run.measures.p50, run.measures.p95, run.measures.p99)),
            f"{float(run.measures.ttft):,.1f}",
            f"{run.measures.makespan:,}",
            f"{float(comparison.ratio_to_h_sf(run)):.3f}",
            f"{float(comparison.ratio_to_lower_bound(run)):.3f}",
        )
        for run in by_latency(comparison.runs)
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
            run.policy,
            f"{m.evictions:,}",
            f"{m.generated_tokens:,}",
            f"{m.wasted_tokens:,}",
            f"{100 * m.wasted_tokens / m.generated_tokens:.1f}",
            f"{100 * m.peak_cache / memory:.1f}",
            f"{100 * float(m.mean_cache):.1f}",
        )
        for run in by_latency(comparison.runs)
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
    means = {policy: float(np.mean(sample)) for policy, sample in samples.items()}
    best = min(samples, key=lambda policy: means[policy])
    coloured = in_colour(samples, best)
    calm = [p for p in samples if means[p] <= THRASHING * float(np.median(list(means.values())))]
    low = min(float(np.min(samples[policy])) for policy in samples)
    high = max(float(np.max(samples[policy])) for policy in calm)

    def plot(axes: Axes) -> None:
        for k, (policy, sample) in enumerate(samples.items()):
            values = np.sort(sample)
            share = 100 * np.arange(1, len(values) + 1) / len(values)
            points = POINTS if policy in coloured else POINTS // 2
            picked = np.unique(np.linspace(0, len(values) - 1, points).astype(int))
            every = _every(picked, k)
            look = figure_look(policy, coloured) | {"label": policy}
            axes.plot(values[picked], share[picked], markevery=every, **look)
        axes.set_xlim(max(low, high / 1e4) * 0.9, high * 1.1)
        axes.set_ylim(0, 101)
        plain_logarithmic(axes, "x")

    half = float(np.median(samples[best]))
    title = f"{best}: half of the requests complete within {half:,.4g} {unit}"
    beyond = [policy for policy in samples if policy not in calm]
    cut = f" Not whole within the axis: {', '.join(beyond)}." if beyond else ""
    return draw(
        "policies-latency",
        Labels(title, f"latency ({unit})", "requests completed (%)"),
        plot,
        caption="Further to the left is better (simulated). Grey: the other policies, named where "
        f"you point.{cut}",
        text=f"Distribution of latency by policy; {best} has the least mean",
        height=4.2,
    )


def waste_figure(comparison: Comparison) -> Figure:
    """Of the tokens that each policy made those that evictions lost, the least on top."""
    shares = {
        run.policy: 100 * run.measures.wasted_tokens / run.measures.generated_tokens
        for run in comparison.runs
    }
    names = sorted(shares, key=lambda policy: shares[policy], reverse=True)
    none = sum(share == 0 for share in shares.values())

    def plot(axes: Axes) -> None:
        for y, name in enumerate(names):
            axes.barh([y], [shares[name]], color=policy_look(name)["color"], height=0.65)
            text = f"{shares[name]:.1f}" if shares[name] else "0"
            axes.annotate(
                text, (shares[name], y), xytext=(4, 0), textcoords="offset points", va="center",
                fontsize="small",
            )  # fmt: skip
        axes.set_yticks(range(len(names)), names)
        axes.grid(axis="y", visible=False)
        axes.set_xlim(0, 109)
        axes.set_xticks(range(0, 101, 20))

    title = (
        f"{none} of {len(names)} policies lose no token; {names[0]} loses {shares[names[0]]:.0f} %"
    )
    return draw(
        "policies-waste",
        Labels(title, "tokens made in vain (% of all made)", ""),
        plot,
        caption="An evicted request loses its tokens and makes them again (simulated).",
        text=f"Share of tokens lost by policy; {policy_title(names[0])} wastes most",
        height=1.1 + 0.26 * len(names),
        legend=False,
    )


def cache_figure(runs: Sequence[Run]) -> Figure:
    """Cache in use over time, one curve a run, with the budget as a line."""
    memory = runs[0].instance.memory
    use = {run.policy: 100 * float(run.measures.mean_cache) for run in runs}

    def plot(axes: Axes) -> None:
        for k, run in enumerate(runs):
            profile = cache_profile(run.schedule, run.instance)
            steps = np.unique(np.linspace(0, run.measures.makespan - 1, POINTS).astype(np.int64))
            used = tokens_at(steps, profile)
            look = policy_look(run.policy) | {"label": run.policy}
            axes.plot(steps, used, lw=1, markevery=_every(steps, k), **look)
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
        axes.xaxis.set_major_formatter(PLAIN)
        axes.yaxis.set_major_formatter(PLAIN)

    words = ", ".join(f"{name} {share:.0f} %" for name, share in use.items())
    return draw(
        "policies-cache",
        Labels(f"Mean use of the cache: {words}", "time (steps)", "KV cache in use (tokens)"),
        plot,
        caption="What stays empty below the budget was reserved for tokens that never came, or "
        "held back until it could be used without an eviction (simulated).",
        text=f"Cache in use over time by {', '.join(policy_title(run.policy) for run in runs)}",
    )


def _every(points: Sequence[int] | np.ndarray, k: int) -> tuple[int, int]:
    """First marker and distance, shifted from curve to curve so that markers stand apart."""
    step = max(1, len(points) // MARKERS)
    return (k * step // 3 % step, step)
