"""Where the published experiments hold: the map of settings."""

from kvratio.proofs_check.reproduction import parsed
from kvratio.reports.document import Section
from kvratio.reports.material import Material
from kvratio.reports.studies.reproduction import pages
from kvratio.reports.studies.reproduction.study import MAP, SEEDS, Reproduction


def section(material: Material) -> Section:
    """The statements on the map that is published, or that is computed now."""
    if material.redo is None:
        return pages.section(parsed(material.published(MAP)), SEEDS)
    study = Reproduction(material.data)
    return pages.section(parsed(study.files(material.rows(study))[MAP]), SEEDS)
