"""A limit on the wall-clock time of one case: a run without end is reported with its case."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from kvratio.simulate.testing.history import History
from kvratio.theory.model import Instance

Play = Callable[[Instance, int], History]


class CaseTimeout(BaseException):
    """The case has taken too long. No `Exception`, so that code under test does not catch it."""


def limited(play: Play, seconds: float) -> Play:
    """`play`, stopped after `seconds`; the history of a stopped run counts as a livelock.

    The limit works by a signal, so it holds in the main thread of Unix-like systems; elsewhere the
    run is not limited.

    >>> def endless(instance, seed):
    ...     while True: pass
    >>> limited(endless, 0.1)(Instance.of(1, [1]), 0).stopped
    'the run took longer than 0.1 s'
    """

    def play_within(instance: Instance, seed: int) -> History:
        try:
            with _alarm(seconds):
                return play(instance, seed)
        except CaseTimeout:
            stopped = f"the run took longer than {seconds:g} s"
            return History(instance, (), stopped=stopped, livelock=True)

    return play_within


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    here = threading.current_thread() is threading.main_thread()
    if not here or not hasattr(signal, "setitimer") or signal.getitimer(signal.ITIMER_REAL)[0]:
        yield  # no signals here, or somebody else waits for this one
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise CaseTimeout

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
