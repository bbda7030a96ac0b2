"""The duration of an iteration on a deployment: from its parts, as a line, or as it was measured.

Two sets of assumptions go into the parts: "roofline", shares of the peaks and little else, which
is what the hardware allows; "fitted", with what a measured engine adds (`simulate.gpu.fitted`).

Memory traffic: every iteration reads the weights (all but the input embedding) once, and moves the
keys and values of every token held. Arithmetic: two operations a parameter for every processed
token (the output head only for tokens that are made) and, in every layer and query head, four
operations an entry of a head for every pair of tokens of which one attends to the other. Tensor
parallel: two all-reduces a layer, each of one hidden vector a processed token, by the ring
algorithm: every accelerator sends 2 (g - 1) / g of it. They do not overlap with the rest. In a
pipeline the accelerators work one after the other, and each hands on a hidden vector a token.
The host launches every layer and handles every request. Beyond some number of tokens in one
iteration, each may cost more (measured on prefills; the cause is not known).
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from kvratio.simulate.gpu.deployment import Deployment
from kvratio.simulate.gpu.fitted import FITTED, as_fitted
from kvratio.simulate.gpu.profile import NAME, read_profile
from kvratio.simulate.iteration import PS_PER_NS, Batch, IterationTime
from kvratio.theory.checks import InputError, rational, whole

PS_PER_S = 10**12
MOST_NS = 10**15  # of a given line's coefficients
POINTS = 64  # batches that the line is fitted to


def iteration_time(deployment: Deployment) -> IterationTime:
    """From the parts, under the deployment's assumptions; coefficients in whole picoseconds.

    >>> from kvratio.simulate.gpu.deployment import deployment
    >>> iteration_time(deployment("llama-2-70b:a100-80x2")).cache
    100441
    """
    model, assumed, count = deployment.model, deployment.assumptions, deployment.count
    accelerator = deployment.accelerator
    if deployment.pipeline:
        at_once, exchanges, moved, hops = 1, count - 1, deployment.kv_bytes, 1
        sent = Fraction(model.hidden * model.value_bytes)
    else:
        at_once, moved, hops = count, deployment.kv_bytes_each, count - 1
        exchanges = 2 * model.layers if count > 1 else 0
        sent = Fraction(2 * (count - 1), count) * model.hidden * model.value_bytes
    launch = assumed.launch + model.layers * assumed.layer
    exchange = assumed.exchange + hops * assumed.hop
    hidden = 2 * model.layers * model.hidden * model.value_bytes
    per_byte = PS_PER_S / (accelerator.bandwidth * assumed.bandwidth)
    per_cached = PS_PER_S / (accelerator.bandwidth * assumed.attention)
    per_operation = PS_PER_S / (accelerator.peak * assumed.arithmetic * at_once)
    return IterationTime(
        fixed=PS_PER_NS * (launch + exchanges * exchange),
        weights=round(model.read * model.value_bytes * per_byte / at_once),
        cache=round(moved * per_cached),
        token=round(2 * model.multiplied * per_operation),
        sample=round(2 * model.head * per_operation),
        pair=round(4 * model.layers * model.heads * model.head_size * per_operation),
        link=round(exchanges * sent * PS_PER_S / (accelerator.link * assumed.link)),
        request=PS_PER_NS * assumed.request,
        crowded=round(hidden * assumed.crowded),
        crowd=assumed.crowd,
    )


def decode_batch(running: int, context: int) -> Batch:
    """An iteration in which no request starts and each holds `context` tokens.

    >>> decode_batch(3, 100).cache
    300
    """
    return Batch(running, 0, running * context, 0, 0)


def prefill_batch(prompt: int) -> Batch:
    """An iteration in which one request starts and no other runs.

    >>> prefill_batch(4)
    Batch(running=1, started=1, cache=5, prompt=4, pairs=10, before=0)
    """
    return Batch(1, 1, prompt + 1, prompt, prompt * (prompt + 1) // 2)


@dataclass(frozen=True, slots=True)
class Line:
    """d0 + d1 x tokens held, in exact picoseconds, fitted to decode iterations of one context.

    `worst`: the largest distance from the roofline over the fitted batches, relative to it.
    """

    d0: Fraction
    d1: Fraction
    context: int
    worst: Fraction

    def iteration_time(self) -> IterationTime:
        """With coefficients rounded to whole picoseconds."""
        return IterationTime.linear(round(self.d0), round(self.d1))


def fitted_line(times: IterationTime, memory: int, context: int = 512) -> Line:
    """The least-squares line through the roofline's decode iterations, in exact arithmetic.

    The batches hold at most `memory` tokens, `context` tokens a request, evenly spaced in size.
    Prompts do not enter: the line is a model of decoding (arXiv 2504.11320, section 2.3).

    >>> fitted_line(IterationTime(fixed=7000, weights=5000, cache=3000), 2000).d1
    Fraction(3000, 1)
    """
    whole("context", context, least=1)
    most = memory // context
    sizes = sorted({1 + (most - 1) * k // (POINTS - 1) for k in range(POINTS)})
    if most < 2:
        raise InputError("context", context, f"at most half the budget of {memory} tokens")
    tokens = [size * context for size in sizes]
    exact = [PS_PER_NS * times.nanoseconds(decode_batch(size, context)) for size in sizes]
    mean_x, mean_y = Fraction(sum(tokens), len(tokens)), Fraction(sum(exact), len(exact))
    slope = sum((x - mean_x) * (y - mean_y) for x, y in zip(tokens, exact, strict=True))
    d1 = Fraction(slope) / sum((x - mean_x) ** 2 for x in tokens)
    d0 = mean_y - d1 * mean_x
    worst = max(abs(d0 + d1 * x - y) / y for x, y in zip(tokens, exact, strict=True))
    return Line(d0, d1, context, worst)


def iteration_by(deployment: Deployment, text: str) -> IterationTime:
    """The model of iterations that a word names.

    "fitted", with what measurements add; "roofline", what the hardware allows, under the
    deployment's assumptions; "line", fitted to the roofline; or "D0:D1", a line of D0 nanoseconds
    and D1 nanoseconds for every token held, as exact decimals. "profile:FILE" are measurements of
    one's own (`kvratio.simulate.gpu.profile`).

    >>> from kvratio.simulate.gpu.deployment import deployment
    >>> iteration_by(deployment("llama-3-8b:h100"), "5e6:41.5").cache
    41500
    """
    if text.startswith(NAME):
        return read_profile(Path(text.removeprefix(NAME)))
    if text == FITTED:
        return iteration_time(as_fitted(deployment))
    if text == "roofline":
        return iteration_time(deployment)
    if text == "line":
        return fitted_line(iteration_time(deployment), deployment.budget).iteration_time()
    d0, colon, d1 = text.partition(":")
    if not colon:
        raise InputError(
            "iteration", text, "fitted, roofline, line, profile:FILE, or D0:D1 in nanoseconds"
        )
    exact = [rational("iteration", part, least=0, most=MOST_NS) * PS_PER_NS for part in (d0, d1)]
    return IterationTime.linear(*map(round, exact))
