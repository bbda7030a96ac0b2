"""What keeping the tokens of evicted requests is worth: `kvratio study kept-worth`.

Each policy runs on the same requests under both readings of preemption, all at step 0, in steps,
where restoring the cache costs nothing. What is simulated is beside the ratio of the forms, where
the policy's form under both readings is derived. A_min as printed and with the live bound, FCFS and
learned slicing have no form under `keep`: theirs are simulated only.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from statistics import fmean
from typing import Any, ClassVar, NamedTuple

import numpy as np

from kvratio.reports.render.text import pipe_table
from kvratio.reports.studies.convergence import Law, laws, mean_length, outputs
from kvratio.reports.studies.study import Files, Study, Task
from kvratio.simulate.kernel import run
from kvratio.simulate.policies import named
from kvratio.theory.area import lower_bound
from kvratio.theory.checks import whole
from kvratio.theory.forms import (
    A_L,
    A_MIN,
    A_MIN_STAGGERED,
    AREA,
    geometric_caps,
    promotion,
    slicing,
    tel,
)
from kvratio.theory.lengths import two_point
from kvratio.theory.model import Instance, Preemption
from kvratio.theory.price import kept_policies, kept_slices

MEMORY, LOAD = 1000, 10  # tokens; requests a token of memory
SEEDS = 3
LONG_PROMPTS = Law(
    "two-point l=1 u=100 q=0.1, prompt 100",
    {k: two_point(1, 100, "1/10").pmf(k) for k in (1, 100)},
    1,
    100,
    prompt=100,
)
READINGS = tuple(map(str, Preemption))
COLUMNS = (
    "policy",
    "form, lost",
    "form, kept",
    "simulated, lost",
    "simulated, kept",
    "kept / lost",
)


def all_laws() -> tuple[Law, ...]:
    """The laws of `kvratio study convergence`, and one with long prompts.

    >>> len(all_laws())
    6
    """
    return (*laws(), LONG_PROMPTS)


def policies(law: Law) -> tuple[str, ...]:
    """The policies of a law, as `--policy` takes them. A_l with its form's slots.

    >>> policies(LONG_PROMPTS)[4]
    'a-l'
    """
    caps = ",".join(map(str, geometric_caps(law.high)))
    return (
        *("a-min", "a-min-live", "a-min-thinned", "a-min-staggered"),
        "a-l" if _two(law) else f"a-l:threshold={mean_length(law)},admits=slots",
        f"slicing:caps={caps}",
        "learned-slicing",
        "fcfs",
    )


def _two(law: Law) -> bool:
    return sum(map(bool, law.shares.values())) == 2


class Derived(NamedTuple):
    """Ratios of a policy's forms to the area bound's, tokens lost and kept."""

    lost: Fraction
    kept: Fraction


def derived(law: Law, policy: str) -> Derived | None:
    """The ratios of the forms on the law's shares, None where no form is derived.

    >>> law = Law("two", {1: Fraction(1, 2), 2: Fraction(1, 2)}, 1, 2)
    >>> derived(law, "a-l")
    Derived(lost=Fraction(5, 3), kept=Fraction(4, 3))
    """
    shares = Counter(outputs(law, MEMORY * LOAD))
    within, s = (law.low, law.high), law.prompt
    base = tel(AREA, shares, s, within)
    if policy.startswith("slicing"):
        caps = geometric_caps(law.high)
        counts = [shares.get(k, 0) for k in range(1, law.high + 1)]
        lost, kept = tel(slicing(caps), shares, s), kept_slices.form(s, caps, counts)
    else:
        threshold = mean_length(law)
        forms = {
            "a-min-thinned": (A_MIN, kept_policies.A_MIN_KEPT),
            "a-min-staggered": (A_MIN_STAGGERED, kept_policies.A_MIN_STAGGERED_KEPT),
            "a-l": (A_L, kept_policies.A_L_KEPT),
        }
        if policy.startswith("a-l:"):
            pair = promotion(threshold), kept_policies.promotion_kept(threshold)
        elif policy in forms:
            pair = forms[policy]
        else:
            return None
        lost, kept = (tel(form, shares, s, within) for form in pair)
    return Derived(lost / base, kept / base)


@dataclass(frozen=True)
class Row:
    """A policy on a law: mean latencies over the seeds, over the certified bound; and its forms'.

    `forms`: (lost, kept), or None where there is none.
    """

    law: str
    policy: str
    lost: float
    kept: float
    forms: tuple[float, float] | None

    @property
    def worth(self) -> float:
        """Simulated latency with tokens kept over that with tokens lost."""
        return self.kept / self.lost

    def cells(self) -> tuple[str, ...]:
        """Formatted under `COLUMNS`."""
        forms = ("", "") if self.forms is None else tuple(f"{x:.3f}" for x in self.forms)
        numbers = (f"{self.lost:.3f}", f"{self.kept:.3f}", f"{self.worth:.3f}")
        return (named(self.policy).title, *forms, *numbers)


@dataclass(frozen=True, slots=True)
class KeptWorth(Study):
    """Every policy on every law under both readings, with `seeds` seeds."""

    name: ClassVar[str] = "kept-worth"

    seeds: int = SEEDS
    load: int = LOAD

    def plan(self) -> list[Task]:
        """A task for each law and seed.

        >>> KeptWorth(seeds=2).plan()[0]
        ('two-point l=5 u=20 q=0.2 (worst case of A_min)', 10, 0)
        """
        whole("seeds", self.seeds, least=1)
        whole("load", self.load, least=1)
        return [(law.name, self.load, seed) for law in all_laws() for seed in range(self.seeds)]

    @staticmethod
    def row(task: Task) -> dict[str, Any]:
        """The total latencies by policy and reading, and the certified bound, in steps."""
        name, load, seed = task
        law = next(law for law in all_laws() if law.name == name)
        lengths = np.array(outputs(law, MEMORY * load))
        order = np.random.default_rng(seed).permutation(len(lengths))
        instance = Instance.of(
            MEMORY, lengths[order].tolist(), prompt=law.prompt, interval=(law.low, law.high)
        )
        found = {
            policy: [run(instance, named(policy), seed, None, r).tel for r in READINGS]
            for policy in policies(law)
        }
        return {"bound": lower_bound(instance), "tel": found}

    def compared(self, rows: Sequence[dict[str, Any]]) -> list[Row]:
        """The simulated latencies, over the bound, beside the forms."""
        by_law: dict[str, list[dict[str, Any]]] = {}
        for (name, *_), row in zip(self.plan(), rows, strict=True):
            by_law.setdefault(name, []).append(row)
        found = []
        for law in all_laws():
            for policy in policies(law):
                over = [
                    [tel_ / row["bound"] for tel_ in row["tel"][policy]] for row in by_law[law.name]
                ]
                lost, kept = (fmean(column) for column in zip(*over, strict=True))
                forms = derived(law, policy)
                pair = None if forms is None else (float(forms.lost), float(forms.kept))
                found.append(Row(law.name, policy, lost, kept, pair))
        return found

    def files(self, rows: Sequence[dict[str, Any]]) -> Files:
        """The rows as JSON, and the page."""
        found = self.compared(rows)
        text = json.dumps([asdict(row) for row in found], indent=1) + "\n"
        return {"kept-worth.json": text, "kept-worth.md": page(found, self)}


def read(text: str) -> list[Row]:
    """The rows of a published file."""
    rows = json.loads(text)
    pairs = [row["forms"] and tuple(row["forms"]) for row in rows]
    return [Row(**{**row, "forms": pair}) for row, pair in zip(rows, pairs, strict=True)]


def legend(seeds: int = SEEDS, load: int = LOAD) -> str:
    """What the columns mean."""
    return (
        "Latency over the area bound, which holds for every schedule, whether evicted requests "
        "lose their tokens or keep them. form: in the fluid limit, derived (thinned and staggered "
        "A_min, A_l, slicing; the others have none with tokens kept). simulated: in steps, all "
        f"requests at step 0, M = {MEMORY:,}, {MEMORY * load:,} requests, means over {seeds} "
        "seeds; in steps restoring the cache costs nothing, so in seconds keeping is worth less."
    )


def page(found: Sequence[Row], study: KeptWorth) -> str:
    """The tables of all laws as a Markdown document."""
    lines = ["# What keeping the tokens is worth", "", legend(study.seeds, study.load)]
    for law in dict.fromkeys(row.law for row in found):
        lines += ["", f"## {law}", ""]
        lines += pipe_table(COLUMNS, [row.cells() for row in found if row.law == law])
    return "\n".join(lines) + "\n"
