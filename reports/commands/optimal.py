"""`kvratio optimal`: the hindsight optimum of an instance between certified bounds."""

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "json_file", metavar="FILE|-", help="Write the answer as JSON.")
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    help="Seconds in all. When they are over, the best schedule and bound so far stand.",
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
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of all randomness."
)
def command(
    file: Path,
    json_file: str | None,
    time_limit: float,
    certificate: Path | None,
    solver: str | None,
    seed: int,
) -> None:
    """Enclose the least total latency with full knowledge of the lengths.

    FILE is an instance file. Prints status, bounds, gap and schedule. The bounds are certified: the
    independent checker has accepted the proof before they are shown.

    Example: kvratio optimal instance.json --certificate proof.json
    """
    from kvratio.reports.hindsight.answer import answer, as_json, as_text
    from kvratio.reports.inputs import read_instance_file
    from kvratio.reports.output import check_target, emit_json, write_text
    from kvratio.theory.checks import InputError

    check_target(json_file)
    check_target(None if certificate is None else str(certificate))
    found = answer(read_instance_file(file), time_limit, solver, seed)
    if certificate is not None:
        if found.certificate is None:
            raise InputError("certificate", str(certificate), "a smaller instance to certify")
        write_text(certificate, found.certificate)
    if json_file is not None:
        emit_json(json_file, as_json(found))
    if json_file != "-":
        click.echo(as_text(found), nl=False)
