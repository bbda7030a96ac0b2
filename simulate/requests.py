"""The one way to requests: from the words of a command or a caller to an instance.

Every command and the public interface read requests here. A workload's text is

- a built-in workload, drawn by the seed: "lmsys", "geometric:q=0.9,rate=5"
  (`kvratio.simulate.workloads`);
- a trace, CSV or JSON Lines: "traces/azure.csv" (`kvratio.simulate.traces`); "-" is standard input;
- an instance file, JSON: "instance.json", with its own memory, arrivals in steps and intervals;
- "A + B": prompts and arrivals of A beside output lengths and further columns (predictions) of B,
  each request of A with a row of B drawn at random, with replacement. So nothing is known of how
  prompts and outputs depend on each other: a result must say that it was combined.

Without a number of requests a file is taken whole, and 2,000 are drawn of a built-in workload. Of a
file, `take` says which: "first", the default everywhere, or "sample", a random sample without
replacement in the order of the file. Where arrival times are used, a sample is a run of consecutive
requests from a random one on, the first of which arrives at 0, so that bursts stay what they were.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from kvratio.simulate.formats import asked_for
from kvratio.simulate.gpu.deployment import Deployment, deployment
from kvratio.simulate.gpu.fitted import FITTED, accuracy
from kvratio.simulate.gpu.host import swap_time
from kvratio.simulate.gpu.roofline import iteration_by
from kvratio.simulate.parts import S, from_0, rows_of, sample
from kvratio.simulate.predictions import predict
from kvratio.simulate.request_files import Source, digest, read_file
from kvratio.simulate.streams import STANDARD, existing
from kvratio.simulate.timing import Timing
from kvratio.simulate.workloads import NAMES, Requests, synthetic
from kvratio.theory.checks import InputError, one_of, printable, rational, whole
from kvratio.theory.model import MOST_TOKENS, Instance, Preemption

DEFAULT_WORKLOAD = "lmsys"
DEFAULT_REQUESTS = 2000  # the sample size of arXiv 2508.14544, section 6
DEFAULT_MEMORY = 16492  # tokens: Llama-2-70B on two A100s, arXiv 2502.07115, section 5.2
FIRST, SAMPLE = "first", "sample"
RECOMPUTE, SWAP = "recompute", "swap"
KEPT = {
    "cancel": "",
    "keep": "; preempted requests keep their tokens",
    RECOMPUTE: "; preempted requests keep their tokens, recomputed",
    SWAP: "; preempted requests keep their tokens, swapped to the host",
}  # in a description
# lost, kept, and in seconds: kept and recomputed (as "keep"), or swapped to the host
PREEMPTIONS = tuple(KEPT)
BESIDE = " + "
PART, ROWS = 1, 2  # independent streams of randomness of one seed


@dataclass(frozen=True, slots=True)
class Spec:
    """What is asked for.

    `workload`: see the module's text; a `Path` is a file, whatever its name. `requests`: how many.
    `take`: "first" or "sample". `prediction`: a text of `kvratio.simulate.predictions`. `memory`:
    the budget in tokens; None: what the GPU leaves, what the instance file says, or 16492.
    `prompt`: a common prompt length in tokens instead of the workload's. `timed`: steps a second,
    an exact number as text, to use arrival times; None: all arrive at step 0. `gpu`: a text of
    `kvratio.simulate.gpu.deployment`, to run in seconds with the workload's arrivals; `iteration`:
    a text of `kvratio.simulate.gpu.roofline.iteration_by`. `seed`: of what is drawn. `columns`:
    which columns of a trace hold what (`kvratio.simulate.formats.asked_for`). `skip_invalid`: leave
    out rows of a trace that are wrong or can never fit the budget, and count them. `preemption`:
    what becomes of the tokens of a preempted request, one of `PREEMPTIONS`. `chunk`: with a GPU,
    the tokens that an iteration processes, decodes first (`kvratio.simulate.chunks`); None: prompts
    are processed whole.

    Raises `InputError` for values that no workload can have.

    >>> Spec("lmsys", take="last")
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: take: expected one of first, sample, got 'last'
    """

    workload: str | Path = DEFAULT_WORKLOAD
    requests: int | None = None
    take: str = FIRST
    prediction: str | None = None
    memory: int | None = None
    prompt: int | None = None
    timed: str | None = None
    gpu: str | None = None
    iteration: str = FITTED
    seed: int = 0
    columns: str | None = None
    skip_invalid: bool = False
    preemption: str = str(Preemption.CANCEL)
    chunk: int | None = None

    def __post_init__(self) -> None:
        asked_for(self.columns)
        one_of("preemption", self.preemption, PREEMPTIONS)
        if self.preemption in (RECOMPUTE, SWAP) and self.gpu is None:
            required = "keep in steps, where restoring the cache costs nothing (or a gpu as well)"
            raise InputError("preemption", self.preemption, required)
        if self.chunk is not None:
            whole("chunk", self.chunk, least=1, most=MOST_TOKENS)
            if self.gpu is None:
                required = (
                    "none in steps, where processing a prompt takes no time (or a gpu as well)"
                )
                raise InputError("chunk", self.chunk, required)
        one_of("take", self.take, (FIRST, SAMPLE))
        whole("seed", self.seed)
        for name, least in (("memory", 1), ("requests", 1), ("prompt", 0)):
            if getattr(self, name) is not None:
                whole(name, getattr(self, name), least=least)
        if self.timed is not None:
            rational("timed", self.timed, above=0)
            if self.gpu is not None:
                required = "no steps a second with a gpu, which uses arrival times as such"
                raise InputError("timed", self.timed, required)
        if self.gpu is not None:
            iteration_by(deployment(self.gpu), self.iteration)

    @property
    def in_time(self) -> bool:
        """Are arrival times used?"""
        return self.timed is not None or self.gpu is not None

    @property
    def drawn(self) -> bool:
        """Do the requests depend on the seed?

        >>> Spec("lmsys").drawn, Spec("chat.csv", requests=10).drawn
        (True, False)
        """
        sampled = self.take == SAMPLE and self.requests is not None
        return sampled or len(_parts(self.workload)) > 1 or not files(self.workload)

    @property
    def reading(self) -> Preemption:
        """Are the tokens of a preempted request lost or kept?"""
        lost = self.preemption == Preemption.CANCEL
        return Preemption.CANCEL if lost else Preemption.KEEP

    @property
    def worker(self) -> Deployment | None:
        """The model on its accelerators, if there is one."""
        return None if self.gpu is None else deployment(self.gpu)


@dataclass(frozen=True)
class RequestSet:
    """Requests that were read or drawn, and the instance that they make.

    `source` holds them as they were read; `timing` their arrivals in time and the durations of
    iterations, None in steps. `description` says in one line what it is.
    """

    spec: Spec
    source: Source
    instance: Instance
    timing: Timing | None
    description: str

    def __len__(self) -> int:
        return self.instance.n

    def __repr__(self) -> str:
        return f"<{self.description}>"

    @property
    def accuracy(self) -> str:
        """How far seconds of the fitted model were from measurements; empty for other models."""
        worker = self.spec.worker
        fitted = worker is not None and self.spec.iteration == FITTED
        return accuracy(worker) if worker is not None and fitted else ""

    def preempting(self, preemption: str) -> "RequestSet":
        """The same requests, with another of `PREEMPTIONS`.

        >>> requests(Spec("uniform:l=2,u=3", requests=2)).preempting("keep").spec.reading.keeps
        True
        """
        return put(replace(self.spec, preemption=preemption), self.source)

    def on(self, gpu: str, iteration: str = FITTED, chunk: int | None = None) -> "RequestSet":
        """The same requests before a GPU, in seconds; its budget, unless a memory was asked for.

        >>> requests(Spec("uniform:l=2,u=3", requests=2)).on("llama-3-8b:h100").instance.memory
        448308
        """
        return put(replace(self.spec, gpu=gpu, iteration=iteration, chunk=chunk), self.source)


def requests(spec: Spec, digests: Mapping[str, str] | None = None) -> RequestSet:
    """Read or draw what is asked for. Raises `InputError` for anything that cannot be had.

    `digests`: SHA-256 of each file that is named; another content is refused.

    >>> requests(Spec("uniform:l=2,u=3", memory=9, requests=2))
    <uniform:l=2,u=3: 2 requests, M = 9 tokens, all at step 0, predicted [2, 3]>
    """
    return put(spec, draw(spec, digests))


def put(spec: Spec, source: Source) -> RequestSet:
    """Put requests before the budget, the predictions and the clock that are asked for."""
    if isinstance(source, Instance):
        instance = _overridden(spec, source)
        return RequestSet(spec, source, instance, None, _described(spec, instance, "of the file"))
    worker = spec.worker
    budget = DEFAULT_MEMORY if worker is None else worker.budget
    rate = None if spec.timed is None else rational("timed", spec.timed, above=0)
    memory = budget if spec.memory is None else spec.memory
    source = _fitting(spec, source, memory)
    instance = source.instance(
        memory,
        predict(spec.prediction, source),
        prompt=spec.prompt,
        rate=rate,
    )
    timing = None
    if worker is not None:
        timing = Timing.of(source, iteration_by(worker, spec.iteration))
        if spec.preemption == SWAP:
            timing = replace(timing, swap=swap_time(worker))
        timing = replace(timing, chunk=spec.chunk)
    words = _described(spec, instance, _clock(source))
    if source.skipped:
        words += f"; {source.skipped} rows left out"
    return RequestSet(spec, source, instance, timing, words)


def _fitting(spec: Spec, source: Requests, memory: int) -> Requests:
    """The requests that fit the budget by themselves; another is named by its line, or left out."""
    prompts = source.prompt if spec.prompt is None else (spec.prompt,) * len(source)
    if source.lines is None or prompts is None:
        return source
    needs = [s + o for s, o in zip(prompts, source.output, strict=True)]
    if max(needs) <= memory:
        return source
    if not spec.skip_invalid:
        k = next(k for k, tokens in enumerate(needs) if tokens > memory)
        fix = "--skip-invalid leaves such rows out"
        where = f"{source.source}, line {source.lines[k]}: prompt + output"
        raise InputError(where, needs[k], f"at most memory = {memory} tokens", fix)
    kept = [k for k, tokens in enumerate(needs) if tokens <= memory]
    if not kept:
        raise InputError("memory", memory, f"at least {min(needs)} tokens, for one request to fit")
    return replace(rows_of(source, kept), skipped=source.skipped + len(needs) - len(kept))


def _clock(source: Requests) -> str:
    """Until when requests arrive, in words, for runs in time."""
    return "all at 0 s" if source.arrival is None else f"until {float(max(source.arrival)):g} s"


def _overridden(spec: Spec, instance: Instance) -> Instance:
    """The instance of a file; options override what it says."""
    if spec.gpu is not None:
        required = "a trace in CSV or JSON Lines with a gpu (an instance counts in steps)"
        raise InputError("workload", str(spec.workload), required)
    if spec.timed is not None:
        required = "a trace (arrivals of an instance are steps already)"
        raise InputError("timed", spec.timed, required)
    intervals = list(zip(instance.lower, instance.upper, strict=True))
    if spec.prediction is not None:
        intervals = predict(spec.prediction, Requests(str(spec.workload), instance.output))
    return Instance.of(
        instance.memory if spec.memory is None else spec.memory,
        instance.output,
        prompt=instance.prompt if spec.prompt is None else spec.prompt,
        arrival=instance.arrival,
        interval=intervals,
    )


def _described(spec: Spec, instance: Instance, clock: str) -> str:
    taken = " sampled" if spec.take == SAMPLE and spec.requests and files(spec.workload) else ""
    if spec.gpu is not None:
        arrivals = f"arrivals {clock}"
    elif spec.timed is not None:
        arrivals = f"timed, {spec.timed} steps a second"
    else:
        arrivals = "arrivals of the file" if max(instance.arrival, default=0) else "all at step 0"
    name = printable(str(spec.workload))
    words = (
        f"{name}: {instance.n} requests{taken}, M = {instance.memory} tokens, {arrivals}, "
        f"predicted {_predicted(spec, instance)}"
    )
    worker = spec.worker
    if worker is not None:
        words = f"{words}; {worker.describe()}, {spec.iteration}"
    if spec.chunk is not None:
        words += f"; prefill in chunks, {spec.chunk} tokens an iteration"
    return words + KEPT[spec.preemption]


def _predicted(spec: Spec, instance: Instance) -> str:
    if len(set(zip(instance.lower, instance.upper, strict=True))) == 1:
        return f"[{instance.lower[0]}, {instance.upper[0]}]"
    return spec.prediction or "as in the file"


def draw(spec: Spec, digests: Mapping[str, str] | None = None) -> Source:
    """The requests that are asked for, before they meet a budget.

    >>> drawn = draw(Spec("lmsys + geometric:q=0.9", requests=5))
    >>> len(drawn), drawn.prompt == draw(Spec("lmsys", requests=5)).prompt
    (5, True)
    """
    first, *second = _parts(spec.workload)
    if len(second) > 1:
        raise InputError("workload", spec.workload, f"at most two sources, joined by {BESIDE!r}")
    source = _one(first, spec, spec.requests, digests)
    if not second:
        return source
    count = len(source) if isinstance(source, Requests) else 0
    lengths = _one(second[0], replace(spec, take=FIRST), count * _built_in(second[0]), digests)
    if isinstance(source, Instance) or isinstance(lengths, Instance):
        raise InputError("workload", spec.workload, "no instance file beside another source")
    rows = np.random.default_rng([spec.seed, ROWS]).integers(0, len(lengths), count)
    drawn = rows_of(lengths, rows.tolist())
    return replace(
        drawn,
        source=str(spec.workload),
        prompt=source.prompt,
        arrival=source.arrival,
        support=None,
        lines=None,
    )


def files(workload: str | Path) -> list[str]:
    """The files that a workload names.

    >>> files("lmsys + data/lengths.csv")
    ['data/lengths.csv']
    """
    return [str(part) for part in _parts(workload) if not _built_in(part)]


def _parts(workload: str | Path) -> Sequence[str | Path]:
    return [workload] if isinstance(workload, Path) else workload.split(BESIDE)


def _built_in(part: str | Path) -> bool:
    return isinstance(part, str) and part.partition(":")[0] in NAMES


def _one(
    part: str | Path, spec: Spec, count: int | None, digests: Mapping[str, str] | None
) -> Source:
    """One source; a `count` of None or 0 asks for the default number."""
    if isinstance(part, str) and _built_in(part):
        return synthetic(part, count or DEFAULT_REQUESTS, spec.seed)
    path = _existing(part)
    first = count if spec.take == FIRST else None
    how = (spec.columns, first or None, spec.skip_invalid)
    source = _file(path, None if digests is None else digests[str(part)], *how)
    if not count:
        return source
    size = len(source.output)
    if count > size:
        raise InputError("requests", count, f"at most the {size} requests of {part}")
    if isinstance(source, Instance):
        return _taken(source, count, spec, bool(max(source.arrival)))
    return _taken(source, count, spec, spec.in_time)


def _taken(source: S, count: int, spec: Spec, in_time: bool) -> S:
    """The first requests, or a sample; `in_time`: do arrivals matter?"""
    if spec.take == FIRST:
        return rows_of(source, range(count))
    return from_0(rows_of(source, sample([spec.seed, PART], len(source.output), count, in_time)))


def _existing(part: str | Path) -> Path:
    path = Path(part)
    a_word = isinstance(part, str) and path.name == part and not path.suffix
    if a_word and part != STANDARD and (path.is_dir() or not path.exists()):
        one_of("workload", str(part).partition(":")[0], NAMES)
    return existing(part)


How = tuple[str | None, int | None, bool]  # columns, the most requests, whether to leave rows out


def _file(path: Path, expected: str | None, *how: Any) -> Source:
    return read_file(path, *how) if expected is None else _known_file(str(path), expected, how)


@lru_cache(maxsize=8)
def _known_file(path: str, expected: str, how: How) -> Source:
    if digest(path) != expected:
        raise InputError("file", path, "the same content here as where the sweep was started")
    return read_file(Path(path), *how)
