"""What an engine adds to the hardware, fitted to measured iterations: the values' one place.

Source: iterations of Llama-2-70B on 2, 4, 8 A100 80 GB as measured for Splitwise (P. Patel et al.,
ISCA 2024; github.com/Mutinifni/splitwise-sim, MIT). `kvratio study gpu-fit` fits the values to half
of the measured settings; reports/published/gpu-fit.md has the error on the other half. The share of
the bandwidth with which weights are read is not fitted, because three numbers of accelerators do
not tell weights, launches and exchanges apart; single layers reach it (tests/test_gpu.py).

They describe an engine of 2023. One that captures its kernels in graphs launches faster.
"""

from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from kvratio.simulate.gpu.deployment import Assumptions, Deployment

FITTED = "fitted"  # the default model of iterations, by name
MODEL, ACCELERATOR, COUNTS = "llama-2-70b", "A100 80 GB SXM", (2, 4, 8)
CROWD = 2048  # tokens of an iteration; seen in the measured prefills, not fitted

# Fields of `Assumptions` that are fitted, to three digits; all others are as assumed.
FITTED_VALUES: dict[str, int | Fraction] = {
    "attention": Fraction(154, 1000),
    "arithmetic": Fraction(657, 1000),
    "link": Fraction(359, 1000),
    "hop": 18_400,
    "layer": 131_000,
    "request": 233_000,
    "crowded": Fraction(37),
}


class Band(NamedTuple):
    """Extremes of the modelled over the measured duration, less 1, in percent, rounded outwards."""

    low: int
    high: int

    def __str__(self) -> str:
        return f"{self.low:+d} % to {self.high:+d} %"


class Bands(NamedTuple):
    """Of iterations that only decode, and of those that process prompts."""

    decode: Band
    prefill: Band

    def __str__(self) -> str:
        return f"decode {self.decode}, prefill {self.prefill}"


# On settings that the fit did not see: the held-out half; and a number of accelerators that was
# left out of the fit with all its settings, the worst of three.
HELD_OUT = Bands(decode=Band(-7, 10), prefill=Band(-24, 26))
LEFT_OUT = Bands(decode=Band(-8, 16), prefill=Band(-26, 45))


def fitted(assumptions: Assumptions) -> Assumptions:
    """The assumptions with all values that were fitted in their place.

    >>> fitted(Assumptions(reserve=7)).reserve
    7
    """
    return assumptions.with_values({"crowd": CROWD, **FITTED_VALUES})


def as_fitted(deployment: Deployment) -> Deployment:
    """The deployment under the fitted assumptions; its budget is the same."""
    return replace(deployment, assumptions=fitted(deployment.assumptions))


def is_measured(deployment: Deployment) -> bool:
    """Are there measurements of this deployment among those of the fit?

    >>> from kvratio.simulate.gpu.deployment import deployment
    >>> [is_measured(deployment(f"llama-2-70b:{text}")) for text in ("a100-80x4", "h100x4")]
    [True, False]
    """
    found = (deployment.model.name, deployment.accelerator.name)
    return found == (MODEL, ACCELERATOR) and deployment.count in COUNTS and not deployment.pipeline


def accuracy(deployment: Deployment) -> str:
    """How far the fitted model was from measurements, in words, for whoever reads its seconds.

    >>> from kvratio.simulate.gpu.deployment import deployment
    >>> accuracy(deployment("llama-3-8b:h100")).split(";")[0]
    'not measured here'
    """
    if is_measured(deployment):
        return f"fitted to measurements of this deployment; on those held out off by {HELD_OUT}"
    counts = ", ".join(map(str, COUNTS))
    return (
        f"not measured here; fitted to {MODEL} on {counts} x {ACCELERATOR}, where a number of"
        f" accelerators outside the fit was off by {LEFT_OUT}; other hardware may be off by more"
    )
