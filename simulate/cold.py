"""Which engine runs a comparison while the compiled one is not yet compiled on this machine.

Both engines give the same schedules, to the last tie. To compile takes about half a minute, once;
the reference engine simulates some thousand requests in that time's first seconds. So what is small
runs there until something larger has compiled the fast engine.
"""

import sys
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from kvratio._compiled import folder, writable
from kvratio.simulate import engine, kernel
from kvratio.simulate.compiled.compiler import sources
from kvratio.simulate.policy import Assumes, Policy
from kvratio.simulate.records import Run
from kvratio.simulate.timed import TimedRun

# Requests, over all runs, that the reference engine simulates in about three seconds.
SMALL = 6_000


class Engine(NamedTuple):
    """`run` and `run_timed` of one of the two engines."""

    run: Callable[..., Run]
    run_timed: Callable[..., TimedRun]


REFERENCE = Engine(engine.run, engine.run_timed)
COMPILED = Engine(kernel.run, kernel.run_timed)


def marker() -> Path:
    """The file that says: this version of the engine has been compiled for this Python."""
    python = f"{sys.implementation.cache_tag}-numba-{version('numba')}"
    return folder() / f"engine-{sources():08x}-{python}"


def is_compiled() -> bool:
    """Has the engine been compiled, by this process or into the cache folder?"""
    return kernel.compiled_here() or marker().exists()


def note_compiled() -> None:
    """Leave the marker, if this process has compiled or loaded the engine."""
    if kernel.compiled_here() and writable(folder()):
        marker().touch()


def _learns_ranks(player: Any) -> bool:
    return isinstance(player, Policy) and player.assumes is Assumes.LEVELS


def engine_for(requests: int, runs: int, players: Iterable[Any]) -> Engine:
    """The engine for so many runs of an instance with so many requests.

    The Gittins ranks that a policy learns are compiled in either engine, so such a policy waits for
    the compiler in any case.

    >>> from kvratio.simulate.policies import POLICIES
    >>> engine_for(10**6, 1, [POLICIES["fcfs"]]) is COMPILED
    True
    """
    if requests * runs > SMALL or any(map(_learns_ranks, players)) or is_compiled():
        return COMPILED
    return REFERENCE
