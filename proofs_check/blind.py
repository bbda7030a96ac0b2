"""What policies can do that do not know the lengths, where one request runs at a time.

The requests are there at step 0 and alike but for their lengths, of which a policy knows only that
each is one of a list. What it sees before the first completion is time. So until then a policy
that draws nothing by chance is a list of *attempts* (j, a): run request j for a tokens; if it is
not complete, cancel it. Idle steps, and attempts that end where none of the possible lengths is
between the most that the request had made before and a, tell nothing: without them all that
follows is earlier. So each attempt goes beyond the earlier ones of its request and ends at a
possible length, and there are finitely many lists. If j completes first, in step f, the other
n - 1 requests take at least as long as shortest first from f on, even if their lengths are known
from then on: the total latency is at least n f + that of the others shortest first.
The *rivals* run the requests one after the other in fixed orders, to their ends.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import product

Lengths = tuple[int, ...]  # of the requests, in tokens
Order = tuple[int, ...]


def in_order(lengths: Lengths, order: Sequence[int]) -> int:
    """Total latency of one after the other.

    >>> in_order((1, 3), (1, 0))  # 3 + 4
    7
    """
    now = total = 0
    for request in order:
        now += lengths[request]
        total += now
    return total


def shortest_first(lengths: Lengths) -> int:
    """The least total latency of one at a time, all lengths known.

    >>> shortest_first((3, 1))
    5
    """
    return in_order(tuple(sorted(lengths)), range(len(lengths)))


def best(lengths: Lengths, orders: Sequence[Order]) -> int:
    """The rivals' least total latency, known only afterwards."""
    return min(in_order(lengths, order) for order in orders)


def beaten(possible: Sequence[int], orders: Sequence[Order], c: Fraction) -> bool:
    """Has every policy that draws nothing by chance at least c times the best rival's total latency
    for some lengths out of the `possible`?

    >>> beaten([1, 3], [(0, 1), (1, 0)], Fraction(7, 5))
    True
    >>> beaten([1, 3], [(0, 1), (1, 0)], Fraction(7, 5) + Fraction(1, 1000))
    False
    """
    values, n = sorted(possible), len(orders[0])
    latest = [_latest(values, orders, c, j) for j in range(n)]
    hopeless: set[tuple[int, Lengths]] = set()

    def wins(now: int, known: Lengths) -> bool:
        """Attempts from the step `now` on, each length beyond so many values."""
        if (now, known) in hopeless:
            return False
        for j in range(n):
            for a in range(known[j], len(values)):
                here = (*known[:j], a, *known[j + 1 :])
                if now > latest[j][here]:
                    break
                if a + 1 == len(values):
                    return True  # it completes whatever its length is
                if wins(now + values[a], (*known[:j], a + 1, *known[j + 1 :])):
                    return True
        hopeless.add((now, known))
        return False

    return not wins(0, (0,) * n)


def _latest(
    values: Sequence[int], orders: Sequence[Order], c: Fraction, j: int
) -> Mapping[Lengths, int]:
    """The last step in which an attempt on j may begin, if j has this length and all others these
    or larger ones (places in `values`), for less than c times the best rival's total latency."""
    n, found = len(orders[0]), dict[Lengths, int]()
    for at in product(range(len(values) - 1, -1, -1), repeat=n):
        lengths = tuple(values[k] for k in at)
        rest = shortest_first(lengths[:j] + lengths[j + 1 :])
        # n (now + length) + rest < c best, in whole numbers
        spare = c.numerator * best(lengths, orders) - c.denominator * (rest + n * lengths[j])
        last = (spare - 1) // (n * c.denominator)
        for i in range(n):
            if i != j and at[i] + 1 < len(values):
                last = min(last, found[*at[:i], at[i] + 1, *at[i + 1 :]])
        found[at] = last
    return found


def least_mean(
    weights: Mapping[Lengths, int], orders: Sequence[Order], possible: Sequence[int]
) -> Fraction:
    """The least that any policy can have of the mean, over the weighted lengths, of its total
    latency over the best rival's. If it draws by chance, its expected ratio is at least this for
    some of the lengths: it is a mixture of policies that do not.

    >>> least_mean({(1, 3): 1, (3, 1): 1}, [(0, 1), (1, 0)], [1, 3])
    Fraction(6, 5)
    """
    values, n = sorted(possible), len(orders[0])
    share = {lengths: Fraction(w, best(lengths, orders)) for lengths, w in weights.items()}

    def ended(now: int, known: Lengths, j: int, length: int) -> Fraction:
        """The part of those in which j completes first with this length."""
        return sum(
            (
                part * (n * (now + length) + shortest_first(lengths[:j] + lengths[j + 1 :]))
                for lengths, part in share.items()
                if lengths[j] == length
                and all(lengths[i] >= values[known[i]] for i in range(n) if i != j)
            ),
            Fraction(0),
        )

    @cache
    def least(now: int, known: Lengths) -> Fraction:
        found: list[Fraction] = []
        for j in range(n):
            so_far = Fraction(0)
            for a in range(known[j], len(values)):
                so_far += ended(now, known, j, values[a])
                if found and so_far >= min(found):
                    break
                more = Fraction(0)
                if a + 1 < len(values):
                    more = least(now + values[a], (*known[:j], a + 1, *known[j + 1 :]))
                found.append(so_far + more)
        return min(found)

    return least(0, (0,) * n) / sum(weights.values())
