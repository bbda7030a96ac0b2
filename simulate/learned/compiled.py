"""The compiler's decorators for learned slicing: functions that may allocate arrays."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

from kvratio._compiled import compiled_on_disk

Function = TypeVar("Function", bound=Callable[..., Any])


def inner(function: Function) -> Function:
    """Compile as a part of what calls it.

    >>> @inner
    ... def double(x: int) -> int:
    ...     return x + x
    >>> double(2)
    4
    """
    result: Function = numba.njit(function, error_model="numpy")
    return result


def cached(function: Function) -> Function:
    """Compile on first use, or load from the cache folder.

    numba looks only at the file of a cached function: what it calls must stand in the same file,
    or change its key in the cache.
    """
    return compiled_on_disk(function, error_model="numpy")
