"""Where bytes come from: files, pipes, devices and standard input; gzip and zstd are unpacked.

A name "-" is standard input, and every name that can be opened is read: `/dev/stdin`, a FIFO, what
a shell's `<(...)` stands for. Whether bytes are packed is seen by how they begin, not by the name.
What is no regular file can be read once, unless it is copied first (`copied`).
"""

import gzip
import shutil
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kvratio.theory.checks import InputError

STANDARD = "-"
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
MOST_BYTES = 1 << 30  # of a document that is read as a whole: a small packed file may hold anything
BUFFER = 1 << 16
_copies: dict[str, Path] = {}  # of what can be read once, by its name


def existing(name: str | Path) -> Path:
    """The path of something that can be opened; "-" is standard input. Raises `InputError`.

    >>> existing("no-such.csv")
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: file: expected a file that exists, got 'no-such.csv'
    """
    path = Path(name) if isinstance(name, str) else name
    try:
        there = str(path) in _copies or (path.exists() and not path.is_dir())
    except (OSError, ValueError):  # a name that no file can have
        there = False
    if not there and str(path) != STANDARD:
        raise InputError("file", str(name), "a file that exists")
    return path


def repeatable(path: Path) -> bool:
    """Is it a regular file, which can be read again?

    >>> repeatable(Path("-"))
    False
    """
    return str(path) != STANDARD and path.is_file()


@contextmanager
def copied(names: Iterable[str]) -> Iterator[dict[str, str]]:
    """Copies of pipes and of standard input, by name, which are read in their place until the end.

    Regular files are left as they are. Other processes learn of the copies by `read_instead`.

    >>> with copied([]) as copies: copies
    {}
    """
    once = [name for name in names if not repeatable(place(existing(name)))]
    with TemporaryDirectory(prefix="kvratio-") as folder:
        copies = {name: str(Path(folder, str(k))) for k, name in enumerate(once)}
        for name, copy in copies.items():
            _copy(Path(name), Path(copy))
        read_instead(copies)
        try:
            yield copies
        finally:
            read_instead(dict.fromkeys(copies))


def _copy(path: Path, copy: Path) -> None:
    raw = _raw(path)
    try:
        with copy.open("wb") as stream:
            shutil.copyfileobj(raw, stream)
    except OSError as error:
        error.filename = error.filename or str(copy)
        raise
    finally:
        if str(path) != STANDARD:
            raw.close()


def read_instead(copies: Mapping[str, str | None]) -> None:
    """From now on these files are read in the place of those named; None: no longer."""
    for name, copy in copies.items():
        if copy is None:
            _copies.pop(name, None)
        else:
            _copies[name] = Path(copy)


def place(path: Path) -> Path:
    """Where the bytes of a name are: in its copy, if there is one.

    >>> place(Path("a.csv"))
    PosixPath('a.csv')
    """
    return _copies.get(str(path), path)


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The bytes of a file or a pipe, unpacked. Raises `InputError` where they are damaged.

    >>> with opened(Path("no-such.csv")): pass
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: file: expected a file that exists, got 'no-such.csv'
    """
    source = place(existing(path))
    raw = _raw(source)
    try:
        begins = raw.peek(len(ZSTD))
        if begins.startswith(GZIP):
            with gzip.GzipFile(fileobj=raw) as stream:
                yield stream
        elif begins.startswith(ZSTD):
            import pyarrow as pa

            with pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd") as stream:
                yield BufferedReader(stream, BUFFER)
        else:
            yield raw
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError("file", str(path), f"a whole gzip file ({error})") from None
    except OSError as error:
        if error.filename is None and error.errno is None:  # pyarrow has no class for it
            raise InputError("file", str(path), f"a whole zstd file ({error})") from None
        error.filename = error.filename or str(path)
        raise
    finally:
        if str(source) != STANDARD:
            raw.close()


def _raw(path: Path) -> Any:
    if str(path) != STANDARD:
        return path.open("rb", buffering=BUFFER)
    if sys.stdin is None:
        raise InputError("file", STANDARD, "standard input that is open")
    stream = sys.stdin.buffer
    return stream if hasattr(stream, "peek") else BufferedReader(stream)


def read_text(path: Path) -> str:
    """The text of a whole document, UTF-8 with or without a mark. Raises `InputError`.

    >>> read_text(Path("no-such.json"))
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: file: expected a file that exists, got 'no-such.json'
    """
    with opened(path) as stream:
        return decoded(path, stream)


def decoded(path: Path, stream: Any) -> str:
    """The text of what is left of an open stream; `path` is its name in messages."""
    data: bytes = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise InputError("file", str(path), f"at most {MOST_BYTES >> 20} MiB of text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        bad = data[error.start : error.end]
        raise InputError(f"{path}, line {line}", bad, "UTF-8") from None
