"""Imports run one way between the rooms of the project."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("theory", "simulate", "proofs_check", "reports", "tests")
DEFINITIONS = {"theory.model", "theory.schedule", "theory.checks"}


def ours(source: str) -> set[str]:
    """Modules of ours that a source text imports, at any depth of the code."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            module = node.module or ""
            whole = {f"{module}.{alias.name}" for alias in node.names}
            found |= whole if module.removeprefix("kvratio.") in ROOMS else {module}
    found = {name.removeprefix("kvratio.") for name in found}
    return {name for name in found if name.split(".")[0] in ROOMS}


def allowed(module: str, target: str) -> bool:
    room, other = module.split(".")[0], target.split(".")[0]
    if module in DEFINITIONS:
        return target in DEFINITIONS
    if room == other or room == "reports":
        return other != "tests"
    return room in ("simulate", "proofs_check") and target in DEFINITIONS


def modules() -> list[tuple[str, Path]]:
    paths = [p for room in ROOMS[:-1] for p in sorted((ROOT / room).rglob("*.py"))]
    return [(".".join(p.relative_to(ROOT).with_suffix("").parts), p) for p in paths]


@pytest.mark.parametrize(("module", "path"), modules(), ids=lambda v: v if v is str else None)
def test_imports_run_one_way(module: str, path: Path) -> None:
    wrong = [t for t in sorted(ours(path.read_text())) if not allowed(module, t)]
    assert not wrong, f"{module} imports {wrong}"


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("theory.model", "import kvratio.theory.forms"),
        ("theory.forms", "from kvratio.simulate import engine"),
        ("simulate.engine", "from kvratio.theory.forms import h_sf"),
        ("simulate.engine", "def f():\n    import kvratio.theory.area"),
        ("proofs_check.exact", "import kvratio.simulate.engine"),
        ("proofs_check.exact", "from kvratio.theory import ratios"),
        ("simulate.engine", "import kvratio.reports"),
        ("reports.cli", "from tests import strategies"),
    ],
)
def test_the_test_sees_a_wrong_import(module: str, source: str) -> None:
    assert not all(allowed(module, target) for target in ours(source))
