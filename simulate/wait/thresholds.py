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
class RequestType:
    """A type of requests: prompt length l (a mean may be given), output length l', arrival rate or
    share of all arrivals (a second, or any other unit of time)."""

    prompt: Number
    output: int
    rate: Fraction

    def held(self, first: int = 0) -> Fraction:
        """Cache over the steps after the first `first`, one request in each: tokens.

        >>> RequestType(2, 3, Fraction(1)).held()  # 3 + 4 + 5
        Fraction(12, 1)
        """
        steps = self.output - first
        return Fraction(self.prompt * steps) + Fraction(steps * (self.output + first + 1), 2)


def memory_of_wait(types: Sequence[RequestType], thresholds: Sequence[int]) -> Fraction:
    """M of equation (11): tokens held with n_j requests of type j in every stage.

    WAIT never holds more (with exact types), whatever arrives.

    >>> memory_of_wait([RequestType(1, 1, Fraction(4)), RequestType(1, 2, Fraction(1))], [4, 1])
    Fraction(13, 1)
    """
    return sum((n * each.held() for n, each in zip(thresholds, types, strict=True)), Fraction(0))


def memory_of_nested(types: Sequence[RequestType], thresholds: Sequence[int]) -> Fraction:
    """Tokens held with n_k requests in every stage of segment k, which ends at length l'_k.

    Equation (13) has L'_k / 2 for the mean number of tokens made in segment k, with L'_k the sum of
    l'_1 ... l'_k; that is right for two segments only. This is the sum itself. All prompts have the
    length of the first type (the paper assumes one length).

    >>> types = [RequestType(1, 1, Fraction(1)), RequestType(1, 3, Fraction(1))]
    >>> memory_of_nested(types, [2, 1])  # 2 2 + 3 + 4
    Fraction(11, 1)
    """
    total, first = Fraction(0), 0
    for n, each in zip(thresholds, types, strict=True):
        total += n * RequestType(types[0].prompt, each.output, each.rate).held(first)
        first = each.output
    return total


def wait_thresholds(
    types: Sequence[RequestType], period: Callable[[Thresholds], Fraction], most: int
) -> Thresholds | None:
    """The smallest thresholds with period(n) < n_j / rate_j for all types: equation (11), strictly.

    None when they would hold more than `most` tokens: the load is too high for the accelerator or
    for its memory.

    >>> types = [RequestType(1, 1, Fraction(4))]
    >>> wait_thresholds(types, lambda n: (50 + memory_of_wait(types, n)) / 100, most=100)
    (3,)
    """
    _check(types)

    def grow(time: Fraction) -> Thresholds:
        return tuple(floor(each.rate * time) + 1 for each in types)

    return _least(grow, period, lambda n: memory_of_wait(types, n), most)


def nested_thresholds(
    types: Sequence[RequestType], period: Callable[[Thresholds], Fraction], most: int
) -> Thresholds | None:
    """The smallest thresholds that satisfy equation (12), for types in order of output length.

    period(n) < n_1 / (sum of the rates), and n_(k+1) / n_k > p_k, the share of those that reach
    segment k that go on to k + 1. None as in `wait_thresholds`.

    >>> types = [RequestType(1, 1, Fraction(1)), RequestType(1, 2, Fraction(3))]
    >>> nested_thresholds(types, lambda n: (50 + memory_of_nested(types, n)) / 100, most=100)
    (3, 3)
    """
    _check(types)
    _check_nested(types)
    total = sum((each.rate for each in types), Fraction(0))

    def grow(time: Fraction) -> Thresholds:
        return _nested(floor(total * time) + 1, types)

    return _least(grow, period, lambda n: memory_of_nested(types, n), most)


def _nested(first: int, types: Sequence[RequestType]) -> Thresholds:
    """n_1, and every further one just past p_k of the one before."""
    found = [first]
    for share in going_on(types):
        found.append(floor(found[-1] * share) + 1)
    return tuple(found)


def going_on(types: Sequence[RequestType]) -> list[Fraction]:
    """p_k of equation (12): the share of those that reach segment k that go on to the next.

    >>> going_on([RequestType(0, k, Fraction(rate)) for k, rate in ((1, 1), (2, 2), (3, 1))])
    [Fraction(3, 4), Fraction(1, 3)]
    """
    reach = [sum((each.rate for each in types[k:]), Fraction(0)) for k in range(len(types))]
    return [after / before for before, after in pairwise(reach)]


def wait_for_budget(types: Sequence[RequestType], memory: int) -> Thresholds:
    """n_j = B rate_j / (rates x l'_j), at least 1, with the largest B that the budget holds.

    The rule of the paper's section 6.1 for a limit B on the batch; B follows from the budget here.

    >>> wait_for_budget([RequestType(1, 1, Fraction(4)), RequestType(1, 2, Fraction(1))], memory=40)
    (15, 1)
    """
    _check(types)
    total = sum((each.rate for each in types), Fraction(0))

    def scaled(limit: int) -> Thresholds:
        return tuple(max(1, floor(limit * k.rate / (total * k.output))) for k in types)

    return _largest(scaled, lambda n: memory_of_wait(types, n), memory)


def nested_for_budget(types: Sequence[RequestType], memory: int) -> Thresholds:
    """Thresholds in proportion to the rates at which segments are reached, as the budget holds.

    Every n_(k+1) is just past p_k n_k, as equation (12) asks; n_1 is the largest that fits.

    >>> types = [RequestType(1, 1, Fraction(1)), RequestType(1, 2, Fraction(1))]
    >>> nested_for_budget(types, memory=40)
    (11, 6)
    """
    _check(types)
    _check_nested(types)
    return _largest(lambda n: _nested(n, types), lambda n: memory_of_nested(types, n), memory)


def _check(types: Sequence[RequestType]) -> None:
    if not types:
        raise InputError("types", [], "at least one type of requests")
    for each in types:
        whole("output", each.output, least=1)
        rational("rate", each.rate, above=0)


def _check_nested(types: Sequence[RequestType]) -> None:
    lengths = [each.output for each in types]
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
