"""Predicted intervals of output lengths, from what the command line calls `--predict`.

A prediction may miss the truth; that is ordinary input. Ends are rounded outwards to whole tokens
and a lower end below 1 becomes 1, since every request makes at least one token.
"""

from fractions import Fraction
from math import ceil, floor

from kvratio.simulate.workloads import Intervals, Requests
from kvratio.theory.checks import InputError, rational, whole


def common(requests: Requests, low: int, high: int) -> Intervals:
    """One interval [low, high] for all (P Experiment 1 has [1, 1000])."""
    whole("lower end", low, least=1)
    whole("upper end", high, least=low)
    return [(low, high)] * len(requests)


def bins(requests: Requests, count: int, top: int | None = None) -> Intervals:
    """The right one of `count` equal bins of 1 ... top (P Experiment 2: ten bins up to 1000).

    `top` defaults to the longest output, rounded up to a multiple of `count`. Longer outputs get
    the last bin.

    >>> bins(Requests("two", (3, 17)), 2, top=20)
    [(1, 10), (11, 20)]
    """
    whole("bins", count, least=1)
    longest = max(requests.output, default=1)
    top = -(-longest // count) * count if top is None else whole("top", top, least=count)
    result = []
    for output in requests.output:
        k = -(-min(output, top) * count // top)  # the k-th bin ends at floor(top k / count)
        result.append((top * (k - 1) // count + 1, top * k // count))
    return result


def relative(requests: Requests, x: Fraction) -> Intervals:
    """[(1 - x) o, (1 + x) o], rounded outwards (P Experiment 3).

    >>> relative(Requests("one", (15,)), Fraction(1, 10))
    [(13, 17)]
    """
    rational("relative", x, least=0)
    return [(max(1, floor((1 - x) * o)), ceil((1 + x) * o)) for o in requests.output]


def columns(requests: Requests, low: str, high: str) -> Intervals:
    """Two columns of the source, such as quantiles; a crossed pair is taken in order.

    >>> source = Requests("one", (5,), columns={"p10": (Fraction(5, 2),), "p90": (Fraction(9),)})
    >>> columns(source, "p10", "p90")
    [(2, 9)]
    """
    for name in (low, high):
        if name not in requests.columns:
            known = ", ".join(sorted(requests.columns)) or "none"
            raise InputError("columns", name, f"a numeric column of {requests.source}: {known}")
    pairs = zip(requests.columns[low], requests.columns[high], strict=True)
    return [(max(1, floor(min(pair))), max(1, ceil(max(pair)))) for pair in pairs]


def predict(spec: str | None, requests: Requests) -> Intervals:
    """Intervals from a text: L:U, bins:K, bins:K:TOP, relative:X or columns:LOW,HIGH.

    None: one interval for all, the support of the workload, or [1, longest output].

    >>> predict("1:9", Requests("one", (5,)))
    [(1, 9)]
    """
    if spec is None:
        low, high = requests.support or (1, max(requests.output, default=1))
        return common(requests, low, high)
    kind, _, rest = spec.partition(":")
    try:
        if kind == "bins":
            return bins(requests, *(int(part) for part in rest.split(":", 1)))
        if kind == "relative":
            return relative(requests, rational("relative", rest, least=0))
        if kind == "columns":
            low_name, high_name = rest.split(",")
            return columns(requests, low_name, high_name)
        return common(requests, int(kind), int(rest))
    except InputError:
        raise
    except ValueError:
        forms = "L:U, bins:K[:TOP], relative:X or columns:LOW,HIGH"
        raise InputError("predict", spec, forms) from None
