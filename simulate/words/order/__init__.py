"""The order of the queue, `kvratio.simulate.policy.Order`: smallest key first."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.book import Book
from kvratio.theory.model import Instance

if TYPE_CHECKING:
    from kvratio.simulate.testing.history import Step


class QueueOrder:
    """The key of a request that joins the queue; ties are broken by `kvratio.simulate.queue`.

    Traits: `by_assumed`: the key depends on the assumed length; `by_chance`: the order is random;
    `told`: a finished run tells in which order its queue was.
    """

    by_assumed: ClassVar[bool] = False
    by_chance: ClassVar[bool] = False
    told: ClassVar[bool] = True

    def __init__(self, book: Book) -> None:
        self.book = book

    @staticmethod
    def require(policy: Policy) -> None:
        """Raise `InputError` for a declaration in which the word has no meaning."""

    def key(self, view: View, request: int) -> int:
        """The key of a request that joins now, at least 0 (the kernel's tables have no others)."""
        raise NotImplementedError

    @staticmethod
    def keys(instance: Instance, step: "Step", queue: Sequence[int]) -> Mapping[int, int]:
        """By definition: the keys of a queue, given in the order of joining."""
        raise NotImplementedError
