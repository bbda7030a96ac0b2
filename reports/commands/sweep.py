"""`kvratio sweep`: many simulations, on many processors, into one Parquet file."""

from pathlib import Path
from typing import Any

import click

from kvratio.reports.commands._source import policy_option
from kvratio.reports.commands._workers import computing, worker_options


@click.command()
@click.argument("config", required=False, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The Parquet file.")
@policy_option
@click.option("--workload", "workloads", multiple=True, help="Built-in, file, or 'A + B'.")
@click.option("--predict", "predictions", multiple=True, help="As for `simulate`; repeatable.")
@click.option(
    "--memory",
    multiple=True,
    type=int,
    help="Budget M in tokens; default 16492, or the file's or GPU's; repeatable.",
)
@click.option(
    "--requests",
    multiple=True,
    type=int,
    help="Number of requests; default 2000 or all of the file; repeatable.",
)
@click.option("--take", "takes", multiple=True, help="first (default) or sample; repeatable.")
@click.option("--columns", multiple=True, help="Of the traces, as for `simulate`; repeatable.")
@click.option(
    "--skip-invalid", is_flag=True, help="Leave out wrong rows of the traces (`requests` counts)."
)
@click.option("--prompt", "prompts", multiple=True, type=int, help="Common prompt; repeatable.")
@click.option(
    "--timed",
    multiple=True,
    help="Use arrival times, at RATE steps per second; repeatable.",
    metavar="RATE",
)
@click.option("--gpu", "gpus", multiple=True, help="MODEL:ACCELERATOR[xCOUNT], for seconds.")
@click.option("--iteration", "iterations", multiple=True, help="With --gpu, as for `simulate`.")
@click.option(
    "--chunk",
    "chunks",
    multiple=True,
    type=int,
    metavar="TOKENS",
    help="With --gpu: chunked prefill, as for `simulate`; repeatable.",
)
@click.option(
    "--preemption",
    "preemptions",
    multiple=True,
    metavar="WORD",
    help="cancel (default), keep, recompute or swap, as for `simulate`; repeatable.",
)
@click.option("--seeds", type=int, default=1, show_default=True, help="Seeds 0 ... SEEDS-1.")
@worker_options
def command(
    config: Path | None, out: Path, processes: int | None, dask: str | None, **options: Any
) -> None:
    """Simulate policies x workloads x predictions x memory x seeds into one Parquet file.

    The sweep stands in a TOML file (`reports/sweep_config.py` shows one) or in the options. Stopped
    by Ctrl-C or killed, the same command goes on where it stopped. Same sweep, same bytes.

    \b
    Workloads: those of `kvratio simulate`, a trace or instance file, or "A + B": prompts and
    arrivals of A beside lengths and predictions of B.

    \b
    Example: kvratio sweep --workload lmsys --policy h-sf --policy a-min --seeds 5 --out s.parquet
    """
    from kvratio.reports.output import check_target, say
    from kvratio.simulate.sweep import sweep
    from kvratio.simulate.whole import is_stream
    from kvratio.theory.checks import InputError

    check_target(str(out))
    if is_stream(out):
        raise InputError("out", str(out), "the name of a file: a stopped sweep goes on beside it")
    cells = _cells(config, options)
    with computing(processes, dask) as (executor, report):
        rows = sweep(cells, out, executor, report)
    stuck = sum(row["error"] is not None for row in rows)
    say(f"{out}: {len(rows)} simulations" + (f", {stuck} without an end" if stuck else ""))


def _cells(config: Path | None, options: dict[str, Any]) -> Any:
    from kvratio.reports.sweep_config import cells_of_config, read_config
    from kvratio.simulate.policies import POLICIES
    from kvratio.simulate.requests import DEFAULT_WORKLOAD
    from kvratio.theory.checks import InputError

    skipping = [True] if options.pop("skip_invalid") else []
    given = {name: list(value) for name, value in options.items() if name != "seeds" and value}
    given |= {"skip_invalid": skipping} if skipping else {}
    if config is not None:
        if given:
            raise InputError("config", str(config), "either a file or options, not both")
        return read_config(config)
    defaults = {"workloads": [DEFAULT_WORKLOAD], "policies": list(POLICIES)}
    return cells_of_config({**defaults, **given, "seeds": options["seeds"]})
