"""Options that choose the requests; shared by the commands that simulate."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


def policy_names(beginning: str) -> list[str]:
    """The names of the policies that begin so, for completion in the shell.

    >>> policy_names("a-min")
    ['a-min', 'a-min-live', 'a-min-thinned', 'a-min-staggered']
    """
    from kvratio.simulate.policies import POLICIES

    return [name for name in POLICIES if name.startswith(beginning)]


OPTIONS = (
    click.option(
        "--trace", type=click.Path(path_type=Path), help="CSV, JSON Lines or instance file."
    ),
    click.option(
        "--workload", metavar="NAME:key=value,...", help="Built-in requests; default lmsys."
    ),
    click.option("--prompt", type=int, help="Common prompt length in tokens."),
    click.option("--memory", type=int, help="KV-cache budget M in tokens; default 16492."),
    click.option(
        "--policy",
        "policies",
        multiple=True,
        shell_complete=lambda *words: policy_names(words[-1]),
        help="Repeatable; default all.",
    ),
    click.option(
        "--predict", metavar="SPEC", help="L:U, bins:K[:TOP], relative:X, columns:LOW,HIGH."
    ),
    click.option("--requests", type=int, help="How many; default 2000, or the whole trace."),
    click.option("--seed", type=int, default=0, show_default=True, help="Of all randomness."),
    click.option("--timed", metavar="RATE", help="Use arrival times, at RATE steps a second."),
)


def source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that `compare_source` takes."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def compare_source(
    policies: tuple[str, ...],
    predict: str | None,
    seed: int,
    parameters: bool = False,
    **source: Any,
) -> Any:
    """Check the options, then run the comparison they describe, with progress.

    `parameters`: names of policies may have them, as in "slicing:caps=4,16".
    """
    from kvratio.reports.compare.steps import compare
    from kvratio.reports.inputs import build_instance
    from kvratio.reports.progress import completions

    names = _checked(policies, seed, source["requests"], parameters)
    description, instance = build_instance(prediction=predict, seed=seed, **source)
    _somebody(instance.n)
    with completions(instance.n) as progress:
        return compare(description, instance, names, seed, progress)


def compare_source_timed(
    policies: tuple[str, ...], predict: str | None, seed: int, **source: Any
) -> Any:
    """The same in time, on the GPU that `gpu` names."""
    from kvratio.reports.compare.timed import compare_timed
    from kvratio.reports.inputs import build_timed
    from kvratio.reports.progress import completions

    names = _checked(policies, seed, source["requests"], parameters=True, timed=True)
    description, instance, timing = build_timed(prediction=predict, seed=seed, **source)
    _somebody(instance.n)
    with completions(instance.n) as progress:
        return compare_timed(description, instance, timing, names, seed, progress)


def _checked(
    policies: tuple[str, ...],
    seed: int,
    requests: int | None,
    parameters: bool,
    timed: bool = False,
) -> list[str]:
    """The names of the policies; everything else is only looked at."""
    from kvratio.simulate.policies import POLICIES, named
    from kvratio.simulate.wait import TITLES
    from kvratio.theory.checks import InputError, one_of, whole

    known = [*POLICIES, *TITLES] if timed else list(POLICIES)
    for name in policies:
        if name in TITLES and not timed:
            raise InputError("policy", name, "--gpu as well: it runs in time only")
        if parameters and ":" in name:
            named(name)
        else:
            one_of("policy", name, known)
    names = list(policies) or known
    whole("seed", seed)
    if requests is not None:
        whole("requests", requests, least=1)
    return names


def _somebody(count: int) -> None:
    from kvratio.theory.checks import InputError

    if not count:
        raise InputError("requests", 0, "at least one request")
