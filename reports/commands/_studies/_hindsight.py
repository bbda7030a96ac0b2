"""Options that the studies of the hindsight optimum share."""

from collections.abc import Callable
from typing import Any

import click

HELP = {
    "seed": "Seed of all randomness.",
    "moves": "Annealing moves a trial.",
    "rebuilds": "Parts of the best schedule rebuilt, a trial.",
    "rounds": "Rounds of profile cuts a trial; 0 for none.",
    "nodes": "Cases of branch and bound a trial.",
    "certificates": "Keep the certificates of so many trials of each model or number of requests.",
}
POSITIVE = ("moves", "nodes")


def effort_options(**defaults: int) -> Callable[[Callable[..., Any]], Any]:
    """Add the options of these names, with these defaults, in this order."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for name in reversed(defaults):
            command = click.option(
                f"--{name}",
                type=click.IntRange(1 if name in POSITIVE else 0),
                default=defaults[name],
                show_default=True,
                help=HELP[name],
            )(command)
        return command

    return add


def size_options(trials: int, *sizes: int) -> Callable[[Callable[..., Any]], Any]:
    """Add the numbers of requests that a study goes through, and its trials of each."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        of_each = click.option(
            "--trials", type=click.IntRange(1), default=trials, show_default=True, help="Of each."
        )
        numbers = click.option(
            "--requests",
            "sizes",
            type=click.IntRange(1),
            multiple=True,
            default=sizes,
            show_default=True,
            help="Numbers of requests. Repeatable.",
        )
        return numbers(of_each(command))

    return add
