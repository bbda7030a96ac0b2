"""Hypothesis strategies: small instances of every kind that the model admits.

Sizes are small on purpose: conflicts of a scheduler appear with a handful of requests, and small
counterexamples can be worked out by hand. A request is drawn as one row, so that shrinking can
leave it out.
"""

from collections.abc import Sequence

from hypothesis import strategies as st

from kvratio.theory.model import Instance

LENGTHS = ("any", "two-point", "geometric", "adversarial", "near-full")
PREDICTIONS = ("exact", "right", "common", "wrong", "any")
RIGHT = ("exact", "right", "common")
GAPS = (0, 1, 5)  # steps between arrivals: in batch, close together, apart

Row = tuple[int, int, int]  # prompt, output, arrival


@st.composite
def instances(
    draw: st.DrawFn,
    max_requests: int = 7,
    max_memory: int = 24,
    least_prompt: int = 0,
    common_prompt: bool = False,
    batch: bool = False,
    right: bool = False,
    longest_gap: int = 100,
) -> Instance:
    """Requests that fit one by one, with arrivals, prompts and intervals right or wrong.

    `least_prompt`: no prompt is shorter, in tokens; `common_prompt`: one prompt length for all;
    `batch`: all arrive at 0; `right`: every interval contains the truth; `longest_gap`: steps
    between arrivals that lie far apart; a system that goes step by step simulates up to three of
    them. In one instance of four the memory is barely feasible: the largest request fills it.
    """
    memory = draw(st.integers(least_prompt + 1, max_memory))
    prompt = prompts(memory, draw(st.sampled_from([0, 1, 3, max_memory])), least_prompt)
    if common_prompt:
        prompt = st.just(draw(prompt))
    kind = draw(st.sampled_from(LENGTHS))
    length = lengths(kind, memory, draw)
    arrival = arrivals(0 if batch else draw(st.sampled_from((*GAPS, longest_gap))))
    rows = draw(st.lists(requests(memory, prompt, length, arrival), max_size=max_requests))
    if rows and draw(st.sampled_from([False, False, False, True])):
        memory = max(s + o for s, o, _ in rows)
    outputs = [o for _, o, _ in rows]
    predicted = draw(st.sampled_from(RIGHT if right else PREDICTIONS))
    return Instance.of(
        memory,
        outputs,
        prompt=[s for s, _, _ in rows],
        arrival=[a for _, _, a in rows],
        interval=draw(intervals(predicted, outputs, memory)),
    )


@st.composite
def crowds(
    draw: st.DrawFn, max_memory: int = 24, least_prompt: int = 0, most: int = 40
) -> Instance:
    """Up to `most` requests at once, of one prompt and one or two lengths, rightly predicted."""
    prompt = draw(st.integers(least_prompt, max(least_prompt, min(6, max_memory - 1))))
    memory = draw(st.integers(prompt + 1, max(prompt + 1, max_memory)))
    pair = [min(draw(st.integers(1, 6)), memory - prompt) for _ in range(2)]
    counts = [draw(st.integers(0, most // 2)) for _ in range(2)]
    outputs = [o for o, n in zip(pair, counts, strict=True) for _ in range(n)]
    high = max(outputs, default=1)
    return Instance.of(memory, outputs, prompt=prompt, interval=(min(outputs, default=1), high))


@st.composite
def requests(
    draw: st.DrawFn,
    memory: int,
    prompt: st.SearchStrategy[int],
    length: st.SearchStrategy[int],
    arrival: st.SearchStrategy[int],
) -> Row:
    """One request that fits: a length that is too long for its prompt is clipped."""
    s = draw(prompt)
    return s, min(draw(length), memory - s), draw(arrival)


def prompts(memory: int, most: int, least: int = 0) -> st.SearchStrategy[int]:
    """Prompt lengths between `least` and `most`, if that is possible, that leave space for a token.

    Many can run at a time only where prompts are short.
    """
    return st.integers(least, max(least, min(most, memory - 1)))


def lengths(kind: str, memory: int, draw: st.DrawFn) -> st.SearchStrategy[int]:
    """Output lengths by one of five kinds of mixes; `draw` settles what a whole mix shares.

    "two-point": short ones and long ones. "geometric": half as many of each next length.
    "adversarial": the survival profile that is worst for A_min, a share 1 / (2k - 1) of at least
    k tokens. "near-full": each request alone fills the memory, or almost. "any": any.
    """
    if kind == "two-point":
        return st.sampled_from([draw(st.integers(1, memory)), draw(st.integers(1, memory))])
    if kind == "geometric":
        return st.integers(0, 2**6 - 1).map(lambda x: 1 + x.bit_length())
    if kind == "adversarial":
        return st.integers(0, 2**6 - 1).map(lambda x: (2**6 // (2**6 - x) + 1) // 2)
    if kind == "near-full":
        return st.sampled_from([memory, memory - 1]).map(lambda o: max(1, o))
    return st.integers(1, memory)


def arrivals(gap: int) -> st.SearchStrategy[int]:
    """Arrival steps, in any order of requests: a multiple of `gap`."""
    return st.integers(0, 3).map(lambda k: k * gap)


@st.composite
def intervals(
    draw: st.DrawFn, kind: str, outputs: Sequence[int], memory: int
) -> list[tuple[int, int]]:
    """Predicted intervals, one a request, by `kind`.

    "exact": the truth; "right": around the truth; "common": one for all that contains them all;
    "wrong": beside the truth, above or below; "any": anything at all. Ends may exceed what can
    fit.
    """
    if kind == "exact":
        return [(o, o) for o in outputs]
    if kind == "right":
        return [(draw(st.integers(1, o)), draw(st.integers(o, o + memory))) for o in outputs]
    if kind == "common":
        low, high = min(outputs, default=1), max(outputs, default=1)
        return [(draw(st.integers(1, low)), draw(st.integers(high, high + memory)))] * len(outputs)
    if kind == "wrong":
        return [draw(missing(o, memory)) for o in outputs]
    lows = [draw(st.integers(1, memory + 2)) for _ in outputs]
    return [(low, low + draw(st.integers(0, memory))) for low in lows]


@st.composite
def missing(draw: st.DrawFn, output: int, memory: int) -> tuple[int, int]:
    """An interval that misses the output length: below it if possible, or above it."""
    if output > 1 and draw(st.booleans()):
        high = draw(st.integers(1, output - 1))
        return draw(st.integers(1, high)), high
    low = draw(st.integers(output + 1, output + memory))
    return low, low + draw(st.integers(0, memory))


@st.composite
def with_other_outputs(draw: st.DrawFn, instance: Instance) -> Instance:
    """The same requests and predictions; some true output lengths are others."""
    outputs = [
        draw(st.integers(0, instance.memory - s)) or o
        for s, o in zip(instance.prompt, instance.output, strict=True)
    ]
    return Instance.of(
        instance.memory,
        outputs,
        prompt=instance.prompt,
        arrival=instance.arrival,
        interval=list(zip(instance.lower, instance.upper, strict=True)),
    )
