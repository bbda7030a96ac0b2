"""`kvratio bounds`: every bound, regenerated from its derivation."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kvratio.theory.bound import Bound


@click.command()
@click.option("--alpha", metavar="A", help="Evaluate at alpha = l/u, in (0, 1] (1/4 or 0.25).")
@click.option("--interval", "ends", type=(int, int), metavar="L U", help="Evaluate at [L, U].")
@click.option("--prompt", metavar="S", help="Evaluate at this common prompt (tokens).")
@click.option("--q", metavar="Q", help="Evaluate geometric lengths at Q, in (0, 1).")
@click.option("--json", "json_target", metavar="FILE|-", help="Write the rows as JSON.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write bounds.md/.csv/.tex/.json here (folder)."
)
@click.option("--table", "one_table", is_flag=True, help="Only the table of all policies.")
@click.option(
    "--format",
    "table_format",
    type=click.Choice(["text", "markdown", "latex", "html", "json"]),
    help="How to print that table (default: text).",
)
@click.option("--ladder", is_flag=True, help="Only the ladder: what not knowing costs.")
@click.option(
    "--kept-slices",
    is_flag=True,
    help="Only the best slices of a deployment that keeps preempted tokens (with --interval,"
    " --prompt, and --memory and --restart, or --gpu).",
)
@click.option("--memory", type=int, metavar="M", help="Budget in tokens, for --kept-slices.")
@click.option(
    "--restart", metavar="R", help="Engine steps that recomputing a token takes, 0 or more."
)
@click.option("--gpu", metavar="MODEL:GPU", help="Budget and restart cost from a model of a GPU.")
@click.option("--check", is_flag=True, help="Compare with the published copy, byte for byte.")
def command(
    alpha: str | None,
    ends: tuple[int, int] | None,
    prompt: str | None,
    q: str | None,
    json_target: str | None,
    out: Path | None,
    one_table: bool,
    table_format: str | None,
    ladder: bool,
    kept_slices: bool,
    memory: int | None,
    restart: str | None,
    gpu: str | None,
    check: bool,
) -> None:
    """Derive all competitive ratios and print them with how each was obtained.

    First comes one table: A_min, A_l, A_max, A_random and H-SF on two-point, geometric and linearly
    weighted geometric lengths. --table prints just it, from published results of the derivations.
    Without a point, the closed forms and their suprema; with --alpha (or --interval), --prompt or
    --q, the formulas that these determine, evaluated there. --check exits with 1 on a difference.

    \b
    Example: kvratio bounds --table
    Example: kvratio bounds --alpha 1/100 --prompt 10
    Example: kvratio bounds --kept-slices --interval 1 1000 --gpu llama-3-8b:h100
    """
    from kvratio.theory.checks import InputError

    if kept_slices:
        if any((alpha, q, out, one_table, table_format, ladder, check)):
            raise InputError("--kept-slices", True, "no option of the other tables")
        _print_kept_slices(ends, prompt, memory, restart, gpu, json_target)
        return
    for name, value in (("--memory", memory), ("--restart", restart), ("--gpu", gpu)):
        if value is not None:
            raise InputError(name, value, "--kept-slices with it")
    if one_table or table_format:
        if not one_table:
            raise InputError("--format", table_format, "--table")
        if any((alpha, ends, prompt, q, out, check, json_target, ladder)):
            raise InputError("--table", True, "no other option but --format")
        _print_one_table(table_format or "text")
        return
    from kvratio.reports import PUBLISHED
    from kvratio.reports.bounds.table import (
        at_point,
        collect,
        collected,
        examples,
        json_rows,
        modules_at,
        point,
        renderings,
    )
    from kvratio.reports.output import (
        check_folder,
        check_target,
        differences,
        emit_json,
        say,
        write_text,
    )

    if ladder:
        if any((alpha, ends, prompt, q, out, check, json_target)):
            raise InputError("--ladder", True, "no other option")
        _print_ladder()
        return
    evaluate = any(option is not None for option in (alpha, ends, prompt, q))
    values = point(alpha, ends, prompt, q)
    if evaluate and (out or check):
        raise InputError("--out, --check", "with a point", "the whole table (no point)")
    check_target(json_target)
    if out is not None:
        check_folder(out)
        out.mkdir(parents=True, exist_ok=True)

    results = list(collect(_watch, modules_at(values))) if evaluate else collected(_watch)
    points = at_point(results, values) if evaluate else examples(results)
    bounds = [] if evaluate else results
    if json_target is not None:
        emit_json(json_target, json_rows(bounds, points))
    if check:
        texts = renderings(bounds, points)
        different = differences(texts, PUBLISHED)
        for line in different:
            click.echo(line)
        if different:
            sys.exit(1)
        click.echo(f"{len(texts)} published files are as regenerated")
    elif out is not None:
        for name, text in renderings(bounds, points).items():
            write_text(out / name, text)
            say(str(out / name))
    elif json_target != "-":
        _print([*bounds, *points])


def _watch(module: str) -> None:
    """Say on a terminal what is being derived."""
    if sys.stderr.isatty():
        click.echo(f"deriving {module} ...", err=True)


def _print_one_table(form: str) -> None:
    from kvratio.reports.bounds.summary import published_cells, published_figures
    from kvratio.reports.bounds.summary_texts import FORMATS

    click.echo(FORMATS[form](published_cells(), published_figures()), nl=False)


def _print_ladder() -> None:
    from kvratio.reports.bounds.ladder import SHORT_NOTE, TITLE, terminal
    from kvratio.reports.terminal import print_table

    print_table(TITLE, *terminal(), SHORT_NOTE)


def _print_kept_slices(
    ends: tuple[int, int] | None,
    prompt: str | None,
    memory: int | None,
    restart: str | None,
    gpu: str | None,
    json_target: str | None,
) -> None:
    from kvratio.reports.bounds.kept_plan import COLUMNS, NOTE, as_json, rows, setting, title
    from kvratio.reports.output import check_target, emit_json
    from kvratio.reports.terminal import print_table
    from kvratio.theory.checks import InputError
    from kvratio.theory.price.kept_slices import plans

    check_target(json_target)
    if ends is None:
        raise InputError("--interval", None, "the ends L U of the output lengths")
    found, tokens = setting(memory, restart, gpu), prompt or "0"
    tried = plans(tokens, *ends, found.memory, found.restart)
    if json_target is not None:
        emit_json(json_target, as_json(found, tried))
    if json_target != "-":
        print_table(title(found, ends, tokens), COLUMNS, rows(tried), NOTE)


def _print(bounds: "list[Bound]") -> None:
    from rich import box
    from rich.table import Table

    from kvratio.reports.bounds.summary import cells as summary_cells
    from kvratio.reports.bounds.summary import published_figures
    from kvratio.reports.bounds.summary_texts import terminal
    from kvratio.reports.bounds.table import LEGEND, json_rows
    from kvratio.reports.terminal import console

    one = summary_cells(json_rows(bounds, []))
    if one:
        click.echo(terminal(one, published_figures()))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, caption="\n".join(LEGEND))
    for name in ("id", "benchmark", "closed form", "value", "obtained"):
        table.add_column(name, overflow="fold")
    for b in bounds:
        cells = (b.id, b.benchmark, b.closed_form, b.value, b.obtained)
        table.add_row(*cells)
    console().print(table)
