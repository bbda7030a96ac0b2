"""Paced starts, step by step: what the proof of their bounds says of single runs.

The bounds are several times the runs they hold for, so a wrong proof would not show in them. Here
the steps in which a request waits are told apart as the proof does (`kvratio.theory.finite.last_in`
and `own_levels`), and each kind is held against what pays for it.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvratio.simulate.engine import run
from kvratio.simulate.policies.offset_slicing import GROWTH, offset_slicing
from kvratio.simulate.policies.slicing import growing, slicing
from kvratio.simulate.records import Run
from kvratio.simulate.words.assumes import offset_levels
from kvratio.theory.finite import own_levels
from kvratio.theory.finite.pipelines import slices
from kvratio.theory.forms import batch_charge
from kvratio.theory.model import Instance, volume
from kvratio.theory.schedule import Attempt

Levels = Sequence[Sequence[int]]  # up to how many tokens each request runs, in turn


def harmonic(n: int) -> Fraction:
    return sum((Fraction(1, k) for k in range(1, n + 1)), Fraction(0))


@st.composite
def batches(draw: st.DrawFn, most: int = 14) -> Instance:
    """Outputs of which many are short or as long as any."""
    s, memory = draw(st.sampled_from([0, 0, 0, 1, 2])), draw(st.integers(3, 24))
    u = draw(st.integers(1, memory - s))
    short = draw(st.integers(1, max(1, u // 4)))
    lengths = st.one_of(st.sampled_from([1, u, short]), st.integers(1, u))
    return Instance.of(memory, draw(st.lists(lengths, min_size=1, max_size=most)), prompt=s)


def levels_of(instance: Instance, growth: Fraction, offsets: Sequence[int]) -> Levels:
    """By definition: the most tokens within each level, as long as that grows."""
    s, found = instance.prompt[0], []
    most = instance.memory - s
    for output, offset in zip(instance.output, offsets, strict=True):
        mine: list[int] = []
        for level in offset_levels.levels(growth)[offset]:
            tokens = max((k for k in range(1, most + 1) if volume(s, k) <= level), default=0)
            if tokens > (mine[-1] if mine else 0):
                mine.append(tokens)
            if mine and mine[-1] >= output:
                break
        found.append(mine)
    return found


def late_joins(instance: Instance, levels: Levels, j: int, growth: Fraction) -> Fraction:
    """What is lost, at most, where requests join the queue before the head, which j is behind."""
    s, lost, k = instance.prompt[0], Fraction(0), 2
    reach = volume(s, levels[j][-1])
    while (s + 1) * growth ** (k - 1) < reach:
        below = (s + 1) * growth ** (k - 1)
        most = max(sum(volume(s, x) <= below for x in mine) for mine in levels)
        lost += min(instance.n, instance.memory // (s + 1)) * most * min(below * growth, reach)
        k += 1
    return lost


def late_in_stages(instance: Instance, levels: Levels, j: int) -> Fraction:
    """The same for slicing: K (q - 2) for a head of stage q."""
    s = instance.prompt[0]
    at_once = min(instance.n, instance.memory // (s + 1))
    heads = enumerate(levels[j], 1)
    return Fraction(sum(at_once * max(0, q - 2) * volume(s, x) for q, x in heads))


@dataclass(frozen=True)
class Waits:
    """The steps of a run up to the last start of request j."""

    instance: Instance
    levels: Levels
    attempts: Sequence[Attempt]
    j: int

    @cached_property
    def runs(self) -> list[tuple[int, range, int, bool]]:
        """Of each attempt the request, its steps, its level and whether an overflow evicted it."""
        stage, found = [0] * self.instance.n, []
        for request, start, end, done in sorted(self.attempts, key=lambda a: a[1]):
            level = self.levels[request][stage[request]]
            cut_short = not done and end - start < level
            stage[request] += not cut_short
            found.append((request, range(start, end), level, cut_short))
        return found

    @cached_property
    def start(self) -> int:
        return max(steps.start for request, steps, _, _ in self.runs if request == self.j)

    @cached_property
    def bad(self) -> list[range]:
        return [steps for _, steps, _, cut in self.runs if cut and steps.stop <= self.start]

    @cached_property
    def good(self) -> list[tuple[int, range, int]]:
        return [
            (request, steps, level)
            for request, steps, level, cut in self.runs
            if not cut or steps.stop > self.start
        ]

    def foreign(self, request: int, level: int) -> bool:
        return request == self.j or level > self.levels[self.j][-1]

    @cached_property
    def left_out(self) -> set[int]:
        """In which j runs for good, or an attempt of more tokens than its last run does."""
        foreign = (steps for i, steps, level in self.good if self.foreign(i, level))
        return {t for steps in foreign for t in steps if t < self.start}

    @cached_property
    def stretches(self) -> list[tuple[range, list[tuple[int, range, int]]]]:
        """With those that are left at the end of each."""
        found, before = [], -1
        for overflow in sorted({steps.stop for steps in self.bad}):
            if any(overflow in steps for steps in self.bad):
                continue  # not clean
            left = [attempt for attempt in self.good if overflow in attempt[1]]
            first = min(s.start for s in self.bad if before < s.stop <= overflow)
            last = max((steps.start for _, steps, _ in left), default=first)
            assert last <= first
            found.append((range(max(before + 1, last), overflow + 1), left))
            before = overflow
        return found

    def charges_hold(self) -> None:
        """On average over each stretch those that are left are charged M - P + 1 a step."""
        s, output = self.instance.prompt[0], self.instance.output
        room = self.instance.memory - s - max(output) + 1
        for stretch, left in self.stretches:
            if any(self.foreign(i, level) for i, _, level in left):
                assert set(stretch) <= self.left_out
                continue
            charged = Fraction(0)
            for i, steps, level in left:
                k = min(output[i], level)
                held = sum(s + t - steps.start + 1 for t in stretch)
                charged += Fraction(batch_charge(k, s), volume(s, k)) * held
            assert charged >= room * len(stretch)

    def without_credit(self) -> int:
        """Steps that are in no stretch, and not left out, in which one more would fit."""
        s, memory = self.instance.prompt[0], self.instance.memory
        apart = self.left_out.union(*(stretch for stretch, _ in self.stretches))
        held: Counter[int] = Counter()
        for _, steps, _, _ in self.runs:
            held.update({t: s + t - steps.start + 1 for t in steps})
        return sum(held[t] + s + 1 <= memory for t in range(self.start) if t not in apart)

    def paid(self) -> tuple[int, Fraction]:
        """What good starts cost, at most, and what the costs fall."""
        s = self.instance.prompt[0]
        within = [
            level
            for _, steps, level in self.good
            if steps.start <= self.start and level <= self.levels[self.j][-1]
        ]
        falls = (volume(s, x) * harmonic(k) + k for x, k in Counter(within).items())
        return sum(volume(s, level) for level in within), sum(falls, Fraction(0))


def each(instance: Instance, levels: Levels, tried: Run) -> list[Waits]:
    attempts = list(tried.schedule.attempts())
    return [Waits(instance, levels, attempts, j) for j in range(instance.n)]


def run_with(offsets: Sequence[int], instance: Instance, growth: Fraction, seed: int) -> Run:
    """Offset slicing with paced starts and these offsets."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(offset_levels.Word, "offset", lambda _self, request: offsets[request])
        return run(instance, offset_slicing(growth, 0, "paced"), seed)


@st.composite
def offset_runs(draw: st.DrawFn) -> tuple[Instance, Fraction, Levels, Run]:
    instance = draw(batches())
    growth = draw(st.sampled_from([Fraction(3, 2), Fraction(2), Fraction(3), GROWTH]))
    few = draw(st.sampled_from([[0, 2048], list(range(offset_levels.GRID))]))
    size = {"min_size": instance.n, "max_size": instance.n}
    offsets = draw(st.lists(st.sampled_from(few), **size))
    tried = run_with(offsets, instance, growth, draw(st.integers(0, 9)))
    return instance, growth, levels_of(instance, growth, offsets), tried


@settings(max_examples=80, deadline=None)
@given(offset_runs())
def test_what_pays_for_each_step_of_offset_slicing(
    drawn: tuple[Instance, Fraction, Levels, Run],
) -> None:
    instance, growth, levels, tried = drawn
    for waits in each(instance, levels, tried):
        waits.charges_hold()
        spent, fallen = waits.paid()
        late = late_joins(instance, levels, waits.j, growth)
        assert waits.without_credit() * instance.memory <= spent + fallen + late


@settings(max_examples=80, deadline=None)
@given(
    instance=batches(),
    caps=st.sampled_from([growing(2), growing(3), tuple(range(1, 12)), (2,), (1, 8, 9)]),
    seed=st.integers(0, 9),
)
def test_what_pays_for_each_step_of_slicing(
    instance: Instance, caps: tuple[int, ...], seed: int
) -> None:
    stages = list(slices(caps, instance.memory - instance.prompt[0]))
    levels = [stages[: bisect_left(stages, o) + 1] for o in instance.output]
    for waits in each(instance, levels, run(instance, slicing(caps), seed)):
        waits.charges_hold()
        spent, fallen = waits.paid()
        late = late_in_stages(instance, levels, waits.j)
        assert waits.without_credit() * instance.memory <= spent + fallen + late


def test_a_twentieth_less_than_what_starts_cost_does_not_pay() -> None:
    """So the steps are told apart well enough to find out if starts paid for more than they do."""
    instance = Instance.of(40, [8] * 40)
    runs = each(instance, [[8]] * 40, run(instance, slicing((8,))))
    worst = max(Fraction(40 * waits.without_credit(), waits.paid()[0]) for waits in runs)
    assert worst > Fraction(19, 20)


def known(instance: Instance, levels: Levels, growth: Fraction) -> Fraction:
    """The theorem where it is known up to how many tokens each request runs."""
    s, memory, output = instance.prompt[0], instance.memory, instance.output
    own, held, paid = 0, 0, Fraction(0)
    for j, mine in enumerate(levels):
        own += output[j] + sum(x + max(output) - 1 for x in mine[:-1])
        paid += volume(s, mine[-1]) + 1 + late_joins(instance, levels, j, growth)
        ended = Counter(x for other in levels for x in other if x <= mine[-1])
        paid += sum(volume(s, x) * harmonic(k) for x, k in ended.items())
        for i, other in enumerate(levels):
            cut = [x for x in other[:-1] if x <= mine[-1]]
            held += sum(batch_charge(x, s) for x in cut) if i != j else 0
            paid += sum(volume(s, x) + 1 for x in cut)
    last = [(mine[-1], o) for mine, o in zip(levels, output, strict=True)]
    for (x, o), (y, p) in combinations(last, 2):
        held += batch_charge(max(o, p) if x == y else min((x, o), (y, p))[1], s)
        paid += volume(s, min(x, y)) + 1
    room = memory - s - max(output) + 1
    return Fraction(own + int(held / Fraction(room) + paid / memory))


@settings(max_examples=80, deadline=None)
@given(offset_runs())
def test_the_bound_for_all_offsets_is_above_that_for_given_ones_and_that_above_the_run(
    drawn: tuple[Instance, Fraction, Levels, Run],
) -> None:
    instance, growth, levels, tried = drawn
    assert tried.tel <= known(instance, levels, growth) <= own_levels.paced(instance, growth)


@pytest.mark.parametrize("growth", [Fraction(3, 2), Fraction(3), GROWTH])
@pytest.mark.parametrize("s", [0, 3])
def test_no_offset_cuts_more_runs_than_are_counted(growth: Fraction, s: int) -> None:
    """One request alone: its bound is o + L (2 o - 1)."""
    for o in range(1, 31):
        alone = Instance.of(s + 40, [o], prompt=s)
        counted = (own_levels.offset_slicing(alone, growth) - o) / (2 * o - 1)
        tried = range(0, offset_levels.GRID, 64)
        cuts = [len(levels_of(alone, growth, [offset])[0]) - 1 for offset in tried]
        assert max(cuts) <= counted


def test_many_starts_cost_once_what_they_may_use() -> None:
    """n outputs of one token, s = 0, b = 2: V = 2 for each pair, and what costs fall is less."""
    n, memory = 1000, 10
    pairs, falls = n * (n + 1) // 2, n * n.bit_length()
    waits = int(Fraction(n * (n - 1), 2 * memory) + Fraction(2 * pairs + falls + pairs, memory))
    assert own_levels.paced(Instance.of(memory, [1] * n), Fraction(2)) == n + waits
