"""Learned slicing, this project's own policy, beside the readings of A_min: on whole traces, and on
lengths at which A_min is worst.

`simulate/README.md` states that it has less mean latency than every reading; the statements below
hold that against each setting, and the settings where it is not so are part of them.
"""

from kvratio.reports.studies.experiments.plan import Experiment, Setting, Statement, Subject
from kvratio.reports.studies.experiments.traces import (
    CASTILLO,
    CODE,
    CONVERSATION,
    MOONCAKE,
    ORIGINALS,
    SSJF,
)

OURS = "learned-slicing"
READINGS = ("a-min", "a-min-live", "a-min-thinned", "a-min-staggered")
POLICIES = ("h-sf", OURS, *READINGS, "slicing", "shortest-predicted", "fcfs")
MEMORY, LARGE = 16492, 200_000
ROWS = {CONVERSATION: 19_366, CODE: 8_819, MOONCAKE: 12_031, SSJF: 42_840, CASTILLO: 6_556}
NAMES = {CONVERSATION: "Azure chat", CODE: "Azure code", MOONCAKE: "Mooncake"}
RATES = ("20", "50", "100")  # steps a second: 50, 20 and 10 ms
SOURCE = "simulate/README.md"
SEEDS = 3  # of the random ties and evictions of A_min; the traces are whole
BUDGETS = f"M = {MEMORY:,} tokens, Mooncake {LARGE:,}. Prompts of ssjf: 41 tokens."
INSTEAD = Setting("built-in lengths, [1, 883]", "lmsys", "1:883", MEMORY, (2000,))


def budget(file: str) -> int:
    """Of a trace, in tokens."""
    return LARGE if file == MOONCAKE else MEMORY


def whole(
    label: str, file: str, prediction: str | None = None, timed: str | None = None
) -> Setting:
    """All requests of a trace, in steps."""
    prompt = 41 if file == SSJF else None
    return Setting(label, file, prediction, budget(file), (ROWS[file],), timed, prompt=prompt)


def against_a_min(settings: tuple[Setting, ...]) -> tuple[Statement, ...]:
    """Learned slicing over each reading of A_min, in each setting."""
    return tuple(
        Statement(
            "Learned slicing has less latency than A_min",
            "below 1",
            SOURCE,
            Subject(setting.label, OURS, setting.requests[0]),
            Subject(setting.label, reading, setting.requests[0]),
        )
        for setting in settings
        for reading in READINGS
    )


def compared(
    name: str, title: str, settings: tuple[Setting, ...], notes: tuple[str, ...]
) -> Experiment:
    """Learned slicing and the readings of A_min in the same settings."""
    files = sorted({file for setting in settings for file in setting.files})
    source = "; ".join(ORIGINALS[file] for file in files) or "built-in lengths"
    statements = against_a_min(settings)
    return Experiment(
        name,
        title,
        source,
        settings,
        POLICIES,
        SEEDS,
        statements,
        notes,
        INSTEAD if files else None,
    )


BATCH = (
    *(whole(name, file) for file, name in NAMES.items()),
    whole("ssjf", SSJF),
    whole("ssjf, p10..p90", SSJF, "columns:p10,p90"),
    whole("ssjf, buckets", SSJF, "columns:bucket_lo,bucket_hi"),
    whole("castillo", CASTILLO),
    whole("castillo, p10..p90", CASTILLO, "columns:pred_p10,pred_p90"),
    whole("castillo, range of nine samples", CASTILLO, "columns:hist_min,hist_max"),
)
TIMED = tuple(
    whole(f"{name}, {rate} steps a second", file, timed=rate)
    for file, name in NAMES.items()
    for rate in RATES
)
WORST = (
    Setting("1 or 100, prompts of 1,000", "two-point:l=1,u=100,q=0.09", None, LARGE, (20_000,),
            prompt=1000),
    Setting("1 or 100, prompts of 100", "two-point:l=1,u=100,q=0.1", None, 20_000, (20_000,),
            prompt=100),
    Setting("profile, prompts of 1,000", "survival:u=100", None, LARGE, (20_000,), prompt=1000),
    Setting("profile, prompts of 100", "survival:u=100", None, 20_000, (20_000,), prompt=100),
    Setting("profile, prompts of 10", "survival:u=100", None, 10_000, (50_000,), prompt=10),
    Setting("profile, no prompts", "survival:u=100", None, 5_000, (50_000,)),
    Setting("profile, no prompts, 200,000", "survival:u=100", None, 5_000, (200_000,)),
)  # fmt: skip

EXPERIMENTS = (
    compared(
        "whole-batch",
        "Learned slicing on whole traces, all at once",
        BATCH,
        (
            f"All requests arrive at step 0. {BUDGETS}",
            "Where no prediction is named it is one interval for all: [1, longest output].",
        ),
    ),
    compared(
        "whole-timed",
        "Learned slicing on whole traces, with their arrivals",
        TIMED,
        (
            f"Arrivals are those of the trace. {BUDGETS}",
            "One interval for all: [1, longest output].",
        ),
    ),
    compared(
        "worst-lengths",
        "Learned slicing on lengths at which A_min is bad",
        WORST,
        (
            "Two lengths, 1 and 100, and the survival profile 1 / (2 k - 1), the worst for A_min"
            " without prompts. All requests arrive at step 0; a seed draws the lengths.",
            "Without prompts a run is short beside its longest request, and far from the fluid"
            " limit in which learned slicing has its guarantee.",
        ),
    ),
)
