"""`kvratio hindsight-experiment`: MC-SF against the certified hindsight optimum."""

from pathlib import Path

import click


@click.command("hindsight-experiment")
@click.option(
    "--model",
    type=click.IntRange(1, 2),
    multiple=True,
    default=(1, 2),
    show_default=True,
    help="1: all requests at step 0; 2: Poisson arrivals. Repeatable.",
)
@click.option(
    "--trials", type=click.IntRange(1, 10_000), default=200, show_default=True, help="Of a model."
)
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of all randomness."
)
@click.option(
    "--moves",
    type=click.IntRange(1),
    default=60_000,
    show_default=True,
    help="Annealing moves a trial.",
)
@click.option(
    "--nodes",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Nodes of the branching tree a trial.",
)
@click.option(
    "--processes", type=click.IntRange(1), default=2, show_default=True, help="Worker processes."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reports/out"),
    show_default=True,
    help="Where hindsight-1.jsonl, hindsight-2.jsonl and hindsight.md go.",
)
def command(
    model: tuple[int, ...],
    trials: int,
    seed: int,
    moves: int,
    nodes: int,
    processes: int,
    out: Path,
) -> None:
    """Repeat the synthetic study of MC-SF with certified optima.

    Each trial is checked by the independent checker before it is counted, and appended to a file
    in the folder: an interrupted study goes on where it stopped.

    Example: kvratio hindsight-experiment --trials 20
    """
    from kvratio.reports.output import check_folder, write_text
    from kvratio.reports.progress import counted
    from kvratio.reports.studies.hindsight.study import as_lines, in_order, read_trials, run_trials
    from kvratio.reports.studies.hindsight.table import as_markdown
    from kvratio.theory.hindsight.optimum import Effort

    check_folder(out)
    out.mkdir(parents=True, exist_ok=True)
    effort = Effort(moves=moves, nodes=nodes)
    found = {}
    for k in model:
        file = out / f"hindsight-{k}.jsonl"
        with counted(f"model {k}") as report:
            found[k] = run_trials(k, trials, seed, effort, file, processes, report)
        write_text(file, as_lines(in_order(read_trials(file))))
    text = as_markdown(found)
    write_text(out / "hindsight.md", text)
    click.echo(text, nl=False)
