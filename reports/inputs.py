"""From the words of a command line to an instance: trace, workload or instance file."""

import json
from pathlib import Path

from kvratio.simulate.gpu.deployment import deployment
from kvratio.simulate.gpu.roofline import iteration_by
from kvratio.simulate.predictions import predict
from kvratio.simulate.timing import Timing
from kvratio.simulate.traces import read_trace
from kvratio.simulate.workloads import Requests, synthetic
from kvratio.theory.checks import InputError, rational
from kvratio.theory.model import Instance

DEFAULT_WORKLOAD = "lmsys"
DEFAULT_REQUESTS = 2000  # the sample size of arXiv 2508.14544, section 6
DEFAULT_MEMORY = 16492  # tokens: Llama-2-70B on two A100s, arXiv 2502.07115, section 5.2


def read_instance_file(path: Path) -> Instance:
    """Read an instance file, or raise `InputError`.

    >>> read_instance_file(Path("no-such.json"))
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: file = 'no-such.json': required a file that exists
    """
    text = _existing(path).read_text(encoding="utf-8-sig", errors="replace")
    try:
        return parse_instance(text)
    except InputError as error:
        raise InputError(f"{path}: {error.argument}", error.value, error.required) from None


def parse_instance(text: str) -> Instance:
    """Parse the text of an instance file, or raise `InputError`.

    >>> parse_instance('{"memory": 9, "requests": [{"prompt": 1, "output": 2}]}').n
    1
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError("instance file", text[:40], f"valid JSON ({error})") from None
    return Instance.from_json(data)


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise InputError("file", str(path), "a file that exists")
    return path


def build_instance(
    trace: Path | None = None,
    workload: str | None = None,
    prompt: int | None = None,
    memory: int | None = None,
    prediction: str | None = None,
    requests: int | None = None,
    seed: int = 0,
    timed: str | None = None,
) -> tuple[str, Instance]:
    """The instance that the options describe, and a line that says what it is.

    `trace` may be CSV, JSON Lines, or an instance file (`.json`), which brings its own memory,
    prompts, arrivals and intervals; options override the file. `timed` is the number of steps a
    second; without it all requests arrive at 0.

    >>> build_instance(workload="uniform:l=2,u=3", memory=9, requests=2)[1].n
    2
    """
    _one_source(trace, workload)
    rate = None if timed is None else rational("timed", timed, above=0)
    if trace is not None and trace.suffix == ".json":
        return _from_instance_file(trace, prompt, memory, prediction, requests, timed)
    source = _requests(trace, workload, requests, seed)
    budget = DEFAULT_MEMORY if memory is None else memory
    instance = source.instance(budget, predict(prediction, source), prompt=prompt, rate=rate)
    return _describe(source.source, instance, timed, prediction), instance


def build_timed(
    gpu: str,
    iteration: str = "roofline",
    trace: Path | None = None,
    workload: str | None = None,
    prompt: int | None = None,
    memory: int | None = None,
    prediction: str | None = None,
    requests: int | None = None,
    seed: int = 0,
    timed: str | None = None,
) -> tuple[str, Instance, Timing]:
    """The requests before a GPU, with their arrivals in time, and a line that says what it is.

    `gpu` as in `kvratio.simulate.gpu.deployment.deployment`; the budget is what it leaves for the
    cache, unless `memory` is given. `iteration` as in `kvratio.simulate.gpu.roofline.iteration_by`.

    >>> build_timed("llama-3-8b:h100", workload="uniform:l=2,u=3", requests=2)[1].memory
    448308
    """
    _one_source(trace, workload)
    if timed is not None:
        raise InputError("timed", timed, "no --timed with --gpu, which uses arrival times as such")
    if trace is not None and trace.suffix == ".json":
        required = "a trace in CSV or JSON Lines with --gpu (an instance file counts in steps)"
        raise InputError("trace", str(trace), required)
    worker = deployment(gpu)
    source = _requests(trace, workload, requests, seed)
    budget = worker.budget if memory is None else memory
    instance = source.instance(budget, predict(prediction, source), prompt=prompt)
    timing = Timing.of(source, iteration_by(worker, iteration))
    arrivals = "all at 0 s" if source.arrival is None else f"until {float(max(source.arrival)):g} s"
    description = (
        f"{source.source}: {instance.n} requests, M = {budget} tokens, arrivals {arrivals}, "
        f"predicted {_predicted(instance, prediction)}; {worker.describe()}, {iteration}"
    )
    return description, instance, timing


def _one_source(trace: Path | None, workload: str | None) -> None:
    if trace is not None and workload is not None:
        raise InputError("workload", workload, "either --trace or --workload, not both")


def _requests(
    trace: Path | None, workload: str | None, requests: int | None, seed: int
) -> Requests:
    if trace is not None:
        source = read_trace(_existing(trace))
        return source if requests is None else source.first(requests)
    return synthetic(
        DEFAULT_WORKLOAD if workload is None else workload,
        DEFAULT_REQUESTS if requests is None else requests,
        seed,
    )


def _from_instance_file(
    path: Path,
    prompt: int | None,
    memory: int | None,
    prediction: str | None,
    requests: int | None,
    timed: str | None,
) -> tuple[str, Instance]:
    if timed is not None:
        raise InputError("timed", timed, "a trace (arrivals of an instance file are steps already)")
    instance = read_instance_file(path)
    source = Requests(str(path), instance.output)
    count = len(source) if requests is None else requests
    source = source.first(count)
    intervals = list(zip(instance.lower, instance.upper, strict=True))[:count]
    changed = Instance.of(
        instance.memory if memory is None else memory,
        source.output,
        prompt=instance.prompt[:count] if prompt is None else prompt,
        arrival=instance.arrival[:count],
        interval=intervals if prediction is None else predict(prediction, source),
    )
    return _describe(str(path), changed, None, prediction), changed


def _describe(source: str, instance: Instance, timed: str | None, prediction: str | None) -> str:
    arrivals = "all at step 0" if timed is None else f"timed, {timed} steps a second"
    if timed is None and max(instance.arrival, default=0):
        arrivals = "arrivals of the file"
    predicted = _predicted(instance, prediction)
    return (
        f"{source}: {instance.n} requests, M = {instance.memory} tokens, {arrivals}, "
        f"predicted {predicted}"
    )


def _predicted(instance: Instance, prediction: str | None) -> str:
    if len(set(zip(instance.lower, instance.upper, strict=True))) == 1:
        return f"[{instance.lower[0]}, {instance.upper[0]}]"
    return prediction or "as in the file"
