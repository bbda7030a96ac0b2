"""Whole files or nothing: what is being written appears under its name only once it is complete."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kvratio.simulate.streams import STANDARD


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file beside `path`; it becomes `path` at the end of the block, by a rename.

    After an error in the block nothing is left of it, and what stood at `path` stands there still;
    an error of the file system names `path`. Standard output ("-"), devices and pipes are written
    to, at the end of the block, and never replaced.

    >>> with tempfile.TemporaryDirectory() as folder, replacing(Path(folder) / "x") as temporary:
    ...     size = temporary.write_text("text")
    """
    passed_on = is_stream(path)
    try:
        handle, name = tempfile.mkstemp(
            dir=None if passed_on else path.parent, prefix=f".{path.name}."
        )
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            if passed_on:
                _pass_on(temporary, path)
            else:
                mask = os.umask(0)
                os.umask(mask)
                temporary.chmod(0o666 & ~mask)  # `mkstemp` gives others no right to read
                temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from None


def is_stream(path: Path) -> bool:
    """Is it standard output, a device or a pipe, to be written to and not to be replaced?

    >>> is_stream(Path("-")), is_stream(Path("/dev/null")), is_stream(Path("x.json"))
    (True, True, False)
    """
    return str(path) == STANDARD or (path.exists() and not path.is_file() and not path.is_dir())


def _pass_on(source: Path, target: Path) -> None:
    sys.stdout.flush()
    with source.open("rb") as data:
        if str(target) == STANDARD:
            shutil.copyfileobj(data, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        else:
            with target.open("ab") as stream:
                shutil.copyfileobj(data, stream)
