"""A proof as text, to be kept in a file."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    """A proof that an independent checker has accepted, as text."""

    text: str

    def save(self, target: str | Path) -> Path:
        """Write it to a file, which `kvratio.proofs_check` can read. Raises `InputError`."""
        from kvratio.reports.output import write_text

        path = Path(target)
        write_text(path, self.text)
        return path

    def __repr__(self) -> str:
        return f"<certificate of {len(self.text):,} characters>"
