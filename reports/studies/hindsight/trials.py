"""The synthetic study of MC-SF (arXiv 2502.07115 v5, section 5.1) with certified optima.

Every trial draws an instance, runs MC-SF with exact predictions, encloses the optimum by a
certificate, and counts only what the independent checker (`proofs_check`) accepts.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from kvratio.proofs_check.certificate import read_certificate
from kvratio.proofs_check.optimality import check
from kvratio.simulate.engine import run
from kvratio.simulate.policies import POLICIES
from kvratio.theory.hindsight.optimum import Effort, optimum
from kvratio.theory.model import Instance


class Published(NamedTuple):
    """What the publication reports for 200 trials; `optimal` is None where it gives no count."""

    best: str
    mean: str
    worst: str
    optimal: int | None


PUBLISHED = {
    1: Published("1.000", "1.005", "1.074", 114),
    2: Published("1.000", "1.047", "1.227", None),
}


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial: latencies in steps, `lower` <= optimum <= `upper` as checked by `proofs_check`.

    `moves`, `nodes`, `rebuilds` and `rounds` are the effort it was given (`Effort`); a study goes
    on only with trials of its own.
    """

    model: int
    trial: int
    seed: int
    moves: int
    nodes: int
    memory: int
    requests: int
    mc_sf: int
    lower: int
    upper: int
    leaves: int
    rebuilds: int = 0
    rounds: int = 0


def draw(model: int, trial: int, seed: int, requests: int | None = None) -> Instance:
    """The instance of a trial; lengths are predicted exactly. `requests` replaces n in model 1.

    M ~ U{30..50}, s ~ U{1..5}, o ~ U{1..M-s}. Model 1: n ~ U{40..60} requests at step 0. Model 2:
    in each of the steps 1 ... T, T ~ U{40..60}, a Poisson number with a mean ~ U[0.5, 1.5].

    >>> draw(1, 0, 0).n in range(40, 61)
    True
    """
    rng = np.random.default_rng([seed, model, trial])
    memory = int(rng.integers(30, 51))
    if model == 1:
        drawn = int(rng.integers(40, 61))
        arrival = np.zeros(requests or drawn, dtype=np.int64)
    else:
        steps, rate = int(rng.integers(40, 61)), rng.uniform(0.5, 1.5)
        arrival = np.repeat(np.arange(1, steps + 1), rng.poisson(rate, steps))
    prompt = rng.integers(1, 6, len(arrival))
    output = rng.integers(1, memory - prompt + 1)
    exact = [(int(o), int(o)) for o in output]
    return Instance.of(
        memory, output.tolist(), prompt=prompt.tolist(), arrival=arrival.tolist(), interval=exact
    )


def run_trial(
    model: int, seed: int, effort: Effort, trial: int, requests: int | None = None
) -> Trial:
    """Draw, simulate, enclose, check; raises `CertificateError` if the checker refuses."""
    return certified_trial(model, seed, effort, trial, requests)[0]


def certified_trial(
    model: int, seed: int, effort: Effort, trial: int, requests: int | None = None
) -> tuple[Trial, dict[str, Any]]:
    """`run_trial` with the certificate as plain data."""
    instance = draw(model, trial, seed, requests)
    simulated = run(instance, POLICIES["mc-sf"])
    outcome = optimum(instance, effort=effort, seed=trial, warm=[simulated.schedule])
    proof = outcome.certificate or {}
    certified = check(read_certificate(json.dumps(proof)))
    found = Trial(
        model,
        trial,
        seed,
        effort.moves,
        effort.nodes,
        instance.memory,
        instance.n,
        simulated.tel,
        certified.lower,
        certified.upper,
        certified.leaves,
        effort.rebuilds,
        effort.rounds,
    )
    return found, proof


def as_lines(trials: Sequence[Trial]) -> str:
    """One JSON object a line, in the order in which they are given."""
    return "".join(json.dumps(asdict(trial)) + "\n" for trial in trials)


class Summary(NamedTuple):
    """Certified statements about MC-SF / optimum over the trials of a model.

    Ratios are pairs (at least, at most): the best schedule found and the certified bound enclose
    the optimum. `optimal` / `not_optimal`: trials in which MC-SF is proven to be / not to be
    optimal. `proven`: trials with lower = upper; `within`: gap at most 0.5 %.
    """

    trials: int
    best: tuple[float, float]
    mean: tuple[float, float]
    worst: tuple[float, float]
    optimal: int
    not_optimal: int
    proven: int
    within: int
    mean_gap: float
    worst_gap: float


WITHIN = 0.005  # the share of the latency that the project set itself as the aim for the gap


def summarise(trials: Sequence[Trial]) -> Summary:
    """Summary of at least one trial."""
    low = [t.mc_sf / t.upper for t in trials]
    high = [t.mc_sf / t.lower for t in trials]
    gaps = [(t.upper - t.lower) / t.upper for t in trials]
    return Summary(
        trials=len(trials),
        best=(min(low), min(high)),
        mean=(float(np.mean(low)), float(np.mean(high))),
        worst=(max(low), max(high)),
        optimal=sum(t.mc_sf == t.lower for t in trials),
        not_optimal=sum(t.mc_sf > t.upper for t in trials),
        proven=sum(gap == 0 for gap in gaps),
        within=sum(gap <= WITHIN for gap in gaps),
        mean_gap=float(np.mean(gaps)),
        worst_gap=max(gaps),
    )
