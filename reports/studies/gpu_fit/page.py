"""The page of the fit, from its data alone."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from kvratio.reports.render.text import pipe_table
from kvratio.reports.studies.gpu_fit.fit import PARAMETERS
from kvratio.simulate.gpu.fitted import CROWD, Band

KINDS = ("decode", "prefill")


def page(data: dict[str, Any]) -> str:
    """What was fitted to what, and how far it is off, as Markdown."""
    bands = {
        name: ", ".join(f"{kind} {Band(*extremes)}" for kind, extremes in found.items())
        for name, found in data["bands"].items()
    }
    paragraphs = (
        "# The GPU model against measured iterations",
        "Measured (cited): iterations of Llama-2-70B on 2, 4, 8 A100 80 GB, tensor parallel,"
        " published with Splitwise (P. Patel et al., ISCA 2024; github.com/Mutinifni/splitwise-sim,"
        f" MIT): {data['rows']} rows, medians of repeated runs. Left out: {data['left_out']}, whose"
        " requests do not fit the cache together. Rows that differ only in the number of output"
        f" tokens count once, by their median. That leaves {data['settings']} settings of"
        " accelerators, prompt and requests, each with one prefill and one mean decode iteration."
        " Modelled: one iteration with all prompts, and one decode iteration of the mean context.",
        "Fitted: every second setting (`half`), in the order of accelerators, prompt, requests;"
        " least squares on the logarithms of modelled over measured, soft L1 at 5 %; values rounded"
        " to three digits. `simulate/gpu/fitted.py` has those of `half`. Not fitted: the share of"
        " the bandwidth at which weights are read (0.8), the launch of an iteration, the latency of"
        f" an exchange, and the {CROWD:,} tokens beyond which a processed token costs more. The"
        " form of the model was chosen with all settings in view; the values were not.",
        "**Errors on settings held out** (modelled over measured, less 1: median of the sizes;"
        " extremes)",
        _errors(data["fits"]),
        "What the commands print beside seconds: for the measured deployments"
        f" {bands['held_out']} (the half held out); for all others {bands['left_out']} (the worst"
        " number of accelerators that was left out of the fit). Other accelerators, models and"
        " engines may be off by more. The roofline, which has shares of the peaks and little else,"
        f" on all {data['settings']} settings: decode {_off(data['roofline']['decode'])}; prefill"
        f" {_off(data['roofline']['prefill'])}.",
        "**Fitted values**",
        _values(data["fits"]),
        "A value that differs much between the columns is not determined by these measurements;"
        " only the durations are. The engine was one of 2023; one that captures its kernels in"
        " graphs launches faster.",
        "**Every setting, by the values of `half`** (modelled over measured, less 1)",
        _settings(data["table"]),
        "Again: `kvratio study gpu-fit --data splitwise_llama2_70b_a100.csv`.",
    )
    return "\n\n".join(paragraphs) + "\n"


def _errors(fits: Sequence[dict[str, Any]]) -> str:
    return _table(
        ("fitted to", "settings", "held out", *KINDS),
        (
            (
                case["part"],
                str(case["settings"]),
                str(case["held_out"]),
                *(_off(case["errors_held_out"][kind]) for kind in KINDS),
            )
            for case in fits
            if case["held_out"]
        ),
    )


def _values(fits: Sequence[dict[str, Any]]) -> str:
    return _table(
        ("value", "what", *(case["part"] for case in fits)),
        (
            (p.name, p.meaning, *(_shown(case["values"][p.name]) for case in fits))
            for p in PARAMETERS
        ),
    )


def _settings(rows: Iterable[Sequence[Any]]) -> str:
    return _table(
        ("accelerators", "prompt", "requests", "part", *KINDS),
        (
            (*map(str, key), "held out" if held else "fitted", f"{decode:+.1%}", f"{prefill:+.1%}")
            for *key, held, prefill, decode in rows
        ),
    )


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(pipe_table(header, rows))


def _off(off: dict[str, float]) -> str:
    return f"{off['median']:.1%}; {off['low']:+.1%} to {off['high']:+.1%}"


def _shown(text: str) -> str:
    value = Fraction(text)
    return f"{float(value):,.3g}" if value < 1000 else f"{int(value):,}"
