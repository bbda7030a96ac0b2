"""`kvratio study bench`: how fast the simulation is."""

import sys
from pathlib import Path

import click


@click.command()
@click.option("--requests", type=int, default=1_000_000, show_default=True, help="Largest size.")
@click.option(
    "--rival-python", metavar="PATH", default=sys.executable, help="Python with ai-dynamo."
)
@click.option("--json", "json_target", metavar="FILE|-", help="Write the results as JSON.")
@click.option("--plot", metavar="FILE", help="Write the growth as an SVG figure.")
def command(requests: int, rival_python: str, json_target: str | None, plot: str | None) -> None:
    """Measure the kernel against the reference engine and a rival, in one run.

    Workload W: 20,000 requests at time 0, prompts 40 to 60 and outputs 50 to 500 tokens, a budget
    of 16,480 tokens. The rival is NVIDIA's Dynamo mocker (ai-dynamo and ai-dynamo-runtime 1.2.1,
    pydantic, msgspec), where --rival-python has it.

    \b
    Example: kvratio study bench --json bench.json
    """
    from kvratio.reports.output import check_target, emit_json, quiet, write_text
    from kvratio.reports.progress import progress
    from kvratio.reports.studies.bench import Bench, growth_figure, table
    from kvratio.reports.studies.study import carry_out

    check_target(json_target)
    check_target(plot)
    silent = quiet(json_target, plot)
    study = Bench(requests, rival_python)
    with progress() as report:
        rows = carry_out(study, None, None, lambda done, total: report("bench", done, total))
    result = study.data(rows)
    if json_target is not None:
        emit_json(json_target, result)
    if plot is not None:
        write_text(Path(plot), growth_figure(result))
    if not silent:
        table(result)
