"""One bound by what it is about: looked up in the published table, then derived, alone.

The published table (`reports/published/bounds.json`) says which results there are; nothing else of
it is used: what is returned has been derived here and now, every step checked.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import product
from typing import Any

from kvratio.reports import PUBLISHED
from kvratio.reports.bounds.table import MODULES, at_point, collect, modules_at, point
from kvratio.theory.bound import Bound, Step
from kvratio.theory.checks import InputError, nearest, one_of
from kvratio.theory.formula import Formula

# names on the command line, and how the table writes them where letters do not tell
POLICIES = {"a-min-staggered": "staggered A_min", "area": "area bound"}
LENGTHS = {
    "two-point": "two lengths l < u",
    "all": "all lengths in [l, u]",
    "any": "any lengths",
    "geometric": "geometric(q)",
    "linear-geometric": "linearly weighted geometric(q)",
    "uniform": "uniform on [1, u]",
}
# which function derives the results whose ids begin so (without it: the module that has them)
PARTS = {
    "two-point/A_min/H-SF/s=l": "kvratio.theory.ratios.pair_others:a_min",
    "two-point/A_min/area/s=l": "kvratio.theory.ratios.pair_others:a_min",
    "two-point/A_min/area/long prompts": "kvratio.theory.ratios.pair_others:a_min",
    "two-point/A_min/H-SF": "kvratio.theory.ratios.two_point:a_min_against_h_sf",
    "two-point/A_min/area": "kvratio.theory.ratios.two_point:a_min_against_area",
    "two-point/staggered A_min": "kvratio.theory.ratios.two_point:staggered_a_min",
    "two-point/A_l/H-SF": "kvratio.theory.ratios.promotion:a_l",
    "two-point/slicing/area": "kvratio.theory.ratios.promotion:slices",
    "two-point/A_l/area": "kvratio.theory.ratios.promotion:crossed",
    "two-point/slicing/H-SF": "kvratio.theory.ratios.promotion:crossed",
    "all lengths/A_random": "kvratio.theory.ratios.random_order:a_random",
    "all lengths/H-SF": "kvratio.theory.ratios.random_order:h_sf_itself",
    "general/A_min/H-SF/enclosure": "kvratio.theory.general:main_theorem",
    "general/A_min/H-SF/every-prompt": "kvratio.theory.general:every_prompt",
    "general/slicing/area/growth 4": "kvratio.theory.slicing:five",
    "general/learned slicing/area": "kvratio.theory.learned:learned",
}
Row = dict[str, Any]


@dataclass(frozen=True, repr=False)
class DerivedBound:
    """A result that was derived when it was asked for.

    `closed_form` is a sympy expression with all abbreviations put in (the text of the table where
    the result has no formula). `record` holds everything else.
    """

    record: Bound

    @property
    def id(self) -> str:
        """Unique in the table of bounds."""
        return self.record.id

    @property
    def statement(self) -> str:
        """The result in words."""
        return self.record.statement

    @property
    def formula(self) -> Formula | None:
        """The closed form with its abbreviations."""
        return self.record.formula

    @property
    def closed_form(self) -> Any:
        """A sympy expression; its symbols are l, u, s (tokens), alpha = l/u or q."""
        return self.record.closed_form if self.formula is None else self.formula.full

    @property
    def value(self) -> str:
        """The supremum to 12 digits, "inf", or "" where none is on record."""
        return self.record.value

    @property
    def obtained(self) -> str:
        """derived, certified, numeric or cited."""
        return self.record.obtained

    @property
    def steps(self) -> tuple[Step, ...]:
        """The derivation, each step with the check that it passed."""
        return self.record.steps

    def at(self, **values: Any) -> "DerivedBound":
        """The result at given parameters, exact numbers such as u=100 or alpha="1/4"."""
        return DerivedBound(self.record.at(values))

    def __repr__(self) -> str:
        b = self.record
        kind = "value" if " @ " in b.id else "supremum"
        value = f", {kind} {b.value}" if b.value else ""
        return f"<{b.id}: {b.closed_form}{value} ({b.obtained})>"

    def _repr_latex_(self) -> str:
        if self.formula is None:
            return rf"$\displaystyle\text{{{self.record.closed_form}}}$"
        return rf"$\displaystyle {self.formula.latex()}$"


def derive(id: str) -> DerivedBound:
    """The result with this id, derived alone. Raises `InputError` for an id that is not known.

    >>> derive("two-point/A_l/H-SF/s=0").value
    '3.00000000000'
    """
    known = [row["id"] for row in published()]
    if id not in known:
        hint = "nearest: " + ", ".join(nearest(id, known)) if nearest(id, known) else ""
        raise InputError("id", id, "an id of the table of bounds (kvratio bounds)", hint)
    found = next((bound for bound in _candidates(id) if bound.id == id), None)
    if found is None:
        raise InputError("id", id, "a result that this version derives")
    return DerivedBound(found)


def _candidates(id: str) -> Iterable[Bound]:
    for beginning, maker in PARTS.items():
        if id.startswith(beginning):
            module, _, name = maker.partition(":")
            made = getattr(import_module(module), name)()
            yield from [made] if isinstance(made, Bound) else made
    for module in MODULES:
        yield from _of_module(module)


@cache
def _of_module(module: str) -> tuple[Bound, ...]:
    return tuple(collect(modules=[module]))


def matching(
    policy: str | None = None,
    benchmark: str | None = None,
    lengths: str | None = None,
    prompt: Any = None,
) -> list[Row]:
    """The rows of the table about a policy, a benchmark, a family of lengths and a prompt.

    `prompt`: a number of tokens, "any" (a formula in s), "long" (s to infinity) or "worst" (all s).

    >>> [row["id"] for row in matching("a-l", "h-sf", "two-point", prompt=0)]
    ['two-point/A_l/H-SF/s=0']
    """
    rows = list(published())
    if lengths is not None:
        words = LENGTHS[one_of("lengths", lengths, LENGTHS)]
        rows = [row for row in rows if row["family"].startswith(words)]
    if prompt is not None:
        rows = [row for row in rows if _prompt(row["family"]) == str(prompt)]
    for column, name in (("policy", policy), ("benchmark", benchmark)):
        rows = rows if name is None else _called(column, name, rows)
    return rows


def _called(column: str, name: str, rows: list[Row]) -> list[Row]:
    """The rows whose cell is the name, but for marks; or else begins with it, before its details.

    >>> {row["policy"] for row in _called("policy", "a-l", list(published()))}
    {'A_l'}
    """
    wanted = _letters(POLICIES.get(name, name))
    for part in (_letters, lambda text: _letters(re.split(r"[,(]", text)[0])):
        found = [row for row in rows if part(row[column]) == wanted]
        if found:
            return found
    if not any(_letters(row[column]).startswith(wanted) for row in published()):
        one_of(column, name, {row[column] for row in published()})
    return []


def find(
    policy: str | None = None,
    benchmark: str | None = None,
    lengths: str | None = None,
    prompt: Any = None,
) -> DerivedBound:
    """The one result that is asked for, derived; without `prompt` that for every prompt.

    Raises `InputError` if there is none, or several (it then says which).

    >>> find("a-min", "h-sf", "two-point", prompt=0).closed_form
    3/2 - alpha/2
    """
    rows = matching(policy, benchmark, lengths, prompt)
    if prompt is None:
        rows = [row for row in rows if _prompt(row["family"]) == "any"] or rows
    if len(rows) > 1 and lengths is not None:  # the one without further conditions
        plain = min(len(row["family"]) for row in rows)
        rows = [row for row in rows if len(row["family"]) == plain]
    if len(rows) == 1:
        return derive(rows[0]["id"])
    asked = ", ".join(str(x) for x in (policy, benchmark, lengths, prompt) if x is not None)
    if rows:
        raise InputError("bound", asked, f"one of several, by its id: {_ids(rows)}")
    known = _ids(matching(policy, None, lengths) or matching(policy))
    raise InputError("bound", asked, f"a result of the table (bounds.rows()), such as {known}")


def _ids(rows: Sequence[Row]) -> str:
    return "; ".join(row["id"] for row in rows[:6])


def grid(
    alpha: Sequence[Any] = (),
    prompt: Sequence[Any] = (0,),
    q: Sequence[Any] = (),
    *,
    policy: str | None = None,
    benchmark: str | None = None,
    lengths: str | None = None,
) -> list[Row]:
    """The closed forms at every alpha and prompt, and at every q and prompt: a row a value.

    Exact numbers ("1/4", 0.25 as a text, integers); without an interval alpha stands for that of
    its lowest terms. Only what the other words choose is derived.

    >>> [row["value"] for row in grid(["1/4"], [0], policy="a-l", benchmark="h-sf")]
    [1.16666666667]
    """
    if not alpha and not q:
        raise InputError("alpha", list(alpha), "values of alpha or of q")
    chosen = (policy, benchmark, lengths)
    found: list[Row] = []
    for (a, x), s in product([*((a, None) for a in alpha), *((None, x) for x in q)], prompt):
        values = point(_text(a), None, _text(s), _text(x))
        known = _closed_forms(*chosen, values)
        for bound in _one_each(at_point(known, values), str(s)):
            found.append(
                {
                    "alpha": None if a is None else float(values["alpha"]),
                    "q": None if x is None else float(values["q"]),
                    "prompt": float(values["s"]),
                    "policy": bound.policy,
                    "benchmark": bound.benchmark,
                    "family": bound.family,
                    "value": float(bound.value),
                    "obtained": bound.obtained,
                    "id": bound.id,
                }
            )
    return found


def _text(number: Any) -> str | None:
    return None if number is None else str(number)


def _one_each(bounds: Iterable[Bound], prompt: str) -> Iterable[Bound]:
    """Of each policy, benchmark and family the formula for every prompt, or that for this one."""
    found: dict[tuple[str, str, str], Bound] = {}
    for bound in bounds:
        if _prompt(bound.family) in ("any", prompt):
            family = bound.family.partition(", s = ")[0]
            found.setdefault((bound.policy, bound.benchmark, family), bound)
    return found.values()


def _closed_forms(
    policy: str | None, benchmark: str | None, lengths: str | None, values: Iterable[str]
) -> list[Bound]:
    """What may have a value at a point: what is chosen, or all that the parameters determine."""
    if policy is benchmark is lengths is None:
        return [bound for module in modules_at(values) for bound in _of_module(module)]
    rows = matching(policy, benchmark, lengths)
    general = tuple(LENGTHS.values())
    return [derived(row["id"]) for row in rows if row["family"].startswith(general)]


@cache
def derived(id: str) -> Bound:
    """As `derive`, once in a process."""
    return derive(id).record


@cache
def published() -> tuple[Row, ...]:
    """The rows of the published table that are not values at a point."""
    rows = json.loads((PUBLISHED / "bounds.json").read_text(encoding="utf-8"))
    return tuple(row for row in rows if "steps" in row)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def _prompt(family: str) -> str:
    """Which prompts a family is about.

    >>> [_prompt(f"geometric(q){more}") for more in ("", ", s = 10", ", all s", ", s -> infinity")]
    ['any', '10', 'worst', 'long']
    """
    if "s -> infinity" in family:
        return "long"
    if "all s" in family:
        return "worst"
    match = re.search(r"\bs = (\d+)\b", family)
    return match[1] if match else "any"
