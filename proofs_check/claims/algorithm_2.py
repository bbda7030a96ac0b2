"""P Algorithm 2 to the letter, on instances small enough for pencil and paper, ties exact."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations_with_replacement

from kvratio.proofs_check.claim import Check, Claim, Numbers
from kvratio.proofs_check.evidence import above, at_least, at_most, counterexample, overflow, words
from kvratio.proofs_check.greedy import greedy
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.tiny import AlgorithmTwo, State
from kvratio.proofs_check.verdict import Finding, Verdict
from kvratio.theory.model import Instance, verify

SMALLEST = 5  # M + n of the smallest instance that overflows
LONGEST = {False: 6, True: 12}  # M + n of the search, by reading
LARGER = {False: ((6, (5, 5, 5)), (7, (1, 6, 6, 6, 6))), True: ()}


def ratio(memory: int, outputs: tuple[int, ...], live: bool = False) -> Fraction:
    """Expected latency of Algorithm 2 over that of H-SF; predicted in [1, u], s = 0.

    >>> ratio(3, (2, 2, 2))
    Fraction(4, 3)
    """
    instance = Instance.of(memory, outputs)
    h_sf = verify(greedy(instance, instance.output), instance).tel
    return AlgorithmTwo(memory, live=live).latency(outputs, lower=1) / h_sf


def literal(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    yield words(
        "In (3) a running request counts while its tokens are at most its bound. By hand, M = 2, "
        "s = 0, three outputs of 2, bounds 1: A and B start and make one token each. Another step "
        "needs 2 + 2 > 2, so B is cancelled. A is past its bound and counts for nothing in (3), so "
        "that C starts at once: the step needs 2 + 1 > 2."
    )
    for memory, prompt in ((2, 0), (4, 1)):
        policy = AlgorithmTwo(memory, prompt, literal=True)
        yield overflow(f"M = {memory}, s = {prompt}, outputs 2, 2, 2", {(2, 2, 2): policy})
    smaller: dict[Sequence[int], AlgorithmTwo] = {
        outputs: AlgorithmTwo(m, literal=True)
        for m in range(1, SMALLEST)
        for n in range(1, SMALLEST - m)
        for outputs in combinations_with_replacement(range(1, m + 1), n)
    }
    yield overflow(f"s = 0, all instances with M + n < {SMALLEST}: it is the smallest", smaller)
    yield words("One more token charged repairs it, as in the other rows on Algorithm 2:")
    yield overflow("M = 2, s = 0, outputs 2, 2, 2, one more token", {(2, 2, 2): AlgorithmTwo(2)})


def exact(live: bool) -> Check:
    """Expected latencies over those of H-SF, of the smallest instances and some larger ones."""

    def check(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
        yield words(BY_HAND)
        yield words("Of all instances of a size M + n the one with the largest excess:")
        for total in range(3, LONGEST[live] + 1):
            instances = [(m, o) for m in range(2, total) for o in _outputs(m, total - m)]
            values = {(m, o): ratio(m, o, live) for m, o in instances}
            worst = max(values, key=lambda i: values[i] - _bound(i[1], numbers["c"]))
            yield _compare(*worst, values[worst], numbers["c"])
        for memory, outputs in LARGER[live]:
            yield _compare(memory, outputs, ratio(memory, outputs, live), numbers["c"])

    return check


def _outputs(memory: int, n: int) -> Iterator[tuple[int, ...]]:
    """All n outputs in {1, u} for some u."""
    for u in range(2, memory + 1):
        for outputs in combinations_with_replacement((1, u), n):
            if outputs[-1] == u:
                yield outputs


def _bound(outputs: tuple[int, ...], c: Fraction) -> Fraction:
    return (c - Fraction(1, max(outputs))) / 2


def _compare(memory: int, outputs: tuple[int, ...], value: Fraction, c: Fraction) -> Finding:
    lengths = ", ".join(map(str, outputs))
    text = f"M = {memory}, outputs {lengths}: E[TEL(A_min)] / TEL(H-SF)"
    return counterexample(text, value, _bound(outputs, c))


BY_HAND = (
    "By hand, M = 3, s = 0, three outputs of 2 predicted in [1, 2], alpha = 1/2. H-SF starts them "
    "at 0, 1, 2: 2 + 3 + 4 = 9. A_min starts all three; the next step needs 6, and two are "
    "cancelled. One completes at 2. The two others start at 2; the next step needs 4, and one is "
    "cancelled. The other completes at 4, the last at 6: 12, and 12/9 = 4/3 is more than "
    "(3 - 1/2)/2 = 5/4."
)


def endless(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    """Two requests that cancel each other."""
    yield words(
        "M = 4, s = 0, two outputs of 4, predicted in [3, 4]. By hand: one runs; when it has made "
        "2 tokens it is assumed to end with its third, and (3) lets the other start. It makes its "
        "third, and goes on: the next step needs 4 + 2 > 4. Both have the bound 3; if the older "
        "one is cancelled (1/2), it learns nothing, and the other is alone, as that one was."
    )
    cases: tuple[tuple[int, int, tuple[int, ...], int, State, int], ...] = (
        (4, 0, (4, 4), 3, (((3, 4),), ((3, 4, 2),)), 2),
        (6, 1, (3, 3, 3, 3, 4), 1, (((2, 3),), ((2, 3, 1), (2, 3, 2))), 1),
    )
    for memory, prompt, outputs, lower, again, steps in cases:
        for live in (False, True):
            policy = AlgorithmTwo(memory, prompt, live=live)
            text = (
                f"M = {memory}, s = {prompt}, outputs {outputs}, {'live' if live else 'on cancel'}"
            )
            start: State = (tuple((lower, o) for o in outputs), ())
            reached = (policy.after(start, t).get(again, Fraction(0)) for t in range(1, 10))
            yield above(f"{text}: the state can come", max(reached), 0)
            back = policy.after(again, steps).get(again, Fraction(0))
            yield at_least(f"{text}: it comes again, steps later: {steps}", back, numbers["p"])
            latency = policy.latency(outputs, lower)
            yield at_most(f"{text}: the expected latency, which is finite", latency, 60)
    yield words("So it comes k times in a row, with no completion, with probability q p^k, q > 0.")


CLAIMS = (
    Claim(
        "alg2-every-run",
        "finite instances, all arrivals at 0, Algorithm 2 as printed, both readings",
        "No number bounds the latency of every run. M = 4, s = 0, two outputs of 4 predicted in "
        "[3, 4]: for every k the two cancel each other k times with probability 2^-k or more. Nor "
        "where the lower end is 1: M = 6, s = 1, outputs 3, 3, 3, 3, 4. (The expectations are "
        "finite.)",
        "ours",
        "for every k: P(a state comes k times in a row, none completing) >= q p^k, q > 0; p = 1/2",
        Verdict.PROVED,
        endless,
        {"p": Fraction(1, 2)},
    ),
    Claim(
        "alg2-literal",
        "equation (3) to the letter: a request past its bound counts for nothing",
        "Algorithm 2, admitting by equation (3), keeps the cache within its budget.",
        "arXiv 2508.14544, Algorithm 2 and equation (3)",
        "for all instances and ties: no step needs more than M",
        Verdict.REFUTED,
        literal,
    ),
    *(
        Claim(
            name,
            f"finite M without the term O(1/M), s = 0, {description}, all ties",
            "If all outputs have length l or u, CR(A_min) <= (3 - alpha)/2 with alpha = l/u.",
            "arXiv 2508.14544, Theorem 6",
            "for all M and outputs in {1, u}: E[TEL(A_min)]/TEL(H-SF) <= (c - 1/u)/2, c = 3",
            Verdict.REFUTED,
            exact(live),
            {"c": Fraction(3)},
        )
        for name, live, description in (
            ("t6-exact", False, "Algorithm 2 as printed"),
            ("t6-exact-live", True, "Algorithm 2, bounds rising with every token"),
        )
    ),
)
