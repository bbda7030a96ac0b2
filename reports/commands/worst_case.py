"""`kvratio worst-case`: the worst output lengths for a policy, and a proof that none is worse."""

import time
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from kvratio.theory.adversary import Witness

SHOWN = 12  # lengths of the witness that the terminal shows


@click.command()
@click.option("--policy", default="a-min", help="The policy, such as a-min or slicing.")
@click.option("--benchmark", default="h-sf", help="h-sf or area (the optimum of the fluid limit).")
@click.option("--u", type=int, required=True, help="Longest output (tokens).")
@click.option("--l", type=int, default=1, help="Shortest output (tokens).")
@click.option("--prompt", default="0", help="The common prompt s (tokens), such as 100 or 5/2.")
@click.option("--caps", help="Caps of slicing, such as 1,2,4,8 (default: the proved rule).")
@click.option("--lengths", help="Only these lengths may occur, such as 1,100.")
@click.option("--seed", type=int, default=0, help="Seed of the random starts of the search.")
@click.option("--certificate", metavar="FILE", help="Write the certificate of the upper bound.")
@click.option("--json", "json_target", metavar="FILE|-", help="Write the result as JSON.")
def command(seed: int, certificate: str | None, json_target: str | None, **options: Any) -> None:
    """Search the worst output lengths for a policy in the fluid limit, and bound them from above.

    The witness is a length distribution in whole numbers with its exact ratio. The upper bound is
    a doubly nonnegative certificate that the independent checker has accepted (up to 150 lengths);
    for more lengths, a-min and slicing have exact multipliers (u = 100000 takes 20 s). An interrupt
    while the certificate is being computed keeps the witness.

    Example: kvratio worst-case --policy a-min --benchmark h-sf --u 60 --certificate a-min.json
    """
    from rich.console import Console

    from kvratio.reports import worst
    from kvratio.reports.output import check_target, emit_json, quiet
    from kvratio.theory.certificates import MOST_LENGTHS
    from kvratio.theory.checks import InputError

    check_target(json_target)
    check_target(certificate)
    silent = quiet(json_target, certificate)
    started = time.perf_counter()
    options |= {name: _numbers(name, options[name]) for name in ("caps", "lengths")}
    problem = worst.problem_of(**options)
    if certificate is not None and len(problem.lengths) > MOST_LENGTHS:
        raise InputError("certificate", certificate, f"at most {MOST_LENGTHS} lengths")
    with Console(stderr=True).status("starting") as status:
        found = worst.find(problem, seed, status.update, apart=True)
    if certificate is not None and found.certificate is not None:
        found.certificate.save(certificate)
    if found.bound is None and len(problem.lengths) <= MOST_LENGTHS:
        click.echo("interrupted: the witness found so far is kept", err=True)
    if json_target is not None:
        emit_json(json_target, found.to_json())
    if not silent:
        _show(found.witness, found.bound, time.perf_counter() - started)


def _numbers(option: str, text: str | None) -> tuple[int, ...]:
    from kvratio.theory.checks import InputError

    try:
        return tuple(int(part) for part in text.split(",")) if text else ()
    except ValueError:
        raise InputError(option, text, "whole numbers separated by commas") from None


def _show(witness: "Witness", bound: Fraction | None, seconds: float) -> None:
    pairs = list(witness.shares.items())
    parts = [f"{length}: {share}" for length, share in pairs[:SHOWN]]
    if len(pairs) > SHOWN:
        parts += ["...", f"{pairs[-1][0]}: {pairs[-1][1]}"]
    click.echo(f"witness       length: requests  {', '.join(parts)}")
    click.echo(f"ratio         {float(witness.ratio):.12f}  (exact at the witness)")
    if bound is None:
        click.echo("upper bound   none")
    else:
        click.echo(f"upper bound   {float(bound):.12f}  (certified)")
    click.echo(f"time          {seconds:.1f} s")
