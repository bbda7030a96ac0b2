"""Overflows that evict the newest lose no more than a batch does: FCFS, slicing.

All requests at time 0; what is evicted loses its tokens. A policy admits at will, as long as the
next step fits; when the next step of those that run does not fit, it evicts the newest, one by one,
until it does (any order among those that started together, the same at each overflow). v(k) =
s k + k (k + 1)/2, c(k) = k (s + k).

**Lemma.** Fix a horizon W. *Bad* attempts are those evicted for an overflow by W, the others are
*good*. An overflow after which no bad attempt runs is *clean*; between two clean ones, p' < p, all
bad attempts start after p' and are evicted by p, since every overflow that leaves a bad one is
followed by another, and evicting that evicts all newer ones. Let T be the first start of a bad
attempt in between, and q the oldest evicted at p: it started at T, too, or the bad one that did
would be left. So those left at p started by T; they need more than M - (what q needs), at least
M - P + 1 tokens, and each of them runs in all the steps T, ..., p. One that holds s + k in step p
has in these a + 1 <= k steps held s + k - a/2 on average, at least s + (k + 1)/2. That is v(k)/c(k)
of s + k, and v/c falls: v(o)/c(o) at least, o the tokens it makes. Charge a good attempt c(o)/v(o)
for each token-step, c(o) in all: *in the steps in which a bad attempt runs, good ones that started
before it are charged M - P + 1 a step, on average.* Without staggering, a batch of equal ones has
just this: it keeps v of c.

**First come, first served.** While j waits, up to its last start, only earlier requests start. If j
runs, to be evicted, those that start meanwhile are newer, and gone with it. A step in which no bad
attempt runs and the head is kept out holds more than M - (s + 1). So

    (M - P_j + 1) W_j <= sum over i < j of c(o_i),

P_j the largest peak s + o up to j: what `kvratio.theory.finite.admission` has for policies that
know the lengths and never evict. With a share of the memory kept free at admission, to a budget B,
B replaces M. *In any order* of the queue: of a pair only one is charged for the other. If i starts
for good before j does, and j is not running then, i is charged for j; if j is, i starts and ends
within that attempt of j, and only j is charged. So the waits add up to sum of max(c_i, c_j)/(M -
P + 1) over pairs.

**Paced starts** (one prompt). Every step provides M of credit, a start of an attempt of up to x
tokens costs at most V = v(x), times the mean share that ended ones of this x have used, and credit
is capped at the cost of the head. Bad attempts run in *stretches*, up to a clean overflow; extend
each back to the last start among those left there, or to the clean overflow before: the average
holds there as well. In all other steps the head does not fit, and M - P + 1 tokens are held by good
ones; or it lacks credit: then all credit is kept, M a step. What is spent in these steps goes to
good starts, V at most each, none of which begins a stretch. Credit is lost

- where a stretch begins, with a good start of up to x tokens: V at most, as the head before was no
  longer one; unless the start is *late*, of a request that joins the queue before its head;
- where such a request becomes the head: the V of the head before; if it starts at once and begins a
  stretch, that is all that is lost;
- where the head's cost falls, as attempts end: the mean of what k have used by at most V/k with the
  k-th, by V H, H = 1 + 1/2 + ... + 1/n, for n attempts of up to x, and by 1 each for rounding.
  Where the head is another one, as it started, it had paid: no more is lost than its cost fell.

**Slicing** (caps x_1 < x_2 < ..., n_q requests take part in stage q). Take j, done in stage r, that
starts there before any of a later stage starts. Where it runs in earlier stages no steps count, and
where it starts V_q at most is lost: what its own start would cost. When none of the stages below q
waits, those left in them run, K = M/(s + 1) at most: they join before a head of stage q at most q -
2 times each. So j waits at most, but for its own runs, sum over q <= r of c(min(o_i, x_q)) over M -
P + 1, and

    (sum over q <= r of n_q (V_q + 1) + V_q H(n_q)  +  K (r - 1)(r - 2)/2 V_r)/M.

Of each stage but the last at most K are not done when a later one starts; for them the last stage
in use stands for r. Where each request has caps of its own: `kvratio.theory.finite.own_levels`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

import sympy

from kvratio.theory.bound import Bound, Step, certified, identity, nonnegative, same, words
from kvratio.theory.finite import admission
from kvratio.theory.finite.admission import jobs
from kvratio.theory.finite.greedy import latency
from kvratio.theory.finite.pipelines import common, slices
from kvratio.theory.forms import batch_charge
from kvratio.theory.forms import volume as area
from kvratio.theory.formula import read
from kvratio.theory.model import Instance, volume

Counts = Mapping[int, int]
FAMILY = "every finite instance, one common prompt, all requests at time 0"

# what the theorems say, read back where they are derived
FCFS = "(1 + e) (F - sum c(o)/(2M)) + sum o"
PER_START, LATE = "V + 1", "K (r - 1)(r - 2)/2"

A, C, J, K, M, N, P, Q, R, S, V, X = sympy.symbols("a c j K M n P q r s V x", positive=True)


def fcfs(instance: Instance) -> Fraction:
    """At least the total latency of FCFS that evicts the newest, in steps. Any prompts.

    >>> fcfs(Instance.of(4, [2] * 8))  # 2 each, and 4 i/(4 - 2 + 1), i = 0 ... 7
    Fraction(51, 1)
    """
    return Fraction(admission.waiting(instance.memory, _jobs(instance)) + sum(instance.output))


def watermark(instance: Instance, reserve: Fraction) -> Fraction:
    """The same with a share of the memory kept free at admission, an empty cache excepted.

    >>> watermark(Instance.of(4, [2] * 2), Fraction(1, 4))  # 4/(3 - 2 + 1) for the second
    Fraction(6, 1)
    """
    budget, total, before, highest = int(instance.memory * (1 - reserve)), 0, 0, 0
    for job in _jobs(instance):
        highest = max(highest, job.peak)
        # while the head is kept out something runs: a token at least
        total += before // max(1, admission.room(budget, highest))
        before += job.charge
    return Fraction(total + sum(instance.output))


def any_order(instance: Instance) -> Fraction:
    """At least the total latency of every policy that admits the head of its queue while the next
    step fits, evicts the newest for an overflow, and nothing otherwise. Any prompts, in steps.

    >>> any_order(Instance.of(5, [3, 1]))  # 3 + 1, and 9/(5 - 3 + 1)
    Fraction(7, 1)
    """
    queue = _jobs(instance)
    charges = Counter(job.charge for job in queue)
    peak = max((job.peak for job in queue), default=0)
    waits = _pairs(charges) // admission.room(instance.memory, peak)
    return Fraction(waits + sum(instance.output))


def in_any_order(counts: Counts, s: int, memory: int) -> Fraction:
    """The same for so many requests of each length.

    >>> in_any_order({3: 1, 1: 1}, 0, 5)
    Fraction(7, 1)
    """
    pairs = _pairs({batch_charge(k, s): n for k, n in counts.items()})
    waits = pairs // admission.room(memory, s + max(counts))
    return Fraction(waits + sum(n * k for k, n in counts.items()))


def _pairs(charges: Counts) -> int:
    """The sum of the larger charge over all pairs, for so many requests of each charge."""
    total, later = 0, sum(charges.values())
    for charge, n in sorted(charges.items(), reverse=True):
        later -= n
        total += charge * (n * later + n * (n - 1) // 2)
    return total


def _jobs(instance: Instance) -> list[admission.Job]:
    return jobs(instance, instance.output)


def slicing(instance: Instance, caps: Sequence[int]) -> Fraction:
    """At least the total latency of slicing with paced starts and these caps, in steps; one prompt.

    >>> slicing(Instance.of(3, [1, 2]), (1, 2, 4))
    Fraction(18, 1)
    """
    return sliced(Counter(instance.output), common(instance), instance.memory, caps)


def sliced(counts: Counts, s: int, memory: int, caps: Sequence[int]) -> Fraction:
    """The same for so many requests of each length.

    >>> sliced({1: 100}, 0, 10, (1, 2))  # 1 each, and (100/10 + (200 + 7)/10) rounded down
    Fraction(3100, 1)
    """
    if not counts:
        return Fraction(0)
    waits, done, own, spent, total = [], [], 0, 0, 0
    charge, left, longest = 0, dict(counts), max(counts)
    late = min(memory // (s + 1), sum(counts.values()))
    for stage, cap in enumerate(slices(caps, memory - s), 1):
        taking, full = sum(left.values()), volume(s, cap)
        charge += sum(x * batch_charge(min(o, cap), s) for o, x in left.items())
        spent += taking * (full + 1) + full * taking.bit_length()  # at least the harmonic sum
        extra = late * (stage - 1) * (stage - 2) // 2 * full
        room = admission.room(memory, s + min(cap, longest))
        waits.append(int(Fraction(charge) / room + Fraction(spent + extra, memory)))
        done.append(sum(x for o, x in left.items() if o <= cap))
        total += own * done[-1]
        own += cap
        left = {o: x for o, x in left.items() if o > cap}
        if not left:
            break
    tails = [min(late, x) for x in done[:-1]]
    total += sum(x * w for x, w in zip(done, waits, strict=True))
    total += sum(x * (waits[-1] - w) for x, w in zip(tails, waits, strict=False))
    return Fraction(total + sum(o * x for o, x in counts.items()))


def lemma() -> tuple[Step, ...]:
    """What good attempts hold while bad ones run."""
    held = S + K - A / 2  # on average over a + 1 steps, s + k in the last
    charge = batch_charge(K, S) / area(K, S)
    more = {K: 1 + A + X}  # a + 1 <= k
    return (
        words(
            "An overflow is clean if no attempt is left that a later one evicts. Between two clean "
            "ones all that are evicted start after the first, and those that are left at the "
            "second run in all steps since the first of these starts, and need M - P + 1 tokens "
            "or more. One of them that holds s + k in the last of a + 1 steps holds on average"
        ),
        identity(
            "the sum of s + k - i, i = 0 ... a, over a + 1",
            sympy.cancel(sympy.summation(S + K - J, (J, 0, A)) / (A + 1)),
            held,
        ),
        nonnegative(
            "at least (s + k) v(k)/c(k), as a <= k - 1",
            sympy.expand(sympy.cancel((held - (S + K) / charge).subs(more))), S, A, X,
        ),
        nonnegative(
            "c/v grows: c(k + x) v(k) - c(k) v(k + x), over k (k + x) x, k = 1 + a",
            sympy.expand(
                sympy.cancel(
                    (batch_charge(K + X, S) * area(K, S) - batch_charge(K, S) * area(K + X, S))
                    / (K * (K + X) * X)
                ).subs(K, 1 + A)
            ), S, A, X,
        ),
        words(
            "So good attempts, each charged c(o)/v(o) a token-step and c(o) in all, are charged M "
            "- P + 1 a step on average where bad ones run, and more where the head does not fit."
        ),
    )  # fmt: skip


def fall() -> Step:
    """How much less a start may cost after one more attempt of its stage has ended."""
    mean = A - K * A / (K + 1)  # of k volumes A, and one of 0; X: what the mean is below the most
    return nonnegative(
        "the mean of k volumes up to V falls by V/(k + 1) at most, V = m + x",
        sympy.expand(sympy.cancel(((A + X) / (K + 1) - mean) * (K + 1))), A, X, K,
    )  # fmt: skip


def _whole_batches() -> bool:
    """Outputs of two tokens, M even: M start and M/2 are evicted, in every two steps."""
    for memory in (2, 10, 400):
        exact = latency(0, 50 * memory, memory)  # 2 n^2/M + n
        bound = fcfs(Instance.of(memory, [2] * (50 * memory)))
        if not exact <= bound <= exact * Fraction(memory, memory - 1) + 50 * memory:
            return False
    return True


def bounds() -> list[Bound]:
    """The theorems.

    >>> [bound.obtained for bound in bounds()]
    ['certified', 'derived']
    """
    form = N * (N - 1) / 2 * C / M  # equal ones, c each
    same("the form less its own", (N**2 * C - N * C) / (2 * M), form)
    late = K * sympy.summation(Q - 2, (Q, 2, R))
    same("late starts", late, read(LATE, K, R))
    same("of one's own stage", V + 1, read(PER_START, V))
    return [
        Bound(
            id="finite/FCFS",
            statement="For every n, M, s and all lengths, s + o <= M: FCFS that admits while the "
            "next step fits, and evicts the newest when it does not, has TEL <= sum of c(o) over "
            f"those before, over M - P + 1, and sum of o: {FCFS} in expectation over orders, F the "
            "fluid value of A_random, which knows the lengths, e = (P - 1)/(M - P + 1), P = s + u",
            policy="FCFS",
            family=FAMILY,
            benchmark="steps",
            closed_form=FCFS,
            value="",
            attained="outputs of one token, M + 1 a multiple of s + 1; M -> infinity: outputs of 2",
            source="ours",
            steps=(
                *lemma(),
                words(
                    "While a request waits only earlier ones start; those that start while it "
                    "runs, to be evicted, are newer, and go with it."
                ),
                identity("M/(M - P + 1) = 1 + e", M / (M - P + 1), 1 + (P - 1) / (M - P + 1)),
                certified("outputs of 2, M even: 1 + 1/(M - 1) times the run, and n, at most",
                          _whole_batches),
            ),
        ),
        Bound(
            id="finite/slicing, paced",
            statement="For every n, M, s and all lengths, s + o <= M: a request that is done in "
            "stage r of slicing with paced starts and caps x_1 < x_2 < ... waits, but for its own "
            "runs, at most the sum over q <= r of c(min(o, x_q)) of the n_q that take part, over M "
            f"- P + 1, and of {PER_START} each and H V for the stage, and ({LATE}) V_r, over M; V "
            "= v(x_q), H = 1 + 1/2 + ... + 1/n_q, K = M/(s + 1), P = s + min(u, x_r). K of a stage "
            "at most wait as long as those of the last stage",
            policy="slicing, paced",
            family=FAMILY,
            benchmark="steps",
            closed_form=f"sum c/(M - P + 1) + (sum ({PER_START}) + sum H V + ({LATE}) V_r)/M",
            value="",
            attained="not attained",
            source="ours",
            steps=(
                *lemma(),
                words(
                    "In the other steps the head does not fit, or lacks credit. Then M of credit "
                    "are kept; a good start spends V_q at most, or begins a stretch of steps with "
                    "bad attempts, and then V_q is lost there at most, the head's cost before, "
                    "unless a request of an earlier stage joins the queue before that head"
                ),
                words(
                    "which loses V_q, q the head's stage: K requests at most are left below when "
                    "none of the stages below q waits, and join q - 2 stages each."
                ),
                identity("K (q - 2), q = 2 ... r", late, K * (R - 1) * (R - 2) / 2),
                fall(),
            ),
        ),
    ]  # fmt: skip
