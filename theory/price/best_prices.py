"""A search for prices of volume under which no policy is good on given lengths, in floating point.

On a coarse grid the best prices are the solution of a linear program (scipy's HiGHS); on the fine
grid of the certificate they are interpolated. What is found proves nothing: the certificate
(`kvratio.theory.price.enclosed.LengthsProof`) is checked exactly.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

from kvratio.theory.price.enclosed import LengthsProof

Floats = NDArray[np.float64]
COARSE_STEP, FEWEST = 0.1, 24


class Grids(NamedTuple):
    """How fine: the most levels and the times of the program, the times of the certificate."""

    levels: int
    coarse_times: int
    times: int


WIDE_FROM = 2000  # rho: beyond it the usual grids leave more than 5 % between the certificates
USUAL, WIDE = Grids(44, 80, 260), Grids(66, 110, 400)
FIRST, LAST = 0.05, 2.2  # the first time after 0, and the last over the mean volume
SCALES = (0.98, 0.99, 1, 1.01, 1.02, 1.03, 1.05)  # of the interpolated prices
UNIT, LEVEL_UNIT = 10**4, 10**4


def resampled(levels: Floats, means: Floats, rho: float, count: int) -> tuple[Floats, Floats]:
    """The same survival function's means, made falling, on another geometric grid."""
    grid = rho ** (np.arange(count + 1) / count)
    area = np.concatenate([[0.0], np.cumsum(np.diff(levels, prepend=0.0) * means)])
    at = np.interp(np.concatenate([[0.0], grid]), np.concatenate([[0.0], levels]), area)
    tails = np.minimum.accumulate(np.diff(at) / np.diff(grid, prepend=0.0))
    return grid, tails / tails[0]


def best_prices(levels: Floats, tails: Floats, times: Floats) -> Floats:
    """The prices with the largest potential less their integral, by linear programming.

    Unknown are the potentials (state, time) and the prices; both conditions of the potential are
    its rows.
    """
    n, m = len(levels), len(times) - 1
    gaps = np.diff(times)
    steps = np.diff(levels, prepend=0.0)
    used = np.cumsum(steps * tails)
    state, reach = (np.array(side) for side in zip(*_attempts(n), strict=True))
    volume = used[reach] - used[state] + tails[state] * levels[state]
    size, k = len(state), np.arange(m)
    waits = n * m
    rows, columns, values = [], [], []

    def put(row: NDArray[np.int64], column: NDArray[np.int64], value: Floats) -> None:
        rows.append(row.ravel())
        columns.append(column.ravel())
        values.append(np.broadcast_to(value, row.shape).ravel())

    i = np.arange(n)[:, None]
    put(i * m + k, i * m + k, np.ones(1))
    put(i * m + k[:-1], i * m + k[:-1] + 1, -np.ones(1))
    row = waits + np.arange(size)[:, None] * m + k
    put(row, state[:, None] * m + k, np.ones(1))
    goes_on = reach < n - 1
    put(row[goes_on], (reach[goes_on, None] + 1) * m + k, -np.ones(1))
    put(row, np.broadcast_to(n * m + k, row.shape), -volume[:, None])
    right = np.concatenate([(tails[:, None] * gaps).ravel(), np.zeros(size * m)])
    around = (gaps + np.concatenate([[0.0], gaps[:-1]])) / 2
    goal = np.concatenate([np.zeros(n * m), tails[0] * around])
    goal[0] = -1
    joined = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    matrix = coo_matrix(joined, shape=(len(right), len(goal))).tocsr()
    found = linprog(goal, A_ub=matrix, b_ub=right, bounds=(0, None), method="highs-ipm")
    return np.asarray(found.x[n * m :])


def _attempts(n: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(n) for j in range(i, n)]


def search(levels: Floats, means: Floats, rho: float) -> LengthsProof:
    """A certificate on the survival function with these means (`best_policy.search`).

    >>> from kvratio.theory.price import best_policy
    >>> _, levels, means = best_policy.search(2.0, rounds=60)
    >>> search(levels, means, 2.0).ratio > 1.2
    True
    """
    grids = WIDE if rho > WIDE_FROM else USUAL
    count = int(np.clip(np.log(rho) / COARSE_STEP, FEWEST, grids.levels))
    grid, tails = resampled(levels, means, rho, count)
    mean = np.diff(grid, prepend=0.0) @ tails
    times = np.concatenate([[0.0], np.geomspace(FIRST, LAST * mean, grids.coarse_times)])
    prices = best_prices(grid, tails, times)
    finer = np.concatenate([[0.0], np.geomspace(FIRST, LAST * mean, grids.times)])
    between = np.interp(finer[:-1], times, np.append(prices, 0.0))
    candidates = [
        _proof(*grid_and_tails, finer, scale * between)
        for grid_and_tails in (resampled(levels, means, rho, len(levels) - 1), (grid, tails))
        for scale in SCALES
    ]
    candidates.append(_proof(grid, tails, times, prices))
    return max(candidates, key=lambda proof: proof.ratio)


def _proof(levels: Floats, tails: Floats, times: Floats, prices: Floats) -> LengthsProof:
    """Rounded to whole numbers; times that coincide then are left out."""
    whole = [round(LEVEL_UNIT * float(t)) for t in times]
    kept = [0, *(k for k in range(1, len(whole)) if whole[k] > whole[k - 1])]
    return LengthsProof(
        tuple(round(LEVEL_UNIT * float(x)) for x in levels),
        tuple(max(1, round(UNIT * float(x))) for x in tails),
        tuple(whole[k] for k in kept),
        tuple(max(0, round(UNIT * float(prices[k]))) for k in kept[:-1]),
        UNIT,
    )
