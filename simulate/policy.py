"""How a policy is declared: as data, once, so that every engine runs the same policy.

A policy is what it assumes of a request's output length, in which order it admits, by which test
it admits, which requests it evicts, and what it learns. What each word means stands in a file of
its own in `kvratio.simulate.words`; the files in `kvratio.simulate.policies` only combine words.

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

from kvratio.simulate import words
from kvratio.theory.checks import InputError, rational, whole
from kvratio.theory.model import Instance

# Below it, a step may take too many rounds of clearing
LEAST_CLEARING = Fraction(1, 1000)
MOST_OVERTAKING = 1024
MOST_HORIZON = 16


class Assumes(IntEnum):
    """The output length that the policy assumes of a request."""

    OUTPUT = 0  # the true length: a clairvoyant policy
    UPPER = 1  # the upper end of the predicted interval
    LOWER = 2  # the lower end
    MIDDLE = 3  # the middle of the interval, rounded down
    LOWER_THEN_UPPER = 4  # the lower end; once outlived, evict and assume the upper end
    NOTHING = 5  # one more token
    CAPS = 6  # `caps` in turn: once one is outlived, evict and assume the next
    LENGTH_CLASS = 7  # the least of `caps` that the true length does not exceed: clairvoyant
    LEVELS = 8  # up to the next learned level of volume, at which the request may be evicted
    THRESHOLD_THEN_UPPER = 9  # `caps[0]`, or a smaller upper end; once outlived, the upper end
    # up to the next of its own levels of volume, of growth `growth`; there, evict and assume more
    OFFSET_LEVELS = 10


class Order(IntEnum):
    """The order of the queue."""

    ASSUMED_LENGTH = 0  # shortest assumed length first
    ARRIVAL = 1  # an evicted request returns to its place
    JOINED = 2  # first in, first out: an evicted request goes to the end
    RANDOM = 3  # one random permutation
    VOLUME = 4  # smallest cache times steps of a run to the assumed length first
    GITTINS = 5  # lowest learned Gittins rank first: cache volume over probability of completing


class Ties(IntEnum):
    """The order among equals in the queue."""

    INDEX = 0
    RANDOM = 1


class Admits(IntEnum):
    """The test that a request at the head of the queue must pass."""

    # the cache stays within the budget at every assumed completion, P (3)
    LOOK_AHEAD = 0
    # each request holds a constant slot: prompt + max(assumed length, tokens made + 1)
    SLOT = 1
    # the next step fits
    NEXT_STEP = 2
    # the next step fits, and starts are spread so that the cache is full on average
    PACED = 3
    # phases of staggered pipelines: a start is due, and the next step fits
    STAGGERED = 4


class Evicts(IntEnum):
    """Which requests an overflow evicts first. All but SMALLEST_BOUND pause admission then."""

    SMALLEST_BOUND = 0  # ascending pseudo lower bound, ties random, P Algorithm 2
    NEWEST = 1  # latest start first
    # round by round, each with probability `clearing`, until it fits; the one that started first
    # stays when no request has completed since the last clearing
    CLEARED = 2
    LAST = 3  # last admitted first


class Learns(IntEnum):
    """The least assumed length of an evicted request that had made g tokens, less g."""

    TOKENS_MADE = 0  # g, as P Algorithm 2 prints it
    NEXT_TOKEN = 1  # g + 1, all that is then known: it was not complete


@dataclass(frozen=True, slots=True)
class Policy:
    """A scheduling policy, declared. See the module's text for what the fields mean.

    `name` is the name on the command line, `title` the name in tables, `source` the paper and
    algorithm. `live`: the pseudo lower bound of a running request follows its progress.
    `thinned`: a running request with `g` tokens that has outlived its bound survives each step
    with probability (s + g) / (s + g + 1). `caps`: the stages' lengths in tokens, increasing, for
    `Assumes.CAPS` and `LENGTH_CLASS`, after the last one all that fits is assumed; the threshold of
    `THRESHOLD_THEN_UPPER`. `reserve`: the share of the budget that admission keeps free.
    `clearing`: for `Evicts.CLEARED`. `growth` and `classes`: the growth b of the levels
    b^(k + offset) of `Assumes.OFFSET_LEVELS`, and the number of classes of offsets; 0: independent
    offsets. `horizon`: with `Assumes.LEVELS`, levels are chosen as if requests went on arriving, as
    they have so far, for this share of the time since the first one; 0: as if no more came.
    `overtaking`: with `Order.GITTINS`,
    no request is started before one that waits and arrived earlier by so many times the longest
    backlog so far; 0: ranks alone decide (`kvratio.simulate.words.order.gittins`).
    `common_prompt`: defined by its source only for requests that share one prompt length
    (the engines run it on any).

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
    growth: Fraction = Fraction(2)
    classes: int = 0
    horizon: Fraction = Fraction(0)
    overtaking: int = 0
    common_prompt: bool = False

    def __post_init__(self) -> None:
        if self.thinned and self.promotes:
            required = "no thinning where outliving an assumption already evicts"
            raise InputError("thinned", True, required)
        rational("horizon", self.horizon, least=0, most=MOST_HORIZON)
        whole("overtaking", self.overtaking, least=0, most=MOST_OVERTAKING)
        for name in ("horizon", "overtaking"):
            if getattr(self, name) and self.order is not Order.GITTINS:
                raise InputError(name, str(getattr(self, name)), "0 where no ranks are learned")
        for word in (self.admits, self.assumes, self.order, self.evicts):
            words.of(word).require(self)
        rational("reserve", self.reserve, least=0, below=1)
        rational("clearing", self.clearing, least=LEAST_CLEARING, most=1)

    @property
    def sees(self) -> frozenset[str]:
        """The hidden columns that the policy may read: of "output", "upper" and "lower"."""
        columns: frozenset[str] = words.of(self.assumes).sees
        return columns

    @property
    def clairvoyant(self) -> bool:
        """Does it read true output lengths?"""
        return "output" in self.sees

    @property
    def promotes(self) -> bool:
        """Does it evict requests that outlive what was assumed, to assume more?"""
        return bool(words.of(self.assumes).promotes)

    @property
    def learns_ranks(self) -> bool:
        """Does it learn lengths, and order requests by what a completion costs?"""
        return self.order is Order.GITTINS

    @property
    def evicting(self) -> bool:
        """Does it evict even when no prediction is wrong?"""
        return not (words.of(self.admits).keeps_room and words.of(self.assumes).covers)

    @property
    def randomised(self) -> bool:
        """Does its schedule depend on the seed?"""
        by_chance = words.of(self.order).by_chance or words.of(self.assumes).by_chance
        by_chance = by_chance or self.ties is Ties.RANDOM or self.thinned
        return by_chance or bool(words.of(self.evicts).by_chance(self))

    def check(self, instance: Instance) -> None:
        """Raise `InputError` where a parameter has no meaning for these requests.

        Engines do not ask: there a threshold above an upper end stands for that end.
        """
        words.of(self.assumes).check(instance, self)

    def budget(self, memory: int) -> int:
        """What admission may fill, in tokens."""
        return int(memory * (1 - self.reserve))

    @property
    def ahead(self) -> int:
        """The horizon, of 2^16."""
        return int(self.horizon * 2**16)

    @property
    def kept(self) -> int:
        """Of 2^32 running requests, so many survive a round of clearing."""
        return int((1 - self.clearing) * 2**32)
