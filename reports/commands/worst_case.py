"""`kvratio worst-case`: the worst output lengths for a policy, and a proof that none is worse."""

import json
import time
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from kvratio.theory.adversary import Problem, Witness

POLL_SECONDS = 0.2  # how often a running solver is looked at: an interrupt is answered at once
SHOWN = 12  # lengths of the witness that the terminal shows


@click.command()
@click.option("--policy", default="a-min", help="The policy, such as a-min or slicing.")
@click.option("--benchmark", default="h-sf", help="h-sf or area (the optimum of the fluid limit).")
@click.option("--u", "upper", type=int, required=True, help="Longest output (tokens).")
@click.option("--l", "lower", type=int, default=1, help="Shortest output (tokens).")
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
    from kvratio.reports.output import check_target, emit_json, write_text
    from kvratio.theory.certificates import MOST_LENGTHS
    from kvratio.theory.checks import InputError

    check_target(json_target)
    check_target(certificate)
    started = time.perf_counter()
    problem = _problem(**options)
    many = len(problem.lengths) > MOST_LENGTHS
    if many and certificate is not None:
        raise InputError("certificate", certificate, f"at most {MOST_LENGTHS} lengths")
    result = (_linear(problem) if many else None) or _dense(problem, seed)
    witness, bound = result["witness"], result.get("bound")
    if certificate is not None and "text" in result:
        write_text(Path(certificate), result["text"])
    if json_target is not None:
        emit_json(json_target, _row(problem, witness, bound))
    if json_target != "-":
        _show(witness, bound, time.perf_counter() - started)


def _numbers(option: str, text: str | None) -> tuple[int, ...]:
    from kvratio.theory.checks import InputError

    try:
        return tuple(int(part) for part in text.split(",")) if text else ()
    except ValueError:
        raise InputError(option, text, "whole numbers separated by commas") from None


def _problem(
    policy: str,
    benchmark: str,
    upper: int,
    lower: int,
    prompt: str,
    caps: str | None,
    lengths: str | None,
) -> "Problem":
    from kvratio.theory.adversary import Problem
    from kvratio.theory.checks import rational
    from kvratio.theory.slicing import proved_caps

    stages = _numbers("caps", caps)
    if policy == "slicing" and not stages:
        stages = proved_caps(prompt, lower, upper)
    exact = rational("prompt", prompt, least=0)
    return Problem(policy, benchmark, lower, upper, exact, stages, _numbers("lengths", lengths))


def _linear(problem: "Problem") -> dict[str, Any] | None:
    """Witness and bound for more lengths than a certificate can have, through structure; or None.

    A_min, staggered or not, and slicing have linear algorithms: kvratio.theory.survival,
    kvratio.theory.stages.
    """
    from kvratio.theory import stages, survival

    s, low, high, benchmark = problem.prompt, problem.lower, problem.upper, problem.benchmark
    if len(problem.lengths) < high - low + 1:
        return None
    if problem.policy in survival.POLICIES:
        family = (s, low, high, benchmark, problem.policy)
        return {
            "witness": survival.worst_case(*family),
            "bound": survival.upper_bound(*family).bound,
        }
    if problem.policy == "slicing":
        case = stages.Case(s, low, high, benchmark)
        bound = stages.upper_bound(case, problem.caps).bound
        return {"witness": stages.worst_case(case, problem.caps), "bound": bound}
    return None


def _dense(problem: "Problem", seed: int) -> dict[str, Any]:
    """Witness by search, bound by certificate; after an interrupt the witness alone."""
    result: dict[str, Any] = {"witness": _search(problem, seed)}
    try:
        result |= _certify(problem)
    except KeyboardInterrupt:
        click.echo("interrupted: the witness found so far is kept", err=True)
    return result


def _search(problem: "Problem", seed: int) -> "Witness":
    from rich.console import Console

    from kvratio.theory.adversary import worst_case

    with Console(stderr=True).status("searching") as status:
        return worst_case(problem, seed=seed, progress=status.update)


def _certify(problem: "Problem") -> dict[str, Any]:
    """A bound that the checker accepted, and the certificate's text; nothing for many lengths.

    The solver runs in its own process, so that an interrupt ends it at once.
    """
    import multiprocessing
    import signal

    from rich.console import Console

    from kvratio.proofs_check.copositive import check
    from kvratio.theory.certificates import MOST_LENGTHS, certify

    if len(problem.lengths) > MOST_LENGTHS:
        return {}
    context = multiprocessing.get_context("spawn")
    ignore = (signal.SIGINT, signal.SIG_IGN)
    started = time.perf_counter()
    with (
        Console(stderr=True).status("proving an upper bound") as status,
        context.Pool(1, signal.signal, ignore) as pool,
    ):
        answer = pool.apply_async(certify, (problem,))
        while not answer.ready():
            answer.wait(POLL_SECONDS)
            status.update(f"proving an upper bound: {time.perf_counter() - started:.0f} s")
        text = json.dumps(answer.get().to_json()) + "\n"
    return {"bound": check(text).bound, "text": text}


def _row(problem: "Problem", witness: "Witness", bound: Fraction | None) -> dict[str, Any]:
    return {
        "policy": problem.policy,
        "benchmark": problem.benchmark,
        "l": problem.lower,
        "u": problem.upper,
        "prompt": str(problem.prompt),
        "caps": list(problem.caps),
        "witness": {str(length): share for length, share in witness.shares.items()},
        "ratio": [str(witness.ratio.numerator), str(witness.ratio.denominator)],
        "ratio_float": float(witness.ratio),
        "upper_bound": None if bound is None else [str(bound.numerator), str(bound.denominator)],
        "upper_bound_float": None if bound is None else float(bound),
    }


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
