"""How long an iteration takes, in integers, so that results are the same on every machine."""

from dataclasses import dataclass, fields
from typing import Any, ClassVar, NamedTuple

from kvratio.theory.checks import whole
from kvratio.theory.model import volume

PS_PER_NS = 1000
NS_PER_S = 10**9
MOST_PS = 10**18  # of a coefficient: far more than any iteration takes
# of a table: numbers of requests, points of the grid of decode iterations, and of prefills
MOST_DECODES, MOST_POINTS, MOST_PREFILLS = 32, 1024, 64
BEYOND = 1 << 62  # of a batch that a table does not cover: later than every moment


class Batch(NamedTuple):
    """What the duration of one iteration (one step of the model) depends on.

    `running` requests make a token each; the `started` among them process their prompts, of
    `prompt` tokens in all, with `pairs` pairs of tokens that attend to each other: the sum of
    s (s + 1) / 2. `cache`: tokens held in this step, as the model counts them (s + g + 1 each).

    Under chunked prefill (`kvratio.simulate.chunks`) a request that processes c tokens after p of
    earlier iterations counts as one that starts: p + c + 1 tokens of `cache`, c of `prompt`, p c +
    c (c + 1) / 2 `pairs`. `before` sums the p.
    """

    running: int
    started: int
    cache: int
    prompt: int
    pairs: int
    before: int = 0


@dataclass(frozen=True, slots=True)
class IterationTime:
    """The duration of an iteration from its batch: integer coefficients, in picoseconds.

    `fixed` passes in any case. Then comes the larger of memory traffic (`weights`, and `cache` a
    token held) and arithmetic (`token` a processed token, `sample` a token made, `pair` a pair of
    tokens of which one attends to the other), and then communication, `link` a processed token,
    the host's work, `request` a running request, and `crowded` for every processed token beyond
    the first `crowd`. A request that starts processes its prompt, and its first token comes from
    that; every other one processes the token that it made last. Durations are rounded up to whole
    nanoseconds.

    >>> decode = Batch(running=10, started=0, cache=700, prompt=0, pairs=0)
    >>> IterationTime(fixed=2_000_000, weights=5_000_000, cache=100).nanoseconds(decode)
    7070
    """

    fixed: int
    weights: int = 0
    cache: int = 0
    token: int = 0
    sample: int = 0
    pair: int = 0
    link: int = 0
    request: int = 0
    crowded: int = 0
    crowd: int = 0
    # of durations by a table (`kvratio.simulate.gpu.profile`)
    decodes: ClassVar[int] = 0

    def __post_init__(self) -> None:
        for field in fields(IterationTime):
            # if an iteration took no time, no request could ever arrive
            least = 1 if field.name == "fixed" else 0
            whole(field.name, getattr(self, field.name), least=least, most=MOST_PS)

    @classmethod
    def linear(cls, d0: int, d1: int) -> "IterationTime":
        """d0 + d1 x tokens held, in picoseconds: the model of arXiv 2504.11320, equation (1).

        >>> IterationTime.linear(1000, 7).nanoseconds(Batch(3, 1, 300, 20, 210))
        4
        """
        return cls(fixed=d0, cache=d1)

    def nanoseconds(self, batch: Batch) -> int:
        """Duration of an iteration; a step without running requests takes the fixed part only."""
        return nanoseconds(self, batch)

    @property
    def least(self) -> int:
        """No iteration with a running request takes fewer nanoseconds than this.

        >>> IterationTime(fixed=2_000, weights=5_000, cache=900, token=10**9).least
        8
        """
        return self.nanoseconds(Batch(running=1, started=1, cache=1, prompt=0, pairs=0))

    def needed(self, prompt: int, output: int) -> tuple[int, int]:
        """Nanoseconds of arithmetic and communication, and of movement of its own cache, that a
        request needs in all; no iteration takes less than either of them, summed over its requests.

        >>> IterationTime(fixed=1, cache=1000, token=9000).needed(prompt=2, output=2)
        (27, 7)
        """
        tokens = prompt + output - 1
        attended = volume(prompt, output - 1) + prompt * (prompt + 1) // 2
        arithmetic = (self.token + self.link) * tokens + self.sample * output
        moved = self.cache * volume(prompt, output)
        host = self.request * output  # beside either of them
        return (arithmetic + self.pair * attended + host) // PS_PER_NS, (moved + host) // PS_PER_NS

    def between(self, peak: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Two lines (fixed, a token held), in picoseconds, between which iterations lie in which
        some request runs and none holds more than `peak` tokens.

        A running request processes no more tokens than it holds, and attends to fewer pairs than
        `peak` times these; the sum of memory traffic and arithmetic is above the larger of both.

        >>> IterationTime(fixed=2000, weights=5000, cache=30, token=4).between(9)
        ((7000, 30), (7999, 34))
        """
        whole("peak", peak, least=1)
        fixed = self.fixed + self.weights
        each = self.cache + self.token + self.sample + self.link + self.request + self.crowded
        up = PS_PER_NS - 1  # durations are rounded up to nanoseconds
        return (fixed + self.request, self.cache), (fixed + up, each + self.pair * peak)

    def decoding(self, least: int) -> tuple[int, int]:
        """A line (fixed, a token held), in picoseconds, above iterations in which no prompt is
        processed and every running request holds at least `least` tokens; rounded up.

        >>> IterationTime(fixed=2000, weights=5000, cache=30, token=40).decoding(10)
        (7999, 34)
        """
        whole("least", least, least=1)
        request = self.token + self.sample + self.link + self.request + self.crowded
        each = self.cache + self.pair - (-request // least)
        return self.fixed + self.weights + PS_PER_NS - 1, each

    def processing(self, tokens: int) -> int:
        """Picoseconds by which a prompt of so many tokens, or a cache that is computed again, makes
        an iteration longer, at most, beside the line of `decoding`.

        >>> IterationTime(fixed=2000, weights=5000, cache=30, token=40, pair=1).processing(3)
        126
        """
        each = self.token + self.link + self.crowded
        return each * whole("tokens", tokens) + self.pair * (tokens * (tokens + 1) // 2)

    def bound(self, memory: int) -> int:
        """No iteration within a budget of `memory` tokens takes more picoseconds than this."""
        each = self.cache + self.token + self.sample + self.link + self.request + self.crowded
        return self.fixed + self.weights + memory * (each + (memory + 1) * self.pair)


def nanoseconds(times: Any, batch: Batch) -> int:
    """`IterationTime.nanoseconds`; compiled code has this very function, with records for `times`.

    With a table, `times` has further fields (`kvratio.simulate.gpu.profile.Profiled`).

    >>> nanoseconds(IterationTime(fixed=1), Batch(0, 0, 0, 0, 0, 0))
    1
    """
    if times.decodes > 0 and batch.running > 0:
        return interpolated(times, batch)
    total: int = times.fixed
    if batch.running > 0:
        tokens = batch.prompt + batch.running - batch.started
        attended = batch.pairs + batch.cache - batch.before - batch.prompt - batch.running
        memory = times.weights + times.cache * batch.cache
        arithmetic = times.token * tokens + times.sample * batch.running + times.pair * attended
        total += max(memory, arithmetic) + times.link * tokens + times.request * batch.running
        total += times.crowded * max(0, tokens - times.crowd)
    return (total + PS_PER_NS - 1) // PS_PER_NS


def interpolated(times: Any, batch: Batch) -> int:
    """Nanoseconds by a table: of the decoding, and of the prefill. Each interpolation is rounded
    up. `BEYOND` where more than the largest that was measured is asked for."""
    going = batch.running - batch.started
    # by those that decode; what a chunk attends to of earlier ones is not in the table
    held = batch.cache - batch.before - batch.prompt - batch.started
    total = 0
    if going > 0:
        if going > times.at_requests[times.decodes - 1]:
            return BEYOND
        if held > times.at_tokens[times.contexts - 1] * going:
            return BEYOND
        row = column = 0
        while times.at_requests[row + 1] < going:
            row += 1
        while times.at_tokens[column + 1] * going < held:
            column += 1
        first, width = times.at_tokens[column], times.at_tokens[column + 1]
        along = max(0, held - first * going)
        width = (width - first) * going
        at = row * times.contexts + column
        low, high = times.decode[at], times.decode[at + 1]
        low -= -((high - low) * along) // width
        at += times.contexts
        more, high = times.decode[at], times.decode[at + 1]
        more -= -((high - more) * along) // width
        few = times.at_requests[row]
        total = low - (low - more) * (going - few) // (times.at_requests[row + 1] - few)
    if batch.started > 0:
        if batch.prompt > times.at_prompt[times.prefills - 1]:
            return BEYOND
        row = 0
        while times.at_prompt[row + 1] < batch.prompt:
            row += 1
        low, high, first = times.prefill[row], times.prefill[row + 1], times.at_prompt[row]
        along = max(0, batch.prompt - first)
        total += low - (low - high) * along // (times.at_prompt[row + 1] - first)
    return total
