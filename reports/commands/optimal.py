"""`kvratio optimal`: the hindsight optimum of an instance between certified bounds."""

from pathlib import Path
from typing import Any

import click

from kvratio.reports.commands._source import spec_of


@click.command()
@click.argument("file")
@click.option("--requests", type=int, help="Number of requests; default 2000, or all of the file.")
@click.option("--take", help="Which of a file's requests: first (default) or sample.")
@click.option("--memory", type=int, help="KV-cache budget M in tokens; default 16492.")
@click.option("--prompt", type=int, help="Common prompt length in tokens.")
@click.option("--timed", metavar="RATE", help="Use arrival times, at RATE steps per second.")
@click.option("--columns", metavar="KEY=NAME,...", help="Columns of a trace, as for `simulate`.")
@click.option("--skip-invalid", is_flag=True, help="Leave out wrong rows of a trace.")
@click.option("--json", "json_file", metavar="FILE|-", help="Write the answer as JSON.")
@click.option(
    "--time-limit",
    type=float,
    default=60.0,
    show_default=True,
    help="Time limit in seconds; at the limit the best schedule and bound so far are printed.",
)
@click.option(
    "--certificate",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the certificate that proves both bounds (see verify-certificate).",
)
@click.option(
    "--solver",
    metavar="NAME",
    help="Solve the integer program first (HIGHS, CP-SAT, or another that cvxpy finds) in half of"
    " the time; its schedule is used, its bound is only reported.",
)
@click.option(
    "--preemption",
    metavar="cancel|keep",
    default="cancel",
    show_default=True,
    help="Do preempted requests lose their tokens, or keep them?",
)
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of all randomness."
)
def command(
    file: str,
    json_file: str | None,
    time_limit: float,
    certificate: Path | None,
    solver: str | None,
    preemption: str,
    seed: int,
    **options: Any,
) -> None:
    """Enclose the least total latency with full knowledge of the lengths.

    It is that of schedules without preemption, which cancelling cannot improve as it loses the
    tokens; with --preemption keep, that of schedules whose preempted requests keep their tokens,
    which can be smaller.

    FILE is an instance file, a trace, or a workload such as lmsys. Prints status, bounds, gap and
    schedule. The bounds are certified: the independent checker has accepted the proof before they
    are shown. Ctrl-C ends the search: the bounds so far are printed, with exit status 130.

    Example: kvratio optimal instance.json --certificate proof.json
    """
    from kvratio.reports.interrupts import INTERRUPTED
    from kvratio.reports.optimal import answer, as_json, as_text
    from kvratio.reports.output import check_target, emit_json, quiet
    from kvratio.simulate.requests import requests
    from kvratio.theory.checks import InputError, duration
    from kvratio.theory.model import Preemption

    duration("time-limit", time_limit)
    reading = Preemption.of(preemption)
    check_target(json_file)
    check_target(None if certificate is None else str(certificate))
    silent = quiet(json_file, certificate)
    drawn = requests(spec_of(workload=file, seed=seed, **options))
    found = answer(drawn.instance, time_limit, solver, seed, reading)
    if certificate is not None:
        if found.certificate is None:
            raise InputError("certificate", str(certificate), "a smaller instance to certify")
        found.certificate.save(certificate)
    if json_file is not None:
        emit_json(json_file, as_json(found))
    if not silent:
        click.echo(as_text(found), nl=False)
    if found.outcome.interrupted:
        click.echo("kvratio: interrupted: these are the bounds so far", err=True)
        raise click.exceptions.Exit(INTERRUPTED)
