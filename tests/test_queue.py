"""The queue of waiting requests: order by key, and ties that are exactly uniform."""

from collections import Counter
from itertools import permutations, product
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from kvratio.simulate.chance import BITS
from kvratio.simulate.queue import Queue


def chance(place: int, size: int) -> int:
    """The smallest draw that inserts at `place` among `size`."""
    return -((-place << BITS) // size)


@given(st.lists(st.none() | st.integers(0, 4), max_size=30), st.randoms())
def test_takes_the_smallest_key(steps: list[int | None], luck: Random) -> None:
    # a number joins with that key, None takes
    random, indexed = Queue(random_ties=True), Queue(random_ties=False)
    keys: dict[int, int] = {}
    waiting: set[int] = set()
    same: set[int] = set()
    for request, key in enumerate(steps):
        if key is not None:
            keys[request] = key
            waiting.add(request)
            same.add(request)
            random.join(key, request, luck.getrandbits(BITS))
            indexed.join(key, request, chance=0)
        elif waiting:
            head = random.head()
            assert random.take() == head
            assert head in waiting
            assert keys[head] == min(keys[i] for i in waiting)
            waiting.remove(head)
            first = min(same, key=lambda i: (keys[i], i))
            assert (indexed.head(), indexed.take()) == (first, first)
            same.remove(first)
        assert bool(random) is bool(waiting)
        assert bool(indexed) is bool(same)


def test_index_ties_do_not_depend_on_the_order_of_joining() -> None:
    for order in permutations(range(4)):
        queue = Queue(random_ties=False)
        for request in order:
            queue.join(7, request, chance=0)
        assert [queue.take() for _ in range(4)] == [0, 1, 2, 3]


def test_random_ties_are_exactly_uniform_with_newcomers() -> None:
    # a, b, c join; one is taken; d joins; the rest is taken. Every choice of places is equally
    # likely: 1 * 2 * 3, then 3 for d among three. 3 * 3 * 2 orders are possible: each once.
    seen: Counter[tuple[int, ...]] = Counter()
    for places in product(range(1), range(2), range(3), range(3)):
        queue = Queue(random_ties=True)
        for request, place in enumerate(places[:3]):
            queue.join(5, request, chance(place, request + 1))
        order = [queue.take()]
        queue.join(5, 3, chance(places[3], 3))
        order += [queue.take() for _ in range(3)]
        seen[tuple(order)] += 1
    assert set(seen.values()) == {1}
    assert len(seen) == 18


def test_the_largest_draw_stays_within_the_bucket() -> None:
    queue = Queue(random_ties=True)
    for request in range(5):
        queue.join(0, request, 2**BITS - 1)
    assert sorted(queue.take() for _ in range(5)) == list(range(5))


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12), st.data())
def test_whoever_leaves_is_gone_and_the_others_keep_their_order(
    keys: list[int], data: st.DataObject
) -> None:
    for random in (False, True):
        stay, leave = Queue(random), Queue(random)
        for request, key in enumerate(keys):
            luck = data.draw(st.integers(0, 2**BITS - 1))
            stay.join(key, request, luck)
            leave.join(key, request, luck)
        gone = data.draw(st.sets(st.sampled_from(range(len(keys)))))
        for request in sorted(gone, reverse=data.draw(st.booleans())):
            leave.leave(request)
        everyone = [stay.take() for _ in keys]
        left = [leave.take() for _ in range(len(keys) - len(gone))]
        assert left == [request for request in everyone if request not in gone]
        assert not leave


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12))
def test_the_least_key_is_that_of_the_next(keys: list[int]) -> None:
    queue = Queue(random_ties=False)
    for request, key in enumerate(keys):
        queue.join(key, request, 0)
    for key in sorted(keys):
        assert queue.least() == key
        queue.take()
