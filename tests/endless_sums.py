"""Forms on endless lengths, added up in floating point without the closed forms."""

from typing import Any

import numpy as np

from kvratio.theory.forms import H_SF, OWN, SLOTS, Form

Array = np.ndarray[Any, np.dtype[np.float64]]


def law(linear: bool, at: float, most: int = 0) -> tuple[Array, Array]:
    """The lengths 1, 2, ... and their shares: q^(k-1), `linear`ly weighted or not."""
    k = np.arange(1, (most or int(50 / (1 - at)) + 5) + 1.0)
    return k, at ** (k - 1) * (1 - at) * (k * (1 - at) if linear else 1)


def tails_of(x: Array) -> Array:
    """S_k: the share of lengths k and more."""
    return np.cumsum(x[::-1])[::-1]


def bench_form(linear: bool, s: float, at: float, bench: Form, most: int = 0) -> float:
    """The form of H-SF or the area bound."""
    k, x = law(linear, at, most)
    step = s + (2 * k - 1 if bench is H_SF else k)
    return float((step * tails_of(x) ** 2).sum())


def ratios(
    linear: bool, readings: tuple[str, str], s: float, at: float, bench: Form = H_SF, u: int = 0
) -> Array:
    """A_l over the benchmark, by threshold m = 1, 2, ...; the last promotes nobody."""
    k, x = law(linear, at, u)
    longer = np.append(tails_of(x), 0.0)
    tails, longer = longer[:-1], longer[1:]
    one = {OWN: np.cumsum((s + 2 * k - 1) * tails), SLOTS: (s + k) * np.cumsum(tails)}
    own, slots = k * (s + k) * x, k * x * (s + k[-1])
    two = {OWN: own.sum() - np.cumsum(own), SLOTS: slots.sum() - np.cumsum(slots)}
    form = one[readings[0]] * (tails[0] + longer) + two[readings[1]] * longer
    return np.asarray(form / bench_form(linear, s, at, bench, u))


def a_min(linear: bool, s: float, at: float, bench: Form) -> float:
    """A_min over the benchmark: c(i) + (c(j) - c(i))/2 (s + i)/(s + j) for each pair i <= j."""
    k, x = law(linear, at)
    c = k * (s + k)
    # the sum over i < j of x_i x_j (...), twice, and the pairs of one length
    charged, less, both = (np.cumsum(part) - part for part in (x * c, x * (s + k), x * c * (s + k)))
    pairs = charged + (c * less - both) / (2 * (s + k))
    return float((2 * (x * pairs).sum() + (x * x * c).sum()) / bench_form(linear, s, at, bench))


def doubling(linear: bool, at: float, bench: Form) -> float:
    """Slicing with the caps 1, 2, 4, ... over the benchmark, without a prompt."""
    k, x = law(linear, at)
    tails = np.append(tails_of(x), 0.0)
    total, first = 0.0, 1
    while first <= len(k):
        last = min(max(1, 2 * (first - 1)), len(k))  # stage r: lengths above the cap before
        stage = first * (first + 1) / 2 * tails[first - 1]
        stage += (np.arange(first + 1, last + 1) * tails[first:last]).sum()
        total += stage * (tails[first - 1] + tails[last])
        first = last + 1
    return total / bench_form(linear, 0, at, bench)
