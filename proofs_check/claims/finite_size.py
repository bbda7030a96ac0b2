"""Upper bounds at every finite size, and a limit that is none: how far latency is from its form.

Notation: requests in the order of the queue, all there at step 0; i makes o_i tokens, and the
policy assumes a_i >= o_i; p_i = s_i + a_i is its peak, P the largest, v(k) = s k + k (k+1)/2, and
e = (P - 1)/(M - P + 1).
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from kvratio.proofs_check.claim import Check, Claim, Numbers, Plan
from kvratio.proofs_check.claims.known_lengths import AREA, area
from kvratio.proofs_check.claims.slices_and_classes import LOST, doubling
from kvratio.proofs_check.evidence import (
    at_most,
    counterexample,
    identity,
    nonnegative,
    refuted_by,
    sample_at_most,
    schedule,
    sums,
    words,
)
from kvratio.proofs_check.greedy import greedy
from kvratio.proofs_check.pipelines import gsa
from kvratio.proofs_check.polynomial import Poly, variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.trials import Trial, ratios
from kvratio.proofs_check.verdict import Finding, Verdict
from kvratio.theory.model import Instance, Schedule


def kept_out() -> Iterator[Finding]:
    """While the head waits."""
    s, a, d = variables("s a d")
    yield words(
        "While the head j of the queue is kept out, (3) fails at a step T, now < T <= now + a_j: "
        "those that count at T, and j, would hold more than M. With T = now + a - d the head holds "
        "no more than its peak, and a running one, whose assumed end is not before T, neither:"
    )
    yield nonnegative("s + a - (s + a - d)", (s + a) - (s + a - d))
    yield words(
        "In slots it is the peaks that are added up. So peaks of at least M - p_j + 1 run, all of "
        "requests before j in the queue, each for its o_i steps: up to its start, at W_j, "
        "(M - P + 1) W_j is at most the sum of o_i p_i over the i before j."
    )


def in_order(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c, a = numbers["c"], numbers["a"]
    yield from kept_out()
    n, o = variables("n o")
    yield sums("equal ones: o sum of j - 1", lambda n: o * n * (n - 1) / 2, lambda j: o * (j - 1))
    yield nonnegative("the form's n^2/2 is more than n (n-1)/2", n)
    for prompt, beside, count in ((0, 1, 60), (1, 2, 240), (4, 1, 60)):
        yield from one_token_each(prompt, beside, count, c, a)


def one_token_each(
    prompt: int, beside: int, count: int, c: Fraction, a: Fraction
) -> Iterator[Finding]:
    """Outputs of one token, where the bound is attained but for rounding."""
    instance = Instance.of(beside * (prompt + 1) + prompt, [1] * count, prompt=prompt)
    text = f"M = {instance.memory}, s = {prompt}, {count} outputs of 1"
    finding, tel = schedule(f"H-SF, {text}", greedy(instance, instance.output), instance)
    peak = prompt + 1
    waits = (c * j * peak / (instance.memory - peak + a) for j in range(count))
    yield finding
    yield counterexample(
        text, Fraction(tel), sum((Fraction(int(w)) for w in waits), Fraction(count))
    )


def promoted(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    c, a, b = numbers["c"], numbers["a"], numbers["b"]
    yield from kept_out()
    yield words(
        "A request that runs twice runs its first m steps; in all others up to its second start "
        "it waits, and the head is kept out while others run: their first runs, at most min(o, m) "
        "steps in s + m, and the second runs of those before it, o steps in s + u. First come, "
        "first served: all first starts come before all second ones, which keep their order."
    )
    for prompt, beside, count in ((0, 1, 60), (1, 2, 240)):
        yield from one_token_each(prompt, beside, count, c, a)
    instance = Instance.of(9, [5])
    rows = Schedule.of([(0, 0, 3, False), (0, 3, 8, True)])
    finding, tel = schedule("A_l, m = 3, M = 9, one output of 5", rows, instance)
    yield finding
    yield counterexample("it waits for its own first run", Fraction(tel), 5 + 3 * b)


def pace(s: Poly, t: Poly, k: Poly) -> Iterator[Finding]:
    """What a pipeline takes."""
    yield words(
        "k + 1 in parallel do not fit: M + 1 <= s (k+1) + (t (k+1) + t + (k+1) - 1)/2, gcd >= 1; "
        "times t that is"
    )
    peak = s * (k + 1) + (t * (k + 1) + t + k) / 2
    yield identity("k v(t) + (s + t) t", t * peak, k * area(s, t) + (s + t) * t)
    yield words(
        "So t/k <= v(t)/(M - (s + t) + 1). The j-th of a phase starts floor(j t/k) steps after it "
        "begins, and the next phase after (m-1) t/k + t, m taking part."
    )


def sliced(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    s, t, k = variables("s t k")
    yield from pace(s, t, k)
    values = numbers["c"], numbers["a"], numbers["b"]
    for memory, outputs in ((1, [1] * 60), (3, [1] * 240), (9, [2]), (9, [5])):
        instance = Instance.of(memory, outputs)
        text = f"GSA, M = {memory}, s = 0, {len(outputs)} outputs of {outputs[0]}"
        finding, tel = schedule(text, gsa(instance), instance)
        yield finding
        yield counterexample(text, Fraction(tel), _sliced(memory, outputs, *values))


def _sliced(memory: int, outputs: Sequence[int], c: Fraction, a: Fraction, b: Fraction) -> Fraction:
    """The bound of GSA without prompts, slices 1, 2, 4, ..., its waits in whole steps."""
    total = now = Fraction(0)
    slice_, left = 1, list(outputs)
    while left:
        t = min(slice_, memory)
        per = c * Fraction(t * (t + 1), 2) / (memory - t + a)
        total += sum(now + int(j * per) + o for j, o in enumerate(left) if o <= t)
        now += int((len(left) - 1) * per) + b * t
        left, slice_ = [o for o in left if o > t], 2 * slice_
    return total


def sliced_ratio(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    s, t, k = variables("s t k")
    yield from pace(s, t, k)
    yield words(
        "All m of a phase wait for at most the whole phase: TEL <= (1 + e)/M times the sum of "
        "v(t) m^2, and slices that add up to less than 4 o for each request."
    )
    yield from doubling()
    yield words(AREA + " That is half the sum of (s+k) N_k^2 and of all areas.")
    e = numbers["e"]
    yield at_most("2 * 16/3 (1 + e) + 4", 2 * LOST * (1 + e) + 4, numbers["bound"])


def classes_ratio(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    s, t, k, o = variables("s t k o")
    yield from pace(s, t, k)
    yield words(
        "Of a pair the later in the order of classes waits for v(t)/(M - (s + t) + 1), t the cap "
        "of the earlier one's class, whose outputs, and all longer ones, are more than t/2:"
    )
    yield nonnegative("4 v(o) - v(2 o)", 4 * area(s, o) - area(s, 2 * o))
    yield words(AREA + " So these waits are at most 4 (1 + e) OPT. The caps below o:")
    yield identity("1 + 2 + ... + 2^q = 2 2^q - 1, 2^q <= o - 1", 2 * (o - 1) - 1 + 3, 2 * o)
    yield at_most("with o itself", 2 + 1, numbers["c"] - 4)
    yield at_most("the part with e", 4, numbers["d"])


def below_its_form(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    b, d = variables("b d")
    yield words(
        "M = 3 m, s = 0, 2 m outputs of 1 and b m of 2. In step 0 the ones hold 2 m: m of two "
        "tokens start. In every later step m are at their second token and hold 2 m: m more start. "
        "So the k-th m (from 0) complete at k + 2."
    )
    steps = []
    for m in (1, 2, 5):
        instance = Instance.of(3 * m, [1] * (2 * m) + [2] * (40 * m))
        finding, tel = schedule(
            f"H-SF, m = {m}, b = 40", greedy(instance, instance.output), instance
        )
        steps += [finding, at_most("that is m (2 + 40 39/2 + 2 40)", tel, m * (2 + 780 + 80))]
    latency = 2 + b * (b - 1) / 2 + 2 * b
    steps.append(sums("the twos", lambda b: b * (b - 1) / 2 + 2 * b, lambda k: k - 1 + 2))
    form = (4 + 4 * b + 4 * b**2) / 6
    steps.append(
        nonnegative(
            "4/5 of the form less TEL, over m, b = 31 + d", (4 * form / 5 - latency).put(b=31 + d)
        )
    )
    yield refuted_by("for every M the latency is at most 4/5 of the form", steps)


ALONG = Trial(300, ((1, 200), (2, 18_000)), (1, 2))


def along(policy: str) -> Check:
    """TEL(policy)/TEL(H-SF) where H-SF stays below its form."""

    def check(numbers: Numbers, sources: Sources) -> list[Finding]:
        bound = (numbers["c"] - Fraction(1, 2)) / 2
        values = ratios(sources, ALONG, policy)
        return [sample_at_most(f"{ALONG.text}: TEL / TEL(H-SF)", values, float(bound))]

    return check


BATCH = "finite instances, all arrivals at 0"
OURS = "ours"
ONE = {"c": Fraction(1), "a": Fraction(1)}
CLAIMS = (
    Claim(
        "finite-in-order",
        f"{BATCH}, any prompts, no output above what the policy assumes, look-ahead or slots",
        "Whatever the order, TEL is at most the sum of o_j + (sum of o_i p_i over i before j)/(M - "
        "P + 1): H-SF, SVF, A_random, A_max, MC-SF follow their forms from above within 1 + e.",
        OURS,
        "for all instances: TEL <= sum of o_j + c (o_i p_i before j)/(M - P + a); c = a = 1",
        Verdict.PROVED,
        in_order,
        ONE,
    ),
    Claim(
        "finite-a-l",
        f"{BATCH}, any prompts, no output above its upper end, look-ahead or slots",
        "A_l with a threshold m: each request waits for at most the charges of first runs, and a "
        "second run for all of them and those of second runs before it, over M - P + 1, and m.",
        OURS,
        "for all instances: waits <= c charges/(M - P + a), second runs b m more; a = b = c = 1",
        Verdict.PROVED,
        promoted,
        {**ONE, "b": Fraction(1)},
    ),
    Claim(
        "finite-gsa",
        f"{BATCH}, one prompt length, any slices",
        "GSA: a phase of m requests and slice t takes at most (m - 1) v(t)/(M - (s + t) + 1) + t.",
        "ours; arXiv 2601.22996",
        "for all instances: starts j c v(t)/(M - (s+t) + a) after the phase begins, the next phase "
        "b t after the last; a = b = c = 1",
        Verdict.PROVED,
        sliced,
        {**ONE, "b": Fraction(1)},
    ),
    Claim(
        "gsa-large-memory",
        f"{BATCH}, one prompt length, slices 1, 2, 4, ..., M large enough for e <= 13/8",
        "The geometric slicing algorithm GSA has ratio at most 32 for large memory.",
        "arXiv 2601.22996, abstract",
        "for all such instances: TEL(GSA) <= (44/3 + 32/3 e) OPT <= c OPT; c = 32",
        Verdict.PROVED,
        sliced_ratio,
        {"bound": Fraction(32), "e": Fraction(13, 8)},
    ),
    Claim(
        "gba-doubling",
        f"{BATCH}, one prompt length, classes 1, 2, 4, ..., P = s + the last cap",
        "The geometric batching algorithm GBA has TEL <= (7 + 4 e) OPT: at most 10.67 from e = 0.9 "
        "on downwards.",
        "ours; arXiv 2601.22996, abstract: 10.67",
        "for all instances: TEL(GBA) <= (c + d e) OPT; c = 7, d = 4",
        Verdict.PROVED,
        classes_ratio,
        {"c": Fraction(7), "d": Fraction(4)},
    ),
    Claim(
        "lemma-2-h-sf",
        "M -> infinity and n/M -> infinity along M = 3 m, 2 m outputs of 1, b m of 2, no prompts",
        "The latency of H-SF is n^2/(2M) x'Qx (1 + O(1/M)), Q = c(min).",
        "arXiv 2508.14544, Lemma 2",
        "TEL/(n^2/(2M) x'Qx) -> 1; here at most 4/5 at every m, b >= 31",
        Verdict.REFUTED,
        below_its_form,
    ),
    *(
        Claim(
            f"t6-along-{name}",
            f"M = 300, s = 0, 200 outputs of 1, 18,000 of 2 (as in lemma-2-h-sf), {description}",
            "If all outputs have length l or u, CR(A_min) <= (3 - alpha)/2 with alpha = l/u.",
            "arXiv 2508.14544, Theorem 6",
            "mean over seeds of TEL(policy)/TEL(H-SF) <= (c - l/u)/2, c = 3",
            Verdict.CONTRADICTED,
            along(policy),
            {"c": Fraction(3)},
            plan=Plan(((1.32, 1.345),)),
        )
        for name, policy, description in (
            ("on-cancel", "a-min", "Algorithm 2 as printed"),
            ("thinned", "a-min-thinned", "our policy of Lemma 2"),
        )
    ),
)  # fmt: skip
