"""Coq's kernel as the judge of the covered claims: copy, compile, read the axioms.

Nothing here is trusted with a verdict: `kvratio check --formal` shows what Coq says.
"""

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from kvratio.proofs_check.claim import Claim
from kvratio.proofs_check.theorems import printed
from kvratio.theory.checks import InputError

SOURCES = Path(__file__).parent / "formal"
INSTALL = "apt-get install coq libcoq-coquelicot libcoq-interval (Debian, Ubuntu), or " \
    "opam install coq coq-coquelicot coq-interval"  # fmt: skip
NEEDED = ("coqc", "coqtop", "coq_makefile", "make")
# what the standard library's real numbers are built on; the certificate checker uses none of them
AXIOMS = frozenset(
    {
        "ClassicalDedekindReals.sig_forall_dec",
        "ClassicalDedekindReals.sig_not_dec",
        "FunctionalExtensionality.functional_extensionality_dep",
        "Classical_Prop.classic",
    }
)
# what the kernel knows of machine integers, for the theorems by interval arithmetic
MACHINE = ("PrimInt63.", "Uint63.")
QUERY = "From KVRatio Require Import Statements.\nPrint Assumptions {}.\n"
GROUPS = ("ledger", "ledger_by_interval")  # of theorems, in Statements.v
OPTIONS = ("-Q", ".", "KVRatio")


class CoqError(Exception):
    """Coq refuses a file; the message is Coq's."""


def missing() -> list[str]:
    """The programs that `build` needs and that are not installed."""
    return [name for name in NEEDED if shutil.which(name) is None]


def require() -> None:
    """Raise an `InputError` that says how to install Coq where it is not."""
    if lacking := missing():
        raise InputError("--formal", f"none of {', '.join(lacking)}", "Coq 8.16 or later", INSTALL)


def build(
    folder: Path, claims: Sequence[Claim], progress: Callable[[str], None] = lambda _line: None
) -> dict[str, str]:
    """Compile all of `formal/` and the theorems of the claims in `folder`.

    Files that have not changed are not compiled again. Returns what Coq says about the axioms that
    the theorems of each of the `GROUPS` use.
    """
    require()
    folder.mkdir(parents=True, exist_ok=True)
    for source in SOURCES.glob("*.v"):
        write(folder / source.name, source.read_text(encoding="utf-8"))
    write(folder / "Statements.v", printed(claims))
    names = [*sorted(p.name for p in SOURCES.glob("*.v")), "Statements.v"]
    run(["coq_makefile", *OPTIONS, *names, "-o", "Makefile"], folder)
    run(["make", "--no-print-directory", "-j2", "-f", "Makefile"], folder, progress)
    return {group: run_text(folder, QUERY.format(group)) for group in GROUPS}


def axioms(printed_assumptions: str) -> set[str]:
    """The names in the answer to `Print Assumptions`.

    >>> axioms("Axioms:\\nClassical_Prop.classic : forall P : Prop, P \\\\/ ~ P\\n")
    {'Classical_Prop.classic'}
    """
    return set(
        re.findall(r"^([A-Za-z_][\w.']*)\s*:(?!$)", printed_assumptions, re.MULTILINE)
    ) | set(re.findall(r"^([A-Za-z_][\w.']*)\n\s+:", printed_assumptions, re.MULTILINE))


def write(file: Path, text: str) -> None:
    """Write a file unless it has this text already, so that its date stays."""
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")


def run_text(folder: Path, text: str, name: str = "Query") -> str:
    """What Coq prints for a file with this text, which uses what is compiled in `folder`."""
    write(folder / f"{name}.v", text)
    return run(["coqc", *OPTIONS, f"{name}.v"], folder)


def run(
    words: Sequence[str], folder: Path, progress: Callable[[str], None] = lambda _line: None
) -> str:
    """Run a program in the folder; its output line by line to `progress`, whole as the value."""
    lines = []
    with subprocess.Popen(
        words, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            progress(line.rstrip())
    if process.returncode:
        raise CoqError("".join(lines[-40:]))
    return "".join(lines)
