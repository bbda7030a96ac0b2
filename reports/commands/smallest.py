"""`kvratio smallest`: all small instances, and how far from the optimum each policy is."""

import os
from pathlib import Path

import click

from kvratio.reports.commands._study import study_options


@click.command()
@click.option("--requests", default=6, show_default=True, help="Most requests an instance.")
@click.option("--memory", default=8, show_default=True, help="Largest budget, in tokens.")
@click.option("--h-sf-requests", default=7, show_default=True, help="The same for H-SF alone.")
@click.option("--h-sf-memory", default=10, show_default=True, help="The same for H-SF alone.")
@click.option("--seeds", default=16, show_default=True, help="Runs of a policy that evicts.")
@click.option(
    "--processes",
    type=click.IntRange(1),
    default=os.cpu_count() or 1,
    show_default="one a core",
    help="Worker processes.",
)
@study_options(
    out="reports/out/smallest",
    files="smallest.md, smallest.json and the certificates",
    keep="reports/out/smallest.jsonl",
)
def command(
    requests: int,
    memory: int,
    h_sf_requests: int,
    h_sf_memory: int,
    seeds: int,
    processes: int,
    out: Path,
    keep: Path,
) -> None:
    """Enumerate all small instances and publish the worst ratios to the optimum.

    All requests are at time 0 with a common prompt. The full study takes the better part of an
    hour on two cores; interrupt it when you like. The result does not depend on the number of
    processes.

    Example: kvratio smallest --requests 4 --memory 4 --h-sf-requests 4 --h-sf-memory 4
    """
    import json

    from kvratio.reports.output import check_folder, write_text
    from kvratio.reports.progress import counted
    from kvratio.reports.studies.smallest.study import CONTENDERS, collect, units
    from kvratio.reports.studies.smallest.table import markdown, summary
    from kvratio.theory.checks import whole

    for name, value in (("requests", requests), ("memory", memory)):
        whole(name, value, least=1)
    whole("seeds", seeds, least=2)
    check_folder(out)
    out.mkdir(parents=True, exist_ok=True)
    keep.parent.mkdir(parents=True, exist_ok=True)
    h_sf = CONTENDERS[0]
    wanted = [(unit, c) for unit in units(requests, memory) for c in CONTENDERS]
    wanted += [(unit, h_sf) for unit in units(h_sf_requests, h_sf_memory)]
    with counted("sizes") as report:
        results = collect(wanted, seeds, processes, keep, report)
    selected = {(unit, c.key): results[unit, c.key] for unit, c in wanted}
    data, certificates = summary(selected, seeds)
    for name, certificate in certificates.items():
        (out / name).parent.mkdir(exist_ok=True)
        write_text(out / name, json.dumps(certificate) + "\n")
    write_text(out / "smallest.json", json.dumps(data, indent=2) + "\n")
    write_text(out / "smallest.md", markdown(data))
    click.echo(f"{len(data['contenders'])} policies, {out / 'smallest.md'}")
