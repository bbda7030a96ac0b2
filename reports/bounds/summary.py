"""The one table: A_min and A_l beside the others on the three families, from the rows of bounds.

Each cell is the row of a derivation, named by its id; nothing is computed here but how fast a
ratio without bound grows, from the closed form of its row. The published figures are the constants
of claims of the ledger. Both come from published files (`bounds.json`, `claims.json`), which are
compared byte for byte with what derivations and checks give, so they are a cache of these.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from kvratio.reports import PUBLISHED

Row = Mapping[str, Any]
LENGTHS = ("two-point", "geometric", "linear geometric")
ZERO, MEAN, LONG = "0", "mean", "long"
PROMPTS = (ZERO, MEAN, LONG)
AGAINST = {"H-SF": "H-SF", "optimum": "area"}  # the area bound is the optimum of the fluid limit
# heads of the columns, and how ids call the policies
POLICIES = {
    "A_min": "A_min",
    "A_l own": "A_l own, own",
    "A_l slots": "A_l slots, slots",
    "A_max": "A_max",
    "A_random": "A_random",
    "H-SF": "H-SF",
}
# how ids end for each prompt; two lengths have no mean of their own, there the prompt is l
ENDS = {
    ("two-point", MEAN): "s=l",
    **{(lengths, ZERO): "s=0" for lengths in LENGTHS},
    **{(lengths, MEAN): "s=mean" for lengths in LENGTHS[1:]},
    **{(lengths, LONG): "long prompts" for lengths in LENGTHS},
}
PROMPT_NAMES = {
    ("two-point", MEAN): "s = l",
    **{(lengths, ZERO): "s = 0" for lengths in LENGTHS},
    **{(lengths, MEAN): "s = E[o]" for lengths in LENGTHS[1:]},
    **{(lengths, LONG): "s -> inf" for lengths in LENGTHS},
}
# one row for all prompts: its supremum is reached where rho = 2, and every prompt has such lengths
SAME_SUPREMUM = "two-point/A_l own, own/H-SF"
# claims of the ledger about a published bound against H-SF: without prompts, and with them
CLAIMS = {
    ("two-point", "A_min"): ("t6-s0", "t6-prompts"),
    ("two-point", "A_l own"): ("t7-s0", "t7-prompts"),
    ("geometric", "A_min"): ("fig3-s0", "fig3-prompts"),
    ("linear geometric", "A_min"): ("t8-s0", "t8-prompts"),
}


@dataclass(frozen=True)
class Cell:
    """One supremum: `value` has 12 digits or is "inf", then `growth` says how the ratio grows."""

    lengths: str
    prompt: str
    policy: str
    against: str
    value: str
    growth: str
    obtained: str
    id: str


@dataclass(frozen=True)
class Published:
    """A published figure against H-SF, and the verdicts of the ledger on its bound."""

    lengths: str
    policy: str
    figure: str
    claims: tuple[str, str]  # without prompts, with prompts
    verdicts: tuple[str, str]


def cells(rows: Iterable[Row]) -> list[Cell]:
    """The cells that the rows of bounds fill, in the order of the table.

    >>> [cell] = cells([row for row in rows_of_bounds() if row["id"] == "geometric/A_min/H-SF/s=0"])
    >>> cell.prompt, cell.value, cell.obtained
    ('0', '1.68223383328', 'derived')
    """
    by_id = {row["id"]: row for row in rows}
    found = []
    for lengths in LENGTHS:
        for prompt in PROMPTS:
            for against, benchmark in AGAINST.items():
                for policy, name in POLICIES.items():
                    row = _row(by_id, lengths, prompt, name, benchmark)
                    if row is not None:
                        at = (row["value"], row.get("growth", ""), row["obtained"], row["id"])
                        found.append(Cell(lengths, prompt, policy, against, *at))
    return found


def _row(
    by_id: Mapping[str, Row], lengths: str, prompt: str, name: str, benchmark: str
) -> Row | None:
    """The row for this prompt, or the one for every prompt."""
    first = f"{lengths}/{name}/{benchmark}"
    end = "all prompts" if first == SAME_SUPREMUM else ENDS[lengths, prompt]
    at = by_id.get(f"{first}/{end}")
    if at is not None:
        return at
    # without an end: a formula in s, whose supremum is that for s = 0, or no bound for any s
    every = by_id.get(first)
    if every is None or not every["value"]:
        return None
    return every if prompt == ZERO or every["value"] == "inf" else None


def growth(row: Row) -> str:
    """How a ratio without bound grows, read off the closed form of its row; "" for others.

    `>~` where the closed form is a lower bound. u/l and u are to infinity; constants are left out.

    >>> growth({"value": "inf", "closed_form": "at least (b**3 + 1)/(b**2 - b + 2), b^2 = u/l"})
    '>~ sqrt(u/l)'
    >>> growth({"value": "inf", "closed_form": "1/2 + 1/(2*sqrt(alpha))"})
    '~ sqrt(u/l)'
    """
    if row["value"] != "inf":
        return ""
    text = row["closed_form"]
    if text.startswith("ratio/ln(u) -> "):
        return "~ ln(u)"
    from sympy import Symbol, fraction, limit, oo, sympify, together
    from sympy import degree as top_degree

    b = Symbol("b", positive=True)
    least = text.startswith("at least ")
    formula = text.removeprefix("at least ").removesuffix(", b^2 = u/l")
    names = {name: Symbol(name, positive=True) for name in ("alpha", "q", "s", "u", "l")}
    try:
        ratio = sympify(formula, locals={**names, "b": b}).subs(names["alpha"], 1 / b**2)
    except (SyntaxError, TypeError, ValueError):
        return ""
    size = names["u"] if ratio.has(names["u"]) else b
    if ratio.free_symbols - {names["q"], names["s"]} != {size}:
        return ""
    top, bottom = fraction(together(ratio))
    if top.is_polynomial(size) and bottom.is_polynomial(size):
        degree = top_degree(top, size) - top_degree(bottom, size)
    else:
        degree = limit(size * ratio.diff(size) / ratio, size, oo)
    known = {(b, 2): "u/l", (b, 1): "sqrt(u/l)", (names["u"], 1): "u"}
    label = known.get((size, degree), "")
    return label and f"{'>' if least else ''}~ {label}"


def published_figures() -> list[Published]:
    """The published bounds, as suprema over alpha or q: the constants of the ledger's claims.

    >>> [(p.policy, p.figure) for p in published_figures()]
    [('A_min', '1.5'), ('A_l own', '3'), ('A_min', '1.7'), ('A_min', '14/9')]
    """
    ledger = {claim["id"]: claim for claim in _claims()}
    return [
        Published(
            lengths,
            policy,
            _shown(_constant(ledger[claims[0]]["numbers"])),
            claims,
            (ledger[claims[0]]["verdict"], ledger[claims[1]]["verdict"]),
        )
        for (lengths, policy), claims in CLAIMS.items()
    ]


def _constant(numbers: Mapping[str, str]) -> Fraction:
    """The supremum that a claim's constants say."""
    exact = {name: Fraction(text) for name, text in numbers.items()}
    if "c" in exact:  # (c - alpha)/2, alpha -> 0
        return exact["c"] / 2
    if "b" in exact:  # 1 + b alpha^2, alpha -> 1
        return 1 + exact["b"]
    return exact["constant"] if "constant" in exact else exact["bound"]


def _shown(number: Fraction) -> str:
    """A decimal of one digit, or a fraction."""
    return f"{float(number):g}" if (number * 10).denominator == 1 else str(number)


def rows_of_bounds() -> list[dict[str, Any]]:
    """The published rows of bounds, without values at points."""
    rows = json.loads((PUBLISHED / "bounds.json").read_text(encoding="utf-8"))
    return [row for row in rows if "steps" in row]


@cache
def _claims() -> Sequence[Mapping[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        (PUBLISHED / "claims.json").read_text(encoding="utf-8")
    )
    return found


@cache
def published_cells() -> tuple[Cell, ...]:
    """The cells of the published rows."""
    return tuple(cells(rows_of_bounds()))
