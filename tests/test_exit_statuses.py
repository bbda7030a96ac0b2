"""Every exit status of the table in reports/docs/reference/errors.md, and no other."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kvratio.reports.cli import Exit, main
from kvratio.reports.commands import check
from tests.command import kvratio

ROOT = Path(__file__).parent.parent
TABLE = (ROOT / "reports/docs/reference/errors.md").read_text(encoding="utf-8")
VALID = ROOT / "tests" / "forged" / "valid.json"
FORGED = ROOT / "tests" / "forged" / "looser-cut.json"


def test_the_table_has_exactly_the_statuses_that_there_are() -> None:
    rows = [int(number) for number in re.findall(r"^\| (\d+) \|", TABLE, re.MULTILINE)]
    assert rows == [int(status) for status in Exit] == [0, 1, 2, 3, 130, 141]
    assert Exit.INTERRUPTED == 128 + signal.SIGINT
    assert Exit.PIPE_CLOSED == 128 + signal.SIGPIPE


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Exit.DONE, ("verify-certificate", VALID)),
        (Exit.DONE, ("--help",)),
        (Exit.REFUSED, ("verify-certificate", FORGED)),
        (Exit.BAD_INPUT, ("verify-certificate", "no-such.json")),
        (Exit.BAD_INPUT, ("no-such-command",)),
        (Exit.BAD_INPUT, ("simulate", "--no-such-option")),
        (Exit.BAD_INPUT, ("simulate", "--memory", "0")),
        (Exit.BAD_INPUT, ()),
        (Exit.WORK_LIMIT, ("verify-certificate", VALID, "--work", "1")),
    ],
)
def test_a_command_ends_with_its_status(status: Exit, words: tuple[str | Path, ...]) -> None:
    ended = kvratio(*words)
    assert ended.status == status
    told = ended.err.count("\n")
    assert told == (1 if status in (Exit.BAD_INPUT, Exit.WORK_LIMIT) and words else 0)


def test_a_verdict_that_is_not_as_declared_is_status_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "print_entries", lambda *_, **__: None)
    from kvratio.proofs_check.claim import Entry

    monkeypatch.setattr(Entry, "as_expected", property(lambda _: False))
    assert kvratio("check", "--claim", "example-1").status == Exit.REFUSED


def test_an_interrupt_is_status_130(monkeypatch: pytest.MonkeyPatch) -> None:
    from kvratio.proofs_check import optimality

    def interrupted(_certificate: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(optimality, "check", interrupted)
    ended = kvratio("verify-certificate", VALID)
    assert ended.status == Exit.INTERRUPTED
    assert ended.err.strip() == "kvratio: interrupted"


def test_a_closed_pipe_is_status_141_also_in_a_pipeline(tmp_path: Path) -> None:
    many = tmp_path / "many.sh"
    command = f"{sys.executable} -P -m kvratio list policies"
    many.write_text(f"set -o pipefail\n{command} | true\nexit $?\n")
    done = subprocess.run(["bash", many], capture_output=True, text=True, check=False)
    assert done.returncode in (Exit.DONE, Exit.PIPE_CLOSED)  # 0: it was written before `true` ended
    assert done.stderr == ""


def test_the_status_of_a_program_is_an_int(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["verify-certificate", str(FORGED)])
    assert leaving.value.code == 1
    assert json.dumps(leaving.value.code) == "1"
    assert capsys.readouterr().out.startswith("rejected: ")
