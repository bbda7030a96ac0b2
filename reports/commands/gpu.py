"""`kvratio gpu`: the KV-cache budget and the iteration times of a model on accelerators."""

import click

MOST_RESERVE = 10_000  # GiB


@click.command()
@click.option("--model", required=True, metavar="NAME", help="Such as llama-2-70b or qwen-2.5-7b.")
@click.option("--accelerator", required=True, metavar="NAME", help="Such as a100-80 or h100.")
@click.option(
    "--count",
    type=int,
    default=1,
    show_default=True,
    help="Number of accelerators (tensor parallel).",
)
@click.option("--pipeline", is_flag=True, help="Pipeline parallel instead: the layers are split.")
@click.option("--utilisation", metavar="SHARE", help="Share of memory used; default 0.9.")
@click.option("--reserve", metavar="GIB", help="Memory kept free on each accelerator; default 2.")
@click.option("--json", "json_target", metavar="FILE|-", help="Write the rows as JSON.")
def command(
    model: str,
    accelerator: str,
    count: int,
    pipeline: bool,
    utilisation: str | None,
    reserve: str | None,
    json_target: str | None,
) -> None:
    """Derive the cache budget and iteration times of a model on accelerators.

    Every number says whether it is cited, assumed or derived.

    \b
    Example: kvratio gpu --model llama-2-70b --accelerator a100-80 --count 2
    """
    from dataclasses import replace

    from kvratio.reports.gpu import COLUMNS, cells, rows, sources, to_json
    from kvratio.reports.output import check_target, emit_json
    from kvratio.reports.terminal import print_table
    from kvratio.simulate.gpu.catalogue import ACCELERATORS, MODELS
    from kvratio.simulate.gpu.deployment import GIB, Assumptions, Deployment
    from kvratio.theory.checks import one_of, rational

    check_target(json_target)
    assumptions = Assumptions()
    if utilisation is not None:
        share = rational("utilisation", utilisation, above=0, most=1)
        assumptions = replace(assumptions, utilisation=share)
    if reserve is not None:
        kept = rational("reserve", reserve, least=0, most=MOST_RESERVE)
        assumptions = replace(assumptions, reserve=int(kept * GIB))
    deployment = Deployment(
        MODELS[one_of("model", model, MODELS)],
        ACCELERATORS[one_of("accelerator", accelerator, ACCELERATORS)],
        count,
        assumptions,
        pipeline,
    )
    if json_target is not None:
        emit_json(json_target, to_json(deployment))
    if json_target != "-":
        table = [cells(row) for row in rows(deployment)]
        print_table(deployment.describe(), COLUMNS, table, sources(deployment))
