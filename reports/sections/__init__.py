"""The sections of the report, one module each; `SECTIONS` lists them in the order of the page."""

from collections.abc import Callable

from kvratio.reports.document import Section
from kvratio.reports.material import Material
from kvratio.reports.sections import (
    bound_table,
    bounds,
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

SECTIONS: tuple[Callable[[Material], Section], ...] = (
    terms.section,
    ladder.section,
    ledger.section,
    bound_table.section,
    bounds.section,
    curves.section,
    convergence.section,
    reproduction.section,
    experiments.section,
    policies.section,
    schedules.section,
    gaps.section,
)
