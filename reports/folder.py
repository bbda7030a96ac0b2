"""The folder of a report: new, empty, or known by our manifest, so that nothing is overwritten."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kvratio.reports.output import write_bytes
from kvratio.theory.checks import InputError

MANIFEST = "manifest.json"
# what `report --full`, `kvratio study` and the Makefile put beside a report in `reports/out`
OTHERS = frozenset(
    {
        *("adversary", "bench", "bounds-met", "convergence", "experiments", "gpu-fit", "hindsight"),
        *("hindsight-proofs", "hindsight-rivals", "predictions", "reproduction", "smallest"),
        *("kept-worth", "safe-policy", "studies"),
        *("bounds", "docs", "formal", "fuzz", "links"),
        "jupyter_execute",  # the documentation's notebooks, which their extension keeps beside docs
    }
)
REQUIRED = (
    "a folder that is new, is empty, or holds a report of ours (its manifest.json has the keys "
    "command, provenance and sha256)"
)


def manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of the report in a folder; None if there is none that we wrote."""
    try:
        data: Any = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    ours = isinstance(data, dict) and {"command", "provenance", "sha256"} <= set(data)
    return data if ours and isinstance(data["sha256"], dict) else None


def check_report_folder(folder: Path) -> None:
    """Reject a folder with files of others in it, before long work is done for it.

    >>> check_report_folder(Path("no/such/folder/yet"))
    """
    if not folder.exists() or manifest(folder) is not None:
        return
    found = sorted(
        path.name for path in folder.iterdir() if path.name.partition(".")[0] not in OTHERS
    )
    if found:
        raise InputError("out", str(folder), REQUIRED, f"it holds {found[0]}")


def write_report(folder: Path, made: Mapping[str, bytes]) -> None:
    """Write the files of a report; those of the report that stood there and are no more, go.

    Raises `InputError` for a folder that is not ours, a file in it that the old manifest does not
    name, and a link within it that leads out.
    """
    check_report_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    known = set((manifest(folder) or {"sha256": {}})["sha256"]) | {MANIFEST}
    for name in made:
        path = folder / name
        _check_inside(folder, path)
        if path.exists() and name not in known:
            raise InputError("out", str(path), "a file that the folder's manifest names as ours")
    for name, data in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, data)
    for name in sorted(known - set(made)):
        path = folder / name
        if path.is_file() and not path.is_symlink() and _inside(folder, path):
            path.unlink()


def _inside(folder: Path, path: Path) -> bool:
    return path.parent.resolve().is_relative_to(folder.resolve())


def _check_inside(folder: Path, path: Path) -> None:
    if path.is_symlink() or not _inside(folder, path):
        raise InputError("out", str(path), "a place within the folder, not a link")
