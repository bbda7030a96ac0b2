"""The command line in this process, with streams of any encoding; and as a program."""

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from kvratio.reports.cli import main

ROOT = Path(__file__).parent.parent


class Ended(NamedTuple):
    """How a command ended; its streams as text."""

    status: int
    out: str
    err: str


class _Stdin:
    """Standard input with its bytes."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


def kvratio(*arguments: str | Path, encoding: str = "utf-8", stdin: bytes = b"") -> Ended:
    """Run a command; what goes to standard output and error, in this encoding."""
    kept = sys.stdin, sys.stdout, sys.stderr
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
    err.reconfigure(errors="backslashreplace")  # as Python has it
    given: Any = _Stdin(stdin)
    sys.stdin, sys.stdout, sys.stderr = given, out, err
    status = 0
    try:
        main(list(map(str, arguments)))
    except SystemExit as leaving:
        status = int(leaving.code or 0)
    finally:
        sys.stdin, sys.stdout, sys.stderr = kept
    texts = []
    for stream in (out, err):
        stream.flush()
        data = stream.buffer
        assert isinstance(data, io.BytesIO)
        texts.append(data.getvalue().decode("utf-8"))
    return Ended(status, *texts)


def program(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command as a program of its own."""
    command = [sys.executable, "-P", "-m", "kvratio", *map(str, arguments)]
    settings = {"text": True, "check": False, "timeout": 120, "env": os.environ} | options
    return subprocess.run(command, **settings)
