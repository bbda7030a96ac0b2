"""Compiled code on disk: in the cache folder of the user, not beside the installed modules."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def folder() -> Path:
    """Where compiled code is kept: `NUMBA_CACHE_DIR` if it is set, else the platform's folder.

    >>> import os
    >>> getfixture("monkeypatch").setenv("NUMBA_CACHE_DIR", "/somewhere")
    >>> folder()
    PosixPath('/somewhere')
    """
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_cache_dir("kvratio"))


def writable(place: Path) -> bool:
    """Can files be written into this folder, which is made if it is missing?"""
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(place, os.W_OK | os.X_OK)


def compiled_on_disk(function: Function, **options: Any) -> Function:
    """`numba.njit(function)`, kept in `folder()` if it can be written, else only for this process.

    numba's own setting is put back at once: other packages' compiled code stays where it was.
    """
    import numba

    result: Function
    if not writable(folder()):
        result = numba.njit(**options)(function)
        return result
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder())
    try:
        result = numba.njit(cache=True, **options)(function)
    finally:
        numba.config.CACHE_DIR = before
    return result
