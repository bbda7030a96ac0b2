"""Requests before they meet a memory budget, and the built-in synthetic workloads.

Sampling is by exact inversion: a uniform 63-bit integer is compared with cumulative probabilities
rounded up to multiples of 2^-63, so that the same seed gives the same requests on every machine.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from kvratio.theory.checks import InputError, one_of, rational, whole
from kvratio.theory.model import MOST_TOKENS, Instance

Ints = npt.NDArray[np.int64]
Intervals = list[tuple[int, int]]

SCALE_BITS = 63
MOST_TERMS = 1_000_000  # longest table of cumulative probabilities that is built
TAIL_LEFT = 2.0 ** (2 - SCALE_BITS)  # a tail above it, rounding errors aside, has not vanished
MOST_REQUESTS = 10_000_000  # a few gigabytes; far more than a step engine can work through
MOST_WEIGHT = (1 << SCALE_BITS) - 1  # of denominators and sums of weights: one 64-bit draw decides
LONGEST_SECONDS = 10**12  # latest arrival; in microseconds it still fits 64 bits


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests of a trace or a workload, as columns.

    `output` and `prompt` in tokens, `arrival` in seconds (exact); `prompt` and `arrival` are None
    where the source has none. `columns` holds further numeric columns by name, such as
    predictions. `support` is the interval of all output lengths that the source can have, if known.
    Of a file: `lines`, the line of each request; `skipped`, how many wrong rows were left out;
    `without`, why it has no arrivals, if there is more to say.
    """

    source: str
    output: tuple[int, ...]
    prompt: tuple[int, ...] | None = None
    arrival: Sequence[Fraction] | None = None
    columns: Mapping[str, Sequence[Fraction]] = field(default_factory=dict)
    support: tuple[int, int] | None = None
    lines: Sequence[int] | None = field(default=None, compare=False)
    skipped: int = field(default=0, compare=False)
    without: str = field(default="", compare=False)

    def __len__(self) -> int:
        return len(self.output)

    def instance(
        self,
        memory: int,
        intervals: Intervals | tuple[int, int],
        *,
        prompt: int | None = None,
        rate: Fraction | None = None,
    ) -> Instance:
        """Put the requests before a budget of `memory` tokens.

        `prompt`: a common prompt length instead of the source's. `rate`: steps a second; a
        request that arrives at second a may start from step floor(a * rate) on. Without it all
        arrive at 0. Raises `InputError` when something needed is missing.

        >>> Requests("two", (3, 4)).instance(10, (1, 5), prompt=2).prompt
        (2, 2)
        """
        prompts = self.prompt if prompt is None else prompt
        if prompts is None:
            required = f"a common prompt length in tokens ({self.source} has no prompts)"
            raise InputError("prompt", None, required)
        arrival: int | list[int] = 0
        if rate is not None:
            if self.arrival is None:
                reason = self.without or f"{self.source} has none (a workload takes rate=R)"
                raise InputError("timed", str(rate), "requests with arrival times", reason)
            arrival = [int(second * rate) for second in self.arrival]
        return Instance.of(
            memory,
            self.output,
            prompt=prompts,
            arrival=arrival,
            interval=intervals,
        )


def two_point(rng: np.random.Generator, count: int, l: int, u: int, q: Fraction) -> Ints:  # noqa: E741
    """Length `u` with probability `q` (the share of long requests), else `l`."""
    _check_range(l, u)
    rational("q", q, least=0, most=1)
    if q.denominator > MOST_WEIGHT:
        raise InputError("q", str(q), f"a denominator of at most {MOST_WEIGHT}")
    long = rng.integers(0, q.denominator, size=count) < q.numerator
    return np.where(long, u, l).astype(np.int64)


def uniform(rng: np.random.Generator, count: int, l: int, u: int) -> Ints:  # noqa: E741
    """Every length in l ... u equally likely."""
    _check_range(l, u)
    return rng.integers(l, u + 1, size=count)


def _check_range(l: int, u: int) -> None:  # noqa: E741
    whole("l", l, least=1, most=MOST_TOKENS)
    whole("u", u, least=l, most=MOST_TOKENS)


def geometric(rng: np.random.Generator, count: int, q: Fraction) -> Ints:
    """P(k) = (1 - q) q^(k-1), k >= 1."""
    return _invert(rng, count, q, lambda _k, tail: tail)


def linear_geometric(rng: np.random.Generator, count: int, q: Fraction) -> Ints:
    """P(k) = k (1 - q)^2 q^(k-1), k >= 1; its tail is P(o > k) = q^k (1 + k (1 - q))."""
    p, one = q.denominator - q.numerator, q.denominator
    return _invert(rng, count, q, lambda k, tail: tail * (one + k * p) // one)


def _invert(
    rng: np.random.Generator, count: int, q: Fraction, survival: Callable[[int, int], int]
) -> Ints:
    """Invert a law whose P(o > k) is `survival(k, q^k)`, in fixed point with guard bits."""
    rational("q", q, above=0, below=1)
    required = f"a law whose tail vanishes within {MOST_TERMS} lengths"
    if float(q) ** MOST_TERMS > TAIL_LEFT:
        raise InputError("q", str(q), required)
    guard = 64
    tail = 1 << SCALE_BITS + guard
    thresholds: list[int] = []
    while not thresholds or thresholds[-1] < 1 << SCALE_BITS:
        if len(thresholds) == MOST_TERMS:
            raise InputError("q", str(q), required)
        tail = tail * q.numerator // q.denominator
        beyond = survival(len(thresholds) + 1, tail) >> guard
        thresholds.append((1 << SCALE_BITS) - beyond)
    table = np.array(thresholds, dtype=np.uint64)
    draws = rng.integers(0, 1 << SCALE_BITS, size=count, dtype=np.uint64)
    return np.searchsorted(table, draws, side="right").astype(np.int64) + 1


def survival(rng: np.random.Generator, count: int, u: int) -> Ints:
    """P(o >= k) = 1 / (2k - 1) for k <= u: the profile at which A_min is worst
    (`kvratio.theory.survival`).

    >>> survival(np.random.default_rng(0), 8, 5).tolist()
    [1, 1, 1, 1, 3, 5, 1, 2]
    """
    whole("u", u, least=1, most=MOST_TERMS)
    beyond = [(1 << SCALE_BITS) // (2 * k + 1) for k in range(1, u)]
    table = (1 << SCALE_BITS) - np.array(beyond, dtype=np.uint64)
    draws = rng.integers(0, 1 << SCALE_BITS, size=count, dtype=np.uint64)
    return np.searchsorted(table, draws, side="right").astype(np.int64) + 1


def histogram(rng: np.random.Generator, count: int, weights: Mapping[int, int]) -> Ints:
    """Length k with probability proportional to weights[k].

    >>> histogram(np.random.default_rng(0), 3, {7: 1}).tolist()
    [7, 7, 7]
    """
    for length, weight in weights.items():
        whole("histogram length", length, least=1, most=MOST_TOKENS)
        whole(f"histogram weight of {length}", weight)
    total = sum(weights.values())
    if not 0 < total <= MOST_WEIGHT:
        required = f"a positive sum of weights, at most {MOST_WEIGHT}"
        raise InputError("histogram", dict(weights), required)
    lengths = np.array(list(weights), dtype=np.int64)
    cumulative = np.cumsum(np.array(list(weights.values()), dtype=np.int64))
    draws = rng.integers(0, total, size=count)
    return lengths[np.searchsorted(cumulative, draws, side="right")]


# LMSYS-Chat-1M as published in arXiv 2508.14544, section 6 (2,000 conversations): prompts 1 to 468
# tokens, mean 41, median 11, variance 4961; outputs 1 to 883, mean 85, median 43, variance 9702.
# A truncated generalised gamma law was fitted to each and cut into bins (last length of the bin,
# weight), uniform within a bin, and a few weights moved; range and median are met, mean and
# variance to 0.02 % (tested exactly).
# Prompts and outputs are drawn independently: their dependence is not published.
LMSYS_PROMPT = (
    (2, 2285), (4, 992), (6, 658), (8, 495), (11, 570), (16, 688), (22, 590), (30, 570),
    (40, 514), (55, 541), (75, 487), (100, 405), (130, 323), (170, 281), (230, 253), (300, 168),
    (380, 110), (468, 70),
)  # fmt: skip
LMSYS_OUTPUT = (
    (2, 1152), (4, 566), (7, 571), (11, 544), (16, 512), (23, 553), (32, 557), (43, 545),
    (57, 562), (75, 593), (98, 621), (128, 662), (165, 661), (210, 634), (270, 614), (340, 418),
    (430, 202), (540, 31), (680, 1), (883, 1),
)  # fmt: skip


def binned(rng: np.random.Generator, count: int, bins: tuple[tuple[int, int], ...]) -> Ints:
    """Draw a bin by weight, then a length uniformly within it; bins are (last length, weight)."""
    last, width, cumulative = _columns(bins)
    bin_of = np.searchsorted(cumulative, rng.integers(0, cumulative[-1], size=count), side="right")
    return last[bin_of] - rng.integers(0, width[bin_of])


@cache
def _columns(bins: tuple[tuple[int, int], ...]) -> tuple[Ints, Ints, Ints]:
    """Last lengths, widths and cumulative weights of bins: made once, as drawing takes less."""
    last = np.array([edge for edge, _ in bins], dtype=np.int64)
    columns = last, np.diff(last, prepend=0), np.cumsum([weight for _, weight in bins])
    for column in columns:
        column.flags.writeable = False
    return columns


def synthetic(spec: str, count: int, seed: int) -> Requests:
    """A built-in workload from its text, such as "two-point:l=5,u=20,q=0.2".

    Names and keys: two-point (l, u, q), geometric (q), linear-geometric (q), uniform (l, u),
    survival (u), histogram (LENGTH=WEIGHT,...), lmsys. Every name also takes `rate`: Poisson
    arrivals, so many requests a second. Prompts: only lmsys draws them, the others have prompt 0.

    >>> synthetic("geometric:q=0.9", 3, seed=0) == synthetic("geometric:q=0.9", 3, seed=0)
    True
    """
    name, _, text = spec.partition(":")
    one_of("workload", name, NAMES)
    given = _parse_keys(spec, text)
    rate = given.pop("rate", None)
    rng = np.random.default_rng(whole("seed", seed))
    whole("requests", count, least=1, most=MOST_REQUESTS)
    output, support = _outputs(rng, count, spec, given)
    prompt = binned(rng, count, LMSYS_PROMPT) if name == "lmsys" else np.zeros(count, np.int64)
    arrival = None if rate is None else _poisson(rng, count, rate)
    return Requests(spec, tuple(output.tolist()), tuple(prompt.tolist()), arrival, support=support)


def _outputs(
    rng: np.random.Generator, count: int, spec: str, given: Mapping[str, str]
) -> tuple[Ints, tuple[int, int] | None]:
    """Output lengths, and the interval of all that the law can have, if it is bounded."""
    name = spec.partition(":")[0]
    if name == "histogram":
        weights = {_length(spec, key): _whole(spec, key, value) for key, value in given.items()}
        if len(weights) < len(given):
            raise InputError("workload", spec, "each length once")
        present = [length for length, weight in weights.items() if weight]
        return histogram(rng, count, weights), (min(present, default=1), max(present, default=1))
    if KEYS[name] ^ set(given):
        keys = ", ".join(sorted(KEYS[name])) or "(none)"
        raise InputError("workload", spec, f"exactly the keys {keys}", "rate=R is free")
    if name == "lmsys":
        return binned(rng, count, LMSYS_OUTPUT), None
    if name in ("geometric", "linear-geometric"):
        law = geometric if name == "geometric" else linear_geometric
        return law(rng, count, rational("q", given["q"])), None
    high = _whole(spec, "u", given["u"])
    if name == "survival":
        return survival(rng, count, high), (1, high)
    low = _whole(spec, "l", given["l"])
    if name == "uniform":
        return uniform(rng, count, low, high), (low, high)
    return two_point(rng, count, low, high, rational("q", given["q"])), (low, high)


KEYS: dict[str, set[str]] = {
    "two-point": {"l", "u", "q"},
    "geometric": {"q"},
    "linear-geometric": {"q"},
    "uniform": {"l", "u"},
    "survival": {"u"},
    "lmsys": set(),
}
NAMES = (*KEYS, "histogram")


def _parse_keys(spec: str, text: str) -> dict[str, str]:
    pairs = [item.partition("=") for item in text.split(",")] if text else []
    if any(not key or not value for key, _, value in pairs):
        raise InputError("workload", spec, "NAME or NAME:key=value,key=value")
    keys = [key for key, _, _ in pairs]
    if any(a == b for a, b in pairwise(sorted(keys))):
        raise InputError("workload", spec, "each key once")
    return {key: value for key, _, value in pairs}


def _whole(spec: str, key: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise InputError(f"{key} of workload {spec}", text, "a whole number") from None


def _length(spec: str, key: str) -> int:
    return _whole(spec, "length", key)


def _poisson(rng: np.random.Generator, count: int, rate: str) -> tuple[Fraction, ...]:
    """Arrivals in seconds: a Poisson process, given that `count` fall into count / rate seconds.

    They are then sorted uniform times, drawn in whole microseconds.
    """
    per_second = rational("rate", rate, least=Fraction(count, LONGEST_SECONDS))
    window = int(count / per_second * 10**6)
    times = np.sort(rng.integers(0, max(1, window), size=count))
    return tuple(Fraction(us, 10**6) for us in times.tolist())
