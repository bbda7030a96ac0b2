"""The compiler's decorators, and exact 128-bit products in 64-bit arithmetic.

The compiler (numba) is imported only when an entry is made (`entered`, `cached`): what `compiled`
marks can stand beside other code, in files that are also used without the kernel.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from zlib import crc32

import numpy as np

from kvratio._compiled import compiled_on_disk
from kvratio.simulate.chance import Purpose

Function = TypeVar("Function", bound=Callable[..., Any])


# Compiled functions borrow their arrays from the caller and allocate none, so they need no counting
# of references (a third of the time of a run otherwise). They are inlined in each other: to hand
# over a state of many arrays costs more than most of them do (half of the time).
OPTIONS = {"_nrt": False, "error_model": "numpy", "forceinline": True}


# What only compiled code calls needs no entries for Python and C: a third of the compiler's time.
INNER = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


_marked: list[Callable[..., Any]] = []  # functions that the compiler does not know yet


def compiled(function: Function) -> Function:
    """Compile as a part of what is compiled and calls it; from Python it runs as it is written.

    >>> @compiled
    ... def double(x: int) -> int:
    ...     return x + x
    >>> double(2), entered(lambda x: double(x) + 1)(2)
    (4, 5)
    """
    _marked.append(function)
    return function


def _compiler() -> Any:
    """The compiler, which knows all functions that have been marked."""
    import numba
    import numba.extending

    while _marked:
        numba.extending.register_jitable(**OPTIONS, **INNER)(_marked.pop())
    return numba


def entered(function: Function) -> Function:
    """Compile on first use; Python can call it. What it calls must have been marked before."""
    result: Function = _compiler().njit(function, **OPTIONS)
    return result


def cached(function: Function) -> Function:
    """`entered`, or loaded from the cache folder.

    numba looks only at the file of a cached function, not at those of the functions it calls. So
    only the kernel's entry is cached, with all it calls, and it holds `sources()` as a constant,
    which is part of its key in the cache.
    """
    _compiler()
    return compiled_on_disk(function, **OPTIONS)


def sources(*folders: Path) -> int:
    """A checksum of the texts from which compiled code is made."""
    return crc32(b"".join(file.read_bytes() for file in source_files(*folders)))


def source_files(*folders: Path) -> list[Path]:
    """The texts of the kernel, of all that it imports of the simulator, and of other folders."""
    simulate = Path(__file__).parent.parent
    names = ("chance.py", "forecast.py", "iteration.py", "policy.py", "queue.py", "view.py")
    files = [simulate / name for name in names]
    for name in ("compiled", "kernel", "learned", "words"):
        files += sorted((simulate / name).rglob("*.py"))
    for folder in folders:
        files += sorted(folder.glob("*.py"))
    return files


PURPOSES = len(Purpose)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)
LOW = np.uint64(0xFFFFFFFF)
S27, S30, S31, S32 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(32)


@compiled
def draw(key: Any, counter: int, purpose: int) -> Any:
    """`kvratio.simulate.chance.draw` in 64-bit words; the tests compare the two."""
    z = key + np.uint64(counter * PURPOSES + purpose + 1) * GOLDEN
    z = (z ^ (z >> S30)) * FIRST
    z = (z ^ (z >> S27)) * SECOND
    return z ^ (z >> S31)


@compiled
def scaled(uniform: Any, factor: int) -> Any:
    """floor(uniform * factor / 2^64) for a 64-bit `uniform` and 0 <= `factor` < 2^32.

    With uniform = high * 2^32 + low, the sum below is at most (2^32 - 1) * factor + factor - 1,
    so that nothing overflows.
    """
    f = np.uint64(factor)
    return np.int64(((uniform >> S32) * f + (((uniform & LOW) * f) >> S32)) >> S32)


@compiled
def share(whole: int, part: int, total: int) -> int:
    """floor(whole * part / total), exactly, where that, `part` and `total` are below 2^62."""
    if part == 0 or whole <= (1 << 62) // part:
        return whole * part // total
    quotient, rest = 0, 0  # long division: the bits of `whole` come in from the top
    each, remainder = part // total, part % total
    for bit in range(61, -1, -1):
        quotient, rest = 2 * quotient, 2 * rest
        if (whole >> bit) & 1:
            quotient, rest = quotient + each, rest + remainder
        quotient, rest = quotient + rest // total, rest % total
    return quotient
