"""Good schedules that keep their tokens, for instances of any size: by rank, step by step.

In every step whoever has the least remaining volume plus a handicap of its own goes first, and all
that fit run. Without handicaps that is shortest remaining volume first. Random changes of the
handicaps that make the latency no worse are kept.
"""

from collections.abc import Sequence
from itertools import accumulate
from random import Random
from time import monotonic

from kvratio.theory.hindsight.stopped import Stopped
from kvratio.theory.model import Instance, Schedule, volume

Attempts = list[tuple[int, int, int, bool, int]]


def serve(instance: Instance, handicap: Sequence[int]) -> tuple[int, Attempts]:
    """Total latency and attempts (with the tokens begun with) under these handicaps, in volume.

    >>> serve(Instance.of(4, [4, 4, 4]), [0, 0, 0])[0]
    19
    """
    n, memory = instance.n, instance.memory
    made, began, since = [0] * n, [0] * n, [-1] * n
    ranks = [volume(s, o) + h for s, o, h in zip(instance.prompt, instance.output, handicap,
                                                 strict=True)]  # fmt: skip
    coming = sorted(range(n), key=instance.arrival.__getitem__, reverse=True)
    here: list[int] = []
    rows: Attempts = []
    step = latency = 0
    while here or coming:
        if not here:
            step = max(step, instance.arrival[coming[-1]])
        while coming and instance.arrival[coming[-1]] <= step:
            here.append(coming.pop())
        here.sort(key=lambda i: (ranks[i], i))
        room, complete = memory, False
        for i in here:
            use = instance.prompt[i] + made[i] + 1
            if use > room:
                if since[i] >= 0:
                    rows.append((i, since[i], step, False, began[i]))
                    since[i] = -1
                continue
            room -= use
            if since[i] < 0:
                since[i], began[i] = step, made[i]
            made[i] += 1
            ranks[i] -= use
            if made[i] == instance.output[i]:
                rows.append((i, since[i], step + 1, True, began[i]))
                latency += step + 1 - instance.arrival[i]
                complete = True
        step += 1
        if complete:
            here = [i for i in here if made[i] < instance.output[i]]
    return latency, rows


def improve(instance: Instance, *, moves: int, seed: int, deadline: float) -> Schedule:
    """The best schedule after so many changes of a handicap.

    Deterministic unless the deadline strikes. Ctrl-C raises `Stopped` with the best so far.
    """
    rng, handicap = Random(seed), [0] * instance.n
    best, rows = serve(instance, handicap)
    volumes = [volume(s, o) for s, o in zip(instance.prompt, instance.output, strict=True)]
    spread = [*accumulate(volumes)][-1] // instance.n + 1
    try:
        for _ in range(moves):
            if monotonic() > deadline:
                break
            i = rng.randrange(instance.n)
            before = handicap[i]
            handicap[i] += rng.randint(-spread, spread)
            latency, found = serve(instance, handicap)
            if latency <= best:
                best, rows = latency, found
            else:
                handicap[i] = before
    except KeyboardInterrupt:
        raise Stopped(Schedule.of(rows)) from None
    return Schedule.of(rows)
