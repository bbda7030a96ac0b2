"""What the documents show is what the tool prints.

The blocks of a document are run in order, in one empty folder. `console`: every line after `$ ` is
a command, what follows is its whole output. `sh`: every command must end well. A block whose
heading names a file (```csv NAME, ```json NAME, ```python NAME) is that file. Where a document
speaks of a trace that its reader has downloaded, the test writes a small one in the same format.
"""

import re
import shlex
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner, Result

import kvratio.reports.report
from kvratio.reports.cli import cli
from kvratio.reports.sections import policies

ROOT = Path(__file__).parent.parent
ROOMS = ("theory", "simulate", "proofs_check", "reports")
DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted(p for room in ROOMS for p in (ROOT / room).rglob("README.md")),
    ROOT / "reports" / "TUTORIAL.md",
]
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
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
    # the sections that do not depend on the requests take minutes; `make report` makes them all
    monkeypatch.setattr(kvratio.reports.report, "SECTIONS", (policies.section,))
    for name, text in DOWNLOADED.items():
        Path(name).write_text(text)
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
