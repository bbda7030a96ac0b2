"""The root bound with profile cuts: prices, then violated cuts, then prices again."""

from time import monotonic

import numpy as np

from kvratio.theory.hindsight.profile import Profile
from kvratio.theory.hindsight.relaxation import Floats, Relaxation
from kvratio.theory.hindsight.separate import VIOLATED, separate
from kvratio.theory.hindsight.smooth import LADDER, Smooth
from kvratio.theory.hindsight.stopped import Stopped

# L-BFGS-B iterations at each temperature. Cuts sought far from the best prices are of little use:
# on trial 8 of model 1, 120 between four rounds gave a bound 0.7 % above that of 40 between eight.
FIRST, LATER = 200, 200
WARM, COLD = 0.4, 0.08  # temperatures between and after the rounds
AT_LAST = ((0.15, 60), (COLD, 100))  # temperatures after the rounds, with their iterations
SOUGHT = 15  # steps of a round in which cuts are sought
BUSY = 0.3  # requests in a step from which on it is worth a look
PAIRS, A_STEP = 1_500, 4  # new prices (a cut in a step) of a round, and in one step, at most
PRICED = 1e-7  # a price below this share of a step of latency is none
LARGEST = 200  # tokens of memory up to which tables over (use, rest) are built


def suits(relaxation: Relaxation) -> bool:
    """Are profile cuts worth their time: is the memory small, and other cuts in use?"""
    return relaxation.instance.memory <= LARGEST and relaxation.plain > 1


def tighten(
    relaxation: Relaxation, target: int, *, rounds: int, seed: int, deadline: float = float("inf")
) -> Smooth:
    """Add profile cuts to the relaxation in `rounds` rounds, and return good prices.

    Stops early when the bound proves `target`, or when the clock (`time.monotonic`) passes
    `deadline`. Ctrl-C raises `Stopped` with the prices of the last iteration.
    """
    rng = np.random.default_rng(seed)
    smooth = Smooth.of(relaxation)
    try:
        for tau in LADDER:
            smooth.climb(tau, FIRST, deadline)
        for _ in range(rounds):
            if smooth.bound() > target - 1 or monotonic() > deadline:
                break
            _cut(smooth, rng)
            smooth.climb(WARM, LATER, deadline)
            smooth = _pruned(smooth)
        for tau, iterations in AT_LAST:
            smooth.climb(tau, iterations, deadline)
    except KeyboardInterrupt:
        raise Stopped(_pruned(smooth)) from None
    return _pruned(smooth)


def occurring(relaxation: Relaxation, shares: Floats) -> Floats:
    """Requests of every profile in every step: indices step, use, rest."""
    instance, steps = relaxation.instance, relaxation.horizon
    size = instance.memory + 1
    found = np.zeros((size, size, steps))
    for i, (s, o) in enumerate(zip(instance.prompt, instance.output, strict=True)):
        for token in range(min(o, steps)):
            found[s + token + 1, o - token - 1, token:] += shares[i, : steps - token]
    return np.ascontiguousarray(np.moveaxis(found, 2, 0))


def _cut(smooth: Smooth, rng: np.random.Generator) -> None:
    """Seek cuts in some steps, and price them and the old ones wherever they are violated."""
    its = smooth.relaxation
    now = occurring(its, smooth.shares(WARM))
    wanted = now.sum(axis=0)
    wanted = wanted / wanted.max() + 1e-3
    busy = np.flatnonzero(now.sum(axis=(1, 2)) > BUSY)
    known = {cut for cut in its.cuts if isinstance(cut, Profile)}
    new: list[Profile] = []
    for step in sorted(rng.choice(busy, min(SOUGHT, len(busy)), replace=False).tolist()):
        found = separate(its.instance.memory, now[step], wanted)
        if found is not None and found not in known:
            known.add(found)
            new.append(found)
    its.add(new)
    _price_violated(smooth, now)


def _price_violated(smooth: Smooth, now: Floats) -> None:
    its = smooth.relaxation
    tables = np.array([c.table(its.instance.memory) for c in its.cuts if isinstance(c, Profile)])
    if not len(tables):
        return
    carried = now.reshape(len(now), -1) @ tables.reshape(len(tables), -1).T.astype(float)
    excess = (carried / its.limits[its.plain :, 0] - 1).T
    excess[smooth.tables, smooth.steps] = 0.0
    table, step = np.nonzero(excess > VIOLATED)
    chosen: list[tuple[int, int]] = []
    in_step = np.zeros(its.horizon, np.int64)
    for k in np.argsort(-excess[table, step], kind="stable"):
        if in_step[step[k]] < A_STEP and len(chosen) < PAIRS:
            in_step[step[k]] += 1
            chosen.append((int(table[k]), int(step[k])))
    smooth.extend([p for p, _ in chosen], [x for _, x in chosen])


def _pruned(smooth: Smooth) -> Smooth:
    """Without the prices that are 0 and the cuts that have none."""
    its = smooth.relaxation
    prices = smooth.prices()
    prices[its.plain :][prices[its.plain :] * its.limits[its.plain :] < PRICED] = 0.0
    used = np.flatnonzero(prices[its.plain :].any(axis=1))
    its.keep(used.tolist())
    return Smooth.of(its, None, prices[[*range(its.plain), *(its.plain + used)]])
