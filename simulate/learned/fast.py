"""Learned slicing, compiled: step by step, with the schedules of `simulate.learned.scheduler`.

The loop is that of `simulate.engine`, its four phases in the same order, for this one policy;
random instances are compared in the tests, attempt by attempt.
"""

from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import numpy as np

from simulate.learned import pricing
from simulate.learned.compiled import cached, inner
from simulate.learned.pricing import (
    BINS,
    CLASSES,
    EXPOSURE,
    MOST_STAGES,
    SAMPLE,
    Ints,
    bin_of,
    cap,
    choose,
    class_of,
    price,
    survival,
)
from theory.model import Instance, Schedule

GONE, WAITING, RUNNING = 0, 1, 2  # before the arrival and after the completion: gone
PROMPT, OUTPUT, ARRIVAL, SCALE = range(4)
KNOWN, STOP, START, SPARED = range(4, 8)


@inner
def _before(queue: Ints, a: int, b: int) -> bool:
    same = queue[a, 0] == queue[b, 0]
    return bool(queue[a, 0] < queue[b, 0] or (same and queue[a, 1] < queue[b, 1]))


@inner
def _swap(queue: Ints, a: int, b: int) -> None:
    for column in range(2):
        queue[a, column], queue[b, column] = queue[b, column], queue[a, column]


@inner
def _push(queue: Ints, size: int, key: int, request: int) -> None:
    queue[size, 0], queue[size, 1] = key, request
    place = size
    while place > 0 and _before(queue, place, (place - 1) // 2):
        _swap(queue, place, (place - 1) // 2)
        place = (place - 1) // 2


@inner
def _pop(queue: Ints, size: int) -> int:
    request = queue[0, 1]
    queue[0, 0], queue[0, 1] = queue[size - 1, 0], queue[size - 1, 1]
    place, below = 0, 1
    while below < size - 1:
        if below + 1 < size - 1 and _before(queue, below + 1, below):
            below += 1
        if not _before(queue, below, place):
            break
        _swap(queue, place, below)
        place, below = below, 2 * below + 1
    return int(request)


@inner
def _price(this: Ints, memory: int, kept: bool, tables: Ints, levels: Ints, count: int) -> int:
    facts = (this[PROMPT], this[SCALE], memory - this[PROMPT])
    return price(tables[class_of(this[SCALE])], facts, this[KNOWN], kept, levels, count)


@inner
def _estimate(requests: Ints, status: Ints, now: int, tables: Ints) -> None:
    """Fill the tables from all requests that have arrived by `now`."""
    done, passed = np.zeros((CLASSES, BINS), np.int64), np.zeros((CLASSES, BINS), np.int64)
    exposure = np.zeros(CLASSES, np.int64)
    for i in range(len(requests)):
        this = requests[i]
        m = this[SCALE]
        kind = class_of(m)
        if status[i] == GONE and this[STOP] == 0:
            continue
        if status[i] == GONE:
            length = this[OUTPUT]
            done[kind, bin_of(m, length)] += 1
        else:
            length = this[KNOWN]
            if status[i] == RUNNING:
                length = max(length, now - this[START])
            passed[kind, bin_of(m, length + 1) - 1] += 1
        exposure[kind] += length * EXPOSURE // m
    for kind in range(CLASSES):
        survival(done[kind], passed[kind], exposure[kind], tables[kind])


@inner
def _plan(requests: Ints, status: Ints, size: int, memory: int, tables: Ints, levels: Ints) -> int:
    """Choose the levels for a sample of the `size` requests that wait."""
    stride = -(-size // SAMPLE)
    sample = np.empty((-(-size // stride), 4), np.int64)
    seen = 0
    for i in range(len(requests)):
        if status[i] != WAITING:
            continue
        if seen % stride == 0:
            this, row = requests[i], sample[seen // stride]
            row[0], row[1], row[2] = this[PROMPT], this[SCALE], this[KNOWN]
            row[3] = class_of(this[SCALE])
        seen += 1
    return choose(tables, sample, memory, levels)


@inner
def _run(requests: Ints, arrivals: Ints, memory: int, log: Ints) -> Ints:
    """All attempts, as rows (request, start, end, finished)."""
    n = len(requests)
    status = np.zeros(n, np.int64)
    queue, running = np.empty((n + 1, 2), np.int64), np.empty(n, np.int64)
    late = np.empty(n, np.int64)
    tables = np.zeros((CLASSES, BINS), np.int64)
    levels, count = np.zeros(MOST_STAGES, np.int64), 0
    _estimate(requests, status, 0, tables)
    now, waiting, active, need, arrived, completed, logged = 0, 0, 0, 0, 0, 0, 0
    due, square = 1, 1
    while True:
        kept = 0
        for k in range(active):
            i = running[k]
            if now - requests[i, START] == requests[i, OUTPUT]:
                need -= requests[i, PROMPT] + requests[i, OUTPUT] + 1
                status[i] = GONE
                completed += 1
                log[logged, 0], log[logged, 1], log[logged, 2] = i, requests[i, START], now
                log[logged, 3] = 1
                logged += 1
            else:
                running[kept] = i
                kept += 1
        active = kept
        if completed == n:
            return log[:logged]
        while arrived < n and requests[arrivals[arrived], ARRIVAL] <= now:
            i = arrivals[arrived]
            arrived += 1
            if arrived == square * square:
                requests[i, SPARED] = 1
                square += 1
            status[i] = WAITING
            key = _price(requests[i], memory, False, tables, levels, count)
            _push(queue, waiting, key, i)
            waiting += 1
        if completed >= due:
            due = completed * 5 // 4 + 1
            _estimate(requests, status, now, tables)
            if waiting > 0:
                count = _plan(requests, status, waiting, memory, tables, levels)
            held = queue[:waiting, 1].copy()
            for k in range(waiting):
                key = _price(requests[held[k]], memory, False, tables, levels, count)
                _push(queue, k, key, held[k])
        gone, kept = 0, 0
        for k in range(active):
            i = running[k]
            this = requests[i]
            made = now - this[START]
            cancel = False
            if made >= this[STOP]:
                this[KNOWN] = max(this[KNOWN], made)
                if waiting > 0:
                    own = _price(this, memory, True, tables, levels, count)
                    cancel = this[SPARED] == 0 and own > queue[0, 0]
                if not cancel:
                    s = this[PROMPT]
                    this[STOP] = cap(levels, count, s, this[KNOWN], memory - s)
            if cancel:
                late[gone] = i
                gone += 1
            else:
                running[kept] = i
                kept += 1
        active = kept
        for k in range(gone):
            i = late[k]
            need -= requests[i, PROMPT] + now - requests[i, START] + 1
            logged = _stop(requests, status, i, now, log, logged)
            key = _price(requests[i], memory, False, tables, levels, count)
            _push(queue, waiting, key, i)
            waiting += 1
        gone = 0
        while need > memory:
            active -= 1
            i = running[active]
            need -= requests[i, PROMPT] + now - requests[i, START] + 1
            logged = _stop(requests, status, i, now, log, logged)
            late[gone] = i
            gone += 1
        while gone == 0 and waiting > 0 and need + requests[queue[0, 1], PROMPT] + 1 <= memory:
            i = _pop(queue, waiting)
            waiting -= 1
            s = requests[i, PROMPT]
            status[i] = RUNNING
            requests[i, START] = now
            requests[i, STOP] = cap(levels, count, s, requests[i, KNOWN], memory - s)
            running[active] = i
            active += 1
            need += s + 1
        for k in range(gone):
            key = _price(requests[late[k]], memory, False, tables, levels, count)
            _push(queue, waiting, key, late[k])
            waiting += 1
        need += active
        now += 1
        if active == 0 and waiting == 0 and arrived < n:
            now = max(now, requests[arrivals[arrived], ARRIVAL])
        if logged + active + 1 > len(log):
            larger = np.empty((2 * len(log) + active, 4), np.int64)
            larger[:logged] = log[:logged]
            log = larger


@inner
def _stop(requests: Ints, status: Ints, i: int, now: int, log: Ints, logged: int) -> int:
    """A running request is cancelled; returns the number of attempts in the log."""
    this = requests[i]
    log[logged, 0], log[logged, 1], log[logged, 2], log[logged, 3] = i, this[START], now, 0
    this[KNOWN] = max(this[KNOWN], now - this[START])
    status[i] = WAITING
    return logged + 1


def _entry(version: int) -> Callable[[Ints, Ints, int, Ints], Ints]:
    """The loop, cached under a key that contains `version`."""

    @cached
    def entry(requests: Ints, arrivals: Ints, memory: int, log: Ints) -> Ints:
        return _run(requests, arrivals, memory if version >= 0 else 0, log)

    return entry


ENTRY = _entry(crc32(Path(pricing.__file__).read_bytes()))


def schedule(instance: Instance) -> Schedule:
    """All attempts of learned slicing on an instance."""
    n = instance.n
    if not n:
        return Schedule.of([])
    requests = np.zeros((n, SPARED + 1), np.int64)
    requests[:, PROMPT], requests[:, OUTPUT] = instance.prompt, instance.output
    requests[:, ARRIVAL] = instance.arrival
    requests[:, SCALE] = [
        pricing.scale(*ends) for ends in zip(instance.lower, instance.upper, strict=True)
    ]
    arrivals = np.argsort(requests[:, ARRIVAL], kind="stable")
    log = np.empty((4 * n + 64, 4), np.int64)
    found = ENTRY(requests, arrivals, instance.memory, log)
    request, start, end, finished = found.T.tolist()
    return Schedule(tuple(request), tuple(start), tuple(end), tuple(map(bool, finished)))
