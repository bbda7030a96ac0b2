"""A cell of the grid, simulated and derived; and what is published of it.

The requests have exactly the shares of a law, in an order shuffled anew for every seed. The lower
bound and the bounds in expectation do not depend on the order.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from kvratio.reports.studies.bounds_met.policies import all_laws, held
from kvratio.reports.studies.convergence import Size, mean_and_half_width, outputs
from kvratio.simulate import engine
from kvratio.simulate.kernel import run
from kvratio.simulate.preemptive import PREEMPTIVE
from kvratio.simulate.testing.closest import closest
from kvratio.theory.area import lower_bound
from kvratio.theory.finite.policies import kept_bound, upper_bound
from kvratio.theory.model import Instance, Preemption

DIGITS = 6  # decimals of a published ratio
Interval = tuple[float, float]  # a mean, and half the width of its confidence interval


@dataclass(frozen=True)
class Met:
    """A policy on a law at a size, as ratios to two lower values of the latency.

    `lower`: to the certified lower bound; `fluid`: to the fluid value n^2/(2M) x'Qx. `bound_...`:
    the proved bound on the expected latency, None where there is none at that size. `nearest`: the
    largest latency of a run over the bound on that run; None for a policy without one.
    """

    law: str
    policy: str
    memory: int
    requests: int
    seeds: int
    lower: Interval
    fluid: Interval
    bound_lower: float | None
    bound_fluid: float | None
    nearest: float | None

    @property
    def size(self) -> Size:
        """The point of the grid."""
        return Size(self.memory, self.requests // self.memory)

    @property
    def holds(self) -> bool:
        """Is every run within its bound, and the mean?"""
        above_mean = self.bound_fluid is not None and self.fluid[0] > self.bound_fluid
        return not above_mean and (self.nearest is None or self.nearest <= 1)

    def to_json(self) -> dict[str, Any]:
        """Plain data; what is derived and what simulated stays apart."""
        data = asdict(self)
        simulated = {key: data.pop(key) for key in ("lower", "fluid", "nearest")}
        derived = {key: data.pop(key) for key in ("bound_lower", "bound_fluid")}
        return {**data, "simulated": simulated, "derived": derived}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Met":
        """Read what `to_json` writes."""
        flat: dict[str, Any] = {k: v for k, v in data.items() if k not in ("simulated", "derived")}
        flat |= data["simulated"] | data["derived"]
        return cls(**{**flat, "lower": tuple(flat["lower"]), "fluid": tuple(flat["fluid"])})


@dataclass(frozen=True)
class Approach:
    """The run that comes closest to the bound on it: `waits` steps of waiting of `allowed`."""

    policy: str
    mixed: bool
    waits: int
    allowed: str  # a fraction
    memory: int
    prompt: int
    outputs: tuple[int, ...]
    seed: int

    @property
    def instance(self) -> Instance:
        """The batch."""
        interval = min(self.outputs), max(self.outputs)
        return Instance.of(self.memory, self.outputs, prompt=self.prompt, interval=interval)

    @property
    def share(self) -> Fraction:
        """Of the waiting that is allowed."""
        return self.waits / Fraction(self.allowed)

    def again(self) -> "Approach":
        """The same batch run and bounded now."""
        own, allowed = sum(self.outputs), bound(self.policy, self.instance)
        assert allowed is not None
        waits = engine.run(self.instance, self.policy, self.seed, preemption=kept(self.policy)).tel
        waits -= own
        return Approach(
            self.policy, self.mixed, waits, str(allowed - own),
            self.memory, self.prompt, self.outputs, self.seed,
        )  # fmt: skip

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Approach":
        """Read plain data."""
        return cls(**{**data, "outputs": tuple(data["outputs"])})


def kept(policy: str) -> Preemption:
    """Does the policy keep the tokens of those that it preempts? It has no meaning otherwise."""
    return Preemption.KEEP if policy in PREEMPTIVE else Preemption.CANCEL


def bound(policy: str, instance: Instance) -> Fraction | None:
    """The bound on every run."""
    return (kept_bound if kept(policy).keeps else upper_bound)(policy, instance)


def simulated(name: str, memory: int, load: int, seeds: int) -> dict[str, Any]:
    """Of a cell: the lower bound, and for each policy its latencies, and its bounds on each run."""
    law = next(law for law in all_laws() if law.name == name)
    lengths = np.array(outputs(law, memory * load))
    found: dict[str, Any] = {"lower": 0, "runs": {}}
    for seed in range(seeds):
        order = np.random.default_rng(seed).permutation(len(lengths))
        mine = lengths[order].tolist()
        within, exactly = (
            Instance.of(memory, mine, prompt=law.prompt, interval=interval)
            for interval in ((law.low, law.high), [(o, o) for o in mine])
        )
        found["lower"] = found["lower"] or lower_bound(within)
        for on in held(law):
            instance = exactly if on.exact else within
            rows = found["runs"].setdefault(on.policy.name, {"tel": [], "allowed": []})
            rows["tel"].append(run(instance, on.policy, seed).tel)
            if on.every is not None and (on.ordered or not seed):
                rows["allowed"].append(int(on.every(instance)))  # latencies are whole
    return found


def compared(name: str, memory: int, load: int, found: dict[str, Any]) -> Iterator[Met]:
    """The rows of a cell, from what `simulated` found."""
    law = next(law for law in all_laws() if law.name == name)
    size = Size(memory, load)
    counts = Counter(outputs(law, size.requests))
    for on in held(law):
        tels, allowed = (found["runs"][on.policy.name][key] for key in ("tel", "allowed"))
        fluid = Fraction(on.form(counts, law)) / (2 * memory)
        mean = on.mean(counts, memory)
        each = allowed * len(tels) if len(allowed) == 1 else allowed or [None] * len(tels)
        nearest = max((Fraction(t, a) for t, a in zip(tels, each, strict=True) if a), default=None)
        lower = Fraction(found["lower"])
        yield Met(
            law.name, on.policy.name, memory, size.requests, len(tels),
            _over(tels, lower), _over(tels, fluid),
            None if mean is None else _rounded(mean / lower),
            None if mean is None else _rounded(mean / fluid),
            None if nearest is None else _rounded(nearest),
        )  # fmt: skip


def _over(values: list[int], low: Fraction) -> Interval:
    mean, half = mean_and_half_width([float(value / low) for value in values])
    return round(mean, DIGITS), round(half, DIGITS)


def _rounded(value: Fraction) -> float:
    return round(float(value), DIGITS)


def approach(policy: str, mixed: bool, examples: int, seed: int) -> dict[str, Any]:
    """The closest approach of a policy, as plain data."""
    found = closest(
        policy,
        proved_bound=lambda instance: bound(policy, instance),
        examples=examples,
        seed=seed,
        mixed=mixed,
    )
    assert found is not None  # some batch waits among a few
    instance = found.case.instance
    at = Approach(
        policy, mixed, 0, "1", instance.memory, instance.prompt[0], instance.output, found.case.seed
    )
    return asdict(at.again())
