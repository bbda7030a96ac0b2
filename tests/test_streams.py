"""Pipes, standard input and output, packed files, full disks, closed pipes, interrupts."""

import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from kvratio.reports.output import write_text
from kvratio.simulate import journal
from kvratio.simulate.journal import Journal
from kvratio.simulate.results import read_rows
from kvratio.simulate.streams import (
    MOST_BYTES,
    copied,
    existing,
    opened,
    place,
    read_text,
    repeatable,
)
from kvratio.simulate.whole import is_stream, replacing
from kvratio.theory.checks import InputError
from kvratio.theory.hindsight.program import kept_from_standard_output
from tests.command import kvratio, program

ROOT = Path(__file__).parent.parent
VALID = ROOT / "tests" / "forged" / "valid.json"
TEXT = b"arrival_s,prompt_tokens,output_tokens\n0,5,7\n0.25,1,2\n"
INSTANCE = b'{"memory": 9, "requests": [{"prompt": 1, "output": 2}, {"prompt": 0, "output": 3}]}'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def zstd(data: bytes) -> bytes:
    packed: bytes = pa.Codec("zstd").compress(data, asbytes=True)
    return packed


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd], ids=["plain", "gzip", "zstd"])
def test_packed_files_are_read_whatever_their_names(pack: Any) -> None:
    Path("a").write_bytes(pack(TEXT * 9999))
    with opened(Path("a")) as stream:
        assert stream.read() == TEXT * 9999
    assert read_text(Path("a")) == (TEXT * 9999).decode()


@pytest.mark.parametrize("pack", [gzip.compress, zstd], ids=["gzip", "zstd"])
@pytest.mark.parametrize("keep", [6, 15, -5])
def test_a_packed_file_that_is_damaged_is_named(pack: Any, keep: int) -> None:
    Path("a.csv").write_bytes(pack(os.urandom(5000))[:keep])
    with pytest.raises(InputError, match=r"^file: expected a whole (gzip|zstd) file .*got 'a.csv'"):
        read_text(Path("a.csv"))


def test_a_small_file_that_unpacks_to_very_much_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kvratio.simulate.streams.MOST_BYTES", 1 << 20)
    Path("a").write_bytes(gzip.compress(bytes(1 << 21)))
    with pytest.raises(InputError, match="at most 1 MiB"):
        read_text(Path("a"))
    assert MOST_BYTES > 1 << 20


def feed(name: str, data: bytes) -> threading.Thread:
    os.mkfifo(name)
    writer = threading.Thread(target=Path(name).write_bytes, args=(data,), daemon=True)
    writer.start()
    return writer


def test_a_pipe_is_a_file_for_every_command_that_reads() -> None:
    Path("i.json").write_bytes(INSTANCE)
    words = ("simulate", "--trace", "i.json", "--policy", "fcfs", "--save-run", "run.json")
    assert kvratio(*words).status == 0
    commands: list[tuple[bytes, list[str]]] = [
        (VALID.read_bytes(), ["verify-certificate", "PIPE"]),
        (gzip.compress(VALID.read_bytes()), ["verify-certificate", "PIPE"]),
        (Path("run.json").read_bytes(), ["view", "PIPE", "--out", "page.html"]),
        (b'policies = "fcfs"\nworkloads = "lmsys"\nrequests = 3', ["sweep", "PIPE"]),
    ]
    for k, (data, words) in enumerate(commands):
        writer = feed(f"pipe{k}", data)
        if words[0] == "sweep":
            from kvratio.reports.sweep_config import read_config

            assert len(read_config(Path(f"pipe{k}"))) == 1
        else:
            ended = kvratio(*[f"pipe{k}" if word == "PIPE" else word for word in words])
            assert (ended.status, ended.err) == (0, "")
        writer.join()


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_sweep_reads_a_pipe_as_often_as_it_needs(pack: Any) -> None:
    words = ("--policy", "fcfs", "--policy", "h-sf", "--memory", "30", "--seeds", "2")
    Path("a.csv").write_bytes(TEXT)
    assert kvratio("sweep", "--workload", "a.csv", *words, "--out", "file.parquet").status == 0
    ended = kvratio("sweep", "--workload", "-", *words, "--out", "dash", stdin=pack(TEXT))
    assert (ended.status, ended.out) == (0, "dash: 4 simulations\n")
    writer = feed("fifo", pack(TEXT))
    assert kvratio("sweep", "--workload", "fifo", *words, "--out", "pipe").status == 0
    writer.join()
    wanted = [{**row, "workload": "", "key": ""} for row in read_rows(Path("file.parquet"))]
    for name, workload in (("dash", "-"), ("pipe", "fifo")):
        rows = read_rows(Path(name))
        assert {row["workload"] for row in rows} == {workload}
        assert [{**row, "workload": "", "key": ""} for row in rows] == wanted
    again = kvratio("sweep", "--workload", "-", *words, "--out", "dash", stdin=pack(TEXT))
    assert again.status == 0
    wrong = kvratio("sweep", "--workload", "-", *words, "--out", "no", stdin=TEXT + b"1,x,2\n")
    assert wrong.status == 2
    assert wrong.err.startswith("kvratio: -, line 4: prompt_tokens: expected a whole number")
    assert not Path("no").exists()


def test_copies_of_pipes_are_gone_in_the_end() -> None:
    writer = feed("pipe", TEXT)
    with copied(["pipe", "pipe"]) as copies:
        assert [read_text(Path("pipe")) for _ in range(2)] == [TEXT.decode()] * 2
        assert set(copies) == {"pipe"}
        Path("pipe").unlink()  # in another process the name may mean nothing
        assert existing("pipe") == Path("pipe")
        assert place(Path("pipe")) == Path(copies["pipe"])
    writer.join()
    assert not Path(copies["pipe"]).exists()
    assert place(Path("pipe")) == Path("pipe")
    with pytest.raises(InputError, match="a file that exists, got 'pipe'"):
        existing("pipe")


def test_a_disk_too_full_for_a_copy_of_a_pipe_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kvratio.simulate.streams.shutil.copyfileobj", full)
    ended = kvratio("sweep", "--workload", "-", "--memory", "30", "--out", "a", stdin=TEXT)
    assert ended.status == 2
    assert ended.err.endswith(": No space left on device\n")
    assert ended.err.startswith("kvratio: /")
    assert list(Path().iterdir()) == []


def test_a_dash_is_standard_input() -> None:
    ended = kvratio("verify-certificate", "-", stdin=VALID.read_bytes())
    assert (ended.status, ended.out[:8]) == (0, "optimal:")
    assert existing("-") == Path("-")
    assert not repeatable(Path("-"))
    Path("-").write_text("a file of this name is ./-")
    assert kvratio("verify-certificate", "-", stdin=b"").out.startswith("rejected: not JSON")


def test_a_dash_is_standard_output_for_one_file() -> None:
    Path("i.json").write_bytes(INSTANCE)
    proof = kvratio("optimal", "i.json", "--certificate", "-", "--time-limit", "5")
    assert proof.status == 0
    assert json.loads(proof.out)["format"] == "kvratio-optimality"
    runs = kvratio("simulate", "--trace", "i.json", "--policy", "fcfs", "--save-run", "-")
    assert json.loads(runs.out)["format"] == "kvratio runs 1"
    page = kvratio("view", "-", "--out", "-", stdin=runs.out.encode())
    assert page.out.startswith("<!DOCTYPE html>")
    both = kvratio("optimal", "i.json", "--certificate", "-", "--json", "-")
    assert (both.status, both.out) == (2, "")
    assert "standard output for one file" in both.err
    swept = kvratio("sweep", "--out", "-")
    assert swept.status == 2
    assert "a stopped sweep" in swept.err


def test_devices_and_pipes_are_written_to_and_never_replaced() -> None:
    os.mkfifo("out")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(Path("out").read_bytes()), daemon=True)
    reader.start()
    write_text(Path("out"), "text")
    reader.join()
    assert got == [b"text"]
    assert is_stream(Path("out"))
    write_text(Path("/dev/null"), "text")
    assert Path("/dev/null").is_char_device()


def test_a_full_disk_names_the_file_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OSError, match="No space left") as caught:
        write_text(Path("/dev/full"), "text")
    assert caught.value.filename == "/dev/full"

    def full(_path: Path, _data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left") as caught:
        write_text(Path("a.json"), "text")
    assert caught.value.filename == "a.json"
    assert list(Path().iterdir()) == []
    ended = kvratio("list", "policies", encoding="utf-8")
    assert ended.status == 0


def test_a_full_disk_in_a_command() -> None:
    model = ("gpu", "--model", "llama-3-8b", "--accelerator", "h100")
    ended = kvratio(*model, "--json", "/dev/full")
    assert ended.status == 2
    assert ended.err == "kvratio: /dev/full: No space left on device\n"
    with Path("/dev/full").open("wb") as full:
        done = program("list", "policies", stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr == "kvratio: standard output: No space left on device\n"


def test_an_error_while_a_file_is_made_keeps_the_old_one() -> None:
    Path("a").write_text("old")

    def interrupted() -> None:
        with replacing(Path("a")) as temporary:
            temporary.write_text("new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert Path("a").read_text() == "old"
    assert [path.name for path in Path().iterdir()] == ["a"]


def test_short_writes_lose_no_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    write, rows = os.write, [{"key": "k" * 99}]
    monkeypatch.setattr(journal.os, "write", lambda handle, data: write(handle, data[:7]))
    kept = Journal(Path("j"))
    kept.append(rows)
    kept.append(rows)
    assert kept.read() == rows * 2
    left = [20]

    def full(handle: int, data: bytes) -> int:
        if not left[0]:
            raise OSError(28, "No space left on device")
        count = write(handle, data[: left[0]])
        left[0] -= count
        return count

    monkeypatch.setattr(journal.os, "write", full)
    with pytest.raises(OSError, match="No space") as caught:
        kept.append(rows)
    assert caught.value.filename == "j"
    assert kept.read() == rows * 2  # and no torn line that the next would be appended to


@pytest.mark.parametrize("words", [("list", "policies"), ("--help",), ("list", "--help")])
def test_a_closed_pipe_has_a_status_of_its_own(words: tuple[str, ...]) -> None:
    command = [sys.executable, "-P", "-m", "kvratio", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        assert run.stderr.read() == b""
    assert run.returncode == 141


def test_what_native_code_prints_does_not_reach_standard_output(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with kept_from_standard_output():
        os.write(1, b"banner")
    os.write(1, b"data")
    assert capfd.readouterr() == ("data", "banner")


def test_a_solver_with_a_banner_leaves_json_alone() -> None:
    Path("i.json").write_bytes(INSTANCE)
    options = ("--solver", "HIGHS", "--json", "-", "--time-limit", "4")
    done = program("optimal", "i.json", *options, capture_output=True)
    assert done.returncode == 0
    assert json.loads(done.stdout)["solver"]["name"] == "HIGHS"


# --- interrupts

BUSY = {
    "python": "while True: time.sleep(0.01)",
    "native": "hashlib.pbkdf2_hmac('sha256', b'', b'', 10**9)",  # hours
}
WAITING = """
import hashlib, sys, time
from kvratio.reports.interrupts import prompt
try:
    with prompt():
        print("begun", flush=True)
        {busy}
except KeyboardInterrupt:
    print("told", flush=True)
    sys.exit(130)
"""


@pytest.mark.parametrize("busy", BUSY)
def test_an_interrupt_ends_also_what_does_not_look_up(busy: str) -> None:
    command = [sys.executable, "-P", "-c", WAITING.format(busy=BUSY[busy])]
    pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "begun\n"
        time.sleep(1)  # until it is in native code
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "Traceback" not in err
    assert (out == "told\n") == (busy == "python")
    assert ("interrupted" in err) == (busy == "native")


def test_an_interrupt_at_the_very_beginning_shows_no_import() -> None:
    """At several moments of the start of `kvratio`; before our first line only Python can tell."""
    code = "import kvratio.__main__, sys; sys.argv = ['kvratio', 'list', 'policies']; "
    start = code + "print('begun', flush=True); kvratio.__main__.main()"
    for delay in (0.0, 0.05, 0.1, 0.2):
        command = [sys.executable, "-P", "-c", start]
        pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(command, text=True, **pipes) as run:
            assert run.stdout is not None
            assert run.stdout.readline() == "begun\n"
            time.sleep(delay)
            run.send_signal(signal.SIGINT)
            _, err = run.communicate(timeout=60)
        # 0: it was done before; -2: at Python's own end. Shells show 130 for both others.
        assert run.returncode in (130, 0, -signal.SIGINT)
        assert "Traceback" not in err
