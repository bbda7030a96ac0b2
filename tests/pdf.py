"""What a reader sees in a PDF."""

from io import BytesIO
from unicodedata import normalize

from pypdf import PageObject, PdfReader

BREAK = "\u200b"


def reader(data: bytes) -> PdfReader:
    return PdfReader(BytesIO(data))


def letters(page: PageObject) -> str:
    """Its text without blanks, symbols as plain letters: where lines end says nothing."""
    return "".join(normalize("NFKC", page.extract_text().replace(BREAK, "")).split())
