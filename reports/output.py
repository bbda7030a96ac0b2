"""Writing what people and programs read: whole files or nothing."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from kvratio.simulate.streams import STANDARD
from kvratio.simulate.whole import is_stream, replacing
from kvratio.theory.checks import InputError, printable


def say(line: str, *, err: bool = False) -> None:
    """Print one line that holds text from outside: it stays one line, and nothing in it is obeyed.

    >>> say("read a.csv\\n1,2")
    read a.csv\\n1,2
    """
    click.echo(printable(line), err=err)


def check_target(target: str | None) -> None:
    """Reject a file that cannot be written, before long work is done for it; "-" and None pass.

    >>> check_target("-")
    """
    if target in (None, "-"):
        return
    path = Path(str(target))
    if is_stream(path):
        return
    if path.is_dir() or not os.access(path.parent, os.W_OK | os.X_OK):
        raise InputError("file", target, "a file in a folder that exists and can be written")


GENERATOR = "kvratio view"  # a page of `kvratio view` says so in its head
HEAD = 1000  # bytes in which it does


def check_page(target: Path, inputs: Iterable[Path] = ()) -> None:
    """Reject a page that would replace what is read for it, or a file that is not such a page.

    >>> check_page(Path("no-such-file.html"))
    """
    if not target.is_file():  # a new file, or a pipe or device
        return
    if any(path.exists() and path.samefile(target) for path in inputs):
        raise InputError("out", str(target), "another file than those that are read")
    with target.open("rb") as file:
        ours = GENERATOR.encode() in file.read(HEAD)
    if target.is_symlink() or not ours:
        raise InputError("out", str(target), "a new file, or a page that kvratio view wrote")


def folder(argument: str, text: str) -> Path:
    """The folder that a command line names. An empty name is refused: it would mean this folder.

    >>> folder("out", "")
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: out: expected the name of a folder ('.' for this one), got ''
    """
    if not text.strip():
        raise InputError(argument, text, "the name of a folder ('.' for this one)")
    return Path(text)


def check_folder(folder: Path) -> None:
    """Reject a folder that can neither be written nor made, before long work is done for it.

    >>> check_folder(Path("no/such/folder/yet"))
    """
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        raise InputError("out", str(folder), "a folder that can be written or made")


def write_text(path: Path, text: str) -> None:
    """Write through a temporary file and a rename, so that nothing half-written is ever left.

    Raises `InputError` when the folder does not exist or cannot be written.

    >>> write_text(Path("no/such/folder/x"), "")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: file: expected a file ..., got 'no/such/folder/x'
    """
    write_bytes(path, encoded(text))


def encoded(text: str) -> bytes:
    """UTF-8. Lone surrogates, which it cannot express, are written as JSON writes them.

    >>> encoded("é\\ud800")
    b'\\xc3\\xa9\\\\ud800'
    """
    return text.encode(errors="backslashreplace")


def write_bytes(path: Path, data: bytes) -> None:
    """The same for bytes.

    >>> write_bytes(Path("no/such/folder/x"), b"")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: file: expected a file ..., got 'no/such/folder/x'
    """
    check_target(str(path))
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def emit_json(target: str, data: Any) -> None:
    """Write `data` as JSON to the file `target`, or to standard output when it is "-"."""
    write_text(Path(target), json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def quiet(*targets: str | Path | None) -> bool:
    """Does one of them go to standard output, so that nothing else may? Two of them are refused.

    >>> quiet("-", None), quiet("a.json", None)
    (True, False)
    """
    standard = sum(str(target) == STANDARD for target in targets)
    if standard > 1:
        raise InputError("file", STANDARD, "standard output for one file, names for the others")
    return standard == 1


def differences(made: Mapping[str, str], folder: Path) -> list[str]:
    """One line for each text that the folder lacks or has otherwise, with the first such line.

    >>> differences({"no-such-file": "x"}, Path())
    ['no-such-file: missing']
    """
    found = []
    for name, text in made.items():
        path = folder / name
        if not path.is_file():
            found.append(f"{name}: missing")
        elif (old := path.read_text(encoding="utf-8")) != text:
            now, then = text.split("\n"), old.split("\n")
            n = next(
                (n for n, (a, b) in enumerate(zip(now, then, strict=False)) if a != b),
                min(len(now), len(then)),
            )
            was, new = ("".join(part[n : n + 1])[:100] for part in (then, now))
            found.append(f"{name}: line {n + 1} is {was!r}, regenerated {new!r}")
    return found
