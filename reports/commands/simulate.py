"""`kvratio simulate`: policies side by side on a trace or a workload."""

from pathlib import Path
from typing import Any

import click

from theory.checks import InputError


@click.command()
@click.option("--trace", type=click.Path(path_type=Path), help="CSV, JSON Lines or instance file.")
@click.option("--workload", metavar="NAME:key=value,...", help="Built-in requests; default lmsys.")
@click.option("--prompt", type=int, help="Common prompt length in tokens, instead of the source's.")
@click.option("--memory", type=int, help="KV-cache budget M in tokens; default 16492.")
@click.option("--policy", "policies", multiple=True, help="Repeatable; default all.")
@click.option("--predict", metavar="SPEC", help="L:U, bins:K[:TOP], relative:X, columns:LOW,HIGH.")
@click.option("--requests", type=int, help="Number of requests; default 2000, or the whole trace.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of all randomness.")
@click.option("--timed", metavar="RATE", help="Use arrival times, at RATE steps a second.")
@click.option("--json", "json_target", metavar="FILE|-", help="Write the results as JSON.")
def command(policies: tuple[str, ...], seed: int, json_target: str | None, **source: Any) -> None:
    """Simulate policies on a trace or a built-in workload and compare them.

    \b
    Workloads: two-point:l=5,u=20,q=0.2 (q: share of long ones), geometric:q=0.9,
    linear-geometric:q=0.9, uniform:l=50,u=500, histogram:LENGTH=WEIGHT,..., lmsys;
    each also takes rate=R (arrivals a second, for --timed).

    \b
    Example: kvratio simulate --workload geometric:q=0.9 --memory 2000 --policy a-min
    """
    from reports.compare import compare
    from reports.inputs import build_instance
    from reports.output import check_target, emit_json
    from reports.progress import completions
    from reports.terminal import comparison_table
    from simulate.policies import POLICIES
    from theory.checks import one_of, whole

    names = [one_of("policy", name, POLICIES) for name in policies] or list(POLICIES)
    whole("seed", seed)
    check_target(json_target)
    if source["requests"] is not None:
        whole("requests", source["requests"], least=1)
    prediction = source.pop("predict")
    description, instance = build_instance(prediction=prediction, seed=seed, **source)
    if not instance.n:
        raise InputError("requests", 0, "at least one request")
    with completions(instance.n) as progress:
        comparison = compare(description, instance, names, seed, progress)
    if json_target is not None:
        emit_json(json_target, comparison.rows())
    if json_target != "-":
        comparison_table(comparison)
