"""P's Lemma 1 and Proposition 1: how many requests complete in each period of A_min.

In period i the requests of bound i run; E[c_ij] of those with length j complete in it. Exact for
Algorithm 2 on small instances; in the fluid limit for our policy, under which a running request
that holds s + g tokens, g at least its bound, survives the next step with probability
(s + g)/(s + g + 1) and learns g + 1 if it does not.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from kvratio.proofs_check.claim import Check, Claim, Numbers
from kvratio.proofs_check.evidence import equation, identity, words
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.tiny import AlgorithmTwo
from kvratio.proofs_check.verdict import Finding, Verdict

# M and equal outputs predicted in [1, output], s = 0
FIRST = ((3, (2, 2)), (3, (2, 2, 2)), (6, (5, 5, 5)))
LATER = ((4, (3, 3, 3)), (6, (5, 5, 5)))


def compared(memory: int, outputs: Sequence[int], period: int, live: bool) -> Finding:
    """Completions in a period of Algorithm 2 against j^-1 of all, s = 0, l = 1."""
    done = AlgorithmTwo(memory, live=live).completed(outputs, lower=1)
    length = outputs[0]
    lengths = ", ".join(map(str, outputs))
    return equation(
        f"M = {memory}, s = 0, outputs {lengths} in [1, {length}], completed in period {period}: "
        "truly and as claimed",
        done.get((period, length), Fraction(0)),
        Fraction(len(outputs), length),
    )


def first_period(live: bool) -> Check:
    def check(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
        yield words(
            "By hand, M = 3, s = 0, two outputs of 2 with bound 1. Both start; the next step needs "
            "4 tokens, and one is cancelled. It has made one token: its bound is still 1, and it "
            "completes in period 1 as well. Lemma 1 has (0 + 1)/(0 + 2) of both there: one."
        )
        for memory, outputs in FIRST:
            yield compared(memory, outputs, 1, live)

    return check


def later_periods(live: bool) -> Check:
    def check(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
        for memory, outputs in LATER:
            for period in (2, 3):
                yield compared(memory, outputs, period, live)

    return check


def thinned(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    s, low, i, m, j = variables("s l i m j")
    yield words(
        "A request of length j that starts with bound i has survived m steps beyond it with "
        "probability (s+i)/(s+i+m): the product of (s+g)/(s+g+1), g = i ... i+m-1. It completes if "
        "it survives until it holds s + j."
    )
    yield identity(
        "cancelled after m of them: (s+i)/(s+i+m) - (s+i)/(s+i+m+1), times both denominators",
        (s + i) * (s + i + m + 1) - (s + i) * (s + i + m),
        s + i,
    )
    yield identity("m = j - i steps: s + i + m = s + j", (s + i + m).put(m=j - i), s + j)
    yield words(
        "Cancelled with m - 1 tokens, it learns m; of a share b_i that is b_i (s+i)/((s+m-1)(s+m))."
        " By induction b_l = 1 and b_i = 1/(s+i), i > l: then b_i (s+i) is s + l for i = l and 1 "
        "for the m - 1 - l periods between, and the share that enters period m is"
    )
    yield identity(
        "(s + l) + (m - 1 - l) = s + m - 1, so that b_m = (s+m-1)/((s+m-1)(s+m)) = 1/(s+m)",
        (s + low) + (m - 1 - low),
        s + m - 1,
    )
    yield words(
        "Of it (s+m)/(s+j) complete: E[c_mj] = x_j n/(s+j), and E[c_lj] = (s+l)/(s+j) x_j n."
    )


PAPER = "arXiv 2508.14544"
READINGS = (
    ("", False, "Algorithm 2 as printed"),
    ("-live", True, "Algorithm 2, bounds rising with every token"),
)
LEMMA = "In period i a request of length j completes with probability (s + i)/(s + j)."
PROPOSITION = (
    "Of the requests of length j a share (s + l)/(s + j) completes in period l and 1/(s + j) in "
    "each period after it, up to j."
)
CLAIMS = (
    *(
        Claim(
            f"lemma-1{suffix}",
            f"finite M, s = 0, {description}, exact over all ties",
            LEMMA,
            f"{PAPER}, Lemma 1",
            "for all M and outputs: E[c_lj] = (s+l)/(s+j) n_j",
            Verdict.REFUTED,
            first_period(live),
        )
        for suffix, live, description in READINGS
    ),
    *(
        Claim(
            f"prop-1{suffix}",
            f"finite M, s = 0, {description}, exact over all ties",
            PROPOSITION,
            f"{PAPER}, Proposition 1 and equation (5)",
            "for all M and outputs: E[c_ij] = n_j/(s+j), l < i <= j",
            Verdict.REFUTED,
            later_periods(live),
        )
        for suffix, live, description in READINGS
    ),
    Claim(
        "prop-1-thinned",
        "our policy of Lemma 2, any common prompt: its survival probabilities hold on average",
        f"{LEMMA} {PROPOSITION}",
        f"{PAPER}, Proposition 1, Lemma 1, equations (4) and (5)",
        "for all s, l <= m <= j: E[c_lj] = (s+l)/(s+j) x_j n, E[c_mj] = x_j n/(s+j)",
        Verdict.PROVED,
        thinned,
    ),
)
