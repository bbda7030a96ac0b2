"""Which profile cut does a fractional schedule violate? A small linear program finds it.

In one step the fractional schedule has y(u, d) requests of profile (u, d). The most violated cut
with R(w) = 1 maximises sum y w over the weights w >= 0 of the profiles that occur, subject to

    sum of w over S <= 1         for every multiset S of them that can go on together.

Those constraints are generated: the dynamic program behind R finds the heaviest S for the present
weights. The table is then made monotone (a profile weighs at least what a smaller one does, which
leaves R as it is), lifted (weights of other profiles rise as far as R stays 1, those first that
occur in other steps), and rounded down to integers over `UNITS`.
"""

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kvratio._compiled import compiled_on_disk
from kvratio.theory.hindsight.profile import UNITS, Profile, most, profile_of
from kvratio.theory.hindsight.program import kept_from_standard_output

Floats = NDArray[np.float64]

OCCURS = 1e-3  # requests of a profile that count as some
VIOLATED = 0.004  # share of R by which a cut must be violated
EXACT = 1e-6  # share of R that a solver's weights may be off
GENERATED = 250  # constraints of the linear program at most
LIFTED = 30  # profiles that are lifted at most
WORTH, TRIES, NEARER = 0.01, 6, 0.6  # least rise; attempts to rise, each this share of the last


def separate(memory: int, now: Floats, wanted: Floats) -> Profile | None:
    """A cut that `now[u, d]`, the requests of each profile in a step, violates; None if none found.

    `wanted[u, d]` says how much a higher weight of a profile is worth elsewhere.

    >>> now = np.zeros((11, 11))
    >>> now[6, 0] = 1.5  # one and a half requests of 6 tokens each: 9 of 10, but only one can be
    >>> separate(10, now, now).corners[-1]
    (6, 0, 200)
    """
    use, rest = np.nonzero(now > OCCURS)
    order = np.lexsort((use, -rest))
    use, rest = use[order], rest[order]
    if len(use) == 0:
        return None
    weights = _most_violated(memory, use, rest, now[use, rest])
    if weights is None:
        return None
    table = np.zeros((memory + 1, memory + 1))
    table[use, rest] = weights
    table = _monotone(table)
    table = _lift(table / max(1.0, _limit(table)), wanted)
    return profile_of(np.floor(table * UNITS).astype(np.int64))


def _most_violated(memory: int, use: Any, rest: Any, occurring: Floats) -> Floats | None:
    """Weights of the linear program's solution, scaled to R = 1; None if nothing is violated."""
    import highspy

    with kept_from_standard_output(os.devnull):  # the first model of a process prints a banner
        model = highspy.Highs()
    model.setOptionValue("output_flag", False)
    model.setOptionValue("threads", 1)
    for requests in occurring:
        model.addVar(0.0, 1.0)
        model.changeColCost(model.getNumCol() - 1, -float(requests))
    weights = np.ones(len(use))
    for _ in range(GENERATED):
        heaviest, taken = together(memory, use, rest, weights)
        if heaviest.max() <= 1 + EXACT:
            break
        for row in taken[heaviest > 1 + EXACT]:
            which = np.flatnonzero(row)
            values = row[which].astype(float)
            model.addRow(-highspy.kHighsInf, 1.0, len(which), which.astype(np.int32), values)
        model.run()
        if -model.getInfo().objective_function_value < 1 + VIOLATED:
            return None
        weights = np.maximum(0.0, np.array(model.getSolution().col_value))
    found: Floats = weights / max(1.0, heaviest.max())
    return found


def _monotone(table: Floats) -> Floats:
    """The least table above it that ascends in both directions, where use and rest can occur."""
    raised = np.maximum.accumulate(np.maximum.accumulate(table, axis=0), axis=1)
    use, rest = np.indices(table.shape)
    return np.where(use + rest < len(table), raised, 0.0)


def _limit(table: Floats) -> float:
    """R of a monotone table of real weights."""
    below = np.zeros_like(table)
    below[1:] = table[:-1]
    below[:, 1:] = np.maximum(below[:, 1:], table[:, :-1])
    use, rest = np.nonzero(table > below)
    order = np.argsort(-rest, kind="stable")
    use, rest = use[order], rest[order]
    return float(most(len(table) - 1, use, rest, table[use, rest]))


def _lift(table: Floats, wanted: Floats) -> Floats:
    """Raise weights while R stays at most 1, those first from which most is gained."""
    wanted = wanted.copy()
    for _ in range(LIFTED):
        possible = room(table)
        gain = np.where(possible - table > WORTH, (possible - table) * wanted, 0.0)
        if gain.max() <= 0:
            break
        use, rest = np.unravel_index(gain.argmax(), gain.shape)
        weight, least = possible[use, rest] - EXACT, table[use, rest]
        for _ in range(TRIES):  # several raised requests at once may not fit where one does
            raised = table.copy()
            raised[use, rest] = weight
            raised = _monotone(raised)
            if _limit(raised) <= 1 + EXACT / UNITS:
                table = raised
                break
            weight = least + NEARER * (weight - least)
        else:
            wanted[use, rest] = 0.0
    return table


@compiled_on_disk
def together(memory: int, use: Any, rest: Any, weight: Any) -> Any:
    """The heaviest multisets that can go on, one of every size, and how often each profile is in.

    The greatest of the weights is `profile.most`.
    """
    count = memory // max(1, use.min())
    best = np.full((count + 1, memory + 1), -1.0)
    best[0, 0] = 0.0
    by = np.zeros((len(use), count + 1, memory + 1), np.bool_)
    for a in range(len(use)):
        u, d, w = use[a], rest[a], weight[a]
        if w <= 0:
            continue
        for c in range(1, count + 1):
            for total in range(u, memory - c * d + 1):
                before = best[c - 1, total - u]
                if before >= 0 and before + w > best[c, total]:
                    best[c, total] = before + w
                    by[a, c, total] = True
    heaviest = np.zeros(count + 1)
    taken = np.zeros((count + 1, len(use)), np.int64)
    for members in range(1, count + 1):
        total = best[members].argmax()
        heaviest[members] = max(0.0, best[members, total])
        c, a = members if heaviest[members] > 0 else 0, len(use) - 1
        while c > 0:
            if by[a, c, total]:
                taken[members, a] += 1
                c, total = c - 1, total - use[a]
            else:
                a -= 1
    return heaviest, taken


@compiled_on_disk
def room(table: Any) -> Any:
    """For every profile: 1 less the heaviest multiset that can go on together with one of it.

    A multiset is taken in parts: those with more steps to go (a table forward in descending rest),
    and those with as many or fewer (a table backward, from the number and use of all before).
    """
    memory = len(table) - 1
    least = memory
    corner = np.zeros(table.shape, np.bool_)
    for u in range(1, memory + 1):
        for d in range(memory - u + 1):
            if table[u, d] > table[u - 1, d] and (d == 0 or table[u, d] > table[u, d - 1]):
                corner[u, d] = True
                least = min(least, u)
    count = memory // max(1, least) + 1
    before = np.full((memory + 2, count + 1, memory + 1), -1.0)
    before[memory + 1, 0, 0] = 0.0
    for d in range(memory, -1, -1):
        before[d] = before[d + 1]
        for u in range(1, memory - d + 1):
            if corner[u, d]:
                for c in range(1, count + 1):
                    for total in range(u, memory - c * d + 1):
                        value = before[d, c - 1, total - u]
                        if value >= 0 and value + table[u, d] > before[d, c, total]:
                            before[d, c, total] = value + table[u, d]
    after = np.zeros((count + 1, memory + 1))  # the most that can still be added
    found = np.full(table.shape, -1.0)  # where use + rest > memory, which cannot occur
    for d in range(memory + 1):
        for c in range(count, -1, -1):
            for total in range(memory, -1, -1):
                for u in range(1, memory - d - total + 1):
                    if corner[u, d] and c < count and total + u + (c + 1) * d <= memory:
                        value = after[c + 1, total + u] + table[u, d]
                        if value > after[c, total]:
                            after[c, total] = value
        for u in range(1, memory - d + 1):
            heaviest = -1.0
            for c in range(count):
                for total in range(memory - u - (c + 1) * d + 1):
                    if before[d + 1, c, total] >= 0:
                        value = before[d + 1, c, total] + after[c + 1, total + u]
                        heaviest = max(heaviest, value)
            found[u, d] = 1 - heaviest
    return found
