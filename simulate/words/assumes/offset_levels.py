"""Levels of cache volume b^(k + offset), k = 0, 1, ..., with an offset for each request.

A request is assumed the most tokens whose volume is at most its next level; when it outlives them
it is evicted and assumed those of the first level that allows more. After the last level all that
fits is assumed. Nothing is read and nothing is learned.

`classes` = m > 0: of every m requests, by index, each has another of the offsets
phase + j/m (modulo 1), j = 0 ... m - 1, in random order; the phase is random and common to all.
`classes` = 0: all offsets are independent. Offsets are whole numbers of 4096ths.
"""

from fractions import Fraction
from functools import cache
from math import isqrt
from typing import NamedTuple

import numpy as np

from kvratio.simulate.chance import BITS, Purpose
from kvratio.simulate.compiled.cache import volume as compiled_volume
from kvratio.simulate.compiled.compiler import compiled, draw, scaled
from kvratio.simulate.compiled.state import State
from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.assumes import Assumption, Ints
from kvratio.simulate.words.book import Book
from kvratio.theory.checks import rational, whole
from kvratio.theory.model import MOST_TOKENS, Instance

GRID_BITS = 12
GRID = 1 << GRID_BITS  # offsets
LEAST_GROWTH = Fraction(3, 2)  # or the table of levels is long
MOST_GROWTH = 10**6
# s + g <= M <= MOST_TOKENS, so no attempt has more volume
MOST_VOLUME = MOST_TOKENS**2
PLACES = 96  # binary places of the roots of the growth


@cache
def levels(growth: Fraction) -> tuple[tuple[int, ...], ...]:
    """The levels of each offset, in token-steps; no attempt exceeds the last.

    That of offset g is b^k times b^(g/4096), rounded down. The second factor is a product of square
    roots of square roots of b, in integers of 96 binary places, so it is the same everywhere.

    >>> levels(Fraction(4))[0][:4], levels(Fraction(4))[GRID // 2][:4]
    ((1, 4, 16, 64), (2, 8, 32, 128))
    """
    roots = [growth.numerator * (1 << PLACES) // growth.denominator]
    for _ in range(GRID_BITS):
        roots.append(isqrt(roots[-1] << PLACES))
    factors = [1 << PLACES]
    for root in roots[:0:-1]:  # the last bit of the offset first
        factors += [factor * root >> PLACES for factor in factors]
    powers = [Fraction(1)]
    while powers[-1] < MOST_VOLUME:
        powers.append(powers[-1] * growth)
    rounded = (
        (p.numerator * factor // (p.denominator << PLACES) for p in powers) for factor in factors
    )
    return tuple(tuple(min(level, MOST_VOLUME) for level in row) for row in rounded)


def most_tokens(level: int, prompt: int, most: int) -> int:
    """The most tokens, up to `most`, whose volume is at most a level.

    >>> from kvratio.theory.model import volume
    >>> most_tokens(volume(3, 7), 3, 100), most_tokens(volume(3, 7) - 1, 3, 100)
    (7, 6)
    """
    square = 2 * prompt + 1
    return min(most, (isqrt(square * square + 8 * level) - square) // 2)


class Word(Assumption):
    """Reference meaning."""

    promotes = True
    by_chance = True

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self._blocks: dict[int, list[int]] = {}

    @staticmethod
    def require(policy: Policy) -> None:
        """A growth and a number of classes."""
        rational("growth", policy.growth, least=LEAST_GROWTH, most=MOST_GROWTH)
        whole("classes", policy.classes, least=0, most=GRID)

    @staticmethod
    def later_stages(policy: Policy) -> int:
        """No more than there are levels."""
        return len(levels(policy.growth)[0])

    def length(self, view: View, request: int, stage: int) -> int:
        """The first level that allows more than before."""
        before = self.book.assumed[request] if stage else 0
        prompt, most = view.prompt(request), self.book.most(view, request)
        mine = levels(self.book.policy.growth)[self.offset(request)]
        allowed = (most_tokens(level, prompt, most) for level in mine)
        return next((tokens for tokens in allowed if tokens > before), most)

    def offset(self, request: int) -> int:
        """A request's offset, in 4096ths."""
        book, classes = self.book, self.book.policy.classes
        if classes == 0:
            return book.draw(request, 0, Purpose.OFFSET) * GRID >> BITS
        phase = book.draw(0, classes, Purpose.OFFSET) * GRID >> BITS
        block, place = divmod(request, classes)
        if block not in self._blocks:
            self._blocks[block] = self._permutation(block * classes)
        return (self._blocks[block][place] * GRID // classes + phase) % GRID

    def _permutation(self, first: int) -> list[int]:
        """The classes of a block of requests, whose first is given, in uniformly random order."""
        order: list[int] = []
        for k in range(self.book.policy.classes):
            place = self.book.draw(first, k, Purpose.OFFSET) * (k + 1) >> BITS
            order.append(k)
            order[k], order[place] = order[place], k
        return order

    @classmethod
    def first(cls, instance: Instance, policy: Policy) -> Ints:
        """Of a request that has not arrived, one token; its first level is assumed on arrival."""
        return np.ones(instance.n, dtype=np.int64)

    @classmethod
    def longest(cls, instance: Instance, policy: Policy) -> Ints:
        """All that fits."""
        return np.full(instance.n, instance.memory)


# --- the kernel ---------------------------------------------------------------------------------


class Store(NamedTuple):
    """`levels`: of all offsets, one after the other; `numbers`: how many levels an offset has, and
    how many classes there are; `offsets`: of the requests, -1 where not drawn yet."""

    levels: Ints
    numbers: Ints
    offsets: Ints


def store(instance: Instance, policy: Policy, used: bool) -> Store:
    """The table of levels; no offset is drawn."""
    if not used:
        none = np.zeros(0, dtype=np.int64)
        return Store(none, none, none)
    table = np.array(levels(policy.growth), dtype=np.int64)
    blocks = -(-instance.n // max(1, policy.classes))
    offsets = np.full(blocks * max(1, policy.classes), -1)
    return Store(table.ravel(), np.array([table.shape[1], policy.classes]), offsets)


OFFSET = int(Purpose.OFFSET)


@compiled
def arrived(state: State, request: int) -> None:
    """Draw the offset, with those of the block, and assume the first level."""
    mine: Store = state.own.offset_levels
    this, classes = state.requests[request], mine.numbers[1]
    if mine.offsets[request] < 0:
        if classes == 0:
            mine.offsets[request] = scaled(draw(this.key, 0, OFFSET), GRID)
        else:
            _draw_block(state, request - request % classes)
    this.assumed = next_level(state, request, 0)


@compiled
def _draw_block(state: State, first: int) -> None:
    """The offsets of a block of requests."""
    mine: Store = state.own.offset_levels
    classes, key = mine.numbers[1], state.requests[first].key
    for k in range(classes):
        place = first + scaled(draw(key, k, OFFSET), k + 1)
        mine.offsets[first + k] = mine.offsets[place]
        mine.offsets[place] = k
    phase = scaled(draw(state.requests[0].key, classes, OFFSET), GRID)
    for k in range(first, first + classes):
        mine.offsets[k] = (mine.offsets[k] * GRID // classes + phase) % GRID


@compiled
def later_length(state: State, request: int) -> int:
    """The first level that allows more than before."""
    return next_level(state, request, state.requests[request].assumed)


@compiled
def next_level(state: State, request: int, before: int) -> int:
    """The most tokens of the first level that allows more than `before`, or all that fits."""
    mine: Store = state.own.offset_levels
    prompt = state.requests[request].prompt
    most = state.rules[0].memory - prompt
    all_of_it = compiled_volume(prompt, most)
    square = 2 * prompt + 1
    start = mine.offsets[request] * mine.numbers[0]
    for k in range(start, start + mine.numbers[0]):
        level = mine.levels[k]
        if level >= all_of_it:
            break
        tokens = (_root(square * square + 8 * level) - square) // 2
        if tokens > before:
            return tokens
    return most


@compiled
def _root(x: int) -> int:
    """The square root, rounded down, of a number below 2^62."""
    root = int(np.sqrt(np.float64(x)))
    while root * root > x:
        root -= 1
    while (root + 1) * (root + 1) <= x:
        root += 1
    return root
