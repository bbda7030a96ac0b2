"""`kvratio check`: every published claim, and the verdict computed from its evidence."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kvratio import reports

if TYPE_CHECKING:
    from kvratio.proofs_check.claim import Entry

PUBLISHED = reports.PUBLISHED / "claims.md"


def claim_names(beginning: str) -> list[str]:
    """The ids of claims and the numbers that begin so, for completion in the shell.

    >>> claim_names("example")
    ['Example 1', 'Example EC.1', 'example-1', 'example-ec1']
    """
    from kvratio.proofs_check.ledger import select

    names = {name for claim in select() for name in (claim.id, *map(str, claim.places))}
    return sorted(n for n in names if n.casefold().startswith(beginning.casefold()))


@click.command()
@click.option("--quick", is_flag=True, help="Leave out the claims that need a simulator.")
@click.option(
    "--claim",
    "ids",
    multiple=True,
    metavar="ID|NUMBER",
    shell_complete=lambda *words: claim_names(words[-1]),
    help='Only this one, or those about this number, such as "theorem 4" (repeatable).',
)
@click.option("--json", "target", metavar="FILE|-", help="Write the rows as JSON.")
@click.option("--write", is_flag=True, help="Regenerate reports/published/claims.md and .json.")
@click.option("--check", "compare", is_flag=True, help="Compare with reports/published/claims.md.")
@click.option(
    "--simulator",
    metavar="MODULE:FUNCTION",
    help="Take the schedules of simulated claims from this function.",
)
@click.option(
    "--certificates",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Read certificates from this folder.",
)
@click.option("--formal", is_flag=True, help="Have Coq check the theorems of covered claims.")
@click.option(
    "--build",
    type=click.Path(file_okay=False, path_type=Path),
    help="With --formal: keep what Coq compiles here, and compile only what changed.",
)
def command(
    quick: bool,
    ids: tuple[str, ...],
    target: str | None,
    write: bool,
    compare: bool,
    simulator: str | None,
    certificates: Path | None,
    formal: bool,
    build: Path | None,
) -> None:
    """Check every claim of the ledger and print the verdicts.

    Verdicts are computed from evidence: proved, certified, refuted (rigorous); supported,
    contradicted (simulated, with confidence intervals); depends (holds in one setting of a
    published map and fails in another); open. With --claim the evidence is printed
    in full. Exit status: 0 if all verdicts are as declared, 1 if not (or if --check finds another
    published table), 2 for bad input. The whole check takes minutes, --quick less than one.

    --formal asks Coq's kernel instead: it compiles the proofs of proofs_check/formal/ and the
    theorems printed from the ledger (of the claims named, or of all that have one). Exit status: 0
    if Coq accepts them with no axiom but those of its real numbers, 1 if not, 2 without Coq.

    Example: kvratio check --claim t6-s0
    Example: kvratio check --claim "theorem 4"
    """
    if formal:
        sys.exit(check_formally(ids, build))
    from kvratio.proofs_check.claim import examine
    from kvratio.proofs_check.ledger import markdown, select
    from kvratio.proofs_check.sources import CERTIFICATES, SIMULATOR, Sources
    from kvratio.reports.output import check_target, emit_json, write_text
    from kvratio.reports.progress import progress
    from kvratio.theory.checks import InputError

    if (write or compare) and (quick or ids):
        raise InputError("--write, --check", "with --quick or --claim", "the whole ledger")
    check_target(target)
    chosen = select(ids, quick=quick)
    with progress() as report:
        sources = Sources(simulator or SIMULATOR, certificates or CERTIFICATES, progress=report)
        entries = [examine(claim, sources) for claim in chosen]
    if target is not None:
        emit_json(target, [entry.row() for entry in entries])
    if target != "-":
        print_entries(entries, evidence=bool(ids))
    failed = not all(entry.as_expected for entry in entries)
    if write:
        write_text(PUBLISHED, markdown(entries))
        emit_json(str(PUBLISHED.with_suffix(".json")), [entry.row() for entry in entries])
    if compare and PUBLISHED.read_text(encoding="utf-8") != markdown(entries):
        click.echo(f"{PUBLISHED.name} is not what the check finds: run kvratio check --write")
        failed = True
    sys.exit(int(failed))


def check_formally(ids: tuple[str, ...], folder: Path | None) -> int:
    """Compile the theorems of these claims, print them, and compare the axioms."""
    from tempfile import TemporaryDirectory

    from kvratio.proofs_check import coq
    from kvratio.proofs_check.ledger import select
    from kvratio.proofs_check.statements import remark
    from kvratio.proofs_check.theorems import THEOREMS
    from kvratio.theory.checks import InputError

    coq.require()
    chosen = select(ids)
    without = [claim for claim in chosen if claim.id not in THEOREMS]
    if ids and without:
        raise InputError(
            "--claim", without[0].id, "a claim with a theorem (kvratio check --formal)"
        )
    with TemporaryDirectory() as temporary:
        try:
            answers = coq.build(folder or Path(temporary), chosen, lambda line: click.echo(line))
        except coq.CoqError as error:
            click.echo(f"Coq rejects: {error}")
            return 1
    for claim in chosen:
        if claim.id in THEOREMS:
            click.echo(f"{claim.id}: checked by Coq: {remark(claim.id)}")
    found = set().union(*map(coq.axioms, answers.values()))
    shown = sorted(a for a in found if not a.startswith(coq.MACHINE))
    machine = (
        "; by interval arithmetic also the machine integers'" if len(shown) < len(found) else ""
    )
    click.echo(f"axioms: {', '.join(shown) or 'none'}{machine}")
    if strange := {a for a in found if not a.startswith(coq.MACHINE)} - coq.AXIOMS:
        click.echo(f"not among those of Coq's real numbers: {', '.join(sorted(strange))}")
    return int(bool(strange))


def print_entries(entries: list["Entry"], *, evidence: bool) -> None:
    """The verdicts as a table, or one by one with all evidence."""
    from collections import Counter

    from kvratio.reports.claims import text
    from kvratio.reports.terminal import print_table

    if evidence:
        for e in entries:
            click.echo("\n".join(text(e)))
    else:
        rows = [
            (e.claim.number, e.claim.id, str(e.verdict), e.claim.said_by, e.claim.reading)
            for e in entries
        ]
        columns = ("number", "claim", "verdict", "said by", "condition")
        counts = Counter(str(e.verdict) for e in entries)
        caption = ", ".join(f"{n} {verdict}" for verdict, n in sorted(counts.items()))
        print_table("The ledger of claims", columns, rows, caption)
    for e in entries:
        if not e.as_expected:
            click.echo(f"{e.claim.id}: computed {e.verdict}, declared {e.claim.expected}")
