"""What a policy assumes of a request's output length, `kvratio.simulate.policy.Assumes`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.book import Book
from kvratio.theory.model import Instance

if TYPE_CHECKING:
    from kvratio.simulate.testing.history import Step

Ints = npt.NDArray[np.int64]


def ints(values: Sequence[int]) -> Ints:
    """A column of an instance as an array."""
    return np.array(values, dtype=np.int64)


class Assumption:
    """The assumed length, in stages: a request that outlives one is evicted and assumed longer.

    Traits: `sees` are the hidden columns that are read; `covers`: with right predictions no output
    is longer than assumed; `below_truth`: where no lower end is above the truth, no assumed length
    is; `promotes`: there is more than one stage; `by_chance`: the lengths are random.
    """

    sees: ClassVar[frozenset[str]] = frozenset()
    covers: ClassVar[bool] = False
    below_truth: ClassVar[bool] = False
    promotes: ClassVar[bool] = False
    by_chance: ClassVar[bool] = False

    def __init__(self, book: Book) -> None:
        self.book = book

    @staticmethod
    def require(policy: Policy) -> None:
        """Raise `InputError` for a declaration in which the word has no meaning."""

    @staticmethod
    def check(instance: Instance, policy: Policy) -> None:
        """Raise `InputError` where a parameter has no meaning for these requests."""

    @staticmethod
    def later_stages(policy: Policy) -> int:
        """How many stages follow the first."""
        return 0

    def length(self, view: View, request: int, stage: int) -> int:
        """The length assumed in a stage, in tokens, whether it fits or not."""
        raise NotImplementedError

    def arrive(self, view: View, request: int) -> None:
        """A request arrives."""

    def started(self, request: int) -> None:
        """A request leaves the queue, to start."""

    def complete(self, view: View, request: int) -> None:
        """A request completes, or is withdrawn while it runs."""

    def withdraw(self, request: int) -> None:
        """A waiting request leaves."""

    def due(self, view: View) -> list[int]:
        """The running requests to evict for having outlived their stage, in order of starts."""
        last = self.later_stages(self.book.policy)
        if last == 0:
            return []
        stage, assumed = self.book.stage, self.book.assumed
        return [i for i in view.running if stage[i] < last and view.made(i) >= assumed[i]]

    def promote(self, view: View, request: int) -> None:
        """A request passes to its next stage."""
        self.book.stage[request] += 1
        length = self.length(view, request, self.book.stage[request])
        self.book.learn(view, request, max(1, length))

    def evicted(self, view: View, request: int) -> None:
        """A request is thinned, or evicted by an overflow: learn from the tokens made."""
        self.book.learn(view, request, view.made(request) + self.book.policy.learns)

    @classmethod
    def first(cls, instance: Instance, policy: Policy) -> Ints:
        """The kernel's: the lengths assumed in the first stage, whether they fit or not."""
        raise NotImplementedError

    @classmethod
    def longest(cls, instance: Instance, policy: Policy) -> Ints:
        """The kernel's: no assumed length of a request exceeds this, or all that fits."""
        return np.maximum(cls.first(instance, policy), ints(instance.output))

    @staticmethod
    def countable(instance: Instance, policy: Policy) -> bool:
        """Do the word's numbers fit the kernel's 64-bit integers?"""
        return True

    @staticmethod
    def outlived(step: "Step", early: Sequence[int]) -> list[int]:
        """By definition: which requests have outlived a stage; `early` have one to come."""
        return [i for i in early if step.made(i) >= step.bounds[i]]
