"""Offset slicing among the policies: lengths at which A_min is worst, equal lengths, traces.

It is a policy for the worst case; the statements below say where it is better and where it is not.
"""

from kvratio.reports.studies.experiments.ours import BATCH, BUDGETS, INSTEAD, WORST
from kvratio.reports.studies.experiments.plan import Experiment, Setting, Statement, Subject
from kvratio.reports.studies.experiments.traces import ORIGINALS

SLICING = "offset-slicing"
STAGGERED = "a-min-staggered"
POLICIES = (
    "h-sf",
    SLICING,
    "offset-slicing:growth=8.16,classes=1",
    "slicing",
    STAGGERED,
    "a-min-thinned",
    "learned-slicing",
    "fcfs",
)
SOURCE = "simulate/README.md"
SEEDS = 3
LONG = Setting("profile to 200, no prompts", "survival:u=200", None, 4_000, (20_000,))
EQUAL = (
    Setting("all 50, no prompts", "uniform:l=50,u=50", None, 5_000, (20_000,)),
    Setting("all 50, prompts of 100", "uniform:l=50,u=50", None, 20_000, (20_000,), prompt=100),
)
TRACES = tuple(setting for setting in BATCH if setting.prediction is None)


def beside(settings: tuple[Setting, ...], over: str, text: str, published: str) -> list[Statement]:
    """Offset slicing over another policy, in each setting."""
    return [
        Statement(
            text,
            published,
            SOURCE,
            Subject(setting.label, SLICING, setting.requests[0]),
            Subject(setting.label, over, setting.requests[0]),
        )
        for setting in settings
    ]


EXPERIMENTS = (
    Experiment(
        "offset-worst",
        "Offset slicing where A_min is bad, and on equal lengths",
        "built-in lengths",
        (LONG, *WORST[:-1], *EQUAL),
        POLICIES,
        SEEDS,
        (
            *beside((LONG, *WORST[:-1]), STAGGERED, "less latency than staggered A_min", "below 1"),
            *beside(EQUAL, STAGGERED, "about twice that of staggered A_min", "about 2"),
            *beside(EQUAL, "h-sf", "more latency than H-SF", "above 1"),
        ),
        (
            "The profile has survival 1 / (2 k - 1), the worst for A_min without prompts. All"
            " requests arrive at step 0; a seed draws the lengths. Equal lengths: staggered A_min"
            " knows the length, never cancels and keeps the cache full, so it is near the optimum;"
            " offset slicing reads nothing.",
        ),
    ),
    Experiment(
        "offset-traces",
        "Offset slicing on whole traces, all at once",
        "; ".join(ORIGINALS[file] for file in sorted({f for s in TRACES for f in s.files})),
        TRACES,
        POLICIES,
        SEEDS,
        tuple(beside(TRACES, "learned-slicing", "more latency than learned slicing", "above 1")),
        (
            f"All requests arrive at step 0. {BUDGETS}",
            "One interval for all: [1, longest output]; offset slicing does not read it.",
        ),
        INSTEAD,
    ),
)
