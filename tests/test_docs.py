"""What the documents show is what the tool prints: every `console` block is run and compared."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from reports.cli import cli

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("*/README.md"))


def sessions() -> list[tuple[str, str, str]]:
    found = []
    for document in DOCUMENTS:
        for block in re.findall(r"```console\n(.*?)```", document.read_text(), re.DOTALL):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                line, _, output = part.partition("\n")
                found.append((str(document.relative_to(ROOT)), line, output))
    return found


def test_the_readme_shows_something() -> None:
    assert any(document == "README.md" for document, _, _ in sessions())


@pytest.mark.parametrize(("document", "line", "shown"), sessions())
def test_console_blocks(document: str, line: str, shown: str) -> None:
    words = shlex.split(line)
    assert words[0] == "kvratio", document
    result = CliRunner().invoke(cli, words[1:])
    assert [row.rstrip() for row in result.output.strip("\n").splitlines()] == [
        row.rstrip() for row in shown.strip("\n").splitlines()
    ]
