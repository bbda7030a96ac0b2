"""Learned slicing in integers: survival of lengths, Gittins ranks of requests, and plans.

One definition for both engines: these functions are compiled, and both call them. Nothing is a
float, so a schedule is the same on every machine. Arrays are 64-bit; a budget of at most
`MOST_MEMORY` tokens keeps every intermediate below 2^63.

*Bins.* A request's output length is measured against its *scale* m, the sum of the ends of its
predicted interval. Bin j ends at floor(RHO[j] m / 2^20) tokens, 16 bins an octave: a length,
rounded up to the end of its bin, grows by at most 1/16 (for m <= 2^20). Requests whose scales have
equally many binary digits form a *class*; each class has its own distribution of relative lengths.

*Survival.* `survival` estimates, for each bin, the share of requests that outlive it, from all
lengths seen so far: those of completed requests, and the tokens that others are known to exceed
(Kaplan and Meier). One more request is imagined in each bin, so that the estimate goes on beyond
what has been seen, with the mean hazard of the class.

*Plan.* Ascending levels of volume (token-steps of cache, v = s k + k (k + 1) / 2): an attempt may
be cancelled where its volume would pass the next level. Until then it is a *stage*. A stage costs
its expected volume and completes requests with some probability. The *rank* of a run of stages is
its expected volume over its probability of completing: token-steps a completion. The rank of a
request is the least of any run of stages from the next one on: the Gittins rank (the inverse of
the Gittins index) of a job that can be stopped at the levels, its cost counted in token-steps.

What plans cost and which is chosen stands in `kvratio.simulate.learned.plans`.
"""

import numpy as np
import numpy.typing as npt

from kvratio.simulate.learned.compiled import cached
from kvratio.theory.model import Instance

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Facts = tuple[int, int, int]  # prompt, scale, most tokens of the output
Plan = tuple[Ints, int]  # levels, of which so many count
Kept = tuple[bool, bool]  # of a request: are its tokens there; does a preemption keep tokens?
Columns = tuple[Ints, Ints]  # of stages: volumes, probabilities of completing

MOST_MEMORY = 1 << 21  # tokens: all numbers then fit 64 bits
MOST_REQUESTS = 1 << 24
BITS = 16
ONE = 1 << BITS  # survival 1
UNIT_BITS = 20
PER_OCTAVE = 16
EXPOSURE = 1024  # exposures are counted in this part of the scale
SLOW_BITS = 6  # an exposure of 2^-10 scales, over 2^6, is one of 2^-20 scales, over 2^16
FACTORS = np.array([5, 7, 10, 14])  # levels: these, times powers of 4, over 16
FAMILIES = len(FACTORS)
MOST_STAGES = 64
CLASSES = MOST_MEMORY.bit_length() + 1
SAMPLE = 64  # waiting requests that a plan is chosen for
COST_BITS = 32  # stages of a plan's cost keep so many bits
MIX = 0x9E3779B97F4A7C15 - (1 << 64)  # an odd number without a pattern, as 64 bits with a sign
MOST_HASH = (1 << 62) - 1
FEW = 8  # different values are few if they are less than this part of all


def _ends() -> Ints:
    """Ends of the bins in 2^-20 of the scale."""
    octaves = range(MOST_MEMORY.bit_length() + UNIT_BITS - PER_OCTAVE.bit_length() + 1)
    steps = range(PER_OCTAVE + 1, 2 * PER_OCTAVE + 1)
    ends = [*range(PER_OCTAVE + 1), *(k << e for e in octaves for k in steps)]
    return np.array(ends, dtype=np.int64)


RHO = _ends()
BINS = len(RHO)


@cached
def tokens(j: int, m: int) -> int:
    """The last length of bin j."""
    end: int = RHO[j] * m >> UNIT_BITS
    return end


def scale(lower: int, upper: int) -> int:
    """The scale of a request's length: twice the middle of its predicted interval."""
    return min(lower + upper, MOST_MEMORY)


@cached
def class_of(m: int) -> int:
    """The number of binary digits of a scale."""
    digits = 0
    while m >> digits:
        digits += 1
    return digits


@cached
def bin_of(m: int, length: int) -> int:
    """The bin of a length: the first that ends there or later."""
    least = -((-length << UNIT_BITS) // m)  # of the ends of bins, in 2^-20 of the scale
    octave = 0
    while (least - 1) >> octave >= 2 * PER_OCTAVE:
        octave += 1
    j: int = PER_OCTAVE * octave + ((least - 1) >> octave) + 1
    return min(j, BINS - 1)


@cached
def volume(s: int, k: int) -> int:
    """Token-steps of the first k tokens of an attempt with prompt s."""
    return s * k + k * (k + 1) // 2


@cached
def within(level: int, s: int, made: int, most: int) -> int:
    """The most tokens, of `most`, with a volume up to the level; `made` + 1 of them have it."""
    low, high = made + 1, most + 1
    while high - low > 1:
        middle = (low + high) // 2
        if volume(s, middle) <= level:
            low = middle
        else:
            high = middle
    return min(low, most)


@cached
def cap(levels: Ints, count: int, s: int, known: int, most: int) -> int:
    """Tokens at which the next stage of a request ends that is known to exceed `known`."""
    for k in range(count):
        if volume(s, known + 1) <= levels[k]:
            end: int = within(levels[k], s, known, most)
            return end
    return most


@cached
def survival(done: Ints, passed: Ints, hazard: Ints, table: Ints) -> None:
    """Fill the table: the share of requests, of ONE, that outlive each bin.

    `done` counts completions by bin, `passed` the others by the last bin that they have outlived.
    One more request is imagined in each bin: it ends there with probability `hazard`, of ONE.
    """
    beyond = -passed[0]  # those seen in this bin or beyond it
    for j in range(BINS):
        beyond += done[j] + passed[j]
    table[0] = ONE
    for j in range(1, BINS):
        # requests that stopped within the bin, undecided, say nothing about it
        outlive = beyond - done[j]
        hazardless = ((outlive + 1) << BITS) - hazard[j]
        table[j] = table[j - 1] * hazardless // ((beyond + 1) << BITS)
        beyond = outlive - passed[j]


@cached
def mean_hazard(completed: int, exposure: int, hazard: Ints) -> None:
    """Fill in the hazards as if each token had the same: completions over tokens.

    `exposure`: all tokens seen, each over its request's scale, in 1 / EXPOSURE.
    """
    slow = (exposure + EXPOSURE) >> SLOW_BITS
    for j in range(1, BINS):
        hazard[j] = min((completed + 1) * (RHO[j] - RHO[j - 1]) // slow, ONE // 2)


@cached
def estimate(scales: Ints, lengths: Ints, completed: Flags, tables: Ints) -> None:
    """Fill the tables, by class, from what has been seen of requests: the `lengths` of those that
    have `completed`, and what the others have made.

    A class without completions is taken for at least as long as the smaller classes without:
    requests that are known to be long must not rank above those of which nothing is known.
    """
    done, passed = np.zeros((CLASSES, BINS), np.int64), np.zeros((CLASSES, BINS), np.int64)
    exposure = np.zeros(CLASSES, np.int64)
    before, kind, ended_in, made_of = (0, 0), 0, 0, 0  # many are as the one before
    for i in range(len(scales)):
        m, length = scales[i], lengths[i]
        if (m, length) != before:
            before, kind = (m, length), class_of(m)
            ended_in, made_of = -1, length * EXPOSURE // m
        if completed[i]:
            done[kind, bin_of(m, length)] += 1
        else:
            if ended_in < 0:
                ended_in = bin_of(m, length + 1) - 1
            passed[kind, ended_in] += 1
        exposure[kind] += made_of
    hazard = np.zeros(BINS, np.int64)
    endless = 0
    for kind in range(CLASSES):
        ended = done[kind].sum()
        if ended:
            mean_hazard(ended, exposure[kind], hazard)
        else:
            endless += exposure[kind]
            mean_hazard(0, endless, hazard)
        survival(done[kind], passed[kind], hazard, tables[kind])


@cached
def stages(table: Ints, request: Facts, known: int, kept: Kept, plan: Plan, out: Columns) -> int:
    """The stages of a request that is known to exceed `known` tokens; returns their number.

    `kept`: does it have these tokens still; and does it keep those of a stage for the next? `out`
    gets two columns: the expected volume of each stage, and the probability of completing in it,
    both times the same factor.
    """
    has, keeps = kept
    volumes, completions = out
    levels, count = plan
    s, m, most = request
    j = bin_of(m, known + 1)
    alive = max(1, table[j - 1])  # the share of requests that outlive `made` tokens
    made, entered = known, alive  # `entered`: the share that enters the stage
    spent = 0 if has else volume(s, known) * alive
    stop = cap(levels, count, s, known, most)
    stage = 0
    while True:
        bin_end = min(tokens(j, m), most)
        reached = min(bin_end, stop)
        spent += alive * (volume(s, reached) - volume(s, made))
        made = reached
        if made == bin_end:  # those complete that do not outlive the bin
            alive = 0 if made == most else min(alive, table[j])
            j += 1
        if alive == 0 or made == stop:
            volumes[stage], completions[stage] = spent, entered - alive
            stage += 1
            if alive == 0:
                return stage
            entered = alive
            # the next stage makes all these tokens anew, unless they are kept
            spent = 0 if keeps else volume(s, stop) * alive
            stop = cap(levels, count, s, stop, most)


@cached
def cheapest(columns: Columns, first: int, count: int) -> tuple[int, int]:
    """(rank, last stage) of the run of stages from `first` on with the lowest rank."""
    volumes, completions = columns
    best, last = 1 << 62, first
    volume_sum, completion_sum = 0, 0
    for stage in range(first, count):
        volume_sum += volumes[stage]
        completion_sum += completions[stage]
        if completion_sum > 0 and volume_sum // completion_sum < best:
            best, last = volume_sum // completion_sum, stage
    return best, last


@cached
def rank(table: Ints, request: Facts, known: int, kept: Kept, plan: Plan, scratch: Columns) -> int:
    """Token-steps a completion of a request.

    `scratch`: two columns of MOST_STAGES entries.
    """
    number = stages(table, request, known, kept, plan, scratch)
    return cheapest(scratch, 0, number)[0]


@cached
def ranks(
    tables: Ints, rows: Ints, memory: int, levels: Ints, count: int, keeps: bool
) -> tuple[Ints, Ints, Ints]:
    """Of waiting requests, rows (prompt, scale, known): ranks, the ends of their next stages in
    tokens, and of each the first that is like it. `keeps`: does a preemption keep the tokens?

    Equal rows cost little: a row is looked up in a table of those that have been ranked.
    """
    scratch = np.empty(MOST_STAGES, np.int64), np.empty(MOST_STAGES, np.int64)
    found, stops = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
    first = np.arange(len(rows))
    slots = np.full(slots_for(len(rows)), -1)  # requests, the first of their kind
    for i in range(len(rows)):
        s, m, known = rows[i]
        at = mixed(s, mixed(m, known)) & (len(slots) - 1)
        while slots[at] >= 0:
            j = slots[at]
            if rows[j, 0] == s and rows[j, 1] == m and rows[j, 2] == known:
                break
            at = (at + 1) & (len(slots) - 1)
        if slots[at] >= 0:
            j = slots[at]
            found[i], stops[i], first[i] = found[j], stops[j], j
            continue
        slots[at] = i
        facts = (s, m, memory - s)
        table = tables[class_of(m)]
        found[i] = rank(table, facts, known, (keeps, keeps), (levels, count), scratch)
        stops[i] = cap(levels, count, s, known, memory - s)
    return found, stops, first


@cached
def slots_for(entries: int) -> int:
    """Slots of a hash table that is never more than half full: a power of two."""
    slots = 2
    while slots < 2 * entries:
        slots *= 2
    return slots


@cached
def mixed(value: int, more: int) -> int:
    """A hash of two numbers, not negative."""
    z = (value * MIX + more) * MIX
    return (z ^ (z >> 29)) & MOST_HASH


@cached
def ascending(values: Ints) -> Ints:
    """The places of the values in ascending order, equals in the order of their places.

    Where few are different, these alone are sorted.
    """
    size = len(values)
    slots = np.full(slots_for(size // FEW + 1), -1)
    kinds, kind = np.empty(size // FEW + 1, np.int64), np.empty(size, np.int64)
    used = 0
    for i in range(size):
        at = mixed(values[i], 0) & (len(slots) - 1)
        while slots[at] >= 0 and kinds[slots[at]] != values[i]:
            at = (at + 1) & (len(slots) - 1)
        if slots[at] < 0:
            if used == len(kinds):
                return np.argsort(values, kind="mergesort")
            slots[at] = used
            kinds[used] = values[i]
            used += 1
        kind[i] = slots[at]
    begin, number = np.zeros(used, np.int64), np.zeros(used, np.int64)
    for i in range(size):
        number[kind[i]] += 1
    total = 0
    for k in np.argsort(kinds[:used], kind="mergesort"):
        begin[k] = total
        total += number[k]
    found = np.empty(size, np.int64)
    for i in range(size):
        found[begin[kind[i]]] = i
        begin[kind[i]] += 1
    return found


# --- places in the queue, where overtaking is bounded -------------------------------------------

SHARE_BITS = 18  # a place is in this part of a step


@cached
def price(rank: int, memory: int) -> int:
    """A rank, or the whole cache for as many steps as it has tokens, if that is less."""
    return min(rank, memory * memory)


@cached
def allowance(longest: int, memory: int, times: int) -> int:
    """So many times the longest backlog, in token-steps: steps of the whole cache, at least one."""
    return (longest // memory + 1) * times


@cached
def place(came: int, steps: int, price: int, typical: int) -> int:
    """Place in the queue of a request that came in a step: less than `steps` after it.

    >>> place(3, 8, 5, 4) / 2**SHARE_BITS  # 3 + 8 * 5 / (5 + 4 + 1)
    7.0
    """
    return (came << SHARE_BITS) + steps * share(price, typical)


@cached
def share(price: int, typical: int) -> int:
    """price / (price + typical price), which is below 1, in 2^-SHARE_BITS."""
    return (price << SHARE_BITS) // (price + typical + 1)


@cached
def places(came: Ints, steps: int, prices: Ints, typical: int, first: Ints) -> Ints:
    """`place` of many; `first`: of each the first one with the same price."""
    shares, found = np.empty(len(came), np.int64), np.empty(len(came), np.int64)
    for i in range(len(came)):
        j = first[i]
        shares[i] = share(prices[i], typical) if j == i else shares[j]
        found[i] = (came[i] << SHARE_BITS) + steps * shares[i]
    return found


@cached
def outgrown(longest: int, placed: int) -> bool:
    """Has the longest backlog so far doubled since places were given out? They are apart from each
    other by an allowance that grows with it."""
    return longest >= 2 * placed and longest > 0


def places_fit(instance: Instance, times: int) -> bool:
    """Do backlogs and places fit 64 bits?"""
    n, memory = instance.n, instance.memory
    latest = max(instance.arrival, default=0) + n * memory * (times + 1)
    return n * memory**2 < 1 << 62 and latest < 1 << 62 - SHARE_BITS
