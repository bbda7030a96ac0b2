"""The admission test, `kvratio.simulate.policy.Admits`."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar, Protocol

from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.book import Book
from kvratio.theory.model import Instance

if TYPE_CHECKING:
    from kvratio.simulate.testing.history import Step

# Called with a request, answers whether it fits beside all that run and were admitted so far in
# this step and, if so, counts it in.
Test = Callable[[int], bool]


class Waiting(Protocol):
    """Requests in the order in which they are to start."""

    def __bool__(self) -> bool: ...
    def head(self) -> int: ...
    def take(self) -> int: ...


class Admission:
    """The test that the head of the queue must pass; made anew in every step.

    Traits: `by_assumed`: the test depends on assumed lengths; `keeps_room`: requests that run no
    longer than assumed never overflow the cache; `spreads`: a request may have to wait though it
    fits, so the admitted are not the largest prefix of the queue that fits; `idles`: the cache may
    stay empty in a step though requests wait.
    """

    by_assumed: ClassVar[bool] = False
    keeps_room: ClassVar[bool] = False
    spreads: ClassVar[bool] = False
    idles: ClassVar[bool] = False

    def __init__(self, book: Book) -> None:
        self.book = book

    @staticmethod
    def require(policy: Policy) -> None:
        """Raise `InputError` for a declaration in which the word has no meaning."""

    def begin(self, view: View) -> None:
        """A step's admissions begin, whether or not an overflow pauses them."""

    def waiting(self, view: View) -> Waiting:
        """The requests that may start in this step."""
        return self.book.queue

    def test(self, view: View) -> Test:
        """The test of this step."""
        raise NotImplementedError

    def end(self, view: View) -> None:
        """A step's admissions are over, and the requests evicted in it have joined the queue."""

    def ended(self, view: View, request: int) -> None:
        """An attempt ends now, though not for lack of cache."""

    def leave(self, request: int) -> None:
        """A waiting request is withdrawn."""
        self.book.queue.leave(request)

    @staticmethod
    def countable(instance: Instance, policy: Policy) -> bool:
        """Do the word's numbers fit the kernel's 64-bit integers?"""
        return True

    @staticmethod
    def eligible(
        step: "Step", queue: Sequence[int], before: Sequence[int], paused: bool
    ) -> list[int]:
        """By definition: the requests of the queue, in its order, that may start in this step.

        `before`: those of the step before that have not started; `paused`: an overflow pauses
        admission.
        """
        return list(queue)

    @staticmethod
    def passes(instance: Instance, policy: Policy, step: "Step", new: Sequence[int]) -> bool:
        """By definition: do `new` pass the test together, beside what stays in this step?"""
        raise NotImplementedError


def budget(book: Book, view: View) -> int:
    """The tokens that admission may fill; an empty cache has all the memory."""
    return book.policy.budget(view.memory)


def total_test(view: View, limit: int, used: int, size: Callable[[int], int]) -> Test:
    """The sum of the requests' sizes stays within the limit; `used` is that of what runs."""

    def fits(request: int) -> bool:
        nonlocal used
        needed = size(request)
        if used + needed > (limit if used else view.memory):
            return False
        used += needed
        return True

    return fits


def left(assumed: int, kept: int) -> int:
    """The tokens that a request with so many kept is assumed to make: at least the next one.

    >>> left(9, 4), left(4, 4)
    (5, 1)
    """
    return max(1, assumed - kept)


def next_step_test(book: Book, view: View) -> Test:
    """The next step fits."""
    return total_test(
        view, budget(book, view), view.need(), lambda i: view.prompt(i) + view.kept(i) + 1
    )


def together(step: "Step", new: Sequence[int]) -> dict[int, int]:
    """By definition: of the requests that run after this step's evictions and `new`, the step in
    which they would have started if they had made all tokens that they have in one attempt."""
    stay = {i: step.now - step.made(i) for i in step.running if i not in step.evicted}
    return {**stay, **{i: step.now - step.begins(i) for i in new}}


def allowed(instance: Instance, policy: Policy, starts: dict[int, int]) -> Fraction:
    """By definition: the tokens that these may fill; alone, a request may have all the memory."""
    return (1 - (policy.reserve if len(starts) > 1 else 0)) * Fraction(instance.memory)


def next_step_fits(instance: Instance, policy: Policy, step: "Step", new: Sequence[int]) -> bool:
    """By definition: prompts, tokens made and the next tokens are within the budget."""
    starts = together(step, new)
    need = sum(instance.prompt[i] + step.now + 1 - start for i, start in starts.items())
    return need <= allowed(instance, policy, starts)
