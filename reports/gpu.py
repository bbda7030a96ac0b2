"""A model on accelerators as rows: what is cited, what is assumed, and what follows."""

from typing import Any, NamedTuple

from kvratio.simulate.gpu.catalogue import ACCELERATORS, MODELS
from kvratio.simulate.gpu.deployment import Deployment
from kvratio.simulate.gpu.fitted import FITTED_VALUES, accuracy, as_fitted
from kvratio.simulate.gpu.roofline import decode_batch, fitted_line, iteration_time, prefill_batch

# iterations that are shown: requests and tokens held by each; prompts
DECODE = ((1, 128), (16, 128), (64, 128), (64, 512), (128, 512))
PREFILL = (128, 512, 2048)
CONTEXT = 512  # tokens a request, of the iterations that a line is fitted to
PUBLISHED_TOKENS = 16492
PUBLISHED = "arXiv 2502.07115 v5, section 5.2 and appendix C"
PUBLISHED_FOR = (MODELS["llama-2-70b"], ACCELERATORS["a100-80"], 2)  # it says "two linked A100s"


class Row(NamedTuple):
    """A number, its unit, and how it was obtained: cited, assumed, fitted or derived."""

    name: str
    value: int | float
    unit: str
    obtained: str
    source: str


def rows(deployment: Deployment) -> list[Row]:
    """Everything that is known of a deployment, from the cited figures to times of iterations.

    >>> from kvratio.simulate.gpu.deployment import deployment
    >>> [row.value for row in rows(deployment("llama-3-8b:h100")) if row.name == "KV cache a token"]
    [131072]
    """
    return [
        *_cited(deployment),
        *_assumed(deployment),
        *_fitted(),
        *_derived(deployment),
        *_times(deployment),
    ]


def _cited(deployment: Deployment) -> list[Row]:
    model, accelerator = deployment.model, deployment.accelerator
    shape = (
        ("layers", model.layers),
        ("attention heads", model.heads),
        ("KV heads", model.kv_heads),
        ("head size", model.head_size),
        ("hidden size", model.hidden),
        ("MLP size", model.inner),
        ("vocabulary", model.vocabulary),
    )
    device = (
        ("memory", accelerator.memory, "bytes"),
        ("memory bandwidth", accelerator.bandwidth, "bytes/s"),
        (f"peak, {model.dtype} dense", accelerator.peak, "operations/s"),
        ("link, one direction", accelerator.link, "bytes/s"),
    )
    return [
        *(Row(name, value, "", "cited", model.source) for name, value in shape),
        *(Row(name, value, unit, "cited", accelerator.source) for name, value, unit in device),
    ]


def _assumed(deployment: Deployment) -> list[Row]:
    assumed = deployment.assumptions
    values: tuple[tuple[str, int | float, str], ...] = (
        ("share of memory used", float(assumed.utilisation), ""),
        ("reserve an accelerator", assumed.reserve, "bytes"),
        ("share of bandwidth reached", float(assumed.bandwidth), ""),
        ("share of peak reached", float(assumed.arithmetic), ""),
        ("share of link reached", float(assumed.link), ""),
        ("latency of an exchange", assumed.exchange, "ns"),
        ("launch of an iteration", assumed.launch, "ns"),
    )
    return [Row(name, value, unit, "assumed", "") for name, value, unit in values]


# of `Assumptions`: how the terminal calls what was fitted; shares of the peaks have no unit
FITTED_NAMES = {
    "attention": ("share of bandwidth, cache", ""),
    "arithmetic": ("share of peak reached", ""),
    "link": ("share of link reached", ""),
    "hop": ("exchange, a further accelerator", "ns"),
    "layer": ("launch of a layer", "ns"),
    "request": ("host's work, a request", "ns"),
    "crowded": ("a byte exchanged, long prefill", "ps"),
}


def _fitted() -> list[Row]:
    source = "reports/published/gpu-fit.md"
    return [
        Row(f"fitted: {name}", float(FITTED_VALUES[key]), unit, "fitted", source)
        for key, (name, unit) in FITTED_NAMES.items()
    ]


def _derived(deployment: Deployment) -> list[Row]:
    values = [
        Row("parameters", deployment.model.parameters, "", "derived", "from the shape"),
        Row("weights an accelerator", deployment.weights, "bytes", "derived", ""),
        Row("KV cache a token", deployment.kv_bytes, "bytes", "derived", ""),
        Row("budget M", deployment.budget, "tokens", "derived", ""),
    ]
    if _published(deployment):
        implied = deployment.reserve_for(PUBLISHED_TOKENS)
        values += [
            Row("published budget, two A100s", PUBLISHED_TOKENS, "tokens", "cited", PUBLISHED),
            Row("reserve that it implies here", implied, "bytes", "derived", ""),
        ]
    return values


def _times(deployment: Deployment) -> list[Row]:
    times, budget = iteration_time(deployment), deployment.budget
    models = {"fitted": iteration_time(as_fitted(deployment)), "roofline": times}
    shown = [
        (f"decode, {running} x {context} tokens", decode_batch(running, context))
        for running, context in DECODE
    ]
    shown += [(f"prefill, prompt of {prompt}", prefill_batch(prompt)) for prompt in PREFILL]
    found = [
        Row(f"{name}, {model}", of.nanoseconds(batch), "ns", "derived", model)
        for model, of in models.items()
        for name, batch in shown
        if batch.cache <= budget
    ]
    if budget < 2 * CONTEXT:
        return found
    line = fitted_line(times, budget, CONTEXT)
    fitted = f"fitted to the roofline's decode iterations of {line.context} tokens a request"
    return [
        *found,
        Row("d0 of the fitted line", round(line.d0) / 1000, "ns", "derived", fitted),
        Row("d1 of the fitted line", round(line.d1) / 1000, "ns/token", "derived", fitted),
        Row("its largest error", float(line.worst), "", "derived", "share of the roofline"),
    ]


def to_json(deployment: Deployment) -> dict[str, Any]:
    """The deployment and its rows, as `--json` writes them.

    >>> from kvratio.simulate.gpu.deployment import deployment
    >>> to_json(deployment("mistral-7b:l40s"))["accelerators"]
    1
    """
    return {
        "model": deployment.model.name,
        "accelerator": deployment.accelerator.name,
        "accelerators": deployment.count,
        "pipeline": deployment.pipeline,
        "budget": deployment.budget,
        "rows": [row._asdict() for row in rows(deployment)],
    }


COLUMNS = ("figure", "value", "unit", "obtained")


def cells(row: Row) -> tuple[str, ...]:
    """A row for the terminal.

    >>> cells(Row("budget M", 37751, "tokens", "derived", ""))
    ('budget M', '37,751', 'tokens', 'derived')
    """
    if row.unit == "ns" and row.value >= 10**5:
        return row.name, f"{row.value / 1e6:,.3f}", "ms", row.obtained
    value = f"{row.value:,}" if isinstance(row.value, int) else f"{row.value:,.4g}"
    return row.name, value, row.unit, row.obtained


def sources(deployment: Deployment) -> str:
    """Where the cited figures come from, for the foot of the table.

    >>> from kvratio.simulate.gpu.deployment import deployment
    >>> sources(deployment("llama-3-8b:h100")).splitlines()[0]
    'model: meta-llama/Meta-Llama-3-8B config.json (Hugging Face)'
    """
    lines = [f"model: {deployment.model.source}", f"accelerator: {deployment.accelerator.source}"]
    if _published(deployment):
        lines.append(f"published budget: {PUBLISHED}; measured there, with an unstated reserve")
    lines.append(f"fitted: {accuracy(deployment)}")
    return "\n".join(lines)


def _published(deployment: Deployment) -> bool:
    """Is it the setting for which a budget was published?"""
    return (deployment.model, deployment.accelerator, deployment.count) == PUBLISHED_FOR
