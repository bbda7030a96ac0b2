"""P's appendix EC.1: schedules under less memory, the couplings, and what Theorem 1's proof needs.

Schedules are given by their starts. A_random (Algorithm 4) takes the requests in one order, each as
soon as the cache has room to its end; A_max does so with every length taken for u.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.evidence import (
    above,
    at_most,
    counterexample,
    refuted_by,
    schedule,
    words,
)
from kvratio.proofs_check.greedy import from_starts, greedy
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict
from kvratio.theory.model import Instance, ScheduleError, verify

Starts = Sequence[int]


def turned(a: Starts, b: Starts) -> int:
    """Pairs whose order one schedule turns round: 0 for the corresponding order of EC.1.

    >>> turned((0, 1, 1), (0, 2, 5)), turned((0, 1), (1, 0))
    (0, 1)
    """
    n = range(len(a))
    return sum((a[i] - a[j]) * (b[i] - b[j]) < 0 for i in n for j in range(i))


def later(a: Starts, b: Starts) -> int:
    """Requests that start later in b than in a."""
    return sum(x < y for x, y in zip(a, b, strict=True))


def valid(starts: Starts, instance: Instance) -> bool:
    """Does the schedule keep the budget?"""
    try:
        verify(from_starts(instance, starts), instance)
    except ScheduleError:
        return False
    return True


def loose(starts: Starts, instance: Instance) -> list[tuple[int, int]]:
    """(request, start) to which it could be moved: none if optimally packed (EC.2).

    >>> loose((0, 2, 2), Instance.of(2, [2, 2, 1]))
    [(2, 0)]
    """
    found = []
    for request, start in enumerate(starts):
        for k in range(max((a for a in starts if a < start), default=start), start):
            moved = [*starts[:request], k, *starts[request + 1 :]]
            found += [(request, k)] if valid(moved, instance) else []
    return found


def example(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    instance = Instance.of(int(numbers["M"]), (1, 2, 3, 4), prompt=1)
    first, second, third = (0, 2, 0, 3), (1, 1, 0, 3), (0, 0, 0, 2)
    for name, starts in (("I1", first), ("I2", second), ("I3", third)):
        yield schedule(name, from_starts(instance, starts), instance)[0]
    for name, a, b in (("I1, I2", first, second), ("I1, I3", first, third),
                       ("I2, I3", second, third)):  # fmt: skip
        yield at_most(f"{name}: pairs in the other order", turned(a, b), 0)
    yield above("requests later in I2 than in I1", later(first, second), 0)
    yield above("requests later in I1 than in I2", later(second, first), 0)
    yield at_most("requests later in I3 than in I1", later(first, third), 0)
    yield at_most("requests later in I3 than in I2", later(second, third), 0)
    least = sum(third)
    earlier = (s for s in product(range(least), repeat=4) if sum(s) < least)
    yield at_most(
        f"I3 is optimal: valid starts that add up to less than its {least} (cancelling never "
        "helps)",
        sum(valid(s, instance) for s in earlier),
        0,
    )


# M, the share beta of it, prompt, equal outputs: how many, and of what length
SCALED = ((4, Fraction(3, 4), 1, 2, 1), (100, Fraction(99, 100), 49, 2, 1))


def scaling(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    yield words(
        "By hand, s = 1, outputs 1, 1, each needing 2. With M = 4 both run at once: 1 + 1 = 2. "
        "With three quarters of it one after the other: 1 + 2 = 3, and (4/3) 2 = 8/3. The second "
        "instance shows that a large M does not help: 3/2 stays, while 1/beta tends to 1."
    )
    for memory, beta, prompt, n, output in SCALED:
        large, small = (
            Instance.of(m, [output] * n, prompt=prompt) for m in (memory, int(beta * memory))
        )
        fast, slow = (greedy(i, i.output) for i in (large, small))
        kept, tel = schedule("I", fast, large)
        scaled, scaled_tel = schedule("I'", slow, small)
        packed = len(loose(fast.start, large)) + len(loose(slow.start, small))
        yield refuted_by(
            f"s = {prompt}, {n} outputs of {output}: M = {memory} gives TEL {tel}, {beta} of it "
            f"{scaled_tel}",
            [
                kept,
                scaled,
                at_most("pairs in the other order", turned(fast.start, slow.start), 0),
                at_most("moves that either schedule would still have room for", packed, 0),
                above("TEL(I') over TEL(I)/beta", scaled_tel, tel / beta),
            ],
        )


# M, l, u, how many equal outputs, and of what length; no prompts
DELAYED = ((6, 2, 4, 2, 2), (6, 2, 4, 5, 2), (60, 20, 40, 5, 20))


def a_max_delayed(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    yield words(
        "By hand, s = 0, l = 2, u = 4, M = 6, two outputs of 2. A_max takes both for 4 long; "
        "started at 0 and 1 they would need 4 + 3 = 7 in step 3, so that the second starts at 2: "
        "2 + 4 = 6. A_random with M/2 = 3 knows that the first ends: starts 0 and 1, 2 + 3 = 5."
    )
    for memory, low, high, n, output in DELAYED:
        large = Instance.of(memory, [output] * n)
        small = Instance.of(memory * low // high, [output] * n)
        a_max = verify(greedy(large, [high] * n), large).tel
        a_random = verify(greedy(small, small.output), small).tel
        yield counterexample(
            f"s = 0, l = {low}, u = {high}, M = {memory}, {n} outputs of {output}: "
            f"TEL(A_max, M) against TEL(A_random, {small.memory})",
            a_max,
            a_random,
        )


def coupled(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    first = Instance.of(2, (2, 2, 1))
    starts = greedy(first, first.output, key=range(3)).start
    yield refuted_by(
        "Algorithm 4 stopping at the first that does not fit, s = 0, M = 2, outputs in the order "
        f"2, 2, 1: starts {starts}, and the last has room at 0 already: not optimally packed",
        [above("moves that the schedule has room for", len(loose(starts, first)), 0)],
    )
    large, small = (Instance.of(m, (3, 3, 2), prompt=1) for m in (6, 4))
    a, b = (greedy(i, i.output, key=range(3), skip=True).start for i in (large, small))
    yield refuted_by(
        "Algorithm 4 passing over what does not fit, s = 1, l = 2, u = 3, M = 6 and 4, outputs in "
        f"the order 3, 3, 2: starts {a} and {b}: not one order",
        [above("pairs in the other order", turned(a, b), 0)],
    )


def halved(_numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    yield words(
        "(EC.10) prints TEL(A_random(M)) <= TEL(A_random(alpha M))/alpha, which is not "
        "Proposition EC.1; the next line and (EC.7) need the two exchanged. By hand, s = 1, l = 2, "
        "u = 3, M = 6, four outputs of 2, which need 2 and 3 tokens: with 6 tokens two run at a "
        "time, 2 + 2 + 4 + 4 = 12; with 4 one, 2 + 4 + 6 + 8 = 20 > (3/2) 12."
    )
    for low, high, memory, prompt, n, output in ((2, 3, 6, 1, 4, 2), (1, 2, 6, 1, 5, 1)):
        large = Instance.of(memory, [output] * n, prompt=prompt)
        small = Instance.of(memory * low // high, [output] * n, prompt=prompt)
        whole, part = (verify(greedy(i, i.output), i).tel for i in (large, small))
        yield counterexample(
            f"s = {prompt}, l = {low}, u = {high}, {n} outputs of {output}: TEL(A_random, M = "
            f"{small.memory}) against that with M = {memory} over alpha",
            part,
            whole * Fraction(high, low),
        )


PAPER = "arXiv 2508.14544"
EXACT = "finite M, exact; all requests equal, so that ties do not matter"
CLAIMS = (
    Claim(
        "example-ec1",
        "as printed",
        "M = 7, s = 1, outputs 1, 2, 3, 4: the three schedules keep the corresponding order, "
        "neither of the first two is delayed relative to the other, both are relative to the "
        "third, and the third is optimal.",
        f"{PAPER}, Example EC.1 and Definition EC.1",
        "pairs, starts and latencies of the printed schedules, M = 7",
        Verdict.PROVED,
        example,
        {"M": Fraction(7)},
    ),
    Claim(
        "prop-ec1",
        EXACT,
        "Optimally packed schedules in corresponding order, one with beta M of memory, have "
        "TEL(I') <= TEL(I)/beta.",
        f"{PAPER}, Proposition EC.1, Definition EC.2 and equations (EC.1), (EC.2), (EC.3), (EC.4)",
        "for all such I, I' and 0 < beta < 1: TEL(I') <= TEL(I)/beta",
        Verdict.REFUTED,
        scaling,
    ),
    Claim(
        "lemma-ec1",
        EXACT,
        "E[TEL(A_max)] with M tokens is at most E[TEL(A_random)] with alpha M.",
        f"{PAPER}, Lemma EC.1, equations (EC.8), (EC.9) and Definition EC.4",
        "for all M, l, u and outputs: E[TEL(A_max, M)] <= E[TEL(A_random, alpha M)]",
        Verdict.REFUTED,
        a_max_delayed,
    ),
    Claim(
        "coupling-ec3",
        "finite M, exact, Algorithm 4 with either reading of what no longer fits",
        "Under one permutation A_random(M) and A_random(alpha M) keep the corresponding order and "
        "are optimally packed.",
        f"{PAPER}, Definitions EC.3 and EC.5",
        "for all permutations, M and outputs: the order is kept and no request has room earlier",
        Verdict.REFUTED,
        coupled,
    ),
    Claim(
        "ec10-turned",
        EXACT,
        "E[TEL(A_random)] with alpha M tokens is at most 1/alpha times that with M, as the use of "
        "(EC.10) needs; printed with the two sides exchanged.",
        f"{PAPER}, equations (EC.7) and (EC.10)",
        "for all M, l, u, outputs: E[TEL(A_random, alpha M)] <= E[TEL(A_random, M)]/alpha",
        Verdict.REFUTED,
        halved,
    ),
)
