"""Algorithm 2 of arXiv 2508.14544 on tiny instances, its expected latency exact over all ties.

A state is two multisets: waiting (bound, output) and running (bound, output, tokens made). Random
ties are drawn one request at a time, each equally likely. States can come back, so the expectation
solves a linear system, one state eliminated after the other. Fractions only. A cancelled request
joins the queue after the admissions of its step (R_t is set before the removals), and its bound
never falls.

Equation (3) charges a running request s + g + d in d steps while g + d is at most its bound. For an
*overdue* one, which has made g >= bound tokens, there are two readings: `literal` charges nothing,
the other one s + g + 1 in the next step and nothing later.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

Group = tuple[tuple[int, ...], ...]  # sorted
State = tuple[Group, Group]  # waiting, running
DONE: State = ((), ())


class OverBudgetError(Exception):
    """The next step would need more than the memory; `needed` tokens."""

    def __init__(self, needed: int) -> None:
        self.needed = needed
        super().__init__(f"{needed} tokens")


@dataclass(frozen=True)
class AlgorithmTwo:
    """Memory and the common prompt in tokens; the reading of equation (3).

    `live`: a running request's bound rises with its tokens, not only when it is cancelled.
    """

    memory: int
    prompt: int = 0
    literal: bool = False
    live: bool = False

    def latency(self, outputs: Sequence[int], lower: int) -> Fraction:
        """Expected total latency, in steps.

        Raises `OverBudgetError` if some order of ties needs more than the memory.

        >>> AlgorithmTwo(2).latency([2, 2], lower=1)  # one is cancelled, and starts over at 2
        Fraction(6, 1)
        """

        start = (tuple(sorted((lower, o) for o in outputs)), ())
        chain = self._chain(start)
        steps = {state: Fraction(sum(map(len, state))) for state in chain}
        return self._total(start, chain, steps)

    def completed(self, outputs: Sequence[int], lower: int) -> dict[tuple[int, int], Fraction]:
        """Expected number of completions by (bound when it completes, output).

        >>> AlgorithmTwo(2).completed([2, 2], lower=1)  # neither bound ever rises
        {(1, 2): Fraction(2, 1)}
        """
        start = (tuple(sorted((lower, o) for o in outputs)), ())
        done: dict[tuple[int, int], dict[State, Fraction]] = {}
        for state in self._chain(start):
            for p, (_, running) in self._batches(*state) if state != DONE else ():
                for bound, output, made in running:
                    if made + 1 == output:
                        here = done.setdefault((bound, output), {})
                        here[state] = here.get(state, Fraction(0)) + p
        expected = {}
        for kind, reward in sorted(done.items()):
            chain = self._chain(start)
            each = {state: reward.get(state, Fraction(0)) for state in chain}
            expected[kind] = self._total(start, chain, each)
        return expected

    def after(self, state: State, steps: int) -> dict[State, Fraction]:
        """The probabilities of the states after so many steps.

        >>> two = AlgorithmTwo(4).after((((3, 4),), ((3, 4, 2),)), 2)  # one waits, one made 2
        >>> two[((3, 4),), ((3, 4, 2),)]
        Fraction(1, 2)
        """
        states = {state: Fraction(1)}
        for _ in range(steps):
            later: dict[State, Fraction] = {}
            for before, p in states.items():
                for q, other in [(Fraction(1), DONE)] if before == DONE else self._step(*before):
                    later[other] = later.get(other, Fraction(0)) + p * q
            states = later
        return states

    def _total(
        self,
        start: State,
        chain: dict[State, dict[State, Fraction]],
        expected: dict[State, Fraction],
    ) -> Fraction:
        """Expected sum over all steps of what each state contributes; uses up both mappings."""
        sources: dict[State, set[State]] = {state: set() for state in chain}
        for state, after in chain.items():
            for other in after:
                sources[other].add(state)
        for state in [s for s in chain if s != start]:
            self._eliminate(state, chain, expected, sources)
        return expected[start] / (1 - chain[start].get(start, Fraction(0)))

    def _chain(self, start: State) -> dict[State, dict[State, Fraction]]:
        """Every state that can come, with the probabilities of the states after it."""
        chain: dict[State, dict[State, Fraction]] = {}
        pending = [start]
        while pending:
            state = pending.pop()
            if state not in chain:
                after = chain[state] = {}
                for p, other in self._step(*state) if state != DONE else ():
                    after[other] = after.get(other, Fraction(0)) + p
                pending += after
        return chain

    @staticmethod
    def _eliminate(
        state: State,
        chain: dict[State, dict[State, Fraction]],
        expected: dict[State, Fraction],
        sources: dict[State, set[State]],
    ) -> None:
        """Replace a state by what comes after it; raises `ZeroDivisionError` if that is itself."""
        after, value = chain.pop(state), expected.pop(state)
        again = 1 / (1 - after.pop(state, Fraction(0)))
        for source in sources.pop(state) - {state}:
            row = chain[source]
            p = row.pop(state) * again
            expected[source] += p * value
            for other, q in after.items():
                row[other] = row.get(other, Fraction(0)) + p * q
                sources[other].add(source)
        for other in after:
            sources[other].discard(state)

    def _step(self, waiting: Group, running: Group) -> Iterator[tuple[Fraction, State]]:
        for p, (rest, batch) in self._batches(waiting, running):
            after = [(self._bound(b, g + 1), o, g + 1) for b, o, g in batch if g + 1 < o]
            yield p, (rest, tuple(sorted(after)))

    def _batches(self, waiting: Group, running: Group) -> Iterator[tuple[Fraction, State]]:
        """Who waits and who makes a token in the next step."""
        for p, kept, gone in self._evict(Fraction(1), running, ()):
            for q, batch, rest in self._admit(p, kept, waiting):
                if self._next(batch) > self.memory:
                    raise OverBudgetError(self._next(batch))
                yield q, (tuple(sorted(rest + gone)), batch)

    def _bound(self, bound: int, made: int) -> int:
        return max(bound, made) if self.live else bound

    def _next(self, running: Group) -> int:
        """Tokens that the next step needs."""
        return sum(self.prompt + r[2] + 1 for r in running)

    def _evict(
        self, p: Fraction, running: Group, gone: Group
    ) -> Iterator[tuple[Fraction, Group, Group]]:
        """Cancel in ascending order of bounds until the next step fits."""
        if self._next(running) <= self.memory:
            yield p, running, gone
            return
        for q, (bound, output, made), rest in _first(running):
            cancelled = (max(bound, made), output)
            yield from self._evict(p * q, rest, (*gone, cancelled))

    def _admit(
        self, p: Fraction, running: Group, waiting: Group
    ) -> Iterator[tuple[Fraction, Group, Group]]:
        """Start in ascending order of bounds while equation (3) holds."""
        if not waiting:
            yield p, running, waiting
            return
        bound = waiting[0][0]
        if not self._fits([*running, (bound, bound, 0)]):
            yield p, running, waiting
            return
        for q, started, rest in _first(waiting):
            batch = tuple(sorted([*running, (*started, 0)]))
            yield from self._admit(p * q, batch, rest)

    def _fits(self, running: Sequence[tuple[int, ...]]) -> bool:
        """Equation (3) at every assumed completion."""
        ends = [b - g if b > g else 0 if self.literal else 1 for b, _, g in running]
        return all(
            sum(self.prompt + r[2] + d for r, e in zip(running, ends, strict=True) if e >= d)
            <= self.memory
            for d in set(ends) - {0}
        )


def _first(group: Group) -> Iterator[tuple[Fraction, tuple[int, ...], Group]]:
    """Who comes first, of those with the least bound; each is equally likely."""
    least = [member for member in group if member[0] == group[0][0]]
    for member, count in sorted(Counter(least).items()):
        at = group.index(member)
        yield Fraction(count, len(least)), member, group[:at] + group[at + 1 :]
