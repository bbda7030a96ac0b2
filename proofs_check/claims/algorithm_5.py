"""P's Algorithm 5: its input takes l_j = max{l_k : l_k <= o_i}, which reads the output o_i."""

from collections.abc import Iterator, Sequence

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.evidence import equation, nonnegative, words
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

Interval = tuple[int, int]
# the intervals; the one predicted; the output
OVERLAPPING: tuple[tuple[Sequence[Interval], Interval, int], ...] = (
    (((1, 2), (2, 2)), (1, 2), 2),  # they only touch, u_1 = l_2
    (((1, 4), (3, 6)), (1, 4), 3),
    (((1, 4), (3, 6)), (1, 4), 2),
)


def start(intervals: Sequence[Interval], output: int) -> int:
    """The initial bound of Algorithm 5.

    >>> start([(1, 4), (3, 6)], 2), start([(1, 4), (3, 6)], 3)
    (1, 3)
    """
    return max(low for low, _ in intervals if low <= output)


def overlapping(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    for intervals, predicted, output in OVERLAPPING:
        listed = ", ".join(f"[{low}, {high}]" for low, high in intervals)
        yield equation(
            f"intervals {listed}, output {output} predicted in {list(predicted)}: initial bound "
            "by Algorithm 5, and the lower end",
            start(intervals, output),
            predicted[0],
        )
    yield words(
        "The last two have one prediction and other bounds: the rule needs the output, which no "
        "policy knows. The simulator therefore starts from the lower end of the interval itself."
    )


def disjoint(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    a, b, c = variables("a b c")  # o - l_j, u_j - o and l_(j+1) - u_j - 1, all at least 0
    yield words(
        "Let o be predicted in [l_j, u_j], and all intervals ascending with u_j < l_(j+1). The "
        "lower ends up to l_j are at most o, and l_(j+1), so all later ones, are above it:"
    )
    yield nonnegative("o - l_j", a)
    yield nonnegative("l_(j+1) - o - 1", b + c)


PAPER = "arXiv 2508.14544"
STATEMENT = (
    "The initial bound of Algorithm 5, the largest lower end up to o_i, is that of the predicted "
    "interval: it needs no more than the prediction."
)
CLAIMS = (
    Claim(
        "alg5-overlap",
        "intervals that overlap or touch, as section 4.2 allows and Experiment 3 uses",
        STATEMENT,
        f"{PAPER}, Algorithm 5 and section 4.2",
        "for all intervals and l_j <= o <= u_j: max{l_k : l_k <= o} = l_j",
        Verdict.REFUTED,
        overlapping,
    ),
    Claim(
        "alg5-disjoint",
        "intervals with u_j < l_(j+1)",
        STATEMENT,
        f"{PAPER}, Algorithm 5",
        "for all l_j <= o <= u_j < l_(j+1): max{l_k : l_k <= o} = l_j",
        Verdict.PROVED,
        disjoint,
    ),
)
