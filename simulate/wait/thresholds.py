"""Thresholds of WAIT and Nested WAIT (Ao et al., arXiv 2504.11320), from arrival rates or shares.

With n_j requests in every stage, type j holds n_j times its volume, the sum of its cache over its
steps. (In the paper a request of l prompt and l' output tokens passes l' + 1 stages, the first of
which makes no token; here the step that processes the prompt makes the first token, so there are
l'.) `period`: how long an iteration takes with so many requests in every stage, for example
d0 + d1 x tokens held, equation (1).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import floor

from kvratio.theory.checks import InputError, rational, whole

Number = int | Fraction
Thresholds = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of requests: prompt length l (a mean may be given), output length l', arrival rate or
    share of all arrivals (a second, or any other unit of time)."""

    prompt: Number
    output: int
    rate: Fraction

    def held(self, first: int = 0) -> Fraction:
        """Cache over the steps after the first `first`, one request in each: tokens.

        >>> Kind(2, 3, Fraction(1)).held()  # 3 + 4 + 5
        Fraction(12, 1)
        """
        steps = self.output - first
        return Fraction(self.prompt * steps) + Fraction(steps * (self.output + first + 1), 2)


def memory_of_wait(kinds: Sequence[Kind], thresholds: Sequence[int]) -> Fraction:
    """M of equation (11): tokens held with n_j requests of type j in every stage.

    WAIT never holds more (with exact types), whatever arrives.

    >>> memory_of_wait([Kind(1, 1, Fraction(4)), Kind(1, 2, Fraction(1))], [4, 1])
    Fraction(13, 1)
    """
    return sum((n * kind.held() for n, kind in zip(thresholds, kinds, strict=True)), Fraction(0))


def memory_of_nested(kinds: Sequence[Kind], thresholds: Sequence[int]) -> Fraction:
    """Tokens held with n_k requests in every stage of segment k, which ends at length l'_k.

    Equation (13) has L'_k / 2 for the mean number of tokens made in segment k, with L'_k the sum of
    l'_1 ... l'_k; that is right for two segments only. This is the sum itself. All prompts have the
    length of the first kind (the paper assumes one length).

    >>> memory_of_nested([Kind(1, 1, Fraction(1)), Kind(1, 3, Fraction(1))], [2, 1])  # 2 2 + 3 + 4
    Fraction(11, 1)
    """
    total, first = Fraction(0), 0
    for n, kind in zip(thresholds, kinds, strict=True):
        total += n * Kind(kinds[0].prompt, kind.output, kind.rate).held(first)
        first = kind.output
    return total


def wait_thresholds(
    kinds: Sequence[Kind], period: Callable[[Thresholds], Fraction], most: int
) -> Thresholds | None:
    """The smallest thresholds with period(n) < n_j / rate_j for all types: equation (11), strictly.

    None when they would hold more than `most` tokens: the load is too high for the accelerator or
    for its memory.

    >>> kinds = [Kind(1, 1, Fraction(4))]
    >>> wait_thresholds(kinds, lambda n: (50 + memory_of_wait(kinds, n)) / 100, most=100)
    (3,)
    """
    _check(kinds)

    def grow(time: Fraction) -> Thresholds:
        return tuple(floor(kind.rate * time) + 1 for kind in kinds)

    return _least(grow, period, lambda n: memory_of_wait(kinds, n), most)


def nested_thresholds(
    kinds: Sequence[Kind], period: Callable[[Thresholds], Fraction], most: int
) -> Thresholds | None:
    """The smallest thresholds that satisfy equation (12), for kinds in order of output length.

    period(n) < n_1 / (sum of the rates), and n_(k+1) / n_k > p_k, the share of those that reach
    segment k that go on to k + 1. None as in `wait_thresholds`.

    >>> kinds = [Kind(1, 1, Fraction(1)), Kind(1, 2, Fraction(3))]
    >>> nested_thresholds(kinds, lambda n: (50 + memory_of_nested(kinds, n)) / 100, most=100)
    (3, 3)
    """
    _check(kinds)
    _check_nested(kinds)
    total = sum((kind.rate for kind in kinds), Fraction(0))

    def grow(time: Fraction) -> Thresholds:
        return _nested(floor(total * time) + 1, kinds)

    return _least(grow, period, lambda n: memory_of_nested(kinds, n), most)


def _nested(first: int, kinds: Sequence[Kind]) -> Thresholds:
    """n_1, and every further one just past p_k of the one before."""
    found = [first]
    for share in going_on(kinds):
        found.append(floor(found[-1] * share) + 1)
    return tuple(found)


def going_on(kinds: Sequence[Kind]) -> list[Fraction]:
    """p_k of equation (12): the share of those that reach segment k that go on to the next.

    >>> going_on([Kind(0, 1, Fraction(1)), Kind(0, 2, Fraction(2)), Kind(0, 3, Fraction(1))])
    [Fraction(3, 4), Fraction(1, 3)]
    """
    reach = [sum((kind.rate for kind in kinds[k:]), Fraction(0)) for k in range(len(kinds))]
    return [after / before for before, after in pairwise(reach)]


def wait_for_budget(kinds: Sequence[Kind], memory: int) -> Thresholds:
    """n_j = B rate_j / (rates x l'_j), at least 1, with the largest B that the budget holds.

    The rule of the paper's section 6.1 for a limit B on the batch; B follows from the budget here.

    >>> wait_for_budget([Kind(1, 1, Fraction(4)), Kind(1, 2, Fraction(1))], memory=40)
    (15, 1)
    """
    _check(kinds)
    total = sum((kind.rate for kind in kinds), Fraction(0))

    def scaled(limit: int) -> Thresholds:
        return tuple(max(1, floor(limit * k.rate / (total * k.output))) for k in kinds)

    return _largest(scaled, lambda n: memory_of_wait(kinds, n), memory)


def nested_for_budget(kinds: Sequence[Kind], memory: int) -> Thresholds:
    """Thresholds in proportion to the rates at which segments are reached, as the budget holds.

    Every n_(k+1) is just past p_k n_k, as equation (12) asks; n_1 is the largest that fits.

    >>> nested_for_budget([Kind(1, 1, Fraction(1)), Kind(1, 2, Fraction(1))], memory=40)
    (11, 6)
    """
    _check(kinds)
    _check_nested(kinds)
    return _largest(lambda n: _nested(n, kinds), lambda n: memory_of_nested(kinds, n), memory)


def _check(kinds: Sequence[Kind]) -> None:
    if not kinds:
        raise InputError("kinds", [], "at least one type of requests")
    for kind in kinds:
        whole("output", kind.output, least=1)
        rational("rate", kind.rate, above=0)


def _check_nested(kinds: Sequence[Kind]) -> None:
    lengths = [kind.output for kind in kinds]
    if lengths != sorted(set(lengths)):
        raise InputError("output", lengths, "increasing lengths, one a segment")


def _least(
    grow: Callable[[Fraction], Thresholds],
    period: Callable[[Thresholds], Fraction],
    memory_of: Callable[[Thresholds], Fraction],
    most: int,
) -> Thresholds | None:
    """The least fixed point of thresholds that grow with the period that they cause."""
    found = grow(Fraction(0))
    while memory_of(found) <= most:
        larger = grow(period(found))
        if larger == found:
            return found
        found = larger
    return None


def _largest(
    scaled: Callable[[int], Thresholds],
    memory_of: Callable[[Thresholds], Fraction],
    memory: int,
) -> Thresholds:
    """The thresholds of the largest scale within the budget; of scale 1 if none is."""
    low, high = 1, 2
    while memory_of(scaled(high)) <= memory:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if memory_of(scaled(middle)) <= memory:
            low = middle
        else:
            high = middle
    return scaled(low)
