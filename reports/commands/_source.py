"""Options that choose the requests; shared by the commands that simulate."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from kvratio.reports.compare.stopwatch import Stopwatch


def policy_names(beginning: str) -> list[str]:
    """The names of the policies that begin so, for completion in the shell.

    >>> policy_names("a-min")
    ['a-min', 'a-min-live', 'a-min-thinned', 'a-min-staggered']
    """
    from kvratio.simulate.policies import POLICIES
    from kvratio.simulate.preemptive import PREEMPTIVE

    return [name for name in (*POLICIES, *PREEMPTIVE) if name.startswith(beginning)]


CANCEL = "cancel"  # P's reading of preemption, the default

policy_option = click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="NAME|MODULE:CLASS",
    shell_complete=lambda *words: policy_names(words[-1]),
    help="A policy (kvratio list policies) or a scheduler of your own; repeatable; default all.",
)
OPTIONS = (
    click.option(
        "--trace",
        type=click.Path(path_type=Path),
        help="Requests of a file: CSV, JSON Lines, or instance (JSON).",
    ),
    click.option(
        "--workload",
        metavar="NAME:key=value,...",
        help="Built-in requests (kvratio list workloads), a file, or 'A + B'; default lmsys.",
    ),
    click.option("--prompt", type=int, help="Common prompt length in tokens."),
    click.option("--memory", type=int, help="KV-cache budget M in tokens; default 16492."),
    policy_option,
    click.option(
        "--predict",
        metavar="SPEC",
        help="Predicted intervals: L:U, bins:K[:TOP], relative:X, columns:LOW,HIGH.",
    ),
    click.option(
        "--requests", type=int, help="Number of requests; default 2000, or all of the file."
    ),
    click.option(
        "--take", help="Which of a file's requests: first (default) or sample (by the seed)."
    ),
    click.option(
        "--columns",
        metavar="KEY=NAME,...",
        help="Columns of a trace: arrival=NAME,prompt=NAME,output=NAME,unit=s|ms|date.",
    ),
    click.option(
        "--skip-invalid", is_flag=True, help="Leave out wrong rows of a trace, and count them."
    ),
    click.option("--seed", type=int, default=0, show_default=True, help="Seed of all randomness."),
    click.option(
        "--preemption",
        default=CANCEL,
        show_default=True,
        metavar="WORD",
        help="Tokens of an evicted request: cancel (lost), keep; with --gpu recompute (as keep) "
        "or swap.",
    ),
    click.option("--timed", metavar="RATE", help="Use arrival times, at RATE steps per second."),
)


def source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that `compare_source` takes."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def default_policies(preemption: Any, in_time: Iterable[str] = ()) -> list[str]:
    """The names of all policies with a meaning: those that run `in_time` lose tokens.

    >>> from kvratio.theory.model import Preemption
    >>> default_policies(Preemption.KEEP)[-4:]
    ['las', 'mlfq', 'trail', 'srv']
    """
    from kvratio.simulate.policies import POLICIES
    from kvratio.simulate.preemptive import PREEMPTIVE

    return [*POLICIES, *(PREEMPTIVE if preemption.keeps else in_time)]


def spec_of(
    trace: Path | None = None,
    workload: str | None = None,
    predict: str | None = None,
    take: str | None = None,
    **rest: Any,
) -> Any:
    """What the options ask for, as a `kvratio.simulate.requests.Spec`.

    >>> spec_of(trace=Path("a.csv"), requests=3).workload.name
    'a.csv'
    """
    from kvratio.simulate.requests import DEFAULT_WORKLOAD, FIRST, Spec
    from kvratio.theory.checks import InputError

    if trace is not None and workload is not None:
        raise InputError("workload", workload, "either --trace or --workload, not both")
    source = DEFAULT_WORKLOAD if workload is None else workload
    return Spec(source if trace is None else trace, prediction=predict, take=take or FIRST, **rest)


def compare_source(
    policies: tuple[str, ...], stopwatch: "Stopwatch | None" = None, **source: Any
) -> Any:
    """Check the options, then run the comparison they describe, with progress.

    In seconds with `gpu`, otherwise in steps. `stopwatch` collects where the time goes.
    """
    from kvratio.reports.compare.steps import compare
    from kvratio.reports.compare.stopwatch import phase
    from kvratio.reports.compare.timed import compare_timed
    from kvratio.reports.progress import progress
    from kvratio.simulate.contender import contenders
    from kvratio.simulate.requests import requests
    from kvratio.simulate.wait import TITLES
    from kvratio.theory.checks import InputError

    spec = spec_of(**source)
    also = TITLES if spec.gpu is not None else {}
    usual = also if spec.chunk is None else {}
    for name in policies:
        if name in TITLES and not also:
            raise InputError("policy", name, "--gpu as well: it runs in time only")
    names = list(policies) or default_policies(spec.reading, usual)
    contenders(names, also)
    with phase(stopwatch, "reading or drawing the requests"):
        drawn = requests(spec)
    if not len(drawn):
        raise InputError("requests", 0, "at least one request")
    with progress() as report:
        report("starting (the first use compiles, half a minute)")
        given = (drawn.description, drawn.instance)
        completed = partial(report, total=len(drawn))
        if drawn.timing is None:
            return compare(
                *given,
                names,
                spec.seed,
                completed,
                stopwatch=stopwatch,
                preemption=spec.reading,
            )
        return compare_timed(
            *given,
            drawn.timing,
            names,
            spec.seed,
            completed,
            stopwatch=stopwatch,
            accuracy=drawn.accuracy,
            preemption=spec.reading,
        )
