"""`kvratio verify-certificate`: check an optimality certificate with integers alone."""

import sys
from pathlib import Path

import click

from kvratio.reports.cli import Exit
from kvratio.theory.model import Instance


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--work",
    type=click.IntRange(0),
    help="Refuse a certificate with more work than so many entries; default 100000000 (seconds).",
)
def command(file: Path, work: int | None) -> None:
    """Check an optimality certificate exactly.

    Says what the certificate in FILE (- for standard input) proves. Exit status: 0 accepted, 1
    rejected (with the reason), 2 unreadable file, 3 not checked, as that would take too much work.
    The grammar, and why an accepted certificate is a proof, are in proofs_check/FORMAT.md, for
    preempted requests that keep their tokens in proofs_check/FORMAT-KEPT.md.

    Example: kvratio verify-certificate tests/forged/valid.json
    """
    from kvratio.proofs_check.certificate import CertificateError
    from kvratio.proofs_check.kept_certificate import is_kept
    from kvratio.proofs_check.work import MOST_WORK, limit_work
    from kvratio.reports.output import say
    from kvratio.simulate.streams import read_text

    text = read_text(file)
    limit_work(text, MOST_WORK if work is None else work)
    try:
        lower, upper, where, proof = (_kept if is_kept(text) else _cancelled)(text)
    except CertificateError as error:
        say(f"rejected: {error}")
        sys.exit(Exit.REFUSED)
    if lower == upper:
        say(f"optimal: the least total latency {where} is {lower} ({proof})")
    else:
        say(f"bounded: the least total latency {where} is between {lower} and {upper} ({proof})")


def _cancelled(text: str) -> tuple[int, int, str, str]:
    from kvratio.proofs_check.certificate import read_certificate
    from kvratio.proofs_check.optimality import check

    certificate = read_certificate(text)
    lower, upper, leaves = check(certificate)
    size = _size(certificate.instance)
    return lower, upper, "where preemption loses the tokens", f"{size}; {leaves} leaves"


def _kept(text: str) -> tuple[int, int, str, str]:
    from kvratio.proofs_check.kept_certificate import check_kept, read_kept

    certificate = read_kept(text)
    lower, upper, ways = check_kept(certificate)
    size = _size(certificate.instance)
    return lower, upper, "where preemption keeps the tokens", f"{size}; {ways} ways tried"


def _size(instance: Instance) -> str:
    return f"n = {instance.n}, M = {instance.memory}"
