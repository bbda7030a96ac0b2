"""The note as PDF: its pages, its bytes, what it says, and where its numbers come from."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from kvratio.reports.compare.steps import Comparison, compare
from kvratio.reports.document import Document
from kvratio.reports.material import Material
from kvratio.reports.note import model, parts
from kvratio.reports.note.compiler import compiled
from kvratio.reports.note.make import source
from kvratio.reports.note.results import GROUPS, results
from kvratio.reports.render.typst import prose
from kvratio.reports.report import make_document
from kvratio.reports.sections import bound_table, bounds, ladder, ledger, own, policies
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance
from tests.pdf import letters, reader

SECTIONS = (policies.section, ladder.section, bound_table.section, bounds.section)
PAGES = (10, 20)
NAME = 'we#ird $x$ *b* @r <i> "q" \\.csv'


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    instance = Instance.of(30, [1 + k % 7 for k in range(40)], prompt=2, interval=(1, 9))
    return compare(NAME, instance, ["h-sf", "a-min", "a-max", "a-l"])


@pytest.fixture(scope="module")
def material(comparison: Comparison) -> Material:
    return Material(comparison)


@pytest.fixture(scope="module")
def document(material: Material) -> Document:
    return make_document(material, "kvratio report --pdf", sections=SECTIONS)


@pytest.fixture(scope="module")
def mine(document: Document, material: Material) -> Document:
    """The same about a reader's own requests."""
    return replace(document, own=own.section(material))


@pytest.fixture(scope="module")
def pdf(document: Document, material: Material) -> bytes:
    return compiled(source(document, material))


@pytest.fixture(scope="module")
def shown(pdf: bytes) -> list[str]:
    """What stands on each page."""
    return [letters(page) for page in reader(pdf).pages]


def headlines(section: Any) -> Iterable[str]:
    for block in section.blocks:
        if isinstance(block, tuple):
            for one in block:
                yield one.text
                yield one.condition


def test_it_has_ten_to_twenty_pages_and_the_same_bytes_again(
    pdf: bytes, document: Document, material: Material
) -> None:
    assert PAGES[0] <= len(reader(pdf).pages) <= PAGES[1]
    assert compiled(source(document, material)) == pdf


def test_the_fonts_are_inside(pdf: bytes) -> None:
    for page in reader(pdf).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            (inner,) = font.get_object()["/DescendantFonts"]
            descriptor = inner.get_object()["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)


def test_all_findings_are_there_as_they_stand_on_the_pages(
    shown: list[str], document: Document, material: Material
) -> None:
    text = source(document, material)
    found = list(headlines(document.front))
    assert len(found) >= 8
    for sentence in found:
        assert f"[{prose(sentence)}]" in text
    for words in ("steps in total", "reads no prediction, attains it", "where Theorem 6 of P says"):
        assert "".join(words.split()) in shown[0]


def test_no_page_is_empty(shown: list[str]) -> None:
    assert all(len(page) > 300 for page in shown)


def test_a_trace_comes_first_with_its_name_as_it_is(mine: Document, material: Material) -> None:
    made = source(mine, material)
    assert made.index("Your requests") < made.index("Findings")
    pages = reader(compiled(made)).pages
    assert PAGES[0] <= len(pages) <= PAGES[1]
    assert mine.own is not None
    for sentence in headlines(mine.own):
        assert f"[{prose(sentence)}]" in made
    assert "".join(NAME.split()) in letters(pages[0])


def test_numbers_are_those_of_the_rows(material: Material) -> None:
    rows = bounds.rows(material)
    changed = [
        {**row, "value": "7.12345678"} if row["id"] == "geometric/A_min/H-SF/s=0" else row
        for row in rows
    ]
    assert "7.12346" in results(changed)
    assert "7.12346" not in results(rows)


def test_no_number_is_typed_in() -> None:
    """But for step 0 and numbers of the papers' statements."""
    sentences = [text for group in GROUPS for text in (group.title, group.lead)]
    sentences += [*model.MODEL, *model.AFTER]
    for text in sentences:
        assert re.findall(r"\d+", re.sub(r"\^2|1/alpha|step 0", "", text)) == [], text


def test_a_result_without_its_row_is_an_error(material: Material) -> None:
    rows = [row for row in bounds.rows(material) if row["id"] != "price/K"]
    with pytest.raises(InputError, match="price/K"):
        results(rows)


def test_claims_and_references_are_those_of_the_ledger(material: Material) -> None:
    found, _ = ledger.findings(material)
    changed = [replace(one, verdict="open") for one in found]
    assert parts.claims(changed).count('"open') > parts.claims(found).count('"open')
    listed = parts.references(found, bounds.rows(material))
    for one in found:
        for paper in parts.CITED.findall(one.source):
            assert f"arXiv {paper}" in listed
