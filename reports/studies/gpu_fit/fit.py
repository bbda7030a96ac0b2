"""Values of the model's parts from measured settings: least squares on logarithms, robust."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import log
from typing import NamedTuple

import numpy as np
from scipy.optimize import least_squares

from kvratio.reports.studies.gpu_fit.measured import Measured
from kvratio.simulate.gpu.deployment import Assumptions
from kvratio.simulate.gpu.fitted import CROWD, Band, Bands
from kvratio.simulate.gpu.roofline import iteration_time

Values = dict[str, int | Fraction]

DIGITS = 3  # of a published value
SCALE = 0.05  # relative errors well above it count linearly (soft L1)
STEP = 1e-3  # relative, of a difference quotient: far above the rounding to units
EXACT = 10**9  # units of a share


class Parameter(NamedTuple):
    """A field of `Assumptions`: where the search begins, its limits, and the size of its unit."""

    name: str
    first: float
    least: float
    most: float
    unit: int
    meaning: str


PARAMETERS = (
    Parameter(
        "attention", 0.3, 0.02, 1, EXACT, "share of the bandwidth at which the cache is read"
    ),
    Parameter("arithmetic", 0.6, 0.02, 1, EXACT, "share of the peak"),
    Parameter("link", 0.6, 0.02, 1, EXACT, "share of the link"),
    Parameter("hop", 5e4, 100, 1e7, 1, "ns an exchange and further accelerator"),
    Parameter("layer", 1e5, 100, 1e7, 1, "ns a layer"),
    Parameter("request", 2e5, 1e3, 1e7, 1, "ns a request of an iteration"),
    Parameter("crowded", 20, 1e-3, 1e4, 10**6, f"ps a byte exchanged beyond {CROWD:,} tokens"),
)


def assumptions(values: Values) -> Assumptions:
    """The model's assumptions with these values; all others as they are assumed."""
    return Assumptions().with_values({"crowd": CROWD, **values})


def fit(settings: Sequence[Measured]) -> Values:
    """The values with the least error on these settings, to `DIGITS` digits."""

    def residuals(point: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> list[float]:
        values = {
            parameter.name: _exact(value, parameter.unit)
            for parameter, value in zip(PARAMETERS, np.exp(point).tolist(), strict=True)
        }
        return [log(ratio) for pair in ratios(values, settings) for ratio in pair]

    columns = zip(*(np.log(p[1:4]).tolist() for p in PARAMETERS), strict=True)
    first, least, most = map(list, columns)
    found = least_squares(
        residuals, first, bounds=(least, most), loss="soft_l1", f_scale=SCALE, diff_step=STEP
    )
    return {
        parameter.name: _exact(float(f"{value:.{DIGITS}g}"), parameter.unit)
        for parameter, value in zip(PARAMETERS, np.exp(found.x).tolist(), strict=True)
    }


def _exact(value: float, unit: int) -> int | Fraction:
    whole = max(1, round(value * unit))
    return whole if unit == 1 else Fraction(min(whole, unit) if unit == EXACT else whole, unit)


def ratios(values: Values, settings: Sequence[Measured]) -> list[tuple[float, float]]:
    """Modelled over measured duration of every setting: of its prefill and of its decoding."""
    assumed, times = assumptions(values), {}
    for count in {setting.accelerators for setting in settings}:
        worker = next(s.deployment for s in settings if s.accelerators == count)
        times[count] = iteration_time(replace(worker, assumptions=assumed))
    return [
        (
            times[setting.accelerators].nanoseconds(setting.batches[0]) / setting.prefill,
            times[setting.accelerators].nanoseconds(setting.batches[1]) / setting.decode,
        )
        for setting in settings
    ]


class Errors(NamedTuple):
    """Of modelled durations, relative to the measured: median of the sizes, and both extremes."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, found: Sequence[float]) -> "Errors":
        """From ratios of modelled to measured.

        >>> Errors.of([0.5, 1, 1.25])
        Errors(median=0.25, low=-0.5, high=0.25)
        """
        errors = [ratio - 1 for ratio in found]
        return cls(float(np.median(np.abs(errors))), min(errors), max(errors))

    @property
    def band(self) -> Band:
        """The extremes in percent, rounded outwards; 0 % is always inside.

        >>> Errors(0.1, -0.231, 0.4).band
        Band(low=-24, high=40)
        """
        low, high = min(0.0, self.low), max(0.0, self.high)
        return Band(int(np.floor(round(100 * low, 6))), int(np.ceil(round(100 * high, 6))))


def errors(values: Values, settings: Sequence[Measured]) -> dict[str, Errors]:
    """Of the prefills and of the decode iterations of the settings."""
    prefill, decode = zip(*ratios(values, settings), strict=True)
    return {"decode": Errors.of(decode), "prefill": Errors.of(prefill)}


def bands(found: Sequence[dict[str, Errors]]) -> Bands:
    """The widest bands of several parts."""
    return Bands(
        *(
            Band(min(e[kind].band.low for e in found), max(e[kind].band.high for e in found))
            for kind in ("decode", "prefill")
        )
    )
