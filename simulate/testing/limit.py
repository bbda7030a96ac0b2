"""A limit on the wall-clock time of one case: a run without end is reported with its case.

In the main thread of a Unix-like system a signal ends the run, also while it sleeps or waits. In
another thread, where another timer is set (as by pytest-timeout), and on other systems, a second
thread raises the exception in the one that runs: it comes between two steps of Python code, so a
call that blocks for ever is not ended there.
"""

import ctypes
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType

from kvratio.simulate.testing.history import History
from kvratio.theory.model import Instance

Play = Callable[[Instance, int], History]


class CaseTimeout(BaseException):
    """The case has taken too long. No `Exception`, so that code under test does not catch it."""


def limited(play: Play, seconds: float) -> Play:
    """`play`, stopped after `seconds`; the history of a stopped run counts as a livelock.

    >>> def endless(instance, seed):
    ...     while True: pass
    >>> limited(endless, 0.1)(Instance.of(1, [1]), 0).stopped
    'the run took longer than 0.1 s'
    """

    def play_within(instance: Instance, seed: int) -> History:
        try:
            with _limit(seconds):
                return play(instance, seed)
        except CaseTimeout:
            stopped = f"the run took longer than {seconds:g} s"
            return History(instance, (), stopped=stopped, livelock=True)

    return play_within


def _limit(seconds: float) -> AbstractContextManager[None]:
    here = threading.current_thread() is threading.main_thread()
    if here and hasattr(signal, "setitimer") and not signal.getitimer(signal.ITIMER_REAL)[0]:
        return _alarm(seconds)
    return _watched(seconds)


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise CaseTimeout

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _watched(seconds: float) -> Iterator[None]:
    thread = ctypes.c_ulong(threading.get_ident())
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    deciding, over = threading.Lock(), False

    def stop() -> None:
        with deciding:
            if not over:
                raise_in(thread, ctypes.py_object(CaseTimeout))

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        with deciding:
            over = True
            raise_in(thread, None)  # takes back an exception that has not been raised yet
