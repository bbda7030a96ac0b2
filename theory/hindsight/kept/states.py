"""Schedules that keep their tokens, step by step: states, whom a step can run, schedules of paths.

A state is how many tokens every request has. Tokens that are made are never in the way: whoever has
more of them at the same time can do whatever those with fewer do. So only *full* steps matter, in
which nobody else would fit, and requests of a kind with the same number of tokens are alike.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from kvratio.theory.model import Instance, Schedule, volume

Kind = tuple[int, int, int]  # prompt, output, arrival
State = tuple[tuple[int, ...], ...]  # of each kind the tokens of its requests, ascending
Class = tuple[int, int, int, int]  # kind, tokens made, use in the next step, requests


def beginning(counts: Sequence[int]) -> State:
    """Nobody has a token."""
    return tuple((0,) * count for count in counts)


def classes(state: State, kinds: Sequence[Kind], step: int) -> list[Class]:
    """Those that could run in a step, the smallest remaining volume first."""
    found = []
    for k, ((s, o, a), made) in enumerate(zip(kinds, state, strict=True)):
        if a <= step:
            for tokens, count in Counter(made).items():
                if tokens < o:
                    rest = volume(s, o) - volume(s, tokens)
                    found.append((rest, k, tokens, s + tokens + 1, count))
    return [(k, tokens, use, count) for _, k, tokens, use, count in sorted(found)]


def full_steps(able: Sequence[Class], memory: int) -> Iterator[tuple[int, ...] | None]:
    """How many of each class run, in every way that leaves no room for one more of any.

    The way that takes as many as possible of the first, then of the next and so on comes first.
    None stands for a dead end, so that a caller can count the work.

    >>> able = [(0, 2, 3, 1), (1, 0, 1, 2)]  # one that uses 3 tokens, two that use 1 each
    >>> [way for way in full_steps(able, 3) if way]
    [(1, 0), (0, 2)]
    """
    most = [0] * (len(able) + 1)  # use of all classes from each on
    for at in range(len(able) - 1, -1, -1):
        _, _, use, count = able[at]
        most[at] = most[at + 1] + use * count

    def choose(at: int, room: int, missed: int) -> Iterator[tuple[int, ...] | None]:
        """`missed`: the smallest use of anybody who has been left out, 0 for none."""
        if missed and missed <= room - most[at]:  # whatever comes after cannot fill this room
            yield None
        elif at == len(able):
            yield ()
        else:
            _, _, use, count = able[at]
            for taken in range(min(count, room // use), -1, -1):
                left_out = min(missed or use, use) if taken < count else missed
                for rest in choose(at + 1, room - taken * use, left_out):
                    yield rest if rest is None else (taken, *rest)

    return choose(0, memory, 0)


def after(state: State, able: Sequence[Class], taken: Sequence[int]) -> State:
    """The state after a step that runs so many of each class."""
    changed = [list(made) for made in state]
    for (k, tokens, _, _), count in zip(able, taken, strict=True):
        for _ in range(count):
            changed[k].remove(tokens)
        changed[k] += [tokens + 1] * count
    return tuple(tuple(sorted(made)) for made in changed)


def schedule_of(instance: Instance, kinds: Sequence[Kind], path: Sequence[State]) -> Schedule:
    """A schedule that goes through these states, one a step from step 0 on.

    Of those that are alike whoever ran in the step before goes on.
    """
    names: dict[Kind, list[int]] = {kind: [] for kind in kinds}
    rows = zip(instance.prompt, instance.output, instance.arrival, strict=True)
    for i, row in enumerate(rows):
        names[row].append(i)
    made, began = [0] * instance.n, [0] * instance.n
    since: dict[int, int] = {}
    attempts: list[tuple[int, int, int, bool, int]] = []
    for step, (now, then) in enumerate(pairwise(path)):
        runs: list[int] = []
        for kind, old, new in zip(kinds, now, then, strict=True):
            moved = Counter(old)
            moved.subtract(new)
            going = 0  # requests that pass from this number of tokens to the next
            for tokens in range(kind[1]):
                going += moved[tokens]
                alike = [i for i in names[kind] if made[i] == tokens and i not in runs]
                runs += sorted(alike, key=lambda i: (i not in since, i))[:going]
        for i in [i for i in since if i not in runs]:
            attempts.append((i, since.pop(i), step, False, began[i]))
        for i in runs:
            if i not in since:
                since[i], began[i] = step, made[i]
            made[i] += 1
            if made[i] == instance.output[i]:
                attempts.append((i, since.pop(i), step + 1, True, began[i]))
    return Schedule.of(sorted(attempts, key=lambda row: (row[1], row[0])))
