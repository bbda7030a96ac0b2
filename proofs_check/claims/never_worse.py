"""What no policy can be: never worse than the best of some policies, nor best in mean and tail."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from kvratio.proofs_check.blind import Lengths, Order, best, in_order, least_mean
from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.evidence import above, at_least, at_most, beaten, schedule, words
from kvratio.proofs_check.greedy import greedy
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict
from kvratio.theory.model import Instance, volume

OURS = "ours"
TWO: tuple[Order, ...] = ((0, 1), (1, 0))
THREE: tuple[Order, ...] = ((0, 1, 2), (2, 1, 0), (0, 2, 1))
# [l, u] of requests whose order by arrival, by the middle, and by the lower end is that of THREE
SHORT, LONG = 3, 26
INTERVALS = ((1, 46), (3, 36), (2, 26))
# Of pairs of lengths, either way round: as likely as these numbers; found by search
LIKELY: dict[Lengths, int] = {
    (1, 4): 4, (1, 8): 8, (1, 16): 3, (2, 4): 2, (2, 8): 6, (2, 16): 4, (4, 8): 3, (4, 16): 11,
    (8, 16): 3,
}  # fmt: skip
PAIRS: dict[Lengths, int] = LIKELY | {pair[::-1]: weight for pair, weight in LIKELY.items()}
RIVALS = (
    "So first come, first served runs them by number, shortest-predicted by the middles of their "
    "intervals, A_min (Algorithm 2, which evicts nothing here) by their lower ends, each to its end"
)


def alone(longest: int, outputs: Lengths) -> Instance:
    """Requests of which the cache holds one at a time, whatever their lengths up to the longest."""
    return Instance.of(2 * longest - 1, outputs, prompt=longest - 1)


def one_at_a_time(longest: int, some: Lengths, orders: Sequence[Order]) -> Iterator[Finding]:
    """Two do not fit; the latencies of the orders are those of schedules."""
    instance = alone(longest, some)
    two = 2 * (instance.prompt[0] + 1)
    text = f"lengths up to {longest}, s = {instance.prompt[0]}, M = {instance.memory}"
    yield above(f"{text}: two prompts with a token each need", two, instance.memory)
    for order in orders:
        place = [order.index(i) for i in range(len(order))]
        name = f"outputs {some}, one after the other in the order {order}"
        finding, tel = schedule(name, greedy(instance, instance.output, place), instance)
        yield finding
        yield at_most("its latency is the sum of the completions", tel, in_order(some, order))


def fixed(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    yield words(
        "By hand: two requests, one of length 1 and one of 3, s = 2, M = 5. The policy starts one. "
        "Say it is the long one: cancelled after a token, the other ends at 2 and it at 5, 7 in "
        "all; kept, 3 + 4 = 7. The other order has 1 + 4 = 5."
    )
    yield from one_at_a_time(3, (3, 1), TWO)
    pairs = [(1, 3), (3, 1)]
    yield at_most("the better of two orders, in either case", max(best(p, TWO) for p in pairs), 5)
    yield beaten(
        f"lengths 1, 3: every list of attempts has {numbers['pair']} times the better order's "
        "latency for some lengths",
        [1, 3],
        TWO,
        numbers["pair"],
    )
    yield from one_at_a_time(LONG, (LONG, SHORT, SHORT), THREE)
    yield words(f"Intervals {INTERVALS}, which contain all lengths. {RIVALS}.")
    yield beaten(
        f"three requests, each length in [{SHORT}, {LONG}]: every list of attempts has "
        f"{numbers['c']} times the best order's latency for some lengths",
        range(SHORT, LONG + 1),
        THREE,
        numbers["c"],
    )


def by_chance(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    longest = max(map(max, PAIRS))
    yield from one_at_a_time(longest, (longest, 1), TWO)
    yield words(
        "A policy that draws by chance is a mixture of lists of attempts: where each of these has "
        "a ratio of r on average over some lengths, it has at least r in expectation for one."
    )
    told = ", ".join(f"{pair}: {weight}" for pair, weight in LIKELY.items())
    least = least_mean(PAIRS, TWO, sorted({x for pair in PAIRS for x in pair}))
    yield at_least(f"lengths, either way round, as likely as {told}: r", least, numbers["c"])


UNITS, BEHIND = 98, 40  # requests of one token, one a step; output of the long request before them


def both(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    n, instance = UNITS + 1, behind()
    used = sum(map(volume, instance.prompt, instance.output))
    load = Fraction(used, instance.memory * max(instance.arrival))
    yield above("two prompts with a token each need", 2 * BEHIND, instance.memory)
    yield above("1 less the load: all volumes over M times the span", 1 - load, 0)
    yield at_most("p99 is the largest latency: requests", n, 99)
    rows = [greedy(instance, instance.output, key) for key in ([*range(n)], None)]
    come, short = (
        schedule(name, found, instance)
        for name, found in zip(("first come", "shortest first"), rows, strict=True)
    )
    yield come[0]
    yield short[0]
    largest = BEHIND + 1
    ends = zip(rows[0].end, rows[0].request, strict=True)
    latencies = [end - instance.arrival[i] for end, i in ends]
    yield at_most("first come: the largest latency, its p99", max(latencies), largest)
    latest = int(numbers["p"] * largest) - BEHIND
    yield words(
        f"p99 at most {numbers['p']} times that: the long one runs to its end from a step t, at "
        f"most {latest}. Up to then one of the others completes a step, at most; then none for "
        f"{BEHIND} steps; then one a step, at most."
    )
    least = min(around(t) for t in range(latest + 1))
    ratio = Fraction(least, short[1])
    yield at_least("the least total latency, over shortest first's", ratio, numbers["c"])


def behind() -> Instance:
    """A long request and many of one token, one of them arrives a step; one fits at a time.

    >>> behind().n, behind().memory
    (99, 79)
    """
    return Instance.of(
        2 * BEHIND - 1,
        [BEHIND, *[1] * UNITS],
        prompt=BEHIND - 1,
        arrival=[0, *range(UNITS)],
        interval=[(BEHIND, BEHIND), *[(1, 1)] * UNITS],
    )


def around(t: int, long: int = BEHIND, units: int = UNITS) -> int:
    """A lower bound on the total latency, if the long request runs to its end from the step t.

    >>> around(0, long=3, units=2), around(2, long=3, units=2)  # 3 + (4 + 5 - 1), 1 + 1 + 5
    (11, 7)
    """
    before = min(t, units)
    ends = [*range(1, before + 1), *(t + long + k for k in range(1, units - before + 1))]
    total: int = t + long + sum(ends) - sum(range(units))
    return total


CLAIMS = (
    Claim(
        "never-worse",
        "finite instances, all arrivals at 0, lengths unknown, what is cancelled is lost, no draws",
        "Whatever a policy does that draws nothing by chance and learns a length when a request "
        "completes, even one made for just these lengths: for some lengths of three requests its "
        "total latency is at least twice the least of first come, first served, "
        "shortest-predicted and A_min (of two requests that differ: 7/5 times).",
        OURS,
        "for every policy there are lengths: TEL >= c min(FCFS, shortest-predicted, A_min), c = 2",
        Verdict.PROVED,
        fixed,
        {"c": Fraction(2), "pair": Fraction(7, 5)},
    ),
    Claim(
        "never-worse-chance",
        "finite instances, all arrivals at 0, lengths unknown, what is cancelled is lost",
        "A policy that draws by chance, too: for some lengths of two requests its expected total "
        "latency is at least 5/4 times the smaller of first come, first served and "
        "shortest-predicted.",
        OURS,
        "for every policy there are lengths: E[TEL] >= c min(FCFS, shortest-predicted), c = 5/4",
        Verdict.PROVED,
        by_chance,
        {"c": Fraction(5, 4)},
    ),
    Claim(
        "mean-and-tail",
        "a finite instance, arrivals over time, load below 1, lengths known or not",
        "There is an instance on which every schedule, also one made with hindsight, has a p99 "
        "above 1.1 times that of first come, first served, or a mean latency at least 16 times "
        "that of shortest-predicted.",
        OURS,
        "for every schedule: p99 > p FCFS's or TEL >= c shortest-predicted's, p = 11/10, c = 16",
        Verdict.PROVED,
        both,
        {"p": Fraction(11, 10), "c": Fraction(16)},
    ),
)
