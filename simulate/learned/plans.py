"""Plans in numbers: what they cost the requests that wait, and which is chosen.

One definition for both engines, compiled. The levels of all plans stand in one ascending table
(`ladder`). A request's *profile* has at each of these levels the tokens at which it ends, the
expected volume up to there and the share that goes on; from it the stages of any plan follow by
subtraction, so that a plan costs a few operations a request. The stages are those of
`kvratio.simulate.learned.gittins.stages`, to the last digit.

*Cost for those that wait.* Stages in ascending rank; requests that complete in a stage wait for
half of it, all later ones for all of it: the fluid latency of `kvratio.theory.learned`, estimated
for a sample.

*Cost while requests arrive* (`Traffic`). The same fluid, with those that come: they bring work to
each rank at a rate per step, for a horizon of so many steps; then nothing more comes. What stands
behind work of the ranks up to r ends at the t with t = backlog + (share of the cache that arrivals
of these ranks need) min(t, horizon). The cost is the area under the number of requests that wait or
run. So a plan pays for the work that it does twice also by what those to come wait for it: the
nearer to saturation, the more. Without arrivals it is the cost above.
These costs are in double precision, by the four operations alone, which IEEE 754 determines to the
last bit; the compiler is not allowed to reorder or to fuse them.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from kvratio.simulate.compiled.compiler import sources
from kvratio.simulate.learned.compiled import cached, inner
from kvratio.simulate.learned.gittins import (
    BITS,
    COST_BITS,
    FACTORS,
    FAMILIES,
    MOST_STAGES,
    Columns,
    Ints,
    bin_of,
    cheapest,
    class_of,
    tokens,
    volume,
    within,
)

MOST_RANK = 1 << 46  # with the number of a stage beside it, below 2^63


class Profiles(NamedTuple):
    """Of a sample, one row a request, one column a level of the ladder and a last one for all that
    fits: tokens at the level, expected volume up to there, the share that goes on, the latter two
    times the same factor. `begin`: of each request, tokens known to be exceeded, that factor (the
    share at the beginning), and the prompt. `first`: the first request that is like it, which
    saves most of the work where many are alike."""

    stops: Ints
    spent: Ints
    alive: Ints
    begin: Ints
    first: Ints


class Traffic(NamedTuple):
    """Requests that arrive: a sample, as rows (prompt, scale, 0); how many come a step; for how
    many steps they are expected to come; how many wait now."""

    sample: Ints
    rate: float
    horizon: float
    waiting: float


@inner
def ladder(memory: int) -> Ints:
    """The levels of all plans, ascending: column FAMILIES * power + family; 0: not used."""
    most, powers = memory * (memory + 1) // 2, 0
    while (FACTORS[0] << 2 * powers) >> 4 < most:
        powers += 1
    found = np.zeros(FAMILIES * powers, np.int64)
    for power in range(powers):
        for family in range(FAMILIES):
            level = (FACTORS[family] << 2 * power) >> 4
            if level < most:
                found[FAMILIES * power + family] = level
    return found


@inner
def profiles(tables: Ints, sample: Ints, memory: int, levels: Ints) -> Profiles:
    """The profiles of rows (prompt, scale, known)."""
    size, columns = len(sample), len(levels) + 1
    stops, spent = np.empty((size, columns), np.int64), np.empty((size, columns), np.int64)
    alive, begin = np.empty((size, columns), np.int64), np.empty((size, 3), np.int64)
    first = np.arange(size)
    for i in range(size):
        s, m, known = sample[i]
        for j in range(i):
            if sample[j, 0] == s and sample[j, 1] == m and sample[j, 2] == known:
                first[i] = j
                break
        if first[i] < i:
            j = first[i]
            stops[i], spent[i], alive[i], begin[i] = stops[j], spent[j], alive[j], begin[j]
            continue
        most, table = memory - s, tables[class_of(m)]
        j = bin_of(m, known + 1)
        going = max(1, table[j - 1])
        begin[i, 0], begin[i, 1], begin[i, 2] = known, going, s
        made, total = known, 0
        for column in range(columns):
            stop = made
            if column == len(levels):
                stop = most
            elif volume(s, made + 1) <= levels[column]:
                stop = within(levels[column], s, made, most)
            while made < stop and going > 0:
                bin_end = min(tokens(j, m), most)
                reached = min(bin_end, stop)
                total += going * (volume(s, reached) - volume(s, made))
                made = reached
                if made == bin_end:
                    going = 0 if made == most else min(going, table[j])
                    j += 1
            made = stop
            stops[i, column], spent[i, column], alive[i, column] = stop, total, going
    return Profiles(stops, spent, alive, begin, first)


@inner
def stages_of(of: Profiles, i: int, plan: Ints, count: int, keeps: bool, out: Columns) -> int:
    """The stages of request i under the levels in these columns: `gittins.stages`."""
    volumes, completions = out
    made, entered, s = of.begin[i]
    before, stage = 0, 0
    for k in range(count + 1):
        column = plan[k] if k < count else of.stops.shape[1] - 1
        stop = of.stops[i, column]
        if stop <= made:
            continue
        redone = 0 if keeps else volume(s, made) * entered
        volumes[stage] = redone + of.spent[i, column] - before
        completions[stage] = entered - of.alive[i, column]
        stage += 1
        made, entered, before = stop, of.alive[i, column], of.spent[i, column]
        if entered == 0:
            break
    return stage


@inner
def listed(of: Profiles, plan: Ints, count: int, keeps: bool, rows: Ints) -> int:
    """Fill rows (rank, volume, completions, request) with the stages of all; return their number.

    The stages of a run have its rank.
    """
    columns = np.empty(MOST_STAGES, np.int64), np.empty(MOST_STAGES, np.int64)
    starts, used = np.empty(len(of.begin) + 1, np.int64), 0
    for i in range(len(of.begin)):
        starts[i], like = used, of.first[i]
        if like < i:
            for k in range(starts[like], starts[like + 1]):
                rows[used, 0], rows[used, 1] = rows[k, 0], rows[k, 1]
                rows[used, 2], rows[used, 3] = rows[k, 2], i
                used += 1
            continue
        number = stages_of(of, i, plan, count, keeps, columns)
        stage = 0
        while stage < number:
            best, last = cheapest(columns, stage, number)
            while stage <= last:
                rows[used, 0], rows[used, 1] = best, columns[0][stage]
                rows[used, 2], rows[used, 3] = columns[1][stage], i
                used, stage = used + 1, stage + 1
    return used


@inner
def in_order(rows: Ints) -> Ints:
    """The places of the rows by ascending rank, equals as they stand."""
    packed, bits = rows[:, 0].copy(), 0
    while len(rows) >> bits:
        bits += 1
    if len(rows) and packed.max() >= MOST_RANK:
        return np.argsort(packed, kind="mergesort")
    for k in range(len(rows)):  # numbers alone are sorted much faster
        packed[k] = packed[k] << bits | k
    packed.sort()
    for k in range(len(rows)):
        packed[k] &= (1 << bits) - 1
    return packed


@inner
def cost(of: Profiles, memory: int, plan: Ints, count: int, keeps: bool) -> int:
    """Estimated fluid latency of a plan for those that wait."""
    rows = np.empty((len(of.begin) * (count + 1), 4), np.int64)
    used = listed(of, plan, count, keeps, rows)
    shift = max(0, BITS + 2 * class_of(memory) - COST_BITS)
    left = rows[:used, 2].sum()
    total = 0
    for k in in_order(rows[:used]):
        total += (rows[k, 1] >> shift) * (2 * left - rows[k, 2])
        left -= rows[k, 2]
    return total


@inner
def cost_in_traffic(
    waiting: Profiles, coming: Profiles, traffic: Traffic, memory: int, plan: Ints,
    count: int, keeps: bool,
) -> float:  # fmt: skip
    """Estimated fluid latency of a plan, of those that wait and of those that come."""
    w, c = len(waiting.begin), len(coming.begin)
    rows = np.empty(((w + c) * (count + 1), 4), np.int64)
    first = listed(waiting, plan, count, keeps, rows)
    used = first + listed(coming, plan, count, keeps, rows[first:])
    each, rate, end = traffic.waiting / w, traffic.rate / c, traffic.horizon
    area, backlog, load, before = 0.0, 0.0, 0.0, 0.0
    order = in_order(rows[:used])
    k = 0
    while k < used:
        # of this rank: requests that wait, how many come a step; the work of both
        here, come, owed, brought, rank = 0.0, 0.0, 0.0, 0.0, rows[order[k], 0]
        while k < used and rows[order[k], 0] == rank:
            place = order[k]
            i = rows[place, 3]
            if place < first:
                share = each / waiting.begin[i, 1]
                owed += rows[place, 1] * share / memory
                here += rows[place, 2] * share
            else:
                share = rate / coming.begin[i, 1]
                brought += rows[place, 1] * share / memory
                come += rows[place, 2] * share
            k += 1
        backlog, load = backlog + owed, load + brought
        after = backlog + load * end
        if backlog < end * (1 - load):
            after = backlog / (1 - load)
        after = max(after, before)
        area += _area(here, come, owed + brought * end, before, after, end)
        before = after
    return area


@inner
def _area(here: float, come: float, work: float, begin: float, done: float, end: float) -> float:
    """Under the number of requests of a rank: so many wait, so many come a step until the step
    `end`, with so much work in all; they are served from the step `begin` on, evenly before the
    end and after it, and none is left in the step `done`."""
    most = here + come * min(begin, end)
    if done <= end:  # they go on coming, and are served as they come
        return here * begin + come * begin * begin / 2 + most * (done - begin) / 2
    if begin <= end:
        left = (here + come * end) * min(1.0, (done - end) / work)  # nothing else is left then
        rising = here * begin + come * begin * begin / 2
        return rising + (most + left) * (end - begin) / 2 + left * (done - end) / 2
    return here * begin + come * end * (begin - end / 2) + most * (done - begin) / 2


@inner
def nth(levels: Ints, k: int, plan: Ints) -> int:
    """Fill in the columns of the k-th plan; return their number, or -1 if there is no such level.

    The plans: no levels; the four families of growth 4; each level of a family alone.
    """
    powers = len(levels) // FAMILIES
    if k == 0:
        return 0
    if k <= FAMILIES:
        count = 0
        for power in range(powers):
            column = FAMILIES * power + k - 1
            if levels[column] > 0:
                plan[count] = column
                count += 1
        return count
    plan[0] = k - 1 - FAMILIES
    return 1 if levels[plan[0]] > 0 else -1


@inner
def _choose(tables: Ints, sample: Ints, memory: int, levels: Ints, keeps: bool) -> int:
    steps = ladder(memory)
    mine = profiles(tables, sample, memory, steps)
    plan, chosen = np.zeros(MOST_STAGES, np.int64), 0
    best = 0
    for k in range(1 + FAMILIES + len(steps)):
        count = nth(steps, k, plan)
        if count < 0:
            continue
        found = cost(mine, memory, plan, count, keeps)
        if k == 0 or found < best:
            best, chosen = found, k
    return _put(steps, chosen, levels)


@inner
def _choose_in_traffic(
    tables: Ints, sample: Ints, memory: int, levels: Ints, keeps: bool, traffic: Traffic
) -> int:
    steps = ladder(memory)
    mine = profiles(tables, sample, memory, steps)
    coming = profiles(tables, traffic.sample, memory, steps)
    plan, chosen = np.zeros(MOST_STAGES, np.int64), 0
    best = 0.0
    for k in range(1 + FAMILIES + len(steps)):
        count = nth(steps, k, plan)
        if count < 0:
            continue
        found = cost_in_traffic(mine, coming, traffic, memory, plan, count, keeps)
        if k == 0 or found < best:
            best, chosen = found, k
    return _put(steps, chosen, levels)


@inner
def _put(steps: Ints, k: int, levels: Ints) -> int:
    """Put the levels of the k-th plan into `levels`; return their number."""
    plan = np.zeros(MOST_STAGES, np.int64)
    count = nth(steps, k, plan)
    for at in range(count):
        levels[at] = steps[plan[at]]
    return count


# numba keeps compiled code by its file alone: the checksum of all that these call is in their keys


def _chooser(version: int) -> Callable[[Ints, Ints, int, Ints, bool], int]:
    @cached
    def choose(tables: Ints, sample: Ints, memory: int, levels: Ints, keeps: bool) -> int:
        return _choose(tables, sample, memory, levels, keeps) if version >= 0 else 0

    return choose


def _chooser_in_traffic(version: int) -> Callable[[Ints, Ints, int, Ints, bool, Traffic], int]:
    @cached
    def choose(
        tables: Ints, sample: Ints, memory: int, levels: Ints, keeps: bool, traffic: Traffic
    ) -> int:
        if version < 0:
            return 0
        return _choose_in_traffic(tables, sample, memory, levels, keeps, traffic)

    return choose


# Put the levels of the cheapest plan for a sample of those that wait into `levels`; return their
# number. `keeps`: does a preemption keep the tokens?
choose = _chooser(sources())
choose_in_traffic = _chooser_in_traffic(sources())
