"""Runs beside the bounds that are proved for every finite instance."""

from kvratio.reports.document import Section
from kvratio.reports.material import Material
from kvratio.reports.studies.bounds_met import pages
from kvratio.reports.studies.bounds_met.study import DATA, BoundsMet, Found, read

STUDY = BoundsMet()


def section(material: Material) -> Section:
    """From what is published, or computed now."""
    found = of(material)
    return pages.section(*found, material.origin(DATA))


def of(material: Material) -> Found:
    """What the study finds; read or computed once."""

    def make() -> Found:
        if material.redo is None:
            return read(material.published(DATA))
        return STUDY.found(material.rows(STUDY))

    return material.once("bounds-met", make)
