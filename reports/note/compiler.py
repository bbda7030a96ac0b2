"""The compiler Typst, which installs from PyPI: source in, a PDF out."""

from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from kvratio._extras import explained
from kvratio.reports.document import Document

NAME = "note.pdf"
# the same bytes whenever it is made; a date would say nothing that the provenance does not
CREATED = datetime(2026, 1, 1, tzinfo=UTC)


@explained
def check() -> None:
    """Answer with the line that installs the compiler where it is missing."""
    import typst  # noqa: F401


def named(document: Document) -> Document:
    """The document, whose provenance names the compiler as well."""
    return replace(document, provenance=(*document.provenance, f"typst {version('typst')}"))


@explained
def compiled(text: str) -> bytes:
    """Source as a PDF: fonts inside, none of the system's, the same bytes for the same source."""
    import matplotlib
    import typst

    fonts: list[Any] = [str(Path(matplotlib.get_data_path()) / "fonts" / "ttf")]
    made: bytes = typst.compile(
        text.encode(), font_paths=fonts, ignore_system_fonts=True, timestamp=CREATED
    )
    return made
