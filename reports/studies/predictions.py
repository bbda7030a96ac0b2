"""The price of cancelling by the width of the predicted interval: `kvratio study predictions`.

For each rho = v(u)/v(l) a policy and lengths are searched, and rounded to the certificates of
`kvratio.theory.price.enclosed`. What is shown is worked out from the certificates, exactly.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from math import ceil, floor, sqrt
from typing import Any, ClassVar

from kvratio.reports.render.text import pipe_table
from kvratio.reports.studies.study import Files, Study, Task
from kvratio.theory.checks import rational
from kvratio.theory.price import best_policy, best_prices
from kvratio.theory.price.constant import enclosure
from kvratio.theory.price.enclosed import proofs

RHOS = ("2", "3", "4", "5", "7", "10", "20", "50", "100", "300", "1000", "3000", "10000")
ROUNDS, WIDE_ROUNDS = 200, 500  # of the search for a policy; for rho beyond `WIDE_FROM`
PLACES = 10**4  # shown, rounded outwards
COLUMNS = (
    "rho",
    "at least",
    "at most",
    "gap",
    "run to the end",
    "never cancelled",
    "runs a request",
)


@dataclass(frozen=True)
class Enclosed:
    """The price at one rho: no policy is below `below`, one is at most `above`.

    `kept`: the share of requests that this policy runs to their end at once; `runs`: how often it
    starts a request that has the largest volume, on average.
    """

    rho: Fraction
    below: Fraction
    above: Fraction
    kept: Fraction
    runs: Fraction

    @property
    def gap(self) -> float:
        """Of both ends, relative to the lower one."""
        return float(self.above / self.below) - 1


def enclosed(row: Mapping[str, Any]) -> Enclosed:
    """Check both certificates, and read off what they say. K is an upper end for every rho.

    Raises `InputError` for certificates that are none, or are for another rho.
    """
    policy, lengths = proofs(row)
    rho = rational("rho", row["rho"])
    for name, proof in (("policy", policy), ("lengths", lengths)):
        rational(f"{name}: rho", proof.rho, least=rho, most=rho)
    total = sum(k for a, _, k in policy.runs if a < 0)
    kept = sum(k for a, b, k in policy.runs if a < 0 and policy.level(b) == policy.last)
    starts = sum(k for _, _, k in policy.runs)
    above = min(policy.ratio, enclosure().above)
    return Enclosed(rho, lengths.ratio, above, Fraction(kept, total), Fraction(starts, total))


@dataclass(frozen=True, slots=True)
class Predictions(Study):
    """Certificates for each rho. The defaults are as published; large rho take minutes."""

    name: ClassVar[str] = "predictions"

    rhos: tuple[str, ...] = RHOS
    rounds: int | None = None  # as published, if None

    def plan(self) -> list[Task]:
        """A task for each rho.

        >>> Predictions(("2", "3000")).plan()
        [('2', 200), ('3000', 500)]
        """
        found = [rational("rho", rho, least=2) for rho in self.rhos]
        usual = [WIDE_ROUNDS if rho > best_prices.WIDE_FROM else ROUNDS for rho in found]
        return [(str(rho), self.rounds or n) for rho, n in zip(found, usual, strict=True)]

    @staticmethod
    def row(task: Task) -> dict[str, Any]:
        """The certificates, as plain data."""
        rho, rounds = task
        policy, levels, means = best_policy.search(float(Fraction(rho)), rounds)
        lengths = best_prices.search(levels, means, float(Fraction(rho)))
        return {"rho": rho, "policy": asdict(policy), "lengths": asdict(lengths)}

    def files(self, rows: Sequence[dict[str, Any]]) -> Files:
        """The certificates as JSON, one a line, and the page."""
        lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
        found = [enclosed(row) for row in rows]
        return {"predictions.json": f"[\n{lines}\n]\n", "predictions.md": page(found)}


def cells(found: Enclosed) -> tuple[str, ...]:
    """A row of the table, formatted under `COLUMNS`; the ends rounded outwards."""
    return (
        f"{float(found.rho):g}",
        f"{floor(found.below * PLACES) / PLACES:.4f}",
        f"{ceil(found.above * PLACES) / PLACES:.4f}",
        f"{found.gap:.1%}",
        f"{(1 + sqrt(found.rho)) / 2:.4f}",
        f"{float(found.kept):.0%}",
        f"{float(found.runs):.2f}",
    )


LEGEND = (
    "The best ratio to the optimum that a policy can guarantee if every volume is in [v, rho v], "
    "lengths are not known beyond that, and what is cancelled is lost. Fluid limit, all requests "
    "at time 0. At least: no policy is better on certain lengths, even one that knows their "
    "distribution; at most: a certain policy is no worse on any lengths; both by certificates that "
    "are checked in whole numbers. Run to the end: the guarantee of never cancelling, "
    "(1 + sqrt rho)/2, which is the price up to rho = 2.618. Never cancelled: the share of "
    "requests that the policy found runs to their end at once; runs a request: of the largest "
    "volume."
)


def page(found: Sequence[Enclosed]) -> str:
    """The table as a Markdown document."""
    body = pipe_table(COLUMNS, [cells(one) for one in found])
    return "\n".join(["# The price of cancelling with predictions", "", LEGEND, "", *body]) + "\n"
