"""Hypothesis strategies: small instances of every kind that the model admits.

Sizes are small on purpose: conflicts of a scheduler appear with a handful of requests, and small
counterexamples can be worked out by hand.
"""

from hypothesis import strategies as st

from theory.model import Instance

LENGTHS = ("any", "two-point", "geometric", "near-full")
PREDICTIONS = ("right", "exact", "common", "any")


@st.composite
def instances(
    draw: st.DrawFn,
    max_requests: int = 7,
    max_memory: int = 24,
    common_prompt: bool = False,
    batch: bool = False,
    right: bool = False,
) -> Instance:
    """Requests that fit one by one, with arrivals, prompts and intervals right or wrong.

    `common_prompt`: one prompt length for all; `batch`: everyone arrives at 0; `right`: every
    interval contains the truth.
    """
    n = draw(st.integers(0, max_requests))
    memory = draw(st.integers(2, max_memory))
    if common_prompt:
        prompts = [draw(st.integers(0, memory // 2))] * n
    else:
        prompts = [draw(st.integers(0, memory - 1)) for _ in range(n)]
    outputs = draw(outputs_that_fit([memory - s for s in prompts]))
    arrivals = [0] * n if batch else draw(arrival_steps(n))
    kind = draw(st.sampled_from(PREDICTIONS[:3] if right else PREDICTIONS))
    intervals = draw(predictions(kind, outputs, memory))
    return Instance.of(memory, outputs, prompt=prompts, arrival=arrivals, interval=intervals)


@st.composite
def outputs_that_fit(draw: st.DrawFn, room: list[int]) -> list[int]:
    """One output length a request, at most its `room`, by one of four kinds of mixes."""
    kind = draw(st.sampled_from(LENGTHS))
    if not room:
        return []
    if kind == "near-full":  # each request alone almost fills the memory
        return [max(1, most - draw(st.integers(0, 1))) for most in room]
    if kind == "two-point":
        short = draw(st.integers(1, min(room)))
        long = draw(st.integers(short, max(room)))
        return [min(draw(st.sampled_from([short, long])), most) for most in room]
    if kind == "geometric":  # many short ones, few long ones
        return [min(1 + draw(st.integers(0, 2**6 - 1)).bit_length(), most) for most in room]
    return [draw(st.integers(1, most)) for most in room]


@st.composite
def arrival_steps(draw: st.DrawFn, n: int) -> list[int]:
    """In batch, close together in any order, or with gaps much longer than a run."""
    gap = draw(st.sampled_from([0, 1, 5, 10**9]))
    return [draw(st.integers(0, 3)) * gap for _ in range(n)]


@st.composite
def predictions(
    draw: st.DrawFn, kind: str, outputs: list[int], memory: int
) -> list[tuple[int, int]]:
    """Intervals by `kind`: around the truth, the truth, one for all, or anything at all."""
    if kind == "exact":
        return [(o, o) for o in outputs]
    if kind == "right":
        return [
            (draw(st.integers(1, o)), draw(st.integers(o, o + memory)))  # ends may exceed M - s
            for o in outputs
        ]
    if kind == "common":
        low, high = min(outputs, default=1), max(outputs, default=1)
        return [(draw(st.integers(1, low)), draw(st.integers(high, high + memory)))] * len(outputs)
    lows = [draw(st.integers(1, memory + 2)) for _ in outputs]
    return [(low, low + draw(st.integers(0, memory))) for low in lows]


@st.composite
def with_other_outputs(draw: st.DrawFn, instance: Instance) -> Instance:
    """The same requests and predictions, other true output lengths."""
    room = [instance.memory - s for s in instance.prompt]
    outputs = draw(outputs_that_fit(room))
    pairs = list(zip(instance.lower, instance.upper, strict=True))
    return Instance.of(
        instance.memory,
        outputs,
        prompt=instance.prompt,
        arrival=instance.arrival,
        interval=pairs,
    )
