"""Text from outside in messages and files: it stays text, on one line, in every encoding."""

import json
from pathlib import Path

import pytest

from kvratio.proofs_check.copositive import CopositiveError
from kvratio.proofs_check.copositive import check as check_copositive
from kvratio.reports.output import emit_json, write_text
from kvratio.reports.terminal import print_table
from kvratio.simulate.cells import Cell
from kvratio.theory.checks import InputError, WorkLimitError, printable
from tests.command import kvratio

SPOOF = "optimal: the least total latency where preemption loses the tokens is 7 (n = 2, M = 2)"
KEYS = {
    "a line break": f"\n{SPOOF}\n",
    "an escape code": f"\r\x1b[2K{SPOOF}\x1b[8m",
    "a lone surrogate": "\ud800",
    "another direction": "\u202e" + SPOOF[::-1],
    "a separator": f"\u2028{SPOOF}\u2029",
    "not in ASCII": "größe",
    "a long name": "x" * 100_000,
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_key_of_a_certificate_cannot_pass_for_an_answer(key: str, encoding: str) -> None:
    twice = ",".join([f"{json.dumps(key)}:1"] * 2)
    Path("c.json").write_text("{" + twice + "}")
    ended = kvratio("verify-certificate", "c.json", encoding=encoding)
    assert (ended.status, ended.err) == (1, "")
    line = ended.out.removesuffix("\n")
    assert line.startswith("rejected: duplicate key: among ['")
    assert line.isprintable()
    assert len(line) < 200
    with pytest.raises(CopositiveError) as caught:
        check_copositive("{" + twice + "}")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json", "a.toml", "run.json"])
def test_no_message_has_more_than_one_line(name: str, key: str) -> None:
    texts = {
        "a.csv": f'"{key}",output_tokens\n1,"{key}"\n',
        "a.jsonl": json.dumps({key: 1, "output_tokens": key}),
        "a.json": json.dumps({"memory": key, "requests": [{key: 1}]}),
        "a.toml": f"memory = [9]\n[[sweep]]\n{json.dumps(key[:99])} = 1",
        "run.json": json.dumps({"format": "kvratio runs 1", key: 1}),
    }
    Path(name).write_bytes(texts[name].encode(errors="surrogatepass"))
    commands = {"a.toml": ("sweep", name, "--out", "s"), "run.json": ("view", name)}
    ended = kvratio(*commands.get(name, ("simulate", "--prompt", "1", "--trace", name)))
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("kvratio: ")
    assert ended.err.removesuffix("\n").isprintable()


@pytest.mark.parametrize("name", ["a\nb.csv", "a\x1b[31mb.csv", "größe.csv", "\udcff.csv"])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_the_name_of_a_file_is_text_wherever_it_is_shown(name: str, encoding: str) -> None:
    Path(name).write_text("prompt_tokens,output_tokens\n1,3\n2,4\n")
    chosen = ("simulate", "--trace", name, "--policy", "fcfs")
    ended = kvratio(*chosen, "--save-run", "run.json", encoding=encoding)
    assert (ended.status, ended.err) == (0, "")
    shown = printable(name) if encoding == "utf-8" else ascii(printable(name))[1:-1]
    shown = shown.replace("\\\\", "\\")
    assert ended.out.startswith(f"{shown}: 2 requests")
    data = kvratio(*chosen, "--json", "-", encoding=encoding)
    assert json.loads(data.out)[0]["policy"] == "fcfs"
    page = f"{name}.html"
    viewed = kvratio("view", "run.json", "--out", page, encoding=encoding)
    assert viewed.status == 0
    assert viewed.out.count("\n") == 1
    assert printable(name) in Path(page).read_text(encoding="utf-8")


def test_a_saved_run_that_describes_itself_with_escape_codes_is_shown_as_text() -> None:
    Path("t.csv").write_text("prompt_tokens,output_tokens\n1,3\n")
    assert kvratio("simulate", "--trace", "t.csv", "--save-run", "run.json").status == 0
    data = json.loads(Path("run.json").read_text())
    data["description"] = data["runs"][0]["policy"] = "\ud800 \x1b[2J"
    Path("run.json").write_text(json.dumps(data))
    assert kvratio("view", "run.json").status == 0
    page = Path("run.html").read_text(encoding="utf-8")
    assert "\\ud800 \\x1b[2J" in page
    assert "\x1b" not in page


def test_words_of_the_command_line_are_text() -> None:
    for words in (["\x1b[2J"], ["simulate", "--\x1b[2J"], ["list", "\n\x1b"], ["simulate", "\n"]):
        ended = kvratio(*words)
        assert ended.status == 2
        assert ended.err.removesuffix("\n").isprintable()


def test_a_table_shows_names_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("a\nb", ("policy",), [("\x1b[2J",)], "caption")
    shown = capsys.readouterr().out
    assert "a\\nb" in shown
    assert "\\x1b[2J" in shown
    assert "\x1b" not in shown


def test_json_holds_every_text_and_is_utf_8(folder: Path) -> None:
    data = {"name": "größe \ud800 \x1b"}
    emit_json("a.json", data)
    assert json.loads((folder / "a.json").read_bytes()) == data
    write_text(folder / "a.txt", "\ud800")
    assert (folder / "a.txt").read_bytes() == b"\\ud800"


def test_what_parquet_cannot_hold_is_refused() -> None:
    with pytest.raises(InputError, match="UTF-8"):
        Cell("fcfs", "\udcff.csv")
    assert Cell("fcfs", "größe.csv").workload == "größe.csv"


def test_errors_keep_their_kind_between_processes() -> None:
    import pickle

    for kind in (InputError, WorkLimitError):
        again = pickle.loads(pickle.dumps(kind("a", 1, "b")))
        assert (type(again), str(again)) == (kind, "a: expected b, got 1")
