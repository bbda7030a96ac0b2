"""Every quantified sentence of the documents is backed by something that fails when it is wrong.

`sentences.toml` says by what, document by document. A key there is a list of

- `row ID`: a row of the ledger, whose verdict is computed;
- `test FILE::NAME`: a test of that name;
- `means`: the sentence says what a word, a symbol, an option or an example is, and claims nothing;
- `cited`: it repeats a publication that it names;
- `measured`: it repeats a measurement: of speed, with its date and machine, or on traces that are
  not in the repository.

A sentence is quantified if it has a number or a word for one, "one" and "two" aside. Code, links,
references ("Theorem 4") and "step 0" do not count. A table counts as one sentence, its header.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from kvratio.proofs_check.ledger import claims
from kvratio.proofs_check.verdict import Verdict

ROOT = Path(__file__).parent.parent
INDEX = Path(__file__).with_name("sentences.toml")
DOCUMENTS = (
    "README.md",
    "theory/README.md",
    "simulate/README.md",
    "simulate/testing/README.md",
    "proofs_check/README.md",
    "proofs_check/TRUST.md",
    *(p.relative_to(ROOT).as_posix() for p in sorted((ROOT / "reports/docs").rglob("*.md"))),
    # texts of the report; what is filled in there ({...}) is computed
    *(p.relative_to(ROOT).as_posix() for p in sorted((ROOT / "reports/sections").glob("*.py"))),
    *(
        p.relative_to(ROOT).as_posix()
        for p in sorted((ROOT / "reports/studies").rglob("*.py"))
        if p.name in ("lmsys.py", "mc_sf.py", "traces.py", "ours.py", "pages.py", "convergence.py")
    ),
)
WORDLESS = ("means", "cited", "measured")
NOT_PROSE = re.compile(r"^(```+|:::+).*?^\1$|<!--.*?-->|^---\n.*?^---\n", re.MULTILINE | re.DOTALL)
BLOCKS = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*] |\d+\. ))")
MARK = re.compile(r"^(?:[-*>] |\d+\. )")
ENDS = re.compile(r"(?<=[.:;!?])\s+(?=[A-Z`*(\[])")
CODE = re.compile(r"`[^`]*`|\]\([^)]*\)|\$[^$]*\$")
PARTS = (
    r"Theorems?|Lemmas?|Corollary|Algorithms?|Experiments?|Example|Propositions?|[Ss]ections?|"
    r"[Ff]igures?|[Ee]quations?|condition|appendix|Exit status|[Ss]tatus"
)
REFERENCES = re.compile(
    rf"\b(?:{PARTS}) \(?[A-Z.]*\d[\d.]*[a-z]?\)?(?:(?:,| and| to) \(?\d[\d.]*\)?)*|"
    r"arXiv:? ?\d{4}\.\d{4,5}(?:, \d{4}\.\d{4,5})*|\d{4}\.\d{4,5}|\bEC\.\d+|"
    r"\b[A-Za-z][\w.-]*-\d[\w.-]*|\b[A-Z]+\d+\w*|"  # Llama-2-70B, SHA-256, A100
    r"\b(?:step|time|s =|at) 0\b|"
    r"(?:Python|Coq|sched-sim|vLLM|torch|mocker|HiGHS|Version|version) \(?\d+(?:\.\d+)*"
)
WORDS = (
    r"twice|half|halves|thirds?|quarters?|fifths?|tenths?|eighths?|doubles?|doubled|doubling|"
    r"twofold|threefold|fourfold|three|four|five|six|seven|eight|nine|ten|twelve|twenty|"
    r"hundreds?|thousands?|millions?"
)
NUMBER = re.compile(rf"(?<![A-Za-z_])\d|\b(?:{WORDS})\b", re.IGNORECASE)


def prose(document: str) -> Iterator[str]:
    """The sentences of a document; a table is its header."""
    text = (ROOT / document).read_text(encoding="utf-8")
    if document.endswith(".py"):
        yield from texts(text)
        return
    for block in BLOCKS.split(NOT_PROSE.sub("", text)):
        lines = block.strip().splitlines()
        if not lines or lines[0].startswith("#"):
            continue
        if lines[0].startswith("|"):
            quantified_cells = " ".join(lines[1:])
            yield " ".join(lines[0].split()) + (" [table]" if quantified(quantified_cells) else "")
            continue
        yield from ENDS.split(MARK.sub("", " ".join(block.split())))


def texts(source: str) -> Iterator[str]:
    """The strings of a module that are sentences; docstrings are not shown to a reader."""
    tree = ast.parse(source)
    described = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    parts = {id(v) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for v in n.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in described | parts:
                yield from said(node.value)
        elif isinstance(node, ast.JoinedStr):
            yield from said(
                "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)
            )


def said(text: str) -> Iterator[str]:
    """The sentences of a text; names and labels end without a stop."""
    if text.rstrip().endswith("."):
        yield from ENDS.split(" ".join(text.split()))


def quantified(sentence: str) -> bool:
    """Does it have a number, code and references aside?"""
    return bool(NUMBER.search(REFERENCES.sub("", CODE.sub("", sentence))))


def found(document: str) -> list[str]:
    """Its quantified sentences, each once."""
    return list(
        dict.fromkeys(s for s in prose(document) if s.endswith(" [table]") or quantified(s))
    )


def backed() -> dict[str, dict[str, list[str]]]:
    """By document and by what backs them: sentences."""
    return tomllib.loads(INDEX.read_text(encoding="utf-8"))


def unbacked(document: str) -> list[str]:
    """Quantified sentences of a document that the index does not have."""
    known = {s for sentences in backed().get(document, {}).values() for s in sentences}
    return [sentence for sentence in found(document) if sentence not in known]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_quantified_sentence_is_backed(document: str) -> None:
    """A new sentence, or another number, needs a line in `sentences.toml` that says by what."""
    assert not unbacked(document)


def test_the_index_has_no_sentence_that_is_gone() -> None:
    for document, groups in backed().items():
        there = set(found(document))
        assert not [s for sentences in groups.values() for s in sentences if s not in there]


def backings() -> set[str]:
    keys = (key for groups in backed().values() for key in groups)
    return {one for key in keys for one in key.split("; ")}


@pytest.mark.parametrize("backing", sorted(backings()))
def test_what_backs_a_sentence_is_there(backing: str) -> None:
    kind, _, name = backing.partition(" ")
    if kind == "row":
        (row,) = [claim for claim in claims() if claim.id == name]
        assert row.expected is not Verdict.OPEN
    elif kind == "test":
        file, _, function = name.partition("::")
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert function in {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}
    else:
        assert backing in WORDLESS


@pytest.mark.parametrize(
    "sentence",
    [
        "It has less latency on each of the five traces.",
        "A layer takes within a quarter of that.",
        "It has up to twice the latency of H-SF.",
        "The ratio is 4.3 at `s = 1`.",
    ],
)
def test_a_new_sentence_with_a_number_is_seen(sentence: str) -> None:
    assert quantified(sentence)


def test_references_and_code_are_no_numbers() -> None:
    assert not quantified(
        "By Theorem 4 and Lemmas 1 and 2 of arXiv 2508.14544, section 6, `s = 1`."
    )
    assert not quantified("Llama-2-70B on an A100, with Coq 8.16 and SHA-256.")
