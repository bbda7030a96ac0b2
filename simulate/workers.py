"""Who computes: processes of this machine, or a Dask cluster; both through the same interface."""

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, connection, get_context, parent_process

from kvratio.theory.checks import InputError, whole

CONNECT_SECONDS = 10


@contextmanager
def workers(processes: int | None = None, dask: str | None = None) -> Iterator[Executor]:
    """An executor: `processes` of this machine (default: one a core), or the cluster at `dask`.

    `dask` is the address of a scheduler, such as "tcp://host:8786". Raises `InputError` when dask
    is not installed or nothing answers there, and `BrokenExecutor` when workers die again and
    again; Dask computes elsewhere what a worker that died had in work.

    >>> with workers(processes=0): pass
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: processes: expected a whole number, at least 1, got 0
    """
    if dask is not None:
        with _cluster(dask) as executor:
            yield executor
        return
    count = whole("processes", os.cpu_count() or 1 if processes is None else processes, least=1)
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_be_a_worker)
    try:
        yield pool
    except BaseException:  # an interrupt too: what is finished is kept, what runs is not waited for
        pool.shutdown(wait=False, cancel_futures=True)
        for process in active_children():
            process.terminate()
        raise
    pool.shutdown(wait=True, cancel_futures=True)


def _be_a_worker() -> None:
    """Leave Ctrl-C to the parent, and end with it even when it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        fix = 'pip install "kvratio[distributed]"'
        raise InputError("dask", address, 'the extra "distributed"', fix) from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError):
        required = "the address of a running Dask scheduler, such as tcp://host:8786"
        raise InputError("dask", address, required) from None
    try:
        yield client.get_executor(pure=False)
    except (KilledWorker, CancelledError) as error:
        raise BrokenExecutor(f"the Dask cluster: {error}") from None
    finally:
        client.close()
