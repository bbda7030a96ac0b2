"""Compiled code on disk: in the cache folder of the user, not beside the installed modules."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def folder() -> Path:
    """Where compiled code is kept: `NUMBA_CACHE_DIR` if it is set, else the platform's folder.

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
    except RuntimeError:  # numba finds no place for it after all
        result = numba.njit(**options)(function)
    finally:
        numba.config.CACHE_DIR = before
    cache = getattr(result, "_cache", None)  # none where the compiler is disabled
    if cache is not None:
        _forgive(cache)
    return result


def _forgive(cache: Any) -> None:
    """Damaged files are told and ignored, and so is a disk that takes no more."""
    load, save = cache.load_overload, cache.save_overload

    def load_overload(*arguments: Any) -> Any:
        try:
            return load(*arguments)
        except Exception as error:  # of any kind: unpickling runs what it finds
            _tell("damaged, so it is compiled anew", error)
            with suppress(OSError):
                cache.flush()
            return None

    def save_overload(*arguments: Any) -> None:
        try:
            save(*arguments)
        except Exception as error:  # a damaged index is read before it is written
            _tell("not written", error)

    cache.load_overload, cache.save_overload = load_overload, save_overload


def _tell(what: str, error: Exception) -> None:
    reason = type(error).__name__
    print(f"kvratio: compiled code in {folder()} is {what} ({reason})", file=sys.stderr)


def disabled() -> bool:
    """Is the compiler switched off (`NUMBA_DISABLE_JIT=1`)? Then the reference engine runs."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")
