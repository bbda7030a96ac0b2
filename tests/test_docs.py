"""What the documents show is what the tool prints, and their links lead somewhere.

The blocks of a document are run in order, in one empty folder. `console`: every line after `$ ` is
a command, what follows is its whole output. `sh`: every command must end well. A block whose
heading names a file (```csv NAME, ```json NAME, ```python NAME) is that file. A `python` block of
the documentation site with `>>>` is a doctest, in one session a page (pytest's own doctests run
those of the other documents). Where a document speaks of a trace that its reader has downloaded,
the test writes a small one in the same format.
"""

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner, Result

import kvratio.reports.report
from kvratio.reports.cli import cli
from kvratio.reports.sections import policies

ROOT = Path(__file__).parent.parent
FOLDERS = ("theory", "simulate", "proofs_check", "reports")
SITE = ROOT / "reports" / "docs"
PAGES = sorted(SITE.rglob("*.md"))
EXAMPLES = sorted((SITE / "examples").glob("*.py"))
DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted(p for folder in FOLDERS for p in (ROOT / folder).rglob("README.md")),
    *PAGES,
]
LINKED = [*DOCUMENTS, *sorted((ROOT / "proofs_check").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^(```+|:::+).*?^\1$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^()\s]+)\)")
ELSEWHERE = ("http://", "https://", "mailto:")
DOWNLOADED = {
    "azure.csv": "TIMESTAMP,ContextTokens,GeneratedTokens\n"
    "2023-11-16 18:15:46.6805900,374,44\n2023-11-16 18:15:50.9951690,396,109\n",
    "lmsys.csv": "output_tokens\n" + "12\n40\n300\n7\n" * 500,
    "lengths.csv": "output_tokens,p10,p90\n12,5,20\n40,30,60\n300,100,200\n",
}


class Block(NamedTuple):
    """A fenced block: its language, the file that it is, its text."""

    language: str
    file: str
    text: str


def blocks(document: Path) -> list[Block]:
    return [Block(*match.groups(default="")) for match in BLOCK.finditer(document.read_text())]


def commands(block: Block) -> list[tuple[str, str | None]]:
    """The commands of a block, each with the output shown (None: not shown)."""
    if block.language == "console":
        parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]
        return [(line, output) for line, _, output in (part.partition("\n") for part in parts)]
    if block.language == "sh":
        lines = block.text.replace("\\\n", " ").splitlines()
        return [(line, None) for line in lines if line.startswith("kvratio ")]
    return []


def invoke(line: str) -> Result:
    return CliRunner().invoke(cli, shlex.split(line, comments=True)[1:])


def rows(text: str) -> list[str]:
    return [row.rstrip() for row in text.strip("\n").splitlines()]


def test_the_readme_shows_something() -> None:
    assert sum(len(commands(block)) for block in blocks(ROOT / "README.md")) > 5


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_example_runs(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)  # pages write modules and import them
    # the sections that do not depend on the requests take minutes; `make report` makes them all
    monkeypatch.setattr(kvratio.reports.report, "SECTIONS", {"policies": policies.section})
    for name, text in DOWNLOADED.items():
        Path(name).write_text(text)
    session: dict[str, object] = {}
    for block in blocks(document):
        if block.file:
            Path(block.file).write_text(block.text)
        for line, shown in commands(block):
            assert line.startswith("kvratio "), f"{document.name}: {line}"
            result = invoke(line)
            if shown is None:
                assert result.exit_code == 0, f"{line}\n{result.output}"
            else:
                assert rows(result.output) == rows(shown), line
        if document in PAGES and block.language == "python" and ">>> " in block.text:
            assert not failures(block.text, session, document.name)


def failures(text: str, session: dict[str, object], name: str) -> list[str]:
    """What a doctest reports when it runs in this session, which it goes on."""
    # a name of its own, or tracebacks look for the lines of a function in the wrong block
    name = f"{name} {hash(text)}"
    test = doctest.DocTestParser().get_doctest(text, session, name, name, 0)
    reports: list[str] = []
    doctest.DocTestRunner(verbose=False).run(test, out=reports.append, clear_globs=False)
    session.update(test.globs)
    return reports


def test_a_wrong_output_in_a_page_is_found() -> None:
    session: dict[str, object] = {}
    assert not failures(">>> x = 2\n", session, "page")
    assert not failures(">>> x\n2\n", session, "page")
    assert "Got:\n    2\n" in failures(">>> x\n3\n", session, "page")[0]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.stem)
def test_every_example_runs_as_a_script(example: Path, tmp_path: Path) -> None:
    settings = {"MPLBACKEND": "agg", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(example)]
    done = subprocess.run(
        command, cwd=tmp_path, env=os.environ | settings, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def anchors(document: Path) -> set[str]:
    """The anchors of the headings of a document, as GitHub and MyST make them."""
    text = FENCED.sub("", document.read_text())
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = (re.sub(r"[^\w\- ]", "", heading.lower()).strip() for heading in headings)
    labels = re.findall(r"^\(([\w-]+)\)=$", text, re.MULTILINE)
    return {slug.replace(" ", "-") for slug in slugs} | set(labels)


def broken_links(document: Path) -> list[str]:
    """The links of a document to files and headings that are not there."""
    broken = []
    for target in LINK.findall(FENCED.sub("", document.read_text())):
        name, _, anchor = target.partition("#")
        file = (document.parent / name).resolve() if name else document
        if target.startswith(ELSEWHERE) or not (name or anchor):
            continue
        wrong_anchor = anchor and file.suffix == ".md" and anchor not in anchors(file)
        if not file.exists() or wrong_anchor:
            broken.append(target)
    return broken


@pytest.mark.parametrize("document", LINKED, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    assert not broken_links(document)


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One heading\n[a](page.md#one-heading) [b](#two) [c](no.md) [d](https://x)\n")
    assert broken_links(page) == ["#two", "no.md"]
