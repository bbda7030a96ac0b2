"""Schedules to look at: ten requests for a lecture, and the chosen requests for debugging."""

from dataclasses import replace

from kvratio.reports.compare.steps import compare
from kvratio.reports.document import Section
from kvratio.reports.material import Material
from kvratio.reports.viewer import HELP, viewer
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.records import Run
from kvratio.theory.area import lower_bound
from kvratio.theory.model import Instance

# small enough to follow every step; the budget is short enough for evictions
LECTURE = Instance.of(24, [3, 1, 8, 2, 5, 12, 4, 1, 6, 9], prompt=2, interval=(1, 12))
SHOWN = ("h-sf", "a-min", "a-max", "fcfs")
MOST = 2000  # requests; more cannot be told apart and make the page heavy


def section(material: Material) -> Section:
    """Two viewers: one with every policy on ten requests, one on the chosen requests."""
    material.progress("schedules to look at")
    lecture = compare("ten requests", LECTURE, list(POLICIES), material.seed)
    runs = _chosen(material)
    n = len(runs[0].instance.output)
    caption = f"{n:,} requests, M = {runs[0].instance.memory:,} tokens"
    return Section(
        "schedules",
        "Schedules",
        (
            HELP,
            viewer(
                "lecture", f"Ten requests, M = {LECTURE.memory} tokens", lecture.runs, lecture.bound
            ),
            viewer("chosen", caption, runs, lower_bound(runs[0].instance)),
        ),
        summary="request by request: ten requests under every policy, and the chosen requests",
    )


def _chosen(material: Material) -> tuple[Run, ...]:
    """Runs of a few policies on the chosen requests, or on the first of them if they are many."""
    comparison = material.comparison
    named = [run.policy for run in comparison.runs]
    shown = [name for name in SHOWN if name in named] or named[: len(SHOWN)]
    instance = comparison.instance
    if instance.n <= MOST:
        return tuple(run for name in shown for run in comparison.runs if run.policy == name)
    first = replace(
        instance,
        **{
            column: getattr(instance, column)[:MOST]
            for column in ("prompt", "output", "arrival", "lower", "upper")
        },
    )
    return compare(comparison.description, first, shown, material.seed).runs
