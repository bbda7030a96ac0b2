"""`kvratio study`: the long computations whose results the report shows."""

import click

from kvratio.reports.cli import LazyGroup


@click.group(
    "study",
    cls=LazyGroup,
    package="kvratio.reports.commands._studies",
    invoke_without_command=True,
    subcommand_metavar="[NAME] [ARGS]...",
)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Run a study whose results the report shows; without a NAME, list them.

    A study is planned as rows, each computed on its own and kept as soon as it is finished: stopped
    by Ctrl-C or killed, the same command goes on where it stopped (bench alone starts over).

    Example: kvratio study smallest --requests 4 --memory 4
    """
    if ctx.invoked_subcommand is None:
        group = ctx.command
        assert isinstance(group, LazyGroup)
        for name, summary in group.summaries(ctx):
            click.echo(f"{name:12} {summary}")
