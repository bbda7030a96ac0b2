"""The whole note: a document's sections and the rows of bounds as source, and the compiled PDF."""

from collections.abc import Callable, Iterable
from functools import partial
from importlib.metadata import version
from importlib.resources import files

from kvratio.reports.document import Block, Document, Figure, Section, Table
from kvratio.reports.material import Material
from kvratio.reports.note.compiler import compiled
from kvratio.reports.note.model import model
from kvratio.reports.note.parts import checking, claims, references
from kvratio.reports.note.results import results
from kvratio.reports.render.typst import block, blocks, figure, prose, string, words
from kvratio.reports.sections import bound_table, bounds, ladder, ledger, policies

TITLE = "Scheduling LLM inference with uncertain output lengths: what holds"
EXAMPLE = ("own-ratios", "policies-latency")  # of the policies on the requests of the default
# tables and figures in turn, so that pages are filled
SHOWN: tuple[tuple[type[Table] | type[Figure], str], ...] = (
    (Table, "one-table"),
    (Figure, "switch-alpha"),
    (Figure, "switch-q"),
    (Table, "suprema"),
    (Figure, "predictions"),
    (Table, "predictions"),
    (Table, "ladder"),
)


def note(document: Document, material: Material) -> bytes:
    """The PDF."""
    return compiled(source(document, material))


def source(document: Document, material: Material) -> str:
    """The note in Typst's language, all of its figures and numbers inside."""
    found, _ = ledger.findings(material)
    rows = bounds.rows(material)
    own = document.own
    chapters = {
        **({own.title: blocks(own.blocks)} if own else {}),
        "Findings": blocks(document.front.blocks),
        "The model": model(),
        "Results and their derivations": _results(rows),
        "Tables and figures": _tables(document, material),
        "What becomes of the statements of P": claims(found),
        **({} if own else {"An example": _example(document, material)}),
        "How to check": checking(document.command, document.provenance),
        "References": references(found, rows),
    }
    front = (
        f"#set document(title: {string(TITLE)}, author: {string('kvratio')}, date: none)\n"
        f"#title-block({string(TITLE)})[{words(_subtitle(document))}]"
    )
    body = "\n\n".join(f"= {words(title)}\n\n{text}" for title, text in chapters.items())
    look = (files("kvratio.reports") / "page" / "note.typ").read_text(encoding="utf-8")
    return f"{look}\n{front}\n\n{body}\n"


def _subtitle(document: Document) -> str:
    about = f"; {document.description}" if document.own else ""
    return f"Technical note by kvratio {version('kvratio')}{about}."


def _results(rows: list[dict[str, object]]) -> str:
    lead = (
        "Each result is a row of the published bounds, with the steps of its derivation as the "
        "program states and checks them. In brackets stands the check that a step passed; a step "
        "without is a sentence between checked ones. The bold name is the id: `kvratio bounds` "
        "derives it again. Derived: every step passed an exact check; certified: an exact "
        "certificate or a rigorous enclosure did; numeric: some step rests on a search."
    )
    return f"{prose(lead)}\n\n{results(rows)}"


def _tables(document: Document, material: Material) -> str:
    makers = {
        "bound-table": bound_table.section,
        "bounds": bounds.section,
        "price": ladder.section,
    }
    found = [
        one
        for name, make in makers.items()
        for one in _made(document, name, partial(make, material)).all_blocks()
    ]
    return "\n\n".join(_named(found, kind, name) for kind, name in SHOWN)


def _made(document: Document, name: str, make: Callable[[], Section]) -> Section:
    """A section of the document, made if it is not in there."""
    return next((section for section in document.sections if section.id == name), None) or make()


def _named(found: Iterable[Block], kind: type[Table] | type[Figure], name: str) -> str:
    """The block of a kind that has this name, as source."""
    one = next(one for one in found if isinstance(one, kind) and one.name == name)
    return figure(one, floats=False) if isinstance(one, Figure) else block(one)


def _example(document: Document, material: Material) -> str:
    section = _made(document, "policies", lambda: policies.section(material))
    lead = next(one for one in section.blocks if isinstance(one, str))
    drawn, listed = EXAMPLE
    return "\n\n".join(
        (
            block(lead),
            _named(section.blocks, Figure, drawn),
            _named(section.blocks, Table, listed),
        )
    )
