"""The table of bounds: collected from `theory`, and rendered as Markdown, CSV, LaTeX and JSON.

Every text is a function of the derivations alone: no date, no path, no number of a machine.
"""

import csv
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from importlib import import_module

from kvratio.reports.bounds import summary_texts
from kvratio.reports.bounds.summary import cells as summary_cells
from kvratio.reports.bounds.summary import growth, published_figures
from kvratio.reports.render.text import pipe_table, tex_text
from kvratio.theory.bound import Bound
from kvratio.theory.checks import InputError, rational, whole
from kvratio.theory.forms import interval
from kvratio.theory.model import MOST_TOKENS
from kvratio.theory.ratios import MODULES as CLOSED_FORMS
from kvratio.theory.ratios import built

COLUMNS = ("id", "policy", "family", "benchmark", "closed_form", "value", "obtained", "attained")
MODULES = (
    *CLOSED_FORMS,
    "kvratio.theory.general",
    "kvratio.theory.general_variants",
    "kvratio.theory.slicing",
    "kvratio.theory.learned",
    "kvratio.theory.price.constant",
    "kvratio.theory.price.offset",
    "kvratio.theory.price.whole_lengths",
    "kvratio.theory.price.lower",
    "kvratio.theory.price.lower_finite",
    "kvratio.theory.price.one_machine",
    "kvratio.theory.price.kept",
    "kvratio.theory.price.kept_slices",
    "kvratio.theory.price.kept_policies",
    "kvratio.theory.price.finite",
    "kvratio.theory.price.mixed",
    "kvratio.theory.price.ladder",
    "kvratio.theory.price.predictions",
    "kvratio.theory.finite.derived",
    "kvratio.theory.finite.greedy",
    "kvratio.theory.finite.kept",
    "kvratio.theory.finite.last_in",
    "kvratio.theory.finite.printed",
    "kvratio.theory.finite.rounded",
    "kvratio.theory.finite.staggered",
    "kvratio.theory.finite.overflow",
    "kvratio.theory.finite.own_levels",
    "kvratio.theory.finite.thinned",
    "kvratio.reports.bounds.certificates",
)
# these work with the same sums, so one process derives them where two share the work
SAME_SUMS = tuple(
    f"kvratio.theory.ratios.{name}"
    for name in (
        "endless",
        "prompts",
        "endless_promotion",
        "endless_thresholds",
        "endless_slots",
        "endless_means",
        "switching",
    )
)
# a parameter, and the modules with formulas that need it; the others have none to evaluate
NEEDING = {
    "u": (
        "kvratio.theory.ratios.two_point",
        "kvratio.theory.ratios.promotion",
        "kvratio.theory.ratios.random_order",
        "kvratio.theory.ratios.uniform",
        "kvratio.theory.ratios.pair_promotion",
        "kvratio.theory.general",
        "kvratio.theory.price.kept_policies",
    ),
    "q": (
        "kvratio.theory.ratios.endless",
        "kvratio.theory.ratios.prompts",
        "kvratio.theory.ratios.endless_promotion",
        "kvratio.theory.ratios.endless_means",
    ),
}
# where the published table evaluates the closed forms: the points that the README talks about
EXAMPLE_INTERVAL = (1, 100)
EXAMPLE_PROMPTS = (0, 1, 10, 100, 1000)
EXAMPLE_QS = (Fraction(1, 2), Fraction(9, 10))

LEGEND = (
    "Ratios of the total end-to-end latency in the fluid limit (M and n/M to infinity). l, u: the"
    " predicted interval of the output length, alpha = l/u, s: the common prompt (tokens);"
    " inf: no finite supremum; an empty value: a formula with free parameters.",
    "Obtained: derived = every step passed an exact symbolic check; certified = an exact"
    " certificate was checked; numeric = the value rests on floating-point search; cited = taken"
    " from a paper.",
)


def collect(
    report: Callable[[str], None] = lambda _module: None, modules: Sequence[str] = MODULES
) -> Iterator[Bound]:
    """All results of the project's theory, in a fixed order; `report` hears each module's name."""
    for module in modules:
        report(module)
        yield from built(module) if module in CLOSED_FORMS else import_module(module).bounds()


def collected(report: Callable[[str], None] = lambda _module: None) -> list[Bound]:
    """As `collect` for all modules; where there is a core for it, a second process derives
    `SAME_SUMS`."""
    from kvratio.simulate.workers import workers

    if (os.cpu_count() or 1) < 2:
        return list(collect(report, MODULES))
    found: dict[str, list[Bound]] = {}
    with workers(processes=1) as pool:
        theirs = pool.submit(_derived, SAME_SUMS)
        for module in MODULES:
            if module in SAME_SUMS:
                report(module)
            else:
                found[module] = list(collect(report, [module]))
        found |= theirs.result()
    return [bound for module in MODULES for bound in found[module]]


def _derived(modules: Sequence[str]) -> dict[str, list[Bound]]:
    return {module: list(collect(modules=[module])) for module in modules}


def point(
    alpha: str | None, ends: tuple[int, int] | None, prompt: str | None, q: str | None
) -> dict[str, Fraction]:
    """The parameters of one point, checked: alpha and/or an interval, s, q.

    Without an interval, alpha stands for the interval of its lowest terms (1/100: [1, 100]).

    >>> point("0.25", None, "3", None)
    {'s': Fraction(3, 1), 'l': Fraction(1, 1), 'u': Fraction(4, 1), 'alpha': Fraction(1, 4)}
    >>> point(None, (4, 2), None, None)
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: u: expected a whole number, at least 4, got 2
    """
    s = rational("prompt", "0" if prompt is None else prompt, least=0, most=MOST_TOKENS)
    values: dict[str, Fraction] = {"s": s}
    if alpha is not None:
        share = rational("alpha", alpha, above=0, most=1)
        if ends is not None and Fraction(*ends) != share:
            raise InputError("alpha", alpha, f"l/u of the interval {list(ends)}, or no interval")
        ends = ends or (share.numerator, share.denominator)
    if ends is not None:
        low, high = interval(*ends)
        whole("u", high, most=MOST_TOKENS)
        values |= {"l": Fraction(low), "u": Fraction(high), "alpha": Fraction(low, high)}
    if q is not None:
        values["q"] = rational("q", q, above=0, below=1)
    return values


def modules_at(values: Iterable[str]) -> list[str]:
    """The modules with formulas that these parameters may determine.

    >>> modules_at({"s", "q"})[:2]
    ['kvratio.theory.ratios.endless', 'kvratio.theory.ratios.prompts']
    """
    needing = {module for name in values for module in NEEDING.get(name, ())}
    return [module for module in MODULES if module in needing]


def at_point(bounds: Iterable[Bound], values: Mapping[str, Fraction]) -> list[Bound]:
    """The results that the point determines, evaluated there.

    Formulas for two lengths need l < u; those for no prompt are left out at another prompt.
    """
    chosen = []
    for bound in bounds:
        formula = bound.formula
        if formula is None or not formula.parameters or not formula.parameters <= set(values):
            continue
        if values.get("alpha") == 1 and {"l", "u", "alpha"} & formula.parameters:
            continue
        if values["s"] and "s = 0" in bound.family:
            continue
        chosen.append(bound.at(values))
    return chosen


def examples(bounds: Sequence[Bound]) -> list[Bound]:
    """The closed forms with free parameters, evaluated at a few points."""
    low, high = EXAMPLE_INTERVAL
    rows = []
    for s in EXAMPLE_PROMPTS:
        values = {"l": Fraction(low), "u": Fraction(high), "s": Fraction(s)}
        needed = [b for b in bounds if b.formula and {"l", "u"} <= b.formula.parameters]
        rows += at_point(needed, values)
    for q in EXAMPLE_QS:
        for s in EXAMPLE_PROMPTS[:3]:
            needed = [b for b in bounds if b.formula and b.formula.parameters == {"q", "s"}]
            rows += at_point(needed, {"q": q, "s": Fraction(s)})
    # a formula without s comes out once for every prompt
    return list({row.id: row for row in rows}.values())


def cells(bound: Bound) -> tuple[str, ...]:
    """The columns of one result, as text."""
    row = bound.row()
    return tuple(str(row[name]) for name in COLUMNS)


def renderings(bounds: Sequence[Bound], points: Sequence[Bound]) -> dict[str, str]:
    """All published texts by file name: bounds.md, bounds.csv, bounds.tex, bounds.json."""
    rows = json_rows(bounds, points)
    one = summary_cells(rows)
    first, top = "", ""
    if one:
        figures = published_figures()
        first = summary_texts.latex(one, figures) + "\n"
        lines = summary_texts.markdown(one, figures, lambda row: f"#{summary_texts.slug(row)}")
        top = "\n".join([f"## {summary_texts.TITLE}", "", *lines, "", "## All results", "", ""])
    return {
        "bounds.md": markdown(bounds, points, top),
        "bounds.csv": csv_text([*bounds, *points]),
        "bounds.tex": first + latex(bounds),
        "bounds.json": json.dumps(rows, indent=2, ensure_ascii=False) + "\n",
    }


def json_rows(bounds: Iterable[Bound], points: Iterable[Bound]) -> list[dict[str, object]]:
    """Plain rows; those at a point leave the derivation to the row of the formula."""
    at_points = [{k: v for k, v in b.row().items() if k != "steps"} for b in points]
    rows = (b.row() for b in bounds)
    return [*({**row, **_growth(row)} for row in rows), *at_points]


def _growth(row: Mapping[str, object]) -> dict[str, str]:
    """How fast a ratio without bound grows, where its closed form tells."""
    return {"growth": text} if (text := growth(row)) else {}


def csv_text(bounds: Sequence[Bound]) -> str:
    """Comma-separated values with a header line."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(cells, bounds))
    return stream.getvalue()


def markdown(bounds: Sequence[Bound], points: Sequence[Bound], first: str = "") -> str:
    """What comes first, the results, their values at points, and each derivation step by step."""
    short = ("id", "value", "obtained")
    values = [(b.id, b.value, b.obtained) for b in points]
    lines = ["# Competitive ratios in the fluid limit", "", *LEGEND, ""]
    lines += first.splitlines()
    lines += pipe_table([name.replace("_", " ") for name in COLUMNS], map(cells, bounds))
    lines += ["", "## Values at points", "", *pipe_table(short, values)]
    lines += ["", "## Derivations", "", "In brackets: the kind of check that the step passed."]
    for bound in bounds:
        lines += ["", f"### {bound.id}", "", f"{bound.statement}. Source: {bound.source}.", ""]
        lines += [f"{n}. {text} [{kind}]" for n, (text, kind) in enumerate(bound.steps, 1)]
    return "\n".join(lines) + "\n"


def latex(bounds: Sequence[Bound]) -> str:
    """A longtable (packages longtable, booktabs, amsmath); formulas from sympy."""
    lines = [
        r"\begin{longtable}{llllll}",
        r"\toprule",
        r"policy & family & benchmark & ratio & value & obtained \\",
        r"\midrule",
        r"\endhead",
    ]
    for bound in bounds:
        formula = bound.formula
        ratio = rf"\({formula.latex()}\)" if formula else tex_text(bound.closed_form)
        parts = map(tex_text, (bound.policy, bound.family, bound.benchmark))
        value = r"\(\infty\)" if bound.value == "inf" else bound.value
        lines.append(" & ".join((*parts, ratio, value, bound.obtained)) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{longtable}"]) + "\n"
