"""Every numbered statement of the paper, with its rows or the reason for none (`numbered.json`).

An entry "as" another has its rows: figures 5 to 7 are the curves of Experiments 1 to 3. The
sections listed are those with a sentence that the ledger judges. The three equations inside the
proof of Theorem 7, numbered (1) to (3) again, are Theorem 7's rows.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kvratio.proofs_check.source import PAPER, Place, asked

FILE = Path(__file__).parent / "numbered.json"


@dataclass(frozen=True)
class Answer:
    """What the ledger has for a numbered statement: ids of rows, those of another statement, or
    why there are none."""

    rows: tuple[str, ...]
    same_as: Place | None
    none: str


@lru_cache(maxsize=1)
def answers() -> dict[Place, Answer]:
    """The answer for each numbered statement, in the file's order.

    >>> answers()[Place(PAPER, "Lemma", "EC.1")].rows
    ('lemma-ec1',)
    """
    entries = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        Place(PAPER, entry["kind"], entry["label"]): Answer(
            tuple(entry.get("rows", ())), asked(entry.get("as", "")), entry.get("none", "")
        )
        for entry in entries
    }
