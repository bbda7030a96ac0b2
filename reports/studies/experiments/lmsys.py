"""The three experiments of arXiv 2508.14544, section 6: what do predictions do to A_max and A_min?

The published sample of 2,000 conversations cannot be redistributed. So each is run on lengths drawn
from a law fitted to the published summary (the built-in workload "lmsys"), and on the output
lengths that Vicuna-13B gave to 42,840 prompts of LMSYS-Chat-1M, where that file is there.
"""

from kvratio.reports.studies.experiments.plan import DATA, Experiment, Setting, Statement, Subject

SOURCE = "arXiv 2508.14544 v2, section 6"
MEMORY = 16492  # tokens; P states none, arXiv 2502.07115 has it for the same model and GPUs
MOST = 2000
SIZES = tuple(range(200, MOST + 1, 200))
SEEDS = 10
POLICIES = (
    "h-sf",
    "a-max",
    "a-min",
    "a-min-live",
    "a-min-thinned",
    "a-min-staggered",
    "a-random",
    "fcfs",
    "slicing",
    "learned-slicing",
)
LENGTHS = {
    "fitted": "lmsys",
    "Vicuna": f"lmsys + {DATA}ssjf_vicuna13b_calibrated.csv",
}
NOTES = (
    "Time counts steps, where the paper estimates the duration of batches by Vidur's linear model"
    " of Llama-2-70B on two A100; all requests arrive at step 0.",
    "fitted: lengths drawn from a law fitted to the paper's summary of its sample (prompts"
    " independent of outputs). Vicuna: outputs of Vicuna-13B on LMSYS prompts beside prompts of the"
    " fitted law, combined by resampling, as the file has no prompts; longer (mean 177) than the"
    " paper's (mean 85).",
    f"The paper does not state its budget; M = {MEMORY} is that of arXiv 2502.07115 for the same"
    " hardware.",
)


def settings(label: str, prediction: str, sizes: tuple[int, ...] = SIZES) -> list[Setting]:
    """The same prediction on each of the two sources of lengths."""
    return [
        Setting(f"{lengths}, {label}", workload, prediction, MEMORY, sizes)
        for lengths, workload in LENGTHS.items()
    ]


# Durations of iterations under which Experiment 1 is repeated, in seconds: rooflines, and lines
# of D0 + D1 x tokens held (nanoseconds) from "no fixed cost" to "nothing but fixed cost", all with
# about the throughput that arXiv 2502.07115 reports at a full cache.
GPU = "llama-2-70b:a100-80x2"
DURATIONS = {
    "tensor parallel": (GPU, "roofline"),
    "pipeline": (f"{GPU}:pipeline", "roofline"),
    "155 ms": (GPU, "155e6:0"),
    "50 ms + 6 µs a token": (GPU, "50e6:6000"),
    "1 ms + 9.5 µs a token": (GPU, "1e6:9500"),
}


def in_seconds(label: str, gpu: str, iteration: str) -> Setting:
    """Experiment 1 on the fitted lengths, with this duration of iterations."""
    return Setting(label, "lmsys", "1:1000", MEMORY, (MOST,), gpu=gpu, iteration=iteration)


def compared(
    text: str, published: str, above: tuple[str, str], below: tuple[str, str]
) -> list[Statement]:
    """A cited statement on the ratio of two latencies, each given as (setting, policy)."""
    return [
        Statement(
            text,
            published,
            SOURCE,
            Subject(f"{lengths}, {above[0]}", above[1], MOST),
            Subject(f"{lengths}, {below[0]}", below[1], MOST),
        )
        for lengths in LENGTHS
    ]


def to_h_sf(text: str, published: str, label: str, *policies: str) -> list[Statement]:
    """A cited statement on the ratio to H-SF in a setting, for each of the policies."""
    return [
        statement
        for policy in policies
        for statement in compared(text, published, (label, policy), (label, "h-sf"))
    ]


ROUGH, BINS = "[1, 1000]", "ten bins"
XS = {"0.1": "1 ± 0.1", "0.95": "1 ± 0.95", "0.99": "1 ± 0.99"}
NEARLY = "nearly identical: 1"
READINGS = ("a-min", "a-min-live")  # Algorithm 2 as printed, and as popular accounts have it
FASTER = "A_min is faster than A_max (popular account)"

EXPERIMENTS = (
    Experiment(
        "lmsys-1",
        "One interval [1, 1000] for all",
        f"{SOURCE}, Experiment 1",
        tuple(settings(ROUGH, "1:1000")),
        POLICIES,
        SEEDS,
        (
            *to_h_sf("A_min has the latency of H-SF", NEARLY, ROUGH, *READINGS),
            *to_h_sf("A_max is slower than H-SF (popular account)", "about 2", ROUGH, "a-max"),
        ),
        NOTES,
    ),
    Experiment(
        "lmsys-2",
        "Ten bins of 100 tokens",
        f"{SOURCE}, Experiment 2",
        (*settings(BINS, "bins:10:1000"), *settings(ROUGH, "1:1000", (MOST,))),
        POLICIES,
        SEEDS,
        (
            *compared(
                "Bins halve the latency of A_max", "about 1/2", (BINS, "a-max"), (ROUGH, "a-max")
            ),
            *to_h_sf("A_min approaches H-SF", NEARLY, BINS, *READINGS),
        ),
        NOTES,
    ),
    Experiment(
        "lmsys-3",
        "Intervals (1 ± x) o",
        f"{SOURCE}, Experiment 3",
        tuple(s for x, label in XS.items() for s in settings(label, f"relative:{x}")),
        POLICIES,
        SEEDS,
        (
            *to_h_sf("Both are close to H-SF", "close: 1", XS["0.1"], "a-max", *READINGS),
            *to_h_sf("A_min remains close to H-SF", "close: 1", XS["0.95"], *READINGS),
            *to_h_sf("A_min remains close to H-SF", "close: 1", XS["0.99"], *READINGS),
            *(
                statement
                for label in (XS["0.95"], XS["0.99"])
                for policy in READINGS
                for statement in compared(FASTER, "up to 5", (label, "a-max"), (label, policy))
            ),
        ),
        NOTES,
    ),
    Experiment(
        "lmsys-seconds",
        "One interval [1, 1000] for all, in seconds",
        f"{SOURCE}, Experiment 1",
        tuple(in_seconds(label, *times) for label, times in DURATIONS.items()),
        ("h-sf", "a-max", "a-min", "a-min-live", "fcfs"),
        SEEDS,
        tuple(
            Statement(
                text, published, SOURCE, Subject(label, policy, MOST), Subject(label, "h-sf", MOST)
            )
            for label in DURATIONS
            for text, published, policy in (
                ("A_max is slower than H-SF (popular account)", "about 2", "a-max"),
                ("A_min has the latency of H-SF", NEARLY, "a-min"),
            )
        ),
        (
            "The paper estimates durations by a linear regression of Vidur, whose coefficients it"
            " does not state. So several are tried: the roofline of Llama-2-70B on two A100, in"
            " tensor parallel or one after the other, and lines of a fixed part and a part for"
            " every token in the cache.",
            *NOTES[1:],
        ),
    ),
)
