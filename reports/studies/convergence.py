"""Do the policies' simulated latencies converge to their fluid forms? `kvratio study convergence`.

The fluid limit lets M and n / M grow. For each law of output lengths the requests have exactly the
law's shares (largest remainders), in an order shuffled anew for every seed, so that the only
randomness left is that of the policy and of the order. A simulated latency is compared with
n^2 / (2 M) x'Qx for the form's Q, and its ratio to simulated H-SF with the ratio of the forms.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from statistics import fmean, stdev
from typing import Any, ClassVar

import numpy as np
from scipy.stats import t as student

from kvratio.reports.render.text import pipe_table
from kvratio.reports.studies.study import Files, Study, Task
from kvratio.simulate.kernel import run
from kvratio.simulate.policies import POLICIES, named
from kvratio.simulate.policies.offset_slicing import GROWTH
from kvratio.simulate.policies.slicing import slicing as slicing_policy
from kvratio.simulate.policy import Policy
from kvratio.theory.checks import whole
from kvratio.theory.forms import (
    A_MIN,
    A_MIN_STAGGERED,
    H_SF,
    Form,
    Shares,
    geometric_caps,
    slicing,
    tel,
)
from kvratio.theory.lengths import Lengths, geometric, linear_geometric, two_point
from kvratio.theory.model import Instance
from kvratio.theory.price import whole_lengths

CONFIDENCE = 0.95
# A policy "meets" its form when its simulated latency at the largest size is this close: what is
# left of the finite size there (whole batches, first and last steps of a stage).
TOLERANCE = 0.05


@dataclass(frozen=True)
class Law:
    """Shares of output lengths within the predicted interval [low, high], at a common prompt."""

    name: str
    shares: Shares
    low: int
    high: int
    prompt: int = 0


@dataclass(frozen=True)
class Size:
    """A point on the way to the fluid limit: memory in tokens, requests in multiples of it."""

    memory: int
    load: int

    @property
    def requests(self) -> int:
        """Number of requests."""
        return self.memory * self.load


@dataclass(frozen=True)
class Row:
    """One policy, law and size: simulated over predicted, with confidence intervals.

    `tel_ratio` is the simulated latency over the form's, `to_h_sf` the simulated ratio to H-SF,
    each as (mean, half width of its confidence interval); `form_to_h_sf` is derived.
    """

    policy: str
    law: str
    size: Size
    seeds: int
    form_to_h_sf: float
    to_h_sf: tuple[float, float]
    tel_ratio: tuple[float, float]

    @property
    def meets(self) -> bool:
        """Is the latency within `TOLERANCE` of the form's?"""
        return abs(self.tel_ratio[0] - 1) <= TOLERANCE

    def to_json(self) -> dict[str, Any]:
        """Plain data; what is derived and what simulated stays apart."""
        return {
            "policy": self.policy,
            "law": self.law,
            "memory": self.size.memory,
            "requests": self.size.requests,
            "seeds": self.seeds,
            "derived": {"form_to_h_sf": self.form_to_h_sf},
            "simulated": {
                "to_h_sf": self.to_h_sf[0],
                "to_h_sf_half_width": self.to_h_sf[1],
                "tel_over_form": self.tel_ratio[0],
                "tel_over_form_half_width": self.tel_ratio[1],
            },
            "confidence": CONFIDENCE,
            "meets": self.meets,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Row":
        """Read what `to_json` writes; whether the form is met is computed anew."""
        found = data["simulated"]
        return cls(
            data["policy"],
            data["law"],
            Size(data["memory"], data["requests"] // data["memory"]),
            data["seeds"],
            data["derived"]["form_to_h_sf"],
            (found["to_h_sf"], found["to_h_sf_half_width"]),
            (found["tel_over_form"], found["tel_over_form_half_width"]),
        )


def survival_witness(u: int) -> dict[int, Fraction]:
    """The survival profile S_k = 1 / (2 k - 1) on 1 ... u, under which A_min's ratio grows like
    (1/4) log u (`kvratio.theory.general`).

    >>> survival_witness(2)
    {1: Fraction(2, 3), 2: Fraction(1, 3)}
    """
    survival = [Fraction(1, 2 * k - 1) for k in range(1, u + 1)] + [Fraction(0)]
    return {k: survival[k - 1] - survival[k] for k in range(1, u + 1)}


def truncated(law: Lengths, high: int) -> dict[int, Fraction]:
    """The law's probabilities of the lengths 1 ... high, not rescaled (forms are homogeneous)."""
    return {k: law.pmf(k) for k in range(1, high + 1)}


def laws() -> tuple[Law, ...]:
    """The three families of P and two worst cases of A_min, at s = 0, and one with prompts."""
    pair = two_point(5, 20, "1/5")
    return (
        Law("two-point l=5 u=20 q=0.2 (worst case of A_min)", truncated(pair, 20), 5, 20),
        Law("geometric q=0.8", truncated(geometric("4/5"), 40), 1, 40),
        Law("linear geometric q=0.8", truncated(linear_geometric("4/5"), 50), 1, 50),
        Law("survival 1/(2k-1), u=20 (worst case of A_min)", survival_witness(20), 1, 20),
        Law("two-point l=5 u=20 q=0.2, prompt 20", truncated(pair, 20), 5, 20, prompt=20),
    )


SIZES = (Size(250, 40), Size(1000, 40), Size(4000, 40))
QUICK_SIZES = (Size(100, 20), Size(200, 20))


# Offset slicing as it is declared, and with the starts that its form has
OFFSET = ("offset-slicing", "offset-slicing:classes=4,admits=paced")
Latency = Callable[[Shares, Law], Fraction | float]  # x'Qx


def of(form: Form) -> Latency:
    """The latency of a form.

    >>> of(H_SF)({2: 3}, Law("three of 2", {2: Fraction(1)}, 2, 2))
    Fraction(36, 1)
    """
    return lambda shares, law: tel(form, shares, law.prompt, (law.low, law.high))


def claims(law: Law) -> Iterator[tuple[Policy, Latency]]:
    """The latency of the form that each policy is claimed to follow on a law.

    Those with a proved bound at finite size are in `kvratio.reports.studies.bounds_met`.
    """
    for reading in ("a-min", "a-min-live", "a-min-thinned"):
        yield POLICIES[reading], of(A_MIN)
    yield POLICIES["a-min-staggered"], of(A_MIN_STAGGERED)
    caps = geometric_caps(law.high)
    yield slicing_policy(caps), of(slicing(caps))
    for name in OFFSET:
        policy = named(name)
        yield policy, lambda shares, on: whole_lengths.latency(shares, on.prompt, GROWTH)


def mean_length(law: Law) -> int:
    """The mean length, rounded down: on geometric lengths the best threshold without prompts.

    >>> mean_length(laws()[1])
    4
    """
    total = sum(Fraction(x) for x in law.shares.values())
    return int(sum(k * x for k, x in law.shares.items()) / total)


def outputs(law: Law, count: int) -> list[int]:
    """`count` output lengths with the law's shares, by largest remainder, in ascending order.

    >>> outputs(Law("two", {1: Fraction(2), 3: Fraction(1)}, 1, 3), 6)
    [1, 1, 1, 1, 3, 3]
    """
    total = sum(law.shares.values())
    exact = {k: Fraction(x) * count / total for k, x in law.shares.items()}
    number = {k: int(x) for k, x in exact.items()}
    by_remainder = sorted(exact, key=lambda k: (number[k] - exact[k], k))
    for k in by_remainder[: count - sum(number.values())]:
        number[k] += 1
    return [k for k in sorted(number) for _ in range(number[k])]


def mean_and_half_width(values: list[float]) -> tuple[float, float]:
    """Mean and half width of the Student confidence interval.

    >>> mean_and_half_width([1.0, 1.0])
    (1.0, 0.0)
    """
    spread = stdev(values) / sqrt(len(values))
    return fmean(values), float(student.ppf((1 + CONFIDENCE) / 2, len(values) - 1)) * spread


def simulate(law: Law, policies: Iterable[Policy], size: Size, seed: int) -> dict[str, int]:
    """Total latencies (steps) of the policies on a law with one seed, by the policy's name."""
    lengths = np.array(outputs(law, size.requests))
    order = np.random.default_rng(seed).permutation(len(lengths))
    instance = Instance.of(
        size.memory, lengths[order].tolist(), prompt=law.prompt, interval=(law.low, law.high)
    )
    return {policy.name: run(instance, policy, seed).tel for policy in policies}


@dataclass(frozen=True, slots=True)
class Convergence(Study):
    """Every claim on every law and size, with `seeds` seeds. The defaults are as published."""

    name: ClassVar[str] = "convergence"

    sizes: tuple[Size, ...] = SIZES
    seeds: int = 5

    def plan(self) -> list[Task]:
        """A task for each law, size and seed.

        >>> Convergence(sizes=(Size(60, 5),), seeds=2).plan()[1][1:]
        (60, 5, 1)
        """
        whole("seeds", self.seeds, least=2)
        return [
            (law.name, size.memory, size.load, seed)
            for law in laws()
            for size in self.sizes
            for seed in range(self.seeds)
        ]

    @staticmethod
    def row(task: Task) -> dict[str, int]:
        """The total latency of each policy, in steps."""
        name, memory, load, seed = task
        law = next(law for law in laws() if law.name == name)
        policies = (POLICIES["h-sf"], *(policy for policy, _ in claims(law)))
        return simulate(law, policies, Size(memory, load), seed)

    def compared(self, rows: Sequence[dict[str, int]]) -> list[Row]:
        """The simulated latencies beside those of the forms."""
        at: dict[tuple[str, Size], list[dict[str, int]]] = {}
        for (name, memory, load, _), row in zip(self.plan(), rows, strict=True):
            at.setdefault((name, Size(memory, load)), []).append(row)
        return [
            row
            for law in laws()
            for size in self.sizes
            for row in _at(law, size, at[law.name, size])
        ]

    def files(self, rows: Sequence[dict[str, int]]) -> Files:
        """The rows as JSON, and the page."""
        found = self.compared(rows)
        text = json.dumps([row.to_json() for row in found], indent=2, ensure_ascii=False) + "\n"
        return {"convergence.json": text, "convergence.md": markdown_text(found)}


def _at(law: Law, size: Size, simulated: Sequence[dict[str, int]]) -> Iterator[Row]:
    """The rows of a law and size, from the latencies with each seed."""
    present = Counter(outputs(law, size.requests))
    base = tel(H_SF, present, law.prompt, (law.low, law.high))
    for policy, latency in claims(law):
        cost = latency(present, law)
        predicted = float(cost / (2 * size.memory))
        yield Row(
            policy.name,
            law.name,
            size,
            len(simulated),
            float(cost / base),
            mean_and_half_width([found[policy.name] / found["h-sf"] for found in simulated]),
            mean_and_half_width([found[policy.name] / predicted for found in simulated]),
        )


COLUMNS = ("policy", "M", "n", "ratio of forms", "simulated ratio", "latency / form", "meets form")


def cells(row: Row) -> tuple[str, ...]:
    """A row of the table, formatted under `COLUMNS`."""
    return (
        named(row.policy).title,
        f"{row.size.memory:,}",
        f"{row.size.requests:,}",
        f"{row.form_to_h_sf:.4f}",
        f"{row.to_h_sf[0]:.4f} ± {row.to_h_sf[1]:.4f}",
        f"{row.tel_ratio[0]:.4f} ± {row.tel_ratio[1]:.4f}",
        "yes" if row.meets else "no",
    )


def legend(rows: list[Row]) -> str:
    """What the columns mean."""
    return (
        "ratio of forms: to H-SF's, derived; simulated ratio: to simulated H-SF; latency / form: "
        f"simulated over derived.\n± is the {CONFIDENCE:.0%} Student interval over "
        f"{rows[0].seeds} seeds; a latency meets its form within {TOLERANCE:.0%}."
    )


def markdown_text(rows: list[Row]) -> str:
    """The tables of all laws as a Markdown document."""
    lines = ["# Simulation against the fluid forms", "", legend(rows).replace("\n", " ")]
    for law in dict.fromkeys(row.law for row in rows):
        lines += ["", f"## {law}", ""]
        lines += pipe_table(COLUMNS, [cells(row) for row in rows if row.law == law])
    return "\n".join(lines) + "\n"
