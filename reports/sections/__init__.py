"""The sections of the report, one module each; `SECTIONS` lists them in the order of the pages."""

from collections.abc import Callable

from kvratio.reports.document import Section
from kvratio.reports.material import Material
from kvratio.reports.sections import (
    bound_table,
    bounds,
    bounds_met,
    convergence,
    curves,
    experiments,
    gaps,
    ladder,
    ledger,
    policies,
    reproduction,
    schedules,
    terms,
)

Maker = Callable[[Material], Section]
SECTIONS: dict[str, Maker] = {
    "policies": policies.section,
    "schedules": schedules.section,
    "claims": ledger.section,
    "price": ladder.section,
    "bound-table": bound_table.section,
    "bounds": bounds.section,
    "curves": curves.section,
    "bounds-met": bounds_met.section,
    "convergence": convergence.section,
    "reproduction": reproduction.section,
    "experiments": experiments.section,
    "gaps": gaps.section,
    "terms": terms.section,
}
# these take long: without --all a report links to what was published of them
STUDIES = frozenset({"curves", "bounds-met", "convergence", "reproduction", "experiments", "gaps"})
ABOUT = {
    "policies": "the policies compared on the chosen requests",
    "schedules": "schedules to look at, request by request",
    "claims": "every claim with its verdict and evidence",
    "price": "what not knowing the lengths costs, policy by policy",
    "bound-table": "one table of bounds, and when to use A_l and when A_min",
    "bounds": "competitive ratios, family by family of lengths",
    "curves": "ratio against alpha and q, with simulated points (simulates)",
    "bounds-met": "runs beside the bounds proved for every finite instance (a study)",
    "convergence": "does simulation reach the fluid limit? (a study)",
    "reproduction": "where the paper's experiments come out, and where not (a study)",
    "experiments": "published experiments repeated (studies)",
    "gaps": "how far from the optimum on small instances (studies)",
    "terms": "words and symbols",
}
