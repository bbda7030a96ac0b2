"""`kvratio adversary`: search for bad instances, certify the worst, write the page."""

from pathlib import Path

import click

from kvratio.reports.commands._study import study_options


@click.command()
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--policy", "policies", multiple=True, help="Repeatable; default all.")
@click.option("--requests", type=int, default=8, show_default=True, help="Most requests.")
@click.option("--memory", type=int, default=16, show_default=True, help="Largest budget (tokens).")
@click.option("--tries", type=int, default=500, show_default=True, help="Candidates of a start.")
@click.option("--starts", type=int, default=3, show_default=True, help="Starts of a search.")
@study_options(
    out="reports/out/adversary",
    files="the page, the instances and the certificates",
    keep="reports/out/adversary.jsonl",
)
def command(
    seed: int,
    policies: tuple[str, ...],
    requests: int,
    memory: int,
    tries: int,
    starts: int,
    out: Path,
    keep: Path,
) -> None:
    """Search for bad instances of every policy and certify the worst.

    Writes adversary.md and adversary.json, an instance file and an optimality certificate for each
    policy, and, when no policy is named, the worst mixes in the fluid limit. The full search takes
    a few minutes. Interrupt it when you like: finished searches are kept and not repeated.

    Example: kvratio adversary --policy fcfs --tries 100 --starts 1 --requests 5 --memory 8
    """
    import json

    from kvratio.reports.output import check_folder, write_text
    from kvratio.reports.progress import messages
    from kvratio.reports.studies.adversary.fluid import SUITE, row
    from kvratio.reports.studies.adversary.search import (
        FOES,
        Limits,
        from_json,
        search,
        searching,
        to_json,
    )
    from kvratio.reports.studies.adversary.table import as_json, markdown, worst_of
    from kvratio.theory.checks import one_of, whole

    known = {foe.policy: foe for foe in FOES}
    chosen = [known[one_of("policy", name, known)] for name in policies] or list(FOES)
    sizes = {"requests": requests, "memory": memory, "tries": tries, "starts": starts}
    for name, value in sizes.items():
        whole(name, value, least=2 if name in ("requests", "memory") else 1)
    limits = Limits(**sizes)
    check_folder(out)
    out.mkdir(parents=True, exist_ok=True)
    keep.parent.mkdir(parents=True, exist_ok=True)
    finite = []
    with messages() as say:
        for foe in chosen:
            key = [foe.key, seed, *sizes.values()]
            found = next((f for k, f in _stored(keep) if k == key), None)
            if found is None:
                progress = searching(foe, limits, say)
                found = [to_json(scored) for scored in search(foe, limits, seed, progress)]
                with keep.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps([key, found]) + "\n")
            worst, files = worst_of(foe, [from_json(data) for data in found], say)
            for name, text in files.items():
                write_text(out / name, text)
            finite.append(worst)
        fluid = [row(case, seed, say) for case in SUITE if not policies]
    data = as_json(finite, fluid, seed)
    write_text(out / "adversary.json", json.dumps(data, indent=1) + "\n")
    write_text(out / "adversary.md", markdown(data))
    click.echo(f"{len(finite)} policies, {out / 'adversary.md'}")


def _stored(file: Path) -> list[tuple[list[object], list[list[object]]]]:
    """The finished searches; a last line cut short is left out."""
    import json

    lines = file.read_text(encoding="utf-8").splitlines(keepends=True) if file.exists() else []
    return [tuple(json.loads(line)) for line in lines if line.endswith("\n")]
