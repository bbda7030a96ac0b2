"""Neighbours' statements: SVF (arXiv 2606.22327), ROUTE (2607.09248), WAIT (2504.11320).

Notation: request i has prompt s_i and output o_i, peak l_i = s_i + o_i, area A_i = s_i o_i +
o_i (o_i + 1)/2; all arrivals at 0 for SVF and ROUTE.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction

from kvratio.proofs_check.claim import Check, Claim, Numbers
from kvratio.proofs_check.claims.known_lengths import AREA, BLOCKED, area
from kvratio.proofs_check.evidence import (
    at_most,
    cited,
    counterexample,
    identity,
    nonnegative,
    sums,
    words,
)
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

SVF, ROUTE, WAIT = "arXiv 2606.22327", "arXiv 2607.09248", "arXiv 2504.11320"


def area_bound(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    s, v, d, k = variables("s v d k")
    yield sums("a run of o tokens holds A", lambda o: area(s, o), lambda j: s + j)
    yield words(AREA + " The order that completes them may differ from that of the areas:")
    yield nonnegative(
        "exchanging neighbours so that the smaller area v comes first: (k+1)(v+d) + k v less "
        "(k+1) v + k (v+d), k later ones",
        ((k + 1) * (v + d) + k * v) - ((k + 1) * v + k * (v + d)),
    )


def area_order(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c, e = numbers["c"], numbers["limit"]
    s, o = variables("s o")
    yield words(AREA)
    yield words(BLOCKED.replace("a M", "e M").replace("(1 - a)", "(1 - e)"))
    yield nonnegative("c A - l o, c = 2", c * area(s, o) - (s + o) * o)
    yield words("So the waits add up to at most c/(1-e) OPT, and the o_i to at most OPT.")
    yield at_most("1 + c/(1-e), its limit for e -> 0 being", 1 + c, e)


def strips(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c = numbers["c"]
    s, o = variables("s o")
    yield words(
        "Stage r = 0, 1, ... packs the longest prefix (by l o) of the jobs with o <= 2^r whose "
        "rectangles l by o have total area M 2^r into a strip of height 2^(r+1)."
    )
    yield cited(
        "rectangles of width <= M, height <= h and total area <= M h fit into M by 2h", "Steinberg "
        "(1997)"
    )  # fmt: skip
    yield nonnegative("2 A - l o", 2 * area(s, o) - (s + o) * o)
    yield words(
        "By time 2^(r-1) OPT has completed jobs of o <= 2^(r-1), of total area at most M 2^(r-1), "
        "so that their rectangles have at most M 2^r and, the prefix being the longest, are no "
        "more than the stage's. The jobs that stage r adds complete by 2 (1 + 2 + ... + 2^r) < "
        "4 2^r, and by OPT not before 2^(r-2), stage r - 1 having all that it completes by then."
    )
    (p,) = variables("p")  # 2^r
    yield nonnegative("4 2^r - 2 (2^(r+1) - 1) > 0", 4 * p - 2 * (2 * p - 1))
    yield at_most("4 2^r over 2^(r-2)", Fraction(4 * 4), c)


def width_split(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    s, o = variables("s o")
    yield words("Jobs of peak up to M/2 by area order (factor 1 + 2/(1 - 1/2)), wider ones singly.")
    yield nonnegative("2 A - l o", 2 * area(s, o) - (s + o) * o)
    yield at_most("narrow jobs: 1 + 2/(1 - 1/2)", 1 + 2 / (1 - Fraction(1, 2)), 5)
    yield at_most("wide jobs, A >= l o/2 > M o/4, one after the other: 4", 4, 4)
    yield cited("merging the branches costs factors 5 and 7", f"{ROUTE}, Lemma 10")
    yield at_most("the larger of 5 * 5 and 7 * 4", max(5 * 5, 7 * 4), numbers["c"])


def no_single_rule(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    k, e, big = variables("k e L")
    yield words(
        "L large, M = L^3 + 1, X = (prompt 1, output L), Y = (prompt L^3, output 1), which fills "
        "the cache alone. If X goes before Y, take L = k^2, one X and k of Y: all Y wait for L. In "
        "the other order the Y take k (k+1)/2 and X ends at k + L."
    )
    rule = k**2 + k * k**2 + k * (k + 1) / 2
    other = k * (k + 1) / 2 + k + k**2
    yield nonnegative("3 rule - k other, k = 2 + e: ratio at least k/3 = sqrt(L)/3",
                      (3 * rule - k * other).put(k=2 + e))  # fmt: skip
    yield identity("L^2 - L + 1 of X fit at once", (big**2 - big + 1) * (big + 1), big**3 + 1)
    n, y = (big**2 - big + 1).put(L=k**2), k**3
    yield words(
        "If Y goes before X, take L = k^2, those N of X and k^3 of Y: all X wait for k^3. In the "
        "other order X end at L, and the Y one by one after it."
    )
    rule = y * (y + 1) / 2 + n * (y + k**2)
    other = n * k**2 + y * k**2 + y * (y + 1) / 2
    yield nonnegative("4 rule - k other, k = 4 + e: ratio at least k/4 = sqrt(L)/4",
                      (4 * rule - k * other).put(k=4 + e))  # fmt: skip


def memory_of_segments(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    """(13) against the mean tokens of a request in segment k, at most l + l'_k."""
    del numbers
    yield words(
        "In segment k a request has made between l'_(k-1) and l'_k tokens, on average half their "
        "sum. (13) has L'_k/2 with L'_k = l'_1 + ... + l'_k: the same for k = 1 and 2, too much "
        "from k = 3 on. By hand, l = 0, l' = 100, 200, 300: 250 against 300; with ten segments of "
        "100 the last has 950 against 2750, more than any request ever holds."
    )
    for segments in (3, 4, 10):
        ends = [100 * k for k in range(1, segments + 1)]
        yield counterexample(
            f"l = 0, {segments} segments of 100 tokens: tokens of a request in the last by (13), "
            "against the most it holds there" if segments > 3 else
            f"l = 0, {segments} segments of 100 tokens: tokens of a request in the last by (13), "
            "against the mean of 201 ... 300 made",
            Fraction(sum(ends), 2),
            ends[-1] if segments > 3 else Fraction(501, 2),
        )  # fmt: skip


def two_segments(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    a, b, n, m, l_ = variables("a b n m l")
    yield words("l'_1 = a, l'_2 = a + b; n and m requests a stage; means a/2 and a + b/2 made.")
    yield identity(
        "(13) is the sum over both segments of requests a stage, stages, mean tokens",
        n * (l_ + a / 2) * a + m * (l_ + (a + (a + b)) / 2) * b,
        n * a * (l_ + a / 2) + m * b * (l_ + a + b / 2),
    )


def only_cited(text: str, source: str) -> Check:
    """Nothing is checked: the row tells a reader that the statement is known and where."""

    def check(_numbers: Numbers, _sources: Sources) -> list[Finding]:
        return [cited(text, source)]

    return check


CITED: tuple[tuple[str, str, str, str], ...] = (
    (
        "svf-1-bit", f"{SVF}, Theorem 3.3", "finite instances, all arrivals at 0, s + o <= T",
        "SVF with one bit about each length (o <= sqrt T or not) has TEL = O(T) OPT.",
    ),
    (
        "svf-poisson", f"{SVF}, Theorem 3.4",
        "Poisson arrivals of rate r, geometric outputs of mean 1/m, peaks at most a M, load "
        "rho < 1",
        "SVF has expected ratio at most 1 + 2/((1-a)(1-m)(1-rho)).",
    ),
    (
        "svf-1-bit-poisson", f"{SVF}, Theorem 3.5",
        "Poisson arrivals, geometric outputs of mean 1/m, peaks at most a M, load rho < 1",
        "SVF with one bit has expected ratio at most 1 + E[A]/(E[A]-e) 2/((1-a)(1-m)(1-rho)).",
    ),
    (
        "route-constant", f"{ROUTE}, Theorem 1", "finite instances, all arrivals at 0, any prompts",
        "ROUTE, which knows no lengths, is O(1)-competitive for every mix of prompts.",
    ),
    (
        "route-makespan", f"{ROUTE}, Theorem 8", "finite instances, all arrivals at 0, any prompts",
        "ROUTE is O(1)-competitive for the makespan.",
    ),
    (
        "route-online", f"{ROUTE}, Theorem 9", "finite instances, online arrivals, any prompts",
        "An online variant of ROUTE is O(1)-competitive for the sum of completion times.",
    ),
    (
        "wait-theorem-1", f"{WAIT}, Theorem 1 and equation (11)",
        "arrivals and speeds scaled by z, known types, thresholds n_j with iteration time <= "
        "n_j/rate_j",
        "WAIT loses O((zT)^-1/2) of the fluid throughput, with latency O((zT)^1/2); O(1/(zT)) and "
        "O(1) if the inequalities are strict.",
    ),
    (
        "wait-theorem-2", f"{WAIT}, Theorem 2 and equation (12)",
        "arrivals and speeds scaled by z, unknown types, thresholds by (12), memory M^pi plus a "
        "logarithm",
        "Nested WAIT is asymptotically optimal with probability 1 - delta.",
    ),
)  # fmt: skip


def _claim(
    name: str,
    source: str,
    reading: str,
    statement: str,
    relation: str,
    verdict: Verdict,
    check: Callable[[Numbers, Sources], Iterator[Finding]],
    **numbers: int,
) -> Claim:
    values = {key: Fraction(value) for key, value in numbers.items()}
    return Claim(name, reading, statement, source, relation, verdict, check, values)


BATCH = "finite instances, all arrivals at 0"
CLAIMS = (
    _claim(
        "svf-area", f"{SVF}, Proposition 3.1", f"{BATCH}, any prompts, every schedule",
        "M OPT is at least the sum over j of the j smallest areas.",
        "for all instances and schedules: M TEL >= sum over j <= n of the j smallest A",
        Verdict.PROVED, area_bound,
    ),
    _claim(
        "route-area-order", f"{ROUTE}, Theorem 4 and Corollary 2",
        f"{BATCH}, lengths known, peaks at most e M",
        "Starting in area order has TEL <= (1 + 2/(1-e)) OPT: 3 + o(1) for peaks of o(M).",
        "for all such instances: TEL <= (1 + c/(1-e)) OPT, c = 2; its limit is 3",
        Verdict.PROVED, area_order, c=2, limit=3,
    ),
    _claim(
        "route-prop-1", f"{ROUTE}, Proposition 1", f"{BATCH}, lengths known, any prompts",
        "No policy that follows a single order of (prompt, output), never running the later while "
        "the earlier fits, has a constant ratio.",
        "for every order there are instances with ratio >= sqrt(L)/4, L = k^2, k >= 4",
        Verdict.PROVED, no_single_rule,
    ),
    _claim(
        "route-16", f"{ROUTE}, Theorem 6", f"{BATCH}, lengths known, any prompts",
        "Packing rectangles in doubling stages has TEL <= 16 OPT.",
        "for all instances: TEL <= c OPT, c = 16, given Steinberg's strip packing",
        Verdict.CITED, strips, c=16,
    ),
    _claim(
        "route-28", f"{ROUTE}, Theorem 5", f"{BATCH}, lengths known, any prompts",
        "Splitting by width at M/2 has TEL <= 28 OPT.",
        "for all instances: TEL <= c OPT, c = 28, given the merging lemma",
        Verdict.CITED, width_split, c=28,
    ),
    _claim(
        "wait-13", f"{WAIT}, equation (13)", "three segments or more, prompts of l tokens",
        "The memory with n_k requests in every stage of segment k is (13).",
        "for all l'_1 < ... < l'_m: the mean tokens of a request in segment k are l + L'_k/2",
        Verdict.REFUTED, memory_of_segments,
    ),
    _claim(
        "wait-13-two", f"{WAIT}, equation (13)", "at most two segments, prompts of l tokens",
        "The memory with n_k requests in every stage of segment k is (13).",
        "for all l, l'_1 < l'_2: the mean tokens of a request in segment k are l + L'_k/2",
        Verdict.PROVED, two_segments,
    ),
    *(
        Claim(name, reading, statement, source, "nothing is checked here", Verdict.CITED,
              only_cited(statement, source))
        for name, source, reading, statement in CITED
    ),
)  # fmt: skip
