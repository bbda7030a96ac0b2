"""Parsers under damaged input: accepted, or refused with the documented error. Never else.

The thorough version, guided by coverage and with a million inputs, is `tests.thorough.fuzz`.
"""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.thorough.fuzz import INSTRUMENTED, entry
from tests.thorough.parsers import SPOOFS, SWEEP, Parser, parsers, survives

ROOT = Path(__file__).parent.parent
PARSERS = parsers()
TOKENS = (
    *(b"0", b"-1", b"1e400", b"NaN", b"99999999999999999999", b"null", b"true", b'""', b"\xff"),
    *(b"[", b"]", b"{", b"}", b",", b":", b"=", b"/", b'"', b"\n", b"\x00", b"."),
)


@st.composite
def damaged(draw: st.DrawFn, parser: Parser) -> bytes:
    """A valid text with a few pieces cut out, doubled, replaced or put in."""
    text = draw(st.sampled_from(parser.seeds))
    tokens = (*TOKENS, *SPOOFS, *(word.encode() for word in parser.words))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 12)))
        middle = draw(st.sampled_from((b"", text[start:end] * 2, *tokens)) | st.binary(max_size=6))
        text = text[:start] + middle + text[end:]
    return text


@pytest.mark.parametrize("name", PARSERS)
def test_what_is_valid_is_accepted(name: str) -> None:
    assert any(survives(PARSERS[name], seed) for seed in PARSERS[name].seeds)


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=40)
@given(data=st.data())
def test_no_text_ends_in_a_traceback(name: str, data: st.DataObject) -> None:
    survives(PARSERS[name], data.draw(damaged(PARSERS[name])))


# what fuzzing has found; each once ended in a traceback, a hang or gigabytes of memory
FOUND = [
    ("rational", b"1e70888888888888888888888888_8888888888888888"),
    ("workload", b"geometric:q=.9999999899999"),
    ("policy", b"gsa:growth=1.0" + b"1" * 300),
    ("policy", b"slicing:growth=1e399"),
    ("sweep", SWEEP.replace(b"seeds = 2", b"seeds = " + b"4" * 90)),
]


@pytest.mark.parametrize(("name", "text"), FOUND)
def test_what_was_found_once(name: str, text: bytes) -> None:
    assert not survives(PARSERS[name], text)


def test_an_undocumented_error_is_not_swallowed() -> None:
    parser = Parser(lambda data: data.decode("ascii"), (ZeroDivisionError,), (b"1",))
    assert survives(parser, b"1")
    with pytest.raises(UnicodeDecodeError):
        survives(parser, b"\xff")


def test_a_message_of_two_lines_is_not_overlooked() -> None:
    def read(data: bytes) -> None:
        raise KeyError(data) if data == b"1" else ZeroDivisionError(data.decode())

    parser = Parser(read, (ZeroDivisionError,), (b"1",))
    assert not survives(parser, b"one line")
    with pytest.raises(AssertionError, match="not a line"):
        survives(parser, b"two\nlines")


def test_the_guided_fuzzer_sees_the_code_that_it_runs() -> None:
    """What is imported before it instruments is not seen; libFuzzer knows few escapes."""
    code = (
        "import sys, tests.thorough.fuzz;"
        "print(*[m for m in sys.modules if m.startswith('kvratio')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.split()) == (0, [])
    assert all(find_spec(room) is not None for room in INSTRUMENTED)
    words = [word.encode() for parser in PARSERS.values() for word in parser.words]
    lines = [entry(word) for word in (*words, *SPOOFS)]
    assert all(re.fullmatch(r'"([ !#-\[\]-~]|\\x[0-9a-f]{2})+"', line) for line in lines)
