"""`kvratio verify-certificate`: check an optimality certificate with integers alone."""

import sys
from pathlib import Path

import click

from kvratio.reports.cli import Exit


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def command(file: Path) -> None:
    """Check an optimality certificate exactly.

    Says what the certificate in FILE proves. Exit status: 0 accepted, 1 rejected (with the
    reason), 2 unreadable file. The grammar, and why an accepted certificate is a proof, are in
    proofs_check/FORMAT.md.

    Example: kvratio verify-certificate tests/forged/valid.json
    """
    from kvratio.proofs_check.certificate import CertificateError, read_certificate
    from kvratio.proofs_check.optimality import check
    from kvratio.reports.output import say
    from kvratio.theory.checks import InputError

    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError("file", str(file), "UTF-8 text") from None
    try:
        certificate = read_certificate(text)
        lower, upper, leaves = check(certificate)
    except CertificateError as error:
        say(f"rejected: {error}")
        sys.exit(Exit.REFUSED)
    n, memory = certificate.instance.n, certificate.instance.memory
    proof = f"(n = {n}, M = {memory}; {leaves} leaves)"
    if lower == upper:
        say(f"optimal: the least total latency is {lower} {proof}")
    else:
        say(f"bounded: the least total latency is between {lower} and {upper} {proof}")
