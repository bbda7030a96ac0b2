"""The public functions that read requests, run policies and test schedulers."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kvratio.reports.compare.steps import Comparison
from kvratio.reports.compare.steps import compare as compare_in_steps
from kvratio.simulate.gpu.fitted import FITTED
from kvratio.simulate.requests import FIRST, RequestSet, Spec, requests
from kvratio.theory.checks import InputError, duration
from kvratio.theory.model import Instance

if TYPE_CHECKING:
    from kvratio.reports.compare.timed import TimedComparison
    from kvratio.simulate.testing.conformance import Conformance

FEW = 25  # examples of the first round of `check`
MOST = 6_400  # of the last one
GROWTH = 4


def read_trace(
    path: str | Path,
    *,
    memory: int | None = None,
    predict: str | None = None,
    requests: int | None = None,
    take: str = FIRST,
    prompt: int | None = None,
    timed: Any = None,
    seed: int = 0,
    columns: str | None = None,
    skip_invalid: bool = False,
) -> RequestSet:
    """Requests of a trace (CSV, JSON Lines, packed or not) or an instance file (JSON).

    `memory`: the budget M in tokens; default 16492, or what an instance file says. `predict`: the
    predicted intervals, "L:U", "bins:K[:TOP]", "relative:X" or "columns:LOW,HIGH"; default: one
    interval for all, [1, longest output]. `requests`: how many; default all. `take`: "first" or
    "sample" (by `seed`). `prompt`: a common prompt in tokens, instead of the file's. `timed`: steps
    a second, to use the arrival times; by default all arrive at step 0. `columns`: names that are
    not known, such as "arrival=t,output=n,unit=ms". `skip_invalid`: leave out wrong rows.

    Raises `InputError` naming file and line for a malformed file, and the argument for the rest.

    >>> import kvratio as kv
    >>> folder = getfixture("tmp_path")
    >>> _ = (folder / "chat.csv").write_text(
    ...     "prompt_tokens,output_tokens,low,high\\n20,100,50,150\\n30,200,100,200\\n"
    ... )
    >>> trace = kv.read_trace(folder / "chat.csv", memory=16_492, predict="columns:low,high")
    >>> len(trace), trace.instance.lower
    (2, (50, 100))
    """
    return workload(
        Path(path),
        memory=memory,
        predict=predict,
        requests=requests,
        take=take,
        prompt=prompt,
        timed=timed,
        seed=seed,
        columns=columns,
        skip_invalid=skip_invalid,
    )


def workload(
    name: str | Path,
    *,
    requests: int | None = None,
    seed: int = 0,
    memory: int | None = None,
    predict: str | None = None,
    take: str = FIRST,
    prompt: int | None = None,
    timed: Any = None,
    columns: str | None = None,
    skip_invalid: bool = False,
) -> RequestSet:
    """Requests of a built-in workload, drawn by the seed; or of a file, or of two sources "A + B".

    `name`: such as "lmsys", "geometric:q=0.9,rate=5" (`kvratio list workloads`). `requests`: how
    many; default 2,000. The other arguments are those of `read_trace`; without `predict` the
    interval is the support of the workload, or [1, longest output].

    >>> import kvratio as kv
    >>> kv.workload("lmsys", requests=2000, seed=1, prompt=41)
    <lmsys: 2000 requests, M = 16492 tokens, all at step 0, predicted [1, 533]>
    """
    rate = None if timed is None else str(timed)
    reading: dict[str, Any] = {"columns": columns, "skip_invalid": skip_invalid}
    return _requests(
        Spec(name, requests, take, predict, memory, prompt, rate, seed=seed, **reading)
    )


def _requests(spec: Spec) -> RequestSet:
    drawn = requests(spec)
    if not len(drawn):
        raise InputError("requests", 0, "at least one request")
    return drawn


def _drawn(source: Any) -> RequestSet | Instance:
    """What a caller calls requests: also an instance, or the name of a file or a workload."""
    if isinstance(source, RequestSet | Instance):
        return source
    if isinstance(source, str | Path):
        return workload(source)
    raise InputError("requests", source, "what read_trace or workload return, or an Instance")


def compare(
    requests: Any,
    policies: Any = None,
    *,
    seeds: int = 1,
    seed: int = 0,
    gpu: str | None = None,
    iteration: str = FITTED,
    preemption: str = "cancel",
    chunk: int | None = None,
) -> "Comparison | TimedComparison":
    """Run policies on the same requests, beside H-SF and a certified lower bound.

    `requests`: what `read_trace` or `workload` return, an `Instance`, or the name of a file or a
    workload. `policies`: names ("a-min", "slicing:caps=4,16", "mymodule:MyScheduler"), `Policy`
    records, classes of schedulers (`Scheduler`); default all declared ones. `seeds`: so many runs
    of each policy that is randomised, with seeds from `seed` on, on the same requests. `gpu`: such
    as "llama-3-8b:h100", to run in seconds on a model of the GPU, with the arrival times of the
    requests and the budget that it leaves (unless a memory was asked for). `iteration`: "fitted" to
    measured iterations, "roofline", "line", "D0:D1" in nanoseconds, or "profile:FILE", measurements
    of your own. `preemption`: "cancel", an evicted request loses its tokens; or "keep", it resumes
    with them; on a GPU they are prefilled again with the prompt, or with "swap" swapped to the
    host's memory and back. `chunk`: on a GPU, the tokens that an iteration processes, decodes
    first, and prompts in chunks (Sarathi-Serve); by default prompts are processed whole.

    The result shows itself as a table; `to_pandas()`, `plot()`, `view("runs.html")` and `rows()`
    give the rest. Raises `InputError` for what is unknown, and for a scheduler that breaks the
    model, raises an exception, or does not complete the requests.

    >>> import kvratio as kv
    >>> class OneByOne(kv.Scheduler):
    ...     def admit(self, view):
    ...         return [] if view.running else list(view.waiting)[:1]
    >>> instance = kv.Instance.of(memory=10, output=[1, 1, 1, 1, 1], prompt=1, interval=(1, 4))
    >>> result = kv.compare(instance, ["h-sf", "a-max", OneByOne])
    >>> [(row["policy"], row["tel"]) for row in result.rows()]
    [('h-sf', 5), ('a-max', 9), ('OneByOne', 15)]
    """
    from kvratio.simulate.policies import POLICIES
    from kvratio.simulate.preemptive import PREEMPTIVE

    drawn = _drawn(requests)
    kept = PREEMPTIVE if preemption != "cancel" else ()
    chosen = [*POLICIES, *kept] if policies is None else policies
    if isinstance(drawn, Instance):
        if gpu is not None:
            raise InputError(
                "gpu", gpu, "requests of a trace or a workload (an Instance has steps)"
            )
        if chunk is not None:
            Spec(chunk=chunk)  # says why it has no meaning in steps
        words = f"{drawn.n} requests, M = {drawn.memory} tokens"
        return compare_in_steps(words, drawn, chosen, seed, seeds=seeds, preemption=preemption)
    if gpu is not None:
        drawn = replace(drawn, spec=replace(drawn.spec, timed=None)).on(gpu, iteration, chunk)
    elif chunk is not None:
        replace(drawn.spec, chunk=chunk)  # says why it has no meaning in steps
    drawn = drawn.preempting(preemption)
    reading = drawn.spec.reading
    if drawn.timing is None:
        words = drawn.description
        return compare_in_steps(
            words, drawn.instance, chosen, seed, seeds=seeds, preemption=reading
        )
    from kvratio.reports.compare.timed import compare_timed

    words, timing = drawn.description, drawn.timing
    return compare_timed(
        words,
        drawn.instance,
        timing,
        chosen,
        seed,
        seeds=seeds,
        accuracy=drawn.accuracy,
        preemption=reading,
    )


def check(
    target: Any,
    *,
    seconds: float = 60,
    only: Sequence[str] = (),
    preemption: str | None = None,
) -> "Conformance":
    """Search for small instances on which a scheduler breaks an invariant.

    `target`: a class of schedulers, a `Policy`, a system, or a text that names one
    (`kvratio.simulate.testing.subject`). Rounds with more and more instances are tried for at most
    about `seconds`, until one breaks an invariant. `only`: names of invariants; default all.
    `preemption`: "cancel" or "keep"; default what the target's attribute of that name says.
    No run may be below the certified bound on every schedule (`kvratio.theory.area.lower_bound`).
    Needs `pip install "kvratio[testing]"`.

    >>> import kvratio as kv
    >>> class Hasty(kv.Scheduler):
    ...     def admit(self, view):
    ...         return list(view.waiting)
    >>> report = kv.check(Hasty, seconds=1, only=["budget"])
    >>> report.passed, [result.case.size for result in report.violated]
    (False, [2])
    """
    from kvratio.simulate.testing.conformance import examine
    from kvratio.theory import area

    end = time.monotonic() + duration("seconds", seconds)
    examples = FEW
    while True:
        started = time.monotonic()
        found = examine(
            target,
            examples=examples,
            only=tuple(only),
            lower_bound=area.lower_bound,
            preemption=preemption,
        )
        took = time.monotonic() - started
        if not found.passed or examples >= MOST or time.monotonic() + GROWTH * took > end:
            return found
        examples *= GROWTH


def policies() -> list[str]:
    """Names of the declared policies.

    >>> import kvratio as kv
    >>> kv.policies()[:3]
    ['h-sf', 'a-max', 'a-min']
    """
    from kvratio.simulate.policies import POLICIES

    return list(POLICIES)
