"""Distributions of output lengths (tokens): exact probabilities, tails, moments.

    two_point(l, u, q)     P(u) = q, P(l) = 1 - q                     (P, section 5.1)
    geometric(q)           P(k) = (1 - q) q^(k-1), k >= 1             (P, section 5.2)
    linear_geometric(q)    P(k) = k (1 - q)^2 q^(k-1), k >= 1         (P, section 5.3)
    uniform(l, u)          P(k) = 1 / (u - l + 1)
    explicit(histogram)    counts or shares by length, normalised

P is arXiv 2508.14544. Everything is exact (`Fraction`). A distribution without a
longest length has `high` None; `truncated(u)` conditions it on being at most u, and
`survival(u + 1)` is the probability that this leaves out.

>>> geometric("1/2").truncated(3).shares()
{1: Fraction(4, 7), 2: Fraction(2, 7), 3: Fraction(1, 7)}
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from kvratio.theory.checks import InputError, rational, whole
from kvratio.theory.forms import histogram, interval


class Lengths(ABC):
    """A distribution of output lengths on low, low + 1, ..., high (None: without end)."""

    low: int
    high: int | None

    @abstractmethod
    def pmf(self, k: int) -> Fraction:
        """P(o = k)."""

    @abstractmethod
    def survival(self, k: int) -> Fraction:
        """P(o >= k)."""

    @property
    @abstractmethod
    def mean(self) -> Fraction:
        """E[o] in tokens."""

    @property
    @abstractmethod
    def second_moment(self) -> Fraction:
        """E[o^2] in tokens squared."""

    @property
    def variance(self) -> Fraction:
        """Var[o] in tokens squared.

        >>> uniform(1, 3).variance
        Fraction(2, 3)
        """
        return self.second_moment - self.mean**2

    def shares(self) -> dict[int, Fraction]:
        """All lengths with their probabilities, as `kvratio.theory.forms.tel` takes them.

        Raises `InputError` for a distribution without end: truncate it first.

        >>> two_point(1, 4, "1/3").shares()
        {1: Fraction(2, 3), 4: Fraction(1, 3)}
        """
        if self.high is None:
            raise InputError("lengths", type(self).__name__, "a longest length (truncate it first)")
        exact = {k: self.pmf(k) for k in range(self.low, self.high + 1)}
        return {k: x for k, x in exact.items() if x}

    def truncated(self, u: int) -> "Explicit":
        """The distribution on condition that the length is at most u (tokens).

        >>> uniform(1, 9).truncated(2).mean
        Fraction(3, 2)
        """
        high = whole("u", u, least=self.low)
        if self.high is not None:
            high = min(high, self.high)
        return explicit({k: self.pmf(k) for k in range(self.low, high + 1)})


@dataclass(frozen=True)
class Explicit(Lengths):
    """A finite distribution; build it with `explicit`, `two_point` or `uniform`."""

    low: int
    high: int
    probabilities: Mapping[int, Fraction]
    _survival: dict[int, Fraction] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        tail, tails = Fraction(0), {}
        for k in range(self.high, self.low - 1, -1):
            tail += self.pmf(k)
            tails[k] = tail
        object.__setattr__(self, "_survival", tails)

    def pmf(self, k: int) -> Fraction:
        """P(o = k).

        >>> explicit({1: 3, 2: 1}).pmf(2)
        Fraction(1, 4)
        """
        return self.probabilities.get(k, Fraction(0))

    def survival(self, k: int) -> Fraction:
        """P(o >= k).

        >>> uniform(2, 5).survival(4)
        Fraction(1, 2)
        """
        return self._survival.get(k, Fraction(k <= self.low))

    @property
    def mean(self) -> Fraction:
        """E[o] in tokens."""
        return sum((k * x for k, x in self.probabilities.items()), Fraction(0))

    @property
    def second_moment(self) -> Fraction:
        """E[o^2] in tokens squared."""
        return sum((k**2 * x for k, x in self.probabilities.items()), Fraction(0))


def explicit(counts: Mapping[int, Fraction | int]) -> Explicit:
    """The distribution with these counts or shares by length (at least one positive).

    >>> explicit({4: 1, 1: 3}).mean
    Fraction(7, 4)
    """
    exact, _, _ = histogram(counts)
    total = sum(exact.values())
    shares = {k: exact[k] / total for k in sorted(exact) if exact[k]}
    return Explicit(min(shares), max(shares), shares)


def two_point(l: int, u: int, q: Any) -> Explicit:  # noqa: E741 (P's letter)
    """Lengths l and u, the share q of them long.

    >>> two_point(1, 4, "1/2").mean
    Fraction(5, 2)
    """
    low, high = interval(l, u)
    long = _open_unit("q", q)
    return explicit({low: 1 - long, high: long} if low < high else {low: 1})


def uniform(l: int, u: int) -> Explicit:  # noqa: E741
    """Every length in [l, u] equally likely.

    >>> uniform(1, 4).second_moment
    Fraction(15, 2)
    """
    low, high = interval(l, u)
    return explicit(dict.fromkeys(range(low, high + 1), 1))


def _open_unit(argument: str, value: Any) -> Fraction:
    return rational(argument, value, above=0, below=1)


@dataclass(frozen=True)
class Geometric(Lengths):
    """P(o >= k) = q^(k-1); build it with `geometric`."""

    q: Fraction
    low: int = 1
    high: None = None

    def pmf(self, k: int) -> Fraction:
        """P(o = k).

        >>> geometric("1/3").pmf(2)
        Fraction(2, 9)
        """
        return (1 - self.q) * self.survival(k) if k >= 1 else Fraction(0)

    def survival(self, k: int) -> Fraction:
        """P(o >= k)."""
        return self.q ** max(0, k - 1)

    @property
    def mean(self) -> Fraction:
        """E[o] = 1 / (1 - q).

        >>> geometric("1/2").mean
        Fraction(2, 1)
        """
        return 1 / (1 - self.q)

    @property
    def second_moment(self) -> Fraction:
        """E[o^2] = (1 + q) / (1 - q)^2."""
        return (1 + self.q) / (1 - self.q) ** 2


@dataclass(frozen=True)
class LinearGeometric(Lengths):
    """P(o >= k) = q^(k-1) (1 + (k - 1)(1 - q)); build it with `linear_geometric`."""

    q: Fraction
    low: int = 1
    high: None = None

    def pmf(self, k: int) -> Fraction:
        """P(o = k).

        >>> linear_geometric("1/2").pmf(2)
        Fraction(1, 4)
        """
        return k * (1 - self.q) ** 2 * self.q ** (k - 1) if k >= 1 else Fraction(0)

    def survival(self, k: int) -> Fraction:
        """P(o >= k)."""
        before = max(0, k - 1)
        return self.q**before * (1 + before * (1 - self.q))

    @property
    def mean(self) -> Fraction:
        """E[o] = (1 + q) / (1 - q).

        >>> linear_geometric("1/2").mean
        Fraction(3, 1)
        """
        return (1 + self.q) / (1 - self.q)

    @property
    def second_moment(self) -> Fraction:
        """E[o^2] = (1 + 4 q + q^2) / (1 - q)^2."""
        return (1 + 4 * self.q + self.q**2) / (1 - self.q) ** 2


def geometric(q: Any) -> Geometric:
    """The geometric distribution; the mean length is 1 / (1 - q).

    >>> geometric("1")
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: q: expected an exact rational number above 0 and below 1, \
got '1'
    """
    return Geometric(_open_unit("q", q))


def linear_geometric(q: Any) -> LinearGeometric:
    """The linearly weighted geometric distribution; the mean length is (1 + q) / (1 - q).

    >>> linear_geometric("1/2").survival(3)
    Fraction(1, 2)
    """
    return LinearGeometric(_open_unit("q", q))
