"""Finished rows of long work that is not finished, so that it can go on after a stop.

One format for sweeps and studies: a file of JSON lines. A line is a list of the rows that were
finished together, a row an object whose `key` says what it depends on. A line is written in one go
as soon as its rows are there: whatever stops the work, only what was being computed is lost.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kvratio.theory.checks import InputError

JournalRow = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Journal:
    """The finished rows in the file `path`; a row has a `key` and, if given, only these columns."""

    path: Path
    columns: frozenset[str] | None = None

    @classmethod
    def beside(cls, target: Path, columns: Iterable[str] | None = None) -> "Journal":
        """The journal of the work whose result goes to `target`.

        >>> Journal.beside(Path("out/s.parquet")).path.name
        's.parquet.partial'
        """
        known = None if columns is None else frozenset(columns)
        return cls(target.with_name(target.name + ".partial"), known)

    def read(self) -> list[JournalRow]:
        """The rows so far; a line that was torn when the work was killed is dropped.

        Raises `InputError` for a file that is no such journal.
        """
        if not self.path.exists():
            return []
        text = self.path.read_bytes()
        try:
            lines = [json.loads(line) for line in text.split(b"\n")[:-1]]
            rows: list[JournalRow] = [row for line in lines for row in line]
            if not all("key" in row.keys() <= (self.columns or row.keys()) for row in rows):
                raise TypeError
        except (ValueError, TypeError, AttributeError):
            expected, fix = "a journal of a sweep or a study", "remove it to start over"
            raise InputError("file", str(self.path), expected, fix) from None
        return rows

    def trim(self) -> None:
        """Cut off a torn last line, before appending."""
        if self.path.exists():
            with self.path.open("r+b") as stream:
                stream.truncate(stream.read().rfind(b"\n") + 1)

    def append(self, rows: Sequence[JournalRow]) -> None:
        """Add rows that were finished together as one line."""
        line = memoryview(json.dumps(rows).encode() + b"\n")
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        whole = os.fstat(handle).st_size
        try:
            while line:  # a nearly full disk takes a part
                line = line[os.write(handle, line) :]
        except OSError as error:
            os.ftruncate(handle, whole)
            raise OSError(error.errno, error.strerror, str(self.path)) from None
        finally:
            os.close(handle)

    def remove(self) -> None:
        """Delete the file: the work is finished."""
        self.path.unlink(missing_ok=True)
