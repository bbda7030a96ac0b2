"""Files of requests: instances and other JSON documents, and traces of rows."""

import json
from hashlib import sha256
from pathlib import Path

from kvratio.simulate.streams import decoded, existing, opened, place, repeatable
from kvratio.simulate.traces import read_document, read_rows
from kvratio.simulate.workloads import Requests
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance

Source = Requests | Instance


def read_file(
    path: Path, columns: str | None = None, most: int | None = None, skip_invalid: bool = False
) -> Source:
    """A file of requests: an instance or another JSON document, or a trace.

    >>> read_file(Path("no-such.json"))
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: file: expected a file that exists, got 'no-such.json'
    """
    with opened(existing(path)) as stream:
        if not _is_document(path, stream.peek(1)):
            return read_rows(path, stream, columns, most, skip_invalid)
        text = decoded(path, stream)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: instance file", text[:40], f"valid JSON ({error})") from None
    if not isinstance(data, dict) or {"input_lens", "output_lens"} <= set(data):
        return read_document(path, data, columns, most, skip_invalid)
    try:
        return Instance.from_json(data)
    except InputError as error:
        raise error.within(str(path)) from None


def _is_document(path: Path, head: bytes) -> bool:
    """One JSON document, by its name; or, without a name that says it, by how it begins."""
    suffixes = path.suffixes
    if {".json", ".jsonl", ".csv"} & set(suffixes):
        return ".json" in suffixes
    begins = head.lstrip()
    first = begins.partition(b"\n")[0]
    document = any(key in first for key in (b'"memory"', b'"input_lens"'))
    lines = begins.startswith(b"{") and first.rstrip().endswith(b"}") and not document
    return begins.startswith((b"{", b"[")) and not lines


def parse_instance(text: str) -> Instance:
    """Parse the text of an instance file, or raise `InputError`.

    >>> parse_instance('{"memory": 9, "requests": [{"prompt": 1, "output": 2}]}').n
    1
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError("instance file", text[:40], f"valid JSON ({error})") from None
    return Instance.from_json(data)


def digest(path: str) -> str:
    """SHA-256 of a file, or `InputError`.

    >>> digest("no-such.csv")
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: file: expected a file that exists, got 'no-such.csv'
    """
    source = place(existing(path))
    if not repeatable(source):
        raise InputError("file", path, "a regular file, or a copy of it: workers read it again")
    return sha256(source.read_bytes()).hexdigest()
