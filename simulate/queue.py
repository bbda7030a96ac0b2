"""The queue of waiting requests: by a primary key, with ties by index or uniformly at random."""

from heapq import heapify, heappop, heappush

from kvratio.simulate.chance import BITS


class Queue:
    """Smallest primary key first; among equals by request index, or uniformly at random.

    Equals in random order are kept as a random permutation: a newcomer is inserted at a uniformly
    random place, and the last is taken. A permutation stays uniformly random under both, so the
    time waited is neither an advantage nor a disadvantage. (One number drawn for each at joining
    would favour newcomers: requests that still wait are known to have drawn badly.)

    >>> queue = Queue(random_ties=False)
    >>> for request, key in enumerate([5, 3, 3]):
    ...     queue.join(key, request, chance=0)
    >>> [queue.take() for _ in range(3)]
    [1, 2, 0]
    """

    def __init__(self, random_ties: bool) -> None:
        self._random = random_ties
        self._keys: list[int] = []  # a heap of the keys of non-empty buckets
        self._buckets: dict[int, list[int]] = {}

    def __bool__(self) -> bool:
        return bool(self._keys)

    def join(self, key: int, request: int, chance: int) -> None:
        """Enter with a primary key; `chance`, uniform in [0, 2^64), places it among equals."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = []
            heappush(self._keys, key)
        if not self._random:
            heappush(bucket, request)
            return
        place = chance * (len(bucket) + 1) >> BITS
        bucket.append(request)
        bucket[place], bucket[-1] = bucket[-1], bucket[place]

    def least(self) -> int:
        """The primary key of the next request."""
        return self._keys[0]

    def head(self) -> int:
        """The next request."""
        bucket = self._buckets[self._keys[0]]
        return bucket[-1] if self._random else bucket[0]

    def take(self) -> int:
        """Remove and return the next request."""
        key = self._keys[0]
        bucket = self._buckets[key]
        request = bucket.pop() if self._random else heappop(bucket)
        if not bucket:
            del self._buckets[key]
            heappop(self._keys)
        return request

    def leave(self, request: int) -> None:
        """Remove a request wherever it stands; the order of the others stays.

        >>> queue = Queue(random_ties=False)
        >>> for request, key in enumerate([5, 3, 3]):
        ...     queue.join(key, request, chance=0)
        >>> queue.leave(1)
        >>> queue.take()
        2
        """
        key = next(key for key, bucket in self._buckets.items() if request in bucket)
        bucket = self._buckets[key]
        bucket.remove(request)
        if not self._random:
            heapify(bucket)
        if not bucket:
            del self._buckets[key]
            self._keys.remove(key)
            heapify(self._keys)
