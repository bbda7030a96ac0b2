"""Prices by a smooth dual: a soft minimum over the starts, sharpened step by step.

The bound of prices is a concave function with kinks. With the soft minimum

    -tau log sum_t exp(-f_i(t) / tau)   in place of   min_t f_i(t)

it is smooth, at most tau log(number of starts) lower for each request, and its gradient is the use
of the fractional schedule in which request i starts at t with share exp(-f_i(t)/tau) / sum. The
temperature tau falls from steps that hardly tell starts apart to a fraction of one (`LADDER`); at
each the prices are improved by L-BFGS-B (Byrd, Lu, Nocedal, Zhu 1995; SciPy's). On 50 requests this
finds better prices than subgradient steps in a quarter of their time, and the fractional schedules
show which further cuts are violated. Everything here proposes; `Relaxation.bound` proves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kvratio._compiled import compiled_on_disk
from kvratio.theory.hindsight.relaxation import Floats, Ints, Progress, Relaxation, Window

LADDER = (8.0, 3.0, 1.0, 0.4)  # temperatures in steps of latency
REMEMBERED = 12  # pairs of changes from which L-BFGS-B guesses the curvature
FORBIDDEN = 1e9  # cost of a start outside the window: its share is 0 at every temperature


@dataclass(slots=True)
class Smooth:
    """Prices of a relaxation: of all plain constraints, and of profile cuts in chosen steps.

    `y` holds them in units of the whole limit, which puts all constraints on one scale: first the
    plain ones by constraint and step, then those of `tables[k]` in step `steps[k]`.
    """

    relaxation: Relaxation
    y: Floats
    tables: Ints
    steps: Ints
    _forbidden: NDArray[np.bool_]

    @classmethod
    def of(
        cls, relaxation: Relaxation, window: Window | None = None, prices: Floats | None = None
    ) -> "Smooth":
        """From prices (of all constraints and steps; 0 by default); profile cuts where priced."""
        if prices is None:
            prices = np.zeros((len(relaxation.limits), relaxation.horizon))
        scaled = prices * relaxation.limits
        tables, steps = np.nonzero(prices[relaxation.plain :])
        profiles = scaled[relaxation.plain + tables, steps]
        y = np.concatenate([scaled[: relaxation.plain].ravel(), profiles])
        forbidden = relaxation.forbidden(window or relaxation.opening)
        return cls(relaxation, y, tables, steps, forbidden)

    def prices(self, y: Floats | None = None) -> Floats:
        """One row a constraint, one column a step."""
        its, y = self.relaxation, self.y if y is None else y
        plain = its.plain * its.horizon
        scaled = np.zeros((len(its.limits), its.horizon))
        scaled[: its.plain] = y[:plain].reshape(its.plain, -1)
        scaled[its.plain + self.tables, self.steps] = y[plain:]
        return scaled / its.limits

    def costs(self, y: Floats | None = None) -> Floats:
        """What every start costs every request; `FORBIDDEN` outside the window."""
        costs: Floats = self.relaxation.latency + self.relaxation._costs(self.prices(y))
        costs[self._forbidden] = FORBIDDEN
        return costs

    def bound(self) -> float:
        """The bound of the prices, in floating point."""
        return float(self.costs().min(axis=1).sum() - self.y.sum())

    def shares(self, tau: float) -> Floats:
        """The fractional schedule: the share with which each request starts at each step."""
        found: Floats = soft_minimum(self.costs(), tau)[1]
        return found

    def climb(self, tau: float, iterations: int, deadline: float = float("inf")) -> None:
        """Improve the prices at a temperature; the clock (`time.monotonic`) may end it early.

        After Ctrl-C the prices are those of the last iteration.
        """
        from scipy.optimize import minimize
        from threadpoolctl import threadpool_limits

        def objective(y: Floats) -> tuple[float, Floats]:
            value, shares = soft_minimum(self.costs(y), tau)
            return y.sum() - value, -self._slope(shares)

        def look(y: Floats) -> None:
            self.y = y.copy()
            if monotonic() > deadline:
                raise StopIteration

        options = {"maxiter": iterations, "maxfun": 2 * iterations, "maxcor": REMEMBERED}
        bounds = (np.zeros_like(self.y), np.full_like(self.y, np.inf))
        with threadpool_limits(1):
            found = minimize(
                objective, self.y, jac=True, method="L-BFGS-B", callback=look, options=options,
                bounds=np.stack(bounds, axis=1),
            )  # fmt: skip
        self.y = found.x

    def _slope(self, shares: Floats) -> Floats:
        its = self.relaxation
        plain = its.plain_use(shares) / its.limits[: its.plain]
        profiles = its.profile_use(shares, self.tables, self.steps)
        profiles /= its.limits[its.plain + self.tables, 0]
        return np.concatenate([plain.ravel(), profiles]) - 1

    def extend(self, tables: Sequence[int], steps: Sequence[int]) -> None:
        """Profile cuts that get prices in further steps, beginning at 0."""
        self.tables = np.concatenate([self.tables, np.array(tables, np.int64)])
        self.steps = np.concatenate([self.steps, np.array(steps, np.int64)])
        self.y = np.concatenate([self.y, np.zeros(len(tables))])

    def progress(self, tau: float) -> Progress:
        """The prices as the subgradient method gives them: bound, mean and spread of the starts."""
        shares, starts = self.shares(tau), np.arange(self.relaxation.horizon + 1)
        mean = shares @ starts
        square = shares @ starts.astype(float) ** 2
        spread = np.sqrt(np.maximum(0.0, square - mean**2))
        return Progress(self.prices(), self.bound(), mean, spread)


@compiled_on_disk
def soft_minimum(costs: Any, tau: float) -> Any:
    """The sum of the rows' soft minima, and the shares of the columns in each."""
    n, starts = costs.shape
    shares = np.zeros((n, starts))
    value = 0.0
    for i in range(n):
        least = costs[i].min()
        total = 0.0
        for t in range(starts):
            excess = (costs[i, t] - least) / tau
            if excess < 40.0:  # e^-40 is below every share that counts
                shares[i, t] = np.exp(-excess)
                total += shares[i, t]
        value += least - tau * np.log(total)
        for t in range(starts):
            shares[i, t] /= total
    return value, shares
