"""`kvratio study gpu-fit`: the GPU model fitted to measured iterations, and its errors."""

from pathlib import Path
from typing import Any

import click

from kvratio.reports.commands._studies._run import run_study, study_options


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="Measured iterations, in the columns of splitwise_llama2_70b_a100.csv.",
)
@study_options("gpu-fit", "gpu-fit.json and gpu-fit.md")
def command(data: Path, **where: Any) -> None:
    """Fit the GPU model to half of the measured settings and say how far it is off on the rest.

    Takes a few seconds. The values are published in gpu-fit.md; simulations use those of
    simulate/gpu/fitted.py.

    \b
    Example: kvratio study gpu-fit --data splitwise_llama2_70b_a100.csv
    """
    from kvratio.reports.studies.gpu_fit.study import GpuFit

    run_study(GpuFit(data), **where)
