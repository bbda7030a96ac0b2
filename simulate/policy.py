"""How a policy is declared: as data, once, so that every engine runs the same policy.

A policy is what it assumes of a request's output length, in which order it admits, by which test
it admits, whom it evicts, and what it learns. The engines give these words their meaning
(`kvratio.simulate.declared` for the reference engine); the files in `kvratio.simulate.policies`
only combine them.

What holds for all policies
---------------------------
- *Assumed length.* It is never above `memory - prompt`: a request that is accepted at all has
  `prompt + output <= memory`. After an eviction it is at least what was learned (`Learns`).
- *Overdue.* A running request that has made its assumed length and goes on is charged, in every
  admission test, as finishing with its next token. (Charging it nothing overflows at once.)
- *Overflow.* When the next step of the running requests does not fit, requests are evicted in
  the policy's order until it does. Policies that never evict under their own assumptions meet
  this only when a prediction was too low.
- *Reserve.* Admission tests see a budget of `(1 - reserve) * memory`; for the head of the queue
  before an empty cache, of all the memory, or a large request would wait for ever.
- *Queue.* Admission goes through the queue in order and stops at the first request whose
  admission test fails. The tests are monotone (more requests, more cache), so this is the
  largest feasible prefix.
- *Ties.* `Ties.RANDOM`: the equals in the queue are a uniformly random permutation.
  `Ties.INDEX`: by position in the instance. Evictions among equal bounds: a fresh uniformly
  random order at every overflow. Newest first: latest start, then latest arrival, then index.
"""

from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction

from kvratio.theory.checks import InputError, rational

# Below it, a step may take too many rounds of clearing
LEAST_CLEARING = Fraction(1, 1000)


class Assumes(IntEnum):
    """The output length that the policy assumes of a request."""

    OUTPUT = 0  # the true length: a clairvoyant policy
    UPPER = 1  # the upper end of the predicted interval
    LOWER = 2  # the lower end
    MIDDLE = 3  # the middle of the interval, rounded down
    LOWER_THEN_UPPER = 4  # the lower end; once outlived, evict and assume the upper end
    NOTHING = 5  # one more token
    CAPS = 6  # `caps` in turn: once one is outlived, evict and assume the next
    CLASS = 7  # the least of `caps` that the true length does not exceed: clairvoyant
    # to the next learned level; there evict if somebody waits who is cheaper than the rest
    LEVELS = 8


class Order(IntEnum):
    """The order of the queue."""

    ASSUMED_LENGTH = 0  # shortest assumed length first
    ARRIVAL = 1  # an evicted request returns to its place
    JOINED = 2  # first in, first out: an evicted request goes to the end
    RANDOM = 3  # one random permutation
    VOLUME = 4  # smallest cache times steps of a run to the assumed length first
    PRICE = 5  # cheapest completion first, by what has been learned (`kvratio.simulate.learned`)


class Ties(IntEnum):
    """The order among equals in the queue."""

    INDEX = 0
    RANDOM = 1


class Admits(IntEnum):
    """The test that a request at the head of the queue must pass."""

    # the cache stays within the budget at every assumed completion, P (3)
    LOOK_AHEAD = 0
    # everyone holds a constant slot: prompt + max(assumed length, tokens made + 1)
    SLOT = 1
    # the next step fits
    NEXT_STEP = 2
    # the next step fits, and starts are spread so that the cache is full on average
    PACED = 3
    # phases of staggered pipelines (`simulate.phases`): a start is due, and the next step fits
    STAGGERED = 4


class Evicts(IntEnum):
    """Whom an overflow hits first."""

    SMALLEST_BOUND = 0  # ascending pseudo lower bound, ties random, P Algorithm 2
    NEWEST = 1  # latest start first; nobody is admitted in that step
    LAST = 3  # who was admitted last, first; nobody is admitted in that step
    # round by round, each with probability `clearing`, until it fits; the first started is spared
    # when nobody has completed since the last clearing; nobody is admitted in that step
    CLEARED = 2


class Learns(IntEnum):
    """The least assumed length of a request that was evicted with `g` tokens made."""

    TOKENS_MADE = 0  # g, as P Algorithm 2 prints it
    NEXT_TOKEN = 1  # g + 1, all that is then known: it was not complete


@dataclass(frozen=True, slots=True)
class Policy:
    """A scheduling policy, declared. See the module's text for what the fields mean.

    `name` is the name on the command line, `title` the name in tables, `source` the paper and
    algorithm. `live`: the pseudo lower bound of a running request follows its progress.
    `thinned`: a running request with `g` tokens that has outlived its bound survives each step
    with probability (s + g) / (s + g + 1). `caps`: the stages' lengths in tokens, increasing, for
    `Assumes.CAPS` and `CLASS`; after the last one all that fits is assumed. `reserve`: the share of
    the budget that admission keeps free. `clearing`: for `Evicts.CLEARED`. `common_prompt`: defined
    by its source only for requests that share one prompt length (the engines run it on any).

    >>> from kvratio.simulate.policies import POLICIES
    >>> POLICIES["a-min"].sees
    frozenset({'lower'})
    """

    name: str
    title: str
    source: str
    assumes: Assumes
    order: Order
    ties: Ties
    admits: Admits
    evicts: Evicts = Evicts.NEWEST
    learns: Learns = Learns.TOKENS_MADE
    live: bool = False
    thinned: bool = False
    caps: tuple[int, ...] = ()
    reserve: Fraction = Fraction(0)
    clearing: Fraction = Fraction(1)
    common_prompt: bool = False

    def __post_init__(self) -> None:
        if self.thinned and self.promotes:
            required = "no thinning where outliving an assumption already evicts"
            raise InputError("thinned", True, required)
        if self.admits is Admits.STAGGERED and self.order is not Order.ASSUMED_LENGTH:
            required = "ASSUMED_LENGTH where phases are of one assumed length"
            raise InputError("order", self.order.name, required)
        learned = (self.assumes is Assumes.LEVELS, self.order is Order.PRICE)
        if any(learned) and not all(learned):
            raise InputError("order", self.order.name, "PRICE with LEVELS, and only with them")
        if self.prices and self.ties is not Ties.INDEX:
            raise InputError("ties", self.ties.name, "INDEX where prices are learned")
        if self.prices and self.admits is not Admits.NEXT_STEP:
            raise InputError("admits", self.admits.name, "NEXT_STEP where prices are learned")
        rational("reserve", self.reserve, least=0, below=1)
        rational("clearing", self.clearing, least=LEAST_CLEARING, most=1)

    @property
    def sees(self) -> frozenset[str]:
        """The hidden columns that the policy may read: of "output", "upper" and "lower"."""
        columns = {
            Assumes.OUTPUT: ("output",),
            Assumes.UPPER: ("upper",),
            Assumes.LOWER: ("lower",),
            Assumes.MIDDLE: ("lower", "upper"),
            Assumes.LOWER_THEN_UPPER: ("lower", "upper"),
            Assumes.NOTHING: (),
            Assumes.CAPS: (),
            Assumes.CLASS: ("output",),
            Assumes.LEVELS: ("lower", "upper"),
        }
        return frozenset(columns[self.assumes])

    @property
    def clairvoyant(self) -> bool:
        """Does it read true output lengths?"""
        return "output" in self.sees

    @property
    def uses_upper(self) -> bool:
        """Does it read upper ends of predicted intervals?"""
        return "upper" in self.sees

    @property
    def promotes(self) -> bool:
        """Does it evict whoever outlives what was assumed, to assume more?"""
        return self.assumes in (Assumes.LOWER_THEN_UPPER, Assumes.CAPS, Assumes.LEVELS)

    @property
    def prices(self) -> bool:
        """Does it learn lengths, and order requests by what a completion costs?"""
        return self.order is Order.PRICE

    @property
    def evicting(self) -> bool:
        """Does it evict even when no prediction is wrong?"""
        plans = self.admits in (Admits.LOOK_AHEAD, Admits.SLOT, Admits.STAGGERED)
        return not plans or self.assumes not in (Assumes.OUTPUT, Assumes.UPPER, Assumes.CLASS)

    @property
    def randomised(self) -> bool:
        """Does its schedule depend on the seed?"""
        random_order = self.order is Order.RANDOM or self.ties is Ties.RANDOM
        some_cleared = self.evicts is Evicts.CLEARED and self.clearing < 1
        random_eviction = some_cleared or self.evicts is Evicts.SMALLEST_BOUND
        return random_order or self.thinned or random_eviction

    def budget(self, memory: int) -> int:
        """What admission may fill, in tokens."""
        return int(memory * (1 - self.reserve))

    @property
    def kept(self) -> int:
        """Of 2^32 running requests, so many survive a round of clearing."""
        return int((1 - self.clearing) * 2**32)
