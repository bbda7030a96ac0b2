"""Whole files or nothing: what is being written appears under its name only once it is complete."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file beside `path`; it becomes `path` at the end of the block, by a rename.

    After an error in the block nothing is left of it, and what stood at `path` stands there still.

    >>> with tempfile.TemporaryDirectory() as folder, replacing(Path(folder) / "x") as temporary:
    ...     size = temporary.write_text("text")
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)  # `mkstemp` lets nobody else read
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
