"""Ctrl-C ends a command within a second, also where native code does not look up."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

GRACE = 0.8  # seconds that native code (a solver, the compiler) has to come back to Python
MESSAGE = b"\nkvratio: interrupted\n"
INTERRUPTED = 128 + signal.SIGINT


def leave_at_once(_signal: int, _frame: FrameType | None) -> None:
    """End the process before anything has begun, without a traceback through half an import."""
    os.write(2, MESSAGE)
    os._exit(INTERRUPTED)


@contextmanager
def prompt() -> Iterator[None]:
    """In the block, Ctrl-C raises `KeyboardInterrupt`; if no Python runs for long, it ends all.

    Python delivers signals between its own instructions. A second thread hears of them at once, and
    ends the process where the first does not come to know. Journals hold what was finished.
    """
    ours = (signal.default_int_handler, leave_at_once)
    if threading.current_thread() is not threading.main_thread() or (
        signal.getsignal(signal.SIGINT) not in ours
    ):
        yield
        return
    heard = threading.Event()

    def interrupt(number: int, frame: FrameType | None) -> None:
        heard.set()
        signal.default_int_handler(number, frame)

    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    handler = signal.signal(signal.SIGINT, interrupt)
    watch = threading.Thread(target=_watch, args=(reading, heard), daemon=True)
    watch.start()
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        signal.set_wakeup_fd(before)
        os.close(writing)  # the thread reads the end
        watch.join()
        os.close(reading)


def _watch(reading: int, heard: threading.Event) -> None:
    while signals := os.read(reading, 1):
        if signals[0] == signal.SIGINT and not heard.wait(GRACE):
            os.write(2, MESSAGE)
            os._exit(INTERRUPTED)
        heard.clear()
