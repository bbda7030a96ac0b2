"""The policies on public traces, with real predictions where there are any.

No public file has arrivals, prompts and predictions together. What is combined is named in the
setting ("A + B": prompts and arrivals of A, outputs and predictions of B, drawn by chance).
"""

from kvratio.reports.studies.experiments.plan import DATA, Experiment, Setting
from kvratio.simulate.gpu.deployment import deployment

SSJF = f"{DATA}ssjf_vicuna13b_calibrated.csv"
CASTILLO = f"{DATA}castillo_test_ship.csv"
CONVERSATION = f"{DATA}azure2023_conv.csv"
CODE = f"{DATA}azure2023_code.csv"
MOONCAKE = f"{DATA}mooncake_conversation.csv"
ORIGINALS = {
    "ssjf_vicuna13b_calibrated.csv": "github.com/James-QiuHaoran/LLM-serving-with-proxy-models",
    "castillo_test_ship.csv": "github.com/DanielFPerez/castillo_code",
    "azure2023_conv.csv": "github.com/Azure/AzurePublicDataset (AzureLLMInferenceTrace_conv)",
    "azure2023_code.csv": "github.com/Azure/AzurePublicDataset (AzureLLMInferenceTrace_code)",
    "mooncake_conversation.csv": "github.com/kvcache-ai/Mooncake (FAST25-release, conversation)",
}
SIZE, SEEDS = (2000,), 10
POLICIES = (
    "h-sf",
    "a-max",
    "a-min",
    "a-min-live",
    "a-min-thinned",
    "a-min-staggered",
    "mc-sf",
    "mc-benchmark",
    "svf",
    "shortest-predicted",
    "gba",
    "gsa",
    "fcfs",
    "slicing",
    "learned-slicing",
)
# On a machine without the files: the built-in law, so that the command shows something.
INSTEAD = Setting("built-in lengths, 1 ± 0.5", "lmsys", "relative:0.5", 16492, SIZE)
STEPS = "20"  # steps a second where arrivals are natural: 50 ms each
ONE, TWO = "llama-2-7b:a100-40", "llama-3-8b:h100x2"
NATURAL = (
    f"Arrivals are those of the trace, at {STEPS} steps a second; a seed draws 2,000 consecutive"
    " requests. The budget is chosen so that the cache is under pressure."
)
AT_ONCE = "All requests arrive at step 0; a seed draws 2,000 rows."
MISSES = "Predictions miss the truth on both sides, as the real ones do."


def natural(name: str, title: str, file: str, memory: int, gpu: str) -> Experiment:
    """A trace with its own arrivals: predictions made from the truth, and real ones from ssjf."""
    predictions = {"one interval": None, "ten bins": "bins:10", "1 ± 0.5": "relative:0.5"}
    own = [Setting(k, file, p, memory, SIZE, STEPS) for k, p in predictions.items()]
    real = Setting(
        "lengths and p10..p90 of ssjf", f"{file} + {SSJF}", "columns:p10,p90", memory, SIZE, STEPS
    )
    seconds = [
        Setting("one interval, in seconds", file, None, None, SIZE, gpu=gpu),
        Setting(
            "lengths and p10..p90 of ssjf, in seconds",
            *(f"{file} + {SSJF}", "columns:p10,p90", None, SIZE),
            gpu=gpu,
        ),
    ]
    worker = deployment(gpu)
    return Experiment(
        name, title, ORIGINALS[file.removeprefix(DATA)], (*own, real, *seconds), POLICIES, SEEDS,
        notes=(
            NATURAL,
            f"In seconds: {worker.describe()}, M = {worker.budget:,}, by the roofline; the trace"
            " gives lengths and arrivals, not the model that served it.",
            "The trace has no predictions. One interval: [1, longest output drawn]; bins and"
            " 1 ± 0.5 are made from the true lengths. In the last setting output lengths and"
            " predictions are rows of ssjf, drawn beside the trace's prompts and arrivals.",
            MISSES,
        ),
        instead=INSTEAD,
    )  # fmt: skip


EXPERIMENTS = (
    Experiment(
        "ssjf",
        "Vicuna-13B on LMSYS prompts, predicted by a BERT model",
        ORIGINALS["ssjf_vicuna13b_calibrated.csv"],
        (
            Setting("p10..p90", f"lmsys + {SSJF}", "columns:p10,p90", 16492, SIZE),
            Setting("bucket", f"lmsys + {SSJF}", "columns:bucket_lo,bucket_hi", 16492, SIZE),
        ),
        POLICIES,
        SEEDS,
        notes=(
            AT_ONCE,
            "The file has no prompts: they are drawn from the law fitted to LMSYS-Chat-1M, beside"
            " the rows of the file.",
            MISSES,
        ),
        instead=INSTEAD,
    ),
    Experiment(
        "castillo",
        "Four task sets and several models, predicted by a text model and by other samples",
        ORIGINALS["castillo_test_ship.csv"],
        (
            Setting("p10..p90", CASTILLO, "columns:pred_p10,pred_p90", 65536, SIZE),
            Setting("range of nine samples", CASTILLO, "columns:hist_min,hist_max", 65536, SIZE),
        ),
        POLICIES,
        SEEDS,
        notes=(AT_ONCE, "Outputs of up to 15,001 tokens: a heavy tail.", MISSES),
        instead=INSTEAD,
    ),
    natural("azure-conv", "Production chat (Azure, 2023)", CONVERSATION, 65536, ONE),
    natural("azure-code", "Production code completion (Azure, 2023)", CODE, 16384, ONE),
    natural("mooncake", "Long-context chat (Mooncake)", MOONCAKE, 524288, TWO),
)
