"""`kvratio simulate`: policies side by side on a trace or a workload."""

from typing import Any

import click

from reports.commands._source import compare_source, source_options


@click.command()
@source_options
@click.option("--json", "json_target", metavar="FILE|-", help="Write the results as JSON.")
def command(json_target: str | None, **options: Any) -> None:
    """Compare policies on a trace or a workload.

    \b
    Workloads: two-point:l=5,u=20,q=0.2 (q: share of long ones), geometric:q=0.9,
    linear-geometric:q=0.9, uniform:l=50,u=500, histogram:LENGTH=WEIGHT,..., lmsys;
    each also takes rate=R (arrivals a second, for --timed).

    \b
    Example: kvratio simulate --workload geometric:q=0.9 --memory 2000 --policy a-min
    """
    from reports.output import check_target, emit_json
    from reports.terminal import comparison_table

    check_target(json_target)
    comparison = compare_source(**options)
    if json_target is not None:
        emit_json(json_target, comparison.rows())
    if json_target != "-":
        comparison_table(comparison)
