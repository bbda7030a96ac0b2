"""Certificates of optimality: the example of the grammar, the checker's size, the command."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from kvratio.proofs_check.certificate import REASONS, read_certificate
from kvratio.proofs_check.optimality import check
from kvratio.reports.cli import cli
from kvratio.reports.studies.smallest.certificate import document
from kvratio.theory.checks import InputError
from kvratio.theory.hindsight.search import plain_schedule
from kvratio.theory.model import Instance
from tests.certificates import as_text
from tests.test_optimality import FORGED, GRAMMAR, ROOT, accepted


def test_the_example_of_the_grammar_holds() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", GRAMMAR, re.DOTALL)
    assert check(read_certificate(example)) == (6, 6, 1)
    enumerated, longer = re.findall(r'"tree": (\[\[.*?\])`', GRAMMAR)
    assert accepted(json.loads(example) | {"tree": json.loads(longer)}) == (6, 6, 2)
    third = {"version": 3, "prices": [[]], "tree": json.loads(enumerated)}
    assert accepted(json.loads(example) | third) == (6, 6, 1)


def test_the_grammar_names_every_reason() -> None:
    _, rejections = GRAMMAR.split("## Rejections")
    listed = re.findall(r"^\| `([^`]+)` \|", rejections, re.MULTILINE)
    assert tuple(listed) == REASONS


def test_the_checker_is_short_and_needs_the_standard_library_alone() -> None:
    names = ("certificate", "enumeration", "optimality")
    files = [ROOT / "proofs_check" / f"{name}.py" for name in names]
    assert sum(len(file.read_text().splitlines()) for file in files) <= 600
    code = (
        "import sys; import kvratio.proofs_check.optimality\n"
        "foreign = {m.split('.')[0] for m in sys.modules} - sys.stdlib_module_names\n"
        "print(sorted(foreign - {'__main__', 'kvratio'}))"
    )
    command = [sys.executable, "-S", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        (
            "valid.json",
            0,
            "optimal: the least total latency where preemption loses the tokens is 15",
        ),
        ("solver-optimum-15.json", 1, "rejected: bound too weak"),
        ("missing.json", 2, "missing.json"),
        ("..", 2, "expected a file that exists"),
    ],
)
def test_the_command(name: str, status: int, words: str) -> None:
    command = [sys.executable, "-m", "kvratio", "verify-certificate", str(FORGED / name)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == status
    assert words in done.stdout + done.stderr
    assert len((done.stdout + done.stderr).splitlines()) == 1


def test_the_command_on_an_interval_and_on_bytes(tmp_path: Path) -> None:
    instance = Instance.of(2, [2, 2])
    file = tmp_path / "certificate.json"
    file.write_text(as_text(document(instance, plain_schedule(instance, [0, 2]), 4)))
    result = CliRunner().invoke(cli, ["verify-certificate", str(file)])
    assert "between 4 and 6" in result.output
    file.write_bytes(b"\xff\xfe{")
    result = CliRunner().invoke(cli, ["verify-certificate", str(file)])
    assert isinstance(result.exception, InputError)
    assert "UTF-8" in str(result.exception)
