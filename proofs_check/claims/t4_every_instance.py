"""The last line of P's proof of Theorem 4, E[TEL(o; A_min)] <= E[TEL(o; pi)], for each instance.

Both policies have the same instance and the same M; the expectation over A_min's ties is exact.
"""

from collections.abc import Iterator

from kvratio.proofs_check.claim import Check, Claim, Numbers
from kvratio.proofs_check.evidence import counterexample, words
from kvratio.proofs_check.greedy import greedy
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.tiny import AlgorithmTwo
from kvratio.proofs_check.verdict import Finding, Verdict
from kvratio.theory.model import Instance, verify

# M and equal outputs, all predicted in [1, output]; equal requests leave A_max no ties
INSTANCES = ((3, 2, 2), (3, 2, 3), (5, 3, 2), (4, 3, 3), (6, 4, 5))
LARGE = (10, 100, 1000)  # u of the family M = 2u - 1, two outputs of u


def compared(memory: int, output: int, n: int, live: bool) -> Finding:
    """A_min's exact expectation against A_max's latency, which knows no lengths either."""
    instance = Instance.of(memory, [output] * n, interval=(1, output))
    a_max = verify(greedy(instance, [output] * n), instance).tel
    a_min = AlgorithmTwo(memory, live=live).latency([output] * n, lower=1)
    text = f"M = {memory}, {n} outputs of {output} predicted in [1, {output}]"
    return counterexample(f"{text}: E[TEL(A_min)] against TEL(A_max)", a_min, a_max)


def check(live: bool) -> Check:
    def found(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
        yield words(
            "By hand, M = 3, s = 0, two outputs of 2 predicted in [1, 2]. A_max takes both for 2 "
            "long and starts them at 0 and 1: the steps need 1, 2 + 1 and 2 tokens, TEL 2 + 3 = 5. "
            "A_min takes them for 1 long and starts both at 0; the next step needs 4 > 3, one is "
            "cancelled and starts over at 2: TEL 2 + 4 = 6."
        )
        for memory, output, n in INSTANCES:
            yield compared(memory, output, n, live)
        yield words(
            "At every M = 2u - 1, two outputs of u: A_max starts the second at 1, TEL 2u + 1; "
            "A_min cancels one before step u and TEL is 3u, which tends to 3/2 times as much."
        )
        for u in LARGE:
            yield compared(2 * u - 1, u, 2, live)

    return found


CLAIMS = tuple(
    Claim(
        name,
        f"finite M, s = 0, {description}, all ties; against A_max on the same instance",
        "For all lengths and every policy that does not know them, E[TEL(A_min)] is at most that "
        "of the policy.",
        "arXiv 2508.14544, proof of Theorem 4 (its last line)",
        "for all M, o and policies: E[TEL(o; A_min)] <= E[TEL(o; policy)]",
        Verdict.REFUTED,
        check(live),
    )
    for name, live, description in (
        ("t4-instance", False, "Algorithm 2 as printed"),
        ("t4-instance-live", True, "Algorithm 2, bounds rising with every token"),
    )
)
