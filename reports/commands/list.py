"""`kvratio list`: what there is to choose from."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import click


class Listing(NamedTuple):
    """Heads and rows of a table, and a line below it."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str


def policies() -> Listing:
    """Names of policies, their titles and sources, and what they read of a length.

    >>> policies().rows[0][:2]
    ('h-sf', 'H-SF')
    """
    from kvratio.simulate.policies import MAKERS, POLICIES
    from kvratio.simulate.preemptive import PREEMPTIVE
    from kvratio.simulate.wait import TITLES

    rows = [
        (
            policy.name,
            policy.title,
            ", ".join(sorted(policy.sees)) or "nothing",
            ", ".join(MAKERS[policy.name][1]) if policy.name in MAKERS else "",
            policy.source,
        )
        for policy in POLICIES.values()
    ]
    rows += [
        (
            name,
            made.title,
            ", ".join(sorted(made.sees)) or "nothing",
            ", ".join(sorted(made.parameters)),
            f"{made.source}; --preemption keep",
        )
        for name, made in PREEMPTIVE.items()
    ]
    rows += [
        (name, title, "output", "", "arXiv 2504.11320; --gpu") for name, title in TITLES.items()
    ]
    note = (
        "reads: the columns that it knows of a request. NAME:parameter=value,... sets parameters."
    )
    return Listing(("name", "title", "reads", "parameters", "source"), rows, note)


def workloads() -> Listing:
    """Names of built-in workloads and their keys.

    >>> workloads().rows[0]
    ('two-point', 'l, q, u')
    """
    from kvratio.simulate.workloads import KEYS

    rows = [(name, ", ".join(sorted(keys))) for name, keys in KEYS.items()]
    rows.append(("histogram", "LENGTH=WEIGHT, ..."))
    note = "NAME:key=value,...; each also takes rate=R, Poisson arrivals at R requests per second."
    return Listing(("name", "keys"), rows, note)


def models() -> Listing:
    """Names of models and of accelerators.

    >>> ("llama-3-8b", "model") in [row[:2] for row in models().rows]
    True
    """
    from kvratio.simulate.gpu.catalogue import ACCELERATORS, MODELS

    rows = [
        (name, kind, one.source)
        for kind, known in (("model", MODELS), ("accelerator", ACCELERATORS))
        for name, one in known.items()
    ]
    return Listing(("name", "kind", "source"), rows, "--gpu MODEL:ACCELERATOR[xCOUNT[:pipeline]].")


LISTINGS: dict[str, Callable[[], Listing]] = {
    "policies": policies,
    "workloads": workloads,
    "models": models,
}


@click.command("list")
@click.argument("what", metavar="policies|workloads|models")
def command(what: str) -> None:
    """List policies, workloads, or models and accelerators.

    Example: kvratio list policies
    """
    from rich import box
    from rich.table import Table

    from kvratio.reports.terminal import UNLIMITED, console
    from kvratio.theory.checks import one_of

    found = LISTINGS[one_of("what", what, LISTINGS)]()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in found.columns:
        table.add_column(name, no_wrap=True)
    for row in found.rows:
        table.add_row(*row)
    out = console(UNLIMITED)
    out.print(table)
    out.print(found.note, style="dim italic")
