"""Policies whose preemption keeps the tokens, on finite instances: LAS, GSA, FCFS.

All requests at time 0. A stopped request holds no cache, and goes on with the tokens it has made
(`kvratio.theory.model.Preemption`). Twice the area bound is what least attained service has in the
fluid limit (`kvratio.theory.price.kept`); here is what it has in every run.

**Least attained service** ranks requests by the volume that they have held; in that order all run
that fit, up to the first that does not, after which none starts. Let i wait in a step, and let j be
the first that does not fit: it has attained at most what i has, and so have all before it, which
need at least M - (what j needs) + 1 tokens. With P_i the largest need s_k + g + 1 of a request that
has attained no more than i can while it waits, v_i(o_i - 1),

    (M - P_i + 1) W_i <= sum over k != i of v_k(min(o_k, g_k)),

g_k the first number of tokens with v_k(g_k) > v_i(o_i - 1): every token counted there is made once,
as tokens are kept. With one prompt g_k = o_i and P_i = s + o_i: a pair costs at most 2 v(min), and
where both are equal the one that completes first does not wait for the other's last token. In all
that is the form sum (s + k) (2 S_k^2 - x_k^2), twice that of the area bound less the last tokens of
equal ones, times M/(M - P + 1), without what requests keep from themselves, and the sum of o. (The
fluid form is (s + k) S_k x_k less: there the order of those with equally many tokens is random.)
As M times the optimum is at least the sum of v(min) over pairs, and the optimum at least the sum of
o,

    TEL <= (3 + 2 e) OPT,      e = (P - 1)/(M - P + 1),     for every finite instance of one prompt.

**GSA.** A slice that begins with x tokens kept ends after t - x steps, t its cap. Started as the
pipeline of `kvratio.theory.finite.pipelines` starts whole slices, a request holds at age a what
there it holds at age a + x: what runs now are some of those that run there x steps later. So the
pipeline fits, the starts are the same, and a phase takes t - x in place of t after its last start.

**First come, first served.** In a step in which j waits the head is kept out, or is evicted as the
newest, so at least M - P_j + 1 tokens are held, P_j the largest peak up to j; by earlier requests
alone: others started while j ran, and were evicted with it, being newer. Each of their tokens is
made once. So the waits of j add up to at most the sum of v(o_i) over i before j, over M - P_j + 1:
v where it is c if tokens are lost (`kvratio.theory.finite.last_in`).
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import isqrt

import sympy

from kvratio.theory.bound import Bound, Step, certified, identity, nonnegative, same, words
from kvratio.theory.finite import admission
from kvratio.theory.finite.pipelines import common, offset, slices
from kvratio.theory.formula import read
from kvratio.theory.model import Instance, volume

S, K, M, P, E = sympy.symbols("s k M P e", positive=True)
OVER_OPTIMUM = "3 + 2 e"  # what the theorem says, read back where it is derived
Kind = tuple[int, int]  # prompt and output


def las(instance: Instance) -> Fraction:
    """At least the total latency of least attained service, tokens kept, in steps. Any prompts.

    >>> las(Instance.of(4, [3, 3, 3]))  # 9, and waits of (6, 9, 12)/2
    Fraction(22, 1)
    """
    admission.at_once(instance)
    kinds = Counter(zip(instance.prompt, instance.output, strict=True))
    total = sum(instance.output)
    for (s, o), count in kinds.items():
        most = volume(s, o - 1)  # what one of them has held, at most, while it waits
        reach = {kind: _reach(kind, most) for kind in kinds}
        peak = max(t + k for (t, _), k in reach.items())
        room = admission.room(instance.memory, peak)
        others = sum(n * volume(t, reach[t, k]) for (t, k), n in kinds.items() if (t, k) != (s, o))
        last, rest = volume(s, o), volume(s, o - 1)
        for first in range(count):  # so many of them complete before
            total += (others + first * last + (count - 1 - first) * rest) // room
    return Fraction(total)


def _reach(kind: Kind, most: int) -> int:
    """Tokens that a request makes with at most so much volume held before each of them.

    >>> _reach((0, 9), 3), _reach((0, 2), 3)
    (3, 2)
    """
    s, o = kind
    held = (isqrt((2 * s + 1) ** 2 + 8 * most) - (2 * s + 1)) // 2  # largest g with v(g) <= most
    return min(o, held + 1)


def gsa(instance: Instance, caps: Sequence[int]) -> Fraction:
    """At least the total latency of GSA with slices `caps`, tokens kept, in steps; one prompt.

    >>> gsa(Instance.of(3, [1, 2]), (1, 2, 4))  # 1 + (1 + 1)
    Fraction(3, 1)
    """
    prompt, memory = common(instance), instance.memory
    waiting, now, total, kept = list(instance.output), 0, 0, 0
    for cap in slices(caps, memory - prompt):
        if not waiting:
            break
        starts = [now + offset(memory, prompt, cap, place) for place in range(len(waiting))]
        total += sum(t + o - kept for t, o in zip(starts, waiting, strict=True) if o <= cap)
        now = starts[-1] + cap - kept
        waiting, kept = [o for o in waiting if o > cap], cap
    return Fraction(total)


def fcfs(instance: Instance) -> Fraction:
    """At least the total latency of FCFS, which evicts the newest, tokens kept, in steps.

    >>> fcfs(Instance.of(4, [2] * 4))  # 2 each, and 3 i/(4 - 2 + 1), i = 0 ... 3
    Fraction(14, 1)
    """
    admission.at_once(instance)
    pairs = zip(instance.prompt, instance.output, strict=True)
    queue = [admission.Job(volume(s, o), s + o) for s, o in pairs]
    return Fraction(admission.waiting(instance.memory, queue) + sum(instance.output))


def restarts_of_las(instance: Instance) -> list[int]:
    """Tokens s + g of the cache at every possible restart: a request can be stopped at each token.

    >>> restarts_of_las(Instance.of(9, [3, 1], prompt=2))
    [3, 4]
    """
    pairs = zip(instance.prompt, instance.output, strict=True)
    return [s + g for s, o in pairs for g in range(1, o)]


def restarts_of_gsa(instance: Instance, caps: Sequence[int]) -> list[int]:
    """The same for GSA: once for each cap below the output.

    >>> restarts_of_gsa(Instance.of(9, [3, 1], prompt=2), (1, 2, 4))
    [3, 4]
    """
    used = tuple(slices(caps, instance.memory - common(instance))) if instance.n else ()
    pairs = zip(instance.prompt, instance.output, strict=True)
    return [s + cap for s, o in pairs for cap in used if cap < o]


def las_in_all(counts: Mapping[int, int], s: int, memory: int) -> Fraction:
    """The bound on least attained service for so many requests of each length, in closed form.

    >>> las_in_all({1: 10}, 0, 1)
    Fraction(55, 1)
    """
    peak = s + max(counts)
    form = _form(counts, s)
    own = sum(n * (volume(s, k) + volume(s, k - 1)) for k, n in counts.items())
    lengths = sum(n * k for k, n in counts.items())
    return Fraction(form - own) / (2 * admission.room(memory, peak)) + lengths


def _form(counts: Mapping[int, int], s: int) -> int:
    """n^2 times x'Qx: the sum of (s + k) (2 S_k^2 - x_k^2)."""
    left, total = sum(counts.values()), 0
    for k in range(1, max(counts) + 1):
        total += (s + k) * (2 * left**2 - counts.get(k, 0) ** 2)
        left -= counts.get(k, 0)
    return total


def _attained(bound: Callable[[Mapping[int, int], int, int], Fraction]) -> Step:
    def check() -> bool:
        for s, beside, n in ((0, 1, 9), (2, 3, 12), (7, 2, 20)):
            memory, rows = beside * (s + 1) + s, n // beside
            exact = beside * rows * (rows + 1) // 2
            if bound({1: beside * rows}, s, memory) != exact + Fraction(rows * (beside - 1), 2):
                return False
        return True

    return certified("attained by outputs of 1, but for the rounding of waits", check)


def _one_each() -> bool:
    """Whole rows of outputs of one token, each in a step, by the bound on FCFS."""
    for s, beside, rows in ((0, 1, 9), (2, 3, 4), (7, 2, 10)):
        instance = Instance.of(beside * (s + 1) + s, [1] * (beside * rows), prompt=s)
        if fcfs(instance) != beside * rows * (rows + 1) // 2:
            return False
    return True


def bounds() -> list[Bound]:
    """The theorems.

    >>> [bound.obtained for bound in bounds()]
    ['certified', 'certified', 'derived']
    """
    x, t = sympy.symbols("x t", positive=True)
    e = (P - 1) / (M - P + 1)
    waits = 2 * (1 + E)  # over the optimum; the sum of o is at most the optimum
    same("times the optimum", waits + 1, read(OVER_OPTIMUM, E))
    family = "every finite instance, one common prompt, all requests at time 0, tokens kept"
    return [
        Bound(
            id="finite/least attained service",
            statement="For every n, M, s and all lengths, s + o <= M: least attained service, "
            "tokens kept, has TEL <= (1 + e)(F - sum of (v(o) + v(o - 1))/(2M)) + sum of o, F = "
            "n^2/(2M) times the sum of (s + k) (2 S_k^2 - x_k^2), at most twice the area bound's "
            f"value, e = (P - 1)/(M - P + 1), P = s + u; at most {OVER_OPTIMUM} times the optimum",
            policy="least attained service (tokens kept)",
            family=family,
            benchmark="steps",
            closed_form="(1 + e) (F - sum (v(o) + v(o - 1))/(2M)) + sum o",
            value="",
            attained="outputs of one token, M + 1 a multiple of s + 1",
            source="ours",
            steps=(
                words(
                    "While i waits, the first that does not fit, and all before it, have attained "
                    "at most what i has, s + g <= s + o_i - 1: they need at least M - (s + o_i) + "
                    "1 tokens, each of which is among the first min(o_k, o_i) of its request k."
                ),
                nonnegative(
                    "what k = i itself would hold is not counted: v(o) - v(o - 1) = s + o",
                    S + K, S, K,
                ),
                identity(
                    "a pair of equal ones: v(o) for the later, v(o - 1) for the earlier, which is "
                    "the sum of 2 (s + k) up to o, less s + o",
                    sympy.summation(2 * (S + x), (x, 1, K)) - (S + K),
                    (K * (2 * S + K + 1) + (K - 1) * (2 * S + K)) / 2,
                ),
                identity("M/(M - P + 1) = 1 + e", M / (M - P + 1), 1 + e),
                words(
                    "M OPT is at least the sum of v(min) over pairs, so the waits are at most "
                    "2 (1 + e) OPT; and OPT is at least the sum of o."
                ),
                _attained(las_in_all),
            ),
        ),
        Bound(
            id="finite/FCFS, tokens kept",
            statement="For every n, M, s and all lengths, s + o <= M: FCFS that admits while the "
            "next step fits, and evicts the newest when it does not, tokens kept, has TEL <= sum "
            "of v(o) over those before, over M - P + 1, and sum of o: v(o) where it is c(o) if "
            "tokens are lost",
            policy="FCFS (tokens kept)",
            family=family,
            benchmark="steps",
            closed_form="sum v(o)/(M - P + 1) + sum o",
            value="",
            attained="outputs of one token, M + 1 a multiple of s + 1",
            source="ours",
            steps=(
                words(
                    "While a request waits M - P + 1 tokens or more are held, by earlier ones: "
                    "others started while it ran, and went with it, being newer. Each token is "
                    "made once."
                ),
                identity("c(o) - v(o) = o (o - 1)/2", K * (S + K) - (S * K + K * (K + 1) / 2),
                         K * (K - 1) / 2),
                certified("attained, but for the rounding of waits to whole steps", _one_each),
            ),
        ),
        Bound(
            id="finite/GSA, tokens kept",
            statement="For every n, M, s and all lengths, s + o <= M: GSA with any slices, tokens "
            "kept, starts its requests as it does where they are lost, and each slice from x to t "
            "takes t - x: TEL is at most the bound where they are lost, less what was kept",
            policy="GSA",
            family=family,
            benchmark="steps",
            closed_form="(1 + e) F + sum o + last slices",
            value="",
            attained="the pace: gcd(t, k + 1) = 1, the peak of k + 1 being M + 1",
            source="ours; arXiv 2601.22996",
            steps=(
                words(
                    "At age a of a slice that begins with x tokens a request holds s + x + a, as "
                    "one of a whole slice at age a + x. So what runs at a time are, shifted by x "
                    "steps, some of those that run in the pipeline of whole slices: it fits."
                ),
                identity("both hold, at the end, s + t", S + x + (t - x), S + t),
            ),
        ),
    ]  # fmt: skip
