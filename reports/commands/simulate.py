"""`kvratio simulate`: policies side by side on a trace or a workload."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from kvratio.reports.cli import Exit
from kvratio.reports.commands._source import compare_source, source_options


@click.command()
@source_options
@click.option("--gpu", metavar="MODEL:GPUxN", help="Budget and times of a GPU; see kvratio gpu.")
@click.option(
    "--iteration",
    metavar="SPEC",
    help="With --gpu: fitted (default), roofline, line, or D0:D1 in ns.",
)
@click.option(
    "--gpu-profile",
    metavar="FILE",
    help="With --gpu: iterations that you measured (CSV), instead of a model.",
)
@click.option(
    "--chunk",
    type=int,
    metavar="TOKENS",
    help="With --gpu: tokens an iteration processes, decodes first; prompts in chunks.",
)
@click.option("--json", "json_target", metavar="FILE|-", help="Write the results as JSON.")
@click.option("--save-run", metavar="FILE", help="Write the schedules, for kvratio view.")
@click.option("--profile", is_flag=True, help="Say where the time went (on standard error).")
def command(
    gpu: str | None,
    iteration: str | None,
    gpu_profile: str | None,
    chunk: int | None,
    json_target: str | None,
    save_run: str | None,
    profile: bool,
    **options: Any,
) -> None:
    """Compare policies on a trace or a workload, in steps or, with --gpu, in seconds.

    \b
    Workloads: two-point:l=5,u=20,q=0.2 (q: share of long ones), geometric:q=0.9,
    linear-geometric:q=0.9, uniform:l=50,u=500, histogram:LENGTH=WEIGHT,..., lmsys;
    each also takes rate=R (arrivals a second, for --timed and --gpu).

    Policies with parameters: a-l:threshold=8, slicing:caps=4,16,64, fcfs-watermark:reserve=0.05,
    alpha-protection:alpha=0.3,beta=0.2. A scheduler of your own: --policy mymodule:MyScheduler,
    where mymodule.py is in this folder (kvratio.Scheduler is its base class).

    An evicted request loses its tokens, as in the paper, or keeps them (--preemption keep), as
    serving systems do. In steps restoring them costs nothing. With --gpu they are prefilled again
    with the prompt, or swapped over the host's link (--preemption swap). Prompts are processed
    whole or, with --chunk, beside the decodes, up to so many tokens an iteration.

    A GPU is such as llama-3-8b:h100, llama-2-70b:a100-80x2 or llama-2-70b:a100-80x2:pipeline.

    \b
    Example: kvratio simulate --workload geometric:q=0.9 --memory 2000 --policy a-min
    Example: kvratio simulate --gpu llama-2-70b:a100-80x2 --workload lmsys:rate=50
    """
    from kvratio.reports.compare.stopwatch import COLUMNS, Stopwatch, phase
    from kvratio.reports.compare.table import comparison_table, timed_table
    from kvratio.reports.output import check_target, emit_json, quiet, say
    from kvratio.reports.runs import save_runs
    from kvratio.reports.terminal import print_table
    from kvratio.simulate.gpu.fitted import FITTED
    from kvratio.simulate.gpu.profile import NAME
    from kvratio.theory.checks import InputError

    for target in (json_target, save_run):
        check_target(target)
    silent = quiet(json_target, save_run)
    if save_run is not None and (gpu is not None or not save_run):
        raise InputError("save-run", save_run, "the name of a file, and no --gpu")
    if gpu is None and iteration is not None:
        raise InputError("iteration", iteration, "--gpu as well")
    if gpu_profile is not None:
        if gpu is None or iteration is not None:
            raise InputError("gpu-profile", gpu_profile, "--gpu as well, and no --iteration")
        iteration = NAME + gpu_profile
    watch = Stopwatch() if profile else None
    comparison = compare_source(
        gpu=gpu, iteration=iteration or FITTED, chunk=chunk, stopwatch=watch, **options
    )
    show: Callable[[Any], None] = comparison_table if gpu is None else timed_table
    with phase(watch, "measures, tables and files"):
        if json_target is not None:
            emit_json(json_target, comparison.rows())
        if not silent:
            show(comparison)
        if save_run is not None:
            save_runs(Path(save_run), comparison.description, comparison.runs)
    if watch is not None:
        cells, legend = watch.cells()
        print_table("Where the time went", COLUMNS, cells, legend, err=True)
    if comparison.unfinished:
        say(f"interrupted, not run: {', '.join(comparison.unfinished)}", err=True)
        sys.exit(Exit.INTERRUPTED)
