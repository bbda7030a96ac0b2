"""Levels of their own, the newest evicted for an overflow: offset and learned slicing.

The lemma, and what is said of paced starts: `kvratio.theory.finite.last_in`, with its notation. The
queue is ordered by the volume of the next run; those evicted are the last admitted, so that none
that is behind j in the queue stays when j is evicted. Levels of volume grow by b; a request runs up
to the most tokens whose volume is at most its level, so one that is cut at y tokens may have
v(y + 1) - 1, and the next time makes x with v(x + 1) > b v(y). The last run of j has a volume of at
most R = b v(o_j). Of i those that are cut have at most m, m, m/b, m/b^2, ..., m = min(v(o_i - 1),
R): B m in all, B = (2 b - 1)/(b - 1).

**Greedy starts.** Attempts behind the last one of j, in volume, start while j runs for good, and
run X = max o steps longer at most; in all other steps j waits for others' attempts of no more than
its own last level. With c <= 2 v: 2 B m for those that are cut, and c(o_i) if v(o_i) <= R. *Any
levels* (learned slicing): each attempt that is cut has more tokens than the one before, so a
request is charged c(1) + ... + c(o) at most, and its own runs take 1 + ... + o steps. That holds
whatever the queue, but is far from what is met.

**Paced starts** (one prompt). Leave out the steps in which j runs for good, and those in which an
attempt of more tokens than its last run does: as above, o_j - 1 + X at most for each run that is
cut. A stretch that has such an attempt among those left at its end is left out whole; in any other
good attempts of the others, of no more tokens than the last run of j, are charged M - P + 1 a step
on average, those steps that are left out included. So the steps of these stretches, and those in
which the head does not fit, are bounded by the charges as above. In the others credit is lacking.
All starts in them are of no more than the last run of j, and what is lost where steps left out
begin is what that start of j would cost. So M times their number is at most V for each good start
of j and of the others up to there, what costs fall, and what late ones lose.

*Costs fall* by V H(n) + n for the n attempts of up to x tokens, x up to the last run of j: by V + 1
for each at most, or by H(N) sum of v(x) in all, N the number of requests.

*Late ones.* The levels of a later run may cost less than an earlier one's, and the queue goes back
to them; but it does not lose more for that than with common caps. When the head has a volume above
(s + 1) b^(k-1), and up to (s + 1) b^k, one that joins before it comes from a run of less than 1/b
of that. When none of up to (s + 1) b^(k-1) waits, those that are left with such a run all run, K =
M/(s + 1) at most, and have k levels at most there. So K k V at most is lost for each k, V <=
min((s + 1) b^k, R).

Of two requests' last runs only one is charged, and paid, for the other's: if that of i starts
before that of j does, it does not start after it.
"""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations_with_replacement

import sympy

from kvratio.theory.bound import Bound, identity, nonnegative, same, words
from kvratio.theory.finite import admission, last_in
from kvratio.theory.finite.admission import at_once
from kvratio.theory.finite.pipelines import common
from kvratio.theory.forms import batch_charge
from kvratio.theory.forms import volume as area
from kvratio.theory.formula import read
from kvratio.theory.model import Instance, volume

# what the theorem says, read back where it is derived
CUT, HELD, LATE, BESIDE = "(2 b - 1)/(b - 1)", "2 B m", "k V", "L (o - 1 + u)"
STARTS = "2 (B m + R) + L + 1"

B, K, M, R, S, V = sympy.symbols("b k m R s V", positive=True)


def offset_slicing(instance: Instance, growth: Fraction) -> Fraction:
    """At least the total latency of greedy offset slicing, whatever the offsets, in steps.

    >>> offset_slicing(Instance.of(9, [1, 1]), Fraction(14))
    Fraction(2, 1)
    """
    at_once(instance)
    kinds = Counter(zip(instance.prompt, instance.output, strict=True))
    room = admission.room(instance.memory, max((s + o for s, o in kinds), default=0))
    longest = max(instance.output, default=0)
    total = 0
    for (s, o), count in kinds.items():
        reach = growth * volume(s, o)
        charges = {kind: _up_to(kind, reach, growth) for kind in kinds}
        others = sum((n * charges[kind] for kind, n in kinds.items()), -charges[s, o])
        total += count * (o + _beside(s, o, longest, growth) + int(others / room))
    return Fraction(total)


def _up_to(kind: tuple[int, int], reach: Fraction, growth: Fraction) -> Fraction:
    """What a request is charged in attempts of at most a volume."""
    s, o = kind
    last = batch_charge(o, s) if volume(s, o) <= reach else 0
    return 2 * _cut(s, o, reach, growth) + last


def _cut(s: int, o: int, reach: Fraction, growth: Fraction) -> Fraction:
    """The volumes of the runs that are cut, up to a volume."""
    return min(Fraction(volume(s, o - 1)), reach) * (2 * growth - 1) / (growth - 1)


def _cuts(s: int, o: int, growth: Fraction) -> int:
    """Runs that are cut, at most: their levels are 1, b, b^2, ... or more, and below v(o)."""
    cuts, level = 0, Fraction(1)
    while o > 1 and level < volume(s, o):
        cuts, level = cuts + 1, level * growth
    return cuts


def _beside(s: int, o: int, longest: int, growth: Fraction) -> int:
    """Steps in which a request makes tokens that it loses, or something behind it runs since."""
    return _cuts(s, o, growth) * (o - 1 + longest)


def any_levels(instance: Instance) -> Fraction:
    """At least the total latency of any policy that, beside evicting the newest for an overflow and
    admitting the head of its queue while the next step fits, cuts each request at ever more tokens.

    >>> any_levels(Instance.of(9, [2, 2]))  # 1 + 2 each, and (1 + 4)/(9 - 2 + 1) rounded down
    Fraction(6, 1)
    """
    at_once(instance)
    pairs = list(zip(instance.prompt, instance.output, strict=True))
    charges = [sum(batch_charge(k, s) for k in range(1, o + 1)) for s, o in pairs]
    room = admission.room(instance.memory, max((s + o for s, o in pairs), default=0))
    waits = sum((sum(charges) - mine) // room for mine in charges)
    return Fraction(waits + sum(o * (o + 1) // 2 for o in instance.output))


def paced(instance: Instance, growth: Fraction) -> Fraction:
    """At least the total latency of offset slicing with paced starts, whatever the offsets; steps.

    >>> paced(Instance.of(9, [1, 1]), Fraction(2))  # 1 each, 1/9, (6 + 4 + 3)/9: paid, fall, round
    Fraction(3, 1)
    """
    s, memory, counts = common(instance), instance.memory, Counter(instance.output)
    n, longest = instance.n, max(counts, default=0)
    reaches = {o: min(growth * volume(s, o), Fraction(volume(s, memory - s))) for o in counts}
    own, held, paid, others, late = 0, Fraction(0), Fraction(0), 0, Fraction(0)
    for o, x in counts.items():
        reach = reaches[o]
        cut = sum((y * _cut(s, k, reach, growth) for k, y in counts.items()), Fraction(0))
        own += x * (o + _beside(s, o, longest, growth))
        held += x * 2 * (cut - _cut(s, o, reach, growth))
        paid += x * (cut + reach)
        others += x * _all_volumes(s, reach)
        late += x * min(n, memory // (s + 1)) * _late(s, reach, growth)
    for o, k, pairs in _pairs(counts):
        held += pairs * batch_charge(k if volume(s, k) <= reaches[o] else o, s)
        paid += pairs * reaches[o]
    ended = sum(x * _cuts(s, o, growth) for o, x in counts.items())
    rounded = n * ended + n * (n + 1) // 2
    fall = min(paid, Fraction(n.bit_length() * others))  # at least the harmonic sum
    room = admission.room(memory, s + longest)
    return Fraction(own + int(held / room + (paid + fall + rounded + late) / memory))


def _pairs(counts: last_in.Counts) -> Iterator[tuple[int, int, int]]:
    """Two lengths, the smaller one first, and how many pairs of requests have them."""
    for o, k in combinations_with_replacement(sorted(counts), 2):
        yield o, k, counts[o] * counts[k] if o < k else counts[o] * (counts[o] - 1) // 2


def _all_volumes(s: int, reach: Fraction) -> int:
    """Those of attempts of 1, 2, ... tokens, up to a volume, added up."""
    total = tokens = 0
    while volume(s, tokens + 1) <= reach:
        tokens += 1
        total += volume(s, tokens)
    return total


def _late(s: int, reach: Fraction, growth: Fraction) -> Fraction:
    """The sum of k V, V the most of a head above (s + 1) b^(k - 1), up to (s + 1) b^k and a volume.

    >>> _late(0, Fraction(5), Fraction(2))  # 2 4 and 3 5
    Fraction(23, 1)
    """
    total, k, least = Fraction(0), 2, (s + 1) * growth
    while least < reach:
        total += k * min(least * growth, reach)
        k, least = k + 1, least * growth
    return total


def bounds() -> list[Bound]:
    """The theorem.

    >>> [bound.obtained for bound in bounds()]
    ['derived']
    """
    cut = M + M / (1 - 1 / B)  # m, and m, m/b, m/b^2, ...
    same("the runs that are cut", cut, read(CUT, B) * M)
    factor, level, own = sympy.symbols("B L o", positive=True)
    starts = (factor * M + level) + R + 1  # each V once, 1 for rounding
    falls = factor * M + R
    same("starts and falls", starts + falls, read(STARTS, factor, M, R, level))
    same("late ones", K * V, read(LATE, K, V))
    same("held", 2 * factor * M, read(HELD, factor, M))
    u = sympy.Symbol("u", positive=True)
    same("beside", level * (own - 1) + level * u, read(BESIDE, level, own, u))
    return [
        Bound(
            id="finite/offset slicing, paced",
            statement="For every n, M, s and all lengths, s + o <= M, whatever the offsets: offset "
            f"slicing with paced starts and growth b has TEL <= sum of o + {BESIDE}, and for each "
            f"j, over M - P + 1, {HELD} of each other i, and over M, B m + L of each i; for each "
            "pair R + 1 over M, and for each j with itself; for each pair c(o) over M - P + 1, of "
            "the longer o if its v(o) <= R, else of the other; once more all B m and R over M, or, "
            "if that is less, for each j H times the sum of all v(x) <= R; and for each j the sum "
            f"of K {LATE} over M, k = 2, 3, ... with (s + 1) b^(k - 1) < R, V the less of (s + 1) "
            "b^k and R; L how many of 1, b, b^2, ... are below v(o), 0 for o = 1; "
            f"B = {CUT}, m = min(v(o_i - 1), R_j), R the less of b v(o) and v(M - s), of a pair "
            "the smaller, H = 1 + 1/2 + ... + 1/n, K = min(n, M/(s + 1)), P = s + u",
            policy="offset slicing, paced",
            family=last_in.FAMILY,
            benchmark="steps",
            closed_form=f"sum (o + {BESIDE}) + sum ({HELD} + c)/(M - P + 1) + (sum ({STARTS}) + K "
            f"sum {LATE})/M, B = {CUT}",
            value="",
            attained="not attained",
            source="ours",
            steps=(
                *last_in.lemma(),
                words(
                    "Of a request, those runs that are cut and have m at most have m, m, m/b, ..., "
                    "as one that is cut at y tokens had a level below v(y + 1), in all"
                ),
                identity("m + m (1 + 1/b + 1/b^2 + ...)", cut, (2 * B - 1) / (B - 1) * M),
                nonnegative("2 v(k) - c(k)", sympy.expand(2 * area(K, S) - batch_charge(K, S)),
                            K, S),
                words(
                    "Attempts that come after the last run of j in the queue start while it runs "
                    "for good, and are gone u steps later. All others that start before its last "
                    "run does have V <= b v. Credit: V at most each time something starts, or a "
                    "stretch of steps with bad attempts begins; V/k where the mean of k falls."
                ),
                last_in.fall(),
                words(
                    "One that joins the queue before a head above (s + 1) b^(k - 1), and up to (s +"
                    " 1) b^k, had V <= (s + 1) b^(k - 1) before, as levels grow by b: K requests "
                    "at most, k levels each, lose the V of that head."
                ),
            ),
        ),
    ]  # fmt: skip
