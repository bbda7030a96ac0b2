"""The look-ahead test, P (3), event by event: what `kvratio.simulate.forecast` decides anew every
step.

`ends` lists the assumed ends T of running requests that are not overdue, latest first, each with
`use`: the tokens F(T) that they will hold in the step that ends at T, and `count`: how many of them
then still run. A request counts at every T up to its own end, so starting or leaving changes the
tail of the list only. An overdue request counts in the next step alone.

*When can the head start?* At step `now`, with prompt s and assumed length b, it may start if the
next step fits and F(T) + s + T - now <= M, the admission's budget, for every T in now + 1 ... now +
b (between two ends the left side grows with T, so ends and now + b suffice), or if nothing runs.
Let something run, and nothing happen until a later step `then`.
F stays what it is; the next step never gets easier, so while it does not fit the head stays out.
Else, while T > then, T bounds the head at `then` as well, and F(T) + s + T - then <= M must hold.
So no T lets the head in before step min(T, F(T) + s + T - M), and the largest of these over all T
is a step before which the head cannot start; the head fits now exactly if it is not after `now`.
That T is remembered with F(T) kept up to date: as long as it keeps the same head out, no other is
looked at.

*Theorem 3.* A test, a start and a leave look at no more ends than lie between now and the assumed
end of their request, which is at most the number of steps up to it. At each T all whose assumed
end is T or later fit in the cache, and each holds T - now tokens at least, so at most M / (T - now)
of them are that far from their end: the steps up to their ends sum up to at most M (1 + ln M). This
bounds the looks of all that leave in a step, of all that start, and of their tests; the test that
fails looks at no more than 2 sqrt(M) + 1 (D distinct ends hold at least D * D / 4 tokens).
"""

from kvratio.simulate.kernel.compiled import compiled
from kvratio.simulate.kernel.state import State


@compiled
def earliest(state: State, request: int) -> int:
    """The step before which the request cannot start, given that its next step fits now."""
    clock, ends = state.clock[0], state.ends
    this = state.requests[request]
    now, over = clock.now, this.prompt - state.rules[0].budget
    if request == clock.blocked:
        step = min(clock.blocked_end, clock.blocked_use + over + clock.blocked_end)
        if step > now:
            return step
    while clock.ends > 0 and ends[clock.ends - 1].end <= now:
        clock.ends -= 1
    own_end = now + this.assumed
    k = clock.ends - 1
    latest, blocked_end, blocked_use = now, 0, 0
    while k >= 0 and ends[k].end <= own_end:
        step = min(ends[k].end, ends[k].use + over + ends[k].end)
        if step > latest:
            latest, blocked_end, blocked_use = step, ends[k].end, ends[k].use
        k -= 1
    use = ends[k].use - ends[k].count * (ends[k].end - own_end) if k >= 0 else 0
    step = min(own_end, use + over + own_end)
    if step > latest:
        latest, blocked_end, blocked_use = step, own_end, use
    clock.tests += 1
    clock.looked += clock.ends - k
    clock.blocked = request if latest > now else -1
    clock.blocked_end, clock.blocked_use = blocked_end, blocked_use
    return latest


@compiled
def include(state: State, end: int, held: int) -> None:
    """A request starts: `end` is its assumed end, `held` its prompt - start."""
    clock, ends = state.clock[0], state.ends
    while clock.ends > 0 and ends[clock.ends - 1].end <= clock.now:
        clock.ends -= 1
    k = clock.ends - 1
    while k >= 0 and ends[k].end < end:
        k -= 1
    use = count = 0
    if k >= 0:
        use, count = ends[k].use - ends[k].count * (ends[k].end - end), ends[k].count
    known = k >= 0 and ends[k].end == end
    clock.looked += clock.ends - k
    if not known:
        for j in range(clock.ends, k + 1, -1):
            ends[j] = ends[j - 1]
        k += 1
        ends[k].end, ends[k].use, ends[k].count = end, use, count
        clock.ends += 1
    for j in range(k, clock.ends):
        ends[j].use += held + ends[j].end
        ends[j].count += 1


@compiled
def exclude(state: State, end: int, held: int) -> None:
    """A request leaves before its assumed end."""
    clock, ends = state.clock[0], state.ends
    k = clock.ends - 1
    while k >= 0 and ends[k].end <= end:
        ends[k].use -= held + ends[k].end
        ends[k].count -= 1
        k -= 1
    clock.looked += clock.ends - 1 - k
    if ends[k + 1].count == (ends[k].count if k >= 0 else 0):
        clock.ends -= 1
        for j in range(k + 1, clock.ends):
            ends[j] = ends[j + 1]
    if clock.blocked_end <= end:
        clock.blocked_use -= held + clock.blocked_end
