"""The queue, compiled: the same order as `kvratio.simulate.queue.Queue`, in flat arrays.

Ties by index: one binary heap of (key, request). Random ties: a heap of the keys of non-empty
buckets; a hash table from a key to its bucket; and a bucket is a stretch of one arena that moves
to a stretch twice as long when it is full. When arena or table run out, everything is packed anew,
each bucket with as much free space as it holds: at most half the arena, so the work is constant a
request on average.
"""

from typing import Any

import numpy as np

from kvratio.simulate.compiled.compiler import compiled, scaled
from kvratio.simulate.compiled.state import FREE, Bucket, Clock, Rows, State

NO_CHANCE = np.uint64(0)


@compiled
def find(table: Rows[Any], key: int) -> int:
    """The slot of a key in an open hash table (FREE: nothing), or the free one it would take."""
    mask = table.size - 1
    slot = (int(key) * 0x9E3779B97F4A7C1 >> 20) & mask  # of a field of 32 bits, too
    while table[slot].key != key and table[slot].key != FREE:
        slot = (slot + 1) & mask
    return slot


@compiled
def _push(state: State, key: int, request: int) -> None:
    clock, heap = state.clock[0], state.queue
    place = clock.queued
    clock.queued += 1
    clock.moves += 1
    while place > 0:
        above = (place - 1) >> 1
        other = heap[above]
        if other.key < key or (other.key == key and other.request <= request):
            break
        heap[place].key, heap[place].request = other.key, other.request
        place = above
        clock.moves += 1
    heap[place].key, heap[place].request = key, request


@compiled
def _pop(state: State) -> None:
    """Remove the smallest pair."""
    clock, heap = state.clock[0], state.queue
    clock.queued -= 1
    clock.moves += 1
    size = clock.queued
    key, request = heap[size].key, heap[size].request
    place = 0
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        if below + 1 < size:
            left, right = heap[below], heap[below + 1]
            if right.key < left.key or (right.key == left.key and right.request < left.request):
                below += 1
        child = heap[below]
        if key < child.key or (key == child.key and request <= child.request):
            break
        heap[place].key, heap[place].request = child.key, child.request
        place = below
        clock.moves += 1
    heap[place].key, heap[place].request = key, request


@compiled
def join(state: State, key: int, request: int, chance: np.uint64) -> None:
    """Enter the queue; `chance` places the request among equals."""
    clock = state.clock[0]
    if not state.rules[0].random_ties:
        _push(state, key, request)
        return
    slot = find(state.buckets, key)
    bucket = state.buckets[slot]
    if bucket.key == FREE or bucket.length == bucket.room:
        room = max(4, 2 * bucket.room)
        if clock.arena + room > state.arena.size or 2 * clock.buckets >= state.buckets.size:
            _pack(state)
            bucket = state.buckets[find(state.buckets, key)]
        _enlarge(clock, bucket, key, state.arena)
    if bucket.length == 0:
        _push(state, key, 0)
    last = bucket.offset + bucket.length
    place = bucket.offset + scaled(chance, bucket.length + 1)
    bucket.length += 1
    state.arena[last] = state.arena[place]
    state.arena[place] = request


@compiled
def _enlarge(clock: Clock, bucket: Bucket, key: int, arena: Rows[int]) -> None:
    """Give a full bucket a longer stretch; a new key gets its first."""
    if bucket.key == FREE:
        bucket.key, bucket.length, bucket.room = key, 0, 0
        clock.buckets += 1
    if bucket.length < bucket.room:
        return
    for k in range(bucket.length):
        arena[clock.arena + k] = arena[bucket.offset + k]
    bucket.offset, bucket.room = clock.arena, max(4, 2 * bucket.room)
    clock.arena += bucket.room


@compiled
def _pack(state: State) -> None:
    """Forget the empty buckets and lay out the others anew."""
    clock, buckets, arena = state.clock[0], state.buckets, state.arena
    for slot in range(buckets.size):
        state.old_buckets[slot] = buckets[slot]
        buckets[slot].key = FREE
    for k in range(clock.arena):
        state.old_arena[k] = arena[k]
    clock.buckets = clock.arena = 0
    for slot in range(buckets.size):
        old = state.old_buckets[slot]
        if old.key == FREE or old.length == 0:
            continue
        bucket = buckets[find(buckets, old.key)]
        bucket.key, bucket.length, bucket.room = old.key, old.length, 2 * old.length
        bucket.offset = clock.arena
        for k in range(old.length):
            arena[bucket.offset + k] = state.old_arena[old.offset + k]
        clock.arena += bucket.room
        clock.buckets += 1


@compiled
def head(state: State) -> int:
    """The next request of a queue that is not empty."""
    first = state.queue[0]
    if not state.rules[0].random_ties:
        return first.request
    bucket = state.buckets[find(state.buckets, first.key)]
    return state.arena[bucket.offset + bucket.length - 1]


@compiled
def take(state: State) -> None:
    """Remove the head."""
    if state.rules[0].random_ties:
        bucket = state.buckets[find(state.buckets, state.queue[0].key)]
        bucket.length -= 1
        if bucket.length > 0:
            return
    _pop(state)
