"""Which results the note derives, in which order, and what each one says: all of it from the rows
of bounds, their steps included."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from kvratio.reports.render.mathml import GREEK
from kvratio.reports.render.typst import closed_form, formulas, words
from kvratio.theory.checks import InputError

Row = Mapping[str, Any]
SHARED = 3  # steps that an earlier result has as well: from so many on they are not said again


class Group(NamedTuple):
    """Results under one heading, by the ids of their rows."""

    title: str
    lead: str
    ids: tuple[str, ...]


GROUPS = (
    Group(
        "What not knowing costs, without predictions",
        "A policy that knows no length, and loses the tokens of what it cancels, against the "
        "optimum. Offset slicing draws one offset y at random, runs the requests to caps in "
        "volume that grow geometrically from it, and cancels what does not end below its cap.",
        (
            "price/K",
            "price/offset slicing/area",
            "price/lower bound/area",
            "price/tokens kept/upper",
            "price/tokens kept/lower",
        ),
    ),
    Group(
        "What predicted intervals save",
        "With rho = v(u)/v(l), the volume of the longest request over that of the shortest.",
        ("price/run to the end/area", "price/predictions/short intervals"),
    ),
    Group(
        "A_min on two lengths",
        "All outputs have length l or u. With a = 1/alpha and rho^2 = c(u)/c(l).",
        (
            "two-point/A_min/H-SF",
            "two-point/A_min/H-SF/s=0",
            "two-point/A_min/H-SF/long prompts",
            "two-point/A_min/H-SF/worst prompt",
            "two-point/A_min/area/s=0",
        ),
    ),
    Group(
        "A_l on two lengths, and when to use it",
        "The same lengths.",
        ("two-point/A_l/H-SF", "two-point/A_l/H-SF/s=0", "two-point/switch"),
    ),
    Group(
        "A_min on endless families",
        "Geometric, linearly weighted geometric and uniform lengths.",
        (
            "geometric/A_min/H-SF/s=0",
            "geometric/A_min/H-SF/all prompts",
            "linear geometric/A_min/H-SF/s=0",
            "linear geometric/A_min/H-SF/all prompts",
            "uniform/A_min/H-SF/s=0",
        ),
    ),
    Group(
        "A_max over all lengths",
        "In the slot model of P, which the policy as printed packs more tightly.",
        ("all lengths/A_max/H-SF", "all lengths/A_max/H-SF/s=0", "P Theorem 2"),
    ),
    Group(
        "All lengths: A_min is not the best",
        "Over all lengths in [l, u], against H-SF and against the optimum.",
        (
            "general/A_min/H-SF/log-constant",
            "general/A_min/H-SF/long-prompts",
            "general/staggered A_min/H-SF",
            "general/slicing/H-SF/doubling, s=0",
            "general/slicing/area/growth 4",
            "general/learned slicing/area",
        ),
    ),
    Group(
        "The benchmark",
        "H-SF against the optimum of the fluid limit, and the policy that orders at random.",
        ("all lengths/H-SF/area", "all lengths/A_random/H-SF"),
    ),
)


def results(rows: Iterable[Row]) -> str:
    """All groups as source."""
    by_id = {row["id"]: row for row in rows}
    told: dict[str, tuple[str, ...]] = {}
    parts = []
    for group in GROUPS:
        parts.append(f"== {formulas(group.title)}\n\n#lead[{formulas(group.lead)}]")
        for name in group.ids:
            if name not in by_id:
                raise InputError("the note's result", name, "a row of bounds.json")
            parts.append(_result(by_id[name], told))
    return "\n\n".join(parts)


def _result(row: Row, told: dict[str, tuple[str, ...]]) -> str:
    steps = [(step["text"], step["check"]) for step in row["steps"]]
    texts = tuple(text for text, _ in steps)
    known, name = _known(texts, told)
    told[row["id"]] = texts
    shown = "".join(f"[{formulas(text)} {_check(check)}], " for text, check in steps[known:])
    also = f" Steps 1 to {known}: as for {name}." if known else ""
    return (
        f"#result([{words(row['id'])}], [{formulas(_sentence(row['statement']))}], "
        f"form: [{closed_form(row['closed_form'])}], facts: [{_facts(row)}{words(also)}], "
        f"start: {known + 1}, steps: ({shown}))"
    )


def _known(texts: Sequence[str], told: Mapping[str, tuple[str, ...]]) -> tuple[int, str]:
    """How many of the first steps an earlier result has too, and which."""
    best, name = 0, ""
    for other, steps in told.items():
        same = 0
        while same < min(len(texts), len(steps)) and texts[same] == steps[same]:
            same += 1
        if same > best:
            best, name = same, other
    return (best, name) if best >= SHARED else (0, "")


def _check(kind: str) -> str:
    return "" if kind == "words" else f"#emph({chr(34)}[{kind}]{chr(34)});"


def _facts(row: Row) -> str:
    """Condition, value, where it is reached, how it was obtained, and whose it is."""
    told = [
        f"{_upper(row['policy'])} against {row['benchmark']}; {row['family']}.",
        f"{_upper(shortened(row['value']))}, {row['obtained']}.",
        f"{_upper(row['attained'])}." if row["attained"] else "",
        f"Source: {row['source']}.",
    ]
    return words(" ").join(formulas(one) for one in told if one)


def shortened(value: str) -> str:
    """Six digits of a value, which has twelve, or what it has instead.

    >>> shortened("2.72837242693"), shortened("3.00000000000"), shortened("inf")
    ('value 2.72837', 'value 3', 'no finite supremum')
    """
    if value in ("", "inf"):
        return "no finite supremum" if value else "a formula with free parameters"
    return f"value {float(value):.6g}"


def _sentence(text: str) -> str:
    return _upper(text).rstrip(".") + "."


def _upper(text: str) -> str:
    """The first letter a capital, where it begins a word and is no symbol.

    >>> _upper("the ratio"), _upper("x_l"), _upper("alpha* falls")
    ('The ratio', 'x_l', 'alpha* falls')
    """
    first = text.split(" ")[0].rstrip(",;:*")
    word = first == "a" or (len(first) > 1 and first.isalpha() and first not in GREEK)
    return text[:1].upper() + text[1:] if word else text
